//! A cap on single orders, so that one wholesale order does not decide an experiment (winsorising).
//!
//! The cap is a quantile of the orders of the time before the start, both arms pooled, and frozen: a cap computed from
//! the experiment itself would move with the effect that it should show. It limits the size of a value and never its
//! sign: a loss stays a loss, at most as large as the cap. It costs truth, as the capped mean is another quantity than
//! the mean; so the raw figure stands beside the capped one, and more than one order in a hundred should not be capped.

use super::{Visitor, VisitorSums};

/// The largest size that one order may count with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cap {
    limit: f64,
}

impl Cap {
    /// One order in a hundred is capped. At 0.95 a test needs 30 to 60 % fewer orders and answers another question.
    pub const DEFAULT_QUANTILE: f64 = 0.99;

    /// At this quantile (0 to 1) of the sizes of `orders`, which are single orders of the time before the start.
    ///
    /// Whoever did not order is not in the list: among visitors most are zero, and so would be the cap. `None` where no
    /// cap above 0 comes out. Interpolates between neighbours, as numpy does by default. Cost: linear in the orders.
    pub fn at(orders: &[f64], quantile: f64) -> Option<Self> {
        let mut sizes: Vec<f64> = orders.iter().map(|value| value.abs()).filter(|size| size.is_finite()).collect();
        let place = (sizes.len().checked_sub(1)? as f64) * quantile.clamp(0.0, 1.0);
        let (_, at, above) = sizes.select_nth_unstable_by(place as usize, f64::total_cmp);
        let next = above.iter().copied().min_by(f64::total_cmp).unwrap_or(*at);
        Self::frozen(*at + (next - *at) * place.fract())
    }

    /// A cap that was registered earlier; `None` unless it is finite and above 0.
    pub fn frozen(limit: f64) -> Option<Self> {
        (limit.is_finite() && limit > 0.0).then_some(Self { limit })
    }

    /// The largest size, in the unit of the orders.
    pub fn limit(self) -> f64 {
        self.limit
    }

    /// The value with its sign, at most as large as the cap.
    pub fn apply(self, value: f64) -> f64 {
        value.clamp(-self.limit, self.limit)
    }
}

/// The same arm twice: as it was, and with capped orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capped<const H: usize = 0> {
    /// As it was.
    pub raw: VisitorSums<H>,
    /// With every order capped.
    pub capped: VisitorSums<H>,
    /// How many orders were larger than the cap.
    pub cut: u64,
    cap: Cap,
}

impl<const H: usize> Capped<H> {
    /// An arm without visitors yet.
    pub fn new(cap: Cap) -> Self {
        Self { raw: VisitorSums::default(), capped: VisitorSums::default(), cut: 0, cap }
    }

    /// Counts one more visitor: the values of their orders, what the sum is divided by, and their history.
    pub fn add(&mut self, orders: &[f64], denominator: f64, history: [f64; H]) {
        self.raw.add(&Visitor { numerator: orders.iter().sum(), denominator, history });
        let numerator = orders.iter().map(|value| self.cap.apply(*value)).sum();
        self.capped.add(&Visitor { numerator, denominator, history });
        self.cut += orders.iter().filter(|value| self.cap.apply(**value) != **value).count() as u64;
    }

    /// Adds the visitors of another shard, which was capped alike.
    pub fn merge(&mut self, other: &Self) {
        self.raw.merge(&other.raw);
        self.capped.merge(&other.capped);
        self.cut += other.cut;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_quantile_of_sizes() {
        let orders: Vec<f64> = (1..=101).map(f64::from).collect();
        assert_eq!(Cap::at(&orders, 0.99).map(Cap::limit), Some(100.0));
        assert_eq!(Cap::at(&[1.0, 3.0], 0.5).map(Cap::limit), Some(2.0));
        assert_eq!(Cap::at(&[-8.0, 1.0, 2.0], 1.0).map(Cap::limit), Some(8.0));
        assert_eq!((Cap::at(&[], 0.99), Cap::at(&[0.0, 0.0], 0.99)), (None, None));
    }

    #[test]
    fn raw_and_capped_beside_each_other() {
        let mut arm = Capped::new(Cap::frozen(100.0).unwrap());
        arm.add(&[40.0, 5_000.0], 2.0, []);
        let mut shard = Capped::new(Cap::frozen(100.0).unwrap());
        shard.add(&[-300.0], 1.0, []);
        arm.merge(&shard);
        assert_eq!((arm.raw.numerator(), arm.capped.numerator(), arm.cut), (4_740.0, 40.0, 2));
        assert_eq!((arm.raw.denominator(), arm.capped.denominator()), (3.0, 3.0));
    }

    proptest! {
        #[test]
        fn a_cap_keeps_the_sign_and_the_order(a in -1e6..1e6f64, b in -1e6..1e6f64, limit in 1e-3..1e6f64) {
            let cap = Cap::frozen(limit).unwrap();
            prop_assert_eq!(cap.apply(a).signum(), a.signum());
            prop_assert!(cap.apply(a).abs() <= limit && cap.apply(a).abs() <= a.abs());
            prop_assert!((a <= b) == (cap.apply(a) <= cap.apply(b)) || cap.apply(a).abs() == limit);
            prop_assert_eq!(cap.apply(cap.apply(a)), cap.apply(a));
        }
    }
}
