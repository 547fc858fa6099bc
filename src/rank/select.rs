//! The best few, in order.

use crate::bundle::MAX_LIMIT;
use crate::shop::ItemId;

/// Most items of the context that are named as the reason of one pick.
pub const MAX_BECAUSE: usize = 3;

/// Why an item is shown. The names and numbers are part of the npm package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// Bought with what is in the cart, or with the product.
    BoughtTogether = 0,
    /// Looked at next to what was viewed.
    Similar = 1,
    /// This customer bought it before.
    BoughtBefore = 2,
    /// A best seller.
    Popular = 3,
}

impl Reason {
    /// Every reason, by number.
    pub const ALL: [Self; 4] = [Self::BoughtTogether, Self::Similar, Self::BoughtBefore, Self::Popular];

    /// The name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::BoughtTogether => "bought_together",
            Self::Similar => "similar",
            Self::BoughtBefore => "bought_before",
            Self::Popular => "popular",
        }
    }
}

/// One item of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    /// The item.
    pub item: ItemId,
    /// Its score, ≥ 0.
    pub score: f32,
    /// Why it is shown.
    pub reason: Reason,
    group: u32,
    because: [(ItemId, f32); MAX_BECAUSE],
    counting: (ItemId, f32),
}

/// A place that no voter holds.
const NOBODY: (ItemId, f32) = (ItemId(u32::MAX), 0.0);

impl Pick {
    /// A candidate; `group` is its variant group, 0 for none.
    pub fn new(item: ItemId, score: f32, reason: Reason, group: u32) -> Self {
        Self { item, score, reason, group, because: [NOBODY; MAX_BECAUSE], counting: NOBODY }
    }

    /// The items of the context that voted most for it, strongest first.
    pub fn because(&self) -> impl Iterator<Item = ItemId> {
        self.because.iter().take_while(|(_, vote)| *vote > 0.0).map(|(item, _)| *item)
    }

    /// Counts a vote. All votes of one voter come one after the other, for they are added up before they are compared.
    pub(super) fn credit(&mut self, voter: ItemId, vote: f32) {
        if self.counting.0 != voter {
            self.settle();
            self.counting.0 = voter;
        }
        self.counting.1 += vote;
    }

    /// Ends the count of the last voter: the strongest three are kept, ties by item.
    pub(super) fn settle(&mut self) {
        let mut coming = std::mem::replace(&mut self.counting, NOBODY);
        for place in &mut self.because {
            if coming.1 > place.1 || (coming.1 == place.1 && coming.0 < place.0) {
                std::mem::swap(&mut coming, place);
            }
        }
    }

    /// Whether it comes before `other`: by score, then by item.
    #[inline]
    fn beats(&self, other: &Self) -> bool {
        self.score > other.score || (self.score == other.score && self.item < other.item)
    }
}

/// The best candidates so far, best first, at most one of a variant group.
#[derive(Debug, Default)]
pub struct Selection {
    picks: Vec<Pick>,
    limit: usize,
}

impl Selection {
    /// Room for the longest list.
    pub fn new() -> Self {
        Self { picks: Vec::with_capacity(usize::from(MAX_LIMIT) + 1), limit: 0 }
    }

    /// Starts an empty list of at most `limit` picks, and never more than 100.
    pub fn start(&mut self, limit: usize) {
        self.picks.clear();
        self.limit = limit.min(usize::from(MAX_LIMIT));
    }

    /// The picks, best first.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// The picks, to be completed.
    pub fn picks_mut(&mut self) -> &mut [Pick] {
        &mut self.picks
    }

    /// Whether no more fit.
    pub fn is_full(&self) -> bool {
        self.picks.len() >= self.limit
    }

    /// Whether a candidate of `score` could still enter.
    #[inline]
    pub fn admits(&self, score: f32, item: ItemId) -> bool {
        match self.picks.last() {
            Some(worst) if self.is_full() => score > worst.score || (score == worst.score && item < worst.item),
            _ => self.limit > 0,
        }
    }

    /// Enters a candidate by rank. Of a group only the best is kept, so that the list is always the best `limit` of all
    /// groups' best.
    pub fn enter(&mut self, pick: Pick) {
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
    }

    /// Appends a candidate of a lower rung behind all others, unless the list is full or shows one of its group.
    pub fn append(&mut self, pick: Pick) {
        let rival = self.picks.iter().any(|other| pick.group > 0 && other.group == pick.group);
        if !self.is_full() && !rival {
            self.picks.push(pick);
        }
    }

    /// Drops picks whose score is below `least`.
    pub fn drop_below(&mut self, least: f32) {
        self.picks.retain(|pick| pick.score >= least);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            selection.start(limit);
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
