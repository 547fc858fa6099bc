//! One rule alone.

use super::census::Census;
use super::{Finding, Inspected, Place, Severity, in_force};
use crate::bundle::{Effect, Policy, Rule};
use crate::rules::plan::Fate;

/// Looks at every rule.
pub fn check(shop: &Inspected<'_>, census: &Census, found: &mut Vec<Finding>) {
    for (at, rule) in shop.book.rules.iter().enumerate() {
        let finding = idle(shop, census, at, rule);
        let idle = finding.is_some();
        found.extend(finding.into_iter().map(|it| it.of(at)));
        if !idle {
            effect(shop, census, at, rule, found);
        }
    }
}

/// A finding before it has a place.
struct Said(Severity, &'static str, String, &'static str);

impl Said {
    fn of(self, at: usize) -> Finding {
        let Self(severity, code, message, remedy) = self;
        Finding { severity, place: Place::Rule(at), code, message, remedy }
    }
}

/// Why a rule does nothing by itself.
fn idle(shop: &Inspected<'_>, census: &Census, at: usize, rule: &Rule) -> Option<Said> {
    let name = &rule.name;
    let impossible = census.plan.targets.get(at).is_some_and(|target| target.selector.states == 0);
    if impossible || matches!(census.plan.fates.get(at), Some(Fate::Never)) {
        let message =
            format!("rule {name:?} can never hold: it ends before it begins, or its tests exclude one another");
        return Some(Said(
            Severity::Error,
            "never_holds",
            message,
            "correct from and until, or its price, stock and age",
        ));
    }
    if shop.now.zip(rule.until).is_some_and(|(now, until)| until <= now) {
        let message = format!("rule {name:?} is over");
        return Some(Said(Severity::Warning, "over", message, "delete it, or give it a later `until`"));
    }
    if census.placements.get(at) == Some(&0) {
        let message = format!("rule {name:?} holds at placements only that are switched off");
        return Some(Said(Severity::Warning, "placements_disabled", message, "switch one on, or delete the rule"));
    }
    if census.items == 0 || census.about.get(at).is_none_or(|about| about.count > 0) {
        return None;
    }
    Some(if rule.action == Effect::IncludeOnly {
        let message = format!("rule {name:?} includes only products that the catalog does not have: nothing is shown");
        Said(Severity::Error, "includes_nothing", message, "correct its `match`, or delete it")
    } else {
        let message = format!("rule {name:?} is about none of {} products", census.items);
        Said(Severity::Warning, "no_items", message, "correct its `match`, or delete it")
    })
}

/// What is wrong with what a rule does.
fn effect(shop: &Inspected<'_>, census: &Census, at: usize, rule: &Rule, found: &mut Vec<Finding>) {
    let bits = census.placements.get(at).copied().unwrap_or(0);
    let on = || shop.book.policies.iter().enumerate().filter(move |(n, _)| bits >> n & 1 == 1);
    match rule.action {
        Effect::Pin(slot) => {
            found.extend(beyond(rule, slot, on().map(|(_, policy)| policy)).map(|it| it.of(at)));
            found.extend(on().filter_map(|(n, policy)| unavailable(census, at, rule, n, policy)).map(|it| it.of(at)));
        }
        Effect::Boost(_) if on().all(|(_, policy)| policy.max_relevance_loss <= 0.0) => {
            let message = format!("rule {:?} boosts where no relevance may be given up: it changes nothing", rule.name);
            let remedy = "set max_relevance_loss of the placement above 0, or delete the rule";
            found.push(Said(Severity::Warning, "no_room", message, remedy).of(at));
        }
        Effect::Exclude | Effect::IncludeOnly if in_force(rule, shop.now) => {
            let about = census.about.get(at).map_or(0, |about| about.count);
            let hidden = if rule.action == Effect::Exclude { about } else { census.items.saturating_sub(about) };
            if hidden * 2 > census.items {
                let message = format!("rule {:?} hides {hidden} of {} products", rule.name, census.items);
                let remedy = "narrow its `match`, or say at which placements it holds";
                found.push(Said(Severity::Warning, "rule_hides_most", message, remedy).of(at));
            }
        }
        _ => {}
    }
}

/// A pin in a slot that some placement it names does not have; of a rule for all placements, that none has.
fn beyond<'a>(rule: &Rule, slot: u16, mut on: impl Iterator<Item = &'a Policy>) -> Option<Said> {
    let short = |policy: &&Policy| slot > policy.limit || slot == 0;
    let first = if rule.placements.is_empty() {
        let mut on: Vec<&Policy> = on.collect();
        on.sort_by_key(|policy| std::cmp::Reverse(policy.limit));
        on.into_iter().next().filter(short)
    } else {
        on.find(short)
    }?;
    let message = format!(
        "rule {:?} pins to slot {slot}, and {:?} shows {} products at most",
        rule.name, first.placement, first.limit
    );
    Some(Said(Severity::Error, "pin_beyond_limit", message, "pin to a slot that is shown, or raise the limit"))
}

/// A pin of products that a placement's stock policy or floor hides, all of them.
fn unavailable(census: &Census, at: usize, rule: &Rule, placement: usize, policy: &Policy) -> Option<Said> {
    let (about, allowed) = (census.about.get(at)?, census.allowed.get(placement)?);
    if census.items == 0 || !about.apart(allowed) {
        return None;
    }
    let message = format!(
        "rule {:?} pins what {:?} may not show: sold out, or below its margin floor",
        rule.name, policy.placement
    );
    Some(Said(Severity::Warning, "pin_unavailable", message, "pin a product that can be sold, or delete the rule"))
}
