//! Requests in, answers out: the engine as a whole.

use super::request::Request;
use crate::bundle::{Model, OpenError, Policy, Strategy};
use crate::rank::{Context, Eligibility, Evidence, Pick, Purchase, Reason, Scores, Selection, because};
use crate::shop::ItemId;

/// Most items that a rung of the ladder looks at.
const CHECKED: u32 = 4096;

/// A model with everything that answering needs, so that answering itself allocates nothing.
pub struct Recommender<D> {
    model: Model<D>,
    context: Context,
    scores: Scores,
    evidence: Evidence,
    eligibility: Eligibility,
    selection: Selection,
}

/// What filled a list that came short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fallback {
    /// Best sellers.
    Popular = 1,
}

impl Fallback {
    /// The name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Popular => "popular",
        }
    }
}

/// The answer to one request, borrowed until the next.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The products, best first.
    pub picks: &'a [Pick],
    /// The deepest rung of the ladder that was used.
    pub fallback: Option<Fallback>,
}

impl<D: AsRef<[u8]>> Recommender<D> {
    /// Opens a bundle and takes the memory that answering needs: some thirty bytes an item.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where the bundle is refused.
    pub fn open(data: D) -> Result<Self, OpenError> {
        let model = Model::open(data)?;
        let items = model.base().len();
        Ok(Self {
            model,
            context: Context::default(),
            scores: Scores::new(items),
            evidence: Evidence::new(),
            eligibility: Eligibility::new(items),
            selection: Selection::new(),
        })
    }

    /// Adds a slice of the same model.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where the slice is refused; the recommender stays as it was.
    pub fn add(&mut self, data: D) -> Result<(), OpenError> {
        self.model.add(data)
    }

    /// The model.
    pub fn model(&self) -> &Model<D> {
        &self.model
    }

    /// Names of the placements, in the order of the configuration.
    pub fn placements(&self) -> impl Iterator<Item = &str> {
        self.model.base().policies().iter().map(|policy| policy.placement.as_str())
    }

    /// Answers `request`; `None` where the bundle has no such placement.
    ///
    /// # Cost
    ///
    /// Microseconds: rows of the context's items, and the candidates they name. After the first calls, which may still
    /// grow a buffer, nothing is allocated.
    pub fn recommend(&mut self, request: &Request<'_>) -> Option<Answer<'_>> {
        let policies = self.model.base().policies();
        let at = policies.iter().position(|policy| policy.placement == request.placement)?;
        self.take_up(request);
        let policy = self.model.base().policies().get(at)?;
        self.scores.clear();
        self.evidence.collect(&self.model, policy.strategy, &self.context, &mut self.scores);
        self.evidence.tally(&self.model, &mut self.scores);
        self.eligibility.prepare(self.model.base(), policy.strategy, policy.same_category, &self.context);
        let wanted = request.limit.unwrap_or(u32::MAX).min(u32::from(policy.limit));
        self.selection.start(wanted as usize);
        let mut ladder = Ladder {
            model: &self.model,
            scores: &self.scores,
            evidence: &self.evidence,
            eligibility: &self.eligibility,
            selection: &mut self.selection,
        };
        ladder.climb(policy);
        because(&self.evidence, &self.model, self.selection.picks_mut());
        let popular = self.selection.picks().iter().any(|pick| pick.reason == Reason::Popular);
        let fallback = (popular && policy.strategy != Strategy::Popular).then_some(Fallback::Popular);
        Some(Answer { picks: self.selection.picks(), fallback })
    }

    /// Turns the SKUs of a request into items.
    fn take_up(&mut self, request: &Request<'_>) {
        let context = &mut self.context;
        context.clear();
        let Some(dictionary) = self.model.base().dictionary() else { return };
        let items = |skus: &'_ [&str], list: &mut Vec<ItemId>| {
            list.extend(skus.iter().filter_map(|sku| dictionary.item_of(sku)));
        };
        items(request.cart, &mut context.cart);
        items(request.recent, &mut context.recent);
        items(request.exclude, &mut context.exclude);
        context.product = request.product.and_then(|sku| dictionary.item_of(sku));
        context.history.extend(
            request
                .history
                .iter()
                .filter_map(|past| Some(Purchase { item: dictionary.item_of(past.sku)?, days_ago: past.days_ago })),
        );
        context.normalise();
    }
}

/// One question on its way down the rungs: evidence, popularity as part of the model, best sellers.
struct Ladder<'a, D> {
    model: &'a Model<D>,
    scores: &'a Scores,
    evidence: &'a Evidence,
    eligibility: &'a Eligibility,
    selection: &'a mut Selection,
}

impl<D: AsRef<[u8]>> Ladder<'_, D> {
    fn climb(&mut self, policy: &Policy) {
        self.candidates(reason_of(policy.strategy));
        self.prior();
        if policy.fall_back_to_popular || policy.strategy == Strategy::Popular {
            self.popular();
        }
        if policy.min_relevance > 0.0 {
            self.selection.drop_below(policy.min_relevance);
        }
    }

    /// Items that something of the context votes for. Where the votes come to nothing, popularity alone lifts an item.
    fn candidates(&mut self, voted: Reason) {
        // No prior is above the best seller's: most candidates are out before theirs is read.
        let most = self.evidence.prior_of(self.model, ItemId(0));
        for item in self.scores.touched() {
            let votes = self.scores.of(*item);
            if !self.selection.admits(votes + most, *item) {
                continue;
            }
            let score = votes + self.evidence.prior_of(self.model, *item);
            let reason = if votes > 0.0 { voted } else { Reason::Popular };
            if score > 0.0 {
                self.consider(*item, score, reason);
            }
        }
    }

    /// Items that popularity alone lifts into the list: the first of them in item order, for the prior never rises.
    fn prior(&mut self) {
        for item in self.best_sellers() {
            let score = self.evidence.prior_of(self.model, item);
            if score <= 0.0 || !self.selection.admits(score, item) {
                return;
            }
            if !self.scores.has(item) {
                self.consider(item, score, Reason::Popular);
            }
        }
    }

    /// Best sellers behind everything else.
    fn popular(&mut self) {
        for item in self.best_sellers() {
            if self.selection.is_full() {
                return;
            }
            let shown = self.selection.picks().iter().any(|pick| pick.item == item);
            if !shown && self.eligibility.allows(self.model.base(), item) {
                let (score, group) = (self.model.base().prior(item), self.model.base().group(item));
                self.selection.append(Pick::new(item, score, Reason::Popular, group));
            }
        }
    }

    fn best_sellers(&self) -> impl Iterator<Item = ItemId> + use<D> {
        (0..CHECKED.min(self.model.base().len() as u32)).map(ItemId)
    }

    #[inline]
    fn consider(&mut self, item: ItemId, score: f32, reason: Reason) {
        if self.selection.admits(score, item) && self.eligibility.allows(self.model.base(), item) {
            self.selection.enter(Pick::new(item, score, reason, self.model.base().group(item)));
        }
    }
}

fn reason_of(strategy: Strategy) -> Reason {
    match strategy {
        Strategy::CartAddons | Strategy::BoughtTogether => Reason::BoughtTogether,
        Strategy::Similar => Reason::Similar,
        Strategy::Replenish => Reason::BoughtBefore,
        Strategy::Popular => Reason::Popular,
    }
}
