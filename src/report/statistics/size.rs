//! How many orders and days an effect needs, said before the start.
//!
//! In small numbers: an order of 50 ± 57.5 (a coefficient of variation of 1.15), visitors whose orders resemble each
//! other so much that two count as one (a design effect of 2), history that explains a fifth. To see 3 % with a power
//! of 80 % takes 38,000 orders an arm; to see 5 %, 14,000; to see 10 %, 3,700. A shop with 1,000 orders a day in the
//! experiment needs 77 days for the first and 8 for the last.

use super::{Ratio, VisitorSums, normal_cdf, normal_quantile};

/// What the orders of the past say about a test to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Baseline {
    /// The metric a unit: the average order.
    pub mean: f64,
    /// Standard deviation of single orders over their mean.
    pub cv: f64,
    /// Variance by visitor over the variance as if orders were independent; above 1 where a customer's orders are alike.
    pub design_effect: f64,
}

impl Baseline {
    /// Of the same period twice: one entry a visitor, and one entry an order with a denominator of 1.
    ///
    /// `None` where either has no [`Ratio`], the mean is not above 0, or all orders are alike.
    pub fn of<const H: usize>(visitors: &VisitorSums<H>, orders: &VisitorSums) -> Option<Self> {
        let (by_visitor, by_order) = (Ratio::of(visitors)?, Ratio::of(orders)?);
        let mean = by_order.value();
        let (cv, naive) = ((by_order.variance() * orders.visitors as f64).sqrt() / mean, by_order.variance());
        (mean > 0.0 && naive > 0.0).then(|| Self { mean, cv, design_effect: by_visitor.variance() / naive })
    }
}

/// What a test must be able to find, and what is known of the noise.
///
/// Units are orders for metrics an order, visitors (with a design effect of 1) for metrics a visitor.
///
/// # Source
///
/// `n = 2·(z₁₋α⸝₂ + z_power)²·CV²·D·(1 − ρ²) ÷ ln(1 + effect)²` an arm, for two equal arms: the usual formula on the scale of
/// logarithms, on which the lift is tested. There an effect of 3 % is 2.96 % and one of 12 % is 11.3 %; with the effect as it is in
/// the formula, the power for the latter would not be 80 but 76 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleSize {
    /// The chance to call a difference where there is none, both sides together.
    pub alpha: f64,
    /// The chance to find the effect.
    pub power: f64,
    /// Standard deviation over mean of one unit, after the cap.
    pub cv: f64,
    /// How many units say as much as one independent unit; at least about 1.
    pub design_effect: f64,
    /// The share of variance that history explains (ρ², [`Adjusted::variance_cut`](super::Adjusted)); 0 where nothing is
    /// known of visitors.
    pub explained: f64,
}

impl SampleSize {
    /// An alpha of 5 % and a power of 80 %, with nothing known from history.
    pub fn of(baseline: &Baseline) -> Self {
        let Baseline { cv, design_effect, .. } = *baseline;
        Self { alpha: 0.05, power: 0.8, cv, design_effect, explained: 0.0 }
    }

    /// Units an arm that find this relative effect, 0.03 for 3 %, rounded up.
    pub fn per_arm(&self, effect: f64) -> f64 {
        (2.0 * self.reach().powi(2) * self.unit_variance() / effect.ln_1p().powi(2)).ceil()
    }

    /// The smallest effect that so many units an arm find.
    pub fn reachable(&self, per_arm: f64) -> f64 {
        (self.reach() * (2.0 * self.unit_variance() / per_arm).sqrt()).exp_m1()
    }

    /// The chance that so many units an arm find this effect.
    pub fn power_at(&self, effect: f64, per_arm: f64) -> f64 {
        let error = (2.0 * self.unit_variance() / per_arm).sqrt();
        normal_cdf(effect.ln_1p().abs() / error - normal_quantile(1.0 - self.alpha / 2.0))
    }

    /// Full days until this effect is found, with `units_per_day` in the experiment and this share (0 to 1) of them in the
    /// treatment; infinite where there is no traffic or only one arm.
    ///
    /// Unequal arms take longer: at 0.9 nearly three times as long as at 0.5.
    pub fn days(&self, effect: f64, units_per_day: f64, treatment: f64) -> f64 {
        let balance = 4.0 * treatment * (1.0 - treatment);
        if units_per_day > 0.0 && balance > 0.0 {
            (2.0 * self.per_arm(effect) / (balance * units_per_day)).ceil()
        } else {
            f64::INFINITY
        }
    }

    /// The smallest effect that so many days find; infinite where there is no traffic or only one arm.
    pub fn reachable_in(&self, days: f64, units_per_day: f64, treatment: f64) -> f64 {
        let per_arm = days * units_per_day * 2.0 * treatment * (1.0 - treatment);
        if per_arm > 0.0 { self.reachable(per_arm) } else { f64::INFINITY }
    }

    /// `z₁₋α⸝₂ + z_power`.
    fn reach(&self) -> f64 {
        normal_quantile(1.0 - self.alpha / 2.0) + normal_quantile(self.power)
    }

    fn unit_variance(&self) -> f64 {
        self.cv * self.cv * self.design_effect * (1.0 - self.explained)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Visitor;
    use super::*;
    use proptest::prelude::*;

    const SHOP: SampleSize = SampleSize { alpha: 0.05, power: 0.8, cv: 1.15, design_effect: 2.0, explained: 0.2 };

    #[test]
    fn the_worked_example() {
        assert!((SHOP.per_arm(0.03) - 38_018.0).abs() < 1.5, "{}", SHOP.per_arm(0.03));
        assert!((SHOP.per_arm(0.05) - 13_954.0).abs() < 1.5);
        assert!((SHOP.per_arm(0.10) - 3_657.0).abs() < 1.5);
        assert_eq!((SHOP.days(0.03, 1_000.0, 0.5), SHOP.days(0.1, 1_000.0, 0.5)), (77.0, 8.0));
        assert_eq!(SHOP.days(0.03, 0.0, 0.5), f64::INFINITY);
        assert_eq!(SHOP.reachable_in(30.0, 1_000.0, 1.0), f64::INFINITY);
    }

    #[test]
    fn a_baseline_by_hand() {
        let (mut visitors, mut orders) = (VisitorSums::<0>::default(), VisitorSums::default());
        for spent in [[10.0, 10.0], [20.0, 20.0], [30.0, 30.0]] {
            visitors.add(&Visitor { numerator: spent.iter().sum(), denominator: 2.0, history: [] });
            for numerator in spent {
                orders.add(&Visitor { numerator, denominator: 1.0, history: [] });
            }
        }
        // Orders: variance 400 ÷ 5 = 80, ÷ 6; visitors: Var(Y) = 400, ÷ (3·4).
        let found = Baseline::of(&visitors, &orders).unwrap();
        assert!((found.mean - 20.0).abs() < 1e-12 && (found.cv - 80f64.sqrt() / 20.0).abs() < 1e-12);
        assert!((found.design_effect - (400.0 / 12.0) / (80.0 / 6.0)).abs() < 1e-12);
        assert_eq!(Baseline::of(&visitors, &VisitorSums::default()), None);
    }

    proptest! {
        #[test]
        fn size_and_reach_are_inverse(effect in 0.005..0.5f64, share in 0.05..0.95f64) {
            let n = SHOP.per_arm(effect);
            prop_assert!(SHOP.reachable(n) <= effect && SHOP.reachable(n - 1.0) > effect * 0.999_9);
            prop_assert!((SHOP.power_at(effect, n) - 0.8).abs() < 0.02);
            let days = SHOP.days(effect, 500.0, share);
            prop_assert!(SHOP.reachable_in(days, 500.0, share) <= effect * (1.0 + 1e-9));
            prop_assert!((SHOP.days(effect, 500.0, share) - SHOP.days(effect, 500.0, 1.0 - share)).abs() <= 1.0);
        }
    }
}
