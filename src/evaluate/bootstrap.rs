//! Whether a difference between two models on the same questions is more than luck.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Draws of a bootstrap.
const DRAWS: usize = 1_000;

/// The ends of a 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Interval {
    /// 2.5 % lie below.
    pub lower: f64,
    /// 2.5 % lie above.
    pub upper: f64,
}

/// The 95 % interval of the mean of `mine − theirs`, question by question (normal approximation).
pub fn difference(mine: &[f32], theirs: &[f32]) -> Interval {
    let gain = mine.iter().zip(theirs).map(|(a, b)| f64::from(*a) - f64::from(*b));
    let super::metrics::Mean { mean, error } = super::metrics::Mean::of(gain);
    Interval { lower: mean - 1.96 * error, upper: mean + 1.96 * error }
}

/// The 95 % interval of `Σ mine ÷ Σ theirs`: a thousand paired resamples of the questions, drawn by `seed`.
///
/// Infinite at the upper end where resamples without any of theirs are common. A resample without any of either says
/// nothing: it counts as 0 for the lower end and as infinite for the upper.
pub fn ratio(mine: &[f32], theirs: &[f32], seed: u64) -> Interval {
    let n = mine.len().min(theirs.len());
    if n == 0 {
        return Interval { lower: 0.0, upper: f64::INFINITY };
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ratios: Vec<(f64, f64)> = (0..DRAWS)
        .map(|_| {
            let (mut a, mut b) = (0.0, 0.0);
            for _ in 0..n {
                let q = ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize;
                a += f64::from(mine[q]);
                b += f64::from(theirs[q]);
            }
            match (a > 0.0, b > 0.0) {
                (_, true) => (a / b, a / b),
                (true, false) => (f64::INFINITY, f64::INFINITY),
                (false, false) => (0.0, f64::INFINITY),
            }
        })
        .collect();
    ratios.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let lower = ratios[DRAWS / 40].0;
    ratios.sort_unstable_by(|a, b| a.1.total_cmp(&b.1));
    Interval { lower, upper: ratios[DRAWS - 1 - DRAWS / 40].1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_models_differ_by_nothing() {
        let values = [1.0, 0.0, 1.5, 0.0];
        assert_eq!(difference(&values, &values), Interval { lower: 0.0, upper: 0.0 });
        let ratio = ratio(&[1.0; 50], &[1.0; 50], 1);
        assert_eq!((ratio.lower, ratio.upper), (1.0, 1.0));
    }

    #[test]
    fn the_interval_of_a_ratio_holds_it_and_is_the_same_every_time() {
        let mine: Vec<f32> = (0..400).map(|q| if q % 3 == 0 { 1.0 } else { 0.0 }).collect();
        let theirs: Vec<f32> = (0..400).map(|q| if q % 4 == 0 { 1.0 } else { 0.0 }).collect();
        let first = ratio(&mine, &theirs, 7);
        assert!(first.lower < 1.33 && 1.33 < first.upper && first.lower > 0.9 && first.upper < 1.9, "{first:?}");
        assert_eq!(first, ratio(&mine, &theirs, 7));
    }

    #[test]
    fn nothing_to_compare_with_has_no_upper_end() {
        assert_eq!(ratio(&[], &[], 1).upper, f64::INFINITY);
        assert_eq!(ratio(&[1.0], &[0.0], 1).upper, f64::INFINITY);
        assert_eq!(ratio(&[0.0; 9], &[0.0; 9], 1), Interval { lower: 0.0, upper: f64::INFINITY });
    }
}
