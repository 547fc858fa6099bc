//! Cards: what a page shows of an item, read one at a time.

use super::bits::{u32_at, u64_at};
use super::draft::Card;
use super::error::OpenError;
use crate::shop::{Currency, ItemId, Money};
use std::ops::Range;

/// The section's bytes, control characters in texts made spaces: count, four zeros, an offset an item and one at the end, and the cards.
pub(crate) fn encode<'a>(cards: impl ExactSizeIterator<Item = &'a Card>) -> Vec<u8> {
    let count = cards.len();
    let (mut offsets, mut data) = (Vec::with_capacity(count + 1), Vec::new());
    for card in cards {
        offsets.push(data.len() as u32);
        for text in [&card.title, &card.category, &card.url, &card.image, &card.cart_id] {
            let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let text = clip(&text);
            data.extend((text.len() as u16).to_le_bytes());
            data.extend(text.as_bytes());
        }
        data.push(u8::from(card.price.is_some()));
        data.extend(card.price.map_or(0, Money::minor).to_le_bytes());
    }
    offsets.push(data.len() as u32);
    let mut out = Vec::new();
    out.extend((count as u32).to_le_bytes());
    out.extend([0; 4]);
    offsets.iter().for_each(|offset| out.extend(offset.to_le_bytes()));
    out.extend(data);
    out
}

/// At most 65,535 bytes of a text, cut between characters.
pub(super) fn clip(text: &str) -> &str {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Where the cards lie.
#[derive(Clone, Debug)]
pub(crate) struct CardsShape {
    offsets: Range<usize>,
    data: Range<usize>,
}

impl CardsShape {
    pub fn check(file: &[u8], range: Range<usize>, items: usize) -> Result<Self, OpenError> {
        let (offsets, data) = check_offsets(file, range, items, "cards")?;
        Ok(Self { offsets, data })
    }

    /// The card of `item`; texts that are no UTF-8 are empty, an item without a card is `None`.
    pub fn card(&self, file: &[u8], item: ItemId, currency: Currency) -> Option<Card> {
        let offsets = file.get(self.offsets.clone())?;
        let start = u32_at(offsets, item.index() * 4)? as usize;
        let end = u32_at(offsets, item.index() * 4 + 4)? as usize;
        let mut rest = file.get(self.data.clone())?.get(start..end)?;
        let mut text = || -> Option<String> {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (bytes, after) = after.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            rest = after;
            Some(std::str::from_utf8(bytes).unwrap_or_default().to_string())
        };
        let (title, category, url, image, cart_id) = (text()?, text()?, text()?, text()?, text()?);
        let minor = u64_at(rest, 1)? as i64;
        let price = (rest.first() == Some(&1)).then(|| Money::new(minor, currency));
        Some(Card { title, category, url, image, cart_id, price })
    }
}

/// Where offsets and data of a section lie that has one record an item: count, four bytes, offsets, data.
pub(super) fn check_offsets(
    file: &[u8],
    range: Range<usize>,
    items: usize,
    section: &'static str,
) -> Result<(Range<usize>, Range<usize>), OpenError> {
    let bad = |rule| OpenError::Malformed { section, rule };
    let section = file.get(range.clone()).ok_or_else(|| bad("leaves the file"))?;
    let data = 8 + (items + 1) * 4;
    if u32_at(section, 0).is_none_or(|count| count as usize != items) || section.len() < data {
        return Err(bad("one record an item is expected"));
    }
    let offset = |n: usize| u32_at(section, 8 + n * 4).unwrap_or(0) as usize;
    if offset(0) != 0 || (0..items).any(|n| offset(n) > offset(n + 1)) || offset(items) != section.len() - data {
        return Err(bad("offsets do not ascend from 0 to the end"));
    }
    Ok((range.start + 8..range.start + data, range.start + data..range.end))
}
