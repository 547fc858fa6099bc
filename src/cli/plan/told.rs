//! What a plan's check says, in words.

use super::checked::Checked;
use crate::cli::output;
use crate::report::feasible::Feasible;
use crate::shop::{Currency, Money};

/// The lines of one experiment.
pub(super) fn text(checked: &Checked) -> String {
    let mut lines = vec![format!(
        "{} at {}: {} {} in {} days",
        checked.experiment,
        checked.placement,
        checked.metric,
        signed(checked.effect),
        checked.days
    )];
    lines.extend(checked.notes.iter().map(|note| format!("  {note}")));
    let heads = ["", "mean", "units a day", "an arm", "days", "seen in time", "power"].map(String::from).to_vec();
    let rows = std::iter::once(heads)
        .chain(checked.figures.iter().map(|figure| row(figure, checked.currency)))
        .collect::<Vec<_>>();
    lines.extend(output::table(&rows).lines().map(|line| format!("  {line}")));
    if !checked.operating.is_empty() {
        lines.push(format!("  with a true net lift of … the rule `{}` takes it back in", checked.kill));
        let chance = |point: &crate::report::statistics::OperatingPoint| {
            format!("{} {:.0} %", signed(point.true_lift), point.revert * 100.0)
        };
        lines.push(format!("    {}", checked.operating.iter().map(chance).collect::<Vec<_>>().join(", ")));
    }
    lines.push(match checked.refused.as_deref() {
        None => format!("  accepted{}", checked.hash.as_ref().map_or(String::new(), |hash| format!(", plan {hash}"))),
        Some(why) => format!("  refused: {why}"),
    });
    lines.extend(checked.offers.iter().map(|offer| format!("    instead: {offer}")));
    lines.join("\n")
}

fn row(figure: &Feasible, currency: Currency) -> Vec<String> {
    let whole = |value: f64| output::grouped(value.round() as u64);
    let is_share = matches!(figure.metric, "conversion" | "attach_rate");
    let amount = || Money::new(figure.mean.round() as i64, currency).to_string();
    let mean = if is_share { percent(figure.mean) } else { amount() };
    vec![
        figure.metric.to_owned(),
        mean,
        format!("{} {}", whole(figure.units_a_day), figure.unit),
        whole(figure.units_an_arm),
        figure.days_needed.map_or("never".into(), whole),
        figure.reachable.map_or("nothing".into(), signed),
        percent(figure.power),
    ]
}

/// `+3 %`.
pub(super) fn signed(share: f64) -> String {
    format!("{}{}", if share >= 0.0 { "+" } else { "−" }, percent(share.abs()))
}

/// `12.5 %`.
pub(super) fn percent(share: f64) -> String {
    let rounded = format!("{:.1}", share * 100.0);
    format!("{} %", rounded.strip_suffix(".0").unwrap_or(&rounded))
}
