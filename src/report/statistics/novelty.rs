//! Does the effect wear off? The lift of the first ten days against that of the last ten.

use serde::Serialize;

use super::{Interval, Lift, normal_quantile, normal_survival};

/// Early lift less late lift: above 0 where the effect wears off.
///
/// A visitor must be in one of the two only, by the day of their first exposure: the two lifts are then independent and
/// their variances add. It takes an effect twice the detectable one to show here, so "not shown" is no proof of lasting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Novelty {
    /// Early less late, as a fraction.
    pub difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The chance of a difference this large, on either side, where the effect lasts.
    pub p_value: f64,
}

impl Novelty {
    /// Of the lifts of two sets of visitors.
    pub fn of(early: &Lift, late: &Lift) -> Self {
        let difference = early.lift - late.lift;
        let standard_error = libm::hypot(early.standard_error, late.standard_error);
        let statistic = if difference == 0.0 { 0.0 } else { difference.abs() / standard_error };
        Self { difference, standard_error, p_value: 2.0 * normal_survival(statistic) }
    }

    /// The interval that holds the true difference with this confidence.
    pub fn interval(&self, confidence: f64) -> Interval {
        let half = normal_quantile(0.5 + confidence / 2.0) * self.standard_error;
        Interval { lower: self.difference - half, upper: self.difference + half }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Ratio;
    use super::*;

    #[test]
    fn nine_percent_that_become_two() {
        let lift = |value: f64| Lift::of(&Ratio::known(5_000, value, 2e-4), &Ratio::known(5_000, 1.0, 2e-4)).unwrap();
        let found = Novelty::of(&lift(1.09), &lift(1.02));
        assert!((found.difference - 0.07).abs() < 1e-12);
        let variance: f64 = 2e-4 * (1.0 + 1.09 * 1.09) + 2e-4 * (1.0 + 1.02 * 1.02);
        assert!((found.standard_error - variance.sqrt()).abs() < 1e-12);
        assert!(found.p_value < 0.05 && found.interval(0.95).lower > 0.0 && !found.interval(0.95).contains(0.0));
        let same = Novelty::of(&lift(1.05), &lift(1.05));
        assert_eq!((same.difference, same.p_value), (0.0, 1.0));
    }
}
