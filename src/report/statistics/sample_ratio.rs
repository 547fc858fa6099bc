//! Are the arms as large as they should be?
//!
//! An arm that lost visitors lost particular ones: the slow phones, the blocked scripts. No statistic repairs that, so
//! a mismatch blocks the verdict. About one experiment in sixteen has one at large companies; with 200,000 visitors
//! 50.5 to 49.5 is already beyond chance.

use serde::Serialize;

use super::chi_squared_survival;

/// Visitors of all arms against the allocation: Pearson's chi-squared test of fit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SampleRatio {
    /// `Σ (seen − expected)² ÷ expected`.
    pub statistic: f64,
    /// Arms less one.
    pub degrees: f64,
    /// The chance of a mismatch this large where assignment works.
    pub p_value: f64,
}

impl SampleRatio {
    /// Below this p-value one look is an alarm.
    pub const ALARM: f64 = 0.001;
    /// The same where the check is made at every look.
    pub const ALARM_PER_LOOK: f64 = 0.0005;

    /// Of visitors (not visits, not orders) an arm, and the shares they were to get, in any unit.
    ///
    /// `None` for fewer than two arms, lists of different length, shares that are not above 0, and no visitors.
    pub fn of(visitors: &[u64], shares: &[f64]) -> Option<Self> {
        let (all, whole) = (visitors.iter().sum::<u64>() as f64, shares.iter().sum::<f64>());
        let is_plan = visitors.len() == shares.len() && visitors.len() > 1;
        let is_possible = whole.is_finite() && shares.iter().all(|share| *share > 0.0);
        if !is_plan || !is_possible || all == 0.0 {
            return None;
        }
        let off = |(seen, share): (&u64, &f64)| {
            let expected = all * share / whole;
            (*seen as f64 - expected) * (*seen as f64 - expected) / expected
        };
        let statistic = visitors.iter().zip(shares).map(off).sum();
        let degrees = (visitors.len() - 1) as f64;
        Some(Self { statistic, degrees, p_value: chi_squared_survival(statistic, degrees) })
    }

    /// Whether assignment or logging is broken, judged once at the end.
    pub fn is_alarm(&self) -> bool {
        self.p_value < Self::ALARM
    }

    /// Whether assignment or logging is broken, judged at every look.
    pub fn is_alarm_at_a_look(&self) -> bool {
        self.p_value < Self::ALARM_PER_LOOK
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_percent_of_two_hundred_thousand() {
        // (1000² ÷ 100000)·2 = 20: the 4.47 of §5's formula, squared.
        let found = SampleRatio::of(&[101_000, 99_000], &[0.5, 0.5]).unwrap();
        assert!((found.statistic - 20.0).abs() < 1e-9 && found.is_alarm() && found.is_alarm_at_a_look());
        let fine = SampleRatio::of(&[100_300, 99_700], &[0.5, 0.5]).unwrap();
        assert!(!fine.is_alarm() && fine.p_value > 0.1);
    }

    #[test]
    fn a_question_without_sense_is_none() {
        for (visitors, shares) in [
            (&[1, 2][..], &[1.0][..]),
            (&[5], &[1.0]),
            (&[0, 0], &[1.0, 1.0]),
            (&[5, 5], &[1.0, 0.0]),
            (&[5, 5], &[f64::NAN, 1.0]),
        ] {
            assert_eq!(SampleRatio::of(visitors, shares), None);
        }
    }

    proptest! {
        #[test]
        fn arms_have_no_order_and_shares_no_unit(a in 1u64..1_000_000, b in 1u64..1_000_000, unit in 0.01..100.0f64) {
            let one = SampleRatio::of(&[a, b], &[0.3, 0.7]).unwrap();
            let other = SampleRatio::of(&[b, a], &[0.7 * unit, 0.3 * unit]).unwrap();
            prop_assert!((one.statistic - other.statistic).abs() <= 1e-9 * (1.0 + one.statistic));
            prop_assert!((one.p_value - other.p_value).abs() <= 1e-9);
        }

        #[test]
        fn the_exact_split_is_never_an_alarm(n in 1u64..1_000_000) {
            prop_assert_eq!(SampleRatio::of(&[n, n, 2 * n], &[1.0, 1.0, 2.0]).unwrap().p_value, 1.0);
        }
    }
}
