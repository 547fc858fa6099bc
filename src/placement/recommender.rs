//! Requests in, answers out: the engine as a whole.

use super::fallback::{Fallback, FallbackReason};
use super::ladder::{Ladder, Rungs};
use super::recommendation::{Naming, Recommendation};
use super::request::{Amount, Request};
use super::trace::Trace;
use super::trials::{Assigned, Dealt, Trials};
use crate::bundle::{Model, OpenError, Policy, Rule, Strategy};
use crate::experiment::Control;
use crate::rank::{
    Context, Eligibility, Evidence, Pick, Pins, Purchase, Queue, Scores, Selection, Worth, because, due_items,
};
use crate::rules::{CompileError, Compiled, Facts, Live, PatchError, Patched, Rulebook, Situation, compile};
use crate::shop::ItemId;

/// A model with everything that answering needs, so that answering itself allocates nothing.
pub struct Recommender<D> {
    pub(super) model: Model<D>,
    pub(super) live: Live,
    pub(super) context: Context,
    pub(super) scores: Scores,
    pub(super) evidence: Evidence,
    pub(super) eligibility: Eligibility,
    pub(super) selection: Selection,
    pub(super) trace: Trace,
    trials: Trials,
    /// In which arm the last answer's visitor is.
    assigned: Assigned,
    queue: Queue,
    rungs: Rungs,
    pins: Pins,
    /// What other blocks of the page show.
    pub(super) on_page: Vec<ItemId>,
    /// How many of them show something.
    pub(super) live_blocks: usize,
    subtotal: Option<i64>,
    lines: usize,
    /// Whether the last order stands in for the cart.
    explores: bool,
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
    /// Why there is no list at all, where there is none by decision.
    pub silent: Option<Silence>,
    /// What would have been shown, best first, where [`silent`](Self::silent) is `Holdout` or `Incumbent`; otherwise empty.
    pub withheld: &'a [Pick],
    /// The experiment that decided; none where the visitor is in no arm, or held out of everything.
    pub experiment: Option<&'a str>,
    /// The arm; `global_holdout` for whoever is held out of everything, `served` for whoever is in no arm while others are.
    pub variant: Option<&'a str>,
    /// The name of this answer.
    pub recommendation: Recommendation,
}

/// Why a block stays empty although there might be something to show. The names and numbers are part of the npm package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Silence {
    /// The placement is switched off.
    Disabled = 1,
    /// The page has as many live blocks as it may.
    PageFull = 2,
    /// The visitor is held out, by an experiment or of everything: the place stays empty.
    Holdout = 3,
    /// The visitor sees what the shop itself shows there.
    Incumbent = 4,
}

impl Silence {
    /// Every reason, by number from 1.
    pub const ALL: [Self; 4] = [Self::Disabled, Self::PageFull, Self::Holdout, Self::Incumbent];

    /// The name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::PageFull => "page_full",
            Self::Holdout => "holdout",
            Self::Incumbent => "incumbent",
        }
    }

    /// Whether there is a list, which is withheld.
    pub fn withholds(self) -> bool {
        matches!(self, Self::Holdout | Self::Incumbent)
    }
}

/// What is told of an answer beside its products.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    fallback: Option<Fallback>,
    fallback_reason: Option<FallbackReason>,
    due: Option<u32>,
    pub silent: Option<Silence>,
    assigned: Assigned,
    recommendation: Recommendation,
}

impl<D: AsRef<[u8]>> Recommender<D> {
    /// Opens a bundle and takes the memory that answering needs: some fifty bytes an item.
    ///
    /// # Errors
    ///
    /// [`OpenError`] where the bundle is refused.
    pub fn open(data: D) -> Result<Self, OpenError> {
        let model = Model::open(data)?;
        let items = model.base().len();
        let mut recommender = Self {
            trials: Trials::default(),
            assigned: Assigned::Nobody,
            live: Live::of(model.base()),
            model,
            context: Context::default(),
            scores: Scores::new(items),
            evidence: Evidence::new(),
            eligibility: Eligibility::new(items),
            selection: Selection::new(items),
            trace: Trace::default(),
            queue: Queue::new(items),
            rungs: Rungs::new(),
            pins: Pins::new(),
            on_page: Vec::with_capacity(1024),
            live_blocks: 0,
            subtotal: None,
            lines: 0,
            explores: false,
        };
        recommender.trials = Trials::of(&recommender.live);
        Ok(recommender)
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

    /// Policies, rules, stock and prices as they hold now.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Applies an overlay: what changed since training takes effect with the next request, all of it or nothing.
    ///
    /// # Errors
    ///
    /// [`PatchError`]; then everything stays as it was.
    pub fn patch(&mut self, overlay: &[u8]) -> Result<Patched, PatchError> {
        let patched = self.live.patch(&self.model, overlay)?;
        self.trials = Trials::of(&self.live);
        Ok(patched)
    }

    /// Applies a change made on the spot: as [`patch`](Self::patch), but whatever its revision.
    ///
    /// # Errors
    ///
    /// As [`patch`](Self::patch).
    pub fn patch_locally(&mut self, overlay: &[u8]) -> Result<Patched, PatchError> {
        let patched = self.live.patch_locally(&self.model, overlay)?;
        self.trials = Trials::of(&self.live);
        Ok(patched)
    }

    /// Answers from now on as if nobody were in an experiment, until the next overlay: for whoever measures the lists
    /// themselves.
    pub fn leave_out_experiments(&mut self) {
        self.trials = Trials::default();
    }

    /// Switches a placement on or off; whether there is one of this name.
    pub fn set_enabled(&mut self, placement: &str, enabled: bool) -> bool {
        self.live.set_enabled(placement, enabled)
    }

    /// Puts `rules` in the place of all that hold, by what this bundle tells of its items.
    ///
    /// # Errors
    ///
    /// [`CompileError`] where a rule asks what this bundle does not tell; then everything stays as it was.
    pub fn set_rules(&mut self, rules: &[Rule]) -> Result<(), CompileError> {
        let compiled = self.compile_rules(rules)?;
        self.live.set_rules(compiled, rules.iter().map(|rule| rule.name.clone()).collect());
        Ok(())
    }

    /// What `rules` would come to in the place of all that hold.
    ///
    /// # Errors
    ///
    /// As [`set_rules`](Self::set_rules).
    pub fn compile_rules(&self, rules: &[Rule]) -> Result<Compiled, CompileError> {
        let notes = self.model.base().private().map_or(&[][..], |private| &private.placements);
        let book = Rulebook { rules, notes, policies: self.live.policies() };
        compile(&book, self.model.base().len(), |item| Facts::of(&self.model, &self.live, item))
    }

    /// Names of the placements, in the order of the configuration.
    pub fn placements(&self) -> impl Iterator<Item = &str> {
        self.live.policies().iter().map(|policy| policy.placement.as_str())
    }

    /// Answers `request`; `None` where the bundle has no such placement.
    ///
    /// # Cost
    ///
    /// Microseconds: rows of the context's items, and the candidates they name. After the first calls, which may still
    /// grow a buffer, nothing is allocated.
    pub fn recommend(&mut self, request: &Request<'_>) -> Option<Answer<'_>> {
        self.on_page.clear();
        let told = self.answer(request, false)?;
        Some(self.told(told))
    }

    /// The number of a placement.
    pub(super) fn placement(&self, name: &str) -> Option<usize> {
        self.live.policies().iter().position(|policy| policy.placement == name)
    }

    /// Makes the list of `request`, leaving out what other blocks of the page show, and decides who sees it.
    pub(super) fn answer(&mut self, request: &Request<'_>, traced: bool) -> Option<Told> {
        let at = self.placement(request.placement)?;
        let policy = self.live.policies().get(at)?;
        if !policy.enabled {
            return Some(self.silent(request, Silence::Disabled));
        }
        let (strategy, most) = (policy.strategy, u32::from(policy.limit));
        self.take_up(request);
        let goes_with = matches!(strategy, Strategy::CartAddons | Strategy::BoughtTogether);
        if goes_with && self.context.cart.is_empty() && self.context.product.is_none() {
            self.context.take_last_order();
            self.explores = true;
        }
        let limit = request.limit.unwrap_or(u32::MAX).min(most) as usize;
        self.rank(request, Asked { at, limit, traced, policy: None });
        let mut name = self.naming(request);
        name.question(&self.context, self.subtotal, self.lines);
        name.number(Some(limit as i64));
        name.picks(self.selection.picks());
        let dealt = self.trials.deal(request);
        name.arm(self.trials.names(dealt.assigned));
        Some(self.dealt(dealt, name.end(), strategy))
    }

    /// What is told of the list that was made, or of its being withheld.
    fn dealt(&self, dealt: Dealt, recommendation: Recommendation, strategy: Strategy) -> Told {
        let silent = dealt.instead.map(|control| match control {
            Control::None => Silence::Holdout,
            Control::Incumbent => Silence::Incumbent,
        });
        let told = Told { silent, assigned: dealt.assigned, recommendation, ..Told::default() };
        if silent.is_some() {
            return told;
        }
        let fallback = Fallback::of(self.selection.picks()).filter(|_| strategy != Strategy::Popular);
        Told {
            fallback,
            fallback_reason: fallback.map(|_| FallbackReason::of(&self.model, strategy, &self.context)),
            due: (strategy == Strategy::Replenish).then(|| due_items(self.model.base(), &self.context)),
            ..told
        }
    }

    /// What is told of a block that stays empty and exposes nobody.
    pub(super) fn silent(&self, request: &Request<'_>, why: Silence) -> Told {
        Told { silent: Some(why), recommendation: self.naming(request).end(), ..Told::default() }
    }

    /// The answer of the list that was made last.
    pub(super) fn told(&mut self, told: Told) -> Answer<'_> {
        self.assigned = told.assigned;
        let this = &*self;
        let Told { fallback, fallback_reason, due, silent, assigned, recommendation } = told;
        let picks = this.selection.picks();
        let (picks, withheld): (&[Pick], &[Pick]) = match silent {
            None => (picks, &[]),
            Some(why) if why.withholds() => (&[], picks),
            Some(_) => (&[], &[]),
        };
        let (experiment, variant) = this.trials.names(assigned);
        Answer { picks, fallback, fallback_reason, due, silent, withheld, experiment, variant, recommendation }
    }

    /// The experiment and the arm of the last answer, list or order, as they stand in it.
    pub fn assigned(&self) -> (Option<&str>, Option<&str>) {
        self.trials.names(self.assigned)
    }

    /// Notes in which arm the answer's visitor is; its experiment and arm.
    pub(super) fn assign(&mut self, assigned: Assigned) -> [Option<String>; 2] {
        self.assigned = assigned;
        let (experiment, variant) = self.assigned();
        [experiment, variant].map(|name| name.map(str::to_owned))
    }

    /// The experiments that hold now.
    pub(super) fn trials(&self) -> &Trials {
        &self.trials
    }

    /// The beginning of an answer's name.
    pub(super) fn naming(&self, request: &Request<'_>) -> Naming {
        let revision = self.live.overlay().map(|overlay| overlay.revision);
        Naming::new(self.model.base().head().model.0, revision, request)
    }

    /// Makes the list of a question that was taken up.
    pub(super) fn rank(&mut self, request: &Request<'_>, asked: Asked<'_>) {
        let Asked { at, limit, traced, policy } = asked;
        let Self { model, live, context, scores, evidence, eligibility, selection, .. } = self;
        let Some(policy) = policy.or(live.policies().get(at)) else { return };
        scores.clear();
        evidence.collect(model, policy.strategy, context, scores);
        evidence.tally(model, scores);
        let situation = Situation {
            placement: at,
            now: request.now,
            subtotal: self.subtotal,
            lines: self.lines,
            cart: if self.explores { &[] } else { &context.cart },
            product: context.product,
            segment: request.segment,
        };
        eligibility.prepare(model.base(), live, policy, context, &situation, &self.on_page);
        self.pins.collect(model.base(), at, context);
        self.trace.start(traced);
        let calibration = model.base().calibration(&policy.placement);
        let mut ladder = Ladder {
            worth: Worth::of(policy, live, calibration, self.subtotal),
            model,
            live,
            policy,
            context,
            scores,
            evidence,
            calibration,
            eligibility,
            selection,
            queue: &mut self.queue,
            rungs: &mut self.rungs,
            trace: &mut self.trace,
        };
        ladder.climb(limit);
        ladder.pin(&mut self.pins);
        because(evidence, selection.picks_mut());
    }

    /// Turns the SKUs of a request into items.
    pub(super) fn take_up(&mut self, request: &Request<'_>) {
        let context = &mut self.context;
        context.clear();
        let Some(dictionary) = self.model.base().dictionary() else { return };
        let items = |skus: &'_ [&str], list: &mut Vec<ItemId>| {
            list.extend(skus.iter().filter_map(|sku| dictionary.item_of(sku)));
        };
        let (mut subtotal, mut unknown) = (Subtotal::default(), 0);
        let amounts = request.amounts.iter().copied().chain(std::iter::repeat(Amount::default()));
        for (sku, amount) in request.cart.iter().zip(amounts) {
            let item = dictionary.item_of(sku);
            context.cart.extend(item);
            subtotal.add(amount, item.and_then(|item| self.live.price(item)));
            unknown += usize::from(item.is_none());
        }
        self.subtotal = subtotal.sum;
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
        self.lines = context.cart.len() + unknown;
        self.explores = false;
    }

    /// Different lines of the cart of the question that was taken up.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// What the cart of the question that was taken up is worth, in minor units.
    pub(super) fn subtotal(&self) -> Option<i64> {
        self.subtotal
    }
}

/// How a list is to be made.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The placement's number.
    pub at: usize,
    /// Most picks.
    pub limit: usize,
    /// Whether rejections are noted.
    pub traced: bool,
    /// The policy, where it is not the placement's own.
    pub policy: Option<&'a Policy>,
}

/// What a cart is worth, as far as prices are known.
#[derive(Default)]
struct Subtotal {
    sum: Option<i64>,
}

impl Subtotal {
    fn add(&mut self, amount: Amount, known: Option<i64>) {
        let price = amount.price.filter(|price| *price >= 0).or(known);
        let Some(price) = price else { return };
        let pieces = if amount.quantity.is_finite() && amount.quantity > 0.0 { amount.quantity } else { 1.0 };
        // Casts of floats saturate; half a cent is rounded up, as prices are.
        let line = (price as f64 * pieces + 0.5) as i64;
        self.sum = Some(self.sum.unwrap_or(0).saturating_add(line));
    }
}
