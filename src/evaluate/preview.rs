//! What other rules would change: the same questions asked of two recommenders, one as it is and one as it would be.
//!
//! Every placement is asked about real carts: all lines of a cart beside the cart, one product of each on a product's page.
//! Nothing is hidden of a cart, for it is not foretold what comes next but looked at what shoppers would see. Placements of
//! what is bought again and of the shop's own lists know no carts; questions that are given ask them.

use crate::bundle::Strategy;
use crate::placement::{Recommender, Request};
use crate::rank::Pick;
use crate::rules::Facts;
use crate::shop::ItemId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What one placement shows before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlacementPreview {
    /// The placement.
    pub placement: String,
    /// Its strategy afterwards.
    pub strategy: &'static str,
    /// Questions asked.
    pub asked: usize,
    /// Share of lists that differ in any place.
    pub changed: f64,
    /// The products that enter lists most often, with the number of lists.
    pub enter: Vec<(String, usize)>,
    /// The products that leave lists most often, with the number of lists.
    pub leave: Vec<(String, usize)>,
    /// As it is.
    pub before: Showing,
    /// As it would be.
    pub after: Showing,
    /// Mean relevance given up: 1 − after / before.
    pub relevance_loss: Option<f64>,
    /// Mean price afterwards over the one before, less 1.
    pub price_drift: Option<f64>,
}

/// What the lists of a placement are like.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Showing {
    /// Mean score of what is shown: a probability where the placement is calibrated.
    pub relevance: Option<f64>,
    /// Expected contribution of a list in minor units: Σ score · contribution; `None` where no contribution is known.
    pub margin_a_list: Option<f64>,
    /// Mean price of what is shown, in minor units.
    pub price: Option<f64>,
    /// Different products that are shown.
    pub products: usize,
    /// Share of lists with fewer products than the placement's limit.
    pub short: f64,
    /// Share of lists without any product.
    pub empty: f64,
}

/// Products that are named of what enters and leaves.
const NAMED: usize = 10;

/// Asks both recommenders about `carts`, and the `requests` besides, as if nobody were in an experiment; `told` hears how many placements are done.
///
/// # Cost
///
/// Some microseconds a cart and placement, twice.
pub fn preview<D: AsRef<[u8]>>(
    before: &mut Recommender<D>,
    after: &mut Recommender<D>,
    carts: &[Vec<String>],
    requests: &[Request<'_>],
    now: Option<i64>,
    told: &dyn Fn(usize, usize),
) -> Vec<PlacementPreview> {
    let names: BTreeSet<String> = before.placements().chain(after.placements()).map(str::to_owned).collect();
    let total = names.len();
    before.leave_out_experiments();
    after.leave_out_experiments();
    let mut previews = Vec::new();
    let gains = [Gains::of(before), Gains::of(after)];
    for (done, name) in names.into_iter().enumerate() {
        told(done, total);
        let asked = [before.live().policies(), after.live().policies()];
        let policy = asked.iter().rev().find_map(|all| all.iter().find(|policy| policy.placement == name));
        let Some((strategy, limit)) = policy.map(|policy| (policy.strategy, usize::from(policy.limit))) else {
            continue;
        };
        let mut comparison = Comparison::new(limit);
        for (n, cart) in carts.iter().enumerate() {
            let skus: Vec<&str> = cart.iter().map(String::as_str).collect();
            if let Some(request) = question(&name, strategy, &skus, n) {
                comparison.ask(before, after, &Request { now, ..request }, &gains);
            }
        }
        requests.iter().filter(|request| request.placement == name).for_each(|request| {
            comparison.ask(before, after, request, &gains);
        });
        if comparison.asked > 0 {
            previews.push(comparison.told(name, strategy, before));
        }
    }
    previews
}

/// What a placement is asked about a cart; nothing where carts do not fit.
fn question<'a>(placement: &'a str, strategy: Strategy, cart: &'a [&'a str], n: usize) -> Option<Request<'a>> {
    let blank = Request { placement, ..Request::default() };
    match strategy {
        Strategy::CartAddons | Strategy::Popular => Some(Request { cart, ..blank }),
        Strategy::BoughtTogether | Strategy::Similar | Strategy::Alternatives => {
            Some(Request { product: Some(cart.get(n % cart.len().max(1))?), ..blank })
        }
        Strategy::Replenish | Strategy::Rerank => None,
    }
}

/// What each item gains the shop, where this bundle tells.
struct Gains(Vec<Option<i64>>);

impl Gains {
    fn of<D: AsRef<[u8]>>(recommender: &Recommender<D>) -> Self {
        let (model, live) = (recommender.model(), recommender.live());
        if model.base().private().is_none() {
            return Self(Vec::new());
        }
        let gain = |item| Facts::of(model, live, ItemId(item)).contribution.flatten();
        Self((0..model.base().len() as u32).map(gain).collect())
    }

    fn of_item(&self, item: ItemId) -> Option<i64> {
        self.0.get(item.index()).copied().flatten()
    }
}

/// Sums over the lists of one side.
#[derive(Default)]
struct Sums {
    shown: usize,
    score: f64,
    margin: f64,
    margins: usize,
    price: f64,
    prices: usize,
    products: BTreeSet<ItemId>,
    short: usize,
    empty: usize,
}

impl Sums {
    fn add(&mut self, picks: &[Pick], limit: usize, price: impl Fn(ItemId) -> Option<i64>, gains: &Gains) {
        self.short += usize::from(picks.len() < limit);
        self.empty += usize::from(picks.is_empty());
        for pick in picks {
            self.shown += 1;
            self.score += f64::from(pick.score);
            self.products.insert(pick.item);
            if let Some(gain) = gains.of_item(pick.item) {
                self.margin += f64::from(pick.score) * gain as f64;
                self.margins += 1;
            }
            if let Some(price) = price(pick.item) {
                self.price += price as f64;
                self.prices += 1;
            }
        }
    }

    fn told(&self, asked: usize) -> Showing {
        let of = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
        let share = |count: usize| count as f64 / asked.max(1) as f64;
        Showing {
            relevance: of(self.score, self.shown),
            margin_a_list: of(self.margin, asked).filter(|_| self.margins > 0),
            price: of(self.price, self.prices),
            products: self.products.len(),
            short: share(self.short),
            empty: share(self.empty),
        }
    }
}

/// One placement, question by question.
struct Comparison {
    limit: usize,
    asked: usize,
    changed: usize,
    enter: BTreeMap<ItemId, usize>,
    leave: BTreeMap<ItemId, usize>,
    sums: [Sums; 2],
}

impl Comparison {
    fn new(limit: usize) -> Self {
        let (enter, leave, sums) = (BTreeMap::new(), BTreeMap::new(), Default::default());
        Self { limit, asked: 0, changed: 0, enter, leave, sums }
    }

    fn ask<D: AsRef<[u8]>>(
        &mut self,
        before: &mut Recommender<D>,
        after: &mut Recommender<D>,
        request: &Request<'_>,
        gains: &[Gains; 2],
    ) {
        let list = |recommender: &mut Recommender<D>| {
            recommender.recommend(request).map(|answer| answer.picks.to_vec()).unwrap_or_default()
        };
        let (old, new) = (list(before), list(after));
        let ids = |picks: &[Pick]| picks.iter().map(|pick| pick.item).collect::<Vec<ItemId>>();
        let (was, is) = (ids(&old), ids(&new));
        self.asked += 1;
        self.changed += usize::from(was != is);
        is.iter().filter(|item| !was.contains(item)).for_each(|item| *self.enter.entry(*item).or_default() += 1);
        was.iter().filter(|item| !is.contains(item)).for_each(|item| *self.leave.entry(*item).or_default() += 1);
        let limit = request.limit.map_or(self.limit, |limit| self.limit.min(limit as usize));
        let [one, other] = &mut self.sums;
        let [gain, gain_after] = gains;
        one.add(&old, limit, |item| before.live().price(item), gain);
        other.add(&new, limit, |item| after.live().price(item), gain_after);
    }

    fn told<D: AsRef<[u8]>>(&self, placement: String, strategy: Strategy, any: &Recommender<D>) -> PlacementPreview {
        let [before, after] = &self.sums;
        let (before, after) = (before.told(self.asked), after.told(self.asked));
        let ratio = |new: Option<f64>, old: Option<f64>| Some(new? / old.filter(|old| *old > 0.0)?);
        PlacementPreview {
            placement,
            strategy: strategy.name(),
            asked: self.asked,
            changed: self.changed as f64 / self.asked.max(1) as f64,
            enter: most(&self.enter, any),
            leave: most(&self.leave, any),
            relevance_loss: ratio(after.relevance, before.relevance).map(|ratio| 1.0 - ratio),
            price_drift: ratio(after.price, before.price).map(|ratio| ratio - 1.0),
            before,
            after,
        }
    }
}

/// The most frequent items by SKU; of equals the best seller first.
fn most<D: AsRef<[u8]>>(counts: &BTreeMap<ItemId, usize>, any: &Recommender<D>) -> Vec<(String, usize)> {
    let mut counts: Vec<(ItemId, usize)> = counts.iter().map(|(item, count)| (*item, *count)).collect();
    counts.sort_by_key(|(item, count)| (std::cmp::Reverse(*count), *item));
    let dictionary = any.model().base().dictionary();
    let sku = |item| dictionary.and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default();
    counts.into_iter().take(NAMED).map(|(item, count)| (sku(item), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_placement_gets_carts_and_a_product_placement_one_product_of_each() {
        let cart = ["a", "b", "c"];
        assert_eq!(question("cart", Strategy::CartAddons, &cart, 1).unwrap().cart, cart);
        let product = |n| question("pdp", Strategy::Similar, &cart, n).unwrap().product;
        assert_eq!([0, 1, 2, 3].map(product), [Some("a"), Some("b"), Some("c"), Some("a")]);
        assert!(question("again", Strategy::Replenish, &cart, 0).is_none());
        assert!(question("pdp", Strategy::Similar, &[], 0).is_none());
    }

    #[test]
    fn sums_are_means_over_lists_and_picks() {
        let pick = |item, score| Pick::new(ItemId(item), score, crate::rank::Reason::Popular, 0);
        let gains = Gains(vec![Some(100), None, Some(-40)]);
        let mut sums = Sums::default();
        sums.add(&[pick(0, 0.5), pick(1, 0.25)], 2, |_| Some(200), &gains);
        sums.add(&[], 2, |_| None, &gains);
        sums.add(&[pick(2, 0.5)], 2, |_| None, &gains);
        let told = sums.told(3);
        assert_eq!((told.relevance, told.margin_a_list), (Some(1.25 / 3.0), Some((50.0 - 20.0) / 3.0)));
        assert_eq!((told.price, told.products), (Some(200.0), 3));
        assert_eq!((told.short, told.empty), (2.0 / 3.0, 1.0 / 3.0));
    }
}
