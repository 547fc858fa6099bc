//! What running recommendations costs the shop in hours.

use crate::shop::Money;

/// What the people who look after recommendations cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningCost {
    /// Their time in hundredths of an hour a month.
    pub hundredth_hours_a_month: u32,
    /// What an hour costs.
    pub rate: Money,
}

impl RunningCost {
    /// What a number of days costs, half up to the minor unit; a month is a twelfth of 365.25 days.
    pub fn over(self, days: u16) -> Money {
        // hours/100 × rate × days × 12/365.25, in whole numbers.
        let parts = i128::from(self.hundredth_hours_a_month) * i128::from(self.rate.minor()) * i128::from(days) * 48;
        let minor = (parts + 73_050).div_euclid(146_100);
        Money::new(i64::try_from(minor).unwrap_or(i64::MAX), self.rate.currency())
    }
}
