//! The report as lines of text, for a terminal.
//!
//! For each experiment the verdict with its sentence, the arms, the figures with their intervals, and what was found in the
//! data; then what has to be tidied up. Days, segments and products are left to the page and to `--json`.

mod layout;
mod upkeep;

use super::statistics::{Interval, Verdict};
use super::told::{ArmTold, Comparison, ExperimentTold, Finding, GlobalTold, Measured, Report, Severity};
use super::words;
use crate::page::number::{self, NONE};
use layout::{plain, table, wrap};

/// No terminal is taken to be narrower.
const NARROWEST: usize = 48;

/// The report in lines of at most `width` columns (48 where that is less); tables that need more keep their figures and cut
/// names. It holds no escape sequence, neither of ours nor of what the shop calls things.
pub fn text(report: &Report, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut parts = vec![head(report, width)];
    if report.experiments.is_empty() {
        parts.push(wrap("No experiment was found: events name none, and endcap.toml has none.", width, "", ""));
    }
    parts.extend(report.experiments.iter().map(|told| experiment(told, report, width)));
    parts.extend(report.global_holdout.as_ref().map(|told| global(told, &report.currency, width)));
    parts.extend(upkeep::upkeep(report, width));
    parts.join("\n")
}

fn head(report: &Report, width: usize) -> String {
    let time = match (&report.from, &report.until) {
        (Some(from), Some(until)) => format!("{} to {}", day(from), day(until)),
        _ => "nothing was read".into(),
    };
    let line =
        format!("{}: {time}, {}, money in {}", plain(&report.generator), plain(&report.timezone), report.currency);
    let blocking = report.quality.findings.iter().filter(|finding| finding.severity == Severity::Blocks);
    let blocking = blocking.map(|finding| self::finding(finding, true, "", width));
    wrap(&line, width, "", "  ") + &blocking.collect::<String>()
}

/// The day of a moment in RFC 3339.
fn day(moment: &str) -> String {
    plain(moment).chars().take(10).collect()
}

fn finding(finding: &Finding, named: bool, indent: &str, width: usize) -> String {
    let word = match finding.severity {
        Severity::Blocks => "BLOCKS",
        Severity::Warns => "warns",
        Severity::Notes => "notes",
    };
    let about =
        finding.experiment.as_deref().filter(|_| named).map_or(String::new(), |name| format!("{}: ", plain(name)));
    let (first, rest) = (format!("{indent}{word:<8}"), format!("{indent}{:<8}", ""));
    wrap(&format!("{about}{}", plain(&finding.sentence)), width, &first, &rest)
        + &wrap(&format!("Remedy: {}", plain(&finding.remedy)), width, &rest, &rest)
}

fn experiment(told: &ExperimentTold, report: &Report, width: usize) -> String {
    let word = match told.verdict.verdict {
        Verdict::Keep => "KEEP",
        Verdict::Revert => "REVERT",
        Verdict::Extend => "EXTEND",
        Verdict::Inconclusive => "INCONCLUSIVE",
    };
    let owner = told.owner.as_deref().map_or("no owner".into(), |owner| format!("owner {}", plain(owner)));
    let follows =
        told.follows.as_deref().map_or(String::new(), |first| format!(" (long holdout after {})", plain(first)));
    let line = format!(
        "{}{follows}: placement {}, {owner}, day {} of {}",
        plain(&told.name),
        plain(&told.placement),
        told.day,
        told.plan.days
    );
    let mut out = wrap(&line, width, &format!("{word}  "), "  ");
    out += &wrap(&plain(&told.verdict.sentence), width, "  ", "  ");
    out += &wrap(&format!("Next: {}", plain(&told.verdict.next)), width, "  ", "  ");
    out += &checks(told, width);
    out += "\n";
    out += &arms(&told.arms, width);
    if let Some(share) = told.exposed_orders {
        let line = format!("{} of the shop's orders follow an exposure of it.", number::percent(share, 0));
        out += &wrap(&line, width, "  ", "  ");
    }
    for comparison in &told.comparisons {
        out += "\n";
        out += &compared(comparison, told, &report.currency, width);
    }
    let mine = |one: &&Finding| one.severity != Severity::Blocks && one.experiment.as_ref() == Some(&told.name);
    out += &report.quality.findings.iter().filter(mine).map(|one| finding(one, false, "  ", width)).collect::<String>();
    out
}

/// What the verdict rests on, where something is not as it should be.
fn checks(told: &ExperimentTold, width: usize) -> String {
    let mut wrong: Vec<&str> = Vec::new();
    wrong.extend(match told.plan.registration {
        "kept" => None,
        "changed" => Some("the plan was changed after the start"),
        _ => Some("no plan was registered before the start"),
    });
    wrong.extend(
        told.sample_ratio.as_ref().filter(|ratio| ratio.alarm).map(|_| "the arms are not as large as they should be"),
    );
    wrong.extend(
        (!told.join.holds && !told.join.arms.is_empty()).then_some("orders could not be joined to arms well enough"),
    );
    let fades = told.comparisons.iter().filter_map(|one| one.novelty.as_ref()).any(|novelty| novelty.fades);
    wrong.extend(fades.then_some("the effect wears off"));
    if wrong.is_empty() { String::new() } else { wrap(&format!("Mind: {}.", wrong.join("; ")), width, "  ", "  ") }
}

fn arms(arms: &[ArmTold], width: usize) -> String {
    let head = ["arm", "visitors", "orders", "conversion", "attach rate", "average", "margin/order"];
    let row = |arm: &ArmTold| {
        let counts = &arm.counts;
        vec![
            plain(&arm.name),
            number::grouped(arm.visitors),
            number::grouped(counts.orders),
            or_none(counts.conversion, |value| number::percent(value, 2)),
            or_none(counts.attach_rate, |value| number::percent(value, 1)),
            or_none(counts.average_order_value, |value| number::money(value, 2)),
            or_none(counts.margin_per_order, |value| number::money(value, 2)),
        ]
    };
    let rows: Vec<Vec<String>> = std::iter::once(head.map(str::to_owned).into()).chain(arms.iter().map(row)).collect();
    table(&rows, width, "  ")
}

fn compared(comparison: &Comparison, told: &ExperimentTold, currency: &str, width: usize) -> String {
    let net = comparison
        .net
        .as_ref()
        .map_or("not measured".into(), |net| format!("{} ({})", number::lift(net.lift, 1), range(net.interval)));
    let parts = match (comparison.aov_lift, comparison.margin_drag) {
        (Some(aov), Some(drag)) => {
            format!(" = average order {}, less a margin drag of {}", number::lift(aov, 1), number::percent(drag, 1))
        }
        _ => String::new(),
    };
    let line = format!(
        "{}: net lift {net}{parts}; threshold {}",
        plain(&comparison.arm),
        number::lift(told.plan.threshold, 1)
    );
    wrap(&line, width, "  ", "    ")
        + &measured(&comparison.measured, width)
        + &attribution(comparison, currency, width)
}

fn measured(measured: &[Measured], width: usize) -> String {
    if measured.is_empty() {
        return String::new();
    }
    let head = ["figure", "control", "treatment", "lift", "95 % interval", "p"];
    let row = |one: &Measured| {
        let amount =
            |value| if words::is_share(one.metric) { number::percent(value, 2) } else { number::money(value, 2) };
        vec![
            words::metric(one.metric),
            amount(one.control),
            amount(one.treatment),
            number::lift(one.lift, 1),
            range(one.interval),
            number::chance(one.p_value),
        ]
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(head.map(str::to_owned).into()).chain(measured.iter().map(row)).collect();
    table(&rows, width, "  ")
}

fn attribution(comparison: &Comparison, currency: &str, width: usize) -> String {
    let told = &comparison.attribution;
    let amount = |value| number::money(value, 0);
    let line = format!(
        "Revenue in {currency}: last click {}, assisted {}, incremental {}; never to be added up.",
        amount(told.last_click_revenue),
        amount(told.assisted_revenue),
        or_none(told.incremental_revenue, amount)
    );
    wrap(&line, width, "  ", "    ")
}

fn global(told: &GlobalTold, currency: &str, width: usize) -> String {
    let share = number::percent(told.share, 1);
    let line = format!("All placements together: {share} of visitors are held out of everything; money in {currency}");
    let alarm = told.sample_ratio.as_ref().is_some_and(|ratio| ratio.alarm);
    let mind = if alarm {
        wrap("Mind: the sides are not as large as they should be.", width, "  ", "  ")
    } else {
        String::new()
    };
    wrap(&line, width, "", "  ") + &mind + &arms(&told.arms, width) + "\n" + &measured(&told.measured, width)
}

fn range(interval: Interval) -> String {
    number::range(interval.lower, interval.upper, 1)
}

fn or_none<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| NONE.into(), text)
}
