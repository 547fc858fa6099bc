//! Bits in and out of bytes, least significant first.

/// Collects bits.
#[derive(Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    filled: u32,
}

impl BitWriter {
    /// Appends the lowest `count` bits of `value` (at most 32).
    pub fn put(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            self.push(value >> bit & 1 == 1);
        }
    }

    /// Appends `count` zeros and a one.
    pub fn put_unary(&mut self, count: u32) {
        (0..count).for_each(|_| self.push(false));
        self.push(true);
    }

    fn push(&mut self, bit: bool) {
        if self.filled == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << self.filled;
        }
        self.filled = (self.filled + 1) & 7;
    }

    /// The bytes, the last one filled up with zeros.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// At least 57 bits from position `bit` on, zeros beyond the end of `bytes`.
#[inline(always)]
pub(crate) fn window(bytes: &[u8], bit: u64) -> u64 {
    let at = (bit >> 3) as usize;
    let word = match bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => tail(bytes, at),
    };
    word >> (bit & 7)
}

#[cold]
fn tail(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).unwrap_or_default().iter().take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The lowest `count` bits (at most 63) of a window.
#[inline(always)]
pub(crate) fn low(word: u64, count: u32) -> u64 {
    word & ((1u64 << count) - 1)
}

/// Bits needed to tell the numbers 0 to `largest` apart.
pub(crate) fn width_of(largest: u32) -> u32 {
    32 - largest.leading_zeros()
}

/// The little-endian u32 at byte `at`, if it is there.
#[inline(always)]
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|chunk| u32::from_le_bytes(*chunk))
}

/// The little-endian u64 at byte `at`, if it is there.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk::<8>().map(|chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_is_read(values in prop::collection::vec((any::<u32>(), 0u32..=32), 0..50)) {
            let mut out = BitWriter::default();
            for (value, count) in &values {
                out.put(*value, *count);
            }
            let bytes = out.into_bytes();
            let mut bit = 0;
            for (value, count) in &values {
                let expected = u64::from(*value) & ((1u64 << count) - 1);
                prop_assert_eq!(low(window(&bytes, bit), *count), expected);
                bit += u64::from(*count);
            }
        }

        #[test]
        fn a_window_beyond_the_end_is_zero(bytes in prop::collection::vec(any::<u8>(), 0..20), beyond in 0u64..1000) {
            prop_assert_eq!(window(&bytes, bytes.len() as u64 * 8 + beyond), 0);
        }
    }

    #[test]
    fn unary_is_zeros_and_a_one() {
        let mut out = BitWriter::default();
        out.put_unary(3);
        out.put_unary(0);
        assert_eq!(out.into_bytes(), [0b0001_1000]);
    }
}
