//! SKUs in an overlay: ascending, each as the bytes it shares with the one before and the rest, with numbers behind.
//!
//! The number of shared bytes must be the largest there is. Then one comparison of one byte tells that the SKUs ascend, and
//! a list has one form alone.

use super::layout::MAX_SKU_BYTES;

/// Appends SKUs, one after another.
#[derive(Default)]
pub(super) struct SkuWriter<'a> {
    before: &'a str,
}

impl<'a> SkuWriter<'a> {
    /// Appends `sku` to `out`.
    pub fn put(&mut self, out: &mut Vec<u8>, sku: &'a str) -> Result<(), &'static str> {
        if sku.is_empty() || sku.len() > MAX_SKU_BYTES || sku.chars().any(char::is_control) {
            return Err("a SKU of 1 to 255 bytes without control characters is expected");
        }
        if sku <= self.before {
            return Err("SKUs do not ascend, or one stands twice");
        }
        let shared = sku.bytes().zip(self.before.bytes()).take_while(|(a, b)| a == b).count();
        out.extend([shared as u8, (sku.len() - shared) as u8]);
        out.extend(sku.bytes().skip(shared));
        self.before = sku;
        Ok(())
    }
}

/// Bytes that are read from the front, with the SKU that was read last.
#[derive(Clone)]
pub(super) struct SkuReader<'a> {
    rest: &'a [u8],
    sku: [u8; MAX_SKU_BYTES],
    length: usize,
}

impl<'a> SkuReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, sku: [0; MAX_SKU_BYTES], length: 0 }
    }

    /// What was read last.
    #[inline]
    pub fn sku(&self) -> &[u8] {
        self.sku.get(..self.length).unwrap_or_default()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a SKU; `None` where it does not ascend from the one before, or leaves the bytes.
    #[inline]
    pub fn read_sku(&mut self) -> Option<()> {
        let (&[shared, length], rest) = self.rest.split_first_chunk::<2>()?;
        let (shared, length) = (usize::from(shared), usize::from(length));
        let (new, rest) = rest.split_at_checked(length)?;
        let ascends = match self.sku().get(shared) {
            Some(before) => new.first()? > before,
            None => shared == self.length && !new.is_empty(),
        };
        if !ascends {
            return None;
        }
        self.sku.get_mut(shared..shared + length)?.copy_from_slice(new);
        (self.length, self.rest) = (shared + length, rest);
        Some(())
    }

    /// Whether the SKU that was read last is UTF-8 without control characters.
    pub fn is_sound(&self) -> bool {
        let sku = self.sku();
        if sku.is_ascii() {
            return !sku.iter().any(u8::is_ascii_control);
        }
        std::str::from_utf8(sku).is_ok_and(|sku| !sku.chars().any(char::is_control))
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    /// A number of seven bits a byte, least significant first, the high bit on all bytes but the last.
    #[inline]
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if shift == 63 && bits > 1 {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                // A number has one form alone: no zeros in front.
                return (bits != 0 || shift == 0).then_some(number);
            }
        }
        None
    }

    /// A number that may be below zero, folded as 0, −1, 1, −2, ….
    #[inline]
    pub fn signed(&mut self) -> Option<i64> {
        let folded = self.number()?;
        Some((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }
}

/// Appends a number, seven bits a byte.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7F {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends a number that may be below zero.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_number(out, ((number << 1) ^ (number >> 63)) as u64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(plain: u64, signed: i64, small in 0u64..300) {
            let mut out = Vec::new();
            put_number(&mut out, plain);
            put_signed(&mut out, signed);
            put_number(&mut out, small);
            let mut reader = SkuReader::new(&out);
            prop_assert_eq!((reader.number(), reader.signed(), reader.number()), (Some(plain), Some(signed), Some(small)));
            prop_assert!(reader.is_empty() && reader.number().is_none());
        }
    }

    #[test]
    fn a_number_has_one_form() {
        assert_eq!(SkuReader::new(&[0x80, 0]).number(), None);
        assert_eq!(SkuReader::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]).number(), Some(u64::MAX));
        assert_eq!(SkuReader::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2]).number(), None);
        assert_eq!(SkuReader::new(&[0x80; 20]).number(), None);
    }

    #[test]
    fn skus_that_do_not_ascend_are_not_read() {
        let read = |bytes: &[u8]| {
            let mut reader = SkuReader::new(bytes);
            std::iter::from_fn(|| reader.read_sku().map(|()| reader.sku().to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(read(&[0, 1, b'b', 0, 1, b'a']).len(), 1);
        assert_eq!(read(&[0, 1, b'b', 0, 1, b'b']).len(), 1);
        assert_eq!(read(&[0, 1, b'b', 1, 0]).len(), 1);
        assert_eq!(read(&[0, 1, b'b', 2, 1, b'b']).len(), 1);
        assert_eq!(read(&[0, 1, b'b', 1, 1, b'a']), [b"b".to_vec(), b"ba".to_vec()]);
        assert_eq!(read(&[0, 0]).len(), 0);
    }
}
