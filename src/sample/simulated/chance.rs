//! Chance from a seed: the same draws on every machine, whatever is drawn beside them.
//!
//! Every visitor has a stream of their own, every visit a part of it, so that nobody's draws depend on who came before.
//! `ln`, `exp` and `cos` come from `libm`, whose bits are the same everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::f64::consts::TAU;

/// The first bytes of every seed, so that no other dice of endcap fall alike.
const KIND: &[u8; 24] = b"endcap: simulated shop 1";
/// Words of a part: far more than a visit or a day draws.
const PART: u128 = 1 << 32;

/// A source of chance that can be set to any part of any stream.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The first part of stream 0.
    pub(super) fn new(seed: u64) -> Self {
        let mut whole = [0; 32];
        let bytes = KIND.iter().copied().chain(seed.to_le_bytes());
        whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        Self(ChaCha8Rng::from_seed(whole))
    }

    /// Goes to the start of a part of a stream.
    pub(super) fn turn_to(&mut self, stream: u64, part: u64) -> &mut Self {
        self.0.set_stream(stream);
        self.0.set_word_pos(u128::from(part) * PART);
        self
    }

    /// Between 0 and 1, neither of them.
    pub(super) fn share(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
    }

    /// True with a probability.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// From 0 to `n - 1`; 0 where `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// From `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(usize::try_from(high - low + 1).unwrap_or(0)) as i64
    }

    /// A whole number whose expectation is `value`: 2.3 is 3 in three of ten cases, otherwise 2.
    pub(super) fn whole(&mut self, value: f64) -> i64 {
        (value + self.share()).floor() as i64
    }

    /// Normal, of mean 0 and variance 1 (Box and Muller, "A note on the generation of random normal deviates", 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let size = (-2.0 * libm::log(self.share())).sqrt();
        size * libm::cos(TAU * self.share())
    }

    /// Log-normal of mean 1: `exp(σz − σ²/2)`.
    pub(super) fn factor(&mut self, sigma: f64) -> f64 {
        libm::exp(sigma * self.normal() - sigma * sigma / 2.0)
    }

    /// The position of one weight, drawn in proportion; the last one where all are 0.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.share() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (at, weight) in weights.enumerate() {
            if left < weight {
                return at;
            }
            left -= weight;
            last = at;
        }
        last
    }

    /// Thirty-two hexadecimal digits.
    pub(super) fn hex(&mut self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(32);
        for mut bits in [self.bits(), self.bits()] {
            for _ in 0..16 {
                text.push(char::from(DIGITS.get((bits & 15) as usize).copied().unwrap_or(b'0')));
                bits >>= 4;
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_stream_is_the_same_whenever_it_is_turned_to() {
        let mut chance = Chance::new(7);
        let first = chance.turn_to(3, 2).hex();
        let _ = chance.turn_to(3, 1).bits();
        let other = chance.turn_to(4, 2).hex();
        assert_eq!(chance.turn_to(3, 2).hex(), first);
        assert_ne!(first, other);
        assert_ne!(Chance::new(8).turn_to(3, 2).hex(), first);
    }

    #[test]
    fn means_are_what_they_are_said_to_be() {
        let mut chance = Chance::new(1);
        let mean = |of: &mut dyn FnMut() -> f64| (0..200_000).map(|_| of()).sum::<f64>() / 200_000.0;
        assert!((mean(&mut || chance.factor(0.6)) - 1.0).abs() < 0.01);
        assert!(mean(&mut || chance.normal()).abs() < 0.01);
        assert!((mean(&mut || chance.whole(2.3) as f64) - 2.3).abs() < 0.005);
        assert!((mean(&mut || chance.weighted([1.0, 0.0, 3.0].into_iter()) as f64) - 1.5).abs() < 0.01);
        assert!((mean(&mut || chance.between(-2, 4) as f64) - 1.0).abs() < 0.02);
    }
}
