//! `[[rule]]`: which items are not shown, alone shown, preferred, put back or pinned, where and when.

use super::conditions;
use super::error::{Problem, Severity};
use super::findings::{Findings, SHOWN};
use super::matches::{self, Allowed};
use super::reader::{Section, nearest, section_of, unfit};
use super::texts::{self, LONGEST};
use super::times::{self, Zone};
use crate::bundle::{Effect, MAX_RULES, Rule, Test, When};
use crate::shop::Currency;
use std::collections::HashMap;

/// Most tables of a file.
pub(super) const MOST: usize = 10_000;
/// Keys of a rule.
const KEYS: [&str; 7] = ["name", "placements", "match", "when", "action", "from", "until"];
/// Keys of an action.
const ACTIONS: [&str; 5] = ["exclude", "include_only", "boost", "bury", "pin"];

/// What rules are read against.
pub(super) struct Around<'r> {
    /// The currency of their prices.
    pub currency: Currency,
    /// The zone of their local times.
    pub zone: Option<&'r Zone>,
    /// The placements there are.
    pub placements: Vec<&'r str>,
}

/// The rules of a file, in its order, each with its first byte.
pub(super) fn read(root: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Vec<(usize, Rule)> {
    let remedy = "merge rules that do the same: each key takes a list";
    let mut names = HashMap::new();
    let mut rules = Vec::new();
    for section in root.tables("rule", "a list of tables, each under [[rule]]", (MOST, remedy), findings) {
        rules.extend(rule(section, around, &mut names, findings).map(|rule| (section.place().start, rule)));
    }
    if let Some((at, _)) = rules.iter().filter(|(_, rule)| is_asked(rule)).nth(MAX_RULES) {
        let (expected, found) = (format!("at most {MAX_RULES} rules that are asked in each request"), "one more");
        unfit::<()>("rule", [&expected, found, remedy], *at..*at, findings);
    }
    rules
}

/// Whether a rule is looked at in each request. An exclusion without condition, window, price, state and age is settled at
/// training.
fn is_asked(rule: &Rule) -> bool {
    let live = |test: &Test| matches!(test, Test::Price(_) | Test::State(_) | Test::Age(_));
    let settled = rule.action == Effect::Exclude && !is_conditional(rule);
    !settled || rule.matches.tests.iter().chain(&rule.matches.not).any(live)
}

/// Whether a rule holds at some times and not at others.
fn is_conditional(rule: &Rule) -> bool {
    rule.when != When::default() || rule.from.is_some() || rule.until.is_some()
}

/// One rule.
fn rule(
    section: Section<'_, '_>,
    around: &Around<'_>,
    names: &mut HashMap<String, usize>,
    findings: &mut Findings<'_>,
) -> Option<Rule> {
    section.allow(&KEYS, &[], findings);
    let name = name(section, names, findings);
    let placements = placements(section, around, findings);
    let matches = matches::read(section, "match", Allowed::All, around.currency, findings);
    let when = conditions::read(section, around.currency, findings);
    let (from, until) = times::window(section, around.zone, findings);
    let action = action(section, findings)?;
    let matches = matches.unwrap_or_default();
    let rule = Rule { name: name.unwrap_or_default(), placements, matches, when, action, from, until };
    if !has_tests(section) {
        whole(section, &rule, findings);
    }
    Some(rule)
}

/// Whether `match` says anything, right or wrong.
fn has_tests(section: Section<'_, '_>) -> bool {
    section.get("match").is_some_and(|value| value.get_ref().as_table().is_none_or(|table| !table.is_empty()))
}

/// Refuses a rule about every item, but for an exclusion that says so and holds at times: a block that is left out then.
fn whole(section: Section<'_, '_>, rule: &Rule, findings: &mut Findings<'_>) {
    let has_match = section.has("match");
    let place = section.get("match").map_or(section.place(), |value| value.span());
    let found = if has_match { "an empty one" } else { "none" };
    let expected = format!("a match such as {{ category = \"Gift cards\" }} for `{}`", rule.action.name());
    let remedy = match (rule.action, is_conditional(rule), has_match) {
        (Effect::Exclude, true, true) => return,
        (Effect::Exclude, true, false) => "add it, or `match = {}` if nothing at all is to be shown then",
        (Effect::Exclude, false, _) => "add it; `enabled = false` under [placement.*] switches a placement off",
        _ => "add it: what is said of every item changes nothing",
    };
    unfit::<()>("match", [&expected, found, remedy], place, findings);
}

/// `name`: there must be one, and no other rule may have it.
fn name(section: Section<'_, '_>, names: &mut HashMap<String, usize>, findings: &mut Findings<'_>) -> Option<String> {
    if !section.has("name") {
        section.missing("name", "[rule]", "a text that reports may show", findings);
        return None;
    }
    let (name, place) = texts::said(section, "name", findings)?;
    let number = names.len() + 1;
    if let Some(before) = names.insert(name.clone(), number) {
        let shown: String = name.chars().take(SHOWN).collect();
        let found = format!("`{shown}`, the name of rule {before} as well");
        unfit::<()>("name", ["a name of its own", &found, "rename one"], place, findings);
        names.insert(name.clone(), before);
    }
    Some(name)
}

/// `placements`: names that exist, each once.
fn placements(section: Section<'_, '_>, around: &Around<'_>, findings: &mut Findings<'_>) -> Vec<String> {
    let mut placements: Vec<String> = Vec::new();
    for (name, place) in texts::texts(section, "placements", LONGEST, findings).unwrap_or_default() {
        if !around.placements.contains(&name.as_str()) {
            let problem = Problem::UnknownName {
                key: "placements",
                expected: format!("one of {}", around.placements.join(", ")),
                nearest: nearest(&name, around.placements.iter().copied()).map(str::to_owned),
                found: name.chars().take(SHOWN).collect(),
            };
            findings.add(place, problem);
        } else if placements.contains(&name) {
            findings.remark(&place, Severity::Note, format!("`placements` names `{name}` twice; remove one"));
        } else {
            placements.push(name);
        }
    }
    placements
}

/// `action = { … }`: exactly one.
fn action(section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Effect> {
    let Some(value) = section.get("action") else {
        let expected = "{ exclude = true }, { include_only = true }, { boost = 1.5 }, { bury = 0.5 } or { pin = 1 }";
        section.missing("action", "[rule]", expected, findings);
        return None;
    };
    let action = section_of("action", value, findings)?;
    action.allow(&ACTIONS, &[], findings);
    let given: Vec<&'static str> = ACTIONS.into_iter().filter(|key| action.has(key)).collect();
    let [key] = given[..] else {
        let expected = format!("exactly one of {}", ACTIONS.join(", "));
        let why = match given.len() {
            0 if !action.is_empty() => return None, // the key that is not known has been told
            0 => [&expected, "none", "add one"],
            _ => [&expected, &given.join(", "), "write a rule for each"],
        };
        return unfit("action", why, value.span(), findings);
    };
    effect(action, key, findings)
}

/// The meaning of one action.
fn effect(action: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<Effect> {
    let holds = |findings: &mut Findings<'_>| {
        let value = action.get(key)?;
        match action.flag(key, findings)? {
            true => Some(()),
            false => unfit(key, ["true", "false", "remove the rule"], value.span(), findings),
        }
    };
    match key {
        "exclude" => holds(findings).map(|()| Effect::Exclude),
        "include_only" => holds(findings).map(|()| Effect::IncludeOnly),
        "boost" => {
            let expected = "a factor above 1, at most 2";
            action.single(key, expected, |n| n > 1.0 && n <= 2.0, findings).map(Effect::Boost)
        }
        "bury" => action.single(key, "a factor above 0, below 1", |n| n > 0.0 && n < 1.0, findings).map(Effect::Bury),
        _ => action.integer(key, 1..=100, findings).and_then(|n| u16::try_from(n).ok()).map(Effect::Pin),
    }
}
