//! Random rules and items, read fast and slowly.

use super::*;
use crate::bundle::{DraftItem, EVERY_ITEM, Effect, Match, PlacementNote, Rule, Selector, Sets, Span, Test, When};
use crate::shop::{Currency, Money, StockState};
use proptest::prelude::{Just, Strategy as Draw, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

/// Few words, so that random rules meet random items.
const WORDS: [&str; 4] = ["Tea", "pot", "TEA pot", "Gift > tea"];

fn any_item() -> impl Draw<Value = DraftItem> {
    let word = || prop::sample::select(&WORDS[..]);
    let number = || prop::option::of(-2i64..6);
    let names = (word(), word(), word(), word(), prop::collection::vec(word(), 0..3));
    let figures = (number(), number(), number(), 0u8..5, prop::option::of(0i32..3));
    (0u8..4, names, figures).prop_map(
        |(sku, (title, category, brand, group, tags), (price, gain, count, state, day))| {
            let mut item = item(&sku.to_string(), title, category, brand);
            item.card.price = price.map(|price| Money::new(price, Currency::NONE));
            item.facts.tags = texts(&tags);
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
