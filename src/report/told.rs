//! What a report says, as values: what `--json` prints, the page draws and the terminal shows. Nothing here computes.
//!
//! Money is in major units of [`Report::currency`] as a float, for reading only; shares and lifts are fractions, 0.03 is 3 %;
//! days are `2026-11-22` in [`Report::timezone`]; moments are RFC 3339 in UTC. What could not be measured is `null`.

use super::statistics::{Interval, OperatingPoint, Reason, Verdict};
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

/// One experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExperimentTold {
    /// Its name.
    pub name: String,
    /// Where it runs.
    pub placement: String,
    /// What the control shows: `none` or `incumbent`.
    pub control: &'static str,
    /// `visitor` or `customer`.
    pub unit: &'static str,
    /// What was registered.
    pub plan: PlanTold,
    /// Its first day.
    pub started: Option<String>,
    /// Full days since.
    pub day: u32,
    /// The placement's owner, as the file names them.
    pub owner: Option<String>,
    /// What is to be done.
    pub verdict: VerdictTold,
    /// The control first.
    pub arms: Vec<ArmTold>,
    /// Whether the arms are as large as they should be; null where there is nobody.
    pub sample_ratio: Option<SampleRatioTold>,
    /// Whether orders could be joined to arms.
    pub join: JoinTold,
    /// Each other arm against the control.
    pub comparisons: Vec<Comparison>,
    /// Day by day.
    pub days: Vec<DayTold>,
    /// Splits that nobody drew; the largest of each key first.
    pub segments: Vec<SegmentTold>,
    /// Inside and outside of the calendar's promotions, by the first exposure; null where one side is empty.
    pub promotions: Option<Inside>,
}

/// What was registered before the start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanTold {
    /// `kept`, `changed` or `missing`.
    pub registration: &'static str,
    /// Its hash as the file has it now.
    pub hash: String,
    /// The registered metric.
    pub metric: &'static str,
    /// The smallest effect worth finding.
    pub minimum_detectable_effect: f64,
    /// Days it runs.
    pub days: u16,
    /// The rule, in its own words.
    pub kill: String,
    /// What its figure must reach.
    pub threshold: f64,
    /// Looks.
    pub looks: u8,
    /// Units that an arm needs.
    pub min_units: u32,
    /// Beyond this an order is cut off; null: nowhere.
    pub cap: Option<f64>,
}

/// What is to be done with the placement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerdictTold {
    /// KEEP, REVERT, EXTEND or INCONCLUSIVE.
    pub verdict: Verdict,
    /// Why, as a code.
    pub reason: Reason,
    /// Why, in one sentence with the figures.
    pub sentence: String,
    /// What to do now.
    pub next: String,
    /// Of a KEEP: the share that stays in the control, and the day of the second verdict.
    pub long_holdout: Option<LongHoldout>,
}

/// What follows a KEEP.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LongHoldout {
    /// The share of units that stays without, 0.05 to 0.10.
    pub share: f64,
    /// The day of the second verdict.
    pub day: u32,
    /// As a date.
    pub on: String,
}

/// One arm.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ArmTold {
    /// Its name.
    pub name: String,
    /// Whether it is the control.
    pub control: bool,
    /// The share of units that it was to get.
    pub share: f64,
    /// Units exposed.
    pub visitors: u64,
    /// What was counted of them, from their first exposure on.
    pub counts: Counts,
}

/// What was counted, and what follows from it. Rates are null where nothing is below the line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Visits: events of one unit, less than 30 minutes apart.
    pub sessions: u64,
    /// Exposures.
    pub exposures: u64,
    /// Lists that were in view.
    pub impressions: u64,
    /// Products opened.
    pub clicks: u64,
    /// Products put into the cart from a list.
    pub add_to_carts: u64,
    /// Units with an order.
    pub buyers: u64,
    /// Orders.
    pub orders: u64,
    /// Orders with a product that was shown by, or clicked at, this placement within the assisted window.
    pub attached_orders: u64,
    /// Of the orders, cut off nowhere.
    pub revenue: f64,
    /// Contribution margin of the orders; null where costs are not known.
    pub margin: Option<f64>,
    /// Impressions with a click, by impression.
    pub click_rate: Option<f64>,
    /// `attached_orders` by order.
    pub attach_rate: Option<f64>,
    /// `buyers` by unit.
    pub conversion: Option<f64>,
    /// Revenue by order.
    pub average_order_value: Option<f64>,
    /// Revenue by session.
    pub revenue_per_session: Option<f64>,
    /// Revenue by unit.
    pub revenue_per_visitor: Option<f64>,
    /// Margin by unit.
    pub margin_per_visitor: Option<f64>,
    /// Margin by order.
    pub margin_per_order: Option<f64>,
    /// Margin by revenue.
    pub margin_rate: Option<f64>,
}

/// The check of the arms' sizes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SampleRatioTold {
    /// The chance of a mismatch this large where all works.
    pub p_value: f64,
    /// Whether it is an alarm, which blocks the verdict.
    pub alarm: bool,
    /// Units an arm should have, in the order of the arms.
    pub expected: Vec<f64>,
}

/// How many orders could be joined to arms.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct JoinTold {
    /// In the order of the arms.
    pub arms: Vec<JoinedArm>,
    /// The chance of shares this different where all works; null where there is nothing to compare.
    pub p_value: Option<f64>,
    /// Whether they are high and alike enough for a verdict.
    pub holds: bool,
}

/// How many orders of one arm could be joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct JoinedArm {
    /// The arm.
    pub arm: String,
    /// Orders that carry the arm.
    pub orders: u64,
    /// Of these, those whose unit was exposed in it before.
    pub joined: u64,
    /// `joined` by `orders`.
    pub share: Option<f64>,
}

/// A treatment against the control.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The arm.
    pub arm: String,
    /// The figure of the kill rule: the lift of contribution margin an order; of revenue an order where costs are not known.
    pub net: Option<Measured>,
    /// The lift of the average order.
    pub aov_lift: Option<f64>,
    /// The share of the margin rate that was lost; null where costs are not known.
    pub margin_drag: Option<f64>,
    /// All figures, the registered metric first.
    pub measured: Vec<Measured>,
    /// The looks at the registered metric.
    pub looks: Vec<LookTold>,
    /// The guardrail: the always-valid interval of the margin a visitor.
    pub harm: Option<Harm>,
    /// The first ten days against the last ten; null before day 20.
    pub novelty: Option<NoveltyTold>,
    /// What marketing would count, beside what the experiment shows.
    pub attribution: Attribution,
    /// How often the kill rule errs with the certainty that there is.
    pub operating: Vec<OperatingPoint>,
}

/// One figure of two arms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// `contribution_margin_per_order`, or the word of a metric.
    pub metric: &'static str,
    /// Of the control, cut off, as the test has it.
    pub control: f64,
    /// Of the treatment.
    pub treatment: f64,
    /// Relative.
    pub lift: f64,
    /// 95 %.
    pub interval: Interval,
    /// Of the lift.
    pub standard_error: f64,
    /// Of no difference, on either side.
    pub p_value: f64,
    /// The share of the variance that history took away; 0: none, or no history.
    pub variance_cut: f64,
    /// The lift with nothing cut off and nothing adjusted, and its 95 % interval.
    pub raw: Option<RawLift>,
}

/// A lift as it is without a cap and without history.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RawLift {
    /// Relative.
    pub lift: f64,
    /// 95 %.
    pub interval: Interval,
}

/// One look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LookTold {
    /// Its day.
    pub day: u32,
    /// What the statistic has to pass.
    pub boundary: f64,
    /// What it was; null: not there yet.
    pub statistic: Option<f64>,
    /// Whether it passed, to either side.
    pub crossed: bool,
}

/// The guardrail.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Harm {
    /// Always valid, 95 %, relative.
    pub interval: Interval,
    /// Whether it lies below zero.
    pub shown: bool,
}

/// Whether an effect wears off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NoveltyTold {
    /// Net lift among units first exposed in the first ten days.
    pub early: f64,
    /// Among those of the last ten days.
    pub late: f64,
    /// Of no difference.
    pub p_value: f64,
    /// Whether it is smaller now, beyond chance.
    pub fades: bool,
}

/// What is attributed to a treatment, beside what it brought. Never to be added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Attribution {
    /// Revenue of products bought after their recommendation was the last one clicked, within the window.
    pub last_click_revenue: f64,
    /// Revenue of products bought after they were shown or clicked, within the window.
    pub assisted_revenue: f64,
    /// What the experiment shows: the difference in revenue a visitor, times the treatment's visitors.
    pub incremental_revenue: Option<f64>,
    /// 95 %.
    pub incremental_interval: Option<Interval>,
    /// The same in contribution margin.
    pub incremental_margin: Option<f64>,
    /// `last_click_revenue` by `incremental_revenue`; null where the latter is not above zero.
    pub ratio: Option<f64>,
}

/// One day of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayTold {
    /// The day.
    pub date: String,
    /// The promotion it lies in.
    pub promotion: Option<String>,
    /// In the order of the arms.
    pub arms: Vec<DayArm>,
    /// Up to and with this day, the first treatment against the control: the net lift; null while nothing can be said.
    pub net: Option<DayLift>,
}

/// One arm on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct DayArm {
    /// Units first exposed on the day.
    pub visitors: u64,
    /// Exposures.
    pub exposures: u64,
    /// Clicks.
    pub clicks: u64,
    /// Orders.
    pub orders: u64,
    /// Their revenue.
    pub revenue: f64,
    /// Their margin.
    pub margin: Option<f64>,
}

/// A lift with its intervals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DayLift {
    /// Relative.
    pub lift: f64,
    /// 95 %, for one look.
    pub interval: Interval,
    /// 95 %, for a look every day.
    pub always: Interval,
}

/// A part of the visitors, which nobody drew: to look at, never to decide by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentTold {
    /// `device`, `region`, …
    pub key: String,
    /// Its value at the first exposure.
    pub value: String,
    /// Units, in the order of the arms.
    pub visitors: Vec<u64>,
    /// Orders, in the order of the arms.
    pub orders: Vec<u64>,
    /// The net lift of the first treatment; null where it cannot be said.
    pub net: Option<Measured>,
}

/// Figures inside and outside of promotions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inside {
    /// Names of the promotions.
    pub names: Vec<String>,
    /// Net lift of units first exposed inside.
    pub inside: Option<Measured>,
    /// Of all others.
    pub outside: Option<Measured>,
}

/// The units that were held out of everything, against those who were not: the sum of all placements.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GlobalTold {
    /// The share that is held out.
    pub share: f64,
    /// The two: held out first.
    pub arms: Vec<ArmTold>,
    /// Whether their sizes are as they should be.
    pub sample_ratio: Option<SampleRatioTold>,
    /// All figures.
    pub measured: Vec<Measured>,
}

/// One placement, over all who saw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlacementTold {
    /// Its name.
    pub name: String,
    /// As the file has them; null where the file does not.
    pub owner: Option<String>,
    /// See `owner`.
    pub kpi: Option<String>,
    /// See `owner`.
    pub review_by: Option<String>,
    /// Its experiment, where it has one.
    pub experiment: Option<String>,
    /// What was counted, of all units and of events without one; orders are those with a product of the placement.
    pub counts: Counts,
    /// Revenue by last click within its window.
    pub last_click_revenue: f64,
    /// Revenue of what was shown or clicked within its window.
    pub assisted_revenue: f64,
    /// Day by day.
    pub days: Vec<PlacementDay>,
    /// The products with most impressions.
    pub products: Vec<ProductTold>,
}

/// One placement on one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlacementDay {
    /// The day.
    pub date: String,
    /// Lists in view.
    pub impressions: u64,
    /// Products opened.
    pub clicks: u64,
    /// Products put into the cart.
    pub add_to_carts: u64,
}

/// One product of a placement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProductTold {
    /// The shop's key.
    pub sku: String,
    /// Its title, where a catalog names it.
    pub title: Option<String>,
    /// Impressions that held it.
    pub shown: u64,
    /// Clicks.
    pub clicked: u64,
    /// Put into the cart.
    pub added: u64,
    /// Orders with it, within the assisted window.
    pub bought: u64,
    /// What these paid for it.
    pub revenue: f64,
    /// Its contribution margin in them; null where its cost is not known.
    pub margin: Option<f64>,
}

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
    /// How many carts were asked about.
    pub carts: u64,
    /// Rules that did something, most often first.
    pub fired: Vec<RuleFired>,
    /// Rules that did nothing.
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
