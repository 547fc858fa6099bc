//! The shop's own list, of a category or a search, in a slightly better order.
//!
//! The list is the shop's: nothing is added, and nothing moves by more than [`Policy::max_moves`] places among what can be
//! bought. What is sold out goes to the end, in the order it had, with products that can be bought instead; what rules
//! exclude goes altogether. Within these bounds what the context speaks for, and what is worth more to the shop, comes first.
//!
//! Of items of equal value the shop's order stays; a context that says nothing changes nothing.

use super::recommendation::{Naming, Recommendation};
use super::recommender::{Asked, Recommender};
use super::request::Request;
use super::trials::Dealt;
use crate::bundle::{Policy, Rung, Strategy};
use crate::rank::{Context, Pick, Rejection, Standing, Worth};
use crate::rules::Situation;
use crate::shop::ItemId;

/// Most entries of a list that are looked at; those behind stay where they are.
const MAX_LIST: usize = 1_000;
/// Sold-out entries that are offered alternatives, and how many each.
const OFFERED: usize = 4;
const ALTERNATIVES: usize = 3;

/// One entry of a list in its new order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Where it stood in the list that was given, from 0.
    pub index: usize,
    /// The item; `None` where the model does not know it.
    pub item: Option<ItemId>,
    /// Whether it stands at the end because it cannot be bought.
    pub sold_out: bool,
}

/// What can be bought instead of a sold-out entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternatives {
    /// Where the sold-out entry stood in the list that was given.
    pub index: usize,
    /// What can be bought instead, best first, at most three.
    pub picks: Vec<Pick>,
}

/// A list in its new order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reranked {
    /// The entries; those that rules exclude are gone.
    pub places: Vec<Place>,
    /// For the first four sold-out entries what can be bought instead.
    pub alternatives: Vec<Alternatives>,
    /// The experiment that decided; none where the visitor is in no arm, or held out of everything.
    pub experiment: Option<String>,
    /// The arm; `global_holdout` for whoever is held out of everything. Whoever is held out sees the list as it came.
    pub variant: Option<String>,
    /// The name of this answer.
    pub recommendation: Recommendation,
}

/// An entry that may move.
#[derive(Clone, Copy)]
struct Entry {
    place: Place,
    value: f32,
}

impl<D: AsRef<[u8]>> Recommender<D> {
    /// Puts the request's `list` into a better order; `None` where the bundle has no such placement. A placement that is
    /// switched off leaves the list as it is, and so does one whose strategy is not `rerank` but for sold-out entries. Whoever is
    /// in the control of an experiment, or held out of everything, gets the list as it came.
    pub fn rerank(&mut self, request: &Request<'_>) -> Option<Reranked> {
        let at = self.placement(request.placement)?;
        let policy = self.live.policies().get(at)?.clone();
        let looked_at = request.list.get(..MAX_LIST).unwrap_or(request.list);
        let items: Vec<Option<ItemId>> = match self.model.base().dictionary() {
            Some(dictionary) => looked_at.iter().map(|sku| dictionary.item_of(sku)).collect(),
            None => vec![None; looked_at.len()],
        };
        let behind = (looked_at.len()..request.list.len()).map(|index| Place { index, item: None, sold_out: false });
        let mut name = self.naming(request);
        request.list.iter().for_each(|sku| name.text(sku));
        let dealt = if policy.enabled { self.trials().deal(request) } else { Dealt::default() };
        if !policy.enabled || dealt.instead.is_some() {
            let as_is = |(index, item)| Place { index, item, sold_out: false };
            let places = items.into_iter().enumerate().map(as_is).chain(behind).collect();
            return Some(self.reranked(dealt, name, places, Vec::new()));
        }
        self.take_up(request);
        name.question(&self.context, self.subtotal(), self.lines());
        let (entries, sold_out) = self.entries(request, at, &policy, &items);
        let mut places = bounded(&entries, usize::from(policy.max_moves));
        places.extend(behind);
        places.extend(&sold_out);
        let alternatives = self.alternatives(request, at, &policy, &items, &sold_out);
        Some(self.reranked(dealt, name, places, alternatives))
    }

    fn reranked(
        &mut self,
        dealt: Dealt,
        mut name: Naming,
        places: Vec<Place>,
        alternatives: Vec<Alternatives>,
    ) -> Reranked {
        places.iter().for_each(|place| name.number(Some(place.index as i64)));
        let [experiment, variant] = self.assign(dealt.assigned);
        name.arm((experiment.as_deref(), variant.as_deref()));
        Reranked { places, alternatives, experiment, variant, recommendation: name.end() }
    }

    /// The entries that can be bought, with their values, and those that cannot.
    fn entries(
        &mut self,
        request: &Request<'_>,
        at: usize,
        policy: &Policy,
        items: &[Option<ItemId>],
    ) -> (Vec<Entry>, Vec<Place>) {
        self.scores.clear();
        self.evidence.collect(&self.model, Strategy::Rerank, &self.context, &mut self.scores);
        self.evidence.tally(&self.model, &mut self.scores);
        let worth = Worth::of(policy, &self.live, None, self.subtotal());
        let standings = self.standings(request, at, policy, items);
        let score = |item: ItemId| self.scores.of(item).max(0.0);
        let most = items.iter().flatten().map(|item| score(*item)).fold(0.0, f32::max);
        let (mut entries, mut sold_out) = (Vec::with_capacity(items.len()), Vec::new());
        for (index, (item, standing)) in items.iter().zip(standings).enumerate() {
            let place = Place { index, item: *item, sold_out: false };
            match (item, standing) {
                (Some(item), Ok(standing)) => {
                    let share = if most > 0.0 { score(*item) / most } else { 0.0 };
                    let phi = worth.phi(&self.live, *item, standing.boost);
                    entries.push(Entry { place, value: worth.value((1.0 + share) * standing.bury, phi) });
                }
                (_, Err(Rejection::Stock | Rejection::Stale)) => sold_out.push(Place { sold_out: true, ..place }),
                (_, Err(_)) => {}
                (None, _) => entries.push(Entry { place, value: 1.0 }),
            }
        }
        (entries, sold_out)
    }

    /// How each entry stands by stock and rules: the cart and the product bar nothing from the shop's own list.
    fn standings(
        &mut self,
        request: &Request<'_>,
        at: usize,
        policy: &Policy,
        items: &[Option<ItemId>],
    ) -> Vec<Result<Standing, Rejection>> {
        let plain = Policy { price: Default::default(), ..policy.clone() };
        let blank = Context { exclude: self.context.exclude.clone(), ..Default::default() };
        let (subtotal, lines) = (self.subtotal(), self.lines());
        let Self { model, live, eligibility, context, .. } = self;
        let (cart, product) = (context.cart.as_slice(), context.product);
        let (now, segment) = (request.now, request.segment);
        let situation = Situation { placement: at, now, subtotal, lines, cart, product, segment };
        eligibility.prepare(model.base(), live, &plain, &blank, &situation, &[]);
        let unknown = Ok(Standing { boost: 0.0, bury: 1.0, relaxed: false });
        items.iter().map(|item| item.map_or(unknown, |item| eligibility.verdict(model.base(), live, item))).collect()
    }

    /// What can be bought instead of the first sold-out entries, and does not stand in the list.
    fn alternatives(
        &mut self,
        request: &Request<'_>,
        at: usize,
        policy: &Policy,
        items: &[Option<ItemId>],
        sold_out: &[Place],
    ) -> Vec<Alternatives> {
        let own = Policy {
            stock: policy.stock,
            fallback: vec![Rung::PopularInCategory],
            ..Policy::neutral(policy.placement.as_str(), Strategy::Alternatives)
        };
        let mut offered = Vec::new();
        for place in sold_out.iter().take(OFFERED) {
            self.take_up(request);
            self.context.product = place.item;
            self.context.exclude.extend(items.iter().flatten().filter(|item| Some(**item) != place.item));
            self.on_page.clear();
            self.rank(request, Asked { at, limit: ALTERNATIVES, traced: false, policy: Some(&own) });
            let picks = self.selection.picks().to_vec();
            if !picks.is_empty() {
                offered.push(Alternatives { index: place.index, picks });
            }
        }
        offered
    }
}

/// The entries, best first, none more than `moves` places from where it stands.
///
/// At every place the entry that may wait no longer stands, if there is one: it is at most one, for one is placed at each
/// step. Otherwise the best of those that may come so far forward.
fn bounded(entries: &[Entry], moves: usize) -> Vec<Place> {
    let mut waiting: Vec<usize> = Vec::with_capacity(2 * moves + 2);
    let mut places = Vec::with_capacity(entries.len());
    let mut coming = 0;
    for slot in 0..entries.len() {
        while coming < entries.len() && coming <= slot + moves {
            waiting.push(coming);
            coming += 1;
        }
        let value = |at: &usize| entries.get(*at).map_or(0.0, |entry| entry.value);
        let due = waiting.first().is_some_and(|first| first + moves <= slot);
        let mut best = 0;
        for (n, at) in waiting.iter().enumerate().filter(|_| !due) {
            if waiting.get(best).is_some_and(|leader| value(at) > value(leader)) {
                best = n;
            }
        }
        if best < waiting.len() {
            places.extend(entries.get(waiting.remove(best)).map(|entry| entry.place));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};

    fn entries(values: &[u8]) -> Vec<Entry> {
        let entry = |(index, value): (usize, &u8)| Entry {
            place: Place { index, item: None, sold_out: false },
            value: f32::from(*value),
        };
        values.iter().enumerate().map(entry).collect()
    }

    proptest! {
        #[test]
        fn nothing_moves_further_than_allowed(
            values in prop::collection::vec(0u8..5, 0..60),
            moves in 0usize..8,
        ) {
            let places = bounded(&entries(&values), moves);
            let mut seen: Vec<usize> = places.iter().map(|place| place.index).collect();
            for (slot, index) in seen.iter().enumerate() {
                prop_assert!(slot.abs_diff(*index) <= moves, "{} to {}", index, slot);
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..values.len()).collect::<Vec<_>>());
        }

        #[test]
        fn equal_values_keep_the_shops_order(count in 0usize..40, moves in 0usize..8) {
            let places = bounded(&entries(&vec![1; count]), moves);
            prop_assert!(places.iter().enumerate().all(|(slot, place)| place.index == slot));
        }
    }

    #[test]
    fn the_best_comes_as_far_forward_as_it_may() {
        let order = |values: &[u8], moves| -> Vec<usize> {
            bounded(&entries(values), moves).iter().map(|place| place.index).collect()
        };
        assert_eq!(order(&[1, 1, 1, 1, 9], 3), [0, 4, 1, 2, 3]);
        assert_eq!(order(&[1, 2, 3], 3), [2, 1, 0]);
        assert_eq!(order(&[1, 2, 3], 1), [1, 0, 2]);
        assert_eq!(order(&[1, 2, 3], 0), [0, 1, 2]);
    }
}
