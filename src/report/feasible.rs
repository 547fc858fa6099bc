//! What a plan can decide with the shop's traffic, said before it starts.
//!
//! In small numbers: a shop with 1,000 orders a month, whose orders vary as most do, gives each arm 500 in thirty days; to see
//! 3 % takes 38,000. Such a plan is refused: thirty days of that shop see 29 %. With 100,000 orders a month it is accepted.

use super::past::Noise;
use super::statistics::SampleSize;
use serde::Serialize;

/// A figure that a plan is decided by, and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Feasible {
    /// The figure, as plans call it.
    pub metric: &'static str,
    /// What is counted: `orders` or `visitors`.
    pub unit: &'static str,
    /// The relative change that must be found, 0.03 for 3 %.
    pub effect: f64,
    /// Its mean by unit, in minor units or as a share.
    pub mean: f64,
    /// Spread of single units over their mean, and over the share of a lift that a cap lets show.
    pub cv: f64,
    /// How many units say as much as one independent one.
    pub design_effect: f64,
    /// The share of the variance that history explains.
    pub explained: f64,
    /// Units a day in both arms together.
    pub units_a_day: f64,
    /// Units that each of two equal arms needs.
    pub units_an_arm: f64,
    /// Full days until the change is found; none where it never is.
    pub days_needed: Option<f64>,
    /// Days of the plan.
    pub days: u16,
    /// The smallest change that the plan's days find; none where there is no traffic.
    pub reachable: Option<f64>,
    /// The standard error that the measured lift will have after the plan's days; none where there is no traffic.
    pub standard_error: Option<f64>,
    /// The chance that the plan finds the change if it is there.
    pub power: f64,
    /// Whether the plan's days suffice.
    pub decidable: bool,
}

/// What a plan asks of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// The relative change that must be found, above 0.
    pub effect: f64,
    /// Days of the plan.
    pub days: u16,
    /// The share of all units that is in one of the two arms, above 0, at most 1.
    pub share: f64,
    /// The share of these that is in the treatment, 0 to 1.
    pub treatment: f64,
}

impl Feasible {
    /// A value by order.
    pub fn by_order(metric: &'static str, noise: &Noise, asked: Asked) -> Self {
        let size = SampleSize { explained: noise.explained, ..SampleSize::of(&noise.baseline) };
        // What is cut off hides a part of the lift: the same as more noise.
        let size = SampleSize { cv: size.cv / noise.shown, ..size };
        Self::of(metric, "orders", noise.baseline.mean, size, noise.orders_a_day, asked)
    }

    /// A value by visitor, where `visitors_a_day` different ones come for each day: most of them order nothing.
    ///
    /// # Source
    ///
    /// With a share p of buyers whose value has the mean m and the variance v, a visitor's has the mean p·m and
    /// `CV² = (v + m²) ÷ (p·m²) − 1`.
    pub fn by_visitor(
        metric: &'static str,
        noise: &Noise,
        visitors_a_day: f64,
        window_days: f64,
        asked: Asked,
    ) -> Self {
        let buyers = buyers(noise, visitors_a_day, window_days);
        let (mean, cv) = noise.by_customer;
        let squared = (cv * cv + 1.0) / buyers - 1.0;
        Self::of(
            metric,
            "visitors",
            buyers * mean,
            independent(squared.max(0.0).sqrt() / noise.shown),
            visitors_a_day,
            asked,
        )
    }

    /// Visitors who order, by visitor.
    pub fn conversion(noise: &Noise, visitors_a_day: f64, window_days: f64, asked: Asked) -> Self {
        let buyers = buyers(noise, visitors_a_day, window_days);
        Self::of("conversion", "visitors", buyers, independent(of_a_share(buyers)), visitors_a_day, asked)
    }

    /// Orders with a recommended product, by order, where control has this share of them.
    pub fn attach_rate(share: f64, orders_a_day: f64, asked: Asked) -> Self {
        Self::of("attach_rate", "orders", share, independent(of_a_share(share)), orders_a_day, asked)
    }

    fn of(metric: &'static str, unit: &'static str, mean: f64, size: SampleSize, a_day: f64, asked: Asked) -> Self {
        let Asked { effect, days, share, treatment } = asked;
        let units_a_day = a_day * share;
        let finite = |value: f64| value.is_finite().then_some(value);
        let days_needed = size.days(effect, units_a_day, treatment);
        let per_arm = f64::from(days) * units_a_day * 2.0 * treatment * (1.0 - treatment);
        Self {
            metric,
            unit,
            effect,
            mean,
            cv: size.cv,
            design_effect: size.design_effect,
            explained: size.explained,
            units_a_day,
            units_an_arm: size.per_arm(effect),
            days_needed: finite(days_needed),
            days,
            reachable: finite(size.reachable_in(f64::from(days), units_a_day, treatment)),
            standard_error: finite(size.cv * (2.0 * size.design_effect * (1.0 - size.explained) / per_arm).sqrt()),
            power: if per_arm > 0.0 { size.power_at(effect, per_arm) } else { 0.0 },
            decidable: days_needed <= f64::from(days),
        }
    }
}

/// The share of visitors who order.
fn buyers(noise: &Noise, visitors_a_day: f64, window_days: f64) -> f64 {
    (noise.customers as f64 / (visitors_a_day * window_days)).clamp(f64::MIN_POSITIVE, 1.0)
}

/// Spread over mean of what is there or not.
fn of_a_share(share: f64) -> f64 {
    ((1.0 - share) / share).max(0.0).sqrt()
}

fn independent(cv: f64) -> SampleSize {
    SampleSize { alpha: 0.05, power: 0.8, cv, design_effect: 1.0, explained: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::statistics::Baseline;
    use super::*;

    fn noise(orders_a_day: f64) -> Noise {
        let baseline = Baseline { mean: 5_000.0, cv: 1.15, design_effect: 2.0 };
        Noise {
            baseline,
            explained: 0.2,
            cap: None,
            shown: 1.0,
            orders_a_day,
            customers: 600,
            by_customer: (6_000.0, 1.2),
        }
    }

    const ASKED: Asked = Asked { effect: 0.03, days: 30, share: 1.0, treatment: 0.5 };

    #[test]
    fn a_small_shop_is_refused_and_a_large_one_is_not() {
        let small = Feasible::by_order("net", &noise(1_000.0 / 30.0), ASKED);
        assert!(!small.decidable && small.power < 0.1, "{small:?}");
        assert!((37_500.0..38_500.0).contains(&small.units_an_arm));
        assert!((0.285..0.30).contains(&small.reachable.unwrap()));
        let large = Feasible::by_order("net", &noise(100_000.0 / 30.0), ASKED);
        assert!(large.decidable && large.days_needed.unwrap() <= 23.0 && large.power > 0.8, "{large:?}");
        // Two standard errors and more lie between nothing and the effect.
        assert!((0.0085..0.0095).contains(&large.standard_error.unwrap()), "{large:?}");
    }

    #[test]
    fn a_lopsided_or_partial_test_takes_longer() {
        let days = |asked| Feasible::by_order("net", &noise(2_000.0), asked).days_needed.unwrap();
        assert!(days(Asked { treatment: 0.9, ..ASKED }) > 2.7 * days(ASKED));
        assert!((days(Asked { share: 0.5, ..ASKED }) / days(ASKED) - 2.0).abs() < 0.1);
        let never = Feasible::by_order("net", &noise(0.0), ASKED);
        assert_eq!(
            (never.days_needed, never.reachable, never.standard_error, never.decidable),
            (None, None, None, false)
        );
    }

    #[test]
    fn most_visitors_order_nothing() {
        // 600 buyers of 30 × 1,000 visitors: 2 %.
        let conversion = Feasible::conversion(&noise(30.0), 1_000.0, 30.0, ASKED);
        assert!((conversion.mean - 0.02).abs() < 1e-12 && (conversion.cv - 7.0).abs() < 1e-9);
        let value = Feasible::by_visitor("margin", &noise(30.0), 1_000.0, 30.0, ASKED);
        assert!((value.mean - 120.0).abs() < 1e-9 && (value.cv * value.cv - (2.44 / 0.02 - 1.0)).abs() < 1e-9);
        let attached = Feasible::attach_rate(0.1, 1_000.0, Asked { effect: 0.2, ..ASKED });
        assert!((attached.cv - 3.0).abs() < 1e-12 && attached.decidable);
    }
}
