//! What rules, placements and terms cannot mean.
//!
//! # The problem
//!
//! A rule that is read without an error can still do nothing: its products are gone, another rule takes them away, its
//! campaign is over. Nobody sees that on a page that merely lacks something.
//!
//! # The idea
//!
//! Every rule is asked of every item of the catalog as it stands; the answers are sets, and sets can be compared. A finding
//! is an [error](Severity::Error) where something that is written has no effect or the opposite one, and a
//! [warning](Severity::Warning) where somebody ought to look.
//!
//! # What it does not do
//!
//! It does not guess at conditions: two rules with different `when` are taken to speak of different carts. Whether
//! `min_relevance` is too high is known only by asking, which is what evaluation is for.

mod census;
mod pairs;
mod placements;
mod single;

use super::error::CompileError;
use super::facts::Facts;
use super::plan::Rulebook;
use crate::bundle::{Rule, ShopTerms, StockUse, When};
use crate::shop::ItemId;
use census::Census;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Inspected<'a> {
    /// Rules, notes and policies.
    pub book: Rulebook<'a>,
    /// What holds for the shop as a whole.
    pub terms: &'a ShopTerms,
    /// Seconds since 1970; without it nothing is over and nothing is overdue.
    pub now: Option<i64>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// What is written has no effect, or the opposite one.
    Error,
    /// Somebody ought to look.
    Warning,
}

/// What a finding is about: the number of a rule or of a placement in what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A rule.
    Rule(usize),
    /// A placement, by its policy.
    Placement(usize),
    /// The shop as a whole.
    Shop,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// Which kind, one of [`CODES`].
    pub code: &'static str,
    /// What was expected and what was found.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
}

/// All codes of findings.
pub const CODES: [&str; 25] = [
    "never_holds",
    "over",
    "placements_disabled",
    "no_items",
    "includes_nothing",
    "pin_beyond_limit",
    "pin_unavailable",
    "pin_excluded",
    "pin_not_included",
    "pin_slot_taken",
    "shadowed",
    "boost_and_bury",
    "no_room",
    "rule_hides_most",
    "floor_hides_most",
    "narrow_window",
    "empty_placement",
    "short_placement",
    "no_owner",
    "no_review",
    "review_past",
    "no_costs",
    "no_prices",
    "cap_over_limit",
    "stale_unused",
];

/// Everything that is wrong, rules first, in their order.
///
/// Cost: a look at each item's facts, and for each two rules at most a bit an item.
///
/// # Errors
///
/// As [`compile`](super::compile).
pub fn lint<'a>(
    shop: &Inspected<'_>,
    n: usize,
    facts: impl Fn(ItemId) -> Facts<'a>,
) -> Result<Vec<Finding>, CompileError> {
    let census = Census::of(shop, n, facts)?;
    let mut found = Vec::new();
    single::check(shop, &census, &mut found);
    pairs::check(shop, &census, &mut found);
    placements::check(shop, &census, &mut found);
    if shop.terms.stale_after.is_some() && shop.terms.when_stale == StockUse::Show {
        found.push(Finding {
            severity: Severity::Warning,
            place: Place::Shop,
            code: "stale_unused",
            message: "stale_after is given, and when_stale keeps what is stale".into(),
            remedy: "set when_stale = \"bury\" or \"hide\", or leave stale_after out",
        });
    }
    found.sort_by_key(|finding| finding.place);
    Ok(found)
}

/// Whether a rule has no condition but its window, and the window holds; without a time only a rule without a window.
fn in_force(rule: &Rule, now: Option<i64>) -> bool {
    let begun = |now: i64| rule.from.is_none_or(|from| from <= now) && rule.until.is_none_or(|until| now < until);
    rule.when == When::default() && now.map_or(rule.from.is_none() && rule.until.is_none(), begun)
}

/// The window of a rule: first second, and first second after it.
fn window(rule: &Rule) -> (i64, i64) {
    (rule.from.unwrap_or(i64::MIN), rule.until.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
