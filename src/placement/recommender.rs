//! Requests in, answers out: the engine as a whole.

use super::fallback::{Fallback, FallbackReason};
use super::ladder::Ladder;
use super::request::Request;
use crate::bundle::{Model, OpenError, Strategy};
use crate::rank::{
    Context, Eligibility, Evidence, Pick, Pins, Purchase, Reason, Scores, Selection, because, due_items,
};
use crate::shop::ItemId;

/// A model with everything that answering needs, so that answering itself allocates nothing.
pub struct Recommender<D> {
    model: Model<D>,
    context: Context,
    scores: Scores,
    evidence: Evidence,
    eligibility: Eligibility,
    selection: Selection,
    pins: Pins,
}

/// The answer to one request, borrowed until the next.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The products, best first.
    pub picks: &'a [Pick],
    /// The deepest rung of the ladder that was used.
    pub fallback: Option<Fallback>,
    /// Why it was used.
    pub fallback_reason: Option<FallbackReason>,
    /// How many different products of the history the customer may need again by now, whether they are shown or not:
    /// above 0, a reminder is in place. `None` where the strategy is not `replenish`.
    pub due: Option<u32>,
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
            pins: Pins::new(),
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
        let strategy = policy.strategy;
        let goes_with = matches!(strategy, Strategy::CartAddons | Strategy::BoughtTogether);
        if goes_with && self.context.cart.is_empty() && self.context.product.is_none() {
            self.context.take_last_order();
        }
        self.scores.clear();
        self.evidence.collect(&self.model, strategy, &self.context, &mut self.scores);
        self.evidence.tally(&self.model, &mut self.scores);
        self.eligibility.prepare(self.model.base(), strategy, policy.same_category, &self.context);
        self.pins.collect(self.model.base(), at, &self.context);
        let mut ladder = Ladder {
            model: &self.model,
            policy,
            context: &self.context,
            scores: &self.scores,
            evidence: &self.evidence,
            eligibility: &self.eligibility,
            selection: &mut self.selection,
        };
        ladder.climb(request.limit.unwrap_or(u32::MAX).min(u32::from(policy.limit)) as usize);
        ladder.pin(&mut self.pins);
        because(&self.evidence, &self.model, self.selection.picks_mut());
        Some(self.answer(strategy))
    }

    /// What is told of the list that was made.
    fn answer(&self, strategy: Strategy) -> Answer<'_> {
        let popular = self.selection.picks().iter().any(|pick| pick.reason == Reason::Popular);
        let fallback = (popular && strategy != Strategy::Popular).then_some(Fallback::Popular);
        Answer {
            picks: self.selection.picks(),
            fallback,
            fallback_reason: fallback.map(|_| FallbackReason::of(&self.model, strategy, &self.context)),
            due: (strategy == Strategy::Replenish).then(|| due_items(self.model.base(), &self.context)),
        }
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
