//! Columns of one small number an item: class and group.

use super::bits::u32_at;
use super::error::OpenError;
use std::ops::Range;

/// Bytes before the numbers.
const COLUMN_HEADER_BYTES: usize = 8;

/// The bytes of a column: count, width, three zeros, and the numbers in 1, 2 or 4 bytes each.
pub(crate) fn encode(numbers: &[u32]) -> Vec<u8> {
    let width = match numbers.iter().max() {
        Some(256..=65_535) => 2,
        Some(65_536..) => 4,
        _ => 1,
    };
    let mut out = Vec::with_capacity(COLUMN_HEADER_BYTES + numbers.len() * width);
    out.extend((numbers.len() as u32).to_le_bytes());
    out.extend([width as u8, 0, 0, 0]);
    numbers.iter().for_each(|number| out.extend(number.to_le_bytes().into_iter().take(width)));
    out
}

/// Where a column lies.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnShape {
    width: usize,
    data: Range<usize>,
}

impl ColumnShape {
    pub fn check(file: &[u8], range: Range<usize>, items: usize, name: &'static str) -> Result<Self, OpenError> {
        let bad = |rule| OpenError::Malformed { section: name, rule };
        let section = file.get(range.clone()).ok_or_else(|| bad("leaves the file"))?;
        let (count, width) = (u32_at(section, 0).unwrap_or(0), u32_at(section, 4).unwrap_or(0));
        if ![1, 2, 4].contains(&width) {
            return Err(bad("a width of 1, 2 or 4 bytes is expected"));
        }
        if count as usize != items || section.len() != COLUMN_HEADER_BYTES + items * width as usize {
            return Err(bad("one number an item is expected"));
        }
        Ok(Self { width: width as usize, data: range.start + COLUMN_HEADER_BYTES..range.end })
    }

    /// The number of `item`, 0 where there is none.
    #[inline]
    pub fn at(&self, file: &[u8], item: usize) -> u32 {
        let start = self.data.start + item * self.width;
        let Some(bytes) = file.get(start..start + self.width).filter(|_| start < self.data.end) else { return 0 };
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }
}
