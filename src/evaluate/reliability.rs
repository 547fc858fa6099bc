//! Whether probabilities mean what they say: predicted beside observed, on questions later than those they were fitted to.

use super::answering::Answer;
use super::bootstrap::Interval;
use super::calibrate::{probability, shown};
use crate::bundle::Knot;
use serde::Serialize;

/// Bins of equal count.
const BINS: usize = 10;

/// The reliability of one placement's probabilities.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// The placement.
    pub placement: String,
    /// The task that asked.
    pub task: &'static str,
    /// Products shown, ten a question at most.
    pub shown: usize,
    /// Knots of the line.
    pub knots: usize,
    /// Mean of (probability − outcome)²: 0 is perfect.
    pub brier: f64,
    /// The same for the one probability that is right on average: what scores add is the difference.
    pub brier_of_mean: f64,
    /// Mean distance of predicted and observed, bins weighed by count (expected calibration error).
    pub calibration_error: f64,
    /// Ten bins of equal count, ascending.
    pub bins: Vec<Observed>,
}

/// Products with similar probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Observed {
    /// How many.
    pub count: usize,
    /// Their mean probability.
    pub predicted: f64,
    /// The share that was taken.
    pub observed: f64,
    /// The 95 % interval of the share.
    pub interval: Interval,
}

impl Reliability {
    /// Of the products that `answers` showed; `None` where none was.
    pub fn of(placement: &str, task: &'static str, knots: &[Knot], answers: &[Answer]) -> Option<Self> {
        let pair = |shown: super::calibrate::Shown| (probability(knots, shown.score), shown.taken);
        let mut pairs: Vec<(f64, bool)> = shown(answers).into_iter().map(pair).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if pairs.is_empty() {
            return None;
        }
        let bins: Vec<Observed> = pairs.chunks(pairs.len().div_ceil(BINS)).map(Observed::of).collect();
        let n = pairs.len() as f64;
        let brier = pairs.iter().map(|(p, taken)| (p - f64::from(u8::from(*taken))).powi(2)).sum::<f64>() / n;
        let mean = pairs.iter().filter(|(_, taken)| *taken).count() as f64 / n;
        let apart = |bin: &Observed| bin.count as f64 * (bin.predicted - bin.observed).abs();
        Some(Self {
            placement: placement.into(),
            task,
            shown: pairs.len(),
            knots: knots.len(),
            brier,
            brier_of_mean: mean * (1.0 - mean),
            calibration_error: bins.iter().map(apart).sum::<f64>() / n,
            bins,
        })
    }
}

impl Observed {
    fn of(pairs: &[(f64, bool)]) -> Self {
        let taken = pairs.iter().filter(|(_, taken)| *taken).count();
        let count = pairs.len();
        let predicted = pairs.iter().map(|(p, _)| p).sum::<f64>() / count as f64;
        Self { count, predicted, observed: taken as f64 / count as f64, interval: wilson(taken, count) }
    }
}

/// The 95 % score interval of `hits` of `n` (Wilson 1927).
pub fn wilson(hits: usize, n: usize) -> Interval {
    let (n, z2) = (n.max(1) as f64, 1.96f64 * 1.96);
    let share = hits as f64 / n;
    let centre = share + z2 / (2.0 * n);
    let half = (z2 * (share * (1.0 - share) / n + z2 / (4.0 * n * n))).sqrt();
    let bound = |value: f64| (value / (1.0 + z2 / n)).clamp(0.0, 1.0);
    Interval { lower: bound(centre - half), upper: bound(centre + half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_by_the_book() {
        // 81 of 263, Newcombe 1998, table I: 0.2553 to 0.3662.
        let interval = wilson(81, 263);
        assert!((interval.lower - 0.2553).abs() < 1e-4 && (interval.upper - 0.3662).abs() < 1e-4, "{interval:?}");
        assert_eq!(wilson(0, 20).lower, 0.0);
        assert!((wilson(0, 20).upper - 0.1611).abs() < 1e-4);
    }

    #[test]
    fn figures_by_hand() {
        let knots = [(1.0, 0.1), (2.0, 0.5)].map(|(score, probability)| Knot { score, probability });
        let answer = |score, found| Answer { rank: 0, list: vec![(0, score)], found, wanted: 1 };
        // Ten with 0.1 of which two are taken, ten with 0.5 of which five are; one of score 0 is no prediction.
        let mut answers: Vec<Answer> = (0..10).map(|n| answer(1.0, u16::from(n < 2))).collect();
        answers.extend((0..10).map(|n| answer(2.0, u16::from(n < 5))));
        answers.push(answer(0.0, 1));
        let found = Reliability::of("cart", "cart", &knots, &answers).unwrap();
        assert_eq!((found.shown, found.knots, found.bins.len()), (20, 2, 10));
        let brier = (2.0 * 0.81 + 8.0 * 0.01 + 10.0 * 0.25) / 20.0;
        assert!((found.brier - brier).abs() < 1e-6);
        assert!((found.brier_of_mean - 0.35 * 0.65).abs() < 1e-12);
        assert_eq!(found.bins.iter().map(|bin| bin.count).sum::<usize>(), 20);
        assert!(found.calibration_error > 0.0);
        assert_eq!(Reliability::of("cart", "cart", &knots, &[]), None);
    }
}
