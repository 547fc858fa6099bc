//! Amounts and shares as exact decimals: what has more decimals than can be kept is refused and never rounded.

use super::findings::Findings;
use super::reader::{Section, Value, out_of_range, section_of, unfit, wrong_type};
use crate::bundle::Span;
use crate::experiment::BasisPoints;
use crate::shop::Currency;
use std::ops::RangeInclusive;
use toml::de::DeValue;

/// Largest amount in minor units: that of [`crate::shop::Money`].
const LARGEST: i64 = 9_000_000_000_000;
/// Decimals of a share in thousandths.
const THOUSANDTHS: u32 = 3;
/// Decimals of a share in basis points.
const TEN_THOUSANDTHS: u32 = 4;
/// Decimals of an hour.
const HUNDREDTHS: u32 = 2;

/// An amount in major units under `key`, in minor units: `least` or more.
pub(super) fn amount(
    section: Section<'_, '_>,
    key: &'static str,
    currency: Currency,
    least: i64,
    findings: &mut Findings<'_>,
) -> Option<i64> {
    let places = currency.decimals();
    let sign = if least > 0 { "above 0" } else { "of 0 or more" };
    let unit = if currency == Currency::NONE { String::new() } else { format!(" in {}", currency.code()) };
    let expected = format!("an amount {sign}{unit} with at most {places} decimals");
    fixed(key, section.get(key)?, places, least..=LARGEST, expected, findings)
}

/// A share from −1 to 1 under `key`, in thousandths.
pub(super) fn share(section: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<i64> {
    let expected = "a share from -1 to 1 with at most 3 decimals".to_owned();
    fixed(key, section.get(key)?, THOUSANDTHS, -1_000..=1_000, expected, findings)
}

/// A share or an effect within `range`, exact to a ten-thousandth.
pub(super) fn points(
    key: &str,
    value: &Value<'_>,
    range: RangeInclusive<BasisPoints>,
    findings: &mut Findings<'_>,
) -> Option<BasisPoints> {
    let expected = format!("a number from {} to {} with at most 4 decimals", range.start(), range.end());
    let within = i64::from(range.start().0)..=i64::from(range.end().0);
    let points = fixed(key, value, TEN_THOUSANDTHS, within, expected, findings)?;
    i32::try_from(points).ok().map(BasisPoints)
}

/// Hours a month under `key`, in hundredths: more than any shop has.
pub(super) fn hours(section: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<i64> {
    let expected = "hours from 0 to 10000 with at most 2 decimals".to_owned();
    fixed(key, section.get(key)?, HUNDREDTHS, 0..=1_000_000, expected, findings)
}

/// A number of which ten to the `places` are a unit.
fn fixed(
    key: &str,
    value: &Value<'_>,
    places: u32,
    range: RangeInclusive<i64>,
    expected: String,
    findings: &mut Findings<'_>,
) -> Option<i64> {
    let number = match value.get_ref() {
        DeValue::Float(float) => decimal(float.as_str(), places),
        DeValue::Integer(n) => {
            i64::from_str_radix(n.as_str(), n.radix()).ok().and_then(|n| n.checked_mul(10i64.pow(places)))
        }
        _ => return wrong_type(key, "a number", value, findings),
    };
    match number {
        Some(number) if range.contains(&number) => Some(number),
        _ => out_of_range(key, expected, value, findings),
    }
}

/// The decimal `text` times ten to the `places`, where that is a whole number: `-12.50`, `1e3`, `+0.5`.
fn decimal(text: &str, places: u32) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let shift = i64::from(exponent) + i64::from(places) - i64::try_from(fraction.len()).ok()?;
    let number = whole.bytes().chain(fraction.bytes()).try_fold(0i64, |number, byte| {
        byte.is_ascii_digit().then(|| number.checked_mul(10)?.checked_add(i64::from(byte - b'0')))?
    })?;
    let number = shifted(number, shift)?;
    Some(if negative { -number } else { number })
}

/// `number` times ten to the `shift`, where that is a whole number.
fn shifted(number: i64, shift: i64) -> Option<i64> {
    if number == 0 {
        return Some(0);
    }
    let factor = 10i64.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
    if shift >= 0 { number.checked_mul(factor) } else { (number % factor == 0).then_some(number / factor) }
}

/// `{ min = …, max = … }` under `key`, of which at least one is given; the other is open.
pub(super) fn span(
    section: Section<'_, '_>,
    key: &'static str,
    read: impl Fn(Section<'_, '_>, &'static str, &mut Findings<'_>) -> Option<i64>,
    findings: &mut Findings<'_>,
) -> Option<Span> {
    let value = section.get(key)?;
    let Some(bounds) = value.get_ref().as_table().and_then(|_| section_of(key, value, findings)) else {
        return wrong_type(key, "a table such as { min = 1, max = 2 }", value, findings);
    };
    bounds.allow(&["min", "max"], &[], findings);
    if bounds.is_empty() {
        return unfit(key, ["`min`, `max` or both", "neither", "give one, or remove the key"], value.span(), findings);
    }
    let min = read(bounds, "min", findings).unwrap_or(i64::MIN);
    let max = read(bounds, "max", findings).unwrap_or(i64::MAX);
    if min > max {
        let why = ["`min` to be at most `max`", "it above", "exchange them"];
        return unfit(key, why, value.span(), findings);
    }
    Some(Span { min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        for (text, places, expected) in [
            ("12.5", 2, Some(1250)),
            ("-0.005", 3, Some(-5)),
            ("0.30", 2, Some(30)),
            ("0.300", 1, Some(3)),
            ("1e3", 0, Some(1000)),
            ("1.5e-1", 2, Some(15)),
            ("+4.0", 0, Some(4)),
            ("0.0e999999999", 2, Some(0)),
            ("0.005", 2, None),
            ("1e-3", 2, None),
            ("1e30", 2, None),
            ("1e999999999999", 2, None),
            ("nan", 2, None),
            ("inf", 2, None),
            ("-inf", 2, None),
        ] {
            assert_eq!(decimal(text, places), expected, "{text}");
        }
    }
}
