//! A cap on single orders, so that one wholesale order does not decide an experiment (winsorising).
//!
//! The cap is a quantile of the orders of the time before the start, both arms pooled, and frozen: a cap computed from
//! the experiment itself would move with the effect that it should show. It limits the size of a value and never its
//! sign: a loss stays a loss, at most as large as the cap. It costs truth, as the capped mean is another quantity than
//! the mean; so the raw figure stands beside the capped one, and more than one order in a hundred should not be capped.

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

    /// The share of an order of this size that counts: 1, or what brings it down to the cap. All its figures shrink by it, revenue as
    /// margin, so that their ratios stay.
    pub fn share(self, size: f64) -> f64 {
        if size.abs() > self.limit { self.limit / size.abs() } else { 1.0 }
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

    proptest! {
        #[test]
        fn a_cap_keeps_the_sign_and_the_order(a in -1e6..1e6f64, b in -1e6..1e6f64, limit in 1e-3..1e6f64) {
            let cap = Cap::frozen(limit).unwrap();
            let cut = |size: f64| size * cap.share(size);
            prop_assert_eq!(cut(a).signum(), a.signum());
            prop_assert!(cut(a).abs() <= limit * (1.0 + 1e-12) && cut(a).abs() <= a.abs());
            prop_assert!((a <= b) == (cut(a) <= cut(b)) || (cut(a).abs() - limit).abs() < 1e-9 * limit);
            prop_assert!((cut(cut(a)) - cut(a)).abs() <= 1e-12 * limit);
        }
    }
}
