//! Smaller bundles of the same model.

use super::draft::{DraftRelation, Edge, RelationKind};
use super::error::DraftError;
use super::head::{Content, assemble};
use super::layout::*;
use super::open::Bundle;
use super::relation::Relation;
use super::relation_writer;
use crate::shop::ItemId;

/// What a slice keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Relations to keep.
    pub relations: Vec<RelationKind>,
    /// Whether cards are kept.
    pub cards: bool,
    /// Whether items are left out, so that the slice only adds to another bundle.
    pub addition: bool,
    /// How much of each relation is kept.
    pub profile: Profile,
    /// Whom the slice is for.
    pub audience: Audience,
}

/// Whom a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody: nothing in it tells a cost, a margin, a count or the words of a rule.
    Public,
    /// The shop's own servers, which may know all of that.
    Edge,
}

impl Audience {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Public, Self::Edge];

    /// The name used on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Edge => "edge",
        }
    }
}

/// How much of a relation is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// All of it.
    Standard,
    /// The 8 heaviest neighbours an item (16 in `similar`) in 3 bits; more where the catalog is small.
    Small,
}

/// The bytes of a slice of `bundle`. It has the same model id, so that it joins other slices.
///
/// What the bundle does not hold is left out; an addition of nothing is a valid file that brings nothing. A slice of an
/// addition is one too.
///
/// # Errors
///
/// [`DraftError::Row`] where a row of a damaged bundle cannot be written again in the small profile;
/// [`DraftError::PublicBundle`] where a slice for the edge is asked of a bundle for the public.
pub fn slice<D: AsRef<[u8]>>(bundle: &Bundle<D>, cut: &Cut) -> Result<Vec<u8>, DraftError> {
    if cut.audience == Audience::Edge && bundle.audience() == Audience::Public {
        return Err(DraftError::PublicBundle);
    }
    let mut contents = Vec::new();
    for section in &bundle.head().sections {
        let Some(kind) = section.kind() else { continue };
        if kind.is_private() && cut.audience == Audience::Public {
            continue;
        }
        let bytes = match RelationKind::ALL.into_iter().find(|relation| relation.section() == kind) {
            Some(relation) if !cut.relations.contains(&relation) => continue,
            Some(relation) if cut.profile == Profile::Small => small(bundle, relation)?,
            None if kind == SectionKind::Cards && !cut.cards => continue,
            None if kind != SectionKind::Cards && cut.addition => continue,
            _ => bundle.section(section).to_vec(),
        };
        contents.push(Content { number: section.number, flags: section.flags, bytes });
    }
    let addition = cut.addition || bundle.head().is_addition();
    let flags = if addition { FLAG_ADDITION } else { 0 };
    Ok(assemble(flags, bundle.head().model, bundle.len(), &contents))
}

/// Edges of a relation that the small profile may keep whatever the catalog's size; twice that in `similar`.
const SMALL_EDGES: usize = 80_000;
/// Edges an item that the small profile keeps in catalogs of 10,000 items and more, and at most.
const SMALL_ROW: (usize, usize) = (8, 64);

/// Edges an item and bits a weight of a relation in the small profile: 8 edges (16 in `similar`) and 3 bits at 10,000
/// items; smaller catalogs keep more, to 80,000 edges a relation and 64 an item (twice that in `similar`), and relations
/// of more than 4 bits keep 4.
pub(crate) fn small_size(kind: RelationKind, items: usize, bits: u8) -> (usize, u8) {
    let factor = if kind == RelationKind::Similar { 2 } else { 1 };
    let (least, most) = SMALL_ROW;
    let row = (SMALL_EDGES / items.max(1)).clamp(least, most) * factor;
    (row, if bits > 4 { 4 } else { bits.min(3) })
}

fn small<D: AsRef<[u8]>>(bundle: &Bundle<D>, kind: RelationKind) -> Result<Vec<u8>, DraftError> {
    let bits = bundle.relation(kind).map_or(0, |relation| relation.bits());
    let (keep, bits) = small_size(kind, bundle.len(), bits);
    let rows = match bundle.relation(kind) {
        Some(relation) => (0..bundle.len() as u32).map(|item| heaviest(&relation, ItemId(item), keep)).collect(),
        None => Vec::new(),
    };
    relation_writer::encode(&DraftRelation { kind, bits, rows }, bundle.len())
}

/// The `keep` neighbours of largest magnitude, ties by item, ascending by item.
fn heaviest(relation: &Relation<'_>, item: ItemId, keep: usize) -> Vec<Edge> {
    let edges = relation.row(item).filter(|(neighbour, _)| *neighbour != item);
    let mut row: Vec<Edge> = edges.map(|(item, weight)| Edge { item, weight }).collect();
    row.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()).then(a.item.cmp(&b.item)));
    row.truncate(keep);
    row.sort_by_key(|edge| edge.item);
    row
}
