//! What never leaves the server: the part of an edge bundle that a public one lacks.

use super::rule::Rule;
use bincode::{Decode, Encode};

/// The shop's own knowledge. It is not covered by the model's name, so that a public and an edge bundle of one training run
/// have the same.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
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

/// What is said of a placement and is nobody else's business.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
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
