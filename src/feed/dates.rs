//! Dates and times as exports write them.
//!
//! | Written | Read as |
//! |---|---|
//! | `2009-12-01T07:45:00Z`, `2009-12-01 07:45`, `2009-12-01`, `2009/12/01` | year, month, day |
//! | `12/1/2009 7:45`, `12/1/2009 7:45 PM` | month, day, year; day first only where the first number is above 12 |
//! | `01.12.2009 07:45`, `01-12-2009 07:45` | day, month, year; after `-` month first where the second is above 12 |
//! | `20091201`, `20091201074500` | year, month, day, hour, minute, second |
//! | `1259653500`, `1259653500.25` | seconds since 1970; from 10¹¹ on milliseconds, from 10¹⁴ on microseconds |
//!
//! A zone (`Z`, `UTC`, `+01:00`, `+0100`, `+01`) may follow the time; without one the time is taken as UTC. Fractions
//! of a second are dropped. Years have four digits: `01/02/03` is not guessed at.

use super::Reason;
use crate::shop::Timestamp;
use jiff::civil::{Date, DateTime, Time};

/// 1971-01-01T00:00:00Z: an export that says 1970 says nothing.
const EARLIEST: i64 = 31_536_000;
/// 2101-01-01T00:00:00Z.
const LATEST: i64 = 4_133_980_800;

/// The moment written in `text`.
///
/// # Errors
///
/// [`Reason::Timestamp`] where it cannot be read, [`Reason::TimestampRange`] before 1971 and after 2100.
#[cfg(test)]
fn parse(text: &str) -> Result<Timestamp, Reason> {
    parse_zoned(text).map(|(at, _)| at)
}

/// The moment written in `text`, and whether the text says its zone, as one does that counts seconds since 1970.
///
/// # Errors
///
/// [`Reason::Timestamp`] where it cannot be read, [`Reason::TimestampRange`] before 1971 and after 2100.
pub(super) fn parse_zoned(text: &str) -> Result<(Timestamp, bool), Reason> {
    let text = text.trim();
    let (seconds, zoned) = number(text).or_else(|| date_and_time(text)).ok_or(Reason::Timestamp)?;
    let within = (EARLIEST..LATEST).contains(&seconds);
    within.then_some((Timestamp(seconds), zoned)).ok_or(Reason::TimestampRange)
}

/// Digits alone: a compact date, or time since 1970.
fn number(text: &str) -> Option<(i64, bool)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 18 {
        return None;
    }
    if matches!(text.len(), 8 | 14)
        && let Some(seconds) = compact(text)
    {
        return Some((seconds, false));
    }
    let since: i64 = whole.parse().ok()?;
    let seconds = match since {
        0..100_000_000_000 => since,
        100_000_000_000..100_000_000_000_000 => since / 1_000,
        _ => since / 1_000_000,
    };
    Some((seconds, true))
}

/// `20091201` and `20091201074500`.
fn compact(digits: &str) -> Option<i64> {
    let part = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |d| d.parse::<i16>().ok());
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    seconds([year, month, day], [hour, minute, second], 0)
}

/// A date with separators, and perhaps a time and a zone.
fn date_and_time(text: &str) -> Option<(i64, bool)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !"-/.".contains(c)).unwrap_or(text.len());
    let date = date(&text[..end])?;
    let rest = text[end..].trim_start_matches(['T', 't', ' ', ',']);
    if rest.is_empty() {
        return Some((seconds(date, [0; 3], 0)?, false));
    }
    let (time, zone) = time(rest)?;
    Some((seconds(date, time, offset(zone)?)?, !zone.is_empty()))
}

/// Year, month and day, by the separator and the place of the year.
fn date(text: &str) -> Option<[i16; 3]> {
    let sign = text.chars().find(|c| !c.is_ascii_digit())?;
    let mut parts = text.split(sign);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let [x, y, z] = [a.parse::<i16>().ok()?, b.parse().ok()?, c.parse().ok()?];
    match (a.len(), c.len(), sign) {
        (4, 1..=2, _) => Some([x, y, z]),
        (1..=2, 4, '/') => Some(if x > 12 { [z, y, x] } else { [z, x, y] }),
        (1..=2, 4, '-') => Some(if y > 12 { [z, x, y] } else { [z, y, x] }),
        (1..=2, 4, '.') => Some([z, y, x]),
        _ => None,
    }
}

/// Hour, minute and second, and what follows them.
fn time(text: &str) -> Option<([i16; 3], &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !":.,".contains(c)).unwrap_or(text.len());
    let (clock, rest) = (&text[..end], text[end..].trim_start());
    let mut parts = clock.split(':');
    let part = |text: &str| (1..=2).contains(&text.len()).then(|| text.parse::<i16>().ok()).flatten();
    let hour = part(parts.next()?)?;
    let minute = part(parts.next()?)?;
    let second = match parts.next() {
        Some(second) => part(second.split(['.', ',']).next()?)?,
        None => 0,
    };
    let (hour, rest) = half_of_day(hour, rest)?;
    parts.next().is_none().then_some(([hour, minute, second], rest))
}

/// The hour after `AM` or `PM`, where one follows.
fn half_of_day(hour: i16, rest: &str) -> Option<(i16, &str)> {
    let half = rest.get(..2).map(str::to_ascii_lowercase);
    match half.as_deref() {
        Some("am" | "pm") if !(1..=12).contains(&hour) => None,
        Some("am") => Some((hour % 12, rest[2..].trim_start())),
        Some("pm") => Some((hour % 12 + 12, rest[2..].trim_start())),
        _ => Some((hour, rest)),
    }
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if ["", "z", "utc", "gmt"].iter().any(|name| zone.eq_ignore_ascii_case(name)) {
        return Some(0);
    }
    let zone = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone);
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(2);
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().unwrap_or(0));
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Seconds since 1970 of a date and time in a zone; `None` where the calendar has no such day.
fn seconds([year, month, day]: [i16; 3], [hour, minute, second]: [i16; 3], east: i64) -> Option<i64> {
    let small = |n: i16| i8::try_from(n).ok();
    let date = Date::new(year, small(month)?, small(day)?).ok()?;
    // A leap second counts as the second before it.
    let time = Time::new(small(hour)?, small(minute)?, small(second)?.min(59), 0).ok()?;
    let since = DateTime::from_parts(date, time).duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    (second <= 60).then_some(since.as_secs() - east)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: i64 = 1_259_653_500; // 2009-12-01T07:45:00Z

    #[test]
    fn one_moment_as_many_exports_write_it() {
        for text in [
            "2009-12-01T07:45:00",
            "2009-12-01T07:45:00Z",
            "2009-12-01t07:45:00z",
            "2009-12-01T07:45:00.999Z",
            "2009-12-01 07:45",
            "2009-12-01 7:45",
            "2009/12/01 07:45:00",
            "2009-12-01T08:45:00+01:00",
            "2009-12-01 02:45:00 -0500",
            "2009-12-01 08:45+01",
            "2009-12-01 07:45:00 UTC",
            "2009-12-01 08:45:00 GMT+01:00",
            "12/1/2009 7:45",
            "12/01/2009 07:45 AM",
            "12/1/2009, 7:45 am",
            "01.12.2009 07:45",
            "1.12.2009 07:45:00",
            "01-12-2009 07:45",
            "20091201074500",
            "1259653500",
            "1259653500.75",
            "1259653500000",
            "1259653500000000",
            "  2009-12-01T07:45:00  ",
        ] {
            assert_eq!(parse(text), Ok(Timestamp(MOMENT)), "{text}");
        }
    }

    #[test]
    fn a_day_alone_starts_at_midnight_in_utc() {
        let midnight = Ok(Timestamp(MOMENT - 7 * 3600 - 45 * 60));
        for text in ["2009-12-01", "12/1/2009", "1.12.2009", "20091201", "2009-12-01T00:00:00"] {
            assert_eq!(parse(text), midnight, "{text}");
        }
    }

    #[test]
    fn slashes_put_the_month_first_unless_it_cannot_be_one() {
        assert_eq!(parse("2/3/2010"), parse("2010-02-03"));
        assert_eq!(parse("13/3/2010"), parse("2010-03-13"));
        assert_eq!(parse("2-3-2010"), parse("2010-03-02"));
        assert_eq!(parse("2-13-2010"), parse("2010-02-13"));
        assert_eq!(parse("12/1/2009 12:05 AM"), parse("2009-12-01 00:05"));
        assert_eq!(parse("12/1/2009 12:05 PM"), parse("2009-12-01 12:05"));
        assert_eq!(parse("12/1/2009 7:45 PM"), parse("2009-12-01 19:45"));
    }

    #[test]
    fn what_is_no_date_is_not_guessed_at() {
        for text in [
            "yesterday",
            "",
            "2009-02-30",
            "2009-13-01",
            "01/02/03",
            "2009-12",
            "2009-12-01T25:00",
            "2009-12-01 07",
            "2009-12-01 07:61",
            "2009-12-01 07:45:61",
            "2009-12-01 07:45 Berlin",
            "2009-12-01 07:45+99:00",
            "12/1/2009 13:05 PM",
            "2009-12.01",
            "2009-12-01T",
            "1e9",
            "-5",
            "٢٠٠٩-12-01",
        ] {
            let expected = if text == "2009-12-01T" { parse("2009-12-01") } else { Err(Reason::Timestamp) };
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_zone_is_said_or_not() {
        for (text, zoned) in [
            ("2009-12-01T07:45:00Z", true),
            ("2009-12-01 08:45:00 +0100", true),
            ("1259653500", true),
            ("2009-12-01 07:45", false),
            ("2009-12-01", false),
            ("20091201074500", false),
            ("12/1/2009 7:45 AM", false),
            ("12/1/2009 7:45 AM UTC", true),
        ] {
            assert_eq!(parse_zoned(text).map(|(_, zoned)| zoned), Ok(zoned), "{text}");
        }
    }

    #[test]
    fn years_before_1971_and_after_2100_are_out_of_range() {
        for text in ["1970-01-01", "0", "40148", "1899-12-30", "2101-01-01", "9999-12-31 23:59:59"] {
            assert_eq!(parse(text), Err(Reason::TimestampRange), "{text}");
        }
        assert!(parse("1971-01-01").is_ok());
        assert!(parse("2100-12-31T23:59:59Z").is_ok());
    }
}
