//! `match = { … }`: which items a rule is about.

use super::amounts::{amount, share, span};
use super::findings::Findings;
use super::reader::{Section, section_of, unfit};
use super::texts::{self, LONGEST, Text};
use crate::bundle::{EVERY_STATE, Match, Span, Test};
use crate::shop::{Currency, StockState};
use std::collections::HashSet;

/// Most bytes of an SKU.
const LONGEST_SKU: usize = 255;
/// Keys that tell what an item is: a `when` may test these alone.
const WHAT_IT_IS: [&str; 6] = ["sku", "title", "category", "brand", "tag", "group"];
/// Keys that change with time or are figures.
const FIGURES: [&str; 4] = ["price", "margin", "stock", "age"];
/// States of stock, with their words.
const STATES: [(&str, StockState); 5] = [
    ("in_stock", StockState::InStock),
    ("low", StockState::Low),
    ("backorder", StockState::Backorder),
    ("preorder", StockState::Preorder),
    ("out", StockState::Out),
];

/// Which tests may stand in a match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    /// All of them, and `not`.
    All,
    /// What an item is, and `not`.
    WhatItIs,
    /// What an item is: each value counts for itself, so that there is nothing to exempt from.
    EachValue,
}

/// The match under `key`; `None` where there is none.
pub(super) fn read(
    section: Section<'_, '_>,
    key: &'static str,
    allowed: Allowed,
    currency: Currency,
    findings: &mut Findings<'_>,
) -> Option<Match> {
    let value = section.get(key)?;
    let table = section_of(key, value, findings)?;
    let mut keys = WHAT_IT_IS.to_vec();
    if allowed == Allowed::All {
        keys.extend(FIGURES);
    }
    let with_not: Vec<&'static str> =
        keys.iter().copied().chain((allowed != Allowed::EachValue).then_some("not")).collect();
    table.allow(&with_not, &[], findings);
    let tests = tests(table, currency, findings);
    let mut not = Vec::new();
    if let Some(exempt) = table.get("not").and_then(|value| section_of("not", value, findings)) {
        exempt.allow(&keys, &[], findings);
        not = self::tests(exempt, currency, findings);
        if exempt.is_empty() {
            let why = ["a test such as brand = \"Own\"", "none", "add one, or remove `not`"];
            unfit::<()>("not", why, exempt.place(), findings);
        }
    }
    let found = Match { tests, not };
    if never_holds(&found) {
        let why = ["a match that some item can pass", "one that `not` takes all of", "widen it, or narrow `not`"];
        unfit::<()>(key, why, value.span(), findings);
    }
    Some(found)
}

/// The tests of one table.
fn tests(table: Section<'_, '_>, currency: Currency, findings: &mut Findings<'_>) -> Vec<Test> {
    let mut tests = Vec::new();
    for key in WHAT_IT_IS {
        tests.extend(text_test(table, key, findings));
    }
    let price = |s: Section<'_, '_>, key, f: &mut Findings<'_>| amount(s, key, currency, 0, f);
    tests.extend(span(table, "price", price, findings).map(Test::Price));
    tests.extend(span(table, "margin", share, findings).map(Test::Margin));
    tests.extend(stock(table, findings));
    let days = |s: Section<'_, '_>, key, f: &mut Findings<'_>| s.integer(key, 0..=36_500, f);
    tests.extend(span(table, "age", days, findings).map(Test::Age));
    tests
}

/// A test of texts.
fn text_test(table: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<Test> {
    let longest = if key == "sku" { LONGEST_SKU } else { LONGEST };
    let texts = texts::texts(table, key, longest, findings)?;
    texts::remark_on_patterns(key, &texts, findings);
    texts.iter().filter(|(text, _)| !says_something(key, text)).for_each(|(text, place)| {
        let why = ["a letter or a digit to compare", &format!("`{text}`"), "write the words themselves"];
        unfit::<()>(key, why, place.clone(), findings);
    });
    let values = texts.into_iter().map(|(text, _): Text| text).collect();
    Some(match key {
        "sku" => Test::Sku(values),
        "title" => Test::Title(values),
        "category" => Test::Category(values),
        "brand" => Test::Brand(values),
        "tag" => Test::Tag(values),
        _ => Test::Group(values),
    })
}

/// Whether a text can match at all: a title is compared by words, a category by levels.
fn says_something(key: &str, text: &str) -> bool {
    match key {
        "title" => text.chars().any(char::is_alphanumeric),
        "category" => text.split('>').all(|level| !level.trim().is_empty()),
        _ => true,
    }
}

/// `stock`: words of states, or a span of units on hand.
fn stock(table: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Test> {
    let value = table.get("stock")?;
    if value.get_ref().is_table() {
        let units = |s: Section<'_, '_>, key, f: &mut Findings<'_>| s.integer(key, 0..=1_000_000_000, f);
        return span(table, "stock", units, findings).map(Test::Count);
    }
    if value.get_ref().is_str() {
        return table.word("stock", &STATES, &[], findings).map(|state| Test::State(1 << state as u8));
    }
    let states = table.words("stock", &STATES, &[], findings)?;
    if value.get_ref().as_array().is_some_and(|list| list.is_empty()) {
        let why = ["1 to 5 states of stock", "an empty list", "name one, or remove the key"];
        return unfit("stock", why, value.span(), findings);
    }
    Some(Test::State(states.into_iter().fold(0, |bits, state| bits | 1 << state as u8)))
}

/// Whether `not` takes everything that the tests let through, as far as the tests alone can tell.
fn never_holds(found: &Match) -> bool {
    !found.not.is_empty() && found.not.iter().all(|not| covers(not, &found.tests))
}

/// Whether all that passes `tests` passes `not`.
fn covers(not: &Test, tests: &[Test]) -> bool {
    match not {
        Test::State(EVERY_STATE) => true,
        Test::Price(Span::ALL) | Test::Margin(Span::ALL) | Test::Count(Span::ALL) | Test::Age(Span::ALL) => false,
        _ => tests.iter().any(|test| within(test, not)),
    }
}

/// Whether all that passes `inner` passes `outer`, a test of the same kind.
fn within(inner: &Test, outer: &Test) -> bool {
    let holds = |inner: &Span, outer: &Span| outer.min <= inner.min && inner.max <= outer.max;
    let exact = |texts: &[String], of: &[String]| {
        let of: HashSet<&str> = of.iter().map(String::as_str).collect();
        texts.iter().all(|text| of.contains(text.as_str()))
    };
    let any_case = |texts: &[String], of: &[String]| {
        let of: HashSet<String> = of.iter().map(|text| text.to_lowercase()).collect();
        texts.iter().all(|text| of.contains(&text.to_lowercase()))
    };
    match (inner, outer) {
        (Test::Sku(a), Test::Sku(b)) => exact(a, b),
        (Test::Title(a), Test::Title(b))
        | (Test::Category(a), Test::Category(b))
        | (Test::Brand(a), Test::Brand(b))
        | (Test::Tag(a), Test::Tag(b))
        | (Test::Group(a), Test::Group(b)) => any_case(a, b),
        (Test::Price(a), Test::Price(b))
        | (Test::Margin(a), Test::Margin(b))
        | (Test::Count(a), Test::Count(b))
        | (Test::Age(a), Test::Age(b)) => holds(a, b),
        (Test::State(a), Test::State(b)) => a & !b == 0,
        _ => false,
    }
}
