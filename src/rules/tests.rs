//! Compiled rules beside a slow and obvious reading of what is written.

use super::*;
use crate::bundle::{
    Card, DraftItem, EVERY_ITEM, EVERY_STATE, Effect, ItemFacts, Match, PlacementNote, Policy, Rule, Selector, Sets,
    Span, Strategy, Test, When,
};
use crate::shop::{Currency, ItemId, Money, StockState};

pub(super) fn item(sku: &str, title: &str, category: &str, brand: &str) -> DraftItem {
    DraftItem {
        sku: sku.into(),
        card: Card { title: title.into(), category: category.into(), ..Card::default() },
        facts: ItemFacts { brand: brand.into(), ..ItemFacts::default() },
        ..DraftItem::default()
    }
}

pub(super) fn rule(name: &str, tests: Vec<Test>, action: Effect) -> Rule {
    let matches = Match { tests, not: Vec::new() };
    Rule { name: name.into(), placements: Vec::new(), matches, when: When::default(), action, from: None, until: None }
}

pub(super) fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

pub(super) fn policies() -> Vec<Policy> {
    vec![Policy::neutral("cart", Strategy::CartAddons), Policy::neutral("home", Strategy::Popular)]
}

pub(super) fn compiled(rules: &[Rule], notes: &[PlacementNote], items: &[DraftItem]) -> Result<Compiled, CompileError> {
    let policies = policies();
    compile(&Rulebook { rules, notes, policies: &policies }, items.len(), |at| Facts::from(&items[at.index()]))
}

fn cards() -> Vec<DraftItem> {
    let cards = "Home > Gift cards > E-cards";
    vec![item("G1", "A card", cards, "Own"), item("G2", "A card", cards, "Else"), item("M", "A mug", "Home", "Else")]
}

/// The rule of the essay.
fn essay() -> Rule {
    let not = vec![Test::Brand(texts(&["OWN "]))];
    let matches = Match { tests: vec![Test::Category(texts(&["gift cards"]))], not };
    Rule { placements: texts(&["cart"]), matches, ..rule("no gift cards", Vec::new(), Effect::Exclude) }
}

#[test]
fn the_essays_example_holds() {
    let dated = Rule { from: Some(1_795_129_200), ..essay() };
    let got = compiled(&[dated], &[], &cards()).unwrap();
    assert_eq!(got.table.sets, Sets { signature_of: vec![0, 1, 0], signatures: vec![vec![], vec![0]] });
    assert_eq!((got.table.rules[0].placements, got.table.rules[0].selector.set), (1, 0));
    assert_eq!((got.hidden, got.origins, got.matched), (vec![0; 3], vec![0], vec![1]));

    let always = compiled(&[essay()], &[], &cards()).unwrap();
    assert_eq!((always.hidden, always.table.rules, always.matched), (vec![0, 1, 0], vec![], vec![1]));
    assert_eq!(always.table.sets, Sets::default());
}

#[test]
fn every_key_matches_as_it_says() {
    let mut mug = item("M-1", "Blue Mug, 2-pack", "Home > Kitchen > Mugs", "Acme");
    mug.card.price = Some(Money::new(1_000, Currency::NONE));
    mug.facts = ItemFacts {
        contribution: Some(250),
        count: Some(3),
        group: "Mugs 7".into(),
        tags: texts(&["New", "gift idea"]),
        ..mug.facts
    };
    (mug.stock, mug.released) = (StockState::Low, Some(20_000));
    let matches = |test: Test| {
        compiled(&[rule("r", vec![test], Effect::Boost(1.5))], &[], &[mug.clone()]).unwrap().matched[0] == 1
    };
    let span = |min, max| Span { min, max };
    let low = 1 << StockState::Low as u8;
    for (test, expected) in [
        (Test::Sku(texts(&["M-1", "x"])), true),
        (Test::Sku(texts(&["m-1"])), false),
        (Test::Title(texts(&["pack 2 BLUE"])), true),
        (Test::Title(texts(&["blu"])), false),
        (Test::Title(texts(&["red mug", "mug"])), true),
        (Test::Title(texts(&["", "!"])), false),
        (Test::Category(texts(&["kitchen"])), true),
        (Test::Category(texts(&["Home>Kitchen"])), true),
        (Test::Category(texts(&["Home > Mugs"])), false),
        (Test::Brand(texts(&["ACME"])), true),
        (Test::Brand(texts(&["Acm", ""])), false),
        (Test::Tag(texts(&["Gift Idea"])), true),
        (Test::Tag(texts(&["gift"])), false),
        (Test::Group(texts(&["mugs 7"])), true),
        (Test::Price(span(1_000, 1_000)), true),
        (Test::Price(span(1_001, 9_000)), false),
        (Test::Margin(span(250, 250)), true),
        (Test::Margin(span(251, 999)), false),
        (Test::State(low), true),
        (Test::State(EVERY_STATE & !low), false),
        (Test::Count(span(3, 3)), true),
        (Test::Count(span(4, 9)), false),
        (Test::Age(span(0, 30)), true),
    ] {
        assert_eq!(matches(test.clone()), expected, "{test:?}");
    }
}

#[test]
fn what_is_not_known_of_an_item_passes_no_test_of_figures() {
    let bare = [item("b", "", "", "")];
    for test in [Test::Price(Span::ALL), Test::Margin(Span::ALL), Test::Count(Span::ALL), Test::Age(Span::ALL)] {
        assert_eq!(compiled(&[rule("r", vec![test], Effect::Boost(2.0))], &[], &bare).unwrap().matched, [0]);
    }
}

#[test]
fn a_floor_hides_what_earns_less_and_nothing_of_unknown_cost() {
    let priced = |sku: &str, gain| {
        let mut item = item(sku, "", "", "");
        (item.card.price, item.facts.contribution) = (Some(Money::new(1_000, Currency::NONE)), gain);
        item
    };
    let items = [priced("a", Some(100)), priced("b", Some(99)), priced("c", None), priced("d", Some(-1))];
    let note = |floor| PlacementNote { placement: "home".into(), margin_floor: floor, ..PlacementNote::default() };
    assert_eq!(compiled(&[], &[note(Some(100))], &items).unwrap().hidden, [0, 2, 0, 2]);
    assert_eq!(compiled(&[], &[note(Some(0))], &items).unwrap().hidden, [0, 0, 0, 2]);
    assert_eq!(compiled(&[], &[note(None)], &items).unwrap().hidden, [0; 4]);
}

#[test]
fn each_value_of_contains_all_is_a_set_of_its_own() {
    let all = Match { tests: vec![Test::Brand(texts(&["Own", "Else"])), Test::Title(texts(&["mug"]))], not: vec![] };
    let when = When { cart_contains_all: Some(all), ..When::default() };
    let got = compiled(&[Rule { when, ..rule("r", vec![], Effect::Exclude) }], &[], &cards()).unwrap();
    assert_eq!(got.table.rules[0].when.cart_all, [0, 1, 2]);
    assert_eq!(got.table.sets.signatures, [vec![], vec![0], vec![1], vec![1, 2]]);
    assert_eq!(got.table.rules[0].selector.set, EVERY_ITEM);
}

#[test]
fn conditions_that_nothing_can_meet_take_the_rule_with_them() {
    let nobody = || Some(Match { tests: vec![Test::Brand(texts(&["Nobody"]))], not: vec![] });
    let of = |when: When, action| {
        compiled(&[Rule { when, ..rule("r", vec![], action) }], &[], &cards()).unwrap().table.rules
    };
    assert_eq!(of(When { cart_contains_any: nobody(), ..When::default() }, Effect::Exclude), []);
    assert_eq!(of(When { cart_contains_all: nobody(), ..When::default() }, Effect::Exclude), []);
    assert_eq!(of(When { product: nobody(), ..When::default() }, Effect::Exclude), []);
    let none = of(When { cart_contains_none: nobody(), ..When::default() }, Effect::Exclude);
    assert_eq!(none[0].when.cart_none, None);
    let any = of(When { cart_contains_any: Some(Match::default()), ..When::default() }, Effect::Exclude);
    assert_eq!(any[0].when.cart_any, Some(EVERY_ITEM), "a cart with a line");
}

#[test]
fn to_include_only_what_nobody_sells_is_to_show_nothing() {
    let got =
        compiled(&[rule("r", vec![Test::Brand(texts(&["Nobody"]))], Effect::IncludeOnly)], &[], &cards()).unwrap();
    let nothing = Selector { set: EVERY_ITEM, price: None, states: 0, age: None };
    assert_eq!((got.table.rules[0].selector, &got.table.sets), (nothing, &Sets::default()));
}

#[test]
fn two_ways_to_write_a_match_are_one_set() {
    let one = |brands: &[&str]| rule("r", vec![Test::Brand(texts(brands))], Effect::Boost(1.5));
    let got = compiled(&[one(&["Own", "Else"]), one(&["else ", "OWN", "own"])], &[], &cards()).unwrap();
    assert_eq!(got.table.rules[0], got.table.rules[1]);
    assert_eq!(got.table.sets.signatures, [vec![], vec![0]]);
}

#[test]
fn what_a_file_does_not_tell_is_an_error_with_a_remedy() {
    let public = |_: ItemId| Facts { title: Some("a".into()), category: Some("b".into()), ..Facts::default() };
    let policies = policies();
    let failed = |rules: &[Rule], notes: &[PlacementNote]| {
        compile(&Rulebook { rules, notes, policies: &policies }, 1, public).unwrap_err().to_string()
    };
    let text = failed(&[rule("no own", vec![Test::Brand(texts(&["Own"]))], Effect::Exclude)], &[]);
    assert!(text.contains("\"no own\"") && text.contains("brand") && text.contains("--catalog"), "{text}");
    let floor = PlacementNote { placement: "cart".into(), margin_floor: Some(0), ..PlacementNote::default() };
    let text = failed(&[], &[floor]);
    assert!(text.contains("placement \"cart\"") && text.contains("edge bundle"), "{text}");
    let title = rule("r", vec![Test::Title(texts(&["a"]))], Effect::Exclude);
    assert_eq!(compile(&Rulebook { rules: &[title], notes: &[], policies: &policies }, 1, public).unwrap().hidden, [3]);
}

#[test]
fn names_and_tests_that_have_no_place_are_refused() {
    let strange = Rule { placements: texts(&["till"]), ..rule("r", vec![], Effect::Exclude) };
    let text = compiled(&[strange], &[], &cards()).unwrap_err().to_string();
    assert!(text.contains("cart, home") && text.contains("\"till\""), "{text}");
    let product = Some(Match { tests: vec![], not: vec![Test::State(1)] });
    let when = When { product, ..When::default() };
    let text = compiled(&[Rule { when, ..rule("r", vec![], Effect::Exclude) }], &[], &cards()).unwrap_err().to_string();
    assert!(text.contains("product") && text.contains("found stock"), "{text}");
    let many: Vec<Rule> = (0..4_097).map(|n| rule(&n.to_string(), vec![], Effect::Boost(1.1))).collect();
    assert_eq!(compiled(&many, &[], &cards()), Err(CompileError::TooManyRules { found: 4_097 }));
    let sku = |n: u32| vec![Test::Sku(vec![n.to_string()])];
    let many: Vec<Rule> = (0..8_193).map(|n| rule(&n.to_string(), sku(n), Effect::Exclude)).collect();
    assert_eq!(compiled(&many, &[], &cards()), Err(CompileError::TooManySets { rule: "8192".into() }));
}

#[test]
fn what_hides_an_item_can_be_told() {
    let items = cards();
    let floor = PlacementNote { placement: "cart".into(), margin_floor: Some(0), ..PlacementNote::default() };
    let (rules, policies) = ([rule("r", vec![], Effect::Boost(1.5)), essay()], policies());
    let plan = Plan::of(&Rulebook { rules: &rules, notes: &[floor], policies: &policies }).unwrap();
    let poor = Facts { price: Some(100), contribution: Some(Some(-1)), ..Facts::from(&items[1]) };
    assert_eq!(plan.hidden_by(&poor, 0), [HiddenBy::Rule(1), HiddenBy::MarginFloor(0)]);
    assert_eq!(plan.hidden_by(&poor, 1), []);
    assert_eq!(plan.hidden_by(&Facts::from(&items[1]), 0), [HiddenBy::Rule(1)]);
}

#[cfg(not(target_arch = "wasm32"))]
mod properties;
