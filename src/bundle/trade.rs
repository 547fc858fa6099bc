//! What a shop adds to relevance, as it is read: terms, prices, brands, what items are worth, rules, experiments, and what is
//! private.

use super::class_pairs::ClassPairsShape;
use super::columns::ColumnShape;
use super::error::OpenError;
use super::experiments::Experiments;
use super::facts::FactsShape;
use super::head::Head;
use super::hidden::HiddenShape;
use super::layout::*;
use super::open::{Bundle, one_byte_an_item, range_of};
use super::policy::{ShopTerms, VALUE_CLASSES};
use super::private::{ItemFacts, Private};
use super::rule::CompiledRule;
use super::rule_table::{SetsShape, Signatures};
use super::slice::Audience;
use super::structured::Structured;
use crate::shop::{Currency, ItemId};
use std::ops::Range;

/// Whether what is private is read. The engine of a page is built without: to it an edge bundle says no more than a public
/// one, and it is the smaller for that.
const READS_PRIVATE: bool = cfg!(any(feature = "studio", not(feature = "wasm")));

/// Where all of it lies, and what was decoded.
#[derive(Default)]
pub(super) struct Trade {
    pub terms: ShopTerms,
    pub rules: Vec<CompiledRule>,
    pub experiments: Experiments,
    pub private: Option<Private>,
    pub hidden: Option<HiddenShape>,
    pub sets: Option<SetsShape>,
    pub class_pairs: Option<ClassPairsShape>,
    price: Option<ColumnShape>,
    brand: Option<ColumnShape>,
    value: Range<usize>,
    released: Option<ColumnShape>,
    facts: Option<FactsShape>,
}

impl Trade {
    /// Checks the sections of `file` that there are.
    pub fn read(file: &[u8], head: &Head, terms: ShopTerms) -> Result<Self, OpenError> {
        let find = |kind| range_of(head, kind);
        let bytes = |kind| find(kind).map(|range| file.get(range).unwrap_or_default());
        let column = |kind: SectionKind| {
            find(kind).map(|range| ColumnShape::check(file, range, head.items, kind.name())).transpose()
        };
        Ok(Self {
            terms,
            rules: bytes(SectionKind::Rules).map(Vec::decode).transpose()?.unwrap_or_default(),
            experiments: bytes(SectionKind::Experiments).map(Experiments::decode).transpose()?.unwrap_or_default(),
            private: bytes(SectionKind::Private).filter(|_| READS_PRIVATE).map(Private::decode).transpose()?,
            hidden: find(SectionKind::Hidden).map(|at| HiddenShape::check(file, at, head.items)).transpose()?,
            sets: find(SectionKind::Sets).map(|at| SetsShape::check(file, at, head.items)).transpose()?,
            class_pairs: find(SectionKind::ClassPairs).map(|at| ClassPairsShape::check(file, at)).transpose()?,
            price: column(SectionKind::Price)?,
            brand: column(SectionKind::Brand)?,
            value: one_byte_an_item(head, SectionKind::Value)?,
            released: column(SectionKind::Released)?,
            facts: find(SectionKind::Facts).map(|at| FactsShape::check(file, at, head.items)).transpose()?,
        })
    }
}

/// The terms of a bundle that has none of its own.
static NO_TERMS: ShopTerms = ShopTerms {
    shop: [0; 16],
    free_shipping_at: None,
    max_live_placements: 0,
    stale_after: None,
    when_stale: super::policy::StockUse::Show,
    price_jump: None,
    price_knots: Vec::new(),
};

/// What a bundle that has no experiments says of them.
static NO_EXPERIMENTS: Experiments = Experiments { held_out: 0, salt: String::new(), list: Vec::new() };

impl<D: AsRef<[u8]>> Bundle<D> {
    /// What holds for the shop as a whole; no terms in an addition, and in a bundle that was written without.
    pub fn terms(&self) -> &ShopTerms {
        self.trade().map_or(&NO_TERMS, |trade| &trade.terms)
    }

    /// The price of `item` in minor units of the manifest's currency, as it was at training: 0 to 4,294,967,293.
    ///
    /// A bundle of plain policies has no column of prices; then the card tells, where there are cards.
    #[inline]
    pub fn price(&self, item: ItemId) -> Option<i64> {
        match self.trade().and_then(|trade| trade.price.as_ref()) {
            Some(column) => i64::from(column.at(self.bytes(), item.index())).checked_sub(1).filter(|price| *price >= 0),
            None => self.price_on_card(item),
        }
    }

    #[cold]
    fn price_on_card(&self, item: ItemId) -> Option<i64> {
        let price = self.card(item, Currency::NONE)?.price?.minor();
        (0..=MAX_PRICE).contains(&price).then_some(price)
    }

    /// The brand of `item`, from 1; 0 where it has none.
    #[inline]
    pub fn brand(&self, item: ItemId) -> u32 {
        let column = self.trade().and_then(|trade| trade.brand.as_ref());
        column.map_or(0, |column| column.at(self.bytes(), item.index()))
    }

    /// The class of what `item` is worth to the shop: 0 to 7.
    #[inline]
    pub fn value(&self, item: ItemId) -> Option<u8> {
        let byte = self.byte(&self.trade()?.value, item.index())?;
        (byte < VALUE_CLASSES).then_some(byte)
    }

    /// The day on which `item` was released, since 1970; known only where a rule asks for ages.
    #[inline]
    pub fn released(&self, item: ItemId) -> Option<i32> {
        let number = self.trade()?.released.as_ref()?.at(self.bytes(), item.index());
        i32::try_from(number.checked_sub(1)?).ok()
    }

    /// Where `item` is hidden whatever is asked: bit n is placement n of [`policies`](Self::policies).
    #[inline]
    pub fn hidden(&self, item: ItemId) -> u64 {
        let hidden = self.trade().and_then(|trade| trade.hidden.as_ref());
        hidden.map_or(0, |hidden| hidden.of(self.bytes(), item.index()))
    }

    /// The shop's rules, compiled, in the order of its file; none in an addition.
    pub fn rules(&self) -> &[CompiledRule] {
        self.trade().map_or(&[], |trade| &trade.rules)
    }

    /// Who is in which arm of which experiment, and who is held out of everything; nobody in an addition.
    pub fn experiments(&self) -> &Experiments {
        self.trade().map_or(&NO_EXPERIMENTS, |trade| &trade.experiments)
    }

    /// The signature of `item`: which sets of the rules it is in. Always below the number of
    /// [`signatures`](Self::signatures).
    #[inline]
    pub fn signature(&self, item: ItemId) -> u32 {
        let Some(sets) = self.trade().and_then(|trade| trade.sets.as_ref()) else { return 0 };
        let signature = sets.of(self.bytes(), item.index());
        if (signature as usize) < sets.len(self.bytes()) { signature } else { 0 }
    }

    /// The sets of each signature; one empty signature where there are no sets.
    pub fn signatures(&self) -> Signatures<'_> {
        let sets = self.trade().and_then(|trade| trade.sets.as_ref());
        sets.map_or(Signatures::NONE, |sets| sets.signatures(self.bytes()))
    }

    /// What is bought with products of `class` (from 1), best first, at most 16.
    pub fn class_pairs(&self, class: u32) -> impl Iterator<Item = ItemId> {
        let shape = self.trade().and_then(|trade| trade.class_pairs.as_ref());
        let found = shape.zip((class as usize).checked_sub(1));
        let items = found.into_iter().flat_map(|(shape, class)| shape.of(self.bytes(), class));
        items.filter(|item| item.index() < self.len())
    }

    /// What only a server may know of the shop; `None` in a public bundle.
    pub fn private(&self) -> Option<&Private> {
        self.trade()?.private.as_ref().filter(|_| READS_PRIVATE)
    }

    /// What only a server may know of `item`; `None` in a public bundle.
    pub fn facts(&self, item: ItemId) -> Option<ItemFacts> {
        self.trade()?.facts.as_ref()?.of(self.bytes(), item)
    }

    /// Whom this bundle is for.
    pub fn audience(&self) -> Audience {
        let private = self.head().sections.iter().any(|section| section.number >= FIRST_PRIVATE);
        if private { Audience::Edge } else { Audience::Public }
    }
}
