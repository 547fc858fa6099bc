//! Two rules that cannot both be meant.

use super::census::{Bits, Census};
use super::{Finding, Inspected, Place, Severity, window};
use crate::bundle::{Effect, Rule, When};

/// One rule of two.
#[derive(Clone, Copy)]
struct One<'a> {
    number: usize,
    rule: &'a Rule,
    about: &'a Bits,
    /// Enabled placements.
    bits: u64,
}

/// Looks at every two rules, and at pins beside all that is included.
pub fn check(shop: &Inspected<'_>, census: &Census, found: &mut Vec<Finding>) {
    let all = shop.book.rules.iter().zip(&census.about).zip(&census.placements).enumerate();
    let alive = |one: &One<'_>| {
        let (from, until) = window(one.rule);
        one.bits != 0 && one.about.count > 0 && from < until && shop.now.is_none_or(|now| now < until)
    };
    let all = all.map(|(number, ((rule, about), bits))| One { number, rule, about, bits: *bits });
    let all: Vec<One<'_>> = all.filter(alive).collect();
    for one in &all {
        let others = all.iter().filter(|other| other.number != one.number);
        found.extend(others.clone().find_map(|other| excluded(one, other)));
        found.extend(others.filter(|other| other.number < one.number).find_map(|other| contradicted(one, other)));
        found.extend(not_included(shop, census, one));
    }
}

/// `other` excludes all that `one` is about.
fn excluded(one: &One<'_>, other: &One<'_>) -> Option<Finding> {
    let (shared, when) = (one.bits & other.bits, &other.rule.when);
    let over = other.rule.action == Effect::Exclude && (*when == When::default() || *when == one.rule.when);
    if !over || shared == 0 || !meet(one.rule, other.rule) || !one.about.within(other.about) {
        return None;
    }
    let names = (&one.rule.name, &other.rule.name);
    if matches!(one.rule.action, Effect::Pin(_)) {
        let message = format!("rule {:?} pins what rule {:?} excludes", names.0, names.1);
        return Some(error(
            one,
            "pin_excluded",
            message,
            "except the product from the exclusion, or delete one of them",
        ));
    }
    // Of two that exclude the same at the same time the later one is too many.
    let covered = |one: &One<'_>, other: &One<'_>| {
        let ((from, until), (first, last)) = (window(one.rule), window(other.rule));
        one.bits & !other.bits == 0 && first <= from && until <= last
    };
    let equal = one.rule.action == Effect::Exclude
        && covered(other, one)
        && other.about == one.about
        && other.rule.when == one.rule.when;
    if !covered(one, other) || (equal && one.number < other.number) {
        return None;
    }
    let message = format!("rule {:?} is about products only that rule {:?} excludes", names.0, names.1);
    Some(warning(one, "shadowed", message, "delete it, or narrow the exclusion"))
}

/// `one` comes after `other` and wants the opposite, or the same slot.
fn contradicted(one: &One<'_>, other: &One<'_>) -> Option<Finding> {
    let same = one.rule.when == other.rule.when;
    let either = same || [one, other].iter().any(|rule| rule.rule.when == When::default());
    if one.bits & other.bits == 0 || !meet(one.rule, other.rule) {
        return None;
    }
    let names = (&one.rule.name, &other.rule.name);
    match (one.rule.action, other.rule.action) {
        (Effect::Pin(a), Effect::Pin(b)) if a == b && either => {
            let message = format!("rules {:?} and {:?} pin to slot {a} at the same time", names.0, names.1);
            Some(error(one, "pin_slot_taken", message, "pin one of them to another slot, or join the two"))
        }
        (Effect::Boost(_), Effect::Bury(_)) | (Effect::Bury(_), Effect::Boost(_))
            if same && one.about == other.about =>
        {
            let message = format!("of rules {:?} and {:?} one boosts what the other buries", names.0, names.1);
            Some(warning(one, "boost_and_bury", message, "delete one of them"))
        }
        _ => None,
    }
}

/// A pin of products that are left out at some placement because others alone are included.
fn not_included(shop: &Inspected<'_>, census: &Census, one: &One<'_>) -> Option<Finding> {
    if !matches!(one.rule.action, Effect::Pin(_)) {
        return None;
    }
    let outside = |placement: &usize| {
        let including = census.at(shop, *placement).filter(|(rule, ..)| {
            rule.action == Effect::IncludeOnly
                && meet(rule, one.rule)
                && shop.now.is_none_or(|now| now < window(rule).1)
        });
        let (mut always, mut apart) = (None, true);
        for (rule, about, _) in including {
            apart &= about.apart(one.about);
            always = always.or((rule.when == When::default()).then_some(&rule.name));
        }
        always.filter(|_| apart)
    };
    let here = |placement: &usize| one.bits >> placement & 1 == 1;
    let name = (0..shop.book.policies.len()).filter(here).find_map(|placement| outside(&placement))?;
    let message = format!("rule {:?} pins what is not among the products that rule {name:?} includes", one.rule.name);
    Some(error(one, "pin_not_included", message, "include the product too, or delete the pin"))
}

/// Whether two rules' windows have a second in common.
fn meet(one: &Rule, other: &Rule) -> bool {
    let ((from, until), (first, last)) = (window(one), window(other));
    from.max(first) < until.min(last)
}

fn error(one: &One<'_>, code: &'static str, message: String, remedy: &'static str) -> Finding {
    Finding { severity: Severity::Error, place: Place::Rule(one.number), code, message, remedy }
}

fn warning(one: &One<'_>, code: &'static str, message: String, remedy: &'static str) -> Finding {
    Finding { severity: Severity::Warning, ..error(one, code, message, remedy) }
}
