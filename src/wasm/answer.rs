//! Answers on their way out: arrays of numbers, in which a float is its bits.

use super::ANSWERED;
use crate::placement::{Answer, Reranked};
use crate::rank::{MAX_BECAUSE, Pick};
use crate::rules::Patched;

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

pub(super) fn put(out: &mut Vec<u32>, pick: &Pick) {
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

/// Whether it took effect, items that are known, items that are not.
pub(super) fn told(patched: Patched) -> Vec<u32> {
    vec![u32::from(patched.changed), patched.items, patched.unknown]
}
