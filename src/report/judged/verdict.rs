//! What is to be done with the placement of an experiment: the registered rule, applied to what is known.

use super::compared::{Pair, Standing};
use super::figures;
use crate::experiment::{Measure, Plan, Planned, Registration};
use crate::page::number::{lift, percent, range};
use crate::report::frame::{EXTENSION, SECOND_VERDICT};
use crate::report::moments::Figure;
use crate::report::statistics::{Evidence, KillRule, Reason, SampleRatio, Verdict};
use crate::report::told::{Comparison, LongHoldout, VerdictTold};
use crate::report::words;

/// Most and least of the long holdout; the smaller one where it holds enough units.
const LONG_HOLDOUT: [f64; 2] = [0.05, 0.10];

/// What was decided, and on which day.
pub(super) struct Decided {
    pub reason: Reason,
    /// Days of the data that decided.
    pub days: usize,
    /// Which treatment it is about.
    pub arm: usize,
}

/// The rule of the plan as the statistics have it, and what it looks at.
pub(super) fn rule(plan: &Plan, scale: figures::Scale) -> (KillRule, [Figure; 2]) {
    let threshold = plan.kill.threshold.to_fraction();
    let (threshold, floor, figures) = match plan.kill.measure {
        Measure::NetLift => (threshold, 0.0, figures::net(scale).1),
        // A drag of 5 % is a margin rate that falls by 5 %.
        Measure::MarginDrag => (-threshold, -threshold, [Figure::Margin, Figure::Revenue]),
        Measure::Lift(metric) => (threshold, 0.0, figures::figures(metric, scale)),
    };
    let rule = KillRule {
        threshold,
        floor,
        min_visitors: u64::from(plan.min_units),
        days: u32::from(plan.days),
        extension: EXTENSION as u32,
    };
    (rule, figures)
}

/// Why there can be no verdict, where that is known from the plan.
pub(super) fn unregistered(planned: &Planned) -> Option<Reason> {
    match planned.registration() {
        Registration::Kept => None,
        Registration::Missing => Some(Reason::PlanMissing),
        Registration::Changed => Some(Reason::PlanChanged),
    }
}

/// Applies the rule to each treatment on the day of the plan, and once more after an extension; harm is looked for on every day. The
/// best treatment that may stay decides for the experiment; else one that does harm, else one that is not decided.
pub(super) fn decide(
    pairs: &[(usize, Pair<'_>)],
    figures: [Figure; 2],
    now: usize,
    forbidden: impl Fn(&Standing) -> Option<Reason>,
    sample_ratio: impl Fn(usize) -> Option<SampleRatio>,
    orders_joined: bool,
) -> Decided {
    let mut decided = Vec::new();
    for (arm, pair) in pairs {
        let planned = pair.rule.days as usize;
        let on = |days: usize, extended: bool| {
            let standing = pair.standing(figures, days);
            let Some(sample_ratio) = sample_ratio(days) else {
                return Decided { reason: Reason::Nobody, days, arm: *arm };
            };
            let evidence = Evidence {
                forbidden: forbidden(&standing),
                net: standing.net,
                registered: standing.registered,
                visitors: standing.visitors[0].min(standing.visitors[1]),
                day: u32::try_from(if extended { days } else { days.min(now) }).unwrap_or(u32::MAX),
                sample_ratio,
                orders_joined,
                harm: standing.harm,
                extended,
            };
            Decided { reason: pair.rule.decide(&evidence), days, arm: *arm }
        };
        let mut first = on(now.min(planned), false);
        let over = planned + EXTENSION;
        if first.reason.verdict() == Verdict::Extend {
            let later = if now >= over { on(over, true) } else { on(now, false) };
            if now >= over || later.reason == Reason::Harm {
                first = later;
            }
        }
        let net = pair.standing(figures, first.days).net.map_or(0.0, |net| net.lift);
        decided.push((first, net));
    }
    let rank = |reason: Reason| match reason.verdict() {
        Verdict::Keep => 0,
        Verdict::Revert if reason == Reason::Harm => 1,
        Verdict::Inconclusive => 2,
        Verdict::Extend => 3,
        Verdict::Revert => 4,
    };
    let order = |(a, a_net): &(Decided, f64), (b, b_net): &(Decided, f64)| {
        rank(a.reason).cmp(&rank(b.reason)).then(b_net.total_cmp(a_net))
    };
    let nobody = Decided { reason: Reason::Nobody, days: now, arm: 1 };
    decided.into_iter().min_by(order).map_or(nobody, |(decided, _)| decided)
}

/// Why nothing can be compared.
pub(super) fn nothing_to_compare(standing: &Standing) -> Option<Reason> {
    match (standing.visitors, standing.orders) {
        ([0, _] | [_, 0], _) => Some(Reason::Nobody),
        (_, [treatment, control]) if treatment <= 0 || control <= 0 => Some(Reason::NoOrders),
        _ => None,
    }
}

/// Who reads it: what is so, why, and what to do.
pub(super) struct Around<'a> {
    pub planned: &'a Planned,
    pub now: usize,
    /// The date of a day of the experiment.
    pub date: &'a dyn Fn(usize) -> String,
    /// Units exposed by the last day that counted.
    pub visitors: u64,
    /// The arm that the verdict is about.
    pub treatment: String,
    /// The long holdout that the file has for it.
    pub long: Option<Long>,
}

/// A long holdout that stands in the file.
pub(super) struct Long {
    pub name: String,
    pub share: f64,
    /// Its last day, counted from the start of the experiment that it follows.
    pub day: usize,
}

/// The verdict in words.
pub(super) fn told(decided: &Decided, comparison: Option<&Comparison>, around: &Around<'_>) -> VerdictTold {
    let reason = decided.reason;
    let about = reason.sentence().replace("net lift", &figure(around.planned.plan.kill.measure));
    let sentence = match comparison.and_then(|comparison| figures_of(comparison, around.planned)) {
        Some(figures) => format!("{}: {figures}.", about.trim_end_matches('.')),
        None => about,
    };
    let is_first = around.planned.follows.is_none();
    let long_holdout = (reason.verdict() == Verdict::Keep && is_first).then(|| long_holdout(around, decided.days));
    let next = next(decided, around, long_holdout.as_ref());
    VerdictTold { verdict: reason.verdict(), reason, sentence, next, long_holdout }
}

/// What the rule looks at, in words.
fn figure(measure: Measure) -> String {
    match measure {
        Measure::NetLift => "net lift".to_owned(),
        Measure::MarginDrag => "change of the margin rate".to_owned(),
        Measure::Lift(metric) => format!("lift of the {}", words::metric(metric.name())),
    }
}

/// `net lift +1.8 % (−0.3 % to +4.0 %, 95 %) of AOV +5.0 % and margin drag 3.0 %, asked for: +3.0 %`.
fn figures_of(comparison: &Comparison, planned: &Planned) -> Option<String> {
    let net = comparison.net.as_ref()?;
    let parts = match comparison.aov_lift.zip(comparison.margin_drag) {
        Some((aov, drag)) => format!(" of AOV {} and margin drag {}", lift(aov, 1), percent(drag, 1)),
        None => String::new(),
    };
    let asked = match planned.plan.kill.measure {
        Measure::NetLift => format!(", asked for: {}", lift(planned.plan.kill.threshold.to_fraction(), 1)),
        Measure::MarginDrag => format!(", the rule: {}", planned.plan.kill),
        Measure::Lift(metric) => {
            let its = comparison.measured.iter().find(|measured| measured.metric == metric.name())?;
            let (name, interval) = (words::metric(metric.name()), range(its.interval.lower, its.interval.upper, 1));
            let (own, net) = (lift(its.lift, 1), lift(net.lift, 1));
            return Some(format!("{name} {own} ({interval}, 95 %), the rule: {}; net lift {net}", planned.plan.kill));
        }
    };
    let interval = range(net.interval.lower, net.interval.upper, 1);
    Some(format!("net lift {} ({interval}, 95 %){parts}{asked}", lift(net.lift, 1)))
}

/// The one that the file has; else five units of a hundred stay without, or ten where five would be too few to see anything.
fn long_holdout(around: &Around<'_>, days: usize) -> LongHoldout {
    let arm = around.treatment.clone();
    if let Some(Long { name, share, day }) = &around.long {
        let number = u32::try_from(*day).unwrap_or(u32::MAX);
        return LongHoldout {
            experiment: Some(name.clone()),
            arm,
            share: *share,
            day: number,
            on: (around.date)(*day),
        };
    }
    // It begins tomorrow at the earliest, and lasts as long as a test does.
    let day = SECOND_VERDICT.max(around.now + EXTENSION);
    let rest = (day - around.now) as f64;
    let a_day = around.visitors as f64 / days.max(1) as f64;
    let [small, large] = LONG_HOLDOUT;
    let enough = small * a_day * rest >= 5.0 * f64::from(around.planned.plan.min_units);
    LongHoldout {
        experiment: None,
        arm,
        share: if enough { small } else { large },
        day: u32::try_from(day).unwrap_or(u32::MAX),
        on: (around.date)(day),
    }
}

fn next(decided: &Decided, around: &Around<'_>, long: Option<&LongHoldout>) -> String {
    let experiment = &around.planned.experiment;
    let plan = &around.planned.plan;
    match (decided.reason.verdict(), decided.reason) {
        (Verdict::Keep, _) => match long {
            Some(LongHoldout { experiment: Some(name), day, on, .. }) => {
                format!("Keep `{}` on: `{name}` brings the second verdict on day {day}, {on}.", experiment.placement)
            }
            Some(long) => format!(
                "Keep `{}` on for all but {}: `endcap report … --write` ends this experiment in endcap.toml and registers the long holdout after it; day {}, {}, brings the second verdict.",
                experiment.placement,
                percent(long.share, 1),
                long.day,
                long.on
            ),
            None => format!("That is the second verdict: keep `{}` on for everybody, and end this holdout.", experiment.placement),
        },
        (Verdict::Revert, _) => format!(
            "Switch `{}` off: `enabled = false`, or `endcap report … --bundle FILE --apply FILE` for the overlay that does it.",
            experiment.placement
        ),
        (Verdict::Extend, _) => {
            let day = usize::from(plan.days) + EXTENSION;
            format!("Let it run, unchanged, to day {day}, {}; it is then decided.", (around.date)(day))
        }
        (_, Reason::TooEarly) => {
            let day = usize::from(plan.days);
            format!("Let it run, unchanged, to day {day}, {}.", (around.date)(day))
        }
        (_, Reason::PlanMissing) => {
            "Register the next one before it starts: `endcap plan --write`. This one's figures may be read, not decided by.".to_owned()
        }
        (_, Reason::PlanChanged) => {
            "Put the plan back as it was registered, or start another experiment under another name.".to_owned()
        }
        (_, Reason::SampleRatio) => {
            "Find out which visitors of which arm are missing: a redirect, a script that fails, a filter of machines; then start anew.".to_owned()
        }
        (_, Reason::OrdersNotJoined) => {
            "Mend the join: every order needs the attribute `_endcap`, its unit, or a `purchase` event, in every arm.".to_owned()
        }
        (_, Reason::NotRandomised) => {
            "Look at who is sent to which arm: arms by region or device are no experiment; start one that the hash deals.".to_owned()
        }
        (_, Reason::TooFewVisitors | Reason::NoOrders | Reason::NoLift) => {
            "Give it a larger share of the visitors, or more days: `endcap plan` says how many.".to_owned()
        }
        (_, Reason::CostsUnknown) => "Give a catalog with costs: `--catalog`.".to_owned(),
        (_, Reason::Nobody) => "Check that pages send `exposure` events with this experiment's name.".to_owned(),
        _ => "Mend what the findings name, and report again.".to_owned(),
    }
}
