//! A second look at what a shop adds to relevance: masks, sets, rules, pairs of classes, experiments, and what is private.

use super::layout::*;
use super::open::Bundle;
use super::policy::VALUE_CLASSES;
use super::rule::MAX_SETS;
use super::rule_table::mask_fits;
use super::trade::Trade;
use super::verify::{Finding, note, section};
use crate::shop::ItemId;

/// Checks every part of `bundle` that [`Trade`] holds.
pub(super) fn verify_trade<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    let Some(trade) = bundle.trade() else { return };
    verify_values(bundle, findings);
    verify_hidden(bundle, trade, findings);
    verify_sets(bundle, trade, findings);
    verify_rules(bundle, findings);
    verify_class_pairs(bundle, trade, findings);
    verify_experiments(bundle, findings);
    verify_private(bundle, trade, findings);
}

fn verify_values<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    for (item, code) in section(bundle, SectionKind::Value).iter().enumerate() {
        if *code >= VALUE_CLASSES && *code != NO_VALUE {
            note(findings, "value", format!("item {item} has code {code}, which is no class"));
        }
    }
}

fn verify_hidden<D: AsRef<[u8]>>(bundle: &Bundle<D>, trade: &Trade, findings: &mut Vec<Finding>) {
    let Some(hidden) = &trade.hidden else { return };
    for item in 0..bundle.len() {
        let (number, masks) = hidden.number_of(bundle.bytes(), item);
        if number >= masks {
            note(findings, "hidden", format!("item {item} has mask {number}, but there are {masks}"));
        } else if !mask_fits(bundle.hidden(ItemId(item as u32)), bundle.policies().len()) {
            note(findings, "hidden", format!("item {item} is hidden at a placement that does not exist"));
        }
    }
}

fn verify_sets<D: AsRef<[u8]>>(bundle: &Bundle<D>, trade: &Trade, findings: &mut Vec<Finding>) {
    let Some(sets) = &trade.sets else { return };
    let signatures = bundle.signatures();
    for item in 0..bundle.len() {
        let signature = sets.of(bundle.bytes(), item);
        if signature as usize >= signatures.len() {
            note(
                findings,
                "sets",
                format!("item {item} has signature {signature}, but there are {}", signatures.len()),
            );
        }
    }
    for number in 0..signatures.len() as u32 {
        let sets: Vec<u16> = signatures.sets_of_signature(number).collect();
        if !sets.is_sorted_by(|a, b| a < b) || sets.iter().any(|set| usize::from(*set) >= MAX_SETS) {
            note(findings, "sets", format!("the sets of signature {number} do not ascend below {MAX_SETS}"));
        }
    }
}

fn verify_rules<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    for (n, rule) in bundle.rules().iter().enumerate() {
        if !mask_fits(rule.placements, bundle.policies().len()) {
            note(findings, "rules", format!("rule {n} holds at a placement that does not exist"));
        }
    }
}

fn verify_class_pairs<D: AsRef<[u8]>>(bundle: &Bundle<D>, trade: &Trade, findings: &mut Vec<Finding>) {
    let Some(pairs) = &trade.class_pairs else { return };
    if pairs.classes() != bundle.classes() {
        note(findings, "class_pairs", format!("{} classes expected, {} found", bundle.classes(), pairs.classes()));
    }
    for class in 0..pairs.classes() {
        let row: Vec<ItemId> = pairs.of(bundle.bytes(), class).collect();
        if let Some(item) = row.iter().find(|item| item.index() >= bundle.len()) {
            note(findings, "class_pairs", format!("class {} names item {}, which is not there", class + 1, item.0));
        }
        if row.iter().enumerate().any(|(n, item)| row.iter().take(n).any(|other| other == item)) {
            note(findings, "class_pairs", format!("class {} names an item twice", class + 1));
        }
    }
}

fn verify_experiments<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    for experiment in &bundle.experiments().list {
        if !bundle.policies().iter().any(|policy| policy.placement == experiment.placement) {
            let (name, placement) = (&experiment.name, &experiment.placement);
            note(
                findings,
                "experiments",
                format!("{name} is about {placement:?}, which is no placement of this bundle"),
            );
        }
    }
}

fn verify_private<D: AsRef<[u8]>>(bundle: &Bundle<D>, trade: &Trade, findings: &mut Vec<Finding>) {
    let Some(private) = &trade.private else {
        if bundle.head().sections.iter().any(|section| section.number >= FIRST_PRIVATE) {
            note(findings, "private", "facts without what is known of the shop".to_string());
        }
        return;
    };
    let (origins, rules) = (private.origins.len(), bundle.rules().len());
    if origins != rules {
        note(findings, "private", format!("{rules} origins expected, {origins} found"));
    }
    let unknown = |name: &str| !bundle.policies().iter().any(|policy| policy.placement == name);
    let named = private.rules.iter().flat_map(|rule| &rule.placements);
    for name in named.chain(private.placements.iter().map(|said| &said.placement)).filter(|name| unknown(name)) {
        note(findings, "private", format!("{name:?} is no placement of this bundle"));
    }
    let has_facts = !section(bundle, SectionKind::Facts).is_empty();
    for item in (0..bundle.len() as u32).map(ItemId).filter(|_| has_facts) {
        if bundle.facts(item).is_none() {
            note(findings, "facts", format!("the facts of item {} cannot be read", item.0));
        }
    }
}
