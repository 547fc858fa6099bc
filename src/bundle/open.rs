//! Opening a bundle, and reading it afterwards.

use super::bits::u32_at;
use super::cards::CardsShape;
use super::columns::ColumnShape;
use super::dictionary::{Dictionary, DictionaryShape};
use super::draft::{Calibration, Card, Manifest, RelationKind, Tuning};
use super::error::OpenError;
use super::gap;
use super::head::{Head, Section};
use super::layout::*;
use super::pins::{Pin, PinsShape};
use super::policy::Policy;
use super::relation::{Relation, RelationShape};
use super::structured::{PlainPolicy, Structured};
use super::terms;
use super::trade::Trade;
use super::write::prior_value;
use crate::shop::{ItemId, StockState};
use std::ops::Range;

/// An open bundle over any bytes that hold still: a `Vec`, a slice, a mapped file.
///
/// Opening checks everything once; afterwards reading neither fails nor panics, whatever the bytes are.
pub struct Bundle<D> {
    data: D,
    head: Head,
    items: Option<Items>,
    relations: [Option<RelationShape>; 3],
    cards: Option<CardsShape>,
}

/// What every bundle but an addition has.
struct Items {
    manifest: Manifest,
    tuning: Tuning,
    policies: Vec<Policy>,
    /// The share that each prior code stands for.
    shares: Box<[f32; 256]>,
    priors: Range<usize>,
    sold: u32,
    stock: Range<usize>,
    class: Option<ColumnShape>,
    class_flags: Range<usize>,
    group: Option<ColumnShape>,
    dictionary: DictionaryShape,
    calibration: Vec<Calibration>,
    gaps: Range<usize>,
    pins: Option<PinsShape>,
    trade: Trade,
}

impl<D: AsRef<[u8]>> Bundle<D> {
    /// Opens `data` without copying it.
    ///
    /// # Errors
    ///
    /// [`OpenError`] with a code, what was expected and found, and what to do.
    ///
    /// # Cost
    ///
    /// One pass for the hashes; memory for the section table, the structured sections, a kilobyte for the prior and four
    /// bytes an item.
    pub fn open(data: D) -> Result<Self, OpenError> {
        let file = data.as_ref();
        let head = Head::read(file)?;
        let items = if head.is_addition() { None } else { Some(Items::read(file, &head)?) };
        let mut relations = [None, None, None];
        for (slot, kind) in relations.iter_mut().zip(RelationKind::ALL) {
            if let Some(range) = range_of(&head, kind.section()) {
                *slot = Some(RelationShape::check(file, range, head.items, kind.name())?);
            }
        }
        let cards = range_of(&head, SectionKind::Cards).map(|range| CardsShape::check(file, range, head.items));
        let cards = cards.transpose()?;
        Ok(Self { head, items, relations, cards, data })
    }

    /// The head: model, flags and sections.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The whole file.
    pub fn bytes(&self) -> &[u8] {
        self.data.as_ref()
    }

    /// The bytes of one section.
    pub fn section(&self, section: &Section) -> &[u8] {
        self.bytes().get(section.range.clone()).unwrap_or_default()
    }

    /// Number of items of the model.
    pub fn len(&self) -> usize {
        self.head.items
    }

    /// Whether the model has no items.
    pub fn is_empty(&self) -> bool {
        self.head.items == 0
    }

    /// The relation of `kind`, where this bundle holds it.
    #[inline]
    pub fn relation(&self, kind: RelationKind) -> Option<Relation<'_>> {
        let shape = self.relations.get(kind as usize)?.as_ref()?;
        Some(Relation::new(shape, self.bytes()))
    }

    /// Whether this bundle holds cards.
    pub fn has_cards(&self) -> bool {
        self.cards.is_some()
    }

    /// The card of `item` with a price in `currency`, where this bundle holds cards and the item.
    pub fn card(&self, item: ItemId, currency: crate::shop::Currency) -> Option<Card> {
        self.cards.as_ref()?.card(self.bytes(), item, currency)
    }

    /// The manifest; `None` in an addition.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.items.as_ref().map(|items| &items.manifest)
    }

    /// The constants of ranking; `None` in an addition.
    pub fn tuning(&self) -> Option<&Tuning> {
        self.items.as_ref().map(|items| &items.tuning)
    }

    /// The policies of the placements; none in an addition.
    pub fn policies(&self) -> &[Policy] {
        self.items.as_ref().map_or(&[], |items| &items.policies)
    }

    /// The SKUs; `None` in an addition.
    pub fn dictionary(&self) -> Option<Dictionary<'_>> {
        self.items.as_ref().map(|items| Dictionary::new(&items.dictionary, self.bytes()))
    }

    /// Share of orders that hold `item`, as the prior tells it: 0 to 1, never rising with the item's number.
    #[inline]
    pub fn prior(&self, item: ItemId) -> f32 {
        let Some(items) = self.items.as_ref() else { return 0.0 };
        let code = self.byte(&items.priors, item.index()).unwrap_or(NO_PRIOR);
        items.shares.get(usize::from(code)).copied().unwrap_or(0.0)
    }

    /// Number of items that were bought before training (in a shop without orders: viewed). Items are numbered by
    /// popularity, so every item from this number on is new.
    pub fn sold(&self) -> u32 {
        self.items.as_ref().map_or(0, |items| items.sold)
    }

    /// Whether `item` can be sold; out for an item that is not there.
    #[inline]
    pub fn stock(&self, item: ItemId) -> StockState {
        let byte = self.items.as_ref().and_then(|items| self.byte(&items.stock, item.index()));
        byte.map_or(StockState::Out, StockState::from_byte)
    }

    /// The class of `item`, from 1; 0 where it has none.
    #[inline]
    pub fn class(&self, item: ItemId) -> u32 {
        let column = self.items.as_ref().and_then(|items| items.class.as_ref());
        column.map_or(0, |column| column.at(self.bytes(), item.index()))
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.items.as_ref().map_or(0, |items| items.class_flags.len())
    }

    /// Whether shoppers often buy several items of `class` (from 1) at once.
    #[inline]
    pub fn is_varied(&self, class: u32) -> bool {
        self.class_has(class, CLASS_VARIED)
    }

    /// Whether `class` (from 1) is never shown as a reason nor used as evidence.
    #[inline]
    pub fn is_sensitive(&self, class: u32) -> bool {
        self.class_has(class, CLASS_SENSITIVE)
    }

    #[inline]
    fn class_has(&self, class: u32, flag: u8) -> bool {
        let flags = self.items.as_ref().and_then(|items| self.byte(&items.class_flags, class.wrapping_sub(1) as usize));
        flags.is_some_and(|flags| flags & flag != 0)
    }

    /// The variant group of `item`; 0 where it has none.
    #[inline]
    pub fn group(&self, item: ItemId) -> u32 {
        let column = self.items.as_ref().and_then(|items| items.group.as_ref());
        column.map_or(0, |column| column.at(self.bytes(), item.index()))
    }

    /// What scores are worth at `placement`, where that is known.
    pub fn calibration(&self, placement: &str) -> Option<&Calibration> {
        self.calibrations().iter().find(|calibration| calibration.placement == placement)
    }

    /// Every placement's calibration; none in an addition.
    pub fn calibrations(&self) -> &[Calibration] {
        self.items.as_ref().map_or(&[], |items| &items.calibration)
    }

    /// Median days between two purchases of `item` by one customer, where it is known: 1 to 730, within 2.2 %.
    pub fn gap_days(&self, item: ItemId) -> Option<f32> {
        gap::days(self.items.as_ref().and_then(|items| self.byte(&items.gaps, item.index()))?)
    }

    /// Whether this bundle holds pins.
    pub fn has_pins(&self) -> bool {
        self.items.as_ref().is_some_and(|items| items.pins.is_some())
    }

    /// What stands beside `product` at the placement of this number in [`policies`](Self::policies), by slot and item.
    ///
    /// # Cost
    ///
    /// A binary search over all pins. Nothing is allocated.
    pub fn pins_of(&self, placement: usize, product: ItemId) -> impl Iterator<Item = Pin> {
        let shape = self.items.as_ref().and_then(|items| items.pins.as_ref());
        let found = shape.zip(u8::try_from(placement).ok());
        found.into_iter().flat_map(move |(shape, placement)| shape.of(self.bytes(), placement, product))
    }

    /// Every pin, by placement, product, slot and item; none in an addition.
    pub fn pins(&self) -> impl Iterator<Item = Pin> {
        let shape = self.items.as_ref().and_then(|items| items.pins.as_ref());
        shape.into_iter().flat_map(|shape| shape.all(self.bytes()))
    }

    pub(super) fn trade(&self) -> Option<&Trade> {
        self.items.as_ref().map(|items| &items.trade)
    }

    #[inline]
    pub(super) fn byte(&self, range: &Range<usize>, at: usize) -> Option<u8> {
        self.bytes().get(range.clone())?.get(at).copied()
    }
}

impl Items {
    fn read(file: &[u8], head: &Head) -> Result<Self, OpenError> {
        let needed = |kind: SectionKind| {
            let missing = OpenError::Malformed { section: kind.name(), rule: "is missing" };
            range_of(head, kind).ok_or(missing)
        };
        let bytes = |kind| needed(kind).map(|range| file.get(range).unwrap_or_default());
        let column = |kind: SectionKind| {
            range_of(head, kind).map(|range| ColumnShape::check(file, range, head.items, kind.name())).transpose()
        };
        let (top, priors) = check_prior(file, needed(SectionKind::Prior)?, head.items)?;
        let plain = <Vec<PlainPolicy>>::decode(bytes(SectionKind::Policies)?)?;
        let terms = range_of(head, SectionKind::Terms).map(|range| file.get(range).unwrap_or_default());
        let terms = terms::decode(terms, plain)?;
        let stock = needed(SectionKind::Stock)?;
        if stock.len() != head.items {
            return Err(OpenError::Malformed { section: "stock", rule: "one byte an item is expected" });
        }
        Ok(Self {
            manifest: Manifest::decode(bytes(SectionKind::Manifest)?)?,
            tuning: Tuning::decode(bytes(SectionKind::Tuning)?)?,
            policies: terms.policies,
            trade: Trade::read(file, head, terms.shop)?,
            shares: Box::new(std::array::from_fn(|code| prior_value(top, code as u8))),
            sold: file.get(priors.clone()).unwrap_or_default().partition_point(|code| *code < NO_PRIOR) as u32,
            priors,
            stock,
            class: column(SectionKind::Class)?,
            class_flags: range_of(head, SectionKind::ClassFlags).unwrap_or(0..0),
            group: column(SectionKind::Group)?,
            dictionary: DictionaryShape::check(file, needed(SectionKind::Dictionary)?, head.items)?,
            calibration: match range_of(head, SectionKind::Calibration) {
                Some(range) => Vec::decode(file.get(range).unwrap_or_default())?,
                None => Vec::new(),
            },
            gaps: one_byte_an_item(head, SectionKind::Gap)?,
            pins: range_of(head, SectionKind::Pins).map(PinsShape::check).transpose()?,
        })
    }
}

pub(super) fn range_of(head: &Head, kind: SectionKind) -> Option<Range<usize>> {
    head.sections.iter().find(|section| section.number == kind as u32).map(|section| section.range.clone())
}

/// Where a section of one byte an item lies; nowhere, if it is missing.
pub(super) fn one_byte_an_item(head: &Head, kind: SectionKind) -> Result<Range<usize>, OpenError> {
    match range_of(head, kind) {
        Some(range) if range.len() != head.items => {
            Err(OpenError::Malformed { section: kind.name(), rule: "one byte an item is expected" })
        }
        found => Ok(found.unwrap_or(0..0)),
    }
}

fn check_prior(file: &[u8], range: Range<usize>, items: usize) -> Result<(f32, Range<usize>), OpenError> {
    let bad = |rule| OpenError::Malformed { section: "prior", rule };
    let top = file.get(range.clone()).and_then(|section| u32_at(section, 0)).map(f32::from_bits);
    match top {
        _ if range.len() != items + 4 => Err(bad("one byte an item is expected")),
        Some(top) if top.is_finite() && (0.0..=1.0).contains(&top) => Ok((top, range.start + 4..range.end)),
        _ => Err(bad("a largest share of 0 to 1 is expected")),
    }
}
