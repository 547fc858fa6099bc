//! Moments and days of rules and reviews, and the zone in which local times are read.

use super::error::Problem;
use super::findings::{Findings, SHOWN};
use super::reader::{Section, Value, nearest, out_of_range, unfit, wrong_type};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use toml::value::{self, Datetime};

/// The zone of local times.
pub(super) struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// `timezone` under [shop]: a name of the tz database, of the edition that was built in.
pub(super) fn zone(section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Zone> {
    let value = section.get("timezone")?;
    let Some(name) = value.get_ref().as_str() else { return wrong_type("timezone", "a text", value, findings) };
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(name.trim()) {
        return Some(Zone { name: name.trim().to_owned(), zone });
    }
    let names: Vec<String> = zones.available().map(|name| name.as_str().to_owned()).collect();
    let problem = Problem::UnknownName {
        key: "timezone",
        expected: "an IANA name such as Europe/Berlin".to_owned(),
        found: name.chars().take(SHOWN).collect(),
        nearest: nearest(name, names.iter().map(String::as_str)).map(str::to_owned),
    };
    findings.add(value.span(), problem);
    // Stands in, so that local times are not called wrong as well.
    Some(Zone { name: "UTC".to_owned(), zone: TimeZone::UTC })
}

/// The moment under `key`, in seconds since 1970.
pub(super) fn moment(
    section: Section<'_, '_>,
    key: &'static str,
    zone: Option<&Zone>,
    findings: &mut Findings<'_>,
) -> Option<i64> {
    let value = section.get(key)?;
    let expected = "a date with a time such as 2026-11-20T00:00:00+01:00";
    let Some(written) = value.get_ref().as_datetime() else { return wrong_type(key, expected, value, findings) };
    let Datetime { date: Some(date), time: Some(time), offset } = written else {
        let found = if written.date.is_some() { "a date alone" } else { "a time alone" };
        return unfit(key, [expected, found, "write both"], value.span(), findings);
    };
    let Some(local) = civil(*date, *time) else {
        return out_of_range(key, "whole seconds of a day from 1970 to 2100".to_owned(), value, findings);
    };
    let seconds = match offset {
        Some(value::Offset::Z) => since(local, 0),
        Some(value::Offset::Custom { minutes }) => since(local, i64::from(*minutes) * 60),
        None => since(local, in_zone(key, value, local, zone, findings)?),
    };
    Some(seconds)
}

/// The date and time, where they are ones of our centuries.
fn civil(date: value::Date, time: value::Time) -> Option<DateTime> {
    let small = |n: u8| i8::try_from(n).ok();
    let year = i16::try_from(date.year).ok().filter(|year| (1970..=2100).contains(year))?;
    let second = small(time.second.unwrap_or(0))?;
    if time.nanosecond.unwrap_or(0) != 0 {
        return None;
    }
    // A leap second counts as the second before it.
    let (hour, minute, second) = (small(time.hour)?, small(time.minute)?, second.min(59));
    DateTime::new(year, small(date.month)?, small(date.day)?, hour, minute, second, 0).ok()
}

/// Seconds since 1970 of a date and time `east` seconds ahead of Greenwich.
fn since(local: DateTime, east: i64) -> i64 {
    local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs() - east
}

/// How many seconds a local time is ahead of Greenwich, where it happens exactly once.
fn in_zone(
    key: &'static str,
    value: &Value<'_>,
    local: DateTime,
    zone: Option<&Zone>,
    findings: &mut Findings<'_>,
) -> Option<i64> {
    let Some(Zone { name, zone }) = zone else {
        let remedy = "add an offset such as +01:00, or `timezone = \"Europe/Berlin\"` to [shop]";
        return unfit(key, ["a time with a zone", "a local time", remedy], value.span(), findings);
    };
    let (found, before, after) = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => return Some(i64::from(offset.seconds())),
        AmbiguousOffset::Gap { before, after } => ("a time that clocks there skip", before, after),
        AmbiguousOffset::Fold { before, after } => ("a time that happens twice there", before, after),
    };
    let expected = format!("a time that happens once in {name}");
    let remedy = format!("write it with {} or {}", offset_name(before), offset_name(after));
    unfit(key, [&expected, found, &remedy], value.span(), findings)
}

/// `+01:00`.
fn offset_name(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// The day under `key`, in days since 1970.
pub(super) fn day(section: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<i32> {
    let value = section.get(key)?;
    let expected = "a date such as 2027-03-31";
    let Some(written) = value.get_ref().as_datetime() else { return wrong_type(key, expected, value, findings) };
    let Datetime { date: Some(date), time: None, offset: None } = *written else {
        return unfit(key, [expected, "a time", "write the date alone"], value.span(), findings);
    };
    let midnight = value::Time { hour: 0, minute: 0, second: None, nanosecond: None };
    let day = civil(date, midnight).and_then(|local| i32::try_from(since(local, 0) / 86_400).ok());
    if day.is_some() { day } else { out_of_range(key, "a day from 1970 to 2100".to_owned(), value, findings) }
}

/// A length of time such as `6h` under `key`, in seconds: a minute to a year.
pub(super) fn length(section: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<u32> {
    let expected = "a whole number and a unit (m, h, d, w) from 1m to 52w, such as 90m, 6h or 2d";
    let read = |text: &str| {
        let text = text.trim();
        let unit = match text.chars().last()? {
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        let digits = text.get(..text.len() - 1)?;
        let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u32>().ok())??;
        number.checked_mul(unit).filter(|seconds| (60..=31_449_600).contains(seconds))
    };
    section.text(key, expected, read, findings)
}

/// `from` and `until` under one table; the first lies before the second.
pub(super) fn window(
    section: Section<'_, '_>,
    zone: Option<&Zone>,
    findings: &mut Findings<'_>,
) -> (Option<i64>, Option<i64>) {
    let from = moment(section, "from", zone, findings);
    let until = moment(section, "until", zone, findings);
    if let (Some(first), Some(end), Some(value)) = (from, until, section.get("until"))
        && first >= end
    {
        let remedy = "exchange or correct them";
        unfit::<()>("until", ["a time after `from`", "none that is later", remedy], value.span(), findings);
    }
    (from, until)
}
