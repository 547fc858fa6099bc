//! Rows of weights to the bytes of a relation section.

use super::bits::{BitWriter, width_of};
use super::draft::DraftRelation;
use super::error::DraftError;
use super::layout::*;
use super::quantise::{CodedRow, Quantiser};

/// A row with its Rice parameter and the sum of its quotients.
struct PlannedRow {
    row: CodedRow,
    rice: u32,
    unary: u32,
}

/// The bytes of `relation`'s section for a bundle of `items`.
///
/// # Errors
///
/// [`DraftError::Row`] where a row does not ascend, names itself, leaves the bundle, is too long, or holds a negative
/// weight in company of none that is signed.
pub(crate) fn encode(relation: &DraftRelation, items: usize) -> Result<Vec<u8>, DraftError> {
    check_rows(relation, items)?;
    let quantiser = Quantiser::fit(relation.bits, &relation.rows);
    let rows: Vec<PlannedRow> = relation.rows.iter().map(|row| plan(quantiser.code(row))).collect();
    let signed = rows.iter().flat_map(|planned| &planned.row.entries).any(|(_, negative, _)| *negative);
    let degree_bits = width_of(rows.iter().map(|planned| planned.row.entries.len() as u32).max().unwrap_or(0));
    let unary_bits = width_of(rows.iter().map(|planned| planned.unary).max().unwrap_or(0));
    let edges: usize = rows.iter().map(|planned| planned.row.entries.len()).sum();

    let blocks: Vec<Vec<u8>> = rows
        .chunks(ROWS_PER_BLOCK)
        .map(|block| encode_block(block, degree_bits, unary_bits, relation.bits, signed))
        .collect();
    let mut out = Vec::new();
    out.extend((items as u32).to_le_bytes());
    out.extend((edges as u32).to_le_bytes());
    out.extend([relation.bits, u8::from(signed), degree_bits as u8, unary_bits as u8]);
    out.extend(quantiser.top().to_le_bytes());
    out.extend((blocks.len() as u32).to_le_bytes());
    out.extend([0; 4]);
    let mut offset = 0u32;
    out.extend(offset.to_le_bytes());
    for block in &blocks {
        offset += block.len() as u32;
        out.extend(offset.to_le_bytes());
    }
    blocks.iter().for_each(|block| out.extend(block));
    Ok(out)
}

fn check_rows(relation: &DraftRelation, items: usize) -> Result<(), DraftError> {
    let bad = |item: usize, rule| DraftError::Row { relation: relation.kind.name(), item: item as u32, rule };
    if relation.rows.len() != items || !(1..=8).contains(&relation.bits) {
        return Err(bad(relation.rows.len(), "expected one row an item and 1 to 8 bits a weight"));
    }
    for (item, row) in relation.rows.iter().enumerate() {
        if row.len() > MAX_DEGREE {
            return Err(bad(item, "more than 255 neighbours"));
        }
        if !row.is_sorted_by(|a, b| a.item < b.item) {
            return Err(bad(item, "neighbours do not ascend"));
        }
        if row.iter().any(|edge| edge.item.index() >= items || edge.item.index() == item) {
            return Err(bad(item, "a neighbour is the item itself or none of the bundle"));
        }
        if row.iter().any(|edge| !edge.weight.is_finite()) {
            return Err(bad(item, "a weight is not finite"));
        }
    }
    Ok(())
}

/// Chooses the Rice parameter that makes the row shortest, with quotients that sum to at most 255.
fn plan(row: CodedRow) -> PlannedRow {
    let total = |rice: u32| gaps(&row).map(|gap| gap >> rice).fold(0u32, u32::saturating_add);
    let bits = |rice: &u32| u64::from(total(*rice)) + row.entries.len() as u64 * u64::from(*rice);
    let rice = (0..32).filter(|rice| total(*rice) <= 255).min_by_key(bits).unwrap_or(31);
    let unary = total(rice);
    PlannedRow { rice, unary, row }
}

/// Distance of each neighbour to the one before it, less one.
fn gaps(row: &CodedRow) -> impl Iterator<Item = u32> {
    let mut next = 0;
    row.entries.iter().map(move |(item, ..)| {
        let gap = item - next;
        next = item + 1;
        gap
    })
}

fn encode_block(rows: &[PlannedRow], degree_bits: u32, unary_bits: u32, bits: u8, signed: bool) -> Vec<u8> {
    let mut out = BitWriter::default();
    for slot in 0..ROWS_PER_BLOCK {
        let Some(planned) = rows.get(slot) else {
            out.put(0, degree_bits);
            continue;
        };
        out.put(planned.row.entries.len() as u32, degree_bits);
        if !planned.row.entries.is_empty() {
            out.put(u32::from(planned.row.scale), SCALE_BITS);
            out.put(planned.rice, RICE_BITS);
            out.put(planned.unary, unary_bits);
        }
    }
    for planned in rows {
        for ((_, negative, code), gap) in planned.row.entries.iter().zip(gaps(&planned.row)) {
            out.put_unary(gap >> planned.rice);
            out.put(gap, planned.rice);
            if signed {
                out.put(u32::from(*negative), 1);
            }
            out.put(u32::from(*code), u32::from(bits));
        }
    }
    out.into_bytes()
}
