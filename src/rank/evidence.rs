//! Who votes, and with what weight.

use super::context::{Context, Purchase};
use super::pick::Pick;
use super::scores::Scores;
use crate::bundle::{Blend, Model, RelationKind, Repeat, Strategy, Tuning};
use crate::shop::ItemId;
use std::ops::Range;

/// Lower ends of the cart-size classes of [`Tuning::cart`].
const CART_SIZES: [usize; 5] = [1, 2, 4, 6, 10];

/// The voters of one question: which relation each item of the context asks, and how much its votes count. All votes of
/// one voter stand together.
#[derive(Debug, Default)]
pub struct Evidence {
    voters: Vec<Voter>,
    /// What was voted for and how much, row after row: reading a row again would cost more than keeping it.
    votes: Vec<(ItemId, f32)>,
    prior: f32,
}

/// One row that votes.
#[derive(Clone, Debug)]
struct Voter {
    item: ItemId,
    kind: RelationKind,
    factor: f32,
    /// Where its votes are, once they are counted.
    votes: Range<usize>,
}

impl Voter {
    fn new(item: ItemId, kind: RelationKind, factor: f32) -> Self {
        Self { item, kind, factor, votes: 0..0 }
    }
}

impl Evidence {
    /// Room for the voters of any question.
    pub fn new() -> Self {
        Self { voters: Vec::with_capacity(256), votes: Vec::with_capacity(4096), prior: 0.0 }
    }

    /// Collects who votes under `strategy`. Past purchases need no relation: they vote for themselves, into `scores`. What
    /// is of a sensitive category has no vote.
    pub fn collect<D: AsRef<[u8]>>(
        &mut self,
        model: &Model<D>,
        strategy: Strategy,
        context: &Context,
        scores: &mut Scores,
    ) {
        self.voters.clear();
        self.votes.clear();
        self.prior = 0.0;
        let Some(tuning) = model.base().tuning() else { return };
        match strategy {
            Strategy::CartAddons if context.cart.is_empty() => self.product(model, tuning, context),
            Strategy::CartAddons => self.cart(model, tuning, context),
            Strategy::BoughtTogether => self.product(model, tuning, context),
            Strategy::Similar | Strategy::Alternatives => self.views(model, tuning, context),
            Strategy::Replenish => {
                self.prior = tuning.repeat.prior;
                let counts = |purchase: &&Purchase| !is_sensitive(model, purchase.item);
                for purchase in context.history.iter().filter(counts) {
                    scores.add(purchase.item, fade(&tuning.repeat, purchase.days_ago));
                }
            }
            Strategy::Popular => self.prior = 1.0,
            Strategy::Rerank if !context.cart.is_empty() => self.cart(model, tuning, context),
            Strategy::Rerank if context.product.is_some() => self.product(model, tuning, context),
            Strategy::Rerank => self.views(model, tuning, context),
        }
        self.voters.retain(|voter| !is_sensitive(model, voter.item));
    }

    fn cart<D: AsRef<[u8]>>(&mut self, model: &Model<D>, tuning: &Tuning, context: &Context) {
        let class = CART_SIZES.iter().rposition(|size| context.cart.len() >= *size).unwrap_or(0);
        let blend = tuning.cart.get(class).copied().unwrap_or_default();
        self.blend(model, blend, context.voters());
    }

    fn product<D: AsRef<[u8]>>(&mut self, model: &Model<D>, tuning: &Tuning, context: &Context) {
        match context.product {
            Some(product) => self.blend(model, tuning.product, &[product]),
            None => self.blend(model, tuning.product, context.voters()),
        }
    }

    /// Cart and bought-together rows of each voter; where only one of the two relations is loaded it votes alone.
    fn blend<D: AsRef<[u8]>>(&mut self, model: &Model<D>, blend: Blend, voters: &[ItemId]) {
        let has = |kind| model.relation(kind).is_some();
        let (mut cart, mut together) = (blend.cart, blend.together);
        if !has(RelationKind::BoughtTogether) && cart == 0.0 {
            cart = 1.0;
        }
        if !has(RelationKind::Cart) && together == 0.0 {
            together = 1.0;
        }
        let factors = [(RelationKind::Cart, cart), (RelationKind::BoughtTogether, together)];
        let asked = factors.map(|(kind, factor)| (kind, factor, factor > 0.0 && has(kind)));
        for voter in voters {
            let votes = asked.iter().filter(|(_, _, votes)| *votes);
            self.voters.extend(votes.map(|(kind, factor, _)| Voter::new(*voter, *kind, *factor)));
        }
        self.prior = blend.prior;
    }

    /// The last views, newest first; an item that was seen twice votes twice.
    fn views<D: AsRef<[u8]>>(&mut self, model: &Model<D>, tuning: &Tuning, context: &Context) {
        if model.relation(RelationKind::Similar).is_none() {
            return;
        }
        let newest_first = context.product.iter().chain(context.recent.iter().rev());
        for (item, weight) in newest_first.zip(&tuning.view_decay) {
            // Ten at most: put where they belong, by item and weight.
            let before = |voter: &Voter| (voter.item, *weight) < (*item, voter.factor);
            let place = self.voters.partition_point(before);
            self.voters.insert(place, Voter::new(*item, RelationKind::Similar, *weight));
        }
    }

    /// What voted for `item`, in the order of the sums: the voter, the relation, the factor and the weight.
    pub fn votes_for<'a, D: AsRef<[u8]>>(
        &'a self,
        model: &'a Model<D>,
        item: ItemId,
    ) -> impl Iterator<Item = (ItemId, RelationKind, f32, f32)> + 'a {
        self.voters.iter().filter_map(move |voter| {
            let (_, weight) = model.relation(voter.kind)?.row(voter.item).find(|(neighbour, _)| *neighbour == item)?;
            Some((voter.item, voter.kind, voter.factor, weight))
        })
    }

    /// Adds every vote to `scores`. Where a relation is signed, sums may end below zero.
    pub fn tally<D: AsRef<[u8]>>(&mut self, model: &Model<D>, scores: &mut Scores) {
        for kind in RelationKind::ALL {
            let Some(relation) = model.relation(kind) else { continue };
            for voter in self.voters.iter_mut().filter(|voter| voter.kind == kind) {
                let from = self.votes.len();
                for (neighbour, weight) in relation.row(voter.item) {
                    let vote = voter.factor * weight;
                    scores.add(neighbour, vote);
                    self.votes.push((neighbour, vote));
                }
                voter.votes = from..self.votes.len();
            }
        }
    }

    /// What popularity adds to the score of `item`.
    #[inline]
    pub fn prior_of<D: AsRef<[u8]>>(&self, model: &Model<D>, item: ItemId) -> f32 {
        if self.prior > 0.0 { self.prior * model.base().prior(item) } else { 0.0 }
    }
}

/// Whether the category of `item` is never a reason.
fn is_sensitive<D: AsRef<[u8]>>(model: &Model<D>, item: ItemId) -> bool {
    model.base().is_sensitive(model.base().class(item))
}

/// Each purchase counts half as much after every half-life: `2^-floor(x)` times one of 64 stored steps of `2^-fract(x)`.
fn fade(repeat: &Repeat, days_ago: f32) -> f32 {
    if repeat.half_life_days <= 0.0 {
        return 1.0;
    }
    let halvings = days_ago / repeat.half_life_days;
    if halvings >= 30.0 {
        return 0.0;
    }
    let whole = halvings as u32;
    let step = ((halvings - whole as f32) * repeat.fade.len() as f32) as usize;
    repeat.fade.get(step).copied().unwrap_or(0.5) / (1u32 << whole) as f32
}

/// Fills in, for every pick, the items of the context that voted most for it.
pub fn because(evidence: &Evidence, picks: &mut [Pick]) {
    // Few neighbours were picked, and most that were not differ from all picks in the last bits of their number.
    let bit = |item: ItemId| 1u64 << (item.0 % 64);
    let picked = picks.iter().fold(0, |bits, pick| bits | bit(pick.item));
    for voter in &evidence.voters {
        let votes = evidence.votes.get(voter.votes.clone()).unwrap_or_default();
        for (item, vote) in votes.iter().filter(|(item, _)| picked & bit(*item) != 0) {
            if let Some(pick) = picks.iter_mut().find(|pick| pick.item == *item) {
                pick.credit(voter.item, *vote);
            }
        }
    }
    picks.iter_mut().for_each(Pick::settle);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_life(days: f32) -> Repeat {
        let fade = (0..64).map(|k| 2f64.powf(-f64::from(k) / 64.0) as f32).collect();
        Repeat { half_life_days: days, fade, prior: 0.0 }
    }

    #[test]
    fn a_purchase_halves_with_every_half_life() {
        let repeat = half_life(100.0);
        assert_eq!(fade(&repeat, 0.0), 1.0);
        assert_eq!(fade(&repeat, 100.0), 0.5);
        assert_eq!(fade(&repeat, 300.0), 0.125);
        assert!((fade(&repeat, 50.0) - 0.5f32.sqrt()).abs() < 1e-6);
        assert_eq!(fade(&repeat, 1e9), 0.0);
        assert_eq!(fade(&half_life(0.0), 1e9), 1.0);
    }

    #[test]
    fn an_older_purchase_never_counts_more() {
        let repeat = half_life(60.0);
        let values: Vec<f32> = (0..4000).map(|day| fade(&repeat, day as f32)).collect();
        assert!(values.windows(2).all(|pair| pair[1] <= pair[0]));
    }
}
