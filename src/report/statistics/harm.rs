//! An interval that may be watched every day: for stopping a test that does harm.
//!
//! It holds the true lift at all times together, however often somebody looks, and pays for that with width: at the
//! planned end it is about 1.5 times as wide as an ordinary interval. So it guards against harm, and does not decide
//! whether an effect is shown ([`Looks`](super::Looks) do).

use super::{Interval, Lift};

/// An always-valid interval for a lift.
///
/// # Source
///
/// The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (arXiv 2103.06476):
/// `θ ± σ·√(2(nρ² + 1) ÷ (n²ρ²) · ln(√(nρ² + 1) ÷ α))`, narrowest at the planned n by
/// `ρ² = (−2·ln α + ln(−2·ln α + 1)) ÷ n*`. Here σ/√n is the lift's standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceSequence {
    /// The chance that the interval ever misses the truth; 0.05 is usual.
    pub alpha: f64,
    /// How many visitors both arms together are planned to have.
    pub planned_visitors: f64,
}

impl ConfidenceSequence {
    /// Fewer visitors in the smaller arm say nothing yet: the interval holds for many.
    pub const MIN_VISITORS: u64 = 200;
    /// Earlier days say nothing yet: orders come later than exposures.
    pub const MIN_DAYS: u32 = 3;

    /// Half the width, in standard errors, after `visitors` of both arms together; infinite where a figure is not above 0.
    pub fn critical(&self, visitors: f64) -> f64 {
        let log = -2.0 * libm::log(self.alpha);
        let known = visitors * (log + libm::log(log + 1.0)) / self.planned_visitors;
        let critical = (2.0 * (known + 1.0) / known * libm::log((known + 1.0).sqrt() / self.alpha)).sqrt();
        if known > 0.0 && critical.is_finite() { critical } else { f64::INFINITY }
    }

    /// The interval around a lift that rests on `visitors` of both arms together.
    pub fn interval(&self, lift: &Lift, visitors: u64) -> Interval {
        let half = self.critical(visitors as f64) * lift.standard_error;
        if half.is_finite() {
            Interval { lower: lift.lift - half, upper: lift.lift + half }
        } else {
            Interval::UNBOUNDED
        }
    }

    /// Whether the lift is below 0 beyond doubt, after this many visitors in treatment and control and full days.
    pub fn shows_harm(&self, lift: &Lift, visitors: [u64; 2], days: u32) -> bool {
        let is_early = visitors.iter().any(|arm| *arm < Self::MIN_VISITORS) || days < Self::MIN_DAYS;
        !is_early && self.interval(lift, visitors.iter().sum()).upper < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ratio, Visitor, VisitorSums};
    use super::*;
    use proptest::prelude::*;

    const SEQUENCE: ConfidenceSequence = ConfidenceSequence { alpha: 0.05, planned_visitors: 10_000.0 };

    fn arm(value: f64) -> Ratio {
        let mut sums = VisitorSums::default();
        for n in 0..500 {
            let numerator = value + f64::from(n % 2);
            sums.add(&Visitor { numerator, denominator: 1.0, history: [] });
        }
        Ratio::of(&sums).unwrap()
    }

    #[test]
    fn by_hand_at_the_planned_end() {
        // −2·ln 0.05 = 5.991; ρ²·n* = 5.991 + ln 6.991 = 7.936; √(2 · 8.936 ÷ 7.936 · ln(2.989 ÷ 0.05)) = 3.035.
        assert!((SEQUENCE.critical(10_000.0) - 3.035).abs() < 1e-3);
    }

    #[test]
    fn harm_needs_proof_visitors_and_days() {
        let worse = Lift::of(&arm(5.0), &arm(10.0)).unwrap();
        assert!(SEQUENCE.shows_harm(&worse, [500, 500], 3));
        assert!(!SEQUENCE.shows_harm(&worse, [500, 500], 2));
        assert!(!SEQUENCE.shows_harm(&worse, [500, 199], 9));
        let better = Lift::of(&arm(10.0), &arm(5.0)).unwrap();
        assert!(!SEQUENCE.shows_harm(&better, [500, 500], 9));
    }

    #[test]
    fn nothing_seen_is_unbounded() {
        let lift = Lift::of(&arm(10.0), &arm(9.0)).unwrap();
        assert_eq!(SEQUENCE.interval(&lift, 0), Interval::UNBOUNDED);
        let nothing_planned = ConfidenceSequence { planned_visitors: 0.0, ..SEQUENCE };
        assert_eq!(nothing_planned.interval(&lift, 0), Interval::UNBOUNDED);
    }

    proptest! {
        #[test]
        fn wider_than_one_look_always(visitors in 1.0..1e7f64, alpha in 0.001..0.3f64) {
            let sequence = ConfidenceSequence { alpha, ..SEQUENCE };
            prop_assert!(sequence.critical(visitors) > super::super::normal_quantile(1.0 - alpha / 2.0));
        }
    }
}
