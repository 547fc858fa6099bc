//! Facts: what only a server may know of each item, read one at a time.

use super::bits::{u32_at, u64_at};
use super::error::OpenError;
use super::private::ItemFacts;
use crate::shop::ItemId;
use std::ops::Range;

/// Bit of an item whose contribution is known.
const HAS_CONTRIBUTION: u8 = 1;
/// Bit of an item whose units are counted.
const HAS_COUNT: u8 = 2;

/// The section's bytes, control characters in texts made spaces: count, four zeros, an offset an item and one at the end,
/// and the facts.
pub(super) fn encode<'a>(facts: impl ExactSizeIterator<Item = &'a ItemFacts>) -> Vec<u8> {
    let mut out = (facts.len() as u64).to_le_bytes().to_vec();
    let mut data = Vec::new();
    for facts in facts {
        out.extend((data.len() as u32).to_le_bytes());
        put_facts(&mut data, facts);
    }
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out
}

fn put_facts(data: &mut Vec<u8>, facts: &ItemFacts) {
    let bit = |known: bool, bit: u8| if known { bit } else { 0 };
    data.push(bit(facts.contribution.is_some(), HAS_CONTRIBUTION) | bit(facts.count.is_some(), HAS_COUNT));
    [facts.contribution, facts.count].iter().flatten().for_each(|number| data.extend(number.to_le_bytes()));
    put_text(data, &facts.brand);
    put_text(data, &facts.group);
    let tags = facts.tags.len().min(usize::from(u16::MAX));
    data.extend((tags as u16).to_le_bytes());
    facts.tags.iter().take(tags).for_each(|tag| put_text(data, tag));
}

fn put_text(data: &mut Vec<u8>, text: &str) {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = super::cards::clip(&text);
    data.extend((text.len() as u16).to_le_bytes());
    data.extend(text.as_bytes());
}

/// Where the facts lie.
#[derive(Clone, Debug)]
pub(super) struct FactsShape {
    offsets: Range<usize>,
    data: Range<usize>,
}

impl FactsShape {
    /// Checks count and offsets of the section at `range`.
    pub fn check(file: &[u8], range: Range<usize>, items: usize) -> Result<Self, OpenError> {
        let (offsets, data) = super::cards::check_offsets(file, range, items, "facts")?;
        Ok(Self { offsets, data })
    }

    /// The facts of `item`; texts that are no UTF-8 are empty, an item without facts is `None`.
    pub fn of(&self, file: &[u8], item: ItemId) -> Option<ItemFacts> {
        let offsets = file.get(self.offsets.clone())?;
        let start = u32_at(offsets, item.index() * 4)? as usize;
        let end = u32_at(offsets, item.index() * 4 + 4)? as usize;
        let mut rest = Rest(file.get(self.data.clone())?.get(start..end)?);
        let bits = *rest.take(1)?.first()?;
        let mut number = |bit: u8| if bits & bit != 0 { rest.number().map(Some) } else { Some(None) };
        let (contribution, count) = (number(HAS_CONTRIBUTION)?, number(HAS_COUNT)?);
        let (brand, group) = (rest.text()?, rest.text()?);
        let tags = (0..rest.length()?).map(|_| rest.text()).collect::<Option<Vec<String>>>()?;
        Some(ItemFacts { contribution, count, brand, group, tags })
    }
}

/// What is left to read of an item.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn length(&mut self) -> Option<usize> {
        self.take(2)?.first_chunk::<2>().map(|length| usize::from(u16::from_le_bytes(*length)))
    }

    fn number(&mut self) -> Option<i64> {
        u64_at(self.take(8)?, 0).map(|number| number as i64)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.length()?;
        Some(std::str::from_utf8(self.take(length)?).unwrap_or_default().to_string())
    }
}
