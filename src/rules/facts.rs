//! What is known of an item when rules are compiled.

use super::live::Live;
use crate::bundle::{DraftItem, Model};
use crate::shop::{ItemId, Money, StockState};
use std::borrow::Cow;

/// What one file tells of one item. `None` is what the file does not tell of any item; what it tells is not there has an
/// empty text, an empty list or an inner `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'a> {
    /// The SKU.
    pub sku: Cow<'a, str>,
    /// What the shopper reads.
    pub title: Option<Cow<'a, str>>,
    /// Levels joined by ` > `.
    pub category: Option<Cow<'a, str>>,
    /// The maker.
    pub brand: Option<Cow<'a, str>>,
    /// Free words.
    pub tags: Option<Cow<'a, [String]>>,
    /// The variant group, in the catalog's words.
    pub group: Option<Cow<'a, str>>,
    /// Price in minor units; `None` where the item has none.
    pub price: Option<i64>,
    /// Price less cost in minor units.
    pub contribution: Option<Option<i64>>,
    /// Units on hand.
    pub count: Option<Option<i64>>,
    /// Whether it can be sold.
    pub state: StockState,
    /// The day it was released, since 1970; `None` where that is not known.
    pub released: Option<i32>,
}

impl<'a> From<&'a DraftItem> for Facts<'a> {
    /// Everything: a draft tells all.
    fn from(item: &'a DraftItem) -> Self {
        Self {
            sku: Cow::Borrowed(&item.sku),
            title: Some(Cow::Borrowed(&item.card.title)),
            category: Some(Cow::Borrowed(&item.card.category)),
            brand: Some(Cow::Borrowed(&item.facts.brand)),
            tags: Some(Cow::Borrowed(&item.facts.tags)),
            group: Some(Cow::Borrowed(&item.facts.group)),
            price: item.card.price.map(Money::minor),
            contribution: Some(item.facts.contribution),
            count: Some(item.facts.count),
            state: item.stock,
            released: item.released,
        }
    }
}

impl Facts<'static> {
    /// What an open model tells of `item`, at the prices and stock that hold now: title and category where it has cards, the
    /// rest where it is an edge bundle.
    pub fn of<D: AsRef<[u8]>>(model: &Model<D>, live: &Live, item: ItemId) -> Self {
        let base = model.base();
        let card = model.has_cards().then(|| model.card(item).unwrap_or_default());
        let facts = base.private().map(|_| base.facts(item).unwrap_or_default());
        let (title, category) = card.map(|card| (card.title, card.category)).unzip();
        let (price, trained) = (live.price(item), base.price(item));
        let contribution = facts.as_ref().map(|facts| {
            let moved = price.zip(trained).map_or(0, |(now, then)| now - then);
            live.contribution(item).or(facts.contribution.map(|contribution| contribution + moved))
        });
        let count = facts.as_ref().map(|facts| facts.count);
        let (brand, group_and_tags) = facts.map(|facts| (facts.brand, (facts.group, facts.tags))).unzip();
        let (group, tags) = group_and_tags.unzip();
        Self {
            sku: Cow::Owned(base.dictionary().and_then(|skus| skus.to_sku(item)).unwrap_or_default()),
            title: title.map(Cow::Owned),
            category: category.map(Cow::Owned),
            brand: brand.map(Cow::Owned),
            tags: tags.map(Cow::Owned),
            group: group.map(Cow::Owned),
            price,
            contribution,
            count,
            state: live.state(item),
            released: live.released(item),
        }
    }
}

impl Facts<'_> {
    /// Whether the file tells `field`.
    pub fn tells(&self, field: Field) -> bool {
        match field {
            Field::Sku => true,
            Field::Title => self.title.is_some(),
            Field::Category => self.category.is_some(),
            Field::Brand => self.brand.is_some(),
            Field::Tag => self.tags.is_some(),
            Field::Group => self.group.is_some(),
            Field::Margin => self.contribution.is_some(),
            Field::Count => self.count.is_some(),
        }
    }

    /// Contribution and price, where both are known.
    pub(super) fn margin(&self) -> Option<(i64, i64)> {
        Some((self.contribution.flatten()?, self.price?))
    }
}

/// What rules decide an item's sets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The SKU.
    Sku,
    /// The title.
    Title,
    /// The category.
    Category,
    /// The brand.
    Brand,
    /// The tags.
    Tag,
    /// The variant group.
    Group,
    /// Contribution as a share of the price.
    Margin,
    /// Units on hand.
    Count,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 8] =
        [Self::Sku, Self::Title, Self::Category, Self::Brand, Self::Tag, Self::Group, Self::Margin, Self::Count];

    /// The key used in `endcap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sku => "sku",
            Self::Title => "title",
            Self::Category => "category",
            Self::Brand => "brand",
            Self::Tag => "tag",
            Self::Group => "group",
            Self::Margin => "margin",
            Self::Count => "stock",
        }
    }
}
