//! Ranking from outside: every answer equals that of a slow, obvious oracle, and every promise holds on any request.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/oracle.rs"]
mod oracle;
mod support;

use endcap::bundle::{Blend, Draft, DraftClass, Policy, RelationKind, Repeat, SameCategory, Tuning, write};
use endcap::placement::{Fallback, PastPurchase, Recommender, Request};
use endcap::rank::Reason;
use endcap::shop::{ItemId, StockState};
use oracle::{Answer, Expected, Oracle};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::HashSet;
use support::{noise, relation, six};

/// Numbers of items that a request may hold; those beyond the model are unknown to it.
const NUMBERS: u32 = 130;

/// A request that owns its words.
#[derive(Clone, Debug, Default)]
struct Question {
    placement: &'static str,
    cart: Vec<String>,
    product: Option<String>,
    recent: Vec<String>,
    history: Vec<(String, f32)>,
    exclude: Vec<String>,
    limit: Option<u32>,
}

impl Question {
    /// Asks, and copies the answer out.
    fn ask<D: AsRef<[u8]>>(&self, recommender: &mut Recommender<D>) -> Answer {
        self.with(|request| answer(recommender, request))
    }

    fn with<T>(&self, work: impl FnOnce(&Request<'_>) -> T) -> T {
        let history: Vec<_> =
            self.history.iter().map(|(sku, days_ago)| PastPurchase { sku, days_ago: *days_ago }).collect();
        work(&Request {
            placement: self.placement,
            cart: &words(&self.cart),
            product: self.product.as_deref(),
            recent: &words(&self.recent),
            history: &history,
            exclude: &words(&self.exclude),
            limit: self.limit,
        })
    }
}

fn words(skus: &[String]) -> Vec<&str> {
    skus.iter().map(String::as_str).collect()
}

fn answer<D: AsRef<[u8]>>(recommender: &mut Recommender<D>, request: &Request<'_>) -> Answer {
    let answer = recommender.recommend(request).expect("a placement of the bundle");
    let pick = |pick: &endcap::rank::Pick| Expected {
        item: pick.item.0,
        bits: pick.score.to_bits(),
        reason: pick.reason,
        because: pick.because().map(|item| item.0).collect(),
    };
    Answer { picks: answer.picks.iter().map(pick).collect(), popular: answer.fallback == Some(Fallback::Popular) }
}

const PLACEMENTS: [&str; 5] = ["cart", "pdp_complements", "pdp_similar", "post_purchase", "bestsellers"];

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
            Question { placement, cart, product, recent, history, exclude, limit }
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

/// Models of up to 120 items with random settings; some lack a relation, some have equal priors, some few in stock.
fn drafts() -> impl Strategy<Value = Draft> {
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
                *policy =
                    Policy { limit, same_category, min_relevance, fall_back_to_popular: popular, ..policy.clone() };
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

    /// Hard eligibility, checked on the answer alone.
    #[test]
    fn nothing_is_shown_that_must_not_be(draft in drafts(), question in questions()) {
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let shown = question.ask(&mut recommender).picks;
        let number = |sku: &String| draft.items.iter().position(|item| item.sku == *sku);
        let held: Vec<usize> = question.cart.iter().chain(&question.product).filter_map(number).collect();
        let excluded: Vec<usize> = question.exclude.iter().filter_map(number).collect();
        let mut groups = HashSet::new();
        for pick in &shown {
            let at = pick.item as usize;
            let item = &draft.items[at];
            prop_assert!(!held.contains(&at), "in the cart, or the product itself");
            prop_assert!(!excluded.contains(&at), "excluded");
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
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let shown = question.ask(&mut recommender).picks;
        let voted: Vec<_> = shown.iter().take_while(|pick| pick.reason != Reason::Popular).collect();
        for pair in voted.windows(2) {
            let (first, second) = (f32::from_bits(pair[0].bits), f32::from_bits(pair[1].bits));
            prop_assert!(first > second || (first == second && pair[0].item < pair[1].item));
        }
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
            policy.fall_back_to_popular = true;
            policy.min_relevance = 0.0;
        });
        let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
        let oracle = Oracle::of(recommender.model().base());
        let policy = draft.policies.iter().find(|policy| policy.placement == question.placement).unwrap();
        let eligible = question.with(|request| oracle.eligible(policy, &oracle.read(request)));
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
        prop_assert_eq!(answer.popular, best_sellers && question.placement != "bestsellers");
    }

    /// A shorter limit is the longer list cut, where no fallback rung mixes in below a floor.
    #[test]
    fn a_limit_cuts_from_the_end(draft in drafts(), question in questions(), limit in 0u32..12) {
        let mut draft = draft;
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
    assert!(shown.popular);
    let scale = shown.picks.iter().find(|pick| pick.item == 4).expect("the kettle votes for the scale");
    assert_eq!((scale.reason, &scale.because[..]), (Reason::BoughtTogether, &[1][..]));
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
