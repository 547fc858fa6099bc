//! Step 5 of the order of operations: filling a list, place after place.
//!
//! Candidates are opened best score first, and only as long as one that is not opened yet could still be worth more than the
//! best that is: of some hundreds a handful is ever asked whether it may be shown. At every place stands the candidate of
//! highest value, less what it loses for its likeness to those chosen before, among those that caps let in. Ties break by
//! value, then score, then item.
//!
//! A product that nobody has bought yet is new. Its evidence is what it is, not what shoppers did, so that new products get
//! at most one place in every four: in the first 4, 8, 12 … places stand at most 1, 2, 3 … of them. A new one that has to
//! wait takes the first place it may.

use super::pick::Pick;
use super::rejection::Rejection;
use crate::bundle::layout::MAX_DEGREE;
use crate::bundle::{MAX_LIMIT, Policy};
use crate::shop::ItemId;

/// Of so many places one may be a new product's.
pub const NEW_IN: usize = 4;
/// Chosen items whose neighbours are remembered; nobody reads further for variety's sake.
const REMEMBERED: usize = 32;
/// What likeness consists of: the same category, the same brand, a neighbour in the model.
const LIKE_CATEGORY: f32 = 0.5;
const LIKE_BRAND: f32 = 0.25;
const LIKE_NEIGHBOUR: f32 = 0.25;

/// A pick that may still be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The pick, with the parts of its value.
    pub pick: Pick,
    /// Its class; 0 for none.
    pub class: u32,
    /// Its brand; 0 for none.
    pub brand: u32,
    /// Its value, less what likeness takes of it: kept by the [`Selection`] that it is open in.
    order: f32,
}

impl Candidate {
    /// A candidate of this class and brand, 0 for none.
    pub fn new(pick: Pick, class: u32, brand: u32) -> Self {
        Self { pick, class, brand, order: pick.parts.value }
    }
}

/// What caps count, of a pick that was chosen.
#[derive(Clone, Copy, Debug)]
struct Kind {
    class: u32,
    brand: u32,
    group: u32,
}

/// Most items of a kind; 0 for no cap.
#[derive(Clone, Copy, Debug, Default)]
struct Caps {
    category: u16,
    brand: u16,
    group: u16,
}

/// A list in the making.
#[derive(Debug, Default)]
pub struct Selection {
    limit: usize,
    caps: Caps,
    diversity: f32,
    /// Items from this number on are new.
    new_from: u32,
    picks: Vec<Pick>,
    kinds: Vec<Kind>,
    open: Vec<Candidate>,
    /// Which of the chosen each item is a neighbour of, by bit.
    near: Vec<u32>,
    marked: Vec<ItemId>,
}

impl Selection {
    /// Room for the longest list out of `items` items. Memory: four bytes an item, taken once.
    pub fn new(items: usize) -> Self {
        let longest = usize::from(MAX_LIMIT);
        Self {
            new_from: u32::MAX,
            // Twice as much: pins are put in before the list is cut.
            picks: Vec::with_capacity(2 * longest),
            kinds: Vec::with_capacity(longest),
            open: Vec::with_capacity(4 * longest),
            near: vec![0; items],
            marked: Vec::with_capacity(REMEMBERED * MAX_DEGREE),
            ..Self::default()
        }
    }

    /// Starts an empty list of at most `limit` picks, and never more than 100, under the caps of `policy`. Items from the
    /// number `new_from` on are new.
    pub fn start(&mut self, policy: &Policy, limit: usize, new_from: u32) {
        self.limit = limit.min(usize::from(MAX_LIMIT));
        self.caps =
            Caps { category: policy.max_per_category, brand: policy.max_per_brand, group: policy.max_per_group };
        self.diversity = policy.diversity;
        self.new_from = new_from;
        self.picks.clear();
        self.kinds.clear();
        self.open.clear();
        for item in self.marked.drain(..) {
            if let Some(near) = self.near.get_mut(item.index()) {
                *near = 0;
            }
        }
    }

    /// The picks, best first.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// The picks, to be completed.
    pub fn picks_mut(&mut self) -> &mut [Pick] {
        &mut self.picks
    }

    /// Most picks of the list.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Whether no more fit.
    pub fn is_full(&self) -> bool {
        self.picks.len() >= self.limit
    }

    /// Whether `item` is new.
    #[inline]
    pub fn is_new(&self, item: ItemId) -> bool {
        item.0 >= self.new_from
    }

    /// Lets new products in at any place from now on.
    pub fn let_new_in(&mut self) {
        self.new_from = u32::MAX;
    }

    /// Whether the list shows `item`.
    pub fn shows(&self, item: ItemId) -> bool {
        self.picks.iter().any(|pick| pick.item == item)
    }

    /// The candidates that are open.
    pub fn open(&self) -> &[Candidate] {
        &self.open
    }

    /// Opens a candidate.
    pub fn enter(&mut self, mut candidate: Candidate) {
        if self.diversity > 0.0 {
            candidate.pick.parts.likeness = self.likeness(&candidate);
            candidate.order = self.order(&candidate.pick);
        }
        self.open.push(candidate);
    }

    /// Closes all candidates.
    pub fn close(&mut self) {
        self.open.clear();
    }

    /// The open candidate that belongs at the next place.
    pub fn best(&self) -> Option<usize> {
        let mut best: Option<usize> = None;
        for (at, candidate) in self.open.iter().enumerate() {
            let leads = best.and_then(|best| self.open.get(best)).is_none_or(|best| Self::beats(candidate, best));
            if leads && self.admits(candidate).is_ok() {
                best = Some(at);
            }
        }
        best
    }

    /// The better of `best` and the candidate opened last.
    pub fn better(&self, best: Option<usize>) -> Option<usize> {
        let Some(last) = self.open.last().filter(|last| self.admits(last).is_ok()) else { return best };
        let leads = best.and_then(|best| self.open.get(best)).is_none_or(|best| Self::beats(last, best));
        if leads { self.open.len().checked_sub(1) } else { best }
    }

    /// Whether no candidate that scores `score` or less, opened after `best`, can come before it; `most` is the most that
    /// such a score can be worth.
    pub fn is_settled(&self, best: Option<usize>, score: f32, most: f32) -> bool {
        best.and_then(|best| self.open.get(best))
            .is_some_and(|best| most < best.order || (most == best.order && score <= best.pick.parts.raw))
    }

    /// The value of a pick, less what likeness takes of it.
    #[inline]
    fn order(&self, pick: &Pick) -> f32 {
        pick.parts.value * (1.0 - self.diversity * pick.parts.likeness)
    }

    #[inline]
    fn beats(one: &Candidate, other: &Candidate) -> bool {
        let key = |candidate: &Candidate| (candidate.order, candidate.pick.parts.raw);
        let (a, b) = (key(one), key(other));
        a > b || (a == b && one.pick.item < other.pick.item)
    }

    /// Whether caps, and the rule of new products, let a candidate in now.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] of the first that does not.
    pub fn admits(&self, candidate: &Candidate) -> Result<(), Rejection> {
        self.fits(candidate)?;
        if self.is_new(candidate.pick.item) {
            let shown = self.picks.iter().filter(|pick| self.is_new(pick.item)).count();
            if self.picks.len() < NEW_IN * shown {
                return Err(Rejection::New);
            }
        }
        Ok(())
    }

    /// Whether caps let a candidate in.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] of the first that does not.
    pub fn fits(&self, candidate: &Candidate) -> Result<(), Rejection> {
        let full = |cap: u16, number: u32, of: fn(&Kind) -> u32| {
            let held = || self.kinds.iter().filter(|kind| of(kind) == number).count();
            cap > 0 && number > 0 && held() >= usize::from(cap)
        };
        if self.shows(candidate.pick.item) {
            return Err(Rejection::Outranked);
        }
        if full(self.caps.group, candidate.pick.group, |kind| kind.group) {
            return Err(Rejection::GroupCap);
        }
        if full(self.caps.category, candidate.class, |kind| kind.class) {
            return Err(Rejection::CategoryCap);
        }
        if full(self.caps.brand, candidate.brand, |kind| kind.brand) {
            return Err(Rejection::BrandCap);
        }
        Ok(())
    }

    /// Puts the open candidate `at` to the end of the list. Where variety still counts, what is open loses by its likeness to
    /// it: `neighbours` reads its row in the model.
    pub fn choose<N: IntoIterator<Item = (ItemId, f32)>>(
        &mut self,
        at: usize,
        neighbours: impl Fn(ItemId) -> Option<N>,
    ) {
        if at >= self.open.len() {
            return;
        }
        let chosen = self.open.swap_remove(at);
        let number = self.picks.len();
        self.kinds.push(Kind { class: chosen.class, brand: chosen.brand, group: chosen.pick.group });
        self.picks.push(chosen.pick);
        if self.diversity <= 0.0 || self.is_full() {
            return;
        }
        if let Some(row) = neighbours(chosen.pick.item).filter(|_| number < REMEMBERED) {
            for (item, _) in row {
                if let Some(near) = self.near.get_mut(item.index()) {
                    *near |= 1 << number;
                    self.marked.push(item);
                }
            }
        }
        let mut open = std::mem::take(&mut self.open);
        for candidate in &mut open {
            let like = self.likeness_to(candidate, number);
            if like > candidate.pick.parts.likeness {
                candidate.pick.parts.likeness = like;
                candidate.order = self.order(&candidate.pick);
            }
        }
        self.open = open;
    }

    /// The largest likeness to any of those chosen.
    fn likeness(&self, candidate: &Candidate) -> f32 {
        let like = (0..self.kinds.len()).map(|number| self.likeness_to(candidate, number));
        like.fold(0.0, |most, like| if like > most { like } else { most })
    }

    fn likeness_to(&self, candidate: &Candidate, number: usize) -> f32 {
        let Some(kind) = self.kinds.get(number) else { return 0.0 };
        let near = self.near.get(candidate.pick.item.index()).copied().unwrap_or(0);
        let mut like = 0.0;
        if candidate.class > 0 && candidate.class == kind.class {
            like += LIKE_CATEGORY;
        }
        if candidate.brand > 0 && candidate.brand == kind.brand {
            like += LIKE_BRAND;
        }
        if number < REMEMBERED && near >> number & 1 == 1 {
            like += LIKE_NEIGHBOUR;
        }
        like
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

    /// Puts each pick into its slot (from 1, ascending, within the limit) and removes it, and its variants, from where
    /// they stood.
    pub(super) fn pin(&mut self, pins: &[(usize, Pick)]) {
        self.picks.retain(|pick| !pins.iter().any(|(_, pinned)| pinned.is_rival_of(pick)));
        for (slot, pick) in pins {
            self.picks.insert((slot - 1).min(self.picks.len()), *pick);
        }
        self.picks.truncate(self.limit);
    }
}
