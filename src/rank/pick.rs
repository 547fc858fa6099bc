//! One item of a list, with the reason that it is shown for.

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
    /// A new product, for what it is: nobody has bought it yet.
    New = 4,
    /// This customer bought it before and may need it again by now.
    Due = 5,
    /// The shop put it there.
    Pinned = 6,
    /// Bought with products of the categories that the context holds.
    CategoryPairs = 7,
    /// A best seller of a category that the context holds.
    PopularInCategory = 8,
}

impl Reason {
    /// Every reason, by number.
    pub const ALL: [Self; 9] = [
        Self::BoughtTogether,
        Self::Similar,
        Self::BoughtBefore,
        Self::Popular,
        Self::New,
        Self::Due,
        Self::Pinned,
        Self::CategoryPairs,
        Self::PopularInCategory,
    ];

    /// The name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::BoughtTogether => "bought_together",
            Self::Similar => "similar",
            Self::BoughtBefore => "bought_before",
            Self::Popular => "popular",
            Self::New => "new",
            Self::Due => "due",
            Self::Pinned => "pinned",
            Self::CategoryPairs => "category_pairs",
            Self::PopularInCategory => "popular_in_category",
        }
    }
}

/// One item of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pick {
    /// The item.
    pub item: ItemId,
    /// Its score, ≥ 0; a probability where the placement is calibrated.
    pub score: f32,
    /// Why it is shown.
    pub reason: Reason,
    /// Whether only the wider window of prices let it pass.
    pub relaxed: bool,
    /// How its place came about.
    pub parts: Parts,
    /// Whether a lower rung brought it: then its score is its share of orders.
    pub(super) filler: bool,
    pub(super) group: u32,
    because: [(ItemId, f32); MAX_BECAUSE],
    counting: (ItemId, f32),
}

/// The numbers behind a place in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// The sum of votes and popularity.
    pub raw: f32,
    /// What it stands for, buried where it is: what the list is ordered by.
    pub relevance: f32,
    /// What buries it, 1 where nothing does.
    pub bury: f32,
    /// φ: what it is worth beyond relevance, 0 to 1.
    pub phi: f32,
    /// `relevance · (1 + δ · φ)`.
    pub value: f32,
    /// How like an earlier pick it is, 0 to 1: η times that is taken of the value.
    pub likeness: f32,
}

/// A place that no voter holds.
const NOBODY: (ItemId, f32) = (ItemId(u32::MAX), 0.0);

impl Pick {
    /// A candidate; `group` is its variant group, 0 for none.
    pub fn new(item: ItemId, score: f32, reason: Reason, group: u32) -> Self {
        Self {
            item,
            score,
            reason,
            relaxed: false,
            parts: Parts::default(),
            filler: false,
            group,
            because: [NOBODY; MAX_BECAUSE],
            counting: NOBODY,
        }
    }

    /// The same item with the numbers behind its place; `relaxed`: only the wider window of prices lets it pass.
    pub fn with(self, parts: Parts, relaxed: bool) -> Self {
        Self { parts, relaxed, ..self }
    }

    /// The same item, brought by a lower rung or not: then its score is its share of orders.
    pub fn brought(self, filler: bool) -> Self {
        Self { filler, ..self }
    }

    /// The same item, shown because the shop put it there: beside `by`, or by a rule.
    pub(super) fn pinned_by(self, by: Option<ItemId>) -> Self {
        let mut because = [NOBODY; MAX_BECAUSE];
        if let Some((place, by)) = because.first_mut().zip(by) {
            *place = (by, f32::INFINITY);
        }
        Self { reason: Reason::Pinned, because, ..self }
    }

    /// Whether a list shows only one of the two: the same item, or variants of one product.
    pub(super) fn is_rival_of(&self, other: &Self) -> bool {
        self.item == other.item || (self.group > 0 && self.group == other.group)
    }

    /// The items of the context that voted most for it, strongest first.
    pub fn because(&self) -> impl Iterator<Item = ItemId> {
        self.because.iter().take_while(|(_, vote)| *vote > 0.0).map(|(item, _)| *item)
    }

    /// Counts a vote; what is pinned is shown for the product that it is pinned to, and for nothing else. All votes of one voter come one after the other, for they are added up before they are compared.
    pub(super) fn credit(&mut self, voter: ItemId, vote: f32) {
        if self.reason == Reason::Pinned {
            return;
        }
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
}
