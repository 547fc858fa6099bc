//! What is told of a treatment against the control.

use crate::report::statistics::{Interval, OperatingPoint};
use serde::Serialize;

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
