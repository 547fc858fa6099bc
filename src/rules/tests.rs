//! Compiled rules beside a slow and obvious reading of what is written.

use super::*;
use crate::bundle::{
    Card, DraftItem, EVERY_ITEM, EVERY_STATE, Effect, ItemFacts, Match, PlacementNote, Policy, Rule, Selector, Sets,
    Span, Strategy, Test, When,
};
use crate::shop::{Currency, ItemId, Money, StockState};
use proptest::prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::prelude::{Strategy as Draw, prop};

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

/// Few words, so that random rules meet random items.
const WORDS: [&str; 4] = ["Tea", "pot", "TEA pot", "Gift > tea"];

fn any_item() -> impl Draw<Value = DraftItem> {
    let word = || prop::sample::select(&WORDS[..]);
    let number = || prop::option::of(-2i64..6);
    let texts = (word(), word(), word(), word(), prop::collection::vec(word(), 0..3));
    let figures = (number(), number(), number(), 0u8..5, prop::option::of(0i32..3));
    (0u8..4, texts, figures).prop_map(
        |(sku, (title, category, brand, group, tags), (price, gain, count, state, day))| {
            let mut item = item(&sku.to_string(), title, category, brand);
            item.card.price = price.map(|price| Money::new(price, Currency::NONE));
            item.facts.tags = super::tests::texts(&tags);
            (item.facts.group, item.facts.contribution, item.facts.count) = (group.into(), gain, count);
            (item.stock, item.released) = (StockState::from_byte(state), day);
            item
        },
    )
}

fn any_test(live: bool) -> impl Draw<Value = Test> {
    let values =
        || prop::collection::vec(prop::sample::select(&["tea", "POT", "pot tea", "gift>Tea", "", "1", "2"][..]), 0..3);
    let span = || (-2i64..6, -2i64..6).prop_map(|(min, max)| Span { min, max });
    let kinds = if live { 0usize..11 } else { 0usize..6 };
    (kinds, values(), span(), 0u8..32).prop_map(|(kind, values, span, states)| {
        let values = texts(&values);
        let permille = Span { min: span.min * 250, max: span.max * 250 };
        match kind {
            0 => Test::Sku(values),
            1 => Test::Title(values),
            2 => Test::Category(values),
            3 => Test::Brand(values),
            4 => Test::Tag(values),
            5 => Test::Group(values),
            6 => Test::Price(span),
            7 => Test::Margin(permille),
            8 => Test::State(states),
            9 => Test::Count(span),
            _ => Test::Age(span),
        }
    })
}

fn any_match(live: bool) -> impl Draw<Value = Match> {
    let tests = || prop::collection::vec(any_test(live), 0..3);
    (tests(), tests()).prop_map(|(tests, not)| Match { tests, not })
}

fn any_rule() -> impl Draw<Value = Rule> {
    let effect = prop_oneof![
        Just(Effect::Exclude),
        Just(Effect::Exclude),
        Just(Effect::IncludeOnly),
        Just(Effect::Boost(1.5)),
        Just(Effect::Pin(1))
    ];
    let when = (0u8..6, any_match(false)).prop_map(|(part, matches)| match part {
        0 => When { cart_contains_any: Some(matches), ..When::default() },
        1 => When { cart_contains_none: Some(matches), ..When::default() },
        2 => When { product: Some(matches), ..When::default() },
        _ => When::default(),
    });
    const NAMES: [&[&str]; 3] = [&[], &["cart"], &["home"]];
    let placements = prop::sample::select(&NAMES[..]);
    (any_match(true), when, effect, placements, any::<bool>()).prop_map(|(matches, when, action, names, dated)| Rule {
        placements: texts(names),
        matches,
        when,
        from: dated.then_some(7),
        ..rule("r", vec![], action)
    })
}

/// The slow reading of one test, an age of 2 days on day 2 and every known one where `aged` is not asked for.
fn passes(test: &Test, facts: &Facts<'_>) -> bool {
    let any =
        |values: &[String], holds: &dyn Fn(&str) -> bool| values.iter().any(|value| !value.is_empty() && holds(value));
    let same = |text: &str, value: &str| text.trim().to_lowercase() == value.trim().to_lowercase();
    let split = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).filter(|w| !w.is_empty()).collect()
    };
    match test {
        Test::Sku(values) => any(values, &|value| facts.sku == value),
        Test::Title(values) => any(values, &|value| {
            let title = split(facts.title.as_deref().unwrap());
            split(value).iter().all(|word| title.contains(word))
        }),
        Test::Category(values) => any(values, &|value| {
            let joined = |text: &str| format!(">{}>", text.to_lowercase().replace(' ', ""));
            joined(facts.category.as_deref().unwrap()).contains(&joined(value))
        }),
        Test::Brand(values) => any(values, &|value| same(facts.brand.as_deref().unwrap(), value)),
        Test::Tag(values) => any(values, &|value| facts.tags.as_ref().unwrap().iter().any(|tag| same(tag, value))),
        Test::Group(values) => any(values, &|value| same(facts.group.as_deref().unwrap(), value)),
        Test::Price(span) => facts.price.is_some_and(|price| span.holds(price)),
        Test::Margin(span) => match (facts.contribution.flatten(), facts.price) {
            (Some(gain), Some(price)) if price > 0 => {
                span.min * price <= gain * 1_000 && gain * 1_000 <= span.max * price
            }
            _ => false,
        },
        Test::State(states) => states & (1 << facts.state as u8) != 0,
        Test::Count(span) => facts.count.flatten().is_some_and(|count| span.holds(count)),
        Test::Age(span) => facts.released.is_some_and(|day| span.holds(i64::from(2 - day))),
    }
}

fn slow(matches: &Match, facts: &Facts<'_>) -> bool {
    let all = |tests: &[Test]| tests.iter().all(|test| passes(test, facts));
    all(&matches.tests) && (matches.not.is_empty() || !all(&matches.not))
}

/// A compiled selector on day 2, read as ranking reads it.
fn fast(selector: &Selector, sets: &Sets, at: usize, facts: &Facts<'_>) -> bool {
    in_set(selector.set, sets, at)
        && selector.price.is_none_or(|span| facts.price.is_some_and(|price| span.holds(price)))
        && selector.states & (1 << facts.state as u8) != 0
        && selector.age.is_none_or(|span| facts.released.is_some_and(|day| span.holds(i64::from(2 - day))))
}

fn in_set(set: u16, sets: &Sets, at: usize) -> bool {
    set == EVERY_ITEM || sets.signature_of.get(at).is_some_and(|sig| sets.signatures[*sig as usize].contains(&set))
}

/// Every value of every list, the other way round and in other letters.
fn rewritten(rule: &Rule) -> Rule {
    let tests = |tests: &[Test]| -> Vec<Test> {
        let turned = |values: &[String]| values.iter().rev().map(|value| value.to_uppercase()).collect();
        tests
            .iter()
            .rev()
            .map(|test| match test {
                Test::Title(values) => Test::Title(turned(values)),
                Test::Brand(values) => Test::Brand(turned(values)),
                Test::Category(values) => Test::Category(turned(values)),
                other => other.clone(),
            })
            .collect()
    };
    let matches = Match { tests: tests(&rule.matches.tests), not: tests(&rule.matches.not) };
    Rule { matches, ..rule.clone() }
}

proptest! {
    #[test]
    fn compiled_rules_say_what_is_written(
        rules in prop::collection::vec(any_rule(), 0..6),
        items in prop::collection::vec(any_item(), 1..8),
    ) {
        let got = compiled(&rules, &[], &items).unwrap();
        let of = |at: usize| Facts::from(&items[at]);
        let bits = |rule: &Rule| match rule.placements.first().map(String::as_str) { None => 3, Some("cart") => 1, Some(_) => 2 };
        for at in 0..items.len() {
            // What hides at all times: what no clock, no cart and no price can change.
            let live = |test: &Test| matches!(test, Test::Price(_) | Test::Age(_)) || matches!(test, Test::State(0..31));
            let kept = |rule: &&Rule| got.origins.iter().all(|origin| !std::ptr::eq(&rules[usize::from(*origin)], *rule));
            let plain = |rule: &&Rule| rule.action == Effect::Exclude && rule.when == When::default() && rule.from.is_none();
            let hides = rules.iter().filter(kept).filter(plain).filter(|rule| slow(&rule.matches, &of(at)));
            prop_assert_eq!(got.hidden[at], hides.map(bits).fold(0, |all, bits| all | bits));
            for (number, rule) in rules.iter().enumerate() {
                let asked = got.origins.iter().position(|origin| usize::from(*origin) == number);
                let Some(asked) = asked.map(|at| &got.table.rules[at]) else {
                    let hidden = plain(&rule) && !rule.matches.tests.iter().any(live);
                    let nothing = !items.iter().any(|item| slow(&rule.matches, &Facts::from(item)));
                    prop_assert!(hidden || nothing || rule.when != When::default(), "{rule:?} is lost");
                    continue;
                };
                let sets = &got.table.sets;
                let about = fast(&asked.selector, sets, at, &of(at))
                    && !asked.unless.is_some_and(|unless| fast(&unless, sets, at, &of(at)));
                prop_assert_eq!(about, slow(&rule.matches, &of(at)), "{:?} of {:?}", rule, items[at]);
                for (set, written) in [
                    (asked.when.cart_any, &rule.when.cart_contains_any),
                    (asked.when.cart_none, &rule.when.cart_contains_none),
                    (asked.when.product, &rule.when.product),
                ] {
                    let slowly = written.as_ref().is_some_and(|matches| slow(matches, &of(at)));
                    prop_assert_eq!(set.is_some_and(|set| in_set(set, sets, at)), slowly);
                }
            }
        }
    }

    #[test]
    fn one_item_is_judged_as_all_are(
        rules in prop::collection::vec(any_rule(), 0..6),
        items in prop::collection::vec(any_item(), 1..8),
    ) {
        let policies = policies();
        let floor = PlacementNote { placement: "home".into(), margin_floor: Some(250), ..PlacementNote::default() };
        let notes = [floor];
        let plan = Plan::of(&Rulebook { rules: &rules, notes: &notes, policies: &policies }).unwrap();
        let got = compiled(&rules, &notes, &items).unwrap();
        let judged: Vec<Judged> = items.iter().map(|item| plan.judge(&Facts::from(item))).collect();
        prop_assert_eq!(judged.iter().map(|one| one.hidden).collect::<Vec<_>>(), got.hidden);
        for (number, matched) in got.matched.iter().enumerate() {
            let about = judged.iter().filter(|one| one.rules.contains(&(number as u16))).count();
            prop_assert_eq!(about as u32, *matched);
        }
        for (a, b) in (0..items.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
            let signature = |at: usize| got.table.sets.signature_of.get(at).copied().unwrap_or(0);
            prop_assert!(judged[a].sets != judged[b].sets || signature(a) == signature(b));
        }
    }

    #[test]
    fn the_order_of_values_and_their_case_change_nothing(
        rules in prop::collection::vec(any_rule(), 0..6),
        items in prop::collection::vec(any_item(), 1..8),
    ) {
        let other: Vec<Rule> = rules.iter().map(rewritten).collect();
        prop_assert_eq!(compiled(&rules, &[], &items), compiled(&other, &[], &items));
    }
}
