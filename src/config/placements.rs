//! `[placement.*]`: the policies of the file, joined by those that endcap brings along.

use super::built_in;
use super::error::{Problem, Severity};
use super::findings::Findings;
use super::reader::{Section, section_of, unfit, wrong_type};
use super::{amounts, texts, times};
use crate::bundle::{Objective, PlacementNote, Policy, PriceWindow, Rung, SameBrand, SameCategory, StockUse, Strategy};
use crate::shop::StockState;
use std::ops::Range;

/// Words of `same_category`.
const SAME_CATEGORY: [(&str, SameCategory); 3] =
    [("allow", SameCategory::Allow), ("block", SameCategory::Block), ("unless_varied", SameCategory::UnlessVaried)];
/// Words of `same_brand`.
const SAME_BRAND: [(&str, SameBrand); 3] =
    [("allow", SameBrand::Allow), ("only", SameBrand::Only), ("block", SameBrand::Block)];
/// Words of `objective`.
const OBJECTIVES: [(&str, Objective); 3] =
    [("relevance", Objective::Relevance), ("revenue", Objective::Revenue), ("margin", Objective::Margin)];
/// Words of a state's use.
const USES: [(&str, StockUse); 3] = [("show", StockUse::Show), ("bury", StockUse::Bury), ("hide", StockUse::Hide)];
/// Keys of `stock`, by the state's number.
const STATES: [StockState; 5] =
    [StockState::InStock, StockState::Low, StockState::Backorder, StockState::Preorder, StockState::Out];
/// Keys of a placement.
const KEYS: [&str; 20] = [
    "strategy",
    "enabled",
    "limit",
    "objective",
    "max_relevance_loss",
    "min_relevance",
    "margin_floor",
    "price",
    "stock",
    "same_category",
    "same_brand",
    "max_per_category",
    "max_per_brand",
    "max_per_group",
    "diversity",
    "fallback",
    "max_moves",
    "owner",
    "kpi",
    "review_by",
];
/// Most placements of a file: a page has a handful, and a bundle carries them all.
const MOST: usize = 64;
/// Most of a product's price that a window may name.
const DEAREST: f64 = 100.0;

/// One placement: what it does, what is said of it, and where it stands.
#[derive(Clone)]
pub(super) struct Placement {
    /// What it does.
    pub policy: Policy,
    /// What is said of it.
    pub note: PlacementNote,
    /// Its first byte; none for one that is built in.
    pub place: Option<usize>,
}

/// The placements of `[placement.*]`, joined by the built-in ones that the file does not mention, by name.
pub(super) fn read(placements: Option<Section<'_, '_>>, findings: &mut Findings<'_>) -> Vec<Placement> {
    let mut all = Vec::new();
    for (name, place, section) in placements.map(|all| all.sections(findings)).unwrap_or_default() {
        if !is_name(name) {
            let expected = "a name of 1 to 64 letters a to z, digits, `_` and `-`".to_owned();
            let found = name.chars().take(64).collect();
            findings.add(place.clone(), Problem::OutOfRange { key: "placement".to_owned(), expected, found });
        }
        let placed = |p: Placement| Placement { place: Some(place.start), ..p };
        all.extend(placement(name, place.clone(), section, findings).map(placed));
    }
    for built_in in built_in::all() {
        if !all.iter().any(|placement| placement.policy.placement == built_in.policy.placement) {
            all.push(built_in);
        }
    }
    if let (true, Some(place)) = (all.len() > MOST, all.iter().filter_map(|placement| placement.place).max()) {
        let (expected, found) = (format!("at most {MOST} placements with the built-in ones"), all.len().to_string());
        findings.add(place..place, Problem::OutOfRange { key: "placement".to_owned(), expected, found });
        all.truncate(MOST);
    }
    all.sort_by(|a, b| a.policy.placement.cmp(&b.policy.placement));
    all
}

/// Whether a placement may be called so: the name travels in attributes, paths and logs.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// One placement as it stands: a key left out is neutral.
fn placement(
    name: &str,
    place: Range<usize>,
    section: Section<'_, '_>,
    findings: &mut Findings<'_>,
) -> Option<Placement> {
    section.allow(&KEYS, &[], findings);
    let note = note(name, section, findings);
    let price = price(section, findings);
    let stock = stock(section, findings);
    let strategy = strategy(name, place, section, findings);
    // Errors of the other keys are wanted too where the strategy is missing.
    let neutral = Policy { price, stock, ..Policy::neutral(name, strategy.unwrap_or(Strategy::Popular)) };
    let policy = caps(section, steering(section, neutral, findings), findings);
    remarks(section, &policy, findings);
    strategy.map(|_| Placement { policy, note, place: None })
}

/// What the placement aims at.
fn steering(section: Section<'_, '_>, neutral: Policy, findings: &mut Findings<'_>) -> Policy {
    Policy {
        enabled: section.flag("enabled", findings).unwrap_or(neutral.enabled),
        limit: count(section, "limit", 1, findings).unwrap_or(neutral.limit),
        objective: section.word("objective", &OBJECTIVES, &[], findings).unwrap_or(neutral.objective),
        max_relevance_loss: number(section, "max_relevance_loss", 0.5, findings),
        min_relevance: number(section, "min_relevance", 1.0, findings),
        fallback: fallback(section, findings).unwrap_or(neutral.fallback),
        ..neutral
    }
}

/// What may stand beside what.
fn caps(section: Section<'_, '_>, neutral: Policy, findings: &mut Findings<'_>) -> Policy {
    Policy {
        same_category: section.word("same_category", &SAME_CATEGORY, &[], findings).unwrap_or(neutral.same_category),
        same_brand: section.word("same_brand", &SAME_BRAND, &[], findings).unwrap_or(neutral.same_brand),
        max_per_category: count(section, "max_per_category", 0, findings).unwrap_or(neutral.max_per_category),
        max_per_brand: count(section, "max_per_brand", 0, findings).unwrap_or(neutral.max_per_brand),
        max_per_group: count(section, "max_per_group", 0, findings).unwrap_or(neutral.max_per_group),
        diversity: number(section, "diversity", 1.0, findings),
        max_moves: count(section, "max_moves", 0, findings).unwrap_or(neutral.max_moves),
        ..neutral
    }
}

/// A whole number to 100.
fn count(section: Section<'_, '_>, key: &'static str, least: i64, findings: &mut Findings<'_>) -> Option<u16> {
    section.integer(key, least..=100, findings).and_then(|n| u16::try_from(n).ok())
}

/// A number from 0, which it is where nothing is written.
fn number(section: Section<'_, '_>, key: &'static str, most: f64, findings: &mut Findings<'_>) -> f32 {
    section.number(key, 0.0..=most, findings).unwrap_or(0.0) as f32
}

/// What is said of the placement and is nobody else's business.
fn note(name: &str, section: Section<'_, '_>, findings: &mut Findings<'_>) -> PlacementNote {
    let mut said = |key| texts::said(section, key, findings).map(|(text, _)| text).unwrap_or_default();
    let (owner, kpi) = (said("owner"), said("kpi"));
    PlacementNote {
        placement: name.to_owned(),
        margin_floor: amounts::share(section, "margin_floor", findings),
        owner,
        kpi,
        review_by: times::day(section, "review_by", findings),
    }
}

/// `price = { … }`.
fn price(section: Section<'_, '_>, findings: &mut Findings<'_>) -> PriceWindow {
    let Some(price) = section.section("price", findings) else { return PriceWindow::default() };
    price.allow(&["max_share_of_cart", "relative_to_product", "relax_to"], &[], findings);
    let expected = "a share above 0, at most 100";
    let max_share_of_cart = price.single("max_share_of_cart", expected, |n| n > 0.0 && n <= DEAREST, findings);
    let relative_to_product = shares(price, "relative_to_product", findings);
    let relax_to = shares(price, "relax_to", findings);
    if let Some(value) = price.get("relax_to") {
        let inside = ["a window that holds `relative_to_product`", "a narrower one", "widen it"];
        match (relative_to_product, relax_to) {
            _ if !price.has("relative_to_product") => {
                let expected = "a window such as [0.7, 1.25], which `relax_to` widens";
                price.missing("relative_to_product", "price", expected, findings);
            }
            (Some((low, high)), Some((wide_low, wide_high))) if wide_low > low || wide_high < high => {
                unfit::<()>("relax_to", inside, value.span(), findings);
            }
            _ => {}
        }
    }
    PriceWindow { max_share_of_cart, relative_to_product, relax_to }
}

/// `[low, high]`: shares of the product's price, ascending.
fn shares(section: Section<'_, '_>, key: &'static str, findings: &mut Findings<'_>) -> Option<(f32, f32)> {
    let value = section.get(key)?;
    let Some(list) = value.get_ref().as_array() else {
        return wrong_type(key, "two shares such as [0.7, 1.25]", value, findings);
    };
    let (Some(low), Some(high), 2) = (list.first(), list.get(1), list.len()) else {
        let found = format!("{} of them", list.len());
        return unfit(key, ["two shares such as [0.7, 1.25]", &found, "write two"], value.span(), findings);
    };
    let expected = "a share from 0 to 100";
    let mut share = |value| super::reader::single(key, value, expected, |n| (0.0..=DEAREST).contains(&n), findings);
    let (low, high) = (share(low), share(high));
    let (low, high) = (low?, high?);
    if low > high {
        let why = ["the lower share first", "the higher one", "exchange them"];
        return unfit(key, why, value.span(), findings);
    }
    Some((low, high))
}

/// `stock = { … }`: a state left out is shown, but for what is sold out.
fn stock(section: Section<'_, '_>, findings: &mut Findings<'_>) -> [StockUse; 5] {
    let usual = |state| if state == StockState::Out { StockUse::Hide } else { StockUse::Show };
    let stock = section.get("stock").and_then(|value| section_of("stock", value, findings));
    if let Some(stock) = stock {
        stock.allow(&STATES.map(StockState::name), &[], findings);
    }
    STATES.map(|state| {
        let written = stock.and_then(|stock| stock.word(state.name(), &USES, &[], findings));
        written.unwrap_or(usual(state))
    })
}

/// `fallback = […]`: rungs in the order in which they are climbed.
fn fallback(section: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<Vec<Rung>> {
    let rungs = section.words("fallback", &Rung::ALL.map(|rung| (rung.name(), rung)), &[], findings)?;
    let again = rungs.iter().enumerate().find(|(n, rung)| rungs.iter().take(*n).any(|before| before == *rung));
    if let (Some((_, rung)), Some(value)) = (again, section.get("fallback")) {
        let found = format!("`{}` twice", rung.name());
        return unfit("fallback", ["each rung once", &found, "remove one"], value.span(), findings);
    }
    Some(rungs)
}

/// The strategy of a placement; a built-in placement has one of its own, any other must name it.
fn strategy(
    name: &str,
    place: Range<usize>,
    section: Section<'_, '_>,
    findings: &mut Findings<'_>,
) -> Option<Strategy> {
    if section.has("strategy") {
        return section.word("strategy", &Strategy::ALL.map(|word| (word.name(), word)), &[], findings);
    }
    let own = built_in::strategy(name);
    if own.is_none() {
        let expected = Strategy::ALL.map(Strategy::name).join(", ");
        let table = format!("placement.{}", name.chars().take(64).collect::<String>());
        findings.add(place, Problem::MissingKey { key: "strategy", table, expected: format!("one of {expected}") });
    }
    own
}

/// What holds and does nothing.
fn remarks(section: Section<'_, '_>, policy: &Policy, findings: &mut Findings<'_>) {
    let mut remark = |key: &str, message: &str| {
        if let Some(value) = section.get(key) {
            findings.remark(&value.span(), Severity::Warning, message.to_owned());
        }
    };
    if policy.objective != Objective::Relevance && policy.max_relevance_loss == 0.0 {
        remark("objective", "`objective` may cost no relevance and so changes nothing; add `max_relevance_loss = 0.1`");
    }
    if policy.strategy != Strategy::Rerank {
        remark("max_moves", "`max_moves` is for `strategy = \"rerank\"` alone; remove it");
    }
    let popular_first = policy.fallback.iter().position(|rung| *rung == Rung::Popular);
    if popular_first.is_some_and(|at| at + 1 < policy.fallback.len()) {
        remark("fallback", "`popular` fills any list, so the rungs behind it are hardly reached; put it last");
    }
}
