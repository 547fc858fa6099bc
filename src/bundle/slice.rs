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
}

/// How much of a relation is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// All of it.
    Standard,
    /// The 8 heaviest neighbours an item (16 in `similar`) in 3 bits.
    Small,
}

/// The bytes of a slice of `bundle`. It has the same model id, so that it joins other slices.
///
/// What the bundle does not hold is left out; an addition of nothing is a valid file that brings nothing. A slice of an
/// addition is one too.
///
/// # Errors
///
/// [`DraftError::Row`] where a row of a damaged bundle cannot be written again in the small profile.
pub fn slice<D: AsRef<[u8]>>(bundle: &Bundle<D>, cut: &Cut) -> Result<Vec<u8>, DraftError> {
    let mut contents = Vec::new();
    for section in &bundle.head().sections {
        let Some(kind) = section.kind() else { continue };
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

fn small<D: AsRef<[u8]>>(bundle: &Bundle<D>, kind: RelationKind) -> Result<Vec<u8>, DraftError> {
    let keep = if kind == RelationKind::Similar { 16 } else { 8 };
    let rows = match bundle.relation(kind) {
        Some(relation) => (0..bundle.len() as u32).map(|item| heaviest(&relation, ItemId(item), keep)).collect(),
        None => Vec::new(),
    };
    relation_writer::encode(&DraftRelation { kind, bits: 3, rows }, bundle.len())
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
