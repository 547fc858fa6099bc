//! What is kept of an arm: exact sums of its visitors' figures and of their products, in whole numbers.
//!
//! Whole numbers add up to the same whatever their order, so a report is the same for any order of files, shards and threads;
//! and what was added can be taken away again, so that a visitor whose figures grow from day to day is corrected day by day:
//! the sums of the days up to one are those of the arm on that day. In small numbers: a visitor buys for 10 on the first day
//! and for 5 on the third. The first day's sums gain (10, 10²), the third's gain (15, 15²) and lose (10, 10²); the days up to
//! the third hold (15, 15²).

use super::statistics::{Adjusted, Lift, Ratio, VisitorSums};

/// Figures of history: spend, orders, average order.
pub(crate) const HISTORY: usize = 3;
/// Figures in all.
const ALL: usize = 6 + HISTORY;

/// A figure of a visitor. Money is in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    /// 1.
    One,
    /// Contribution margin.
    Margin,
    /// Revenue.
    Revenue,
    /// Orders.
    Orders,
    /// Orders with a recommended product.
    Attached,
    /// 1 for a visitor with an order.
    Buyer,
}

/// The figures of one visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub margin: i64,
    pub revenue: i64,
    pub orders: i64,
    pub attached: i64,
    /// Spend, orders and average order before the first exposure.
    pub history: [i64; HISTORY],
}

impl Figures {
    fn all(&self) -> [i64; ALL] {
        let [spend, orders, average] = self.history;
        let buyer = i64::from(self.orders > 0);
        [1, self.margin, self.revenue, self.orders, self.attached, buyer, spend, orders, average]
    }
}

/// Sums over visitors: of each figure by each, of which that by [`Figure::One`] is the figure's own sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moments {
    products: [[i128; ALL]; ALL],
}

impl Moments {
    /// Counts a visitor.
    pub fn add(&mut self, visitor: &Figures) {
        self.count(visitor, 1);
    }

    /// Counts a visitor no more, who was counted with these figures, here or in sums that are merged with these.
    pub fn remove(&mut self, visitor: &Figures) {
        self.count(visitor, -1);
    }

    fn count(&mut self, visitor: &Figures, sign: i128) {
        let figures = visitor.all().map(i128::from);
        for (row, a) in self.products.iter_mut().zip(figures) {
            row.iter_mut().zip(figures).for_each(|(sum, b)| *sum += sign * a * b);
        }
    }

    /// Adds what others hold.
    pub fn merge(&mut self, other: &Self) {
        for (row, others) in self.products.iter_mut().zip(&other.products) {
            row.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
        }
    }

    /// How many visitors.
    pub fn visitors(&self) -> u64 {
        u64::try_from(self.sum(Figure::One)).unwrap_or(0)
    }

    /// The sum of a figure.
    pub fn sum(&self, figure: Figure) -> i128 {
        self.products[0][figure as usize]
    }

    /// One figure over another, with history.
    pub fn ratio(&self, [above, below]: [Figure; 2]) -> VisitorSums<HISTORY> {
        let (outcome, history) = ([above as usize, below as usize], [6, 7, 8]);
        let means = (outcome.map(|a| self.mean(a)), history.map(|a| self.mean(a)));
        let within = outcome.map(|a| outcome.map(|b| self.spread(a, b)));
        let across = outcome.map(|a| history.map(|b| self.spread(a, b)));
        let before = history.map(|a| history.map(|b| self.spread(a, b)));
        VisitorSums::known(self.visitors(), means, within, across, before)
    }

    fn mean(&self, figure: usize) -> f64 {
        self.products[0][figure] as f64 / self.visitors().max(1) as f64
    }

    /// The sum of products of deviations, without loss: `(n·Σab − Σa·Σb) ÷ n`.
    fn spread(&self, a: usize, b: usize) -> f64 {
        let count = i128::from(self.visitors().max(1));
        let exact = count.checked_mul(self.products[a][b]).zip(self.products[0][a].checked_mul(self.products[0][b]));
        match exact.and_then(|(square, product)| square.checked_sub(product)) {
            Some(exact) => exact as f64 / count as f64,
            None => self.products[a][b] as f64 - self.mean(a) * self.products[0][b] as f64,
        }
    }
}

/// A lift with the two values it compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Compared {
    pub control: f64,
    pub treatment: f64,
    pub lift: Lift,
    /// The share of the variance that history took away.
    pub variance_cut: f64,
}

impl Compared {
    /// Treatment against control, corrected by history where there is some; `None` where there is nothing to compare with.
    pub fn of(treatment: &Moments, control: &Moments, figures: [Figure; 2]) -> Option<Self> {
        let (t, c) = (treatment.ratio(figures), control.ratio(figures));
        let adjusted = Adjusted::of(&t, &c)?;
        let lift = Lift::of(&adjusted.treatment, &adjusted.control)?;
        let (treatment, control) = (adjusted.treatment.value(), adjusted.control.value());
        Some(Self { control, treatment, lift, variance_cut: adjusted.variance_cut })
    }

    /// The same without history.
    pub fn plain(treatment: &Moments, control: &Moments, figures: [Figure; 2]) -> Option<Self> {
        let (t, c) = (Ratio::of(&treatment.ratio(figures))?, Ratio::of(&control.ratio(figures))?);
        Some(Self { control: c.value(), treatment: t.value(), lift: Lift::of(&t, &c)?, variance_cut: 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::super::statistics::Visitor;
    use super::*;
    use proptest::prelude::*;

    fn figures() -> impl Strategy<Value = Figures> {
        (-5_000..90_000i64, 0..200_000i64, 0..5i64, [0..90_000i64, 0..9, 0..70_000]).prop_map(
            |(margin, revenue, orders, history)| Figures { margin, revenue, orders, attached: orders / 2, history },
        )
    }

    proptest! {
        #[test]
        fn exact_sums_are_those_of_the_visitors(visitors in prop::collection::vec(figures(), 2..60)) {
            let (mut exact, mut sums) = (Moments::default(), VisitorSums::<HISTORY>::default());
            for one in &visitors {
                exact.add(one);
                sums.add(&Visitor {
                    numerator: one.margin as f64,
                    denominator: one.orders as f64,
                    history: one.history.map(|value| value as f64),
                });
            }
            let (a, b) = (Ratio::of(&exact.ratio([Figure::Margin, Figure::Orders])), Ratio::of(&sums));
            prop_assert_eq!(a.is_some(), b.is_some());
            if let (Some(a), Some(b)) = (a, b) {
                prop_assert!((a.value() - b.value()).abs() < 1e-6 * (1.0 + b.value().abs()));
                prop_assert!((a.variance() - b.variance()).abs() < 1e-6 * (1.0 + b.variance()));
            }
        }

        #[test]
        fn what_was_added_can_be_taken_away(stay in figures(), go in figures()) {
            let (mut both, mut one) = (Moments::default(), Moments::default());
            both.add(&stay);
            both.add(&go);
            both.remove(&go);
            one.add(&stay);
            prop_assert_eq!(both, one);
        }
    }

    #[test]
    fn sums_beyond_what_can_be_squared_lose_digits_and_nothing_else() {
        let mut huge = Moments::default();
        for n in 0..4 {
            huge.add(&Figures { revenue: i64::MAX / 8 + n, orders: 1, ..Figures::default() });
        }
        let ratio = Ratio::of(&huge.ratio([Figure::Revenue, Figure::Orders])).unwrap();
        assert!(ratio.value() > 1e18 && ratio.variance().is_finite());
    }
}
