//! What filled a list that came short, and why.

use crate::bundle::{Model, RelationKind, Strategy, Verdict};
use crate::rank::{Context, Pick, Reason};

/// What filled a list that came short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fallback {
    /// Best sellers.
    Popular = 1,
    /// Best sellers of the context's categories.
    PopularInCategory = 2,
    /// What is bought with products of the context's categories.
    CategoryPairs = 3,
}

impl Fallback {
    /// Every rung, by number from 1.
    pub const ALL: [Self; 3] = [Self::Popular, Self::PopularInCategory, Self::CategoryPairs];

    /// The deepest rung that brought one of `picks`.
    pub(super) fn of(picks: &[Pick]) -> Option<Self> {
        let brought = |reason: Reason| picks.iter().any(|pick| pick.reason == reason);
        let rungs = [
            (Reason::Popular, Self::Popular),
            (Reason::PopularInCategory, Self::PopularInCategory),
            (Reason::CategoryPairs, Self::CategoryPairs),
        ];
        rungs.into_iter().find(|(reason, _)| brought(*reason)).map(|(_, rung)| rung)
    }

    /// The name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Popular => "popular",
            Self::PopularInCategory => "popular_in_category",
            Self::CategoryPairs => "category_pairs",
        }
    }
}

/// Why a list fell back: the first that holds. The names and numbers are part of the npm package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FallbackReason {
    /// Training found the relation that the strategy asks no better than best sellers, so the model ships without it.
    NoSignal = 1,
    /// No relation that the strategy asks is loaded: it is in another slice, or there was nothing to train it from.
    NoRelation = 2,
    /// Nothing of the request that the strategy asks (cart, product, views, history) is known to the model.
    NoContext = 3,
    /// There is evidence, for fewer products than the list has places.
    Short = 4,
}

impl FallbackReason {
    /// Every reason, by number from 1.
    pub const ALL: [Self; 4] = [Self::NoSignal, Self::NoRelation, Self::NoContext, Self::Short];

    /// The name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSignal => "no_signal",
            Self::NoRelation => "no_relation",
            Self::NoContext => "no_context",
            Self::Short => "short",
        }
    }

    /// Why a list of `strategy` fell back in `context`.
    pub(super) fn of<D: AsRef<[u8]>>(model: &Model<D>, strategy: Strategy, context: &Context) -> Self {
        let asked = relations_of(strategy);
        if !asked.is_empty() && asked.iter().all(|kind| model.relation(*kind).is_none()) {
            let mut notes = model.base().manifest().into_iter().flat_map(|manifest| &manifest.relations);
            let refused = notes.any(|note| asked.first() == Some(&note.kind) && note.verdict == Verdict::NoSignal);
            return if refused { Self::NoSignal } else { Self::NoRelation };
        }
        if is_known(strategy, context) { Self::Short } else { Self::NoContext }
    }
}

/// The relations that a strategy asks, the one that it is named for first.
fn relations_of(strategy: Strategy) -> &'static [RelationKind] {
    match strategy {
        Strategy::CartAddons => &[RelationKind::Cart, RelationKind::BoughtTogether],
        Strategy::BoughtTogether => &[RelationKind::BoughtTogether, RelationKind::Cart],
        Strategy::Similar | Strategy::Alternatives => &[RelationKind::Similar],
        Strategy::Replenish | Strategy::Popular | Strategy::Rerank => &[],
    }
}

/// Whether anything that the strategy asks is known.
fn is_known(strategy: Strategy, context: &Context) -> bool {
    match strategy {
        Strategy::CartAddons | Strategy::BoughtTogether => context.product.is_some() || !context.cart.is_empty(),
        Strategy::Similar | Strategy::Alternatives => context.product.is_some() || !context.recent.is_empty(),
        Strategy::Replenish => !context.history.is_empty(),
        Strategy::Popular | Strategy::Rerank => true,
    }
}
