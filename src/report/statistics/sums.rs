//! What is kept of an arm: counts, means and co-moments of its visitors, added one by one or merged shard by shard.

/// One visitor's outcome, and what was known of them before the start.
///
/// For the average order the numerator is what they spent and the denominator their orders; for a figure a visitor the
/// denominator is 1. Units are the caller's; money is best in minor units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visitor<const H: usize = 0> {
    /// What is summed above the line: revenue, margin, orders with a recommended product.
    pub numerator: f64,
    /// What is summed below it: orders, or 1.
    pub denominator: f64,
    /// Figures from strictly before the first exposure (spend, orders, average order); zeros where nothing is known.
    pub history: [f64; H],
}

/// Sums over the visitors of one arm, with `H` figures of history each.
///
/// # Cost
///
/// A fixed few numbers, whatever the count of visitors: `(2 + H)²` multiplications a visitor.
///
/// # Source
///
/// The pairwise update of means and co-moments by Chan, Golub and LeVeque (1979), which loses no digits where a naive sum
/// of squares does. Shards in the same order give the same bits; in another order the last digits differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisitorSums<const H: usize = 0> {
    pub(super) visitors: u64,
    /// Means of numerator and denominator.
    pub(super) outcome: [f64; 2],
    pub(super) history: [f64; H],
    /// Sums of products of deviations: outcome by outcome, outcome by history, history by history.
    pub(super) within: [[f64; 2]; 2],
    pub(super) across: [[f64; H]; 2],
    pub(super) before: [[f64; H]; H],
}

impl<const H: usize> Default for VisitorSums<H> {
    fn default() -> Self {
        Self {
            visitors: 0,
            outcome: [0.0; 2],
            history: [0.0; H],
            within: [[0.0; 2]; 2],
            across: [[0.0; H]; 2],
            before: [[0.0; H]; H],
        }
    }
}

impl<const H: usize> VisitorSums<H> {
    /// Counts one more visitor.
    pub fn add(&mut self, visitor: &Visitor<H>) {
        let outcome = [visitor.numerator, visitor.denominator];
        self.merge(&Self { visitors: 1, outcome, history: visitor.history, ..Self::default() });
    }

    /// Adds the visitors of another shard; no visitor may be in both.
    pub fn merge(&mut self, other: &Self) {
        let count = (self.visitors + other.visitors) as f64;
        if other.visitors == 0 {
            return;
        }
        let share = other.visitors as f64 / count;
        let weight = self.visitors as f64 * share;
        let outcome = apart(&self.outcome, &other.outcome);
        let history = apart(&self.history, &other.history);
        products(&mut self.within, &other.within, &outcome, &outcome, weight);
        products(&mut self.across, &other.across, &outcome, &history, weight);
        products(&mut self.before, &other.before, &history, &history, weight);
        move_by(&mut self.outcome, &outcome, share);
        move_by(&mut self.history, &history, share);
        self.visitors += other.visitors;
    }

    /// Sums whose means and sums of products of deviations are known as such: outcome by outcome, outcome by history, history by
    /// history.
    pub(crate) fn known(
        visitors: u64,
        (outcome, history): ([f64; 2], [f64; H]),
        within: [[f64; 2]; 2],
        across: [[f64; H]; 2],
        before: [[f64; H]; H],
    ) -> Self {
        Self { visitors, outcome, history, within, across, before }
    }

    /// How many visitors.
    pub fn visitors(&self) -> u64 {
        self.visitors
    }

    /// The sum of all numerators.
    pub fn numerator(&self) -> f64 {
        self.outcome[0] * self.visitors as f64
    }

    /// The sum of all denominators, as the count of orders.
    pub fn denominator(&self) -> f64 {
        self.outcome[1] * self.visitors as f64
    }
}

fn apart<const N: usize>(from: &[f64; N], to: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| to[i] - from[i])
}

fn move_by<const N: usize>(mean: &mut [f64; N], delta: &[f64; N], share: f64) {
    mean.iter_mut().zip(delta).for_each(|(mean, delta)| *mean += delta * share);
}

fn products<const R: usize, const C: usize>(
    mine: &mut [[f64; C]; R],
    theirs: &[[f64; C]; R],
    rows: &[f64; R],
    columns: &[f64; C],
    weight: f64,
) {
    for ((mine, theirs), row) in mine.iter_mut().zip(theirs).zip(rows) {
        for ((mine, theirs), column) in mine.iter_mut().zip(theirs).zip(columns) {
            *mine += theirs + row * column * weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sums(visitors: &[[f64; 3]]) -> VisitorSums<1> {
        let mut sums = VisitorSums::default();
        for [numerator, denominator, before] in visitors {
            sums.add(&Visitor { numerator: *numerator, denominator: *denominator, history: [*before] });
        }
        sums
    }

    fn close(a: f64, b: f64, scale: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + scale)
    }

    #[test]
    fn three_visitors_by_hand() {
        let sums = sums(&[[10.0, 1.0, 2.0], [20.0, 1.0, 4.0], [60.0, 4.0, 6.0]]);
        assert_eq!((sums.visitors(), sums.outcome), (3, [30.0, 2.0]));
        assert!(close(sums.within[0][0], 1_400.0, 1_400.0) && close(sums.within[0][1], 90.0, 90.0));
        assert!(close(sums.across[1][0], 6.0, 6.0) && close(sums.before[0][0], 8.0, 8.0));
        assert!(close(sums.numerator(), 90.0, 90.0) && close(sums.denominator(), 6.0, 6.0));
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let at = |offset: f64| sums(&[[offset + 1.0, 1.0, 0.0], [offset + 2.0, 1.0, 0.0], [offset + 3.0, 1.0, 0.0]]);
        assert!((at(1e9).within[0][0] - at(0.0).within[0][0]).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn shards_are_one_pass(
            visitors in prop::collection::vec(prop::array::uniform3(-1e4..1e4f64), 0..60),
            cuts in prop::collection::vec(0usize..60, 2),
        ) {
            let whole = sums(&visitors);
            let (a, b) = (cuts[0].min(cuts[1]).min(visitors.len()), cuts[0].max(cuts[1]).min(visitors.len()));
            let mut merged = VisitorSums::default();
            for shard in [&visitors[..a], &visitors[a..b], &visitors[b..]] {
                merged.merge(&sums(shard));
            }
            prop_assert_eq!(whole.visitors, merged.visitors);
            let scale = whole.within[0][0] + whole.within[1][1] + whole.before[0][0] + 1e4;
            for (one, other) in [
                (whole.outcome[0], merged.outcome[0]),
                (whole.history[0], merged.history[0]),
                (whole.within[0][0], merged.within[0][0]),
                (whole.within[0][1], merged.within[0][1]),
                (whole.within[1][0], merged.within[1][0]),
                (whole.across[0][0], merged.across[0][0]),
                (whole.across[1][0], merged.across[1][0]),
                (whole.before[0][0], merged.before[0][0]),
            ] {
                prop_assert!(close(one, other, scale), "{one} {other}");
            }
        }
    }
}
