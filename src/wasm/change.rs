//! Changes that come as numbers become an overlay: one way for all that changes.

use super::question::{given, lines, seconds};
use crate::bundle::{ItemChange, OverlayDraft};
use crate::placement::Recommender;
use crate::shop::{Availability, Currency, StockState};

/// Numbers of one SKU, NaN for what is not given: state by its number, units on hand, price in major units, whether a price
/// that jumped is meant, cost of a piece in major units, contribution as a share of the price.
pub(super) const FACTS: usize = 6;

/// The overlay that holds a change; `(revision, made_at)` are NaN where they are not given.
pub(super) fn draft(
    recommender: &Recommender<Vec<u8>>,
    currency: Currency,
    skus: &str,
    facts: &[f64],
    switches: &str,
    (revision, made_at): (f64, f64),
) -> OverlayDraft {
    let facts = facts.as_chunks::<FACTS>().0;
    let mut items: Vec<ItemChange> =
        lines(skus).into_iter().zip(facts).map(|(sku, facts)| change(recommender, currency, sku, facts)).collect();
    items.sort_unstable_by(|a, b| a.sku.cmp(&b.sku));
    items.dedup_by(|a, b| a.sku == b.sku);
    let switch = |line: &str| line.split_once(super::FIELD).map(|(name, on)| (name.to_owned(), on == "1"));
    OverlayDraft {
        shop: recommender.live().terms().shop,
        currency: currency.code().to_owned(),
        revision: given(revision).map_or(0, |revision| revision as u64),
        made_at: given(made_at).map(seconds),
        edge: items.iter().any(|item| item.count.or(item.contribution).is_some()),
        switches: lines(switches).into_iter().filter_map(switch).collect(),
        items,
        ..OverlayDraft::default()
    }
}

fn change(
    recommender: &Recommender<Vec<u8>>,
    currency: Currency,
    sku: &str,
    [state, count, price, confirmed, cost, margin]: &[f64; FACTS],
) -> ItemChange {
    let base = recommender.model().base();
    let low_at = base.private().map_or(0, |private| private.low_at);
    let minor = |amount: f64| given(amount).and_then(|amount| currency.to_minor(amount));
    let state = given(*state).map(|state| StockState::from_byte(state as u8));
    let (count, price) = (given(*count).map(|count| count as i64), minor(*price));
    let live = || recommender.live().price(base.dictionary()?.item_of(sku)?);
    let at = price.or_else(live).unwrap_or(0);
    let share = given(*margin).map(|share| (share * at as f64).round() as i64);
    ItemChange {
        sku: sku.to_owned(),
        state: if count.is_some() { Some(StockState::of(said(state), count, low_at)) } else { state },
        price,
        confirmed: *confirmed == 1.0,
        contribution: minor(*cost).map(|cost| at - cost).or(share),
        count,
        ..ItemChange::default()
    }
}

/// What a shop that counts says beside the count.
fn said(state: Option<StockState>) -> Option<Availability> {
    Some(match state? {
        StockState::InStock | StockState::Low => Availability::InStock,
        StockState::Backorder => Availability::Backorder,
        StockState::Preorder => Availability::Preorder,
        StockState::Out => Availability::OutOfStock,
    })
}
