//! How often each placement has a full list of its own: one request a product, answered by the engine from the bundle.

use crate::bundle::{OpenError, Policy, Strategy};
use crate::placement::{Recommender, Request};
use crate::rank::Reason;
use crate::shop::{ItemId, StockState};
use serde::Serialize;

/// Most products asked about.
const SAMPLE: usize = 5_000;

/// What one placement shows for the products of the shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlacementCoverage {
    /// The placement.
    pub placement: String,
    /// Its strategy.
    pub strategy: &'static str,
    /// Products on a full list.
    pub limit: u16,
    /// Live products asked about: all that can be sold, at most 5,000 of them evenly drawn.
    pub asked: usize,
    /// Share of them with a full list without best sellers.
    pub full: f64,
    /// Share with at least one product that is no best seller filling up.
    pub some: f64,
    /// Mean share of the slots that are not filled up with best sellers.
    pub slots: f64,
}

/// Asks every placement of `bundle` about each live product: a cart of it, or its page.
///
/// Placements of best sellers and of what is bought again are left out: neither asks about one product.
///
/// # Errors
///
/// [`OpenError`] where the bundle is refused.
///
/// # Cost
///
/// Some microseconds a product and placement.
pub fn coverage(bundle: &[u8]) -> Result<Vec<PlacementCoverage>, OpenError> {
    let mut recommender = Recommender::open(bundle)?;
    recommender.leave_out_experiments();
    let policies = recommender.model().base().policies().to_vec();
    let skus = live(&recommender);
    let asking =
        policies.iter().filter(|p| !matches!(p.strategy, Strategy::Popular | Strategy::Replenish | Strategy::Rerank));
    Ok(asking.map(|policy| of_placement(&mut recommender, policy, &skus)).collect())
}

/// SKUs of the products that can be sold, evenly thinned out to the sample.
fn live(recommender: &Recommender<&[u8]>) -> Vec<String> {
    let base = recommender.model().base();
    let sold = (0..base.len() as u32).map(ItemId).filter(|item| base.stock(*item) != StockState::Out);
    let all: Vec<ItemId> = sold.collect();
    let step = all.len().div_ceil(SAMPLE).max(1);
    let sku = |item: &ItemId| base.dictionary()?.to_sku(*item);
    all.iter().step_by(step).filter_map(sku).collect()
}

fn of_placement(recommender: &mut Recommender<&[u8]>, policy: &Policy, skus: &[String]) -> PlacementCoverage {
    let limit = usize::from(policy.limit);
    let (mut full, mut some, mut slots) = (0usize, 0usize, 0usize);
    for sku in skus {
        let own = own_picks(recommender, policy, sku);
        full += usize::from(own >= limit);
        some += usize::from(own > 0);
        slots += own;
    }
    let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
    PlacementCoverage {
        placement: policy.placement.clone(),
        strategy: policy.strategy.name(),
        limit: policy.limit,
        asked: skus.len(),
        full: share(full, skus.len()),
        some: share(some, skus.len()),
        slots: share(slots, skus.len() * limit),
    }
}

/// How many products of the answer are there for a reason of their own.
fn own_picks(recommender: &mut Recommender<&[u8]>, policy: &Policy, sku: &str) -> usize {
    let one = [sku];
    let blank = Request { placement: &policy.placement, ..Request::default() };
    let request = match policy.strategy {
        Strategy::CartAddons => Request { cart: &one, ..blank },
        _ => Request { product: Some(sku), ..blank },
    };
    let answer = recommender.recommend(&request);
    answer.map_or(0, |answer| answer.picks.iter().filter(|pick| !brought_by_a_rung(pick.reason)).count())
}

fn brought_by_a_rung(reason: Reason) -> bool {
    matches!(reason, Reason::Popular | Reason::PopularInCategory | Reason::CategoryPairs)
}
