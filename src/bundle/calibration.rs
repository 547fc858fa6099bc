//! What a score is worth: a line through a few knots, from score to probability.

use super::draft::{Calibration, Knot};
use super::layout::MAX_KNOTS;
use super::structured::{Structured, placement_rule};

impl Calibration {
    /// The probability that `score` stands for: 0 to 1, never lower for a higher score.
    ///
    /// Between two knots it lies on the straight line from one to the other; below the first knot on the line from no
    /// score and no probability to it; from the last knot on it stays. Where it stays, items differ in score and not in
    /// probability: lists are ordered by score, so that this orders nothing anew. Only + − × ÷ and comparisons, for the
    /// same bits everywhere.
    pub fn probability(&self, score: f32) -> f32 {
        // From above: what is asked is what may be shown.
        let mut above = None;
        for knot in self.knots.iter().rev() {
            if knot.score <= score {
                return above.map_or(knot.probability, |above| knot.towards(above, score));
            }
            above = Some(knot);
        }
        above.map_or(0.0, |above| Knot { score: 0.0, probability: 0.0 }.towards(above, score))
    }
}

impl Knot {
    /// The line from here to `next` at `score`, which lies before `next`; rounding never lifts it above `next`.
    fn towards(&self, next: &Self, score: f32) -> f32 {
        let along = (score - self.score) / (next.score - self.score);
        let risen = self.probability + (next.probability - self.probability) * along;
        match along > 0.0 {
            true if risen < next.probability => risen,
            true => next.probability,
            false => self.probability,
        }
    }

    fn is_sound(&self) -> bool {
        self.score.is_finite() && self.score >= 0.0 && (0.0..=1.0).contains(&self.probability)
    }

    fn is_below(&self, next: &Self) -> bool {
        self.score < next.score && self.probability < next.probability
    }
}

impl Structured for Vec<Calibration> {
    const NAME: &'static str = "calibration";

    fn broken_rule(&self) -> Option<&'static str> {
        if let Some(rule) = placement_rule(self.iter().map(|calibration| calibration.placement.as_str())) {
            return Some(rule);
        }
        self.iter().find_map(|Calibration { knots, .. }| {
            if !(2..=MAX_KNOTS).contains(&knots.len()) {
                return Some("2 to 16 knots are expected");
            }
            if !knots.iter().all(Knot::is_sound) {
                return Some("a knot needs a finite score ≥ 0 and a probability of 0 to 1");
            }
            let mut pairs = knots.iter().zip(knots.iter().skip(1));
            (!pairs.all(|(one, next)| one.is_below(next)))
                .then_some("knots must ascend strictly, in score and in probability")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn through(knots: &[(f32, f32)]) -> Calibration {
        let knots = knots.iter().map(|(score, probability)| Knot { score: *score, probability: *probability });
        Calibration { placement: "cart".into(), knots: knots.collect() }
    }

    #[test]
    fn a_score_lies_on_the_line_between_its_knots() {
        let line = through(&[(1.0, 0.1), (3.0, 0.5)]);
        let found = [0.0, 0.5, 1.0, 2.0, 3.0, 9.0, f32::INFINITY].map(|score| line.probability(score));
        assert_eq!(found, [0.0, 0.05, 0.1, 0.3, 0.5, 0.5, 0.5]);
        let from_nothing = through(&[(0.0, 0.1), (1.0, 0.2)]);
        assert_eq!([0.0, -1.0, 0.5].map(|score| from_nothing.probability(score)), [0.1, 0.0, 0.15]);
        assert_eq!(line.probability(-1.0), 0.0);
    }

    proptest! {
        /// Whatever the knots are, however near to one another: a higher score is never worth less.
        #[test]
        fn a_higher_score_is_never_worth_less(
            scores in prop::collection::btree_set(0u32..0x7f80_0000, 2..=16),
            probabilities in prop::collection::btree_set(0u32..=0x3f80_0000, 16),
            asked in prop::collection::vec(0u32..=0x7f80_0000, 1..200),
        ) {
            let knots: Vec<_> =
                scores.iter().zip(&probabilities).map(|(s, p)| (f32::from_bits(*s), f32::from_bits(*p))).collect();
            let line = through(&knots);
            prop_assert_eq!(vec![line.clone()].broken_rule(), None);
            let beside = scores.iter().flat_map(|bits| [bits.saturating_sub(1), *bits, bits + 1]);
            let mut all: Vec<u32> = asked.into_iter().chain(beside).collect();
            all.sort_unstable();
            let worth: Vec<f32> = all.into_iter().map(|bits| line.probability(f32::from_bits(bits))).collect();
            prop_assert!(worth.windows(2).all(|pair| pair[0] <= pair[1]), "{:?}", worth);
            prop_assert!(worth.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
