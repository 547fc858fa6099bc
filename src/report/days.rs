//! Days of the shop's own zone, by number.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Most days that a report looks at: a clock that says 1971 makes no table of fifty years.
const MOST: usize = 4_000;

/// The days from one moment to another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Days {
    /// The first millisecond of each, rising, and of the day after the last.
    starts: Vec<i64>,
    dates: Vec<Date>,
}

impl Days {
    /// From the day of `first` to that of `last`, in milliseconds; of more than four thousand the last ones.
    pub fn new(first: i64, last: i64, zone: &TimeZone) -> Self {
        let date = |at: i64| Timestamp::from_millisecond(at).map(|at| zone.to_datetime(at).date());
        let Ok((mut from, to)) = date(first).and_then(|from| Ok((from, date(last)?))) else { return Self::default() };
        if let Ok(earliest) = to.checked_sub((MOST as i64 - 1).days()) {
            from = from.max(earliest);
        }
        let mut days = Self::default();
        let mut at = from;
        while let (true, Ok(start)) = (days.starts.len() <= MOST, zone.to_timestamp(at.at(0, 0, 0, 0))) {
            days.starts.push(start.as_millisecond());
            if at > to {
                break;
            }
            days.dates.push(at);
            let Ok(next) = at.tomorrow() else { break };
            at = next;
        }
        days
    }

    /// The number of the day that holds a moment; those before the first belong to it, those beyond the last to the last.
    pub fn of(&self, at: i64) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1).min(self.dates.len().saturating_sub(1))
    }

    /// How many days.
    pub fn len(&self) -> usize {
        self.dates.len()
    }

    /// `2026-11-22`; days beyond the last are counted on.
    pub fn name(&self, day: usize) -> String {
        let date = |date: &Date| date.to_string();
        match (self.dates.get(day), self.dates.last()) {
            (Some(found), _) => date(found),
            (None, Some(last)) => {
                let beyond = i64::try_from(day - (self.dates.len() - 1)).unwrap_or(0);
                last.checked_add(beyond.days()).as_ref().map(date).unwrap_or_default()
            }
            (None, None) => String::new(),
        }
    }

    /// The first moment of a day.
    pub fn start(&self, day: usize) -> i64 {
        self.starts.get(day).or(self.starts.last()).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn a_day_of_the_zone_has_twenty_five_hours_when_summer_ends() {
        let vienna = TimeZone::get("Europe/Vienna").unwrap();
        let first: Timestamp = "2026-10-24T22:30:00Z".parse().unwrap(); // the 25th, half past midnight
        let at = |hours: i64| first.as_millisecond() + hours * HOUR;
        let days = Days::new(at(0), at(60), &vienna);
        assert_eq!(
            (0..days.len()).map(|day| days.name(day)).collect::<Vec<_>>(),
            ["2026-10-25", "2026-10-26", "2026-10-27"]
        );
        assert_eq!([0, 24, 25, 49, 60].map(|hours| days.of(at(hours))), [0, 0, 1, 2, 2]);
        assert_eq!((days.of(at(-9)), days.of(at(900))), (0, 2));
        assert_eq!(days.name(4), "2026-10-29");
    }

    #[test]
    fn a_clock_of_1971_makes_no_endless_table() {
        let days = Days::new(40_000_000_000, 1_795_000_000_000, &TimeZone::UTC);
        assert_eq!(days.len(), MOST);
        assert_eq!(days.name(MOST - 1), "2026-11-18");
        assert_eq!(Days::new(i64::MIN, i64::MAX, &TimeZone::UTC).len(), 0);
    }
}
