//! Answers on their way out: arrays of numbers, in which a float is its bits.

use super::ANSWERED;
use crate::placement::{Answer, Explanation, Rejected, Reranked, Shown, Vote};
use crate::rank::{MAX_BECAUSE, Pick};

/// Numbers before the first pick of an answer.
const HEAD: usize = 6;
/// Numbers of one pick: item, bits of the score, reason, whether it is relaxed, how many items are its reason, and three of
/// them.
const STRIDE: usize = 5 + MAX_BECAUSE;

/// Status, fallback, its reason, how many items are due plus one (0: not asked), why it is silent, number of picks, then
/// [`STRIDE`] numbers a pick.
pub(super) fn flat(answer: &Answer<'_>) -> Vec<u32> {
    let mut out = Vec::with_capacity(HEAD + answer.picks.len() * STRIDE);
    out.extend([
        ANSWERED,
        answer.fallback.map_or(0, |rung| rung as u32),
        answer.fallback_reason.map_or(0, |reason| reason as u32),
        answer.due.map_or(0, |due| due + 1),
        answer.silent.map_or(0, |why| why as u32),
        answer.picks.len() as u32,
    ]);
    answer.picks.iter().for_each(|pick| put(&mut out, pick));
    out
}

fn put(out: &mut Vec<u32>, pick: &Pick) {
    let because = pick.because().count() as u32;
    out.extend([pick.item.0, pick.score.to_bits(), pick.reason as u32, u32::from(pick.relaxed), because]);
    let padding = std::iter::repeat(0);
    out.extend(pick.because().map(|item| item.0).chain(padding).take(MAX_BECAUSE));
}

/// Status, number of places, for each twice its place in the list that was given, plus one where it is sold out; then number
/// of sold-out entries with alternatives, for each its place in the list, number of picks, and [`STRIDE`] numbers a pick.
pub(super) fn reranked(found: &Reranked) -> Vec<u32> {
    let mut out = vec![ANSWERED, found.places.len() as u32];
    out.extend(found.places.iter().map(|place| 2 * place.index as u32 + u32::from(place.sold_out)));
    out.push(found.alternatives.len() as u32);
    for offered in &found.alternatives {
        out.extend([offered.index as u32, offered.picks.len() as u32]);
        offered.picks.iter().for_each(|pick| put(&mut out, pick));
    }
    out
}

/// Status, strategy, fallback, its reason, why it is silent, ε, whether there is a subtotal and its two halves, how many
/// candidates are not listed; then lists, each after its length: the rules that held, what is shown, what is not.
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
        out.extend([item.0, raw.to_bits(), *why as u32, rule.map_or(0, |rule| u32::from(rule) + 1)]);
    }
    out
}

/// [`STRIDE`] numbers of the pick, its six parts, what popularity added, its votes and its rules.
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
