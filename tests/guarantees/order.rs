//! What objective, boosts, caps and variety may do to the order of a list.

use super::support::shops::*;
use super::{Tally, ask, items, opened};
use endcap::bundle::*;
use endcap::placement::Recommender;
use endcap::rank::{Pick, Reason};
use endcap::shop::ItemId;

/// Everything but pins, which stand outside every promise about order.
const UNPINNED: u32 = ALL & !PINS & !RULE_PINS & !SWITCHES;
/// The same placements without limits, caps, variety and objective.
const WIDE: [&str; 5] = ["cart*", "pdp_complements*", "pdp_similar*", "post_purchase*", "bestsellers*"];

/// Gives each placement a twin that shows all that may be shown by relevance alone.
fn with_twins(mut draft: Draft) -> Draft {
    for (at, twin) in WIDE.into_iter().enumerate() {
        draft.policies.push(Policy {
            placement: twin.into(),
            limit: 100,
            objective: Objective::Relevance,
            max_relevance_loss: 0.0,
            max_per_category: 0,
            max_per_brand: 0,
            max_per_group: 0,
            diversity: 0.0,
            ..draft.policies[at].clone()
        });
    }
    let twin =
        |line: &Calibration| Calibration { placement: format!("{}*", line.placement), knots: line.knots.clone() };
    let twins: Vec<_> = draft.calibration.iter().map(twin).collect();
    draft.calibration.extend(twins);
    draft.rules.rules.iter_mut().for_each(|rule| rule.placements |= rule.placements << 5);
    draft.items.iter_mut().for_each(|item| item.hidden |= item.hidden << 5);
    draft
}

fn twin(question: &Question) -> Question {
    let at = PLACEMENTS.iter().position(|name| *name == question.placement).unwrap();
    Question { placement: WIDE[at], limit: None, ..question.clone() }
}

/// For each item a rule of its own that holds where the visitor's `lever` is the item's number.
fn with_levers(mut draft: Draft, effect: Effect) -> Draft {
    let Sets { signature_of, signatures } = std::mem::take(&mut draft.rules.sets);
    let mut sets = Sets { signature_of: vec![], signatures: vec![vec![]] };
    for n in 0..draft.items.len() {
        let before = signature_of.get(n).map_or(&[][..], |signature| &signatures[*signature as usize]);
        sets.signature_of.push(n as u32 + 1);
        sets.signatures.push(before.iter().copied().chain([100 + n as u16]).collect());
        draft.rules.rules.push(CompiledRule {
            placements: 0b1_1111,
            selector: Selector { set: 100 + n as u16, price: None, states: EVERY_STATE, age: None },
            unless: None,
            when: Condition { segment: vec![("lever".into(), vec![n.to_string()])], ..Condition::default() },
            effect,
        });
    }
    draft.rules.sets = sets;
    draft
}

fn pull(question: &Question, item: usize) -> Question {
    let mut pulled = question.clone();
    pulled.segment.push(("lever".into(), item.to_string()));
    pulled
}

fn rank(picks: &[Pick], item: usize) -> usize {
    picks.iter().position(|pick| pick.item.index() == item).unwrap_or(usize::MAX)
}

/// An item that is shown, or any.
fn some_item(dice: &mut Dice, draft: &Draft, shown: &[Pick]) -> usize {
    match shown.is_empty() || dice.one_in(4) {
        true => dice.below(draft.items.len() as u32) as usize,
        false => dice.of(shown).item.index(),
    }
}

/// (a) for boosts, and its mirror for what buries.
fn levers(promise: &'static str, effect: Effect, keeps: fn(usize, usize) -> bool) {
    let mut tally = Tally::of(promise);
    for seed in 0.. {
        let draft = with_levers(shop(seed, UNPINNED | OBJECTIVE), effect);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let before = ask(&mut recommender, &question);
            let item = some_item(&mut dice, &draft, &before);
            let after = ask(&mut recommender, &pull(&question, item));
            let (was, is) = (rank(&before, item), rank(&after, item));
            if was.min(is) < usize::MAX {
                tally.case(keeps(was, is), || format!("shop {seed}, item {item}, {was} to {is}: {question:?}"));
            }
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn a_boost_never_lowers_a_rank() {
    levers("(a) P1 a boost never lowers a rank", Effect::Boost(1.5), |was, is| is <= was);
}

#[test]
fn what_is_buried_never_rises() {
    levers("what is buried never rises", Effect::Bury(0.5), |was, is| is >= was);
}

#[test]
fn a_higher_value_never_lowers_a_rank() {
    let mut tally = Tally::of("(a) P1 a higher value class never lowers a rank");
    for seed in 0.. {
        let mut draft = shop(seed, UNPINNED);
        draft.policies.iter_mut().for_each(|policy| policy.objective = Objective::Margin);
        let (mut plain, mut raised, mut dice) = (opened(&draft), opened(&draft), Dice::new(seed, 9));
        let mut back: Option<ItemChange> = None;
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let before = ask(&mut plain, &question);
            let item = some_item(&mut dice, &draft, &before);
            let own = draft.items[item].value.unwrap_or(0);
            let class = own + dice.below(8 - u32::from(own)) as u8;
            let valued =
                |class| ItemChange { sku: draft.items[item].sku.clone(), value: Some(class), ..ItemChange::default() };
            revalue(&mut raised, valued(class), back.replace(valued(own)));
            let after = ask(&mut raised, &question);
            let (was, is) = (rank(&before, item), rank(&after, item));
            if was.min(is) < usize::MAX {
                tally.case(is <= was, || format!("shop {seed}, item {item}, {was} to {is}: {question:?}"));
            }
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

/// Gives an item another value, and the one before it its own again.
fn revalue(recommender: &mut Recommender<Vec<u8>>, item: ItemChange, back: Option<ItemChange>) {
    let mut items: Vec<ItemChange> = back.into_iter().filter(|back| back.sku != item.sku).collect();
    items.push(item);
    items.sort_by(|a, b| a.sku.cmp(&b.sku));
    let overlay = OverlayDraft { currency: "XXX".into(), items, ..OverlayDraft::default() };
    recommender.patch_locally(&overlay::encode(&overlay).unwrap()).unwrap();
}

/// Whether caps, and the places of new products, let `item` stand behind `picks`.
fn admits(draft: &Draft, policy: &Policy, picks: &[Pick], item: ItemId) -> bool {
    fits(draft, policy, picks, item) && !must_wait(draft, policy, picks, item)
}

fn fits(draft: &Draft, policy: &Policy, picks: &[Pick], item: ItemId) -> bool {
    let of = |item: ItemId| &draft.items[item.index()];
    let kinds = |item: ItemId| [of(item).class, of(item).brand, of(item).group];
    let caps = [policy.max_per_category, policy.max_per_brand, policy.max_per_group];
    let full = |n: usize| {
        let (cap, own) = (usize::from(caps[n]), kinds(item)[n]);
        cap > 0 && own.is_some() && picks.iter().filter(|pick| kinds(pick.item)[n] == own).count() >= cap
    };
    !(0..3).any(full) && picks.iter().all(|pick| pick.item != item)
}

fn must_wait(draft: &Draft, policy: &Policy, picks: &[Pick], item: ItemId) -> bool {
    let sold = draft.items[0].share > 0.0 && policy.strategy != Strategy::Replenish;
    let new = |item: ItemId| sold && draft.items[item.index()].share == 0.0;
    new(item) && picks.iter().filter(|pick| new(pick.item)).count() > picks.len() / 4
}

fn policy<'a>(draft: &'a Draft, question: &Question) -> &'a Policy {
    draft.policies.iter().find(|policy| policy.placement == question.placement).unwrap()
}

#[test]
fn every_place_is_worth_its_share_of_the_best_that_was_free() {
    let mut tally = Tally::of("(b) at every place p ≥ (1−ε)(1−η) of the best free one");
    for seed in 0.. {
        let mut draft = shop(seed, UNPINNED | if seed % 2 == 0 { OBJECTIVE } else { 0 });
        draft.policies.iter_mut().for_each(|policy| policy.fallback = vec![]);
        let draft = with_twins(draft);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let (shown, all) = (ask(&mut recommender, &question), ask(&mut recommender, &twin(&question)));
            let policy = policy(&draft, &question);
            let keeps = f64::from(1.0 - policy.max_relevance_loss) * f64::from(1.0 - policy.diversity);
            for (place, pick) in shown.iter().enumerate() {
                let before = &shown[..place];
                // What has to wait, and what no evidence speaks for, comes by other rules.
                if pick.parts.raw <= 0.0 || must_wait(&draft, policy, before, pick.item) {
                    break;
                }
                let free = all.iter().filter(|other| {
                    other.parts.raw > 0.0
                        && (pick.relaxed || !other.relaxed)
                        && admits(&draft, policy, before, other.item)
                });
                let (mut p, mut score) = (0f32, 0f32);
                free.for_each(|other| (p, score) = (p.max(other.parts.relevance), score.max(other.score)));
                let enough = |own: f32, best: f32| f64::from(own) * (1.0 + 1e-6) >= keeps * f64::from(best);
                let holds = enough(pick.parts.relevance, p) && enough(pick.score, score);
                let policy = (policy.max_relevance_loss, policy.diversity, policy.objective);
                tally.case(holds, || {
                    format!("shop {seed}, place {place}, {policy:?}, {pick:?} for {p} {score} of {all:?}: {question:?}")
                });
            }
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn every_rank_is_worth_its_share_of_the_capped_ideal() {
    let mut tally = Tally::of("(b) P2 rank by rank p ≥ (1−ε) of the ideal under the same cap");
    for seed in 0.. {
        let mut draft = shop(seed, UNPINNED & !VARIETY & !NEW & !WINDOWS | OBJECTIVE | CAPS);
        for (n, policy) in draft.policies.iter_mut().enumerate() {
            policy.fallback = vec![];
            let one = |family: usize, cap: u16| if (n + seed as usize) % 4 == family { cap } else { 0 };
            policy.max_per_category = one(0, policy.max_per_category);
            policy.max_per_brand = one(1, policy.max_per_brand);
            policy.max_per_group = one(2, policy.max_per_group);
        }
        let draft = with_twins(draft);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let (shown, all) = (ask(&mut recommender, &question), ask(&mut recommender, &twin(&question)));
            let policy = policy(&draft, &question);
            let mut ideal: Vec<Pick> = Vec::new();
            for pick in all.iter().filter(|pick| pick.parts.raw > 0.0) {
                if fits(&draft, policy, &ideal, pick.item) {
                    ideal.push(*pick);
                }
            }
            for (place, (pick, best)) in shown.iter().zip(&ideal).enumerate() {
                let keeps = f64::from(1.0 - policy.max_relevance_loss);
                let enough = |own: f32, best: f32| f64::from(own) * (1.0 + 1e-6) >= keeps * f64::from(best);
                let holds = enough(pick.parts.relevance, best.parts.relevance) && enough(pick.score, best.score);
                tally.case(holds, || format!("shop {seed}, place {place}: {question:?}"));
            }
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn without_a_loss_the_order_is_pure() {
    let mut tally = Tally::of("(c) P3 with ε = 0 objective and boosts change nothing");
    for seed in 0.. {
        let mut draft = shop(seed, UNPINNED);
        draft.policies.iter_mut().for_each(|policy| policy.max_relevance_loss = 0.0);
        let mut pure = draft.clone();
        pure.policies.iter_mut().for_each(|policy| policy.objective = Objective::Relevance);
        pure.rules.rules.retain(|rule| !matches!(rule.effect, Effect::Boost(_)));
        pure.items.iter_mut().for_each(|item| item.value = None);
        (pure.terms.free_shipping_at, pure.terms.price_knots) = (None, vec![]);
        let (mut recommender, mut pure, mut dice) = (opened(&draft), opened(&pure), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let (shown, expected) = (ask(&mut recommender, &question), ask(&mut pure, &question));
            let bits = |picks: &[Pick]| -> Vec<u32> { picks.iter().map(|pick| pick.score.to_bits()).collect() };
            let policy = policy(&draft, &question);
            let voted =
                |pick: &&Pick| [Reason::BoughtTogether, Reason::Similar, Reason::BoughtBefore].contains(&pick.reason);
            let voted: Vec<&Pick> = shown.iter().filter(voted).filter(|pick| !pick.relaxed).collect();
            let key = |pick: &Pick| (pick.parts.relevance, pick.parts.raw, std::cmp::Reverse(pick.item));
            let sorted = policy.diversity > 0.0 || voted.windows(2).all(|pair| key(pair[0]) > key(pair[1]));
            let holds = sorted && items(&shown) == items(&expected) && bits(&shown) == bits(&expected);
            tally.case(holds, || format!("shop {seed}: {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn the_scale_of_weights_has_no_meaning() {
    let mut tally = Tally::of("P4 weights times 2^k give the same list");
    for seed in 0.. {
        let draft = shop(seed, UNPINNED & !CALIBRATED & !PRIORS & !FLOORS);
        let factor = [0.125, 0.5, 2.0, 8.0][seed as usize % 4];
        let mut scaled = draft.clone();
        let edges = scaled.relations.iter_mut().flat_map(|relation| relation.rows.iter_mut().flatten());
        edges.for_each(|edge| edge.weight *= factor);
        let (mut recommender, mut scaled, mut dice) = (opened(&draft), opened(&scaled), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let (shown, found) = (ask(&mut recommender, &question), ask(&mut scaled, &question));
            let same = |(one, other): (&Pick, &Pick)| {
                let voted = [Reason::BoughtTogether, Reason::Similar, Reason::New].contains(&one.reason);
                let factor = if voted { factor } else { 1.0 };
                one.reason == other.reason && one.score * factor == other.score
            };
            let holds = items(&shown) == items(&found) && shown.iter().zip(&found).all(same);
            tally.case(holds, || format!("shop {seed}: {question:?}"));
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}

#[test]
fn caps_hold() {
    let mut tally = Tally::of("(d) P6 no more of a category, brand or product than caps allow");
    for seed in 0.. {
        let draft = shop(seed, UNPINNED | CAPS | BRANDS | CLASSES);
        let (mut recommender, mut dice) = (opened(&draft), Dice::new(seed, 9));
        for _ in 0..60 {
            let question = question(&mut dice, &draft);
            let (shown, policy) = (ask(&mut recommender, &question), policy(&draft, &question));
            for place in 0..shown.len() {
                let holds = fits(&draft, policy, &shown[..place], shown[place].item);
                tally.case(holds, || format!("shop {seed}, place {place}: {question:?}"));
            }
            let short = shown.len() <= usize::from(policy.limit).min(question.limit.unwrap_or(100) as usize);
            assert!(short, "shop {seed}: {question:?}");
        }
        if tally.is_done() {
            return tally.end();
        }
    }
}
