//! A clean shop, and one counter-example for each code.

use super::*;
use crate::bundle::{DraftItem, Effect, Match, Objective, PlacementNote, Policy, PriceWindow, Span, Test};
use crate::rules::tests::{item, policies, rule, texts};
use crate::shop::{Currency, Money, StockState};

const NOW: i64 = 1_800_000_000;

struct Shop {
    rules: Vec<Rule>,
    notes: Vec<PlacementNote>,
    policies: Vec<Policy>,
    terms: ShopTerms,
    items: Vec<DraftItem>,
}

/// Forty teas and pots of two brands at 10.00, each with a known cost.
fn clean() -> Shop {
    let note = |name: &str| PlacementNote {
        placement: name.into(),
        owner: "CRM".into(),
        review_by: Some(21_000),
        margin_floor: Some(0),
        ..PlacementNote::default()
    };
    let product = |n: usize| {
        let mut item = item(&n.to_string(), "", ["Tea", "Pots"][n % 2], ["Own", "Else"][n / 2 % 2]);
        item.card.price = Some(Money::new(1_000, Currency::NONE));
        item.facts.contribution = Some(n as i64);
        item
    };
    let mut policies = policies();
    policies.iter_mut().for_each(|policy| policy.max_relevance_loss = 0.1);
    let price = PriceWindow { relative_to_product: Some((0.7, 1.25)), ..PriceWindow::default() };
    policies[0] = Policy { limit: 4, objective: Objective::Margin, price, max_per_category: 4, ..policies[0].clone() };
    let rules = vec![
        rule("no else", vec![Test::Brand(texts(&["Else"])), Test::Category(texts(&["Tea"]))], Effect::Exclude),
        rule("first", vec![sku("5")], Effect::Pin(1)),
        rule("own", vec![Test::Brand(texts(&["Own"]))], Effect::Boost(1.5)),
        Rule { until: Some(NOW + 1), ..rule("some tea", vec![sku("4")], Effect::Bury(0.5)) },
    ];
    let notes = vec![note("cart"), note("home")];
    Shop { rules, notes, policies, terms: ShopTerms::default(), items: (0..40).map(product).collect() }
}

fn sku(sku: &str) -> Test {
    Test::Sku(texts(&[sku]))
}

fn findings(change: impl FnOnce(&mut Shop)) -> Vec<Finding> {
    let mut shop = clean();
    change(&mut shop);
    let book = Rulebook { rules: &shop.rules, notes: &shop.notes, policies: &shop.policies };
    let inspected = Inspected { book, terms: &shop.terms, now: Some(NOW) };
    lint(&inspected, shop.items.len(), |at| Facts::from(&shop.items[at.index()])).unwrap()
}

/// The codes and places of what is found.
fn found(change: impl FnOnce(&mut Shop)) -> Vec<(&'static str, Place)> {
    findings(change).into_iter().map(|finding| (finding.code, finding.place)).collect()
}

/// A fifth rule.
fn with(new: Rule) -> impl FnOnce(&mut Shop) {
    |shop| shop.rules.push(new)
}

const FIFTH: Place = Place::Rule(4);
const CART: Place = Place::Placement(0);

#[test]
fn a_clean_shop_has_no_findings() {
    assert_eq!(findings(|_| {}), []);
    assert_eq!(findings(|shop| shop.items.clear()).iter().filter(|it| it.severity == Severity::Error).count(), 0);
}

/// One change a code, and what is found by it.
fn examples() -> Vec<Vec<(&'static str, Place)>> {
    let tea = || vec![Test::Category(texts(&["Tea"]))];
    let cart = |rule: Rule| Rule { placements: texts(&["cart"]), ..rule };
    vec![
        found(with(Rule { from: Some(9), until: Some(9), ..rule("r", tea(), Effect::Bury(0.5)) })),
        found(with(Rule { until: Some(NOW), ..rule("r", tea(), Effect::Bury(0.5)) })),
        found(|shop| {
            shop.policies[0].enabled = false;
            shop.rules.push(cart(rule("r", tea(), Effect::Bury(0.5))));
        }),
        found(with(rule("r", vec![sku("none")], Effect::Bury(0.5)))),
        found(with(Rule { from: Some(NOW + 9), ..rule("r", vec![sku("none")], Effect::IncludeOnly) })),
        found(with(cart(rule("r", vec![sku("7")], Effect::Pin(5))))),
        found(|shop| {
            shop.items[7].stock = StockState::Out;
            shop.rules.push(cart(rule("r", vec![sku("7")], Effect::Pin(2))));
        }),
        found(with(rule("r", vec![sku("2")], Effect::Pin(2)))),
        found(|shop| {
            shop.rules.truncate(1);
            let most = vec![Test::Count(Span::ALL)];
            shop.items.iter_mut().for_each(|item| item.facts.count = Some(9));
            shop.items[1].facts.count = None;
            shop.rules.push(rule("only", most, Effect::IncludeOnly));
            shop.rules.push(rule("pin", vec![sku("1")], Effect::Pin(1)));
        }),
        found(with(rule("r", vec![sku("7")], Effect::Pin(1)))),
        found(with(rule("r", vec![sku("2")], Effect::Bury(0.5)))),
        found(with(rule("r", vec![Test::Brand(texts(&["own"]))], Effect::Bury(0.5)))),
        found(|shop| {
            shop.policies
                .iter_mut()
                .for_each(|policy| (policy.max_relevance_loss, policy.objective) = (0.0, Objective::Relevance))
        }),
        found(with(rule(
            "r",
            vec![Test::Category(texts(&["Tea", "Pots"])), Test::Price(Span { min: 0, max: 1_000 })],
            Effect::IncludeOnly,
        ))),
        found(with(rule("r", vec![Test::Margin(Span { min: 7, max: 32 })], Effect::Exclude))),
        found(|shop| shop.notes[0].margin_floor = Some(21)),
        found(|shop| shop.policies[0].price.relative_to_product = Some((1.1, 2.0))),
        found(with(cart(rule("r", vec![], Effect::Exclude)))),
        found(|shop| shop.items.truncate(12)),
        found(|shop| shop.notes[0].owner = " ".into()),
        found(|shop| shop.notes[0].review_by = None),
        found(|shop| shop.notes[0].review_by = Some(20_832)),
        found(|shop| shop.items.iter_mut().for_each(|item| item.facts.contribution = None)),
        found(|shop| {
            shop.policies[1].objective = Objective::Revenue;
            shop.items.iter_mut().for_each(|item| item.card.price = None);
        }),
        found(|shop| shop.policies[0].max_per_brand = 5),
        found(|shop| shop.terms.stale_after = Some(60)),
    ]
}

#[test]
fn what_is_wrong_is_found_and_nothing_else() {
    let emptied = vec![("rule_hides_most", FIFTH), ("pin_excluded", Place::Rule(1)), ("empty_placement", CART)];
    let expected: Vec<Vec<(&str, Place)>> = vec![
        vec![("never_holds", FIFTH)],
        vec![("over", FIFTH)],
        vec![("placements_disabled", FIFTH)],
        vec![("no_items", FIFTH)],
        vec![("includes_nothing", FIFTH), ("pin_not_included", Place::Rule(1))],
        vec![("pin_beyond_limit", FIFTH)],
        vec![("pin_unavailable", FIFTH)],
        vec![("pin_excluded", FIFTH)],
        vec![("pin_not_included", Place::Rule(2))],
        vec![("pin_slot_taken", FIFTH)],
        vec![("shadowed", FIFTH)],
        vec![("boost_and_bury", FIFTH)],
        vec![("no_room", Place::Rule(2))],
        vec![],
        vec![("rule_hides_most", FIFTH)],
        vec![("pin_unavailable", Place::Rule(1)), ("floor_hides_most", CART)],
        vec![("narrow_window", CART)],
        emptied,
        vec![("short_placement", Place::Placement(1))],
        vec![("no_owner", CART)],
        vec![("no_review", CART)],
        vec![("review_past", CART)],
        vec![("no_costs", CART)],
        vec![("no_costs", CART), ("no_prices", Place::Placement(1))],
        vec![("cap_over_limit", CART)],
        vec![("stale_unused", Place::Shop)],
    ];
    for (at, (got, want)) in examples().into_iter().zip(expected).enumerate() {
        let sorted = |mut list: Vec<(&'static str, Place)>| {
            list.sort_unstable();
            list
        };
        assert_eq!(sorted(got), sorted(want), "example {at}");
    }
}

#[test]
fn the_list_of_codes_is_closed() {
    let mut codes: Vec<&str> = examples().into_iter().flatten().map(|(code, _)| code).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut all = CODES.to_vec();
    all.sort_unstable();
    assert_eq!(codes, all);
}

#[test]
fn rules_that_never_meet_do_not_contradict() {
    let pin = || rule("r", vec![sku("7")], Effect::Pin(1));
    let only = |when: When| Rule { when, ..pin() };
    let product = |name: &str| When { product: Some(Match { tests: vec![sku(name)], not: vec![] }), ..When::default() };
    assert_eq!(
        found(|shop| {
            shop.rules[1] = Rule { until: Some(NOW + 9), ..shop.rules[1].clone() };
            shop.rules.push(Rule { from: Some(NOW + 9), ..pin() });
        }),
        []
    );
    assert_eq!(
        found(|shop| {
            shop.rules[1].placements = texts(&["home"]);
            shop.rules.push(Rule { placements: texts(&["cart"]), ..pin() });
        }),
        []
    );
    assert_eq!(
        found(|shop| {
            shop.rules[1].when = product("1");
            shop.rules.push(only(product("3")));
        }),
        []
    );
    let some = Rule { when: product("1"), ..rule("r", vec![Test::Brand(texts(&["Own"]))], Effect::Exclude) };
    assert_eq!(found(with(some)), [], "only on one page");
}
