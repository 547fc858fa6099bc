//! What has to be tidied up, and what was read.

use super::finding;
use super::layout::{plain, table, wrap};
use crate::page::number;
use crate::report::told::{FileTold, Quarterly, Report, Severity};

/// The last parts; each only where it has something to say.
pub fn upkeep(report: &Report, width: usize) -> impl Iterator<Item = String> {
    [quarterly(&report.quarterly, width), quality(report, width)].into_iter().flatten()
}

fn quarterly(told: &Quarterly, width: usize) -> Option<String> {
    let names = |names: &[String]| names.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", ");
    let mut lines: Vec<String> = Vec::new();
    lines.extend((!told.without_owner.is_empty()).then(|| format!("Without an owner: {}", names(&told.without_owner))));
    lines.extend(
        (!told.without_review.is_empty()).then(|| format!("Without a review date: {}", names(&told.without_review))),
    );
    let overdue = |one: &crate::report::told::Overdue| {
        format!("Review overdue: {}, due on {}, {} days ago", plain(&one.placement), plain(&one.review_by), one.days)
    };
    lines.extend(told.overdue.iter().map(overdue));
    lines.extend(
        told.not_worth
            .iter()
            .map(|one| format!("Not worth its slot: {}: {}", plain(&one.placement), plain(&one.sentence))),
    );
    if let Some(rules) = told.rules.as_ref().filter(|rules| rules.carts > 0) {
        lines.extend(
            (!rules.never_fired.is_empty()).then(|| format!("Rules that never fired: {}", names(&rules.never_fired))),
        );
    }
    let months =
        told.overrides.iter().flatten().map(|one| format!("{} in {}", number::grouped(one.count), plain(&one.month)));
    let months = months.collect::<Vec<_>>().join(", ");
    lines.extend((!months.is_empty()).then(|| format!("Changes by hand: {months}")));
    let shown = |one: &crate::report::told::HolmTold| {
        format!("{}, {} (p {})", plain(&one.experiment), plain(&one.arm), number::chance(one.p_value))
    };
    let remain = told.holm.iter().filter(|one| one.shown).map(shown).collect::<Vec<_>>().join("; ");
    let remain = if remain.is_empty() { "none".into() } else { remain };
    lines.extend(
        (!told.holm.is_empty()).then(|| format!("Shown over all {} comparisons, by Holm: {remain}", told.holm.len())),
    );
    (!lines.is_empty()).then(|| {
        let lines = lines.iter().map(|line| wrap(line, width, "  ", "    "));
        format!("Upkeep\n{}", lines.collect::<String>())
    })
}

/// Findings that are about all experiments, and the files.
fn quality(report: &Report, width: usize) -> Option<String> {
    let of_one = |name: &Option<String>| report.experiments.iter().any(|told| Some(&told.name) == name.as_ref());
    let rest =
        report.quality.findings.iter().filter(|one| one.severity != Severity::Blocks && !of_one(&one.experiment));
    let findings: String = rest.map(|one| finding(one, true, "  ", width)).collect();
    let head = ["file", "holds", "rows", "kept", "refused"].map(str::to_owned).into();
    let row = |file: &FileTold| {
        let counts = [file.rows, file.kept, file.refused].map(number::grouped);
        [plain(&file.path), file.kind.to_owned()].into_iter().chain(counts).collect()
    };
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(report.quality.files.iter().map(row)).collect();
    let files = if rows.len() > 1 { table(&rows, width, "  ") } else { String::new() };
    (!findings.is_empty() || !files.is_empty()).then(|| format!("Data\n{findings}{files}"))
}
