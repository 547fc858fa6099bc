//! Treatment over control: the lift, its interval, and whether it is more than luck.
//!
//! The interval is made on the scale of logarithms, where a ratio of ratios is a difference and the interval cannot fall
//! below −100 %. Where one of the four means is known to no better than a tenth, or a metric is not above zero
//! (margins may be negative), logarithms mislead, and Fieller's way is taken: all lifts that the data do not refute.

use serde::Serialize;

use super::{Ratio, t_quantile, t_survival};

/// From this coefficient of variation on logarithms are left alone.
const SHAKY: f64 = 0.1;

/// Two ends of a range; either may be infinite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Interval {
    /// What is compatible with everything: the data say nothing.
    pub const UNBOUNDED: Self = Self { lower: f64::NEG_INFINITY, upper: f64::INFINITY };

    /// Whether the value lies within, ends included.
    pub fn contains(self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// On the scale of logarithms, by the delta method.
    Log,
    /// By Fieller's theorem: few orders, or a metric near zero or below it.
    Fieller,
}

/// `treatment ÷ control − 1`, as a fraction: 0.03 is +3 %.
///
/// # Source
///
/// Delta method on `ln R_T − ln R_C`; Fieller (1954) on `Ȳ_T·N̄_C − θ·Ȳ_C·N̄_T`, which is 0 where θ is true and in which
/// nothing is divided. Student's t with the degrees of freedom of Welch (1947).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lift {
    /// The point estimate.
    pub lift: f64,
    /// Its standard error, in the same unit.
    pub standard_error: f64,
    /// How many standard errors the data are away from "no difference", on the scale of the interval.
    pub statistic: f64,
    /// Degrees of freedom of the statistic.
    pub degrees: f64,
    /// The chance of a statistic this far from 0, on either side, where there is no difference.
    pub p_value: f64,
    /// How the interval is made.
    pub scale: Scale,
    #[serde(skip)]
    gap: Gap,
}

/// `above − θ·below`, whose variance is `v[0] + v[1]·θ + v[2]·θ²`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Gap {
    above: f64,
    below: f64,
    /// Treatment's part of the variance, control's part.
    parts: [[f64; 3]; 2],
}

impl Lift {
    /// Of two arms; `None` where control's metric is not above 0, as nothing can be 3 % more than that.
    pub fn of(treatment: &Ratio, control: &Ratio) -> Option<Self> {
        let gap = Gap::of(treatment, control);
        let theta = gap.above / gap.below;
        if control.value() <= 0.0 || !theta.is_finite() {
            return None;
        }
        let arms = [gap.part(0, theta), gap.part(1, theta)];
        let standard_error = (arms[0] + arms[1]).sqrt() / gap.below;
        let scale = scale(treatment, control);
        let statistic = match scale {
            Scale::Log => over(libm::log(theta), standard_error / theta),
            Scale::Fieller => over(gap.above - gap.below, (gap.part(0, 1.0) + gap.part(1, 1.0)).sqrt()),
        };
        let degrees = welch(arms, [treatment.visitors(), control.visitors()]);
        let p_value = (2.0 * t_survival(statistic.abs(), degrees)).min(1.0);
        Some(Self { lift: theta - 1.0, standard_error, statistic, degrees, p_value, scale, gap })
    }

    /// The interval that holds the true lift with this confidence, 0.95 for 95 %.
    ///
    /// Unbounded where control is not known to be above zero at this confidence, even where the p-value is small: then
    /// the two differ, and by how much cannot be said.
    pub fn interval(&self, confidence: f64) -> Interval {
        self.interval_at(t_quantile(0.5 + confidence / 2.0, self.degrees))
    }

    /// The interval of this many standard errors to both sides, as one look of several needs it.
    pub fn interval_at(&self, critical: f64) -> Interval {
        if critical.is_nan() {
            return Interval::UNBOUNDED;
        }
        match self.scale {
            Scale::Log => {
                let width = libm::exp(critical * self.standard_error / (1.0 + self.lift));
                Interval { lower: (1.0 + self.lift) / width - 1.0, upper: (1.0 + self.lift) * width - 1.0 }
            }
            Scale::Fieller => self.gap.compatible(critical),
        }
    }

    /// What the true lift is above with this confidence (one-sided).
    pub fn lower_bound(&self, confidence: f64) -> f64 {
        self.interval(2.0 * confidence - 1.0).lower
    }

    /// What the true lift is below with this confidence (one-sided).
    pub fn upper_bound(&self, confidence: f64) -> f64 {
        self.interval(2.0 * confidence - 1.0).upper
    }
}

impl Gap {
    fn of(treatment: &Ratio, control: &Ratio) -> Self {
        let ([yt, nt], [vyt, vnt], ct) = treatment.parts();
        let ([yc, nc], [vyc, vnc], cc) = control.parts();
        Self {
            above: yt * nc,
            below: yc * nt,
            parts: [
                [nc * nc * vyt, -2.0 * nc * yc * ct, yc * yc * vnt],
                [yt * yt * vnc, -2.0 * nt * yt * cc, nt * nt * vyc],
            ],
        }
    }

    /// One arm's part of the variance at `theta`; never below 0, whatever rounding does.
    fn part(&self, arm: usize, theta: f64) -> f64 {
        let [v0, v1, v2] = self.parts[arm];
        (v0 + theta * (v1 + theta * v2)).max(0.0)
    }

    /// All lifts whose gap is within `critical` standard errors of 0: between the roots of a parabola.
    fn compatible(&self, critical: f64) -> Interval {
        let z2 = critical * critical;
        let [v0, v1, v2] = std::array::from_fn(|power| z2 * (self.parts[0][power] + self.parts[1][power]));
        let a = self.below * self.below - v2;
        let half = self.above * self.below + v1 / 2.0;
        let c = self.above * self.above - v0;
        if a.is_nan() || a <= 0.0 {
            return Interval::UNBOUNDED;
        }
        let root = (half * half - a * c).max(0.0).sqrt();
        Interval { lower: (half - root) / a - 1.0, upper: (half + root) / a - 1.0 }
    }
}

fn scale(treatment: &Ratio, control: &Ratio) -> Scale {
    let sure =
        |arm: &Ratio| arm.value() > 0.0 && arm.denominator_cv() <= SHAKY && arm.standard_error() <= SHAKY * arm.value();
    if sure(treatment) && sure(control) { Scale::Log } else { Scale::Fieller }
}

/// 0 for nothing over nothing.
fn over(difference: f64, error: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / error }
}

/// Welch's degrees of freedom for a sum of two variances.
fn welch(variances: [f64; 2], visitors: [u64; 2]) -> f64 {
    let sum = variances[0] + variances[1];
    let share = |arm: usize| variances[arm] * variances[arm] / (visitors[arm] as f64 - 1.0);
    if sum > 0.0 { sum * sum / (share(0) + share(1)) } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::super::{Visitor, VisitorSums};
    use super::*;
    use proptest::prelude::*;

    fn arm(visitors: &[(f64, f64)], factor: f64) -> Ratio {
        let mut sums = VisitorSums::default();
        for (numerator, denominator) in visitors {
            sums.add(&Visitor { numerator: numerator * factor, denominator: *denominator, history: [] });
        }
        Ratio::of(&sums).unwrap()
    }

    fn visitors() -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((1.0..500.0f64, 1.0..6.0f64), 5..80)
    }

    #[test]
    fn a_plain_mean_by_hand() {
        let many: Vec<(f64, f64)> = (0..400).map(|n| (if n % 2 == 0 { 90.0 } else { 110.0 }, 1.0)).collect();
        let lift = Lift::of(&arm(&many, 1.1), &arm(&many, 1.0)).unwrap();
        assert_eq!(lift.scale, Scale::Log);
        assert!((lift.lift - 0.1).abs() < 1e-12);
        // Each arm's relative error is √(100 ÷ 399 ) ÷ 10 ÷ ... = 0.1 ÷ √399.
        let relative = 0.1 / 399f64.sqrt() * 2f64.sqrt();
        assert!((lift.standard_error - 1.1 * relative).abs() < 1e-12);
        assert!((lift.statistic - 1.1f64.ln() / relative).abs() < 1e-9);
        assert!((lift.degrees - 798.0).abs() < 1e-6);
    }

    #[test]
    fn no_lift_over_nothing() {
        let zero = arm(&[(0.0, 1.0), (0.0, 1.0)], 1.0);
        let loss = arm(&[(-1.0, 1.0), (-2.0, 1.0)], 1.0);
        let gain = arm(&[(1.0, 1.0), (2.0, 1.0)], 1.0);
        assert_eq!(Lift::of(&gain, &zero), None);
        assert_eq!(Lift::of(&gain, &loss), None);
        assert_eq!(Lift::of(&loss, &gain).unwrap().scale, Scale::Fieller);
        assert!(Lift::of(&loss, &gain).unwrap().lift < -1.0);
    }

    #[test]
    fn two_visitors_an_arm_prove_nothing() {
        let wild = arm(&[(1.0, 1.0), (30.0, 1.0)], 1.0);
        assert_eq!(Lift::of(&wild, &wild).unwrap().interval(0.95), Interval::UNBOUNDED);
    }

    #[test]
    fn exact_arms_have_exact_lifts() {
        let (one, two) = (arm(&[(2.0, 1.0), (2.0, 1.0)], 1.0), arm(&[(2.0, 1.0), (2.0, 1.0)], 2.0));
        let (same, twice) = (Lift::of(&one, &one).unwrap(), Lift::of(&two, &one).unwrap());
        assert_eq!((same.lift, same.p_value), (0.0, 1.0));
        assert_eq!((twice.lift, twice.p_value), (1.0, 0.0));
    }

    proptest! {
        #[test]
        fn equal_arms_have_no_lift(visitors in visitors()) {
            let lift = Lift::of(&arm(&visitors, 1.0), &arm(&visitors, 1.0)).unwrap();
            prop_assert!(lift.lift.abs() < 1e-12 && lift.p_value > 0.999_999);
            prop_assert!(lift.interval(0.95).contains(0.0));
        }

        #[test]
        fn currency_does_not_matter(a in visitors(), b in visitors(), factor in 0.01..1000.0f64) {
            let one = Lift::of(&arm(&a, 1.0), &arm(&b, 1.0)).unwrap();
            let other = Lift::of(&arm(&a, factor), &arm(&b, factor)).unwrap();
            prop_assert!((one.lift - other.lift).abs() < 1e-9 * (1.0 + one.lift.abs()));
            let (one, other) = (one.interval(0.9), other.interval(0.9));
            prop_assert!(one == other || (one.lower - other.lower).abs() < 1e-6 * (1.0 + one.upper.abs()));
        }

        #[test]
        fn more_confidence_is_wider_and_agrees_with_p(a in visitors(), b in visitors()) {
            let lift = Lift::of(&arm(&a, 1.0), &arm(&b, 1.0)).unwrap();
            let (narrow, wide) = (lift.interval(0.8), lift.interval(0.99));
            prop_assert!(wide.lower <= narrow.lower && narrow.upper <= wide.upper);
            prop_assert!(narrow.contains(lift.lift));
            if (lift.p_value - 0.05).abs() > 1e-6 && lift.interval(0.95) != Interval::UNBOUNDED {
                prop_assert_eq!(lift.interval(0.95).contains(0.0), lift.p_value > 0.05);
            }
        }
    }
}
