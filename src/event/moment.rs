//! Moments as text: RFC 3339.

use super::Moment;
use jiff::civil::{Date, DateTime, Time};

/// 1971-01-01T00:00:00Z: a log that says 1970 says nothing.
const EARLIEST: i64 = 31_536_000_000;
/// 2101-01-01T00:00:00Z.
const LATEST: i64 = 4_133_980_800_000;

impl Moment {
    /// The moment of `2026-11-22T10:00:00.000Z`: date, `T`, time, up to nine digits of a second, and `Z` or an offset as
    /// `+01:00`. What is below a millisecond is dropped. `None` for any other text, and before 1971 and after 2100.
    pub fn parse(text: &str) -> Option<Self> {
        let (clock, rest) = text.split_at_checked("2026-11-22T10:00:00".len())?;
        let pattern = b"dddd-dd-ddTdd:dd:dd";
        let fits = |(byte, wanted): (u8, &u8)| if *wanted == b'd' { byte.is_ascii_digit() } else { byte == *wanted };
        if !clock.bytes().zip(pattern).all(fits) {
            return None;
        }
        let part = |from: usize, to: usize| clock.get(from..to)?.parse::<i8>().ok();
        let date = Date::new(clock.get(..4)?.parse().ok()?, part(5, 7)?, part(8, 10)?).ok()?;
        let time = Time::new(part(11, 13)?, part(14, 16)?, part(17, 19)?, 0).ok()?;
        let (millis, zone) = fraction(rest)?;
        let since = DateTime::from_parts(date, time).duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        let at = (since.as_secs() - offset(zone)?) * 1_000 + millis;
        (EARLIEST..LATEST).contains(&at).then_some(Self(at))
    }

    /// As `2026-11-22T10:00:00.000Z`; `None` for moments that [`Moment::parse`] never gives.
    pub fn text(self) -> Option<String> {
        let within = (EARLIEST..LATEST).contains(&self.0);
        let at = within.then(|| jiff::Timestamp::from_millisecond(self.0).ok()).flatten()?;
        Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }
}

/// Milliseconds of `.123`, and what follows; 0 where there is no point.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let millis =
        rest.bytes().take(digits).chain(*b"00").take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some((millis, rest.get(digits..)?))
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = match zone.as_bytes() {
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let part =
        |from: usize| zone.get(from..from + 2).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok();
    let (hours, minutes): (i64, i64) = (part(1)?, part(4)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_moment_in_many_texts() {
        for text in [
            "2026-11-22T10:00:00Z",
            "2026-11-22T10:00:00.0Z",
            "2026-11-22T10:00:00.000999999Z",
            "2026-11-22T11:30:00+01:30",
            "2026-11-21T22:00:00.000-12:00",
        ] {
            assert_eq!(Moment::parse(text), Some(Moment(1_795_341_600_000)), "{text}");
        }
        assert_eq!(Moment::parse("2026-11-22T10:00:00.5Z"), Some(Moment(1_795_341_600_500)));
    }

    #[test]
    fn what_has_no_zone_no_date_or_no_sense_is_none() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T10:00:00",
            "2026-11-22 10:00:00Z",
            "2026-11-22T10:00:00z",
            "2026-11-22T10:00:60Z",
            "2026-11-22T24:00:00Z",
            "2026-02-29T10:00:00Z",
            "2026-11-22T10:00:00.Z",
            "2026-11-22T10:00:00.1234567890Z",
            "2026-11-22T10:00:00+0100",
            "2026-11-22T10:00:00+24:00",
            "2026-11-22T10:00:00++1:00",
            "1970-12-31T23:59:59Z",
            "2101-01-01T00:00:00Z",
            "٢٠٢٦-11-22T10:00:00Z",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_moment_reads_as_it_is_written(at in EARLIEST..LATEST) {
            prop_assert_eq!(Moment(at).text().and_then(|text| Moment::parse(&text)), Some(Moment(at)));
        }

        #[test]
        fn no_text_is_too_odd(text in ".{0,40}") {
            Moment::parse(&text);
        }
    }
}
