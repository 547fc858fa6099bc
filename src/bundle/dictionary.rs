//! SKUs: which item each names, and what each item is called.
//!
//! SKUs stand in byte order in blocks of sixteen: the first whole, each other as the bytes it shares with the one before
//! and the rest. A packed list tells which item each place belongs to; its inverse is made when the bundle is opened
//! (four bytes an item), so that both directions are one look-up and one short scan.

use super::bits::{BitWriter, low, u32_at, width_of, window};
use super::error::{DraftError, OpenError};
use super::layout::*;
use crate::shop::ItemId;
use std::cmp::Ordering;
use std::ops::Range;

/// The section's bytes for `skus`, in item order.
///
/// # Errors
///
/// [`DraftError::Sku`] for an empty, too long or repeated SKU, or one with control characters.
pub(crate) fn encode(skus: &[&str]) -> Result<Vec<u8>, DraftError> {
    let mut order: Vec<(&str, u32)> = skus.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let (mut strings, mut offsets, mut before) = (Vec::new(), Vec::new(), "");
    for (place, (sku, _)) in order.iter().copied().enumerate() {
        check_sku(sku, place > 0 && sku == before)?;
        let shared = if place % SKUS_PER_BLOCK == 0 {
            offsets.push(strings.len() as u32);
            0
        } else {
            let shared = sku.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
            strings.push(shared as u8);
            shared
        };
        strings.push((sku.len() - shared) as u8);
        strings.extend(sku.bytes().skip(shared));
        before = sku;
    }
    let rank_bits = width_of(skus.len().saturating_sub(1) as u32);
    let mut packed = BitWriter::default();
    order.iter().for_each(|(_, item)| packed.put(*item, rank_bits));
    let mut out = Vec::new();
    for number in [skus.len() as u32, offsets.len() as u32, strings.len() as u32, rank_bits] {
        out.extend(number.to_le_bytes());
    }
    offsets.iter().for_each(|offset| out.extend(offset.to_le_bytes()));
    out.extend(strings);
    out.extend(packed.into_bytes());
    Ok(out)
}

fn check_sku(sku: &str, repeated: bool) -> Result<(), DraftError> {
    let rule = match sku {
        _ if repeated => "stands twice",
        "" => "is empty",
        long if long.len() > MAX_SKU_BYTES => "is longer than 255 bytes",
        odd if odd.chars().any(char::is_control) => "holds a control character",
        _ => return Ok(()),
    };
    Err(DraftError::Sku { sku: sku.to_string(), rule })
}

/// What is read once, when the bundle is opened.
#[derive(Clone, Debug)]
pub(crate) struct DictionaryShape {
    count: u32,
    rank_bits: u32,
    offsets: Range<usize>,
    strings: Range<usize>,
    packed: Range<usize>,
    /// The place of each item in SKU order.
    place_of: Box<[u32]>,
}

impl DictionaryShape {
    /// Checks the section at `range` of `file` and inverts its list of items.
    pub fn check(file: &[u8], range: Range<usize>, items: usize) -> Result<Self, OpenError> {
        let bad = |rule| OpenError::Malformed { section: "dictionary", rule };
        let section = file.get(range.clone()).ok_or_else(|| bad("leaves the file"))?;
        let word = |at| u32_at(section, at).unwrap_or(0);
        let (count, blocks, length, rank_bits) = (word(0), word(4) as usize, word(8) as usize, word(12));
        if count as usize != items || blocks != items.div_ceil(SKUS_PER_BLOCK) {
            return Err(bad("one SKU an item is expected"));
        }
        if rank_bits != width_of(count.saturating_sub(1)) {
            return Err(bad("the width of an item does not fit their number"));
        }
        let strings = DICTIONARY_HEADER_BYTES + blocks * 4;
        let packed = strings.checked_add(length).ok_or_else(|| bad("leaves the file"))?;
        if section.len() != packed + (items as u64 * u64::from(rank_bits)).div_ceil(8) as usize {
            return Err(bad("its length does not fit its counts"));
        }
        let at = |from: usize, to: usize| range.start + from..range.start + to;
        let mut shape = Self {
            count,
            rank_bits,
            offsets: at(DICTIONARY_HEADER_BYTES, strings),
            strings: at(strings, packed),
            packed: at(packed, section.len()),
            place_of: Box::default(),
        };
        check_offsets(file.get(shape.offsets.clone()).unwrap_or_default(), length).map_err(bad)?;
        shape.place_of = shape.invert(file);
        Ok(shape)
    }

    fn invert(&self, file: &[u8]) -> Box<[u32]> {
        let mut place_of = vec![u32::MAX; self.count as usize].into_boxed_slice();
        let dictionary = Dictionary::new(self, file);
        for place in 0..self.count {
            if let Some(slot) = place_of.get_mut(dictionary.item_at(place).index()) {
                *slot = place;
            }
        }
        place_of
    }
}

fn check_offsets(offsets: &[u8], length: usize) -> Result<(), &'static str> {
    let mut before = None;
    for at in (0..offsets.len()).step_by(4) {
        let offset = u32_at(offsets, at).unwrap_or(0);
        if before.is_some_and(|before| offset <= before) || offset as usize >= length {
            return Err("block offsets do not ascend within the strings");
        }
        before = Some(offset);
    }
    Ok(())
}

/// The dictionary of an open bundle.
#[derive(Clone, Copy)]
pub struct Dictionary<'a> {
    shape: &'a DictionaryShape,
    offsets: &'a [u8],
    strings: &'a [u8],
    packed: &'a [u8],
}

impl<'a> Dictionary<'a> {
    pub(crate) fn new(shape: &'a DictionaryShape, file: &'a [u8]) -> Self {
        let part = |range: &Range<usize>| file.get(range.clone()).unwrap_or_default();
        Self { shape, offsets: part(&shape.offsets), strings: part(&shape.strings), packed: part(&shape.packed) }
    }

    /// Number of SKUs.
    pub fn len(&self) -> usize {
        self.shape.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shape.count == 0
    }

    /// The item that `sku` names, or `None` where the bundle does not know it.
    ///
    /// # Cost
    ///
    /// A binary search over the blocks and a scan of at most sixteen SKUs. Nothing is allocated.
    pub fn item_of(&self, sku: &str) -> Option<ItemId> {
        let wanted = sku.as_bytes();
        let (mut first, mut last) = (0, self.offsets.len() / 4);
        while last - first > 1 {
            let middle = (first + last) / 2;
            if self.head_of(middle) <= wanted { first = middle } else { last = middle }
        }
        self.scan(first, wanted)
    }

    /// The first SKU of a block, which stands there whole.
    fn head_of(&self, block: usize) -> &'a [u8] {
        let at = u32_at(self.offsets, block * 4).unwrap_or(u32::MAX) as usize;
        let length = self.strings.get(at).copied().unwrap_or(0);
        self.strings.get(at + 1..at + 1 + usize::from(length)).unwrap_or_default()
    }

    /// Looks for `wanted` among the SKUs of `block`, comparing without putting them together: `equal` is how many
    /// leading bytes the SKU before had in common with it.
    fn scan(&self, block: usize, wanted: &[u8]) -> Option<ItemId> {
        let mut equal = 0;
        for (slot, (shared, rest)) in self.block(block).enumerate() {
            if shared < equal {
                return None;
            }
            if shared > equal {
                continue;
            }
            let left = wanted.get(equal..).unwrap_or_default();
            let more = rest.iter().zip(left).take_while(|(a, b)| a == b).count();
            match rest.get(more..).unwrap_or_default().cmp(left.get(more..).unwrap_or_default()) {
                Ordering::Equal => return Some(self.item_at((block * SKUS_PER_BLOCK + slot) as u32)),
                Ordering::Greater => return None,
                Ordering::Less => equal += more,
            }
        }
        None
    }

    /// The SKUs of a block: how much each shares with the one before, and the rest.
    fn block(&self, block: usize) -> impl Iterator<Item = (usize, &'a [u8])> {
        let mut at = u32_at(self.offsets, block * 4).unwrap_or(u32::MAX) as usize;
        let slots = self.len().saturating_sub(block * SKUS_PER_BLOCK).min(SKUS_PER_BLOCK);
        let strings = self.strings;
        (0..slots).map_while(move |slot| {
            let shared = if slot == 0 { 0 } else { usize::from(*strings.get(at)?) };
            at += usize::from(slot > 0);
            let length = usize::from(*strings.get(at)?);
            let rest = strings.get(at + 1..at + 1 + length)?;
            at += 1 + length;
            Some((shared, rest))
        })
    }

    /// All SKUs in the order of their bytes.
    ///
    /// # Cost
    ///
    /// One pass over the strings, some ten nanoseconds a SKU. Nothing is allocated.
    pub fn in_order(&self) -> SkusInOrder<'a> {
        SkusInOrder { dictionary: *self, place: 0, at: 0, sku: [0; MAX_SKU_BYTES], length: 0 }
    }

    /// The item whose SKU stands at `place` in byte order; beyond the end: item 0.
    fn item_at(&self, place: u32) -> ItemId {
        let bits = self.shape.rank_bits;
        ItemId(low(window(self.packed, u64::from(place) * u64::from(bits)), bits) as u32)
    }

    /// The SKU of `item` in a string of its own.
    pub fn to_sku(&self, item: ItemId) -> Option<String> {
        let mut sku = String::new();
        self.sku_of(item, &mut sku).then_some(sku)
    }

    /// Puts the SKU of `item` into `sku`, which is emptied first; `false` where the bundle has no such item.
    pub fn sku_of(&self, item: ItemId, sku: &mut String) -> bool {
        sku.clear();
        let Some(place) = self.shape.place_of.get(item.index()).filter(|place| **place != u32::MAX) else {
            return false;
        };
        let (mut bytes, mut length) = ([0u8; MAX_SKU_BYTES], 0);
        let (block, slot) = (*place as usize / SKUS_PER_BLOCK, *place as usize % SKUS_PER_BLOCK);
        for (shared, rest) in self.block(block).take(slot + 1) {
            let end = shared + rest.len();
            if shared > length {
                return false;
            }
            match bytes.get_mut(shared..end) {
                Some(room) => room.copy_from_slice(rest),
                None => return false,
            }
            length = end;
        }
        match bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()) {
            Some(text) => sku.push_str(text),
            None => return false,
        }
        true
    }
}

/// The SKUs of a [`Dictionary`], one after another.
pub struct SkusInOrder<'a> {
    dictionary: Dictionary<'a>,
    place: u32,
    /// Where the next SKU begins in the strings.
    at: usize,
    sku: [u8; MAX_SKU_BYTES],
    length: usize,
}

impl SkusInOrder<'_> {
    /// The next SKU and its item; `None` behind the last one, and where a damaged dictionary cannot be read on. The SKU is
    /// lent until the next call.
    #[inline]
    #[expect(clippy::should_implement_trait)] // an iterator cannot lend
    pub fn next(&mut self) -> Option<(&[u8], ItemId)> {
        if self.place >= self.dictionary.shape.count {
            return None;
        }
        self.put_next()?;
        let item = self.dictionary.item_at(self.place);
        self.place += 1;
        Some((self.sku.get(..self.length)?, item))
    }

    fn put_next(&mut self) -> Option<()> {
        let (place, strings) = (self.place as usize, self.dictionary.strings);
        let shared = if place.is_multiple_of(SKUS_PER_BLOCK) {
            self.at = u32_at(self.dictionary.offsets, place / SKUS_PER_BLOCK * 4)? as usize;
            0
        } else {
            self.at += 1;
            usize::from(*strings.get(self.at - 1)?)
        };
        let length = usize::from(*strings.get(self.at)?);
        let rest = strings.get(self.at + 1..self.at + 1 + length)?;
        if shared > self.length {
            return None;
        }
        self.sku.get_mut(shared..shared + length)?.copy_from_slice(rest);
        self.length = shared + length;
        self.at += 1 + length;
        Some(())
    }
}
