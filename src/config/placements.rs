//! `[placement.*]`: the policies of the file, and those that endcap brings along.

use super::error::Problem;
use super::reader::{Findings, Section};
use crate::bundle::{Policy, Rung, SameCategory, Strategy};

/// Words of `strategy`.
const STRATEGIES: [(&str, Strategy); 5] = [
    ("cart_addons", Strategy::CartAddons),
    ("bought_together", Strategy::BoughtTogether),
    ("similar", Strategy::Similar),
    ("replenish", Strategy::Replenish),
    ("popular", Strategy::Popular),
];
/// Words of `same_category`.
const SAME_CATEGORY: [(&str, SameCategory); 3] =
    [("allow", SameCategory::Allow), ("block", SameCategory::Block), ("unless_varied", SameCategory::UnlessVaried)];
/// Keys of a placement.
const KEYS: [&str; 6] = ["strategy", "limit", "objective", "same_category", "min_relevance", "fallback"];
/// Keys of a placement in later versions.
const LATER: [&str; 13] = [
    "max_relevance_loss",
    "margin_floor",
    "price",
    "stock",
    "same_brand",
    "max_per_category",
    "max_per_brand",
    "max_per_group",
    "diversity",
    "owner",
    "kpi",
    "review_by",
    "enabled",
];
/// Most placements of a file: a page has a handful, and a bundle carries them all.
const MOST: usize = 64;
/// `limit` where the file says nothing.
const LIMIT: u16 = 10;

/// The policies of a placement file that says nothing, in the order of their names.
pub(super) fn built_in() -> Vec<Policy> {
    let policy = |placement: &str, strategy, limit, same_category| Policy {
        limit,
        same_category,
        ..Policy::neutral(placement, strategy)
    };
    vec![
        policy("cart", Strategy::CartAddons, 4, SameCategory::UnlessVaried),
        policy("pdp_complements", Strategy::BoughtTogether, 3, SameCategory::UnlessVaried),
        policy("pdp_similar", Strategy::Similar, 6, SameCategory::Allow),
        policy("post_purchase", Strategy::Replenish, 6, SameCategory::Allow),
    ]
}

/// The policies of `[placement.*]`, joined by the built-in ones that the file does not mention, by name.
pub(super) fn read(placements: Option<Section<'_, '_>>, findings: &mut Findings<'_>) -> Vec<Policy> {
    let mut policies = Vec::new();
    for (name, place, section) in placements.map(|all| all.sections(findings)).unwrap_or_default() {
        if policies.len() == MOST {
            let (expected, found) = (format!("at most {MOST} placements"), "one more".to_owned());
            findings.add(place, Problem::OutOfRange { key: "placement".to_owned(), expected, found });
            break;
        }
        if !is_name(name) {
            let expected = "a name of 1 to 64 letters a to z, digits, `_` and `-`".to_owned();
            let found = name.chars().take(64).collect();
            findings.add(place.clone(), Problem::OutOfRange { key: "placement".to_owned(), expected, found });
        }
        policies.extend(policy(name, place, section, findings));
    }
    for built_in in built_in() {
        if !policies.iter().any(|policy| policy.placement == built_in.placement) {
            policies.push(built_in);
        }
    }
    policies.sort_by(|a, b| a.placement.cmp(&b.placement));
    policies
}

/// Whether a placement may be called so: the name travels in attributes, paths and logs.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// One placement as it stands: a key left out is neutral.
fn policy(
    name: &str,
    place: std::ops::Range<usize>,
    section: Section<'_, '_>,
    findings: &mut Findings<'_>,
) -> Option<Policy> {
    section.allow(&KEYS, &LATER, findings);
    section.word("objective", &[("relevance", ())], &["revenue", "margin"], findings);
    let limit = section.integer("limit", 1..=100, findings);
    let same_category = section.word("same_category", &SAME_CATEGORY, &[], findings);
    let min_relevance = section.number("min_relevance", 0.0..=1.0, findings);
    let rungs = section.words("fallback", &[("popular", ())], &["category_pairs", "popular_in_category"], findings);
    let strategy = strategy(name, place, section, findings)?;
    Some(Policy {
        limit: limit.and_then(|n| u16::try_from(n).ok()).unwrap_or(LIMIT),
        same_category: same_category.unwrap_or(SameCategory::Allow),
        min_relevance: min_relevance.unwrap_or(0.0) as f32,
        fallback: if rungs.is_none_or(|rungs| !rungs.is_empty()) { vec![Rung::Popular] } else { Vec::new() },
        ..Policy::neutral(name, strategy)
    })
}

/// The strategy of a placement; a built-in placement has one of its own, any other must name it.
fn strategy(
    name: &str,
    place: std::ops::Range<usize>,
    section: Section<'_, '_>,
    findings: &mut Findings<'_>,
) -> Option<Strategy> {
    if section.has("strategy") {
        return section.word("strategy", &STRATEGIES, &["alternatives", "rerank"], findings);
    }
    let own = built_in().into_iter().find(|policy| policy.placement == name).map(|policy| policy.strategy);
    if own.is_none() {
        let expected = STRATEGIES.map(|(word, _)| word).join(", ");
        let table = format!("placement.{}", name.chars().take(64).collect::<String>());
        findings.add(place, Problem::MissingKey { key: "strategy", table, expected: format!("one of {expected}") });
    }
    own
}
