//! What may stand in a list, how long it is, and what in a request has no meaning.

use super::oracle::Oracle;
use super::support::shops::*;
use super::{Tally, ask, items, opened};
use endcap::bundle::*;
use endcap::placement::Amount;
use endcap::rank::Pick;
use endcap::shop::{ItemId, StockState};
use std::collections::BTreeSet;

/// What is shown, to the bit.
fn bits(picks: &[Pick]) -> Vec<(u32, u32, u8, bool)> {
    picks.iter().map(|pick| (pick.item.0, pick.score.to_bits(), pick.reason as u8, pick.relaxed)).collect()
}

fn policy<'a>(draft: &'a Draft, question: &Question) -> &'a Policy {
    draft.policies.iter().find(|policy| policy.placement == question.placement).unwrap()
}

/// What a shop lets be shown, by the half of the oracle that knows stock, prices and rules.
fn eligible(oracle: &Oracle, question: &Question) -> BTreeSet<u32> {
    let policy = oracle.shop.policies.iter().find(|policy| policy.placement == question.placement).unwrap();
    let mut asked = question.with(|request| oracle.shop.read(request));
    if asked.explores(policy.strategy) {
        asked.take_last_order();
    }
    oracle.shop.eligible(policy, &asked).into_iter().collect()
}

#[test]
fn nothing_is_shown_that_must_not_be() {
    let mut tally = Tally::of("(d) P5 nothing is shown that must not be");
    for seed in 0.. {
        let draft = shop(seed, ALL);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        let oracle = Oracle::of(recommender.model().base());
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let shown = ask(&mut recommender, &question);
            let (eligible, policy) = (eligible(&oracle, &question), policy(&draft, &question));
            let bit = PLACEMENTS.iter().position(|name| *name == question.placement).unwrap();
            for pick in &shown {
                let item = &draft.items[pick.item.index()];
                let plain = policy.stock[item.stock as usize] != StockUse::Hide
                    && item.hidden >> bit & 1 == 0
                    && !question.cart.contains(&item.sku)
                    && !question.exclude.contains(&item.sku)
                    && question.product.as_ref() != Some(&item.sku);
                let holds = plain && eligible.contains(&pick.item.0);
                tally.case(holds, || format!("shop {seed}, item {}: {question:?}", pick.item.0));
            }
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn a_short_list_could_not_be_longer() {
    let mut tally = Tally::of("(e) a list is short only where nothing eligible fits");
    for seed in 0.. {
        let mut draft = shop(seed, ALL & !FLOORS & !PINS & !RULE_PINS & !SWITCHES | CAPS);
        for (n, policy) in draft.policies.iter_mut().enumerate() {
            policy.limit = if n % 2 == 0 { 100 } else { 8 };
            if !policy.fallback.contains(&Rung::Popular) {
                policy.fallback.insert(seed as usize % (policy.fallback.len() + 1), Rung::Popular);
            }
        }
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        let oracle = Oracle::of(recommender.model().base());
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let (shown, policy) = (ask(&mut recommender, &question), policy(&draft, &question));
            if shown.len() >= usize::from(policy.limit).min(question.limit.unwrap_or(100) as usize) {
                continue;
            }
            let of = |item: u32| &draft.items[item as usize];
            let kinds = |item: u32| [of(item).class, of(item).brand, of(item).group];
            let caps = [policy.max_per_category, policy.max_per_brand, policy.max_per_group];
            let count =
                |n: usize, item: u32| shown.iter().filter(|pick| kinds(pick.item.0)[n] == kinds(item)[n]).count();
            let full = |item: u32| {
                (0..3).any(|n| caps[n] > 0 && kinds(item)[n].is_some() && count(n, item) >= usize::from(caps[n]))
            };
            let left =
                eligible(&oracle, &question).into_iter().find(|item| !items(&shown).contains(item) && !full(*item));
            tally.case(left.is_none(), || format!("shop {seed}, item {left:?} of {shown:?}: {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn answers_depend_on_the_question_alone() {
    let mut tally = Tally::of("P7 the same question has the same answer, whatever was asked between");
    for seed in 0.. {
        let draft = shop(seed, ALL);
        let (mut recommender, mut other, mut dice) = (opened(&draft), opened(&draft), Dice::new(seed, 9));
        let questions: Vec<Question> = (0..60).map(|_| question(&mut dice, &draft)).collect();
        let first: Vec<_> = questions.iter().map(|question| bits(&ask(&mut recommender, question))).collect();
        for (question, first) in questions.iter().zip(&first).rev() {
            let again = bits(&ask(&mut recommender, question));
            let holds = again == *first && bits(&ask(&mut other, question)) == *first;
            tally.case(holds, || format!("shop {seed}: {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

/// Compares the answer to a question with that to the same question said otherwise.
fn meaningless(promise: &'static str, features: u32, change: fn(&mut Dice, &mut Question)) {
    let mut tally = Tally::of(promise);
    for seed in 0.. {
        let draft = shop(seed, features);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let mut other = question.clone();
            change(&mut dice, &mut other);
            let holds = bits(&ask(&mut recommender, &question)) == bits(&ask(&mut recommender, &other));
            tally.case(holds, || format!("shop {seed}: {question:?}, {other:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn unknown_skus_are_ignored() {
    meaningless("P8 unknown SKUs change nothing", ALL & !LINES, |dice, question| {
        let at = dice.below(question.cart.len() as u32 + 1) as usize;
        question.cart.insert(at, "never heard of".into());
        if at < question.amounts.len() {
            question.amounts.insert(at, Amount::default());
        }
        let middle = question.recent.len() / 2;
        question.exclude.push("never heard of".into());
        question.recent.insert(middle, "\u{10FFFF}".into());
        question.history.insert(0, (String::new(), 1.0));
        question.product = question.product.take().or(Some("never heard of".into()));
        question.segment.push(("never heard of".into(), "x".into()));
    });
}

#[test]
fn the_order_of_a_cart_has_no_meaning() {
    meaningless("P9 the order of the cart has no meaning", ALL, |dice, question| {
        question.amounts.resize(question.cart.len(), Amount::default());
        for end in (1..question.cart.len()).rev() {
            let other = dice.below(end as u32 + 1) as usize;
            question.cart.swap(end, other);
            question.amounts.swap(end, other);
        }
        question.exclude.reverse();
    });
}

/// `draft` without item `gone`, which stands in no row and no list.
fn without(draft: &Draft, gone: usize) -> Draft {
    let mut draft = draft.clone();
    let moved = |item: ItemId| if item.index() > gone { ItemId(item.0 - 1) } else { item };
    draft.items.remove(gone);
    if !draft.rules.sets.signature_of.is_empty() {
        draft.rules.sets.signature_of.remove(gone);
    }
    for relation in &mut draft.relations {
        relation.rows.remove(gone);
        relation.rows.iter_mut().flatten().for_each(|edge| edge.item = moved(edge.item));
    }
    draft.class_pairs.iter_mut().flatten().for_each(|item| *item = moved(*item));
    draft
}

/// Takes an item out of all rows and lists, and off all shelves.
fn isolated(mut draft: Draft, gone: usize) -> Draft {
    for relation in &mut draft.relations {
        relation.rows[gone].clear();
        relation.rows.iter_mut().for_each(|row| row.retain(|edge| edge.item.index() != gone));
    }
    draft.class_pairs.iter_mut().for_each(|list| list.retain(|item| item.index() != gone));
    draft.items[gone].stock = StockState::Out;
    draft.policies.iter_mut().for_each(|policy| policy.stock[4] = StockUse::Hide);
    draft
}

#[test]
fn what_may_not_be_shown_changes_nothing_by_being_there() {
    let mut tally = Tally::of("P10 the catalog without an ineligible item gives the same list");
    for seed in 0.. {
        let mut dice = Dice::new(seed, 9);
        let draft = shop(seed, ALL & !PINS);
        let gone = 1 + dice.below(draft.items.len() as u32 - 1) as usize;
        let draft = isolated(draft, gone);
        let sold = |draft: &Draft| draft.items.iter().filter(|item| item.share > 0.0).count();
        let other = without(&draft, gone);
        // In a shop that sold nothing else no product is newer than another; prices of none are no prices.
        if sold(&draft) > 0 && sold(&other) == 0 || draft.items.iter().all(|item| item.card.price.is_none()) {
            continue;
        }
        let (mut recommender, mut less) = (opened(&draft), opened(&other));
        for _ in 0..60 {
            let question = question(&mut dice, &other);
            let shown = bits(&ask(&mut recommender, &question));
            let moved = |item: u32| if item as usize > gone { item - 1 } else { item };
            let expected: Vec<_> = shown.iter().map(|(item, a, b, c)| (moved(*item), *a, *b, *c)).collect();
            let holds = bits(&ask(&mut less, &question)) == expected;
            tally.case(holds, || format!("shop {seed} without {gone}: {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn a_page_shows_nothing_twice() {
    let mut tally = Tally::of("a page shows no product twice, and no more live blocks than it may");
    for seed in 0.. {
        let draft = shop(seed, ALL);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        let most = usize::from(draft.terms.max_live_placements);
        for _ in 0..20 {
            let mut page = recommender.page();
            let (mut seen, mut groups, mut live) = (BTreeSet::new(), BTreeSet::new(), 0);
            for _ in 0..1 + dice.below(5) {
                let question = question(&mut dice, &draft);
                let shown = question.with(|request| page.recommend(request).unwrap().picks.to_vec());
                live += usize::from(!shown.is_empty());
                let group = |pick: &Pick| draft.items[pick.item.index()].group;
                let fresh = shown
                    .iter()
                    .all(|pick| !seen.contains(&pick.item) && group(pick).is_none_or(|group| !groups.contains(&group)));
                seen.extend(shown.iter().map(|pick| pick.item));
                groups.extend(shown.iter().filter_map(group));
                tally.case(fresh && (most == 0 || live <= most), || format!("shop {seed}: {question:?}"));
            }
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}
