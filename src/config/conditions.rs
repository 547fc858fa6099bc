//! `when = { … }`: when a rule holds.

use super::amounts::{amount, span};
use super::error::Problem;
use super::findings::{Findings, SHOWN};
use super::matches::{self, Allowed};
use super::reader::{Section, unfit};
use super::texts::{self, LONGEST};
use crate::bundle::{Match, When};
use crate::shop::Currency;

/// Most keys of a segment, and values of a key.
const MOST: usize = 64;
/// Keys of a `when`.
const KEYS: [&str; 7] = [
    "cart_contains_any",
    "cart_contains_all",
    "cart_contains_none",
    "product",
    "cart_subtotal",
    "cart_lines",
    "segment",
];

/// The condition under `when`; none always holds.
pub(super) fn read(rule: Section<'_, '_>, currency: Currency, findings: &mut Findings<'_>) -> When {
    let Some(when) = rule.section("when", findings) else { return When::default() };
    when.allow(&KEYS, &[], findings);
    if when.is_empty() {
        let why = ["a condition such as cart_lines = { min = 1 }", "none", "add one, or remove `when`"];
        unfit::<()>("when", why, when.place(), findings);
    }
    let price = |s: Section<'_, '_>, key, f: &mut Findings<'_>| amount(s, key, currency, 0, f);
    let lines = |s: Section<'_, '_>, key, f: &mut Findings<'_>| s.integer(key, 0..=1_000, f);
    When {
        cart_contains_any: items(when, "cart_contains_any", Allowed::WhatItIs, findings),
        cart_contains_all: items(when, "cart_contains_all", Allowed::EachValue, findings),
        cart_contains_none: items(when, "cart_contains_none", Allowed::WhatItIs, findings),
        product: items(when, "product", Allowed::WhatItIs, findings),
        cart_subtotal: span(when, "cart_subtotal", price, findings),
        cart_lines: span(when, "cart_lines", lines, findings),
        segment: segment(when, findings).unwrap_or_default(),
    }
}

/// What lines of the cart, or the product, must be like.
fn items(when: Section<'_, '_>, key: &'static str, allowed: Allowed, findings: &mut Findings<'_>) -> Option<Match> {
    let found = matches::read(when, key, allowed, Currency::NONE, findings)?;
    if let Some(value) = when.get(key)
        && value.get_ref().as_table().is_some_and(|table| table.is_empty())
    {
        let why = ["a test such as category = \"Cards\"", "none", "add one, or remove the key"];
        unfit::<()>(key, why, value.span(), findings);
    }
    Some(found)
}

/// `segment = { device = "mobile" }`: what the shop says of the visitor, key by key.
pub(super) fn segment(when: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Vec<(String, Vec<String>)>> {
    let segment = when.section("segment", findings)?;
    let mut all = Vec::new();
    for (key, place, value) in segment.entries() {
        if texts::plain(key, LONGEST) != Some(key) {
            let (expected, found) = (texts::form(LONGEST), key.chars().take(SHOWN).collect());
            findings.add(place, Problem::OutOfRange { key: "segment".to_owned(), expected, found });
            continue;
        }
        let values = texts::list(key, value, LONGEST, findings).unwrap_or_default();
        if values.len() > MOST {
            let found = format!("{} of them", values.len());
            unfit::<()>(key, ["at most 64 texts", &found, "remove some"], value.span(), findings);
        }
        all.push((key.to_owned(), values.into_iter().map(|(text, _)| text).collect()));
    }
    if all.is_empty() || all.len() > MOST {
        let found = format!("{} of them", all.len());
        let why = ["1 to 64 keys such as device = \"mobile\"", &found, "add or remove some"];
        unfit::<()>("segment", why, segment.place(), findings);
    }
    Some(all)
}
