//! Changes that come as numbers become an overlay: one way for all that changes.

use super::question::{given, lines, seconds};
use crate::bundle::overlay::OverlayRules;
use crate::bundle::{ExperimentChange, ItemChange, OverlayDraft, Rule, Sets};
use crate::placement::Recommender;
use crate::rules::Compiled;
use crate::shop::{Availability, Currency, ItemId, StockState};

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
    let items: Vec<ItemChange> =
        lines(skus).into_iter().zip(facts).map(|(sku, facts)| change(recommender, currency, sku, facts)).collect();
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

/// What changes of experiments: a line each of its name, `1`, `0` or nothing, and arms with their shares in ten-thousandths, all
/// parted by U+001F. A share that cannot be read is 0, which no overlay takes.
pub(super) fn experiments(text: &str) -> Vec<ExperimentChange> {
    let change = |line: &str| {
        let mut fields = line.split(super::FIELD);
        let name = fields.next().unwrap_or_default().to_owned();
        let enabled = fields.next().filter(|on| !on.is_empty()).map(|on| on == "1");
        let mut arms = Vec::new();
        while let Some(arm) = fields.next() {
            arms.push((arm.to_owned(), fields.next().and_then(|share| share.parse().ok()).unwrap_or(0)));
        }
        ExperimentChange { name, enabled, arms }
    };
    lines(text).into_iter().map(change).collect()
}

/// Puts items in the order of an overlay; of two that are about one SKU, one says where it is hidden.
pub(super) fn sort(items: &mut Vec<ItemChange>) {
    items.sort_unstable_by(|a, b| a.sku.cmp(&b.sku));
    items.dedup_by(|from, into| {
        let same = from.sku == into.sku;
        if same {
            let hidden = into.hidden.or(from.hidden);
            let whole = if into.hidden.is_some() { &*from } else { &*into };
            *into = ItemChange { hidden, ..whole.clone() };
        }
        same
    });
}

/// Adds compiled rules, in SKUs; what they hide whatever is asked becomes a change of the items.
pub(super) fn put_rules(
    draft: &mut OverlayDraft,
    recommender: &Recommender<Vec<u8>>,
    compiled: Compiled,
    written: &[Rule],
) {
    let dictionary = recommender.model().base().dictionary();
    let sku = |item: usize| dictionary?.to_sku(ItemId(item as u32));
    let hidden = compiled.hidden.iter().enumerate().filter(|(_, mask)| **mask != 0);
    let hides = |(item, mask): (usize, &u64)| {
        Some(ItemChange { sku: sku(item)?, hidden: Some(*mask), ..ItemChange::default() })
    };
    draft.items.extend(hidden.filter_map(hides));
    draft.placements = recommender.placements().map(str::to_owned).collect();
    let Sets { signature_of, signatures } = compiled.table.sets;
    let signed = signature_of.iter().enumerate().filter(|(_, signature)| **signature != 0);
    let mut signed: Vec<(String, u32)> =
        signed.filter_map(|(item, signature)| Some((sku(item)?, *signature))).collect();
    signed.sort_unstable();
    let name = |rule: &u16| written.get(usize::from(*rule)).map(|rule| rule.name.clone()).unwrap_or_default();
    let (skus, signature_of): (Vec<String>, Vec<u32>) = signed.into_iter().unzip();
    draft.rules = Some(OverlayRules {
        rules: compiled.table.rules,
        names: if draft.edge { compiled.origins.iter().map(name).collect() } else { Vec::new() },
        signatures: if skus.is_empty() { Vec::new() } else { signatures },
        skus,
        signature_of,
    });
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
