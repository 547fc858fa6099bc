//! Ranking from outside: every answer equals that of a slow, obvious oracle, and every promise holds on any request.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/oracle.rs"]
mod oracle;
mod support;

use endcap::bundle::overlay::encode;
use endcap::bundle::{
    Blend, Calibration, CompiledRule, Condition, Draft, DraftClass, DraftPin, EVERY_ITEM, EVERY_STATE, Effect, Knot,
    Match, Policy, RelationKind, Repeat, Rule, Rung, SameCategory, Selector, Span, Test, Tuning, Verdict, When, write,
};
use endcap::placement::{FallbackReason, Recommender, Request};
use endcap::rank::Reason;
use endcap::shop::{ItemId, StockState};
use oracle::{Answer, Expected, Oracle};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::HashSet;
use support::shops::{ALL, PLACEMENTS, Question, RULES, dress, overlay};
use support::{noise, relation, six};

/// Numbers of items that a request may hold; those beyond the model are unknown to it.
const NUMBERS: u32 = 130;

impl Question {
    /// Asks, and copies the answer out.
    fn ask<D: AsRef<[u8]>>(&self, recommender: &mut Recommender<D>) -> Answer {
        self.with(|request| answer(recommender, request))
    }
}

fn answer<D: AsRef<[u8]>>(recommender: &mut Recommender<D>, request: &Request<'_>) -> Answer {
    copied(&recommender.recommend(request).expect("a placement of the bundle"))
}

fn copied(answer: &endcap::placement::Answer<'_>) -> Answer {
    let pick = |pick: &endcap::rank::Pick| Expected {
        item: pick.item.0,
        bits: pick.score.to_bits(),
        reason: pick.reason,
        relaxed: pick.relaxed,
        because: pick.because().map(|item| item.0).collect(),
    };
    assert_eq!(answer.fallback.is_some(), answer.fallback_reason.is_some());
    Answer {
        picks: answer.picks.iter().map(pick).collect(),
        rung: answer.fallback,
        popular: answer.fallback_reason,
        due: answer.due,
        silent: answer.silent,
    }
}

fn skus(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec((0..NUMBERS).prop_map(|n| format!("SKU-{n:05}")), 0..=most)
}

fn questions() -> impl Strategy<Value = Question> {
    let days = prop_oneof![
        4 => 0f32..2000.0,
        1 => select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -5.0, -0.0, f32::MAX, 1e-30, 3000.0]),
    ];
    let history = prop::collection::vec(((0..NUMBERS).prop_map(|n| format!("SKU-{n:05}")), days), 0..12);
    let product = prop::option::of((0..NUMBERS).prop_map(|n| format!("SKU-{n:05}")));
    let limit = prop_oneof![4 => Just(None), 3 => (0u32..12).prop_map(Some), 1 => Just(Some(u32::MAX))];
    let cart = prop_oneof![3 => skus(4), 2 => skus(14), 1 => skus(150)];
    (select(&PLACEMENTS[..]), cart, product, skus(14), history, skus(9), limit).prop_map(
        |(placement, mut cart, product, recent, history, exclude, limit)| {
            // A third of the products also lie in the cart.
            if let Some(product) = product.iter().find(|sku| sku.ends_with(['1', '4', '7'])) {
                cart.push(product.clone());
            }
            Question { placement, cart, product, recent, history, exclude, limit, ..Question::default() }
        },
    )
}

fn factor() -> impl Strategy<Value = f32> {
    prop_oneof![1 => Just(0.0f32), 2 => 0.01f32..3.0]
}

fn blend() -> impl Strategy<Value = Blend> {
    (factor(), factor(), factor()).prop_map(|(cart, together, prior)| Blend { cart, together, prior })
}

fn tunings() -> impl Strategy<Value = Tuning> {
    let decay = prop::collection::vec(factor(), 0..=10);
    (prop::array::uniform5(blend()), blend(), decay, select(vec![0.0f32, 0.5, 30.0, 365.0]), factor()).prop_map(
        |(cart, product, view_decay, half_life_days, prior)| Tuning {
            cart,
            product,
            view_decay,
            repeat: Repeat { half_life_days, prior, ..support::tuning().repeat },
        },
    )
}

/// 2 to 16 knots for each placement, or none. Scores of drafts lie between 0 and some hundred.
fn calibrations() -> impl Strategy<Value = Vec<Calibration>> {
    let line = (prop::collection::btree_set(0u32..5000, 2..=16), prop::collection::btree_set(0u32..=1000, 16));
    let lines = prop::array::uniform5(prop::option::of(line));
    lines.prop_map(|lines| {
        let named = PLACEMENTS.into_iter().zip(lines);
        let made = named.filter_map(|(placement, line)| {
            let (scores, probabilities) = line?;
            let knots = scores.into_iter().zip(probabilities).map(|(score, probability)| Knot {
                score: score as f32 / 700.0,
                probability: probability as f32 / 1000.0,
            });
            Some(Calibration { placement: placement.into(), knots: knots.collect() })
        });
        made.collect()
    })
}

/// What a shop of `items` put beside what: at most 8 pins a product and placement, none twice.
fn pins(items: u32) -> impl Strategy<Value = Vec<DraftPin>> {
    let slot = prop_oneof![3 => 1u8..5, 1 => 1u8..=100];
    // Few products, so that a cart holds several and a product has many.
    let pin = (select(&PLACEMENTS[..]), 0..items.min(20), slot, 0..items);
    let sorted = prop::collection::vec(pin, 0..120).prop_map(|mut pins| {
        pins.retain(|(_, product, _, item)| product != item);
        pins.sort_by_key(|(placement, product, _, item)| (*placement, *product, *item));
        pins.dedup_by_key(|(placement, product, _, item)| (*placement, *product, *item));
        let same = |a: &(&str, u32, u8, u32), b: &(&str, u32, u8, u32)| (a.0, a.1) == (b.0, b.1);
        let kept = pins.chunk_by(same).flat_map(|of_product| of_product.iter().take(8));
        kept.map(|(placement, product, slot, item)| DraftPin {
            placement: (*placement).into(),
            product: ItemId(*product),
            slot: *slot,
            item: ItemId(*item),
        })
        .collect()
    });
    prop_oneof![1 => Just(vec![]), 1 => sorted]
}

/// Models of up to 120 items with random settings; some lack a relation, some have equal priors, some few in stock, some
/// have new products, and each may lack any of what is optional.
fn drafts() -> impl Strategy<Value = Draft> {
    (plain_drafts(), calibrations(), select(vec![0usize, 2, 7, 1000]), any::<bool>(), 0u8..8).prop_flat_map(
        |(mut draft, calibration, sold, gaps, refused)| {
            draft.calibration = calibration;
            for (n, item) in draft.items.iter_mut().enumerate() {
                item.share = if n < sold { item.share } else { 0.0 };
                item.gap_days = (gaps && n % 3 > 0).then_some((n * n % 900) as u16);
            }
            for note in &mut draft.manifest.relations {
                note.verdict = if refused & (1 << note.kind as u8) == 0 { Verdict::Signal } else { Verdict::NoSignal };
            }
            pins(draft.items.len() as u32).prop_map(move |pins| Draft { pins, ..draft.clone() })
        },
    )
}

/// Drafts with some of what a shop may have; a failure shrinks to the features that matter.
fn dressed() -> impl Strategy<Value = Draft> {
    let features = prop_oneof![2 => 0..=ALL, 1 => Just(ALL), 1 => (0..=ALL).prop_map(|features| features | RULES)];
    (drafts(), any::<u64>(), features).prop_map(|(mut draft, seed, features)| {
        dress(&mut draft, seed, features & !support::shops::PINS);
        draft
    })
}

fn rungs(popular: bool) -> Vec<Rung> {
    if popular { vec![Rung::Popular] } else { vec![] }
}

fn plain_drafts() -> impl Strategy<Value = Draft> {
    let policy = (
        1u16..=12,
        select(vec![SameCategory::Allow, SameCategory::Block, SameCategory::UnlessVaried]),
        prop_oneof![3 => Just(0.0f32), 1 => 0.001f32..0.8],
        prop::bool::weighted(0.7),
    );
    let shape = (1u32..=120, 0u32..12, any::<u64>());
    (shape, tunings(), prop::array::uniform5(policy), 0u8..8, any::<bool>(), select(vec![50u32, 3])).prop_map(
        |((items, degree, seed), tuning, policies, held, equal, scarce)| {
            let mut draft = noise(items, degree, seed);
            draft.tuning = tuning;
            for (policy, (limit, same_category, min_relevance, popular)) in draft.policies.iter_mut().zip(policies) {
                *policy = Policy { limit, same_category, min_relevance, fallback: rungs(popular), ..policy.clone() };
            }
            draft.relations.retain(|relation| held & (1 << relation.kind as u8) == 0 || held < 4);
            for (n, item) in draft.items.iter_mut().enumerate() {
                item.share = if equal { 0.1 } else { item.share };
                item.stock = if n as u32 % scarce == scarce - 1 { StockState::Out } else { item.stock };
                item.class = item.class.filter(|_| n % 5 != 4);
            }
            draft
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Items, order, score bits, reasons, what they are shown for, and the rung.
    #[test]
    fn answers_are_the_oracles(draft in drafts(), asked in prop::collection::vec(questions(), 1..12)) {
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let oracle = Oracle::of(recommender.model().base());
        for question in asked {
            let expected = question.with(|request| oracle.answer(request));
            prop_assert_eq!(question.ask(&mut recommender), expected, "{:?}", question);
        }
    }

    /// The same with everything that a shop may switch on: windows of prices, stock, guards, masks, rules, brands, caps,
    /// variety, an objective, rungs, floors; before an overlay and after it, on pages too.
    #[test]
    fn answers_with_everything_on_are_the_oracles(
        draft in dressed(),
        asked in prop::collection::vec((questions(), any::<u64>()), 1..8),
        patch in prop::option::of(any::<u64>()),
    ) {
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let mut oracle = Oracle::of(recommender.model().base());
        if let Some(seed) = patch {
            let overlay = overlay(&draft, seed, 7);
            prop_assert!(recommender.patch(&encode(&overlay).unwrap()).unwrap().changed);
            oracle.shop.patch(&overlay);
        }
        let asked: Vec<Question> = asked.into_iter().map(|(mut question, seed)| {
            question.dress(seed);
            question
        }).collect();
        for question in &asked {
            let expected = question.with(|request| oracle.answer(request));
            prop_assert_eq!(question.ask(&mut recommender), expected, "{:?}", question);
        }
        let mut page = recommender.page();
        let mut blocks = Vec::new();
        for question in &asked {
            blocks.push(question.with(|request| copied(&page.recommend(request).unwrap())));
        }
        prop_assert_eq!(blocks, oracle.page(&asked), "a page of {:?}", asked);
    }

    /// Hard eligibility, checked on the answer alone.
    #[test]
    fn nothing_is_shown_that_must_not_be(draft in drafts(), question in questions()) {
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let shown = question.ask(&mut recommender).picks;
        let number = |sku: &String| draft.items.iter().position(|item| item.sku == *sku);
        let held: Vec<usize> = question.cart.iter().chain(&question.product).filter_map(number).collect();
        let excluded: Vec<usize> = question.exclude.iter().filter_map(number).collect();
        let bought: Vec<usize> = question.history.iter().map(|(sku, _)| sku).filter_map(number).collect();
        let explores = held.is_empty() && ["cart", "pdp_complements"].contains(&question.placement);
        let mut groups = HashSet::new();
        for pick in &shown {
            let at = pick.item as usize;
            let item = &draft.items[at];
            prop_assert!(!held.contains(&at), "in the cart, or the product itself");
            prop_assert!(!excluded.contains(&at), "excluded");
            prop_assert!(!explores || !bought.contains(&at), "in the history of an explore list");
            prop_assert!(item.stock != StockState::Out, "sold out");
            if let Some(group) = item.group {
                prop_assert!(held.iter().all(|other| draft.items[*other].group != Some(group)), "a variant of the cart");
                prop_assert!(groups.insert(group), "two variants of one product");
            }
            prop_assert!(!f32::from_bits(pick.bits).is_nan() && f32::from_bits(pick.bits) >= 0.0);
        }
        let unique: HashSet<u32> = shown.iter().map(|pick| pick.item).collect();
        prop_assert_eq!(unique.len(), shown.len());
    }

    #[test]
    fn what_votes_is_ordered_by_score_then_item(draft in drafts(), question in questions()) {
        let draft = Draft { calibration: vec![], pins: vec![], ..draft };
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let shown = question.ask(&mut recommender).picks;
        // New products may have to wait; among themselves they stand in order too.
        for new in [false, true] {
            let voted: Vec<_> = shown
                .iter()
                .filter(|pick| (pick.reason == Reason::New) == new)
                .take_while(|pick| pick.reason != Reason::Popular)
                .collect();
            for pair in voted.windows(2) {
                let (first, second) = (f32::from_bits(pair[0].bits), f32::from_bits(pair[1].bits));
                prop_assert!(first > second || (first == second && pair[0].item < pair[1].item));
            }
        }
    }

    /// A calibration changes what a score says and nothing else: not what is shown, not in which order, not why.
    #[test]
    fn a_calibration_changes_no_order(draft in drafts(), asked in prop::collection::vec(questions(), 1..6)) {
        let mut draft = draft;
        draft.policies.iter_mut().for_each(|policy| policy.min_relevance = 0.0);
        let plain = Draft { calibration: vec![], ..draft.clone() };
        let mut calibrated = Recommender::open(write(&draft).unwrap()).unwrap();
        let mut plain = Recommender::open(write(&plain).unwrap()).unwrap();
        for question in asked {
            let (found, expected) = (question.ask(&mut calibrated), question.ask(&mut plain));
            let shown = |answer: &Answer| -> Vec<_> {
                answer.picks.iter().map(|pick| (pick.item, pick.reason, pick.because.clone())).collect()
            };
            prop_assert_eq!(shown(&found), shown(&expected));
            prop_assert_eq!((found.popular, found.due), (expected.popular, expected.due));
            let line = draft.calibration.iter().find(|line| line.placement == question.placement);
            for (pick, before) in found.picks.iter().zip(&expected.picks) {
                let (worth, score) = (f32::from_bits(pick.bits), f32::from_bits(before.bits));
                prop_assert!(line.is_none() || (0.0..=1.0).contains(&worth));
                prop_assert!(line.is_some() || pick.bits == before.bits);
                // Best sellers behind the others and pins have a rule of their own.
                if let Some(line) = line.filter(|_| pick.reason != Reason::Popular && pick.reason != Reason::Pinned) {
                    prop_assert_eq!(worth.to_bits(), line.probability(score).to_bits());
                }
            }
        }
    }

    /// Where the placement is calibrated and neither pins nor new products stand out of turn, a score is never above the
    /// one before it, best sellers included.
    #[test]
    fn probabilities_of_a_list_never_rise(draft in drafts(), question in questions()) {
        let mut draft = Draft { pins: vec![], ..draft };
        draft.items.iter_mut().enumerate().for_each(|(n, item)| item.share = 0.5 / (n + 1) as f32);
        draft.calibration.retain(|line| line.placement == question.placement);
        if draft.calibration.is_empty() {
            return Ok(());
        }
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let worth: Vec<f32> = question.ask(&mut recommender).picks.iter().map(|pick| f32::from_bits(pick.bits)).collect();
        prop_assert!(worth.windows(2).all(|pair| pair[0] >= pair[1]), "{:?}", worth);
    }

    /// In the first 4k places stand at most k new products, or nothing but new products is left.
    #[test]
    fn new_products_take_one_place_in_four(draft in drafts(), question in questions()) {
        let draft = Draft { pins: vec![], ..draft };
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let shown = question.ask(&mut recommender).picks;
        let sold = draft.items.iter().filter(|item| item.share > 0.0).count();
        let new = |pick: &Expected| sold > 0 && question.placement != "post_purchase" && pick.item as usize >= sold;
        let mut found = 0;
        for (at, pick) in shown.iter().enumerate() {
            found += usize::from(new(pick));
            let crowded = new(pick) && found > at / 4 + 1;
            prop_assert!(!crowded || shown[at..].iter().all(new), "place {} of {:?}", at + 1, shown);
            prop_assert!(pick.reason != Reason::New || new(pick));
        }
    }

    /// A pin stands in its slot, or at the end of a shorter list, unless a lower one of its list pushed it on.
    #[test]
    fn pins_stand_where_the_shop_wants_them(draft in drafts(), question in questions()) {
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let policy = draft.policies.iter().find(|policy| policy.placement == question.placement).unwrap();
        let limit = question.limit.unwrap_or(u32::MAX).min(u32::from(policy.limit)) as usize;
        let shown = question.ask(&mut recommender).picks;
        prop_assert!(shown.len() <= limit);
        let bare = Draft { pins: vec![], ..draft.clone() };
        let without = question.ask(&mut Recommender::open(write(&bare).unwrap()).unwrap()).picks;
        prop_assert!(shown.len() >= without.len(), "a pin never makes a list shorter");
        let pins = shown.iter().enumerate().filter(|(_, pick)| pick.reason == Reason::Pinned);
        for (pinned, (at, pick)) in pins.enumerate() {
            let by = pick.because[0];
            let own = |pin: &&DraftPin| (pin.product.0, pin.item.0) == (by, pick.item);
            let slot = draft.pins.iter().filter(own).find(|pin| pin.placement == question.placement).unwrap().slot;
            prop_assert!(at + 1 >= usize::from(slot).min(pinned + 1));
            prop_assert!(at < usize::from(slot) + pinned, "place {} for slot {}", at + 1, slot);
        }
        let rest = |list: &[Expected]| -> Vec<u32> {
            list.iter().filter(|pick| pick.reason != Reason::Pinned).map(|pick| pick.item).collect()
        };
        let (rest, all) = (rest(&shown), rest(&without));
        let mut kept = all.iter().filter(|item| rest.contains(item));
        prop_assert!(rest.iter().all(|item| kept.next() == Some(item)), "the others keep their order");
    }

    /// The order of the cart, its repetitions and SKUs that nobody knows have no meaning.
    #[test]
    fn a_cart_is_a_set_of_known_skus(
        draft in drafts(),
        question in questions(),
        shuffled in any::<prop::sample::Index>(),
        repeated in any::<prop::sample::Index>(),
    ) {
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let expected = question.ask(&mut recommender);
        let mut other = question.clone();
        if !other.cart.is_empty() {
            let twice = other.cart[repeated.index(other.cart.len())].clone();
            other.cart.push(twice);
            let at = shuffled.index(other.cart.len());
            other.cart.rotate_left(at);
            other.cart.reverse();
        }
        prop_assert_eq!(other.ask(&mut recommender), expected.clone(), "order or repetition changed the answer");
        for list in [&mut other.cart, &mut other.recent, &mut other.exclude] {
            list.insert(list.len() / 2, "no such thing".into());
            list.push("\u{10FFFF}".into());
            list.insert(0, String::new());
        }
        other.history.push(("no such thing".into(), 1.0));
        other.product = other.product.or(Some("no such thing".into()));
        prop_assert_eq!(other.ask(&mut recommender), expected, "unknown SKUs changed the answer");
    }

    #[test]
    fn a_list_is_as_long_as_it_can_be(draft in drafts(), question in questions()) {
        let mut draft = draft;
        draft.policies.iter_mut().for_each(|policy| {
            policy.fallback = vec![Rung::Popular];
            policy.min_relevance = 0.0;
        });
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let oracle = Oracle::of(recommender.model().base());
        let policy = draft.policies.iter().find(|policy| policy.placement == question.placement).unwrap();
        let mut asked = question.with(|request| oracle.shop.read(request));
        if asked.explores(policy.strategy) {
            asked.take_last_order();
        }
        let eligible = oracle.shop.eligible(policy, &asked);
        let groups: HashSet<_> = eligible.iter().filter_map(|item| draft.items[*item as usize].group).collect();
        let single = eligible.iter().filter(|item| draft.items[**item as usize].group.is_none()).count();
        let wanted = question.limit.unwrap_or(u32::MAX).min(u32::from(policy.limit)) as usize;
        let answer = question.ask(&mut recommender);
        prop_assert_eq!(answer.picks.len(), wanted.min(single + groups.len()));
    }

    #[test]
    fn the_fallback_is_told_when_a_best_seller_is_shown(draft in drafts(), question in questions()) {
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let answer = question.ask(&mut recommender);
        let best_sellers = answer.picks.iter().any(|pick| pick.reason == Reason::Popular);
        prop_assert_eq!(answer.popular.is_some(), best_sellers && question.placement != "bestsellers");
    }

    /// A shorter limit is the longer list cut, where no fallback rung mixes in below a floor.
    #[test]
    fn a_limit_cuts_from_the_end(draft in drafts(), question in questions(), limit in 0u32..12) {
        let mut draft = Draft { pins: vec![], ..draft };
        draft.policies.iter_mut().for_each(|policy| policy.min_relevance = 0.0);
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let whole = Question { limit: None, ..question.clone() }.ask(&mut recommender).picks;
        let cut = Question { limit: Some(limit), ..question }.ask(&mut recommender).picks;
        prop_assert_eq!(&cut[..], &whole[..whole.len().min(limit as usize)]);
    }
}

/// A shop in which item n and item n + half are variants of one product.
fn pairs(half: u32) -> Draft {
    let mut draft = noise(2 * half, 4, 21);
    for (n, item) in draft.items.iter_mut().enumerate() {
        item.group = Some(1 + n as u32 % half);
        item.class = None;
        item.stock = StockState::InStock;
    }
    draft
}

#[test]
fn ten_thousand_lines_are_a_cart_like_any_other() {
    let draft = noise(6000, 16, 5);
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let oracle = Oracle::of(recommender.model().base());
    for placement in PLACEMENTS {
        let cart: Vec<String> = (0..10_000).map(|n| format!("SKU-{:05}", (n * 31) % 5400)).collect();
        let question = Question { placement, cart, ..Question::default() };
        let found = question.ask(&mut recommender);
        assert_eq!(found, question.with(|request| oracle.answer(request)), "{placement}");
        assert!(!found.picks.is_empty(), "{placement}");
    }
}

/// However many lines a cart has, no other variant of any of them is shown.
#[test]
fn no_variant_of_a_large_cart_is_shown() {
    let draft = pairs(400);
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let cart: Vec<String> = draft.items[..400].iter().map(|item| item.sku.clone()).collect();
    for placement in PLACEMENTS {
        let question = Question { placement, cart: cart.clone(), ..Question::default() };
        assert_eq!(question.ask(&mut recommender).picks, [], "{placement}");
        let question = Question { placement, cart: cart[1..].to_vec(), ..Question::default() };
        let shown: Vec<u32> = question.ask(&mut recommender).picks.iter().map(|pick| pick.item % 400).collect();
        assert_eq!(shown, [0], "{placement}");
    }
}

/// Nor a product of a class that a large cart holds, where the policy blocks them.
#[test]
fn no_class_of_a_large_cart_is_shown() {
    let mut draft = pairs(400);
    draft.classes = vec![DraftClass::default(); 400];
    for (n, item) in draft.items.iter_mut().enumerate() {
        (item.group, item.class) = (None, Some(n as u32 % 400));
    }
    draft.policies.iter_mut().for_each(|policy| policy.same_category = SameCategory::Block);
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let cart: Vec<String> = draft.items[1..400].iter().map(|item| item.sku.clone()).collect();
    let question = Question { placement: "cart", cart, ..Question::default() };
    let shown: Vec<u32> = question.ask(&mut recommender).picks.iter().map(|pick| pick.item).collect();
    assert!(!shown.is_empty() && shown.iter().all(|item| item % 400 == 0), "{shown:?}");
}

/// Popularity lifts what all votes spoke against: then popularity is the reason.
#[test]
fn an_item_that_only_popularity_lifts_is_a_best_seller() {
    let mut draft = six();
    draft.relations =
        vec![relation(RelationKind::Cart, vec![vec![], vec![(0, -0.1), (4, 0.2)], vec![], vec![], vec![], vec![]])];
    draft.tuning.cart = [Blend { cart: 1.0, together: 0.0, prior: 1.0 }; 5];
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let question = Question { placement: "cart", cart: vec!["KETTLE".into()], limit: Some(2), ..Question::default() };
    let shown = question.ask(&mut recommender);
    let filter = shown.picks.iter().find(|pick| pick.item == 0).expect("0.3 of popularity less 0.1");
    assert_eq!((filter.reason, &filter.because[..]), (Reason::Popular, &[][..]));
    assert_eq!(shown.popular, Some(FallbackReason::Short));
    let scale = shown.picks.iter().find(|pick| pick.item == 4).expect("the kettle votes for the scale");
    assert_eq!((scale.reason, &scale.because[..]), (Reason::BoughtTogether, &[1][..]));
}

/// Price and state of what a rule pins count, however far behind the best sellers it stands.
#[test]
fn a_rule_pins_the_best_known_item_that_it_is_about() {
    let mut draft = noise(200, 4, 8);
    let euro = endcap::shop::Currency::parse("EUR").unwrap();
    for (n, item) in draft.items.iter_mut().enumerate() {
        (item.group, item.stock) = (None, StockState::InStock);
        item.card.price = Some(endcap::shop::Money::new(1000 + n as i64, euro));
    }
    let span = Span { min: 1150, max: i64::MAX };
    let compiled = CompiledRule {
        placements: 0b1,
        selector: Selector { set: EVERY_ITEM, price: Some(span), states: EVERY_STATE, age: None },
        unless: Some(Selector {
            set: EVERY_ITEM,
            price: Some(Span { min: 1150, max: 1151 }),
            states: EVERY_STATE,
            age: None,
        }),
        when: Condition::default(),
        effect: Effect::Pin(2),
    };
    let plain = write(&draft).unwrap();
    draft.rules.rules = vec![compiled];
    let question = Question { placement: "cart", cart: vec![draft.items[0].sku.clone()], ..Question::default() };
    let second = |recommender: &mut Recommender<Vec<u8>>| {
        let pick = question.ask(recommender).picks[1].clone();
        (pick.item, pick.reason)
    };
    let mut trained = Recommender::open(write(&draft).unwrap()).unwrap();
    assert_eq!(second(&mut trained), (152, Reason::Pinned));
    // The same rule set on the spot, in a shop without sets.
    let mut told = Recommender::open(plain).unwrap();
    let written = Rule {
        name: "the dear ones".into(),
        placements: vec!["cart".into()],
        matches: Match { tests: vec![Test::Price(span)], not: vec![] },
        when: When::default(),
        action: Effect::Pin(2),
        from: None,
        until: None,
    };
    told.set_rules(&[written]).unwrap();
    assert_eq!(second(&mut told), (150, Reason::Pinned));
}

/// Beyond the last knot of a calibration probabilities are equal and lists go on by score; what is buried does not.
#[test]
fn what_is_buried_stands_behind_what_is_likelier() {
    let mut draft = six();
    draft.relations =
        vec![relation(RelationKind::Cart, vec![vec![], vec![(2, 0.9), (4, 0.2)], vec![], vec![], vec![], vec![]])];
    let knots = [(0.05, 0.05), (0.2, 0.2)].map(|(score, probability)| Knot { score, probability }).to_vec();
    draft.calibration = vec![Calibration { placement: "cart".into(), knots }];
    draft.policies[0].stock[StockState::Low as usize] = endcap::bundle::StockUse::Bury;
    draft.items[2].stock = StockState::Low;
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let question = Question { placement: "cart", cart: vec!["KETTLE".into()], limit: Some(2), ..Question::default() };
    let shown: Vec<(u32, f32)> =
        question.ask(&mut recommender).picks.iter().map(|pick| (pick.item, f32::from_bits(pick.bits))).collect();
    assert_eq!(shown.iter().map(|(item, _)| *item).collect::<Vec<_>>(), [4, 2], "{shown:?}");
    assert!(shown[0].1 > shown[1].1, "{shown:?}");
}

#[test]
fn equal_scores_are_in_item_order() {
    let mut draft = noise(40, 0, 1);
    let even: support::Rows = (0..40).map(|n| (0..40).filter(|m| *m != n).map(|m| (m, 0.5)).collect()).collect();
    draft.relations = vec![relation(RelationKind::Cart, even)];
    draft.items.iter_mut().for_each(|item| (item.group, item.stock) = (None, StockState::InStock));
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    for first in [0, 7, 39] {
        let question =
            Question { placement: "cart", cart: vec![draft.items[first].sku.clone()], ..Question::default() };
        let shown: Vec<u32> = question.ask(&mut recommender).picks.iter().map(|pick| pick.item).collect();
        let expected: Vec<u32> = (0..40).filter(|item| *item != first as u32).take(10).collect();
        assert_eq!(shown, expected);
    }
}

#[test]
fn a_placement_that_is_not_there_has_no_answer() {
    let mut recommender = Recommender::open(write(&six()).unwrap()).unwrap();
    for placement in ["", "Cart", "cart ", "sidebar"] {
        assert!(recommender.recommend(&Request { placement, ..Request::default() }).is_none(), "{placement:?}");
    }
}

/// One answer leaves nothing behind for the next.
#[test]
fn answers_do_not_depend_on_what_was_asked_before() {
    let draft = noise(200, 12, 3);
    let bytes = write(&draft).unwrap();
    let mut asked_before = Recommender::open(&bytes).unwrap();
    let large: Vec<String> = draft.items.iter().step_by(2).map(|item| item.sku.clone()).collect();
    for placement in PLACEMENTS {
        let heavy = Question {
            placement,
            cart: large.clone(),
            recent: large.clone(),
            exclude: large.clone(),
            history: large.iter().map(|sku| (sku.clone(), f32::NAN)).collect(),
            ..Question::default()
        };
        let light = Question { placement, cart: vec![draft.items[1].sku.clone()], ..Question::default() };
        let fresh = light.ask(&mut Recommender::open(&bytes).unwrap());
        heavy.ask(&mut asked_before);
        assert_eq!(light.ask(&mut asked_before), fresh, "{placement}");
    }
    assert_eq!(asked_before.model().base().len(), 200);
    assert_eq!(asked_before.model().base().stock(ItemId(200)), StockState::Out);
}

/// An empty cart and a history: what goes with the last order, without anything that was bought before.
#[test]
fn an_explore_list_goes_with_the_last_order() {
    let mut recommender = Recommender::open(write(&six()).unwrap()).unwrap();
    let history: Vec<(String, f32)> = vec![("SCALE".into(), 90.0), ("KETTLE".into(), 3.0)];
    for placement in ["cart", "pdp_complements"] {
        let explore = Question { placement, history: history.clone(), ..Question::default() };
        let cart =
            Question { placement, cart: vec!["KETTLE".into()], exclude: vec!["SCALE".into()], ..Question::default() };
        let shown = explore.ask(&mut recommender);
        assert_eq!(shown, cart.ask(&mut recommender), "{placement}");
        assert!(shown.picks.iter().all(|pick| pick.item != 1 && pick.item != 4));
        assert_eq!((shown.picks[0].reason, &shown.picks[0].because[..]), (Reason::BoughtTogether, &[1][..]));
    }
    // With a product or a cart the history has no say.
    let with_product = Question { placement: "cart", product: Some("DRIPPER".into()), ..Question::default() };
    let expected = with_product.ask(&mut recommender);
    assert_eq!(Question { history, ..with_product }.ask(&mut recommender), expected);
}

#[test]
fn a_list_that_falls_back_says_why() {
    let why = |draft: &Draft, question: &Question| {
        question.ask(&mut Recommender::open(write(draft).unwrap()).unwrap()).popular
    };
    let in_cart = |placement, sku: &str| Question { placement, cart: vec![sku.into()], ..Question::default() };
    let six = six();
    assert_eq!(why(&six, &in_cart("cart", "no such thing")), Some(FallbackReason::NoContext));
    assert_eq!(why(&six, &in_cart("cart", "CUP")), Some(FallbackReason::Short));
    assert_eq!(why(&six, &in_cart("post_purchase", "KETTLE")), Some(FallbackReason::NoContext));
    assert_eq!(why(&six, &in_cart("bestsellers", "KETTLE")), None);
    let mut bare = six.clone();
    bare.relations.clear();
    assert_eq!(why(&bare, &in_cart("cart", "KETTLE")), Some(FallbackReason::NoRelation));
    bare.manifest.relations[0].verdict = Verdict::NoSignal;
    assert_eq!(why(&bare, &in_cart("cart", "no such thing")), Some(FallbackReason::NoSignal));
    assert_eq!(why(&bare, &in_cart("pdp_complements", "KETTLE")), Some(FallbackReason::NoRelation));
    bare.manifest.relations[2].verdict = Verdict::NoSignal;
    assert_eq!(why(&bare, &in_cart("pdp_similar", "KETTLE")), Some(FallbackReason::NoSignal));
}

/// The filter's median is 30 days; the kettle's customers do not come back, but this one does.
#[test]
fn what_is_due_is_said_and_counted() {
    let mut draft = six();
    draft.items[0].gap_days = Some(30);
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let mut ask = |history: &[(&str, f32)]| {
        let history = history.iter().map(|(sku, days)| (sku.to_string(), *days)).collect();
        let question = Question { placement: "post_purchase", history, limit: Some(2), ..Question::default() };
        let answer = question.ask(&mut recommender);
        (answer.picks.iter().map(|pick| (pick.item, pick.reason)).collect::<Vec<_>>(), answer.due)
    };
    assert_eq!(ask(&[("FILTER-S", 40.0)]), (vec![(0, Reason::Due), (1, Reason::Popular)], Some(1)));
    assert_eq!(ask(&[("FILTER-S", 10.0)]), (vec![(0, Reason::BoughtBefore), (1, Reason::Popular)], Some(0)));
    let returns = [("FILTER-S", 120.0), ("KETTLE", 55.0), ("KETTLE", 25.0), ("KETTLE", 25.0)];
    assert_eq!(ask(&returns), (vec![(1, Reason::Due), (0, Reason::BoughtBefore)], Some(1)));
    // The cup is sold out, and yet it is due.
    assert_eq!(ask(&[("CUP", 30.0), ("CUP", 15.0)]).1, Some(1));
    let cart = Question { placement: "cart", ..Question::default() };
    assert_eq!(cart.ask(&mut recommender).due, None);
}

/// A floor is a probability where the placement is calibrated; best sellers are compared with their share of orders.
#[test]
fn a_floor_is_a_probability_where_there_is_one() {
    let mut draft = support::complete();
    draft.pins.clear();
    draft.policies[0].min_relevance = 0.12;
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let question = Question { placement: "cart", cart: vec!["KETTLE".into(), "DRIPPER".into()], ..Question::default() };
    let shown: Vec<(u32, Reason)> =
        question.ask(&mut recommender).picks.iter().map(|pick| (pick.item, pick.reason)).collect();
    // Filters score 0.69: p = 0.35. The scale's 0.09 is worth 0.026.
    assert_eq!(shown, [(0, Reason::BoughtTogether)]);
    let question = Question { placement: "cart", cart: vec!["SCALE".into()], ..Question::default() };
    let answer = question.ask(&mut recommender);
    let worth: Vec<(u32, f32)> = answer.picks.iter().map(|pick| (pick.item, f32::from_bits(pick.bits))).collect();
    // The kettle's row is worth less than the floor; of the best sellers the two above it stay.
    assert_eq!(worth.iter().map(|(item, _)| *item).collect::<Vec<_>>(), [5, 0, 2], "{worth:?}");
    assert!(worth.windows(2).all(|pair| pair[0].1 >= pair[1].1));
}
