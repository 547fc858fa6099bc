//! The shop's days: how many come, when, and what is expected of each day.

use super::Settings;
use super::check::{SettingsError, value};
use super::people::{Crowd, LONGEST_GAP};
use super::settings::PromotionDays;
use crate::shop::Timestamp;

/// Visitors by weekday, Monday first, as a multiple of the mean.
const WEEKDAYS: [f64; 7] = [1.04, 0.97, 0.92, 0.92, 0.88, 1.01, 1.26];
/// Visitors by hour.
pub(super) const HOURS: [f64; 24] = [
    6.0, 3.0, 2.0, 1.0, 1.0, 3.0, 10.0, 24.0, 38.0, 48.0, 54.0, 56.0, 58.0, 52.0, 48.0, 50.0, 54.0, 60.0, 70.0, 84.0,
    92.0, 80.0, 50.0, 20.0,
];
/// First and last start, 1973-01-01 and 2098-01-01: logs reach from 1971 to 2100, and a year lies on either side.
const STARTS: std::ops::RangeInclusive<i64> = 94_694_400..=4_039_372_800;
/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// The days of the experiments.
pub(super) struct Months {
    /// The first moment.
    pub(super) start: Timestamp,
    /// Expected new visitors, day by day.
    pub(super) newcomers: Vec<f64>,
    /// Orders of the day by the usual order.
    pub(super) value: Vec<f64>,
    /// Expected orders without any effect, day by day.
    pub(super) orders: Vec<f64>,
}

impl Months {
    pub(super) fn new(settings: &Settings, crowd: &Crowd) -> Result<Self, SettingsError> {
        let start = moment(&settings.start)?;
        let holds = |day: u16| {
            let within =
                move |promotion: &&PromotionDays| (promotion.day..promotion.day + promotion.days).contains(&(day + 1));
            settings.promotion.iter().filter(within)
        };
        let weekday = |day: u16| {
            // 1970-01-01 was a Thursday.
            let at = (start.0.div_euclid(DAY) + i64::from(day) + 3).rem_euclid(7);
            usize::try_from(at).ok().and_then(|at| WEEKDAYS.get(at)).copied().unwrap_or(1.0)
        };
        let days = 0..settings.days;
        let visitors = |day| settings.visitors_a_day * weekday(day) * holds(day).map(|p| p.visitors).product::<f64>();
        let newcomers: Vec<f64> = days.clone().map(visitors).collect();
        let value = days.map(|day| holds(day).map(|promotion| promotion.value).product()).collect();
        let orders = expected_orders(&newcomers, crowd);
        Ok(Self { start, newcomers, value, orders })
    }

    /// The mean of a figure of days over all orders, each counted with its value.
    pub(super) fn mean_by_revenue(&self, of: impl Fn(u16) -> f64) -> f64 {
        let (mut sum, mut all) = (0.0, 0.0);
        for ((orders, value), day) in self.orders.iter().zip(&self.value).zip(0..) {
            sum += orders * value * of(day);
            all += orders * value;
        }
        if all > 0.0 { sum / all } else { of(0) }
    }

    /// Expected revenue of all days in usual orders.
    pub(super) fn revenue(&self) -> f64 {
        self.orders.iter().zip(&self.value).map(|(orders, value)| orders * value).sum()
    }
}

/// Visits of a day are those of new visitors and of all who come back: v(d) = n(d) + Σ r(k) v(d − k).
fn expected_orders(newcomers: &[f64], crowd: &Crowd) -> Vec<f64> {
    let mut visits: Vec<[f64; 2]> = Vec::with_capacity(newcomers.len());
    for new in newcomers {
        let mut today = crowd.kinds().map(|share| share * new);
        for (gap, before) in (1..=LONGEST_GAP).zip(visits.iter().rev()) {
            let again = Crowd::comes_back(gap);
            today.iter_mut().zip(again).zip(before).for_each(|((today, again), before)| *today += again * before);
        }
        visits.push(today);
    }
    visits.iter().map(|kinds| kinds.iter().zip(crowd.orders).map(|(visits, rate)| visits * rate).sum()).collect()
}

/// Midnight of a date.
fn moment(text: &str) -> Result<Timestamp, SettingsError> {
    let date = text.parse::<jiff::civil::Date>();
    let midnight = date.map(|date| date.to_datetime(jiff::civil::Time::midnight()));
    let moment = midnight.and_then(|midnight| jiff::tz::TimeZone::UTC.to_timestamp(midnight));
    let within = moment.ok().map(|at| at.as_second()).filter(|at| STARTS.contains(at));
    within
        .map(Timestamp)
        .ok_or_else(|| value("start", "a date from 1973-01-01 to 2098-01-01 such as 2026-09-01", format!("{text:?}")))
}
