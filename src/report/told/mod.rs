//! What a report says, as values: what `--json` prints, the page draws and the terminal shows. Nothing here computes.
//!
//! Money is in major units of [`Report::currency`] as a float, for reading only; shares and lifts are fractions, 0.03 is 3 %;
//! days are `2026-11-22` in [`Report::timezone`]; moments are RFC 3339 in UTC. What could not be measured is `null`.

mod comparison;
mod experiment;
mod placement;
mod quarterly;

pub use comparison::{Attribution, Comparison, Harm, LookTold, Measured, NoveltyTold, RawLift};
pub use experiment::{
    ArmTold, Counts, DayArm, DayLift, DayTold, ExperimentTold, Inside, JoinTold, JoinedArm, LongHoldout, PlanTold,
    SampleRatioTold, SegmentTold, VerdictTold,
};
pub use placement::{GlobalTold, PlacementDay, PlacementTold, ProductTold};
pub use quarterly::{HolmTold, NotWorth, Overdue, Overrides, Quarterly, RuleFired, RulesTold};

use serde::Serialize;

/// The version of this form.
pub const VERSION: u32 = 1;

/// A whole report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub report: u32,
    /// Name and version of the program.
    pub generator: String,
    /// ISO 4217.
    pub currency: String,
    /// IANA name of the zone that days are of.
    pub timezone: String,
    /// The first and the last moment of what was read.
    pub from: Option<String>,
    /// See `from`.
    pub until: Option<String>,
    /// Windows of attribution.
    pub windows: Windows,
    /// What was read, and what is wrong with it.
    pub quality: Quality,
    /// One an experiment, in the order of their names.
    pub experiments: Vec<ExperimentTold>,
    /// The units held out of everything against all others; none without a global holdout.
    pub global_holdout: Option<GlobalTold>,
    /// One a placement, in the order of their names.
    pub placements: Vec<PlacementTold>,
    /// What has to be tidied up.
    pub quarterly: Quarterly,
}

/// Windows of attribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Windows {
    /// Hours from a click to an order with the product.
    pub last_click_hours: u32,
    /// Days from an impression or a click to an order with the product.
    pub assisted_days: u32,
}

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Quality {
    /// One a file.
    pub files: Vec<FileTold>,
    /// Worst first.
    pub findings: Vec<Finding>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FileTold {
    /// Its path as it was given.
    pub path: String,
    /// `events`, `orders` or `catalog`.
    pub kind: &'static str,
    /// Rows read.
    pub rows: u64,
    /// Of these, kept.
    pub kept: u64,
    /// Of these, refused because they could not be read.
    pub refused: u64,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It forbids a verdict.
    Blocks,
    /// A figure may be off because of it.
    Warns,
    /// It was dealt with.
    Notes,
}

/// Something about the data that whoever reads the figures has to know.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// One word of a closed list.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// The experiment that it is about; null: all.
    pub experiment: Option<String>,
    /// How often it was found.
    pub count: u64,
    /// The share of what was looked at.
    pub share: Option<f64>,
    /// What is so.
    pub sentence: String,
    /// What to do.
    pub remedy: String,
}
