//! What is told of an experiment, of its arms and its days.

use super::{Comparison, Measured};
use crate::report::statistics::{Interval, Reason, Verdict};
use serde::Serialize;

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
    /// Of a long holdout: the experiment whose KEEP it judges again.
    pub follows: Option<String>,
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
    /// The share of the shop's orders in these days that followed an exposure, as if everybody were in an arm: `--exposed` of the
    /// next `endcap plan` at this placement. Null where there are none.
    pub exposed_orders: Option<f64>,
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
    /// Of a KEEP: who stays in the control, and when the second verdict is due; null where this is the second one.
    pub long_holdout: Option<LongHoldout>,
}

/// What follows a KEEP.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LongHoldout {
    /// The experiment that is the long holdout; null while endcap.toml has none.
    pub experiment: Option<String>,
    /// The arm that is kept.
    pub arm: String,
    /// The share of units that stays without: 0.05 to 0.10 where it is still to be chosen.
    pub share: f64,
    /// The day of the second verdict, counted from the start of the first.
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
