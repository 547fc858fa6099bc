//! What has to be tidied up.

use serde::Serialize;

/// What has to be tidied up once a quarter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Quarterly {
    /// Placements that nobody owns.
    pub without_owner: Vec<String>,
    /// Placements without a date of review.
    pub without_review: Vec<String>,
    /// Placements whose review is due.
    pub overdue: Vec<Overdue>,
    /// What the rules did; null where no bundle was given.
    pub rules: Option<RulesTold>,
    /// Placements that do not earn their slot.
    pub not_worth: Vec<NotWorth>,
    /// Changes by hand, month by month; null where no overlays were given.
    pub overrides: Option<Vec<Overrides>>,
    /// The verdicts of all experiments together, by Holm: those that remain shown.
    pub holm: Vec<HolmTold>,
}

/// A review that is due.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overdue {
    /// The placement.
    pub placement: String,
    /// The day it was due.
    pub review_by: String,
    /// Days since.
    pub days: u32,
}

/// What the rules did to carts of the time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RulesTold {
    /// How many carts were asked about, each at every placement; 0 where there were no orders: nothing is known of rules then.
    pub carts: u64,
    /// Rules that did something, most often first.
    pub fired: Vec<RuleFired>,
    /// Rules that did nothing; of those that have a name and wait for no segment, which carts do not tell.
    pub never_fired: Vec<String>,
}

/// A rule and how often it did something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleFired {
    /// Its name.
    pub rule: String,
    /// Answers that it changed.
    pub answers: u64,
}

/// A placement that does not earn its slot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NotWorth {
    /// The placement.
    pub placement: String,
    /// Why, in one sentence with the figures.
    pub sentence: String,
}

/// Changes by hand in one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overrides {
    /// `2026-11`.
    pub month: String,
    /// How many.
    pub count: u64,
}

/// One experiment's p-value among all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HolmTold {
    /// The experiment and the arm.
    pub experiment: String,
    /// See `experiment`.
    pub arm: String,
    /// Of its registered metric, adjusted.
    pub p_value: f64,
    /// Whether it is shown at 5 % over all.
    pub shown: bool,
}
