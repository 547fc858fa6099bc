//! Why rules cannot be compiled.

use super::facts::Field;
use crate::bundle::{MAX_RULES, MAX_SETS};
use std::fmt;

/// Why rules cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileError {
    /// A rule or a note names a placement that there is not.
    UnknownPlacement {
        /// The rule's name; empty for a note.
        rule: String,
        /// What it names.
        placement: String,
        /// The placements that there are, joined by commas.
        known: String,
    },
    /// A rule or a margin floor needs what this file does not tell.
    Untold {
        /// The rule's name, or the placement's where `floor` says so.
        name: String,
        /// Whether it is a placement's margin floor.
        floor: bool,
        /// What it needs.
        field: Field,
    },
    /// A `when` tests what changes by the hour, or figures.
    WhenTests {
        /// The rule's name.
        rule: String,
        /// The part of the `when`.
        part: &'static str,
        /// The test.
        test: &'static str,
    },
    /// More rules than a bundle holds.
    TooManyRules {
        /// How many there are.
        found: usize,
    },
    /// More sets of items than a bundle holds.
    TooManySets {
        /// The rule with which it became too many.
        rule: String,
    },
    /// More placements than a mask has bits.
    TooManyPlacements {
        /// How many there are.
        found: usize,
    },
}

impl CompileError {
    /// The stable code, as the npm package reports it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownPlacement { .. } => "E_UNKNOWN_PLACEMENT",
            Self::Untold { field: Field::Title | Field::Category, .. } => "E_NO_CARDS",
            Self::Untold { .. } => "E_PUBLIC_BUNDLE",
            _ => "E_RULE",
        }
    }

    /// Every code of its own, for the lists made from this one.
    pub const CODES: [&'static str; 2] = ["E_NO_CARDS", "E_RULE"];
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPlacement { rule, placement, known } => write!(
                f,
                "{}: expected one of the placements {known}, found {placement:?}: correct the name, or add \
                 [placement.{placement}]",
                of(rule)
            ),
            Self::Untold { name, floor: false, field } => write!(
                f,
                "rule {name:?}: it matches by {}, which this file does not tell: compile against the edge bundle, or give \
                 --catalog",
                field.name()
            ),
            Self::Untold { name, .. } => write!(
                f,
                "placement {name:?}: its margin_floor needs costs, which this file does not tell: compile against the \
                 edge bundle, or give --catalog"
            ),
            Self::WhenTests { rule, part, test } => write!(
                f,
                "rule {rule:?}: expected {part} to test sku, title, category, brand, tag or group, found {test}: move it \
                 to `match`, or leave it out"
            ),
            Self::TooManyRules { found } => write!(
                f,
                "expected at most {MAX_RULES} rules that are more than a plain exclusion, found {found}: join rules that \
                 do the same in one list"
            ),
            Self::TooManySets { rule } => write!(
                f,
                "rule {rule:?}: expected at most {MAX_SETS} different sets of items in all rules, found more: give rules \
                 the same `match`, or use cart_contains_any for long lists"
            ),
            Self::TooManyPlacements { found } => {
                write!(f, "expected at most 64 placements, found {found}: leave out those that no page asks for")
            }
        }
    }
}

impl std::error::Error for CompileError {}

/// Whose name it is.
fn of(rule: &str) -> String {
    if rule.is_empty() { "margin_floor".into() } else { format!("rule {rule:?}") }
}
