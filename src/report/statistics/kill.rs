//! The kill rule: whether a placement stays, by a rule that was registered before the start.
//!
//! Recommendations can raise the average order and lower the margin in it. What counts is the contribution margin an
//! order, average order × margin rate, and so exactly `1 + net lift = (1 + AOV lift)·(1 − margin drag)`. The rule tests that
//! one ratio, with one interval; the two factors are printed to say why.
//!
//! In small numbers: the average order rises by 5 %, the margin rate falls from 30 % to 29.1 %, a drag of 3 %. The net
//! lift is 1.05 × 0.97 − 1 = 1.85 %, which is less than 3 %: REVERT.

use serde::Serialize;

use super::{Lift, SampleRatio};

/// `(1 + aov_lift)·(1 − margin_drag) − 1`: the lift of the margin an order.
pub fn net_lift(aov_lift: f64, margin_drag: f64) -> f64 {
    (1.0 + aov_lift) * (1.0 - margin_drag) - 1.0
}

/// `(control's margin rate − treatment's) ÷ control's`, from the two lifts; negative where the rate rose.
pub fn margin_drag(net_lift: f64, aov_lift: f64) -> f64 {
    1.0 - (1.0 + net_lift) / (1.0 + aov_lift)
}

/// What is to be done with a placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// It stays.
    Keep,
    /// It is switched off.
    Revert,
    /// It runs on, once, and is then decided.
    Extend,
    /// The numbers may not be used, or not yet.
    Inconclusive,
}

/// Why; each reason belongs to one verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// KEEP: the point reaches the threshold and the lower bound is above 0.
    Shown,
    /// REVERT: even the upper bound is below the threshold.
    SurelyBelow,
    /// REVERT: the point is below the threshold, as the rule says, though the interval reaches it.
    Below,
    /// REVERT: what was unclear is so after the extension.
    StillUnclear,
    /// REVERT at any time: the guardrail's upper bound is below 0.
    Harm,
    /// EXTEND: the point reaches the threshold, the lower bound does not exclude 0.
    Unclear,
    /// EXTEND: the rule's metric is shown, the registered one points down.
    RegisteredDown,
    /// INCONCLUSIVE: the arms are not as large as they should be.
    SampleRatio,
    /// INCONCLUSIVE: orders could not be joined to arms well enough, or not alike in all.
    OrdersNotJoined,
    /// INCONCLUSIVE: the registered days are not over.
    TooEarly,
    /// INCONCLUSIVE: an arm has fewer visitors than were registered.
    TooFewVisitors,
    /// INCONCLUSIVE: an arm has no orders.
    NoOrders,
    /// INCONCLUSIVE: control earned nothing that a lift could refer to.
    NoLift,
    /// INCONCLUSIVE: nobody was exposed.
    Nobody,
    /// INCONCLUSIVE: no plan was registered before the start.
    PlanMissing,
    /// INCONCLUSIVE: the plan is not the one that was registered.
    PlanChanged,
    /// INCONCLUSIVE: the arms differ in what no experiment can have changed.
    NotRandomised,
    /// INCONCLUSIVE: the data have a fault that forbids a verdict.
    DataBroken,
    /// INCONCLUSIVE: the rule looks at margins, and costs are not known.
    CostsUnknown,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Shown,
        Self::SurelyBelow,
        Self::Below,
        Self::StillUnclear,
        Self::Harm,
        Self::Unclear,
        Self::RegisteredDown,
        Self::SampleRatio,
        Self::OrdersNotJoined,
        Self::TooEarly,
        Self::TooFewVisitors,
        Self::NoOrders,
        Self::NoLift,
        Self::Nobody,
        Self::PlanMissing,
        Self::PlanChanged,
        Self::NotRandomised,
        Self::DataBroken,
        Self::CostsUnknown,
    ];

    /// The verdict that it belongs to.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Shown => Verdict::Keep,
            Self::SurelyBelow | Self::Below | Self::StillUnclear | Self::Harm => Verdict::Revert,
            Self::Unclear | Self::RegisteredDown => Verdict::Extend,
            Self::SampleRatio
            | Self::OrdersNotJoined
            | Self::TooEarly
            | Self::TooFewVisitors
            | Self::NoOrders
            | Self::NoLift
            | Self::Nobody
            | Self::PlanMissing
            | Self::PlanChanged
            | Self::NotRandomised
            | Self::DataBroken
            | Self::CostsUnknown => Verdict::Inconclusive,
        }
    }

    /// One sentence for whoever has to act on it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Shown => "The net lift reaches the threshold, and with 95 % confidence it is above zero.",
            Self::SurelyBelow => "With 90 % confidence the net lift is below the threshold.",
            Self::Below => {
                "The net lift is below the threshold; the interval reaches it, but the rule goes by the point."
            }
            Self::StillUnclear => "The extension is over and the net lift is still not shown to be above zero.",
            Self::Harm => "The treatment does harm: the always-valid interval lies below zero.",
            Self::Unclear => "The net lift reaches the threshold but is not yet shown to be above zero.",
            Self::RegisteredDown => "The net lift is shown, but the registered metric points down.",
            Self::SampleRatio => "The arms are not as large as the allocation says: find out who is missing first.",
            Self::OrdersNotJoined => {
                "Too few orders could be joined to an arm, or not alike in all: mend the join first."
            }
            Self::TooEarly => "The registered days are not over.",
            Self::TooFewVisitors => "An arm has fewer visitors than were registered as the minimum.",
            Self::NoOrders => "An arm has no orders, so there is nothing to compare.",
            Self::NoLift => "Control's margin an order is not above zero, so there is nothing to compare with.",
            Self::Nobody => "Nobody was exposed to an arm of it.",
            Self::PlanMissing => "No plan was registered before the start, so there is no rule to decide by.",
            Self::PlanChanged => "The plan is not the one that was registered before the start.",
            Self::NotRandomised => {
                "The arms differ in what an experiment cannot change, such as the device: they were not drawn."
            }
            Self::DataBroken => "The data have a fault that forbids a verdict: see the findings.",
            Self::CostsUnknown => "The rule looks at the margin rate, and costs are not known.",
        }
    }
}

/// The rule, registered before the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KillRule {
    /// The net lift that a placement must reach; 0.03 for 3 %. Below 0 for a figure that may fall that far and no further, as a
    /// margin rate.
    pub threshold: f64,
    /// What the lower bound of a KEEP must be above: 0, or the threshold of a figure that may fall.
    pub floor: f64,
    /// Visitors that the smaller arm must have.
    pub min_visitors: u64,
    /// Full days that a test runs.
    pub days: u32,
    /// Full days more that an unclear test gets, once; at most 30.
    pub extension: u32,
}

impl Default for KillRule {
    fn default() -> Self {
        Self { threshold: 0.03, floor: 0.0, min_visitors: 0, days: 30, extension: 30 }
    }
}

/// What is known on the day of the verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// What forbids the numbers, found elsewhere; `None` where nothing does.
    pub forbidden: Option<Reason>,
    /// Lift of the contribution margin an order, or of what the rule looks at; `None` where [`Lift::of`] has none.
    pub net: Option<Lift>,
    /// Lift of the registered metric, where it is another one.
    pub registered: Option<Lift>,
    /// Visitors of the smaller arm.
    pub visitors: u64,
    /// Full days since the start.
    pub day: u32,
    /// The check of the arms' sizes.
    pub sample_ratio: SampleRatio,
    /// Whether enough orders were joined to arms, and alike in all.
    pub orders_joined: bool,
    /// Whether [`ConfidenceSequence::shows_harm`](super::ConfidenceSequence::shows_harm) by now.
    pub harm: bool,
    /// Whether the test has been extended already.
    pub extended: bool,
}

impl KillRule {
    /// Confidence of the one-sided lower bound that a KEEP needs above 0.
    pub const KEEP_CONFIDENCE: f64 = 0.95;
    /// Confidence of the one-sided upper bound below the threshold that makes a REVERT a sure one.
    pub const REVERT_CONFIDENCE: f64 = 0.90;

    /// The reason that applies, and with it the verdict.
    ///
    /// What forbids the numbers comes first, then harm, which needs no date, then what is too early, then the rule.
    pub fn decide(&self, evidence: &Evidence) -> Reason {
        let days = self.days + if evidence.extended { self.extension } else { 0 };
        if let Some(reason) = evidence.forbidden {
            return reason;
        }
        match evidence.net {
            _ if evidence.sample_ratio.is_alarm() => Reason::SampleRatio,
            _ if !evidence.orders_joined => Reason::OrdersNotJoined,
            _ if evidence.harm => Reason::Harm,
            _ if evidence.day < days => Reason::TooEarly,
            _ if evidence.visitors < self.min_visitors => Reason::TooFewVisitors,
            None => Reason::NoLift,
            Some(net) => self.judge(&net, evidence),
        }
    }

    fn judge(&self, net: &Lift, evidence: &Evidence) -> Reason {
        let unclear = |reason| if evidence.extended { Reason::StillUnclear } else { reason };
        if net.upper_bound(Self::REVERT_CONFIDENCE) < self.threshold {
            Reason::SurelyBelow
        } else if net.lift < self.threshold {
            Reason::Below
        } else if net.lower_bound(Self::KEEP_CONFIDENCE) <= self.floor {
            unclear(Reason::Unclear)
        } else if evidence.registered.is_some_and(|lift| lift.lift < 0.0) {
            unclear(Reason::RegisteredDown)
        } else {
            Reason::Shown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Ratio;
    use super::*;

    /// A lift with about this standard error.
    fn lift(lift: f64, error: f64) -> Option<Lift> {
        let arm = |value: f64| Ratio::known(100_000, value, (value * error / (1.0 + lift)).powi(2) / 2.0);
        Lift::of(&arm(1.0 + lift), &arm(1.0))
    }

    fn evidence(net: f64, error: f64) -> Evidence {
        let sample_ratio = SampleRatio::of(&[1_000, 1_000], &[0.5, 0.5]).unwrap();
        Evidence {
            net: lift(net, error),
            registered: None,
            forbidden: None,
            visitors: 20_000,
            day: 30,
            sample_ratio,
            orders_joined: true,
            harm: false,
            extended: false,
        }
    }

    const RULE: KillRule = KillRule { threshold: 0.03, floor: 0.0, min_visitors: 13_300, days: 30, extension: 14 };

    #[test]
    fn five_percent_more_at_a_lower_margin_is_reverted() {
        let drag = (0.30 - 0.291) / 0.30;
        let net = net_lift(0.05, drag);
        assert!((net - 0.0185).abs() < 1e-12 && (margin_drag(net, 0.05) - 0.03).abs() < 1e-12);
        let reason = RULE.decide(&evidence(net, 0.0107));
        assert_eq!((reason, reason.verdict()), (Reason::Below, Verdict::Revert));
    }

    #[test]
    fn the_point_and_its_bounds_decide() {
        for (net, error, reason) in [
            (0.05, 0.0107, Reason::Shown),
            (0.03, 0.0107, Reason::Shown),
            (0.031, 0.02, Reason::Unclear),
            (0.029, 0.001, Reason::Below),
            (0.00, 0.0107, Reason::SurelyBelow),
            (0.00, 0.04, Reason::Below),
            (-0.2, 0.04, Reason::SurelyBelow),
        ] {
            assert_eq!(RULE.decide(&evidence(net, error)), reason, "{net} ± {error}");
        }
    }

    #[test]
    fn what_forbids_the_numbers_comes_first() {
        let good = evidence(0.05, 0.0107);
        let broken = SampleRatio::of(&[101_000, 99_000], &[0.5, 0.5]).unwrap();
        for (evidence, reason) in [
            (Evidence { sample_ratio: broken, harm: true, ..good }, Reason::SampleRatio),
            (Evidence { orders_joined: false, harm: true, ..good }, Reason::OrdersNotJoined),
            (Evidence { harm: true, day: 5, ..good }, Reason::Harm),
            (Evidence { day: 29, visitors: 3, ..good }, Reason::TooEarly),
            (Evidence { day: 43, extended: true, ..good }, Reason::TooEarly),
            (Evidence { visitors: 13_299, ..good }, Reason::TooFewVisitors),
            (Evidence { net: None, ..good }, Reason::NoLift),
            (Evidence { forbidden: Some(Reason::PlanChanged), harm: true, ..good }, Reason::PlanChanged),
            (Evidence { registered: lift(-0.01, 0.01), ..good }, Reason::RegisteredDown),
            (Evidence { registered: lift(0.00, 0.01), ..good }, Reason::Shown),
        ] {
            assert_eq!(RULE.decide(&evidence), reason);
        }
    }

    #[test]
    fn a_figure_that_may_fall_is_kept_where_it_surely_falls_no_further() {
        let rule = KillRule { threshold: -0.05, floor: -0.05, ..RULE };
        for (rate, error, reason) in
            [(-0.02, 0.01, Reason::Shown), (-0.04, 0.02, Reason::Unclear), (-0.06, 0.02, Reason::Below)]
        {
            assert_eq!(rule.decide(&evidence(rate, error)), reason, "{rate}");
        }
    }

    #[test]
    fn an_extension_is_granted_once() {
        let unclear = Evidence { extended: true, day: 44, ..evidence(0.031, 0.02) };
        assert_eq!(RULE.decide(&unclear), Reason::StillUnclear);
        assert_eq!(RULE.decide(&Evidence { registered: lift(-0.1, 0.1), ..unclear }), Reason::StillUnclear);
        let clear = Evidence { extended: true, day: 44, ..evidence(0.05, 0.01) };
        assert_eq!(RULE.decide(&clear), Reason::Shown);
    }

    #[test]
    fn every_reason_is_one_sentence() {
        for reason in Reason::ALL {
            let sentence = reason.sentence();
            assert!(sentence.ends_with('.') && sentence.matches('.').count() == 1, "{sentence}");
            let verdict = serde_json::to_string(&reason.verdict()).unwrap();
            assert!(["\"KEEP\"", "\"REVERT\"", "\"EXTEND\"", "\"INCONCLUSIVE\""].contains(&verdict.as_str()));
        }
    }
}
