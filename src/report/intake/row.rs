//! What is kept of an event and of an order while a report is made.

use super::names::NameId;
use serde::{Deserialize, Serialize};

/// Whom a row is about: a hash of the unit or of its key; 0 is nobody.
pub(crate) type UnitId = u128;

/// Something about one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub unit: UnitId,
    /// Milliseconds since 1970.
    pub at: i64,
    pub what: What,
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum What {
    Told(Told),
    Sold(Sold),
}

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Exposure,
    Impression,
    Click,
    Add,
}

/// An event; purchases become orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// A hash of its id.
    pub id: u64,
    pub kind: Kind,
    pub placement: NameId,
    /// A hash of the recommendation's id; 0: none.
    pub recommendation: u64,
    pub experiment: NameId,
    pub variant: NameId,
    pub withheld: bool,
    /// The arm is not the one that the unit's hash says.
    pub unlike: bool,
    pub skus: Vec<NameId>,
    pub segment: Vec<(NameId, NameId)>,
}

/// An order, or what came back of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sold {
    /// A hash of its number.
    pub order: u64,
    pub lines: Vec<Line>,
    /// The arms that it carries, experiment by experiment.
    pub variants: Vec<(NameId, NameId)>,
}

/// One product of an order, in minor units for all its pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Line {
    pub sku: NameId,
    /// Whether it was bought; else it came back.
    pub bought: bool,
    pub revenue: i64,
    /// Contribution margin, where the cost is known.
    pub margin: Option<i64>,
}

/// A line of an orders file or a purchase of a log, on its way to its order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OrderRow {
    /// A hash of the order's number.
    pub order: u128,
    pub at: i64,
    /// 0: nobody.
    pub unit: UnitId,
    /// Who pays, as a unit; for experiments that deal customers. 0: nobody.
    pub customer: UnitId,
    pub variants: Vec<(NameId, NameId)>,
    pub from: From,
}

/// Where an order's row is from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum From {
    /// A line of a file, by its number.
    File { file: u32, line: Line, cancelled: bool },
    /// A purchase of a log.
    Log { id: u64, lines: Vec<Line> },
}

/// A hash of a text, well mixed.
pub(crate) fn hash(text: &str) -> u128 {
    let hash = blake3::hash(text.as_bytes());
    let mut first = [0; 16];
    first.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
    u128::from_le_bytes(first)
}

/// The first half of a hash.
pub(crate) fn half(hash: u128) -> u64 {
    hash as u64
}
