//! Why each product is shown, and why each other one is not.

use super::fallback::{Fallback, FallbackReason};
use super::recommender::{Answer, Recommender, Silence};
use super::request::Request;
use crate::bundle::{Effect, RelationKind, Strategy};
use crate::rank::{Pick, Rejection};
use crate::shop::ItemId;

/// What became of one request, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The placement's strategy.
    pub strategy: Strategy,
    /// What the cart is worth in minor units, where a price is known.
    pub subtotal: Option<i64>,
    /// ε of the placement.
    pub max_relevance_loss: f32,
    /// The products, best first; those that are withheld where [`silent`](Self::silent) is `Holdout` or `Incumbent`.
    pub shown: Vec<Shown>,
    /// The candidates that are not shown, the highest score first.
    pub rejected: Vec<Rejected>,
    /// Candidates beyond those.
    pub more: usize,
    /// The numbers of the rules that held.
    pub rules: Vec<u16>,
    /// The deepest rung that was used.
    pub fallback: Option<Fallback>,
    /// Why it was used.
    pub fallback_reason: Option<FallbackReason>,
    /// Why there is no list at all, where there is none by decision.
    pub silent: Option<Silence>,
    /// The experiment that decided who sees the list.
    pub experiment: Option<String>,
    /// The arm that the visitor is in; `global_holdout` for whoever is held out of everything, `served` for whoever is in no arm while others are.
    pub variant: Option<String>,
}

/// Why one product is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The product with the parts of its value.
    pub pick: Pick,
    /// What voted for it.
    pub votes: Vec<Vote>,
    /// What popularity added to the votes.
    pub popularity: f32,
    /// The numbers of the rules that touched it.
    pub rules: Vec<u16>,
}

/// One row that voted for a product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vote {
    /// The item of the context whose row it is.
    pub voter: ItemId,
    /// The relation.
    pub relation: RelationKind,
    /// The weight in the row.
    pub weight: f32,
    /// What it counts: the weight times the factor of the relation in this context.
    pub vote: f32,
}

/// Why one product is not shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rejected {
    /// The product.
    pub item: ItemId,
    /// The sum of its votes and popularity.
    pub raw: f32,
    /// The first reason that holds.
    pub why: Rejection,
    /// The rule, where it was one.
    pub rule: Option<u16>,
}

impl<D: AsRef<[u8]>> Recommender<D> {
    /// Explains the answer to `request`: the same list that [`recommend`](Self::recommend) gives, and what became of all
    /// other candidates, at most `most` of them, beside every one of `about`; `None` where the bundle has no such placement.
    ///
    /// # Cost
    ///
    /// Not for the hot path: every candidate is looked at, and lists are allocated.
    pub fn explain(&mut self, request: &Request<'_>, about: &[&str], most: usize) -> Option<Explanation> {
        self.on_page.clear();
        let at = self.placement(request.placement)?;
        let policy = self.live.policies().get(at)?;
        let (strategy, max_relevance_loss) = (policy.strategy, policy.max_relevance_loss);
        let told = self.answer(request, true)?;
        let Answer { fallback, fallback_reason, silent, experiment, variant, .. } = self.told(told);
        let [experiment, variant] = [experiment, variant].map(|name| name.map(str::to_owned));
        let mut explanation = Explanation {
            strategy,
            subtotal: self.subtotal(),
            max_relevance_loss,
            shown: Vec::new(),
            rejected: Vec::new(),
            more: 0,
            rules: Vec::new(),
            fallback,
            fallback_reason,
            silent,
            experiment,
            variant,
        };
        if silent.is_none_or(Silence::withholds) {
            explanation.rules = self.eligibility.rules().list().to_vec();
            explanation.shown = self.selection.picks().iter().map(|pick| self.shown(pick)).collect();
            self.reject(about, most, &mut explanation);
        }
        Some(explanation)
    }

    fn shown(&self, pick: &Pick) -> Shown {
        let votes = self.evidence.votes_for(&self.model, pick.item);
        let vote = |(voter, relation, factor, weight): (ItemId, RelationKind, f32, f32)| Vote {
            voter,
            relation,
            weight,
            vote: factor * weight,
        };
        Shown {
            pick: *pick,
            votes: votes.map(vote).collect(),
            popularity: self.evidence.prior_of(&self.model, pick.item),
            rules: self.eligibility.rules().about(&self.live, pick.item).collect(),
        }
    }

    /// Collects why everything else is not shown.
    fn reject(&mut self, about: &[&str], most: usize, explanation: &mut Explanation) {
        let dictionary = self.model.base().dictionary();
        let asked: Vec<ItemId> =
            about.iter().filter_map(|sku| dictionary.and_then(|dictionary| dictionary.item_of(sku))).collect();
        let mut found: Vec<(ItemId, f32, Rejection)> = self.trace.rejected().to_vec();
        let known: std::collections::BTreeSet<ItemId> = found.iter().map(|(item, _, _)| *item).collect();
        let touched = self.scores.touched().iter().chain(&asked).filter(|item| !known.contains(item));
        for item in touched.copied().collect::<std::collections::BTreeSet<ItemId>>() {
            let raw = self.scores.of(item) + self.evidence.prior_of(&self.model, item);
            let verdict = self.eligibility.verdict(self.model.base(), &self.live, item);
            found.push((item, raw, verdict.err().unwrap_or(Rejection::Outranked)));
        }
        // An item may come up at several rungs: the first reason is the one that a person looks for.
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|(item, _, _)| !self.selection.shows(*item) && seen.insert(*item));
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let keep = |(n, (item, _, _)): &(usize, (ItemId, f32, Rejection))| *n < most || asked.contains(item);
        let total = found.len();
        let rejected = found.into_iter().enumerate().filter(keep).map(|(_, (item, raw, why))| Rejected {
            item,
            raw,
            why,
            rule: self.excluding_rule(item).filter(|_| why == Rejection::Rule),
        });
        explanation.rejected = rejected.collect();
        explanation.more = total - explanation.rejected.len();
    }

    /// The first rule that excludes `item`.
    fn excluding_rule(&self, item: ItemId) -> Option<u16> {
        let rule = |number: &u16| self.live.book().rule(*number).is_some_and(|rule| rule.effect == Effect::Exclude);
        self.eligibility.rules().about(&self.live, item).find(rule)
    }
}
