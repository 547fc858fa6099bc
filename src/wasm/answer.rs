//! Answers on their way out: arrays of numbers, in which a float is its bits.
//!
//! The arm and the name of an answer take five numbers: whether the visitor is in an arm, whose names [`super::Engine::arm`]
//! tells, and the name's sixteen bytes, the first of them highest.

use super::ANSWERED;
use crate::placement::{Answer, Recommendation, Reranked};
use crate::rank::{MAX_BECAUSE, Pick};
use crate::rules::Patched;

/// Numbers before the first pick of an answer.
const HEAD: usize = 11;
/// Numbers of one pick: item, bits of the score, reason, whether it is relaxed, how many items are its reason, and three of
/// them.
const STRIDE: usize = 5 + MAX_BECAUSE;

/// Status, fallback, its reason, how many items are due plus one (0: not asked), why it is silent, arm and name, number of
/// picks, then [`STRIDE`] numbers a pick: what is shown, or what an experiment keeps back.
pub(super) fn flat(answer: &Answer<'_>) -> Vec<u32> {
    // One of the two is empty.
    let picks = answer.picks.iter().chain(answer.withheld);
    let count = answer.picks.len() + answer.withheld.len();
    let mut out = Vec::with_capacity(HEAD + count * STRIDE);
    out.extend([
        ANSWERED,
        answer.fallback.map_or(0, |rung| rung as u32),
        answer.fallback_reason.map_or(0, |reason| reason as u32),
        answer.due.map_or(0, |due| due + 1),
        answer.silent.map_or(0, |why| why as u32),
    ]);
    put_name(&mut out, answer.variant.is_some(), answer.recommendation);
    out.push(count as u32);
    picks.for_each(|pick| put(&mut out, pick));
    out
}

fn put_name(out: &mut Vec<u32>, assigned: bool, Recommendation(name): Recommendation) {
    out.push(u32::from(assigned));
    out.extend(name.as_chunks().0.iter().map(|four| u32::from_be_bytes(*four)));
}

pub(super) fn put(out: &mut Vec<u32>, pick: &Pick) {
    let because = pick.because().count() as u32;
    out.extend([pick.item.0, pick.score.to_bits(), pick.reason as u32, u32::from(pick.relaxed), because]);
    let padding = std::iter::repeat(0);
    out.extend(pick.because().map(|item| item.0).chain(padding).take(MAX_BECAUSE));
}

/// Status, arm and name, number of places, for each twice its place in the list that was given, plus one where it is sold out; then number
/// of sold-out entries with alternatives, for each its place in the list, number of picks, and [`STRIDE`] numbers a pick.
pub(super) fn reranked(found: &Reranked) -> Vec<u32> {
    let mut out = vec![ANSWERED];
    put_name(&mut out, found.variant.is_some(), found.recommendation);
    out.push(found.places.len() as u32);
    out.extend(found.places.iter().map(|place| 2 * place.index as u32 + u32::from(place.sold_out)));
    out.push(found.alternatives.len() as u32);
    for offered in &found.alternatives {
        out.extend([offered.index as u32, offered.picks.len() as u32]);
        offered.picks.iter().for_each(|pick| put(&mut out, pick));
    }
    out
}

/// Whether it took effect, items that are known, items that are not, experiments that are not.
pub(super) fn told(patched: Patched) -> Vec<u32> {
    vec![u32::from(patched.changed), patched.items, patched.unknown, patched.unknown_experiments]
}
