//! What a score is worth: a strictly increasing line from scores to the share of products that were taken.
//!
//! The first ten products of every held-out question are put into at most sixteen bins of equal count, by score. Where
//! a bin's share of hits is not above that of the bin before, the two are one bin (pool adjacent violators: Ayer et al.
//! 1955). Between the centres of the bins the line is straight. Flat steps, as plain isotonic regression has them, would
//! leave ties that a boost breaks as it likes; here there are none.
//!
//! In small numbers: of a hundred products with scores around 0.1 two were taken, around 0.2 one, around 0.4 nine. The
//! first two bins join: (0.15, 0.015) and (0.4, 0.09) are the knots, and a score of 0.275 means a chance of 5 %.
//!
//! Only one line of each held-out order is hidden, so a probability is that of *the* hidden line; shoppers who take
//! several make it a lower bound. The line belongs to the scores of the model that was fitted to the first nine tenths;
//! the model that ships has seen a tenth more and keeps it.

use super::answering::Answer;
use crate::bundle::{Calibration, Knot, Policy, Strategy};

/// Most knots of a line.
const KNOTS: usize = 16;
/// Questions below which a line would be guessed.
const ENOUGH: usize = 100;
/// Hits below which a line would be guessed.
const FEW_HITS: usize = 20;

/// A product that was shown first to tenth: its score, and whether it was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// The score, before calibration.
    pub score: f32,
    /// Whether it was what the question hid.
    pub taken: bool,
}

/// The products of all lists that anything speaks for; those of score 0 only fill up.
pub fn shown(answers: &[Answer]) -> Vec<Shown> {
    let of = |answer: &Answer| {
        let found = answer.found;
        answer
            .list
            .clone()
            .into_iter()
            .enumerate()
            .map(move |(at, (_, score))| Shown { score, taken: found >> at & 1 == 1 })
    };
    answers.iter().flat_map(of).filter(|shown| shown.score > 0.0).collect()
}

/// The line through what `questions` questions showed; `None` where they are too few, or scores say nothing.
///
/// 2 to 16 knots; scores and probabilities strictly ascend and are above zero.
///
/// # Cost
///
/// One sort of `shown`.
pub fn fit(questions: usize, shown: &[Shown]) -> Option<Vec<Knot>> {
    let hits = shown.iter().filter(|shown| shown.taken).count();
    if questions < ENOUGH || hits < FEW_HITS {
        return None;
    }
    let knots = knots(&above_zero(pool(bins(shown))));
    (knots.len() >= 2).then_some(knots)
}

/// Observations of neighbouring scores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bin {
    count: f64,
    scores: f64,
    hits: f64,
}

impl Bin {
    fn join(self, other: Self) -> Self {
        Self { count: self.count + other.count, scores: self.scores + other.scores, hits: self.hits + other.hits }
    }

    fn share(self) -> f64 {
        self.hits / self.count
    }

    fn knot(self) -> Knot {
        Knot { score: (self.scores / self.count) as f32, probability: self.share() as f32 }
    }
}

/// At most [`KNOTS`] bins of equal count, ascending by score; equal scores never part.
fn bins(shown: &[Shown]) -> Vec<Bin> {
    let mut sorted: Vec<Shown> = shown.iter().copied().filter(|s| s.score.is_finite() && s.score > 0.0).collect();
    sorted.sort_unstable_by(|a, b| a.score.total_cmp(&b.score).then(a.taken.cmp(&b.taken)));
    let size = sorted.len().div_ceil(KNOTS).max(1);
    let mut bins: Vec<Bin> = Vec::new();
    let mut open = 0;
    for run in sorted.chunk_by(|a, b| a.score == b.score) {
        if open == 0 {
            bins.push(Bin::default());
        }
        let hits = run.iter().filter(|shown| shown.taken).count() as f64;
        let scores = f64::from(run[0].score) * run.len() as f64;
        if let Some(last) = bins.last_mut() {
            *last = last.join(Bin { count: run.len() as f64, scores, hits });
        }
        open = if open + run.len() >= size { 0 } else { open + run.len() };
    }
    bins
}

/// Joins neighbours until shares strictly ascend.
fn pool(bins: Vec<Bin>) -> Vec<Bin> {
    let mut pooled: Vec<Bin> = Vec::new();
    for mut bin in bins {
        while let Some(before) = pooled.pop_if(|before| before.share() >= bin.share()) {
            bin = before.join(bin);
        }
        pooled.push(bin);
    }
    pooled
}

/// The lowest bin joins the next where it has no hits: no chance is none, and below the first knot the line falls to zero.
fn above_zero(mut bins: Vec<Bin>) -> Vec<Bin> {
    if bins.len() >= 2 && bins[0].hits == 0.0 {
        let lowest = bins.remove(0);
        bins[0] = lowest.join(bins[0]);
    }
    bins
}

/// Knots of bins; those that f32 does not tell from the one before are left out.
fn knots(bins: &[Bin]) -> Vec<Knot> {
    let mut knots: Vec<Knot> = Vec::new();
    for knot in bins.iter().map(|bin| bin.knot()) {
        let above = |last: &Knot| knot.score > last.score && knot.probability > last.probability;
        if knots.last().is_none_or(above) {
            knots.push(knot);
        }
    }
    knots
}

/// The probability of `score` on a line: straight between knots, to zero below the first, on with the last slope above
/// the last, 1 at most.
pub fn probability(knots: &[Knot], score: f32) -> f64 {
    let (a, b) = match knots.partition_point(|knot| knot.score <= score) {
        _ if knots.len() < 2 => return 0.0,
        0 => (Knot { score: 0.0, probability: 0.0 }, knots[0]),
        at => (knots[at.min(knots.len() - 1) - 1], knots[at.min(knots.len() - 1)]),
    };
    let width = f64::from(b.score) - f64::from(a.score);
    let rise = f64::from(b.probability) - f64::from(a.probability);
    let on = (f64::from(score) - f64::from(a.score)) / width;
    (f64::from(a.probability) + rise * on).clamp(0.0, 1.0)
}

/// The lines of a training run, by strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines(Vec<(Strategy, Vec<Knot>)>);

impl Lines {
    /// Fits the line of `strategy` to the answers of its questions; without enough of them it gets none.
    pub fn learn(&mut self, strategy: Strategy, answers: &[Answer]) {
        self.0.extend(fit(answers.len(), &shown(answers)).map(|knots| (strategy, knots)));
    }

    /// Takes the lines of another run of other strategies.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// One calibration a placement whose strategy has a line.
    pub fn of_placements(&self, policies: &[Policy]) -> Vec<Calibration> {
        let of = |policy: &Policy| {
            let (_, knots) = self.0.iter().find(|(strategy, _)| *strategy == policy.strategy)?;
            Some(Calibration { placement: policy.placement.clone(), knots: knots.clone() })
        };
        policies.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bin(count: u32, hits: u32) -> Bin {
        Bin { count: f64::from(count), scores: f64::from(count), hits: f64::from(hits) }
    }

    /// Isotonic regression by its min–max formula: `max over j ≤ i of min over k ≥ i of the mean of j to k`.
    fn slow(bins: &[Bin]) -> Vec<f64> {
        let mean = |j: usize, k: usize| bins[j..=k].iter().fold(Bin::default(), |a, b| a.join(*b)).share();
        let least = |j: usize, i: usize| (i..bins.len()).map(|k| mean(j, k)).fold(f64::INFINITY, f64::min);
        (0..bins.len()).map(|i| (0..=i).map(|j| least(j, i)).fold(f64::NEG_INFINITY, f64::max)).collect()
    }

    proptest! {
        #[test]
        fn pooling_is_isotonic_regression(counts in prop::collection::vec((1u32..50, 0u32..50), 1..16)) {
            let bins: Vec<Bin> = counts.iter().map(|(n, h)| bin(*n, (*h).min(*n))).collect();
            let pooled = pool(bins.clone());
            let slow = slow(&bins);
            let (mut at, mut place) = (0.0, 0);
            for block in &pooled {
                let end = at + block.count;
                while at < end {
                    prop_assert!((slow[place] - block.share()).abs() < 1e-9, "{slow:?} {pooled:?}");
                    at += bins[place].count;
                    place += 1;
                }
            }
            prop_assert_eq!(place, bins.len());
            prop_assert!(pooled.windows(2).all(|w| w[0].share() < w[1].share()));
        }

        #[test]
        fn a_line_strictly_ascends_and_keeps_the_order(
            seen in prop::collection::vec((1u32..400, 0u32..400), 200..600),
        ) {
            let seen: Vec<Shown> = seen
                .into_iter()
                .map(|(score, dice)| Shown { score: score as f32 / 64.0, taken: dice < score })
                .collect();
            let Some(knots) = fit(seen.len(), &seen) else { return Ok(()) };
            prop_assert!((2..=16).contains(&knots.len()));
            prop_assert!(knots[0].probability > 0.0 && knots[0].score > 0.0);
            prop_assert!(knots.windows(2).all(|w| w[0].score < w[1].score && w[0].probability < w[1].probability));
            let all: Vec<f64> = (1..500).map(|s| probability(&knots, s as f32 / 64.0)).collect();
            prop_assert!(all.windows(2).all(|w| w[0] < w[1] || w[1] == 1.0));
            prop_assert!(knots.iter().all(|k| (probability(&knots, k.score) - f64::from(k.probability)).abs() < 1e-6));
        }
    }

    fn many(score: f32, count: usize, hits: usize) -> Vec<Shown> {
        (0..count).map(|n| Shown { score, taken: n < hits }).collect()
    }

    #[test]
    fn the_example_of_the_first_comment() {
        let seen = [many(0.1, 100, 2), many(0.2, 100, 1), many(0.4, 100, 27)].concat();
        let knots = fit(300, &seen).unwrap();
        let expected = [(0.15, 0.015), (0.4, 0.27)].map(|(score, probability)| Knot { score, probability });
        assert_eq!(knots, expected);
        assert!((probability(&knots, 0.275) - 0.1425).abs() < 1e-6);
        assert!((probability(&knots, 0.075) - 0.0075).abs() < 1e-9, "to zero below the first");
        assert!((probability(&knots, 0.5) - 0.372).abs() < 1e-6, "on with the last slope");
        assert_eq!(probability(&knots, 9.0), 1.0);
    }

    #[test]
    fn few_questions_few_hits_and_flat_scores_have_no_line() {
        let good = [many(0.1, 100, 2), many(0.4, 100, 27)].concat();
        assert!(fit(100, &good).is_some());
        assert!(fit(99, &good).is_none());
        assert!(fit(100, &many(0.3, 200, 50)).is_none(), "one score says nothing");
        assert!(fit(100, &[many(0.1, 100, 30), many(0.4, 100, 10)].concat()).is_none(), "higher is worse");
        assert!(fit(100, &[many(0.1, 100, 2), many(0.4, 100, 17)].concat()).is_none(), "19 hits");
        assert!(fit(100, &[]).is_none());
    }

    #[test]
    fn scores_that_are_no_numbers_are_left_out() {
        let bad = [f32::NAN, f32::INFINITY, -1.0, 0.0].map(|score| Shown { score, taken: true });
        let good = [many(0.1, 100, 2), many(0.4, 100, 27)].concat();
        assert_eq!(fit(100, &[&bad[..], &good].concat()), fit(100, &good));
    }
}
