//! An overlay as it is read: checked once, and then in one pass without a byte of memory for an item.

use super::bits::{u32_at, u64_at};
use super::experiments::ExperimentChange;
use super::hash::hash_of_two;
use super::layout::*;
use super::overlay::Change;
use super::overlay_error::{OverlayError, malformed};
use super::overlay_head::OverlayHead;
use super::overlay_skus::SkuReader;
use super::policy::{Policy, ShopTerms, VALUE_CLASSES};
use super::rule::CompiledRule;
use super::rule_table::{Signatures, mask_fits};
use super::structured::Structured;
use crate::shop::StockState;

/// An open overlay. Everything was checked when it was opened; reading it cannot fail.
pub struct OverlayView<'a> {
    header: Header,
    head: OverlayHead,
    items: &'a [u8],
    skus: &'a [u8],
    signatures: Signatures<'a>,
}

/// The fixed part of the file, read.
struct Header {
    flags: u16,
    items: u32,
    revision: u64,
    made_at: i64,
    shop: [u8; 16],
    /// Bytes of the structured part, of the items and of the rules' SKUs.
    lengths: [usize; 3],
    skus: u32,
}

/// Bits of an item's changes, in the order in which they are written.
pub(super) mod bit {
    pub const STATE: u8 = 1;
    pub const PRICE: u8 = 2;
    pub const CONFIRMED: u8 = 4;
    pub const VALUE: u8 = 8;
    pub const HIDDEN: u8 = 16;
    pub const CONTRIBUTION: u8 = 32;
    pub const COUNT: u8 = 64;
}

impl<'a> OverlayView<'a> {
    /// Opens `file` without copying its items.
    ///
    /// # Errors
    ///
    /// [`OverlayError`] with a code, what was expected and found, and what to do.
    ///
    /// # Cost
    ///
    /// One pass for the hash and one over the SKUs; memory for policies, terms and rules.
    pub fn open(file: &'a [u8]) -> Result<Self, OverlayError> {
        let header = Header::read(file)?;
        let body = file.get(OVERLAY_HEADER_BYTES..).unwrap_or_default();
        let [head, items, skus] = header.lengths;
        let short = || malformed("header", "its lengths do not fit the file");
        let (head, rest) = body.split_at_checked(head).ok_or_else(short)?;
        let (items, rest) = rest.split_at_checked(items).ok_or_else(short)?;
        let (skus, rest) = rest.split_at_checked(skus).ok_or_else(short)?;
        let head = OverlayHead::decode(head).map_err(OverlayHead::refused)?;
        let signatures = header.signatures(rest)?;
        let view = Self { header, head, items, skus, signatures };
        view.check_head()?;
        view.check_items()?;
        view.check_rules()?;
        Ok(view)
    }

    /// Whose it is, as in [`ShopTerms::shop`].
    pub fn shop(&self) -> [u8; 16] {
        self.header.shop
    }

    /// The currency of its prices; `XXX` where the shop names none.
    pub fn currency(&self) -> &str {
        &self.head.currency
    }

    /// Its place among the overlays of its shop.
    pub fn revision(&self) -> u64 {
        self.header.revision
    }

    /// When it was made, in seconds since 1970.
    pub fn made_at(&self) -> Option<i64> {
        (self.header.flags & OVERLAY_DATED != 0).then_some(self.header.made_at)
    }

    /// Whether it holds what only a server may know.
    pub fn edge(&self) -> bool {
        self.header.flags & OVERLAY_EDGE != 0
    }

    /// The placements that masks speak of, by bit.
    pub fn placements(&self) -> &[String] {
        &self.head.placements
    }

    /// Placements switched on or off.
    pub fn switches(&self) -> &[(String, bool)] {
        &self.head.switches
    }

    /// Policies that take the place of those of the same placement.
    pub fn policies(&self) -> &[Policy] {
        &self.head.policies
    }

    /// What takes the place of the shop's terms.
    pub fn terms(&self) -> Option<&ShopTerms> {
        self.head.terms.as_ref()
    }

    /// Experiments that assign nobody any more, or again, or by other shares.
    pub fn experiments(&self) -> &[ExperimentChange] {
        &self.head.experiments
    }

    /// Number of items that it speaks of.
    pub fn len(&self) -> usize {
        self.header.items as usize
    }

    /// Whether it speaks of no item.
    pub fn is_empty(&self) -> bool {
        self.header.items == 0
    }

    /// What changed of items, ascending by SKU.
    pub fn items(&self) -> Changes<'a> {
        Changes { left: self.header.items, reader: SkuReader::new(self.items) }
    }

    /// The rules that take the place of all rules.
    pub fn rules(&self) -> Option<OverlayRulesView<'_>> {
        (self.header.flags & OVERLAY_RULES != 0).then_some(OverlayRulesView {
            rules: &self.head.rules,
            names: &self.head.names,
            signatures: self.signatures,
            count: self.header.skus,
            skus: self.skus,
        })
    }

    fn check_head(&self) -> Result<(), OverlayError> {
        let has = |flag: u16| self.header.flags & flag != 0;
        let beyond = self.head.rule_beyond(self.edge(), has(OVERLAY_RULES), has(OVERLAY_EXPERIMENTS));
        beyond.map_or(Ok(()), |rule| Err(malformed("terms", rule)))
    }

    fn check_items(&self) -> Result<(), OverlayError> {
        let placements = self.head.placements.len();
        let mut changes = self.items();
        for _ in 0..self.header.items {
            let change = changes.read().ok_or_else(|| malformed("items", "an item cannot be read"))?;
            let private = change.contribution.is_some() || change.count.is_some();
            let fits = change.hidden.is_none_or(|mask| mask_fits(mask, placements));
            if !fits || !changes.reader.is_sound() || (private && !self.edge()) {
                return Err(malformed("items", "a mask, a SKU or what only a server may know is out of place"));
            }
        }
        if changes.reader.is_empty() { Ok(()) } else { Err(malformed("items", "bytes left over")) }
    }

    fn check_rules(&self) -> Result<(), OverlayError> {
        let (mut reader, signatures) = (SkuReader::new(self.skus), self.signatures.len() as u64);
        for _ in 0..self.header.skus {
            let read = reader.read_sku().filter(|()| reader.is_sound()).and_then(|()| reader.number());
            if read.is_none_or(|signature| signature >= signatures) {
                return Err(malformed("rules", "a SKU or its signature cannot be read"));
            }
        }
        if reader.is_empty() { Ok(()) } else { Err(malformed("rules", "bytes left over")) }
    }
}

impl Header {
    /// Checks magic, version, length and hash.
    fn read(file: &[u8]) -> Result<Self, OverlayError> {
        check_magic(file)?;
        let short = |expected| OverlayError::Truncated { expected, found: file.len() as u64 };
        let header = file.first_chunk::<OVERLAY_HEADER_BYTES>().ok_or_else(|| short(OVERLAY_HEADER_BYTES as u64))?;
        let (word, long) = (|at| u32_at(header, at).unwrap_or(0), |at| u64_at(header, at).unwrap_or(0));
        let (version, flags) = ((word(8) & 0xFFFF) as u16, (word(8) >> 16) as u16);
        if version > OVERLAY_VERSION {
            return Err(OverlayError::NewerVersion { found: version });
        }
        if long(16) != file.len() as u64 {
            return Err(short(long(16)));
        }
        check_hash(file)?;
        let known = OVERLAY_EDGE | OVERLAY_DATED | OVERLAY_RULES | OVERLAY_EXPERIMENTS;
        if version == 0 || flags & !known != 0 || long(72) != 0 {
            return Err(malformed("header", "a version above 0, and zeros in reserved bytes and flags, are expected"));
        }
        if word(12) as usize > MAX_ITEMS || word(68) as usize > MAX_ITEMS {
            return Err(malformed("header", "more than 16,777,216 items"));
        }
        let mut shop = [0; 16];
        shop.copy_from_slice(header.get(40..56).unwrap_or(&[0; 16]));
        let lengths = [word(56) as usize, word(60) as usize, word(64) as usize];
        let (revision, made_at) = (long(24), long(32) as i64);
        Ok(Self { flags, items: word(12), revision, made_at, shop, lengths, skus: word(68) })
    }

    /// The signatures in `bytes`, which must be there if there are rules and must not if there are none.
    fn signatures<'a>(&self, bytes: &'a [u8]) -> Result<Signatures<'a>, OverlayError> {
        if bytes.is_empty() && self.skus == 0 {
            return Ok(Signatures::NONE);
        }
        let (signatures, length) = Signatures::check(bytes).map_err(|rule| malformed("rules", rule))?;
        if length != bytes.len() || self.flags & OVERLAY_RULES == 0 || !signatures.is_sound() {
            return Err(malformed("rules", "signatures that ascend, of rules that there are, are expected"));
        }
        Ok(signatures)
    }
}

fn check_magic(file: &[u8]) -> Result<(), OverlayError> {
    let found = file.get(..OVERLAY_MAGIC.len()).unwrap_or(file);
    if found == OVERLAY_MAGIC {
        return Ok(());
    }
    if !found.is_empty() && OVERLAY_MAGIC.starts_with(found) {
        return Err(OverlayError::Truncated { expected: OVERLAY_HEADER_BYTES as u64, found: file.len() as u64 });
    }
    Err(OverlayError::NotAnOverlay { found: found.to_vec() })
}

/// The hash stands at the end of the header and covers all but itself.
fn check_hash(file: &[u8]) -> Result<(), OverlayError> {
    let (header, body) = file.split_at_checked(OVERLAY_HEADER_BYTES).unwrap_or((file, &[]));
    let (before, hashed) = header.split_at_checked(OVERLAY_HEADER_BYTES - HASH_BYTES).unwrap_or((header, &[]));
    if hashed == hash_of_two(before, body) { Ok(()) } else { Err(OverlayError::Damaged) }
}

/// What changed of items, one after another, ascending by SKU.
#[derive(Clone)]
pub struct Changes<'a> {
    left: u32,
    reader: SkuReader<'a>,
}

impl Changes<'_> {
    /// The next SKU and what changed of it; `None` behind the last one. The SKU is lent until the next call.
    #[inline]
    #[expect(clippy::should_implement_trait)] // an iterator cannot lend
    pub fn next(&mut self) -> Option<(&[u8], Change)> {
        self.left = self.left.checked_sub(1)?;
        let change = self.read()?;
        Some((self.reader.sku(), change))
    }

    #[inline]
    fn read(&mut self) -> Option<Change> {
        let reader = &mut self.reader;
        reader.read_sku()?;
        let bits = reader.byte().filter(|bits| bits & 0x80 == 0)?;
        let mut change = Change { confirmed: bits & bit::CONFIRMED != 0, ..Change::default() };
        if bits & bit::STATE != 0 {
            change.state =
                Some(reader.byte().filter(|byte| *byte <= StockState::Out as u8).map(StockState::from_byte)?);
        }
        if bits & bit::PRICE != 0 {
            change.price = Some(i64::try_from(reader.number()?).ok()?);
        }
        if bits & bit::VALUE != 0 {
            change.value = Some(reader.byte().filter(|byte| *byte < VALUE_CLASSES)?);
        }
        if bits & bit::HIDDEN != 0 {
            change.hidden = Some(reader.number()?);
        }
        if bits & bit::CONTRIBUTION != 0 {
            change.contribution = Some(reader.signed()?);
        }
        if bits & bit::COUNT != 0 {
            change.count = Some(reader.signed()?);
        }
        Some(change)
    }
}

/// The rules of an overlay.
#[derive(Clone, Copy)]
pub struct OverlayRulesView<'a> {
    /// The rules; their placements are bits of [`OverlayView::placements`].
    pub rules: &'a [CompiledRule],
    /// Their names, in edge overlays only; otherwise empty.
    pub names: &'a [String],
    /// The sets of each signature.
    pub signatures: Signatures<'a>,
    count: u32,
    skus: &'a [u8],
}

impl<'a> OverlayRulesView<'a> {
    /// Number of SKUs that are in a set.
    pub fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether no SKU is in a set.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Every SKU that is in a set, ascending, with the number of its signature.
    pub fn skus(&self) -> SignedSkus<'a> {
        SignedSkus { left: self.count, reader: SkuReader::new(self.skus) }
    }
}

/// SKUs with signatures, one after another.
#[derive(Clone)]
pub struct SignedSkus<'a> {
    left: u32,
    reader: SkuReader<'a>,
}

impl SignedSkus<'_> {
    /// The next SKU and its signature; `None` behind the last one. The SKU is lent until the next call.
    #[inline]
    #[expect(clippy::should_implement_trait)] // an iterator cannot lend
    pub fn next(&mut self) -> Option<(&[u8], u32)> {
        self.left = self.left.checked_sub(1)?;
        self.reader.read_sku()?;
        let signature = self.reader.number()? as u32;
        Some((self.reader.sku(), signature))
    }
}
