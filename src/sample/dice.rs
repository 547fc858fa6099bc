//! Chance from a fixed seed, in whole numbers only.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The seed of the sample shop. Another seed is another shop.
const SEED: &[u8; 32] = b"endcap: the sample coffee house.";

/// One stream of chance. Streams are independent, so that a change in one part of the shop leaves the others alone.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream with this number.
    pub(super) fn stream(number: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(*SEED);
        rng.set_stream(number);
        Self(rng)
    }

    /// A number from 0 to `n - 1`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::from(self.below((high - low + 1) as u32))
    }

    /// True in `permille` of a thousand cases.
    pub(super) fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// The position of one weight, drawn in proportion; `None` where all are zero.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> Option<usize> {
        let total: u64 = weights.iter().map(|w| u64::from(*w)).sum();
        let mut left = ((u128::from(self.0.next_u64()) * u128::from(total)) >> 64) as u64;
        weights.iter().position(|&w| {
            let hit = left < u64::from(w);
            left = left.saturating_sub(u64::from(w));
            hit
        })
    }
}

/// A number that depends on the text alone (FNV-1a): fixed traits that need no dice.
pub(super) fn trait_of(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, b| (hash ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_of_zero_is_never_drawn_and_others_in_proportion() {
        let mut dice = Dice::stream(99);
        let mut seen = [0u32; 3];
        for _ in 0..10_000 {
            seen[dice.weighted(&[1, 0, 3]).unwrap()] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((2_300..2_700).contains(&seen[0]), "{seen:?}");
        assert_eq!(dice.weighted(&[0, 0]), None);
        assert_eq!(dice.weighted(&[]), None);
    }

    #[test]
    fn streams_differ_and_repeat() {
        let draw = |stream| (0..8).map(|_| stream_draw(stream)).collect::<Vec<_>>();
        fn stream_draw(stream: u64) -> u32 {
            Dice::stream(stream).below(1 << 30)
        }
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
