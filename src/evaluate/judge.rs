//! The verdict on a relation, from the places it and the simple methods gave to the same hidden items.

use super::bootstrap::{Interval, difference, ratio};
use super::costs::Kept;
use super::metrics::{Figures, Goal, Rank};
use super::report::BaselineReport;
use crate::bundle::Verdict;

/// Questions below which nothing is chosen and nothing is proven.
pub const ENOUGH: usize = 100;
/// Questions from which no gain over popularity means no signal.
const PLENTY: usize = 300;

/// What held-out questions say of a relation.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Whether it is worth asking.
    pub verdict: Verdict,
    /// How many questions.
    pub questions: usize,
    /// Its figures, where there were questions.
    pub figures: Option<Figures>,
    /// The simple methods, popularity first.
    pub baselines: Vec<BaselineReport>,
    /// 95 % interval of the value gained over popularity.
    pub over_popularity: Option<Interval>,
    /// HR in the small profile as a share of that in the standard one.
    pub small: Option<Kept>,
}

impl Trial {
    /// Too few questions to say anything.
    pub fn unproven(questions: usize) -> Self {
        Self {
            verdict: Verdict::Unproven,
            questions,
            figures: None,
            baselines: Vec::new(),
            over_popularity: None,
            small: None,
        }
    }

    /// Compares `mine` with the simple methods, the first of which is popularity.
    pub fn of(mine: &[Rank], simple: &[(&'static str, Vec<Rank>)], goal: Goal, seed: u64) -> Self {
        let values = |ranks: &[Rank]| -> Vec<f32> { ranks.iter().map(|rank| goal.value(*rank)).collect() };
        let own = values(mine);
        let over = simple.first().map(|(_, popularity)| difference(&own, &values(popularity)));
        let baseline = |(name, ranks): &(&'static str, Vec<Rank>)| BaselineReport {
            name,
            figures: Figures::of(ranks),
            ratio: ratio(&own, &values(ranks), seed),
        };
        Self {
            verdict: verdict(mine.len(), over),
            questions: mine.len(),
            figures: Some(Figures::of(mine)),
            baselines: simple.iter().map(baseline).collect(),
            over_popularity: over,
            small: None,
        }
    }

    /// Notes what the same questions say of the small profile.
    pub fn with_small(self, standard: &[Rank], small: &[Rank], goal: Goal) -> Self {
        let hits =
            |ranks: &[Rank]| -> Vec<f32> { ranks.iter().map(|r| if *r < goal.cut() { 1.0 } else { 0.0 }).collect() };
        Self { small: Some(Kept::of(&hits(small), &hits(standard))), ..self }
    }

    /// A relation without edges has nothing to say, whatever the questions said.
    pub fn without_edges(&mut self) {
        self.verdict = Verdict::NoSignal;
    }
}

fn verdict(questions: usize, over_popularity: Option<Interval>) -> Verdict {
    match over_popularity {
        Some(over) if questions >= ENOUGH && over.lower > 0.0 => Verdict::Signal,
        Some(_) if questions >= PLENTY => Verdict::NoSignal,
        _ => Verdict::Unproven,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(n: usize, mine: Rank, theirs: Rank) -> Trial {
        // Every second question is missed by both, so that there is variance.
        let ranks = |rank: Rank| (0..n).map(|q| if q % 2 == 0 { rank } else { 99 }).collect::<Vec<_>>();
        Trial::of(&ranks(mine), &[("popularity", ranks(theirs))], Goal::Basket, 7)
    }

    #[test]
    fn a_gain_beyond_doubt_is_a_signal() {
        assert_eq!(trial(300, 0, 5).verdict, Verdict::Signal);
        assert_eq!(trial(100, 0, 5).verdict, Verdict::Signal);
    }

    #[test]
    fn no_gain_over_many_questions_is_no_signal_and_over_few_unproven() {
        assert_eq!(trial(300, 5, 5).verdict, Verdict::NoSignal);
        assert_eq!(trial(300, 5, 0).verdict, Verdict::NoSignal);
        assert_eq!(trial(299, 5, 5).verdict, Verdict::Unproven);
        assert_eq!(trial(99, 0, 5).verdict, Verdict::Unproven);
    }

    #[test]
    fn a_ratio_below_one_is_seen() {
        let upper = trial(300, 5, 0).baselines[0].ratio.upper;
        assert!(upper < 1.0, "{upper}");
    }
}
