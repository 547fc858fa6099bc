//! Columns of one small number an item: class, group, brand, price, day of release; and one byte an item for its value.

use super::bits::u32_at;
use super::draft::{Draft, DraftItem};
use super::error::{DraftError, OpenError};
use super::layout::{MAX_PRICE, NO_VALUE};
use super::policy::VALUE_CLASSES;
use super::rule::CompiledRule;
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

/// The column of what `number` tells of each item, 0 where it tells nothing; `None` where it tells nothing of any.
pub(super) fn known(items: &[DraftItem], number: impl Fn(&DraftItem) -> Option<u32>) -> Option<Vec<u8>> {
    let numbers: Vec<u32> = items.iter().map(|item| number(item).unwrap_or(0)).collect();
    numbers.iter().any(|number| *number > 0).then(|| encode(&numbers))
}

/// The column of prices: minor units and one.
pub(super) fn prices(items: &[DraftItem]) -> Option<Vec<u8>> {
    known(items, |item| {
        let price = item.card.price?.minor();
        (0..=MAX_PRICE).contains(&price).then(|| price as u32 + 1)
    })
}

/// The column of days of release: days since 1970 and one; `None` where no rule asks for ages.
pub(super) fn releases(draft: &Draft) -> Option<Vec<u8>> {
    let asks = |rule: &CompiledRule| [Some(rule.selector), rule.unless].iter().flatten().any(|s| s.age.is_some());
    let day = |item: &DraftItem| u32::try_from(item.released?).ok()?.checked_add(1);
    draft.rules.rules.iter().any(asks).then(|| known(&draft.items, day)).flatten()
}

/// One byte an item: the class of its value; `None` where no value is known.
pub(super) fn values(items: &[DraftItem]) -> Result<Option<Vec<u8>>, DraftError> {
    if let Some(item) = items.iter().position(|item| item.value.is_some_and(|value| value >= VALUE_CLASSES)) {
        return Err(DraftError::Item { item: item as u32, rule: "has a value class above 7" });
    }
    let known = items.iter().any(|item| item.value.is_some());
    Ok(known.then(|| items.iter().map(|item| item.value.unwrap_or(NO_VALUE)).collect()))
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
