//! What reranking and overlays may change, and what they leave alone.

use super::support::shops::*;
use super::{Tally, ask, opened};
use endcap::bundle::overlay::encode;
use endcap::bundle::*;
use endcap::placement::{Place, Recommender, Reranked};
use endcap::rank::Pick;
use endcap::rules::PatchError;
use endcap::shop::{Currency, Money};
use std::collections::BTreeSet;

fn rerank(recommender: &mut Recommender<Vec<u8>>, question: &Question) -> Reranked {
    question.with(|request| recommender.rerank(request).unwrap())
}

/// A question with a list in which no SKU stands twice.
fn listed(dice: &mut Dice, draft: &Draft) -> Question {
    let mut question = question(dice, draft);
    let mut seen = BTreeSet::new();
    let names = draft.items.iter().map(|item| item.sku.clone()).chain(["no such thing".into(), "nor this".into()]);
    let names: Vec<String> = names.collect();
    question.list = (0..dice.below(30)).map(|_| dice.of(&names)).filter(|sku| seen.insert(sku.clone())).collect();
    question
}

/// Whether a list moved within its bounds; `sold_out` entries are at the end, the others near where they stood.
fn is_bounded(places: &[Place], moves: usize) -> bool {
    let (sold_out, buyable): (Vec<&Place>, Vec<&Place>) = places.iter().partition(|place| place.sold_out);
    let mut before: Vec<usize> = buyable.iter().map(|place| place.index).collect();
    before.sort_unstable();
    let stood = |index: usize| before.binary_search(&index).unwrap();
    let near = buyable.iter().enumerate().all(|(n, place)| stood(place.index).abs_diff(n) <= moves);
    let last = places[buyable.len()..].iter().all(|place| place.sold_out);
    let unique: BTreeSet<usize> = places.iter().map(|place| place.index).collect();
    near && last && unique.len() == places.len() && sold_out.is_sorted_by_key(|place| place.index)
}

#[test]
fn a_list_moves_within_its_bounds() {
    let mut tally = Tally::of("rerank: bounded moves, sold out last, excluded gone, nothing added");
    for seed in 0.. {
        let mut draft = shop(seed, ALL & !GUARDS);
        let mut dice = Dice::new(seed, 9);
        draft.policies.iter_mut().for_each(|policy| policy.max_moves = dice.below(6) as u16);
        let mut recommender = opened(&draft);
        for _ in 0..60 {
            let question = listed(&mut dice, &draft);
            let policy = draft.policies.iter().find(|policy| policy.placement == question.placement).unwrap();
            let Reranked { places, alternatives, .. } = rerank(&mut recommender, &question);
            let item = |index: usize| draft.items.iter().find(|item| item.sku == question.list[index]);
            let hidden =
                |index: usize| item(index).is_some_and(|item| policy.stock[item.stock as usize] == StockUse::Hide);
            let sound = |place: &Place| {
                let sku = &question.list[place.index];
                !policy.enabled || (!question.exclude.contains(sku) && place.sold_out == hidden(place.index))
            };
            let kept = |sku: &str| places.iter().any(|place| question.list[place.index] == sku);
            let unknown = question.list.iter().filter(|sku| sku.starts_with("no")).all(|sku| kept(sku));
            let offered = alternatives.iter().all(|offer| {
                let fresh = |pick: &Pick| !question.list.contains(&draft.items[pick.item.index()].sku);
                hidden(offer.index) && offer.picks.len() <= 3 && offer.picks.iter().all(fresh)
            });
            let moves = if policy.enabled { usize::from(policy.max_moves) } else { 0 };
            let holds = is_bounded(&places, moves) && places.iter().all(sound) && unknown && offered;
            tally.case(holds, || format!("shop {seed}, {places:?} of {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn without_evidence_a_list_stays() {
    let mut tally = Tally::of("rerank: a context that says nothing changes nothing");
    for seed in 0.. {
        let draft = shop(seed, ALL & !GUARDS & !STOCK & !RULES & !OBJECTIVE & !HIDDEN);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = Question { cart: vec![], product: None, recent: vec![], ..listed(&mut dice, &draft) };
            let places = rerank(&mut recommender, &question).places;
            let buyable: Vec<usize> = places.iter().filter(|p| !p.sold_out).map(|p| p.index).collect();
            tally.case(buyable.is_sorted(), || format!("shop {seed}, {places:?} of {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

fn bits(picks: &[Pick]) -> Vec<(u32, u32, u8, bool)> {
    picks.iter().map(|pick| (pick.item.0, pick.score.to_bits(), pick.reason as u8, pick.relaxed)).collect()
}

#[test]
fn a_damaged_overlay_changes_nothing() {
    let mut tally = Tally::of("patch: a truncated or flipped overlay is refused and changes no answer");
    for seed in 0.. {
        let draft = shop(seed, ALL);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        let whole = encode(&overlay(&draft, seed, 5)).unwrap();
        let question = question(&mut dice, &draft);
        let before = bits(&ask(&mut recommender, &question));
        for _ in 0..150 {
            let mut bytes = whole.clone();
            let at = dice.below(bytes.len() as u32) as usize;
            match dice.one_in(2) {
                true => bytes.truncate(at),
                false => bytes[at] ^= 1 << dice.below(8),
            }
            let refused = recommender.patch(&bytes).is_err() && recommender.patch_locally(&bytes).is_err();
            let holds = refused && bits(&ask(&mut recommender, &question)) == before;
            tally.case(holds, || format!("shop {seed}, byte {at}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn revisions_only_go_forward() {
    let mut tally = Tally::of("patch: an older revision is refused, the same is no change");
    for seed in 0.. {
        let draft = shop(seed, ALL);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        let all: Vec<Vec<u8>> = (0..8).map(|n| encode(&overlay(&draft, seed * 8 + n, n)).unwrap()).collect();
        let mut holds: Option<u64> = None;
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let before = bits(&ask(&mut recommender, &question));
            let revision = u64::from(dice.below(8));
            let found = recommender.patch(&all[revision as usize]);
            let mut still = || bits(&ask(&mut recommender, &question)) == before;
            let right = match holds {
                Some(held) if revision < held => {
                    found == Err(PatchError::Older { holds: held, found: revision }) && still()
                }
                Some(held) if revision == held => found.is_ok_and(|patched| !patched.changed) && still(),
                _ => found.is_ok_and(|patched| patched.changed),
            };
            holds = holds.max(Some(revision));
            tally.case(right, || format!("shop {seed}, revision {revision}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

/// An overlay of items alone.
fn plain(draft: &Draft, seed: u64) -> OverlayDraft {
    let OverlayDraft { placements, items, .. } = overlay(draft, seed, 1);
    OverlayDraft { placements, items, currency: "EUR".into(), revision: 1, ..OverlayDraft::default() }
}

#[test]
fn items_merged_are_items_looked_up_one_by_one() {
    let mut tally = Tally::of("patch: an overlay merged in one pass is its items one by one");
    for seed in 0.. {
        let draft = shop(seed, ALL);
        let (mut merged, mut single, mut dice) = (opened(&draft), opened(&draft), Dice::new(seed, 9));
        let overlay = plain(&draft, seed);
        merged.patch(&encode(&overlay).unwrap()).unwrap();
        for item in overlay.items.iter().filter(|item| item.sku != "no such thing") {
            let one = OverlayDraft { items: vec![item.clone()], ..overlay.clone() };
            single.patch_locally(&encode(&one).unwrap()).unwrap();
        }
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let holds = bits(&ask(&mut merged, &question)) == bits(&ask(&mut single, &question));
            tally.case(holds, || format!("shop {seed}: {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

/// The draft of a training that knew what the overlay tells.
fn retrained(draft: &Draft, overlay: &OverlayDraft) -> Draft {
    let mut draft = draft.clone();
    let bit = |name: &String| PLACEMENTS.iter().position(|placement| placement == name);
    for change in &overlay.items {
        let Some(item) = draft.items.iter_mut().find(|item| item.sku == change.sku) else { continue };
        item.stock = change.state.unwrap_or(item.stock);
        item.value = change.value.or(item.value);
        if let Some(price) = change.price {
            item.card.price = Some(Money::new(price, Currency::parse("EUR").unwrap()));
        }
        if let Some(mask) = change.hidden {
            let named = overlay.placements.iter().enumerate().filter(|(n, _)| mask >> n & 1 == 1);
            item.hidden = named.filter_map(|(_, name)| bit(name)).fold(0, |mask, bit| mask | 1 << bit);
        }
    }
    draft
}

#[test]
fn a_patched_shop_answers_like_one_that_was_trained_so() {
    let mut tally = Tally::of("patch: stock, prices, values and masks count as if trained");
    for seed in 0.. {
        let draft = shop(seed, ALL & !GUARDS);
        let overlay = plain(&draft, seed);
        let (mut patched, mut trained) = (opened(&draft), opened(&retrained(&draft, &overlay)));
        patched.patch(&encode(&overlay).unwrap()).unwrap();
        let mut dice = Dice::new(seed, 9);
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let holds = bits(&ask(&mut patched, &question)) == bits(&ask(&mut trained, &question));
            tally.case(holds, || format!("shop {seed}: {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}
