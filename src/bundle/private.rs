//! What never leaves the server: the part of an edge bundle that a public one lacks.

use super::layout::{MAX_ALTERNATIVES, MAX_PRIVATE_BYTES};
use super::rule::{EVERY_STATE, MAX_RULES, Match, Rule, Span, Test, When};
use super::rule_table::{effect_rule, segment_rule, window_rule};
use super::stored::stored;
use super::structured::{Structured, is_text, placement_rule};
use super::terms::knots_rule;

/// The shop's own knowledge. It is not covered by the model's name, so that a public and an edge bundle of one training run
/// have the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Private {
    /// Units on hand up to which stock is low.
    pub low_at: i64,
    /// Seven ascending contributions in minor units that part the eight value classes; none where no cost is known.
    pub value_knots: Vec<i64>,
    /// The rules as they are written.
    pub rules: Vec<Rule>,
    /// For each compiled rule the number of the rule in `rules` that it came from.
    pub origins: Vec<u16>,
    /// What is said of placements and is nobody else's business.
    pub placements: Vec<PlacementNote>,
}

stored!(struct Private { low_at, value_knots, rules, origins, placements });

/// What is said of a placement and is nobody else's business.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlacementNote {
    /// The placement's name.
    pub placement: String,
    /// Least contribution as a share of the price, in thousandths; items without a known cost pass.
    pub margin_floor: Option<i64>,
    /// Who answers for it.
    pub owner: String,
    /// What it is judged by.
    pub kpi: String,
    /// The day by which it is to be looked at again, since 1970.
    pub review_by: Option<i32>,
}

stored!(struct PlacementNote { placement, margin_floor, owner, kpi, review_by });

/// What an edge bundle knows of an item beyond a public one. Empty texts are absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemFacts {
    /// Price less cost, in minor units.
    pub contribution: Option<i64>,
    /// Units on hand.
    pub count: Option<i64>,
    /// The maker.
    pub brand: String,
    /// The variant group, in the catalog's words.
    pub group: String,
    /// Free words.
    pub tags: Vec<String>,
}

impl Structured for Private {
    const NAME: &'static str = "private";
    const LIMIT: usize = MAX_PRIVATE_BYTES;

    fn broken_rule(&self) -> Option<&'static str> {
        if self.low_at < 0 {
            return Some("a count of low stock ≥ 0 is expected");
        }
        if self.rules.len() > MAX_RULES || self.origins.iter().any(|origin| usize::from(*origin) >= self.rules.len()) {
            return Some("at most 4,096 rules, and origins among them, are expected");
        }
        knots_rule(&self.value_knots).or_else(|| self.rules.iter().find_map(rule_rule)).or_else(|| self.notes_rule())
    }
}

impl Private {
    fn notes_rule(&self) -> Option<&'static str> {
        let notes = &self.placements;
        let texts = |note: &PlacementNote| is_text(&note.owner) && is_text(&note.kpi);
        if !notes.iter().all(|note| texts(note) && note.margin_floor.is_none_or(|floor| floor <= 1000)) {
            return Some("short texts and floors of at most 1,000 thousandths are expected");
        }
        placement_rule(notes.iter().map(|note| note.placement.as_str()))
    }
}

fn rule_rule(rule: &Rule) -> Option<&'static str> {
    if rule.name.is_empty() || !is_text(&rule.name) {
        return Some("a rule's name must have 1 to 200 bytes and no control characters");
    }
    placement_rule(rule.placements.iter().map(String::as_str))
        .or_else(|| match_rule(&rule.matches))
        .or_else(|| when_rule(&rule.when))
        .or_else(|| effect_rule(rule.action))
        .or_else(|| window_rule(rule.from, rule.until))
}

fn when_rule(when: &When) -> Option<&'static str> {
    let matches = [&when.cart_contains_any, &when.cart_contains_all, &when.cart_contains_none, &when.product];
    let spans = [when.cart_subtotal, when.cart_lines];
    matches
        .into_iter()
        .flatten()
        .find_map(match_rule)
        .or_else(|| spans.into_iter().flatten().find_map(span_rule))
        .or_else(|| segment_rule(&when.segment))
}

fn match_rule(matches: &Match) -> Option<&'static str> {
    if matches.tests.len() > MAX_ALTERNATIVES || matches.not.len() > MAX_ALTERNATIVES {
        return Some("more than 64 tests");
    }
    matches.tests.iter().chain(&matches.not).find_map(test_rule)
}

fn test_rule(test: &Test) -> Option<&'static str> {
    match test {
        Test::Sku(texts) => {
            let sound =
                texts.iter().all(|text| text.len() <= super::layout::MAX_SKU_BYTES && !text.contains(char::is_control));
            (!sound).then_some("a SKU is longer than 255 bytes or holds control characters")
        }
        Test::Title(texts) | Test::Category(texts) | Test::Brand(texts) | Test::Tag(texts) | Test::Group(texts) => {
            let sound = texts.iter().all(|text| is_text(text));
            (!sound).then_some("a text is longer than 200 bytes or holds control characters")
        }
        Test::State(states) => (*states > EVERY_STATE).then_some("a state of stock that does not exist"),
        Test::Price(span) | Test::Margin(span) | Test::Count(span) | Test::Age(span) => span_rule(*span),
    }
}

fn span_rule(span: Span) -> Option<&'static str> {
    (span.min > span.max).then_some("a span ends before it begins")
}
