//! `[[experiment]]` and `[experiments]`: who is in which arm, and what is decided by which figure.

use super::amounts::{self, points};
use super::concurrent;
use super::conditions;
use super::error::{Problem, Severity};
use super::findings::{Findings, SHOWN};
use super::reader::{Section, Value, nearest, out_of_range, section_of, unfit, wrong_type};
use super::rules::Around;
use super::{Config, texts, times};
use crate::experiment::{
    Arms, ArmsError, BasisPoints, Control, Experiment, GlobalHoldout, KillRule, KillRuleError, MOST_ARMS, Measure,
    Metric, Name, Plan, PlanHash, Planned, Registration, UnitKind,
};
use crate::shop::{Money, Timestamp};
use std::ops::Range;

/// Most experiments of a file, those that are over included.
const MOST: usize = 256;
/// Keys of an experiment.
const KEYS: [&str; 19] = [
    "name",
    "placement",
    "salt",
    "allocation",
    "control",
    "unit",
    "metric",
    "minimum_detectable_effect",
    "days",
    "kill",
    "winsorise",
    "cap",
    "looks",
    "min_units",
    "when",
    "from",
    "until",
    "follows",
    "plan",
];
/// What a name may be.
const NAME: &str = "a name of 1 to 64 letters a to z, digits, `_` and `-`";
/// Seconds of a day.
const DAY: i64 = 86_400;

/// An experiment of the file with its places.
pub(super) struct Written {
    /// What it says.
    pub planned: Planned,
    /// Its first byte.
    pub at: usize,
    /// Where its name stands.
    pub name: Range<usize>,
    /// Where its placement stands.
    pub placement: Range<usize>,
    /// Where it says which one it follows.
    pub follows: Range<usize>,
}

/// The experiments and the global holdout of a file.
pub(super) fn read(root: Section<'_, '_>, around: &Around<'_>, config: &mut Config, findings: &mut Findings<'_>) {
    config.global_holdout = global_holdout(root, findings);
    let remedy = "remove those that are over";
    let mut all: Vec<Written> = Vec::new();
    for section in root.tables("experiment", "a list of tables, each under [[experiment]]", (MOST, remedy), findings) {
        let read = experiment(section, around, findings);
        let place = |key| section.get(key).map_or(section.place(), |value| value.span());
        let at = section.place().start;
        let [name, placement, follows] = ["name", "placement", "follows"].map(place);
        all.extend(read.map(|planned| Written { planned, at, name, placement, follows }));
    }
    concurrent::check(&all, findings);
    config.experiment_places = findings.places(all.iter().map(|written| written.at));
    config.experiments = all.into_iter().map(|written| written.planned).collect();
}

/// `[experiments]`: what holds for all of them.
fn global_holdout(root: Section<'_, '_>, findings: &mut Findings<'_>) -> GlobalHoldout {
    let usual = GlobalHoldout::default();
    if let Some(value) = root.get("experiments").filter(|value| value.get_ref().is_array()) {
        let why = ["a table with `global_holdout`", "a list", "write [[experiment]] above each of its tables"];
        unfit::<()>("experiments", why, value.span(), findings);
        return usual;
    }
    let Some(section) = root.section("experiments", findings) else { return usual };
    section.allow(&["global_holdout", "salt"], &[], findings);
    let share = share(section, "global_holdout", 0, 5_000, findings);
    let salt = texts::said(section, "salt", findings).map(|(salt, _)| salt);
    GlobalHoldout { share: share.unwrap_or(usual.share), salt: salt.unwrap_or(usual.salt) }
}

/// A share between two others under `key`.
fn share(
    section: Section<'_, '_>,
    key: &'static str,
    least: i32,
    most: i32,
    findings: &mut Findings<'_>,
) -> Option<BasisPoints> {
    points(key, section.get(key)?, BasisPoints(least)..=BasisPoints(most), findings)
}

/// One experiment. Where its name, its placement or its arms cannot be told there is none, and the other keys are checked all the
/// same.
fn experiment(section: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Option<Planned> {
    section.allow(&KEYS, &[], findings);
    let name = name(section, findings);
    let placement = placement(section, around, findings);
    let arms = arms(section, findings);
    let salt = texts::said(section, "salt", findings).map(|(salt, _)| salt);
    let control = section.word("control", &Control::ALL.map(|word| (word.name(), word)), &[], findings);
    let segment = segment(section, findings).unwrap_or_default();
    let (from, until) = times::window(section, around.zone, findings);
    let plan = plan(section, around, findings);
    let expected = "the 32 hexadecimal digits that `endcap plan` writes";
    let registered = section.text("plan", expected, PlanHash::parse, findings);
    let follows = section.text("follows", NAME, Name::parse, findings);
    let usual = Experiment::new(name?, &placement?, arms?);
    let experiment = Experiment {
        salt: salt.unwrap_or(usual.salt),
        control: control.unwrap_or(usual.control),
        segment,
        from: from.map(Timestamp),
        until: until.map(Timestamp),
        ..usual
    };
    let planned = Planned { experiment, plan, follows, registered };
    remarks(section, &planned, findings);
    Some(planned)
}

/// `name`: letters that an order can carry.
fn name(section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Name> {
    let Some(value) = section.get("name") else {
        section.missing("name", "[experiment]", NAME, findings);
        return None;
    };
    let name = section.text("name", NAME, Name::parse, findings)?;
    if name.as_str() == GlobalHoldout::NAME {
        let why = ["a name of its own", "`global_holdout`, which stands for [experiments]", "rename it"];
        return unfit("name", why, value.span(), findings);
    }
    Some(name)
}

/// `placement`: one that exists.
fn placement(section: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Option<String> {
    if !section.has("placement") {
        section.missing("placement", "[experiment]", "the name of the placement that it is about", findings);
        return None;
    }
    let (name, place) = texts::said(section, "placement", findings)?;
    if around.placements.contains(&name.as_str()) {
        return Some(name);
    }
    let problem = Problem::UnknownName {
        key: "placement",
        expected: format!("one of {}", around.placements.join(", ")),
        nearest: nearest(&name, around.placements.iter().copied()).map(str::to_owned),
        found: name.chars().take(SHOWN).collect(),
    };
    findings.add(place, problem);
    None
}

/// `allocation = { holdout = 0.5, treatment = 0.5 }`: shares that leave nobody twice, the control among them.
fn arms(section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Arms> {
    let Some(value) = section.get("allocation") else {
        let expected = "shares such as { holdout = 0.5, treatment = 0.5 }";
        section.missing("allocation", "[experiment]", expected, findings);
        return None;
    };
    let allocation = section_of("allocation", value, findings)?;
    let shares: Vec<Option<(Name, BasisPoints)>> =
        allocation.entries().map(|(key, place, value)| arm(key, place, value, findings)).collect();
    match Arms::new(shares.into_iter().collect::<Option<Vec<_>>>()?) {
        Ok(arms) => Some(arms),
        Err(error) => {
            let names: Vec<&str> = allocation.entries().map(|(key, ..)| key).collect();
            let [expected, found, remedy] = allocation_fault(&error, &names);
            unfit("allocation", [&expected, &found, &remedy], value.span(), findings)
        }
    }
}

/// One arm and its share.
fn arm(key: &str, place: Range<usize>, value: &Value<'_>, findings: &mut Findings<'_>) -> Option<(Name, BasisPoints)> {
    let shown: String = key.chars().take(SHOWN).collect();
    let share = points(&shown, value, BasisPoints(1)..=BasisPoints::WHOLE, findings);
    let Some(name) = Name::parse(key) else {
        let (key, expected) = ("allocation".to_owned(), NAME.to_owned());
        findings.add(place, Problem::OutOfRange { key, expected, found: shown });
        return None;
    };
    Some((name, share?))
}

/// What is wrong with shares of the right form: what is expected, what is found, what to do.
fn allocation_fault(error: &ArmsError, names: &[&str]) -> [String; 3] {
    match error {
        ArmsError::TooMuch { found } => {
            let sum = BasisPoints(i32::try_from(*found).unwrap_or(i32::MAX));
            ["shares of 1 at most together", &sum.to_string(), "lower some"].map(str::to_owned)
        }
        ArmsError::NoHoldout => {
            let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            ["an arm called `holdout`".to_owned(), found, "add it, or rename the control so".to_owned()]
        }
        _ => {
            let expected = format!("`holdout` and 1 to {} arms beside it", MOST_ARMS - 1);
            [expected, format!("{} in all", names.len()), "add or remove some".to_owned()]
        }
    }
}

/// `when = { segment = { … } }`: for whom it is.
fn segment(section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Vec<(String, Vec<String>)>> {
    let when = section.section("when", findings)?;
    when.allow(&["segment"], &[], findings);
    if when.is_empty() {
        let why = ["`segment = { … }`", "none", "add it, or remove `when`"];
        unfit::<()>("when", why, when.place(), findings);
    }
    conditions::segment(when, findings)
}

/// What is decided, by which figure and when.
fn plan(section: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Plan {
    let usual = Plan::default();
    let unit = section.word("unit", &UnitKind::ALL.map(|word| (word.name(), word)), &[], findings);
    let metric = section.word("metric", &Metric::ALL.map(|word| (word.name(), word)), &[], findings);
    let effect = share(section, "minimum_detectable_effect", 10, 10_000, findings);
    let days = section.integer("days", 7..=365, findings).and_then(|n| u16::try_from(n).ok());
    let kill = kill(section, findings);
    let winsorise = share(section, "winsorise", 9_000, 10_000, findings);
    let cap = amounts::amount(section, "cap", around.currency, 1, findings);
    let looks = section.integer("looks", 1..=52, findings).and_then(|n| u8::try_from(n).ok());
    let min_units = section.integer("min_units", 1..=1_000_000_000, findings).and_then(|n| u32::try_from(n).ok());
    Plan {
        unit: unit.unwrap_or(usual.unit),
        metric: metric.unwrap_or(usual.metric),
        minimum_detectable_effect: effect.unwrap_or(usual.minimum_detectable_effect),
        days: days.unwrap_or(usual.days),
        kill: kill.unwrap_or(usual.kill),
        winsorise: winsorise.unwrap_or(usual.winsorise),
        cap: cap.map(|minor| Money::new(minor, around.currency)),
        looks: looks.unwrap_or(usual.looks),
        min_units: min_units.unwrap_or(usual.min_units),
    }
}

/// `kill = "aov_lift_net_of_margin_drag < 0.03"`.
fn kill(section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<KillRule> {
    let value = section.get("kill")?;
    let Some(text) = value.get_ref().as_str() else { return wrong_type("kill", "a text", value, findings) };
    match KillRule::parse(text) {
        Ok(rule) => Some(rule),
        Err(KillRuleError::Measure { found }) => {
            let known = Measure::ALL.map(Measure::name);
            let problem = Problem::UnknownValue {
                key: "kill".to_owned(),
                nearest: nearest(&found, known.into_iter()),
                found: found.chars().take(SHOWN).collect(),
                known: known.to_vec(),
            };
            findings.add(value.span(), problem);
            None
        }
        Err(error) => out_of_range("kill", error.expected(), value, findings),
    }
}

/// What holds and is perhaps not meant.
fn remarks(section: Section<'_, '_>, planned: &Planned, findings: &mut Findings<'_>) {
    let Planned { experiment, plan, .. } = planned;
    if let (Some(from), Some(until), Some(value)) = (experiment.from, experiment.until, section.get("until"))
        && until.0 - from.0 <= i64::from(plan.days - 1) * DAY
    {
        // Days are counted whole, the first one from midnight: only a whole day too few leaves it undecided for certain.
        let days = plan.days;
        let message = format!("`until` ends it before the {days} days of its plan are over, so it is never decided");
        findings.remark(&value.span(), Severity::Warning, message);
    }
    if let (Registration::Changed, Some(value)) = (planned.registration(), section.get("plan")) {
        let message = "the plan was changed since `endcap plan` wrote this; put it back, or start an experiment of \
                       another name";
        findings.remark(&value.span(), Severity::Warning, message.to_owned());
    }
}
