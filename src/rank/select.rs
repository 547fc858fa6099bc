//! The best few, in order.
//!
//! A product that nobody has bought yet is new. Its evidence is what it is, not what shoppers did, so that new products get
//! at most one place in every four: in the first 4, 8, 12 … places stand at most 1, 2, 3 … of them. The best known and the
//! best new candidates are kept apart and merged at the end; a new one that has to wait takes the first place it may.

use super::pick::Pick;
use crate::bundle::{Calibration, MAX_LIMIT};
use crate::shop::ItemId;

/// Of so many places one may be a new product's.
pub const NEW_IN: usize = 4;

/// The best candidates so far, best first, at most one of a variant group.
#[derive(Debug, Default)]
struct Best {
    picks: Vec<Pick>,
    limit: usize,
    /// What a candidate must beat to enter: asked of every candidate, so kept at hand.
    bar: (f32, ItemId),
}

/// The bar of a list that takes everything, and of one that takes nothing.
const OPEN: (f32, ItemId) = (f32::NEG_INFINITY, ItemId(0));
const SHUT: (f32, ItemId) = (f32::INFINITY, ItemId(0));

impl Best {
    fn new() -> Self {
        Self { picks: Vec::with_capacity(usize::from(MAX_LIMIT) + 1), limit: 0, bar: SHUT }
    }

    fn start(&mut self, limit: usize) {
        self.picks.clear();
        self.limit = limit;
        self.bar = if limit > 0 { OPEN } else { SHUT };
    }

    #[inline]
    fn admits(&self, score: f32, item: ItemId) -> bool {
        score > self.bar.0 || (score == self.bar.0 && item < self.bar.1)
    }

    /// Enters a candidate by rank. Of a group only the best is kept, so that the list is always the best `limit` of all
    /// groups' best.
    fn enter(&mut self, pick: Pick) {
        let rival = self.picks.iter().position(|other| pick.group > 0 && other.group == pick.group);
        if let Some(at) = rival {
            if self.picks.get(at).is_some_and(|other| !pick.beats(other)) {
                return;
            }
            self.picks.remove(at);
        }
        let place = self.picks.iter().position(|other| pick.beats(other)).unwrap_or(self.picks.len());
        self.picks.insert(place, pick);
        self.picks.truncate(self.limit);
        self.bar = match self.picks.last() {
            Some(worst) if self.picks.len() >= self.limit => (worst.score, worst.item),
            _ => OPEN,
        };
    }
}

/// A list in the making: candidates are entered in any order, merged, and filled up.
#[derive(Debug, Default)]
pub struct Selection {
    known: Best,
    new: Best,
    /// Items from this number on are new.
    new_from: u32,
    picks: Vec<Pick>,
}

impl Selection {
    /// Room for the longest list.
    pub fn new() -> Self {
        // Twice as much: pins are put in before the list is cut.
        let picks = Vec::with_capacity(2 * usize::from(MAX_LIMIT));
        Self { known: Best::new(), new: Best::new(), new_from: u32::MAX, picks }
    }

    /// Starts an empty list of at most `limit` picks, and never more than 100. Items from the number `new_from` on are new.
    pub fn start(&mut self, limit: usize, new_from: u32) {
        let limit = limit.min(usize::from(MAX_LIMIT));
        self.known.start(limit);
        self.new.start(limit);
        self.new_from = new_from;
        self.picks.clear();
    }

    /// The picks, best first; none before the candidates are merged.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// The picks, to be completed.
    pub fn picks_mut(&mut self) -> &mut [Pick] {
        &mut self.picks
    }

    /// Most picks of the list.
    pub fn limit(&self) -> usize {
        self.known.limit
    }

    /// Whether no more fit.
    pub fn is_full(&self) -> bool {
        self.picks.len() >= self.limit()
    }

    /// Whether `item` is new.
    #[inline]
    pub fn is_new(&self, item: ItemId) -> bool {
        item.0 >= self.new_from
    }

    /// Whether a candidate of `score` could still enter; where not, it need not be entered.
    #[inline]
    pub fn admits(&self, score: f32, item: ItemId) -> bool {
        self.known.admits(score, item) || (self.is_new(item) && self.new.admits(score, item))
    }

    /// Enters a candidate by rank.
    pub fn enter(&mut self, pick: Pick) {
        if self.is_new(pick.item) { self.new.enter(pick) } else { self.known.enter(pick) }
    }

    /// Makes the list of the candidates: at every place the best that may stand there. New ones for which there was no
    /// place are held back.
    pub fn merge(&mut self) {
        if self.new.picks.is_empty() {
            return self.picks.extend(&self.known.picks);
        }
        let (mut known, mut new) = (self.known.picks.iter().peekable(), self.new.picks.iter().peekable());
        let (mut shown, mut passed) = (0, 0);
        while self.picks.len() < self.known.limit {
            let may = self.picks.len() >= NEW_IN * shown;
            let first = new.peek().is_some_and(|new| may && known.peek().is_none_or(|known| new.beats(known)));
            let Some(pick) = (if first { new.next() } else { known.next() }) else { break };
            passed += usize::from(first);
            if !self.picks.iter().any(|other| other.is_rival_of(pick)) {
                self.picks.push(*pick);
                shown += usize::from(first);
            }
        }
        self.new.picks.drain(..passed);
    }

    /// Appends what was held back, as far as there is room.
    pub fn append_held_back(&mut self) {
        let mut held_back = std::mem::take(&mut self.new.picks);
        held_back.drain(..).for_each(|pick| self.append(pick));
        self.new.picks = held_back;
    }

    /// Appends a candidate of a lower rung behind all others, unless the list is full or shows it or one of its group.
    pub fn append(&mut self, pick: Pick) {
        if !self.is_full() && !self.picks.iter().any(|other| other.is_rival_of(&pick)) {
            self.picks.push(pick);
        }
    }

    /// Turns scores into probabilities. What a lower rung brought keeps its share of orders, which is one, unless
    /// `fillers` are to be calibrated too.
    pub fn calibrate(&mut self, calibration: &Calibration, fillers: bool) {
        for pick in self.picks.iter_mut().filter(|pick| fillers || !pick.filler) {
            pick.score = calibration.probability(pick.score);
        }
    }

    /// Lowers the probability of what a lower rung brought to that of the pick before it, for it stands behind it.
    pub fn level_fillers(&mut self) {
        let mut before = f32::INFINITY;
        for pick in &mut self.picks {
            if pick.filler {
                pick.score = pick.score.min(before);
            }
            before = pick.score;
        }
    }

    /// Drops picks whose score is below `least`. New ones whose place is now too near to the front move back.
    pub fn drop_below(&mut self, least: f32) {
        self.picks.retain(|pick| pick.score >= least);
        let (mut shown, new_from) = (0, self.new_from);
        for at in 0..self.picks.len() {
            let may = at >= NEW_IN * shown;
            let mut rest = self.picks.iter().skip(at);
            let next = rest.position(|pick| may || pick.item.0 < new_from).unwrap_or(0);
            let pick = self.picks.remove(at + next);
            shown += usize::from(self.is_new(pick.item));
            self.picks.insert(at, pick);
        }
    }

    /// Puts each pick into its slot (from 1, ascending, within the limit) and removes it, and its variants, from where
    /// they stood.
    pub(super) fn pin(&mut self, pins: &[(usize, Pick)]) {
        self.picks.retain(|pick| !pins.iter().any(|(_, pinned)| pinned.is_rival_of(pick)));
        for (slot, pick) in pins {
            self.picks.insert((slot - 1).min(self.picks.len()), *pick);
        }
        self.picks.truncate(self.known.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rank::Reason;
    use proptest::prelude::*;

    fn pick(item: u32, score: f32, group: u32) -> Pick {
        Pick::new(ItemId(item), score, Reason::Popular, group)
    }

    proptest! {
        /// Against the slow and obvious way: sort all, take each group's first, cut.
        #[test]
        fn a_selection_is_the_sorted_list_cut(
            candidates in prop::collection::vec((0u8..20, 0u32..4), 0..40),
            limit in 0usize..12,
        ) {
            let all: Vec<Pick> =
                candidates.iter().enumerate().map(|(i, (s, g))| pick(i as u32, f32::from(*s), *g)).collect();
            let mut selection = Selection::new();
            selection.start(limit, u32::MAX);
            for candidate in &all {
                if selection.admits(candidate.score, candidate.item) {
                    selection.enter(*candidate);
                }
            }
            let mut sorted = all.clone();
            sorted.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
            let mut expected: Vec<Pick> = Vec::new();
            for candidate in sorted {
                if candidate.group == 0 || expected.iter().all(|other| other.group != candidate.group) {
                    expected.push(candidate);
                }
            }
            expected.truncate(limit);
            selection.merge();
            prop_assert_eq!(selection.picks(), &expected[..]);
        }
    }

    #[test]
    fn the_strongest_three_voters_are_the_reason() {
        let mut shown = pick(0, 1.0, 0);
        for (voter, vote) in [(6, 0.4), (7, 0.2), (8, 0.3), (5, 0.1), (5, 0.25), (9, -0.5), (4, 0.0)] {
            shown.credit(ItemId(voter), vote);
        }
        shown.settle();
        let names: Vec<u32> = shown.because().map(|item| item.0).collect();
        assert_eq!(names, [6, 5, 8]);
    }
}
