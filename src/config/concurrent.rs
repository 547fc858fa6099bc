//! Experiments beside and after each other: names, placements, what an order can carry, and which holdout follows which test.

use super::error::Problem;
use super::experiments::Written;
use super::findings::{Findings, SHOWN};
use super::reader::{nearest, unfit};
use crate::experiment::Experiment;

/// Most experiments of one cart attribute, as `parseAttribute` of the npm package reads it.
const MOST_IN_AN_ORDER: usize = 32;
/// Characters of the attribute that are left beside its version, 128 of the unit, and the signs between.
const ROOM_IN_AN_ORDER: usize = 1_000 - "1;".len() - 128;

/// Refuses two experiments of one name, two at one placement at the same time, and more at a time than an order can carry.
pub(super) fn check(all: &[Written], findings: &mut Findings<'_>) {
    for (n, written) in all.iter().enumerate() {
        let before = all.get(..n).unwrap_or_default();
        let experiment = &written.planned.experiment;
        if before.iter().any(|other| other.planned.experiment.name == experiment.name) {
            let found = format!("`{}` twice", experiment.name);
            let remedy = "rename one: its name deals the visitors";
            unfit::<()>("name", ["a name of its own", &found, remedy], written.name.clone(), findings);
        } else if let Some(other) = before.iter().find(|other| other.planned.experiment.meets(experiment)) {
            let shown: String = experiment.placement.chars().take(SHOWN).collect();
            let expected = format!("one experiment at a time on `{shown}`");
            let found = format!("`{}` on the same visitors", other.planned.experiment.name);
            let remedy = "part them by `from` and `until`, or by `when.segment`";
            unfit::<()>("placement", [&expected, &found, remedy], written.placement.clone(), findings);
        }
    }
    all.iter().for_each(|written| follows(written, all, findings));
    if let Some((written, count)) = all.iter().find_map(|written| Some((written, beyond_an_order(written, all)?))) {
        let expected = format!("at most {MOST_IN_AN_ORDER} experiments at a time whose names fit one cart attribute");
        let found = format!("{count} when this one starts");
        let remedy = "shorten names, or run fewer at a time";
        unfit::<()>("experiment", [&expected, &found, remedy], written.at..written.at, findings);
    }
}

/// Refuses a long holdout whose test is not there, stands at another placement, or has not ended before it starts.
fn follows(written: &Written, all: &[Written], findings: &mut Findings<'_>) {
    let Some(wanted) = &written.planned.follows else { return };
    let experiment = &written.planned.experiment;
    let others = || all.iter().filter(|other| other.at != written.at).map(|other| &other.planned);
    let Some(first) = others().find(|other| other.experiment.name == *wanted) else {
        let names: Vec<&str> = others().map(|other| other.experiment.name.as_str()).collect();
        let problem = Problem::UnknownName {
            key: "follows",
            expected: match names.as_slice() {
                [] => "an experiment of this file, which has no other".to_owned(),
                names => format!("one of {}", names.join(", ")),
            },
            nearest: nearest(wanted.as_str(), names.iter().copied()).map(str::to_owned),
            found: wanted.to_string(),
        };
        findings.add(written.follows.clone(), problem);
        return;
    };
    let expected = "the experiment that was kept before, at the same placement";
    let (found, remedy) = if first.follows.is_some() {
        (format!("`{wanted}`, which follows another itself"), "name the first one")
    } else if first.experiment.placement != experiment.placement {
        (format!("`{wanted}` at `{}`", first.experiment.placement), "name one of its own placement")
    } else if first.experiment.until.zip(experiment.from).is_none_or(|(until, from)| until > from) {
        (
            format!("`{wanted}`, which has not ended when this one starts"),
            "give it `until`, and this one a later `from`",
        )
    } else {
        return;
    };
    unfit::<()>("follows", [expected, &found, remedy], written.follows.clone(), findings);
}

/// How many experiments run when this one starts, where an order cannot carry them all.
fn beyond_an_order(written: &Written, all: &[Written]) -> Option<usize> {
    let from = written.planned.experiment.from;
    let runs = |other: &&Experiment| match from {
        Some(_) => other.runs_at(from),
        None => other.from.is_none(), // both have run since ever
    };
    let running: Vec<&Experiment> = all.iter().map(|written| &written.planned.experiment).filter(runs).collect();
    let characters: usize = running.iter().map(|experiment| longest_member(experiment)).sum();
    (running.len() > MOST_IN_AN_ORDER || characters > ROOM_IN_AN_ORDER).then_some(running.len())
}

/// Characters of `;experiment=arm` with the longest arm.
fn longest_member(experiment: &Experiment) -> usize {
    let arm = experiment.arms.iter().map(|arm| arm.name().as_str().len()).max().unwrap_or(0);
    ";=".len() + experiment.name.as_str().len() + arm
}
