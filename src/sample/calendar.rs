//! The shop's time: eighteen months, with their seasons, weekdays and hours.

use super::dice::Dice;
use crate::shop::Timestamp;

/// The first day, 2025-03-01, in days since 1970.
pub(super) const FIRST_DAY: i64 = 20_148;
/// Days from the first to the last, 2026-08-31.
pub(super) const DAYS: i64 = 549;

/// Orders by weekday, Monday first: Sunday evening is when coffee runs out.
const WEEKDAYS: [u32; 7] = [112, 104, 98, 98, 92, 108, 138];
/// Orders by month, January first.
const MONTHS: [u32; 12] = [105, 95, 95, 92, 90, 88, 84, 86, 96, 104, 150, 165];
/// Orders by hour.
const HOURS: [u32; 24] = [6, 3, 2, 1, 1, 3, 10, 24, 38, 48, 54, 56, 58, 52, 48, 50, 54, 60, 70, 84, 92, 80, 50, 20];

/// A day of the shop, 0 the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ShopDay(pub(super) i64);

impl ShopDay {
    /// The month, 1 to 12 (civil calendar; Howard Hinnant, "chrono-compatible low-level date algorithms").
    pub(super) fn month(self) -> usize {
        let of_era = (FIRST_DAY + self.0 + 719_468).rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        (if shifted < 10 { shifted + 3 } else { shifted - 9 }) as usize
    }

    /// The weekday, 0 for Monday. 1970-01-01 was a Thursday.
    pub(super) fn weekday(self) -> usize {
        (FIRST_DAY + self.0 + 3).rem_euclid(7) as usize
    }

    /// True within the shop's months.
    pub(super) fn is_open(self) -> bool {
        (0..DAYS).contains(&self.0)
    }

    /// How busy the day is: weekday, season and slow growth.
    fn traffic(self) -> u32 {
        WEEKDAYS[self.weekday()] * MONTHS[self.month() - 1] / 100 * (1_000 + self.0 as u32) / 100
    }

    /// A moment of the day, by the hours at which people shop.
    pub(super) fn moment(self, dice: &mut Dice) -> Timestamp {
        let hour = dice.weighted(&HOURS).unwrap_or(12) as i64;
        Timestamp((FIRST_DAY + self.0) * 86_400 + hour * 3_600 + dice.between(0, 3_599))
    }

    /// The day within the week from this one on which the order is really placed.
    pub(super) fn within_the_week(self, dice: &mut Dice) -> Self {
        let weights: Vec<u32> = (0..7).map(|ahead| WEEKDAYS[Self(self.0 + ahead).weekday()]).collect();
        Self(self.0 + dice.weighted(&weights).unwrap_or(0) as i64)
    }

    /// In how many of a thousand cases something of this season is wanted on this day.
    pub(super) fn wants(self, season: Option<&str>) -> u32 {
        match (season, self.month()) {
            (Some("winter"), 11 | 12) => 1_000,
            (Some("winter"), 10 | 1) => 150,
            (Some("winter"), _) => 0,
            (Some("summer"), 6..=8) => 1_000,
            (Some("summer"), 5 | 9) => 300,
            (Some("summer"), _) => 0,
            _ => 1_000,
        }
    }
}

/// Days of the shop's months, drawn by how busy they are.
pub(super) struct Traffic(Vec<u32>);

impl Traffic {
    /// The traffic from a day on.
    pub(super) fn since(first: i64) -> Self {
        Self((0..DAYS).map(|day| if day < first { 0 } else { ShopDay(day).traffic() }).collect())
    }

    /// One day.
    pub(super) fn day(&self, dice: &mut Dice) -> ShopDay {
        ShopDay(dice.weighted(&self.0).unwrap_or(0) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_agrees_with_a_library() {
        for day in 0..DAYS {
            let at = jiff::Timestamp::from_second((FIRST_DAY + day) * 86_400).unwrap();
            let civil = jiff::tz::Offset::UTC.to_datetime(at).date();
            assert_eq!(ShopDay(day).month(), civil.month() as usize, "{civil}");
            assert_eq!(ShopDay(day).weekday(), civil.weekday().to_monday_zero_offset() as usize, "{civil}");
        }
        let at = |day| jiff::Timestamp::from_second((FIRST_DAY + day) * 86_400).unwrap().to_string();
        assert_eq!([at(0), at(DAYS - 1)], ["2025-03-01T00:00:00Z", "2026-08-31T00:00:00Z"]);
    }
}
