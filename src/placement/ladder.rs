//! One question on its way down the rungs: evidence, popularity as part of the model, best sellers, new products that had
//! to wait.

use crate::bundle::{Model, Policy, Rung, Strategy};
use crate::rank::{Context, Eligibility, Evidence, Pick, Pins, Reason, Scores, Selection, is_due};
use crate::shop::ItemId;

/// Most items that a rung of the ladder looks at.
const CHECKED: u32 = 4096;

/// Everything that a list is made from.
pub(super) struct Ladder<'a, D> {
    pub model: &'a Model<D>,
    pub policy: &'a Policy,
    pub context: &'a Context,
    pub scores: &'a Scores,
    pub evidence: &'a Evidence,
    pub eligibility: &'a Eligibility,
    pub selection: &'a mut Selection,
}

impl<D: AsRef<[u8]>> Ladder<'_, D> {
    /// Makes the list but for its pins.
    pub fn climb(&mut self, limit: usize) {
        let new_from = self.new_from();
        self.selection.start(limit, new_from);
        self.candidates(reason_of(self.policy.strategy));
        self.prior();
        self.selection.merge();
        let popular = self.policy.fallback.contains(&Rung::Popular) || self.policy.strategy == Strategy::Popular;
        if popular {
            self.best_sellers(0..new_from);
        }
        self.selection.append_held_back();
        if popular {
            self.best_sellers(new_from..u32::MAX);
        }
        self.value();
        self.name_due();
    }

    /// Puts what the shop pinned into its slots.
    pub fn pin(&mut self, pins: &mut Pins) {
        let (model, eligibility) = (self.model, self.eligibility);
        let (policy, scores, evidence) = (self.policy, self.scores, self.evidence);
        let calibration = model.base().calibration(&policy.placement);
        pins.place(self.selection, |item| {
            if !eligibility.allows(model.base(), item) {
                return None;
            }
            let score = match policy.strategy {
                Strategy::Popular => model.base().prior(item),
                _ => (scores.of(item) + evidence.prior_of(model, item)).max(0.0),
            };
            let score = calibration.map_or(score, |calibration| calibration.probability(score));
            Some(Pick::new(item, score, Reason::Pinned, model.base().group(item)))
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
            if score > 0.0 {
                let reason = match votes > 0.0 {
                    true if self.selection.is_new(*item) => Reason::New,
                    true => voted,
                    false => Reason::Popular,
                };
                self.consider(*item, score, reason);
            }
        }
    }

    /// Items that popularity alone lifts into the list: the first of them in item order, for the prior never rises.
    fn prior(&mut self) {
        for item in self.numbers(0..CHECKED) {
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
    fn best_sellers(&mut self, range: std::ops::Range<u32>) {
        for item in self.numbers(range) {
            if self.selection.is_full() {
                return;
            }
            if self.eligibility.allows(self.model.base(), item) {
                let (share, group) = (self.model.base().prior(item), self.model.base().group(item));
                self.selection.append(Pick::filler(item, share, group));
            }
        }
    }

    fn numbers(&self, range: std::ops::Range<u32>) -> impl Iterator<Item = ItemId> + use<D> {
        let end = range.end.min(CHECKED).min(self.model.base().len() as u32);
        (range.start..end).map(ItemId)
    }

    #[inline]
    fn consider(&mut self, item: ItemId, score: f32, reason: Reason) {
        if self.selection.admits(score, item) && self.eligibility.allows(self.model.base(), item) {
            self.selection.enter(Pick::new(item, score, reason, self.model.base().group(item)));
        }
    }

    /// Scores become probabilities where the placement is calibrated; what is not worth showing goes.
    fn value(&mut self) {
        let calibration = self.model.base().calibration(&self.policy.placement);
        if let Some(calibration) = calibration {
            self.selection.calibrate(calibration, self.policy.strategy == Strategy::Popular);
        }
        if self.policy.min_relevance > 0.0 {
            self.selection.drop_below(self.policy.min_relevance);
        }
        if calibration.is_some() {
            self.selection.level_fillers();
        }
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
        Strategy::Similar | Strategy::Alternatives => Reason::Similar,
        Strategy::Replenish => Reason::BoughtBefore,
        Strategy::Popular | Strategy::Rerank => Reason::Popular,
    }
}
