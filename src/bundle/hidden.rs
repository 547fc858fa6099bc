//! Where items are hidden whatever is asked: excluded by a rule without conditions, or below a floor of margin.
//!
//! Many items share few masks: the section lists the masks that occur, and a column says which one each item has.

use super::bits::{u32_at, u64_at};
use super::columns::{self, ColumnShape};
use super::draft::DraftItem;
use super::error::{DraftError, OpenError};
use super::rule_table::mask_fits;
use std::collections::BTreeSet;
use std::ops::Range;

/// Bytes before the masks.
const HEADER_BYTES: usize = 8;

/// The section's bytes: number of masks, four zeros, the masks ascending, and the number of each item's mask as a column.
/// `None` where nothing is hidden.
pub(super) fn encode(items: &[DraftItem], placements: usize) -> Result<Option<Vec<u8>>, DraftError> {
    if let Some(item) = items.iter().position(|item| !mask_fits(item.hidden, placements)) {
        return Err(DraftError::Item { item: item as u32, rule: "is hidden at a placement that does not exist" });
    }
    if items.iter().all(|item| item.hidden == 0) {
        return Ok(None);
    }
    let masks: Vec<u64> = items.iter().map(|item| item.hidden).collect::<BTreeSet<u64>>().into_iter().collect();
    let numbers: Vec<u32> = items.iter().map(|item| masks.binary_search(&item.hidden).unwrap_or(0) as u32).collect();
    let mut out = (masks.len() as u64).to_le_bytes().to_vec();
    masks.iter().for_each(|mask| out.extend(mask.to_le_bytes()));
    out.extend(columns::encode(&numbers));
    Ok(Some(out))
}

/// Where the section lies.
#[derive(Clone, Debug)]
pub(super) struct HiddenShape {
    masks: Range<usize>,
    column: ColumnShape,
}

impl HiddenShape {
    /// Checks counts and lengths of the section at `range`.
    pub fn check(file: &[u8], range: Range<usize>, items: usize) -> Result<Self, OpenError> {
        let bad = |rule| OpenError::Malformed { section: "hidden", rule };
        let section = file.get(range.clone()).unwrap_or_default();
        let (count, zeros) = (u32_at(section, 0).unwrap_or(0) as usize, u32_at(section, 4).unwrap_or(0));
        let column = HEADER_BYTES as u64 + count as u64 * 8;
        if column > section.len() as u64 || zeros != 0 {
            return Err(bad("its length does not fit its counts"));
        }
        let (start, column) = (range.start + HEADER_BYTES, range.start + column as usize);
        let shape = ColumnShape::check(file, column..range.end, items, "hidden")?;
        Ok(Self { masks: start..column, column: shape })
    }

    /// The mask of an item; all placements for a number that names none, so that damage shows nothing it should not.
    #[inline]
    pub fn of(&self, file: &[u8], item: usize) -> u64 {
        let at = self.masks.start + self.column.at(file, item) as usize * 8;
        if at < self.masks.end { u64_at(file, at).unwrap_or(u64::MAX) } else { u64::MAX }
    }

    /// The number of an item's mask, and how many masks there are.
    pub fn number_of(&self, file: &[u8], item: usize) -> (usize, usize) {
        (self.column.at(file, item) as usize, self.masks.len() / 8)
    }
}
