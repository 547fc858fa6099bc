//! What is bought with products of each class, for products that have no row of their own.

use super::bits::u32_at;
use super::error::{DraftError, OpenError};
use super::layout::MAX_CLASS_PAIRS;
use crate::shop::ItemId;
use std::ops::Range;

/// Bytes before the offsets.
const HEADER_BYTES: usize = 8;

/// The section's bytes: number of classes, number of items in all rows, an offset a class and one at the end, the items.
/// `None` where nothing is known.
pub(super) fn encode(rows: &[Vec<ItemId>], classes: usize, items: usize) -> Result<Option<Vec<u8>>, DraftError> {
    if rows.iter().all(Vec::is_empty) {
        return Ok(None);
    }
    check_rows(rows, classes, items)?;
    let total: usize = rows.iter().map(Vec::len).sum();
    let mut out = (classes as u32).to_le_bytes().to_vec();
    out.extend((total as u32).to_le_bytes());
    let mut offset = 0u32;
    out.extend(offset.to_le_bytes());
    for class in 0..classes {
        offset += rows.get(class).map_or(0, Vec::len) as u32;
        out.extend(offset.to_le_bytes());
    }
    rows.iter().flatten().for_each(|item| out.extend(item.0.to_le_bytes()));
    Ok(Some(out))
}

fn check_rows(rows: &[Vec<ItemId>], classes: usize, items: usize) -> Result<(), DraftError> {
    if rows.len() > classes {
        return Err(DraftError::TooMany { what: "classes with pairs", found: rows.len(), limit: classes });
    }
    for (class, row) in rows.iter().enumerate() {
        let bad = |rule| Err(DraftError::Row { relation: "class_pairs", item: class as u32, rule });
        if row.len() > MAX_CLASS_PAIRS {
            return bad("more than 16 items");
        }
        if row.iter().any(|item| item.index() >= items) {
            return bad("an item beyond the last");
        }
        if row.iter().enumerate().any(|(n, item)| row.iter().take(n).any(|other| other == item)) {
            return bad("an item stands twice");
        }
    }
    Ok(())
}

/// Where the section lies.
#[derive(Clone, Debug)]
pub(super) struct ClassPairsShape {
    offsets: Range<usize>,
    data: Range<usize>,
}

impl ClassPairsShape {
    /// Checks counts and offsets of the section at `range`.
    pub fn check(file: &[u8], range: Range<usize>) -> Result<Self, OpenError> {
        let bad = |rule| OpenError::Malformed { section: "class_pairs", rule };
        let section = file.get(range.clone()).unwrap_or_default();
        let (classes, total) = (u32_at(section, 0).unwrap_or(0) as usize, u32_at(section, 4).unwrap_or(0) as usize);
        let data = HEADER_BYTES as u64 + (classes as u64 + 1) * 4;
        if section.len() as u64 != data + total as u64 * 4 {
            return Err(bad("its length does not fit its counts"));
        }
        let offset = |n: usize| u32_at(section, HEADER_BYTES + n * 4).unwrap_or(0) as usize;
        let ascends = |n: usize| offset(n) <= offset(n + 1) && offset(n + 1) - offset(n) <= MAX_CLASS_PAIRS;
        if offset(0) != 0 || !(0..classes).all(ascends) || offset(classes) != total {
            return Err(bad("offsets do not ascend from 0 to the end in steps of at most 16"));
        }
        let (start, data) = (range.start + HEADER_BYTES, range.start + data as usize);
        Ok(Self { offsets: start..data, data: data..range.end })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        (self.offsets.len() / 4).saturating_sub(1)
    }

    /// The items of a class (from 0), best first.
    pub fn of<'a>(&self, file: &'a [u8], class: usize) -> impl Iterator<Item = ItemId> + use<'a> {
        let part = |range: &Range<usize>| file.get(range.clone()).unwrap_or_default();
        let offsets = part(&self.offsets);
        let offset = |n: usize| Some(u32_at(offsets, n.checked_mul(4)?)? as usize * 4);
        let range = offset(class).zip(class.checked_add(1).and_then(offset));
        let row = range.and_then(|(start, end)| part(&self.data).get(start..end)).unwrap_or_default();
        row.chunks_exact(4).map(|item| ItemId(u32_at(item, 0).unwrap_or(u32::MAX)))
    }
}
