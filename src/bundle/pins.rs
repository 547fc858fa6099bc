//! Pins: products that a shop puts beside others, sorted records that are searched where they lie.
//!
//! A record is two words: the placement's number in the policies and the product, then the slot and the item. Both words
//! ascend, so that the pins of a product at a placement stand together, by slot.

use super::bits::u32_at;
use super::draft::DraftPin;
use super::error::{DraftError, OpenError};
use super::layout::*;
use super::policy::Policy;
use super::structured::MAX_LIMIT;
use crate::shop::ItemId;
use std::ops::Range;

/// Bits of an item in a word; the byte above them is the placement or the slot.
const ITEM_BITS: u32 = 24;

/// One record, decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    /// The placement's number in the policies.
    pub placement: u8,
    /// The product whose page is open, or that lies in the cart.
    pub product: ItemId,
    /// The slot, from 1.
    pub slot: u8,
    /// What stands there.
    pub item: ItemId,
}

impl Pin {
    fn words(self) -> [u32; 2] {
        [word(self.placement, self.product), word(self.slot, self.item)]
    }
}

fn word(above: u8, item: ItemId) -> u32 {
    u32::from(above) << ITEM_BITS | item.0
}

fn parts(word: u32) -> (u8, ItemId) {
    ((word >> ITEM_BITS) as u8, ItemId(word & ((1 << ITEM_BITS) - 1)))
}

/// The section's bytes for `pins` in any order; `None` where there are none.
///
/// # Errors
///
/// [`DraftError`] for more pins than fit, and for a pin that no list could show.
pub(super) fn encode(pins: &[DraftPin], policies: &[Policy], items: usize) -> Result<Option<Vec<u8>>, DraftError> {
    if pins.len() > MAX_PINS {
        return Err(DraftError::TooMany { what: "pins", found: pins.len(), limit: MAX_PINS });
    }
    let mut sorted = pins.iter().map(|pin| resolve(pin, policies, items)).collect::<Result<Vec<Pin>, DraftError>>()?;
    sorted.sort_unstable();
    for same in sorted.chunk_by(|a, b| (a.placement, a.product) == (b.placement, b.product)) {
        check_product(same)?;
    }
    let bytes = sorted.iter().flat_map(|pin| pin.words()).flat_map(u32::to_le_bytes).collect();
    Ok((!sorted.is_empty()).then_some(bytes))
}

fn resolve(pin: &DraftPin, policies: &[Policy], items: usize) -> Result<Pin, DraftError> {
    let bad = |rule| DraftError::Pin { product: pin.product.0, rule };
    let placement = policies.iter().position(|policy| policy.placement == pin.placement);
    let placement = placement.and_then(|at| u8::try_from(at).ok()).ok_or_else(|| bad("names no placement"))?;
    if pin.product.index() >= items || pin.item.index() >= items {
        return Err(bad("names an item beyond the last"));
    }
    if pin.product == pin.item {
        return Err(bad("pins a product beside itself"));
    }
    if pin.slot == 0 || u16::from(pin.slot) > MAX_LIMIT {
        return Err(bad("a slot of 1 to 100 is expected"));
    }
    Ok(Pin { placement, product: pin.product, slot: pin.slot, item: pin.item })
}

/// `pins` are all of one product at one placement.
fn check_product(pins: &[Pin]) -> Result<(), DraftError> {
    let bad = |rule| Err(DraftError::Pin { product: pins.first().map_or(0, |pin| pin.product.0), rule });
    if pins.len() > MAX_PINS_A_PRODUCT {
        return bad("more than 8 at one placement");
    }
    let twice = pins.iter().enumerate().any(|(n, pin)| pins.iter().take(n).any(|other| other.item == pin.item));
    if twice { bad("pins an item twice at one placement") } else { Ok(()) }
}

/// Where the pins lie.
#[derive(Clone, Debug)]
pub(super) struct PinsShape {
    data: Range<usize>,
}

impl PinsShape {
    /// Checks the length of the section at `range`.
    pub fn check(range: Range<usize>) -> Result<Self, OpenError> {
        let bad = |rule| Err(OpenError::Malformed { section: "pins", rule });
        match range.len() {
            odd if odd % PIN_BYTES != 0 => bad("8 bytes a pin are expected"),
            long if long / PIN_BYTES > MAX_PINS => bad("more than 100,000 pins"),
            _ => Ok(Self { data: range }),
        }
    }

    /// The pins of `product` at the placement of this number, by slot and item; at most 8 are read.
    ///
    /// # Cost
    ///
    /// A binary search over all pins. Nothing is allocated.
    pub fn of<'a>(&self, file: &'a [u8], placement: u8, product: ItemId) -> impl Iterator<Item = Pin> + use<'a> {
        let data = file.get(self.data.clone()).unwrap_or_default();
        let wanted = word(placement, product);
        let (mut first, mut last) = (0, data.len() / PIN_BYTES);
        while first < last {
            let middle = first + (last - first) / 2;
            let before = u32_at(data, middle * PIN_BYTES).is_some_and(|found| found < wanted);
            if before { first = middle + 1 } else { last = middle }
        }
        all(data.get(first * PIN_BYTES..).unwrap_or_default())
            .take_while(move |pin| word(pin.placement, pin.product) == wanted)
            .take(MAX_PINS_A_PRODUCT)
    }

    /// Every pin, in the order of the file.
    pub fn all<'a>(&self, file: &'a [u8]) -> impl Iterator<Item = Pin> + use<'a> {
        all(file.get(self.data.clone()).unwrap_or_default())
    }
}

fn all(data: &[u8]) -> impl Iterator<Item = Pin> {
    data.chunks_exact(PIN_BYTES).map(|record| {
        let (placement, product) = parts(u32_at(record, 0).unwrap_or(0));
        let (slot, item) = parts(u32_at(record, 4).unwrap_or(0));
        Pin { placement, product, slot, item }
    })
}
