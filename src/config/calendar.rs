//! `[[calendar]]` and `[cost]`: what a report needs to know of the shop's year and of its hours.

use super::findings::Findings;
use super::reader::Section;
use super::rules::Around;
use super::{amounts, texts, times};
use crate::experiment::RunningCost;
use crate::shop::{Money, Promotion, Timestamp};

/// Most entries of a calendar.
const MOST: usize = 1_000;

/// The promotions of a file, in its order.
pub(super) fn calendar(root: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Vec<Promotion> {
    let remedy = "remove those of years ago";
    let tables = root.tables("calendar", "a list of tables, each under [[calendar]]", (MOST, remedy), findings);
    tables.into_iter().filter_map(|section| promotion(section, around, findings)).collect()
}

/// One promotion: all of its keys must be there.
fn promotion(section: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Option<Promotion> {
    section.allow(&["name", "from", "until"], &[], findings);
    let moment = "a date with a time such as 2026-11-20T00:00:00+01:00";
    for (key, expected) in [("name", "a text that reports may show"), ("from", moment), ("until", moment)] {
        if !section.has(key) {
            section.missing(key, "[calendar]", expected, findings);
        }
    }
    let name = texts::said(section, "name", findings).map(|(name, _)| name);
    let (from, until) = times::window(section, around.zone, findings);
    Some(Promotion { name: name?, from: Timestamp(from?), until: Timestamp(until?) })
}

/// `[cost]`: both keys must be there.
pub(super) fn cost(section: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Option<RunningCost> {
    section.allow(&["hours_a_month", "rate"], &[], findings);
    for (key, expected) in
        [("hours_a_month", "hours of work such as 4.5"), ("rate", "what an hour costs, such as 75.00")]
    {
        if !section.has(key) {
            section.missing(key, "cost", expected, findings);
        }
    }
    let hours = amounts::hours(section, "hours_a_month", findings);
    let rate = amounts::amount(section, "rate", around.currency, 0, findings);
    let hundredth_hours_a_month = u32::try_from(hours?).ok()?;
    Some(RunningCost { hundredth_hours_a_month, rate: Money::new(rate?, around.currency) })
}
