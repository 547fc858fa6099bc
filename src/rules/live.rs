//! What holds now: a bundle's stock, prices, policies and rules, and what overlays have changed since.
//!
//! The columns are copied out of the bundle when it is opened, so that ranking reads them at one place, and no slower once
//! an overlay has come.

use super::book::Book;
use super::compile::Compiled;
use crate::bundle::{
    Bundle, ExperimentChange, Experiments, Objective, PlacementNote, Policy, Private, Rule, Sets, ShopTerms, StockUse,
    VALUE_CLASSES,
};
use crate::shop::{ItemId, StockState};

/// An overlay spoke of the item.
const SPOKEN_OF: u8 = 1;
/// The item's live price is too far from the trained one, and nobody confirmed it.
const JUMPED: u8 = 2;

/// What holds now. Memory: some twelve bytes an item.
#[derive(Clone, Debug, Default)]
pub struct Live {
    pub(super) policies: Vec<Policy>,
    pub(super) terms: ShopTerms,
    pub(super) states: Vec<u8>,
    /// Minor units and one; 0 is unknown.
    pub(super) prices: Vec<u32>,
    /// As trained: what the guard of prices compares with.
    pub(super) trained_prices: Vec<u32>,
    /// Class of contribution; 255 is unknown.
    pub(super) values: Vec<u8>,
    /// Bit n: hidden at placement n; empty where nothing is.
    pub(super) hidden: Vec<u64>,
    pub(super) flags: Vec<u8>,
    released: Vec<i32>,
    pub(super) book: Book,
    /// Names of rules, where this is no public bundle.
    pub(super) names: Vec<String>,
    /// The rules as they are written, where this is no public bundle and no overlay brought others.
    pub(super) sources: Vec<Rule>,
    /// Contributions that overlays told an edge bundle; empty where they told none.
    contributions: Vec<Option<i64>>,
    pub(super) notes: Vec<PlacementNote>,
    experiments: Experiments,
    /// Of each experiment, whether an overlay took it back.
    paused: Vec<bool>,
    pub(super) value_knots: Vec<i64>,
    pub(super) priced: bool,
    pub(super) version: u64,
    pub(super) overlay: Option<Applied>,
}

/// The overlay that was applied last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its revision.
    pub revision: u64,
    /// When it was made, in seconds since 1970.
    pub made_at: Option<i64>,
}

/// A release day that is not known.
const UNRELEASED: i32 = i32::MIN;
/// A value class that is not known.
pub(super) const NO_VALUE: u8 = 255;

/// A price as it is kept.
pub(super) fn kept_price(price: Option<i64>) -> u32 {
    price.and_then(|minor| u32::try_from(minor).ok()).map_or(0, |minor| minor.saturating_add(1))
}

impl Live {
    /// What holds when `bundle` is opened.
    pub fn of<D: AsRef<[u8]>>(bundle: &Bundle<D>) -> Self {
        let items = || (0..bundle.len() as u32).map(ItemId);
        let prices: Vec<u32> = items().map(|item| kept_price(bundle.price(item))).collect();
        let mut live = Self {
            policies: bundle.policies().to_vec(),
            terms: bundle.terms().clone(),
            states: items().map(|item| bundle.stock(item) as u8).collect(),
            priced: prices.iter().any(|price| *price > 0),
            trained_prices: prices.clone(),
            prices,
            values: items().map(|item| bundle.value(item).unwrap_or(NO_VALUE)).collect(),
            flags: vec![0; bundle.len()],
            released: Vec::new(),
            book: Book::default(),
            experiments: bundle.experiments().clone(),
            paused: vec![false; bundle.experiments().list.len()],
            version: 1,
            ..Self::default()
        };
        if items().any(|item| bundle.released(item).is_some()) {
            live.released = items().map(|item| bundle.released(item).unwrap_or(UNRELEASED)).collect();
        }
        for item in items() {
            live.hide(item, bundle.hidden(item));
        }
        let signature_of =
            if bundle.rules().is_empty() { Vec::new() } else { items().map(|i| bundle.signature(i)).collect() };
        let sets = bundle.signatures();
        let signatures = (0..sets.len()).map(|n| sets.sets_of_signature(n as u32));
        live.book = Book::new(bundle.rules().to_vec(), signature_of, signatures);
        if let Some(private) = bundle.private() {
            live.take_private(private);
        }
        live
    }

    fn take_private(&mut self, private: &Private) {
        let name = |rule: &u16| private.rules.get(usize::from(*rule)).map(|rule| rule.name.clone());
        self.names = private.origins.iter().map(|rule| name(rule).unwrap_or_default()).collect();
        self.sources.clone_from(&private.rules);
        self.notes.clone_from(&private.placements);
        self.value_knots.clone_from(&private.value_knots);
    }

    /// Hides `item` at the placements of `mask`, and only there.
    pub(super) fn hide(&mut self, item: ItemId, mask: u64) {
        if self.hidden.is_empty() && mask != 0 {
            self.hidden.resize(self.states.len(), 0);
        }
        if let Some(hidden) = self.hidden.get_mut(item.index()) {
            *hidden = mask;
        }
    }

    /// The policies of the placements.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// What holds for the shop as a whole.
    pub fn terms(&self) -> &ShopTerms {
        &self.terms
    }

    /// The rules.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The items of a pinning rule's set, the best known first, at most 4,096; its other tests are
    /// [`Active::is_about`](super::Active::is_about)'s.
    pub fn pinned_by(&self, rule: u16) -> &[u32] {
        self.book.pinned_by(rule)
    }

    /// The name of a rule, where this bundle tells.
    pub fn rule_name(&self, rule: u16) -> Option<&str> {
        self.names.get(usize::from(rule)).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// What an overlay told of the contribution of `item`, in minor units.
    pub fn contribution(&self, item: ItemId) -> Option<i64> {
        self.contributions.get(item.index()).copied().flatten()
    }

    /// An overlay told the contribution of `item`.
    pub(super) fn contribute(&mut self, item: ItemId, contribution: i64) {
        if self.contributions.is_empty() {
            self.contributions.resize(self.states.len(), None);
        }
        if let Some(place) = self.contributions.get_mut(item.index()) {
            *place = Some(contribution);
        }
    }

    /// Other rules take the place of all.
    ///
    /// Names are told to whoever asks for an explanation, so that a page should be given none that it should not read.
    pub fn set_rules(&mut self, compiled: Compiled, names: Vec<String>) {
        self.version += 1;
        self.hidden.clear();
        for (item, mask) in (0..).map(ItemId).zip(&compiled.hidden) {
            self.hide(item, *mask);
        }
        let Sets { mut signature_of, signatures } = compiled.table.sets;
        // Without sets there is no column: a rule about every item still needs to know of every item.
        signature_of.resize(self.states.len(), 0);
        self.book = Book::new(compiled.table.rules, signature_of, signatures);
        let name = |rule: &u16| names.get(usize::from(*rule)).cloned().unwrap_or_default();
        self.names = compiled.origins.iter().map(name).collect();
        self.sources.clear();
    }

    /// The experiments and the global holdout, with the shares that hold now.
    pub fn experiments(&self) -> &Experiments {
        &self.experiments
    }

    /// Whether the experiment of this number in [`experiments`](Self::experiments) was taken back: it assigns nobody.
    pub fn is_paused(&self, experiment: usize) -> bool {
        self.paused.get(experiment).copied().unwrap_or(false)
    }

    /// Experiments as the bundle has them: what an overlay says of them, the next one says again or takes back.
    pub(super) fn restart_experiments(&mut self, experiments: &Experiments) {
        self.experiments.clone_from(experiments);
        self.paused.fill(false);
    }

    /// Takes what an overlay says of an experiment; whether there is one of this name.
    pub(super) fn change_experiment(&mut self, change: &ExperimentChange) -> bool {
        let Some(at) = self.experiments.list.iter().position(|experiment| experiment.name == change.name) else {
            return false;
        };
        if let (Some(paused), Some(enabled)) = (self.paused.get_mut(at), change.enabled) {
            *paused = !enabled;
        }
        if let Some(experiment) = self.experiments.list.get_mut(at).filter(|_| !change.arms.is_empty()) {
            experiment.arms.clone_from(&change.arms);
        }
        true
    }

    /// Owner, KPI and review of a placement, where this bundle tells.
    pub fn note(&self, placement: &str) -> Option<&PlacementNote> {
        self.notes.iter().find(|note| note.placement == placement)
    }

    /// The overlay that was applied last.
    pub fn overlay(&self) -> Option<Applied> {
        self.overlay
    }

    /// Changes with every patch.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Whether `item` can be sold.
    #[inline]
    pub fn state(&self, item: ItemId) -> StockState {
        self.states.get(item.index()).map_or(StockState::Out, |state| StockState::from_byte(*state))
    }

    /// Price in minor units, where it is known.
    #[inline]
    pub fn price(&self, item: ItemId) -> Option<i64> {
        let kept = self.prices.get(item.index()).copied().unwrap_or(0);
        (kept > 0).then(|| i64::from(kept) - 1)
    }

    /// Whether any price is known.
    pub fn is_priced(&self) -> bool {
        self.priced
    }

    /// The day of release, where it is known.
    #[inline]
    pub fn released(&self, item: ItemId) -> Option<i32> {
        self.released.get(item.index()).copied().filter(|day| *day != UNRELEASED)
    }

    /// Whether `item` is hidden at the placement of this number.
    #[inline]
    pub fn is_hidden(&self, item: ItemId, placement: usize) -> bool {
        self.hidden.get(item.index()).is_some_and(|mask| placement < 64 && mask >> placement & 1 == 1)
    }

    /// Whether the price of `item` jumped and was not confirmed.
    #[inline]
    pub fn has_jumped(&self, item: ItemId) -> bool {
        self.flags.get(item.index()).is_some_and(|flags| flags & JUMPED != 0)
    }

    /// What `item` is worth under `objective`, 0 to 1; 0 where that is not known.
    #[inline]
    pub fn value(&self, item: ItemId, objective: Objective) -> f32 {
        let class = match objective {
            Objective::Relevance => 0,
            Objective::Margin => {
                self.values.get(item.index()).copied().filter(|class| *class < VALUE_CLASSES).unwrap_or(0)
            }
            Objective::Revenue => {
                let price = self.price(item).unwrap_or(i64::MIN);
                self.terms.price_knots.partition_point(|knot| *knot <= price).min(usize::from(VALUE_CLASSES - 1)) as u8
            }
        };
        f32::from(class) / f32::from(VALUE_CLASSES - 1)
    }

    /// The class of a contribution, where this bundle holds the knots.
    pub(super) fn value_class(&self, contribution: i64) -> Option<u8> {
        let below = self.value_knots.partition_point(|knot| *knot <= contribution);
        (!self.value_knots.is_empty()).then(|| below.min(usize::from(VALUE_CLASSES - 1)) as u8)
    }

    /// What is made of items that an overlay spoke of, at the time `now`: `Show` unless it is stale.
    pub fn staleness(&self, now: Option<i64>) -> StockUse {
        let made_at = self.overlay.and_then(|overlay| overlay.made_at);
        let age = now.zip(made_at).map(|(now, made_at)| now.saturating_sub(made_at));
        let stale = age.zip(self.terms.stale_after).is_some_and(|(age, after)| age > i64::from(after));
        if stale { self.terms.when_stale } else { StockUse::Show }
    }

    /// Whether an overlay spoke of `item`.
    #[inline]
    pub fn was_spoken_of(&self, item: ItemId) -> bool {
        self.flags.get(item.index()).is_some_and(|flags| flags & SPOKEN_OF != 0)
    }

    /// Takes a live price, and guards against one that jumped.
    pub(super) fn reprice(&mut self, item: ItemId, price: i64, confirmed: bool) {
        let trained = self.trained_prices.get(item.index()).copied().unwrap_or(0);
        let jumped = match (self.terms.price_jump, trained) {
            (Some(share), 1..) if !confirmed => {
                let trained = i64::from(trained) - 1;
                (price - trained).unsigned_abs() as f64 > f64::from(share) * trained as f64
            }
            _ => false,
        };
        if let Some(place) = self.prices.get_mut(item.index()) {
            *place = kept_price(Some(price));
            self.priced = true;
        }
        if let Some(flags) = self.flags.get_mut(item.index()) {
            *flags = if jumped { *flags | JUMPED } else { *flags & !JUMPED };
        }
    }

    /// Notes that an overlay spoke of `item`.
    pub(super) fn speak_of(&mut self, item: ItemId) {
        if let Some(flags) = self.flags.get_mut(item.index()) {
            *flags |= SPOKEN_OF;
        }
    }
}
