//! One question on its way down the rungs: evidence, popularity as part of the model, what is known of categories, best
//! sellers, new products that had to wait.

use super::trace::Trace;
use crate::bundle::{Calibration, Model, Policy, RelationKind, Rung, Strategy};
use crate::rank::{
    CHECKED, Candidate, Context, Eligibility, Evidence, Meaning, Parts, Pick, Pins, Queue, Reason, Rejection, Scores,
    Selection, Worth, is_due,
};
use crate::rules::Live;
use crate::shop::{ItemId, sort};
use std::ops::Range;

/// Everything that a list is made from.
pub(super) struct Ladder<'a, D> {
    pub model: &'a Model<D>,
    pub live: &'a Live,
    pub policy: &'a Policy,
    pub context: &'a Context,
    pub scores: &'a Scores,
    pub evidence: &'a Evidence,
    pub worth: Worth<'a>,
    pub calibration: Option<&'a Calibration>,
    pub eligibility: &'a mut Eligibility,
    pub selection: &'a mut Selection,
    pub queue: &'a mut Queue,
    pub rungs: &'a mut Rungs,
    pub trace: &'a mut Trace,
}

/// What rungs keep at hand.
#[derive(Debug, Default)]
pub(super) struct Rungs {
    /// Candidates that only the wider window of prices lets pass.
    wider: Vec<Candidate>,
    /// New candidates that had to wait.
    held_back: Vec<Candidate>,
    /// The classes of the context, ascending.
    classes: Vec<u32>,
    /// The items that rungs look at, by class and item: made by the first question that asks for it.
    by_class: Vec<(u32, ItemId)>,
    /// Where in `by_class` the items of each class of the context are, as far as they are not taken.
    cursors: Vec<Range<usize>>,
    /// Slots that rules pin, and which rules.
    pins: Vec<(u16, u16)>,
}

impl Rungs {
    /// Room for what usual questions need.
    pub fn new() -> Self {
        const USUAL: usize = 256;
        Self {
            wider: Vec::with_capacity(USUAL),
            held_back: Vec::with_capacity(USUAL),
            classes: Vec::with_capacity(USUAL),
            by_class: Vec::new(),
            cursors: Vec::with_capacity(USUAL),
            pins: Vec::with_capacity(USUAL),
        }
    }
}

/// How a rung values what it brings.
#[derive(Clone, Copy)]
struct Filler {
    reason: Reason,
    /// Whether the objective reorders it.
    ranked: bool,
}

impl<D: AsRef<[u8]>> Ladder<'_, D> {
    /// Makes the list but for its pins.
    pub fn climb(&mut self, limit: usize) {
        let new_from = self.new_from();
        self.selection.start(self.policy, limit, new_from);
        self.rungs.wider.clear();
        self.rungs.held_back.clear();
        self.fill_from_evidence();
        self.fill_from_wider_window();
        self.hold_back();
        let policy = self.policy;
        let best_sellers_last = policy.strategy == Strategy::Popular && !policy.fallback.contains(&Rung::Popular);
        for rung in &policy.fallback {
            match rung {
                Rung::CategoryPairs => self.category_pairs(),
                Rung::PopularInCategory => self.popular_in_category(),
                Rung::Popular => self.best_sellers(0..new_from),
            }
        }
        if best_sellers_last {
            self.best_sellers(0..new_from);
        }
        self.append_held_back();
        if best_sellers_last || policy.fallback.contains(&Rung::Popular) {
            self.best_sellers(new_from..u32::MAX);
        }
        if self.calibration.is_some() {
            self.selection.level_fillers();
        }
        self.name_due();
    }

    /// Puts what the shop pinned into its slots.
    pub fn pin(&mut self, pins: &mut Pins) {
        let (model, live, eligibility) = (self.model, self.live, &mut *self.eligibility);
        let (scores, evidence, worth) = (self.scores, self.evidence, self.worth);
        self.rungs.pins.clear();
        self.rungs.pins.extend(eligibility.rules().pins(live));
        let by_rules = self.rungs.pins.iter().map(|(slot, rule)| (*slot, *rule, live.pinned_by(*rule)));
        pins.place(self.selection, by_rules, |item, rule| {
            if rule.is_some_and(|rule| !eligibility.rules().is_about(live, rule, item)) {
                return None;
            }
            let standing = eligibility.verdict(model.base(), live, item).ok()?;
            let raw = (scores.of(item) + evidence.prior_of(model, item)).max(0.0);
            let score = worth.probability(raw) * standing.bury;
            let parts = Parts { raw, bury: standing.bury, relevance: score, value: score, ..Parts::default() };
            let pick = Pick::new(item, score, Reason::Pinned, model.base().group(item));
            Some(pick.with(parts, standing.relaxed))
        });
    }

    /// The first item that is new. In a shop that sold nothing yet no product is newer than another, and what a customer
    /// bought is not new to this customer.
    fn new_from(&self) -> u32 {
        match self.model.base().sold() {
            0 => u32::MAX,
            _ if self.policy.strategy == Strategy::Replenish => u32::MAX,
            sold => sold,
        }
    }

    /// Items that something of the context votes for, and those that popularity lifts.
    fn fill_from_evidence(&mut self) {
        self.queue.line_up(self.model, self.evidence, self.scores);
        while !self.selection.is_full() {
            let mut best = self.selection.best();
            while let Some((score, item)) = self.queue.top() {
                let meaning = self.worth.meaning(score);
                if self.selection.is_settled(best, score, self.worth.most(meaning)) {
                    break;
                }
                self.queue.pop(item, self.model, self.evidence, self.scores);
                if self.open(item, score, meaning) {
                    best = self.selection.better(best);
                }
            }
            let Some(best) = best else { break };
            self.choose(best);
        }
    }

    /// Opens a candidate of this score; whether it may be shown.
    fn open(&mut self, item: ItemId, score: f32, meaning: Meaning) -> bool {
        match self.valued(item, score, meaning) {
            Ok(candidate) if candidate.pick.relaxed => {
                self.rungs.wider.push(candidate);
                false
            }
            Ok(candidate) => {
                self.selection.enter(candidate);
                true
            }
            Err(why) => {
                self.trace.reject(item, score, why);
                false
            }
        }
    }

    /// Steps 2 to 4 for a candidate of this score.
    fn valued(&mut self, item: ItemId, raw: f32, meaning: Meaning) -> Result<Candidate, Rejection> {
        let standing = self.eligibility.verdict(self.model.base(), self.live, item)?;
        let score = meaning.probability * standing.bury;
        if score < self.policy.min_relevance {
            return Err(Rejection::MinRelevance);
        }
        let relevance = meaning.relevance(standing.bury);
        let phi = self.worth.phi(self.live, item, standing.boost);
        let value = self.worth.value(relevance, phi);
        let parts = Parts { raw, relevance, bury: standing.bury, phi, value, likeness: 0.0 };
        let pick = Pick::new(item, score, self.reason(item), self.model.base().group(item));
        Ok(self.with_kind(pick.with(parts, standing.relaxed)))
    }

    fn with_kind(&self, pick: Pick) -> Candidate {
        let bundle = self.model.base();
        Candidate::new(pick, bundle.class(pick.item), bundle.brand(pick.item))
    }

    /// Why an item with evidence is shown. Where its votes come to nothing, popularity alone lifts it.
    fn reason(&self, item: ItemId) -> Reason {
        match self.scores.of(item) > 0.0 {
            true if self.selection.is_new(item) => Reason::New,
            true => reason_of(self.policy.strategy),
            false => Reason::Popular,
        }
    }

    fn choose(&mut self, at: usize) {
        let model = self.model;
        let kinds = [RelationKind::Similar, RelationKind::BoughtTogether, RelationKind::Cart];
        self.selection.choose(at, |item| {
            let relation = kinds.into_iter().find_map(|kind| model.relation(kind))?;
            Some(relation.row(item))
        });
    }

    /// What only the wider window lets pass, where the narrow one brought too little.
    fn fill_from_wider_window(&mut self) {
        if self.selection.is_full() || self.rungs.wider.is_empty() {
            return;
        }
        self.rungs.wider.drain(..).for_each(|candidate| self.selection.enter(candidate));
        self.fill_from_open();
    }

    /// Lets new candidates wait for what lower rungs bring, and closes all others.
    fn hold_back(&mut self) {
        let new_from = |candidate: &&Candidate| self.selection.is_new(candidate.pick.item);
        self.rungs.held_back.extend(self.selection.open().iter().filter(new_from));
        for candidate in if self.trace.is_on() { self.selection.open() } else { &[] } {
            let why = self.selection.admits(candidate).err().unwrap_or(Rejection::Outranked);
            self.trace.reject(candidate.pick.item, candidate.pick.parts.raw, why);
        }
        self.selection.close();
    }

    /// New candidates that had to wait take the places that are left, by value less likeness as all others do.
    fn append_held_back(&mut self) {
        self.selection.let_new_in();
        self.rungs.held_back.drain(..).for_each(|candidate| self.selection.enter(candidate));
        self.fill_from_open();
        self.selection.close();
    }

    fn fill_from_open(&mut self) {
        while !self.selection.is_full() {
            let Some(best) = self.selection.best() else { break };
            self.choose(best);
        }
    }

    /// What is bought with products of the context's classes, in the order of the classes' lists: first of each, second of
    /// each, and so on.
    fn category_pairs(&mut self) {
        self.collect_classes();
        let bundle = self.model.base();
        let filler = Filler { reason: Reason::CategoryPairs, ranked: false };
        for place in 0..crate::bundle::layout::MAX_CLASS_PAIRS {
            for class in 0..self.rungs.classes.len() {
                let class = self.rungs.classes.get(class).copied().unwrap_or(0);
                let Some(item) = bundle.class_pairs(class).nth(place) else { continue };
                if self.bring(item, filler) {
                    self.fill_from_open();
                }
                if self.selection.is_full() {
                    return;
                }
            }
        }
        self.selection.close();
    }

    /// Best sellers of the context's classes.
    fn popular_in_category(&mut self) {
        self.collect_classes();
        self.rungs.classes.retain(|class| !self.eligibility.bars_class(*class));
        if self.rungs.classes.is_empty() {
            return;
        }
        if self.rungs.by_class.is_empty() {
            let bundle = self.model.base();
            self.rungs.by_class = self.numbers(0..u32::MAX).map(|item| (bundle.class(item), item)).collect();
            sort(&mut self.rungs.by_class);
        }
        let (by_class, mut cursors) =
            (std::mem::take(&mut self.rungs.by_class), std::mem::take(&mut self.rungs.cursors));
        cursors.clear();
        cursors.extend(self.rungs.classes.iter().map(|class| {
            let from = by_class.partition_point(|(other, _)| other < class);
            from..by_class.partition_point(|(other, _)| other <= class)
        }));
        // Item after item: the first of those that come first in their classes.
        let first = |cursor: &Range<usize>| by_class.get(cursor.clone())?.first().map(|(_, item)| *item);
        let items = std::iter::from_fn(|| {
            let cursor =
                cursors.iter_mut().filter(|cursor| cursor.start < cursor.end).min_by_key(|cursor| first(cursor))?;
            let item = first(cursor);
            cursor.start += 1;
            item
        });
        self.fill_from(items, Filler { reason: Reason::PopularInCategory, ranked: true });
        (self.rungs.by_class, self.rungs.cursors) = (by_class, cursors);
    }

    /// Best sellers.
    fn best_sellers(&mut self, range: Range<u32>) {
        let items = self.numbers(range);
        self.fill_from(items, Filler { reason: Reason::Popular, ranked: true });
    }

    /// Fills the list from items in the order of their shares. What is open is chosen as soon as nothing that still comes could
    /// come before it.
    fn fill_from(&mut self, items: impl Iterator<Item = ItemId>, filler: Filler) {
        let mut best = None;
        for item in items {
            let share = self.model.base().prior(item);
            let most = self.worth.value(share, 1.0);
            while let Some(at) =
                best.filter(|_| !self.selection.is_full() && self.selection.is_settled(best, share, most))
            {
                self.choose(at);
                best = self.selection.best();
            }
            if self.selection.is_full() {
                break;
            }
            if self.bring(item, filler) {
                best = self.selection.better(best);
            }
        }
        self.fill_from_open();
        self.selection.close();
    }

    /// Opens an item of a rung; whether it may be shown.
    fn bring(&mut self, item: ItemId, filler: Filler) -> bool {
        if self.selection.shows(item) {
            return false;
        }
        match self.brought(item, filler) {
            Ok(candidate) => {
                self.selection.enter(candidate);
                true
            }
            Err(why) => {
                self.trace.reject(item, 0.0, why);
                false
            }
        }
    }

    /// Steps 2 to 4 for an item of a rung.
    fn brought(&mut self, item: ItemId, filler: Filler) -> Result<Candidate, Rejection> {
        let standing = self.eligibility.verdict(self.model.base(), self.live, item)?;
        let (share, own) = (self.model.base().prior(item), self.policy.strategy == Strategy::Popular);
        let relevance = share * standing.bury;
        let score = if own { self.worth.probability(share) * standing.bury } else { relevance };
        // What this context says of an item outweighs what all orders say.
        let voted = self.scores.of(item) + self.evidence.prior_of(self.model, item);
        let asked_for = voted <= 0.0 || self.worth.probability(voted) * standing.bury >= self.policy.min_relevance;
        if score < self.policy.min_relevance || !asked_for {
            return Err(Rejection::MinRelevance);
        }
        let phi = if filler.ranked { self.worth.phi(self.live, item, standing.boost) } else { 0.0 };
        let value = self.worth.value(relevance, phi);
        let parts = Parts { raw: share, relevance, bury: standing.bury, phi, value, likeness: 0.0 };
        let pick = Pick::new(item, score, filler.reason, self.model.base().group(item)).brought(!own);
        let candidate = self.with_kind(pick.with(parts, standing.relaxed));
        self.selection.fits(&candidate)?;
        Ok(candidate)
    }

    /// The classes of the product, or of the cart where no product is open, that may be a reason.
    fn collect_classes(&mut self) {
        let bundle = self.model.base();
        let classes = &mut self.rungs.classes;
        classes.clear();
        let lines = if self.context.product.is_some() { &[] } else { self.context.cart.as_slice() };
        let all = self.context.product.iter().chain(lines).map(|item| bundle.class(*item));
        classes.extend(all.filter(|class| *class > 0 && !bundle.is_sensitive(*class)));
        sort(classes);
        classes.dedup();
    }

    fn numbers(&self, range: Range<u32>) -> impl Iterator<Item = ItemId> + use<D> {
        let end = range.end.min(CHECKED).min(self.model.base().len() as u32);
        (range.start..end).map(ItemId)
    }

    fn name_due(&mut self) {
        let (bundle, context) = (self.model.base(), self.context);
        for pick in self.selection.picks_mut() {
            if pick.reason == Reason::BoughtBefore && is_due(bundle, context, pick.item) {
                pick.reason = Reason::Due;
            }
        }
    }
}

fn reason_of(strategy: Strategy) -> Reason {
    match strategy {
        Strategy::CartAddons | Strategy::BoughtTogether => Reason::BoughtTogether,
        Strategy::Similar | Strategy::Alternatives | Strategy::Rerank => Reason::Similar,
        Strategy::Replenish => Reason::BoughtBefore,
        Strategy::Popular => Reason::Popular,
    }
}
