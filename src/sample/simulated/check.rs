//! Which settings make no shop.

use super::Settings;
use super::settings::{Faults, PromotionDays, Tested};
use std::fmt;
use std::ops::RangeInclusive;

/// The placements that every shop has.
pub(super) const PLACEMENTS: [&str; 9] =
    ["cart", "checkout", "pdp_complements", "pdp_similar", "category", "search", "home", "post_purchase", "email"];
/// Most experiments of one shop.
const MOST: usize = PLACEMENTS.len();

/// Why settings make no shop.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file is no TOML, holds an unknown key, or a value of another type.
    Text {
        /// Line, column and what was expected.
        message: String,
    },
    /// A number out of its range.
    Range {
        /// The key.
        key: String,
        /// The least and the most.
        range: RangeInclusive<f64>,
        /// What stands there.
        found: f64,
    },
    /// A value that is none.
    Value {
        /// The key.
        key: String,
        /// What should stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { message } => write!(f, "{}", message.trim_end()),
            Self::Range { key, range, found } => {
                write!(f, "{key}: expected {} to {}, found {found}; correct it", range.start(), range.end())
            }
            Self::Value { key, expected, found } => write!(f, "{key}: expected {expected}, found {found}; correct it"),
        }
    }
}

impl std::error::Error for SettingsError {}

/// Refuses numbers out of their range, and what cannot stand together.
pub(super) fn check(settings: &Settings) -> Result<(), SettingsError> {
    let Settings { days, visitors_a_day, conversion, aov, order_cv, alike, margin_rate, regulars, .. } = settings;
    range("days", f64::from(*days), 1.0..=365.0)?;
    range("visitors_a_day", *visitors_a_day, 1.0..=1_000_000.0)?;
    range("conversion", *conversion, 0.0..=1.0)?;
    range("aov", *aov, 15.0..=5_000.0)?;
    range("order_cv", *order_cv, 0.0..=5.0)?;
    range("alike", *alike, 0.0..=1.0)?;
    range("margin_rate", *margin_rate, 0.1..=0.6)?;
    range("regulars", *regulars, 0.0..=1.0)?;
    range("history_days", f64::from(settings.history_days), 0.0..=365.0)?;
    range("global_holdout", settings.global_holdout, 0.0..=0.5)?;
    settings.promotion.iter().try_for_each(check_promotion)?;
    check_faults(&settings.faults)?;
    settings.experiment.iter().try_for_each(check_tested)?;
    if !(1..=MOST).contains(&settings.experiment.len()) {
        return Err(value("experiment", format!("1 to {MOST} of them"), settings.experiment.len()));
    }
    unlike("name", settings.experiment.iter().map(|tested| tested.name.as_str()))?;
    unlike("placement", settings.experiment.iter().map(|tested| tested.placement.as_str()))
}

fn check_promotion(promotion: &PromotionDays) -> Result<(), SettingsError> {
    if promotion.name.is_empty() || promotion.name.len() > 80 || promotion.name.contains(char::is_control) {
        return Err(value("promotion.name", "a name of 1 to 80 bytes on one line", format!("{:?}", promotion.name)));
    }
    // One that begins after the last day is none: the same file serves a shorter run.
    range("promotion.day", f64::from(promotion.day), 1.0..=365.0)?;
    range("promotion.days", f64::from(promotion.days), 1.0..=365.0)?;
    range("promotion.visitors", promotion.visitors, 0.01..=20.0)?;
    range("promotion.value", promotion.value, 0.5..=5.0)
}

fn check_tested(tested: &Tested) -> Result<(), SettingsError> {
    let key = |name: &str| format!("experiment.{name}");
    range(&key("lift"), tested.lift, -0.2..=1.0)?;
    range(&key("margin_drag"), tested.margin_drag, -0.2..=0.9)?;
    range(&key("conversion_lift"), tested.conversion_lift, -0.5..=1.0)?;
    range(&key("novelty_days"), tested.novelty_days.unwrap_or(1.0), 0.1..=1_000.0)?;
    range(&key("long_run"), tested.long_run, 0.0..=1.0)?;
    range(&key("reach"), tested.reach, 0.001..=1.0)?;
    range(&key("click_rate"), tested.click_rate, 0.0..=1.0)?;
    if !PLACEMENTS.contains(&tested.placement.as_str()) {
        return Err(value(&key("placement"), format!("one of {}", PLACEMENTS.join(", ")), &tested.placement));
    }
    Ok(())
}

fn check_faults(faults: &Faults) -> Result<(), SettingsError> {
    for (name, found, most) in [
        ("bots", faults.bots, 0.5),
        ("lost_events", faults.lost_events, 0.9),
        ("lost_events_treatment", faults.lost_events_treatment, 0.9),
        ("duplicates", faults.duplicates, 1.0),
        ("late", faults.late, 0.5),
        ("clock_skew", faults.clock_skew, 1.0),
        ("split", faults.split.unwrap_or(0.5), 0.999),
        ("crossover", faults.crossover, 1.0),
        ("no_consent", faults.no_consent, 1.0),
        ("lost_attributes", faults.lost_attributes, 1.0),
        ("refunds", faults.refunds, 1.0),
        ("whale", faults.whale, 0.9),
        ("unexposed", faults.unexposed, 1.0),
    ] {
        let least = if name == "split" { 0.001 } else { 0.0 };
        range(&format!("faults.{name}"), found, least..=most)?;
    }
    Ok(())
}

/// A number within its range; what is no number is in none.
pub(super) fn range(key: &str, found: f64, range: RangeInclusive<f64>) -> Result<(), SettingsError> {
    if range.contains(&found) { Ok(()) } else { Err(SettingsError::Range { key: key.to_owned(), range, found }) }
}

/// A value that is none.
pub(super) fn value(key: &str, expected: impl Into<String>, found: impl ToString) -> SettingsError {
    SettingsError::Value { key: key.to_owned(), expected: expected.into(), found: found.to_string() }
}

fn unlike<'s>(key: &str, names: impl Iterator<Item = &'s str>) -> Result<(), SettingsError> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let twice = names.iter().zip(names.iter().skip(1)).find(|(a, b)| a == b);
    twice.map_or(Ok(()), |(name, _)| Err(value(&format!("experiment.{key}"), "another for each experiment", name)))
}
