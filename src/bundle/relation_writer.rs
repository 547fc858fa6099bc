//! Rows of weights to the bytes of a relation section.

use super::bits::BitWriter;
use super::draft::DraftRelation;
use super::error::DraftError;
use super::layout::*;
use super::quantise::Quantiser;
use super::row_plan::{Frame, PlannedRow, gaps, plan};

/// The bytes of `relation`'s section for a bundle of `items`.
///
/// # Errors
///
/// [`DraftError::Row`] where a row does not ascend, names itself, leaves the bundle, is too long, or holds a negative
/// weight in company of none that is signed.
pub(crate) fn encode(relation: &DraftRelation, items: usize) -> Result<Vec<u8>, DraftError> {
    check_rows(relation, items)?;
    let quantiser = Quantiser::fit(relation.bits, &relation.rows);
    let (frame, rows) = plan(relation.rows.iter().map(|row| quantiser.code(row)).collect());
    let signed = rows.iter().flat_map(|planned| &planned.row.entries).any(|(_, negative, _)| *negative);
    let edges: usize = rows.iter().map(|planned| planned.row.entries.len()).sum();

    let blocks: Vec<Vec<u8>> =
        rows.chunks(ROWS_PER_BLOCK).map(|block| encode_block(block, &frame, relation.bits, signed)).collect();
    let mut out = Vec::new();
    out.extend((items as u32).to_le_bytes());
    out.extend((edges as u32).to_le_bytes());
    out.extend([relation.bits, u8::from(signed), frame.degree_bits as u8, frame.unary_bits as u8]);
    out.extend(quantiser.top().to_le_bytes());
    out.extend((blocks.len() as u32).to_le_bytes());
    out.extend([frame.full_degree as u8, frame.rice_base as u8, frame.rice_bits as u8, 0]);
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

fn encode_block(rows: &[PlannedRow], frame: &Frame, bits: u8, signed: bool) -> Vec<u8> {
    let mut out = BitWriter::default();
    for slot in 0..ROWS_PER_BLOCK {
        put_header(&mut out, rows.get(slot), frame);
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

/// The header of a row; a missing row is an empty one.
fn put_header(out: &mut BitWriter, planned: Option<&PlannedRow>, frame: &Frame) {
    let degree = planned.map_or(0, |planned| planned.row.entries.len() as u32);
    let full = degree == frame.full_degree;
    out.put(u32::from(full), 1);
    if !full {
        out.put(degree, frame.degree_bits);
    }
    if let Some(planned) = planned.filter(|_| degree > 0) {
        out.put(u32::from(planned.row.scale), SCALE_BITS);
        out.put(planned.rice - frame.rice_base, frame.rice_bits);
        out.put(planned.unary, frame.unary_bits);
    }
}
