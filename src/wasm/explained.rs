//! Explanations on their way out, flat as answers are.

use super::ANSWERED;
use super::answer::put;
use crate::placement::{Explanation, Rejected, Shown, Vote};

/// Status, strategy, fallback, its reason, why it is silent, ε, whether there is a subtotal and its two halves, how many
/// candidates are not listed; then lists, each after its length: the rules that held, what is shown, and what is not: item,
/// bits of its score, reason, step, and the rule plus one (0: none).
pub(super) fn explained(found: &Explanation) -> Vec<u32> {
    let subtotal = found.subtotal.unwrap_or(0);
    let mut out = vec![
        ANSWERED,
        found.strategy as u32,
        found.fallback.map_or(0, |rung| rung as u32),
        found.fallback_reason.map_or(0, |reason| reason as u32),
        found.silent.map_or(0, |why| why as u32),
        found.max_relevance_loss.to_bits(),
        u32::from(found.subtotal.is_some()),
        subtotal as u32,
        (subtotal >> 32) as u32,
        found.more as u32,
    ];
    put_rules(&mut out, &found.rules);
    out.push(found.shown.len() as u32);
    found.shown.iter().for_each(|shown| put_shown(&mut out, shown));
    out.push(found.rejected.len() as u32);
    for Rejected { item, raw, why, rule } in &found.rejected {
        let rule = rule.map_or(0, |rule| u32::from(rule) + 1);
        out.extend([item.0, raw.to_bits(), *why as u32, u32::from(why.step()), rule]);
    }
    out
}

/// The numbers of the pick, its six parts, what popularity added, its votes and its rules.
fn put_shown(out: &mut Vec<u32>, shown: &Shown) {
    put(out, &shown.pick);
    let parts = &shown.pick.parts;
    let floats = [parts.raw, parts.relevance, parts.bury, parts.phi, parts.value, parts.likeness, shown.popularity];
    out.extend(floats.map(f32::to_bits));
    out.push(shown.votes.len() as u32);
    for Vote { voter, relation, weight, vote } in &shown.votes {
        out.extend([voter.0, *relation as u32, weight.to_bits(), vote.to_bits()]);
    }
    put_rules(out, &shown.rules);
}

fn put_rules(out: &mut Vec<u32>, rules: &[u16]) {
    out.push(rules.len() as u32);
    out.extend(rules.iter().map(|rule| u32::from(*rule)));
}
