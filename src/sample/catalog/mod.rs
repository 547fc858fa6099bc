//! The catalog: families of products written out by hand, and the products that follow from them.
//!
//! A family is what a shopper calls one product; its variants (colours, sizes, packs) are the SKUs. The tables hold
//! only what differs: kind, brand, SKU stem, name, price, cost, what it fits, variants. Category, title, popularity,
//! stock, address and picture follow from these and from a fixed seed.

mod brewing;
mod care;
mod kinds;
mod oddities;
mod pantry;
mod tableware;

use super::dice::{Dice, trait_of};
use crate::shop::{Availability, Currency, Money, Product};
pub(super) use kinds::Brand;
pub use kinds::Kind;
pub(super) use oddities::{Oddity, oddity};

/// One product of the tables, with its variants.
pub(super) struct Family {
    /// What it is.
    pub(super) kind: Kind,
    /// Who makes it.
    pub(super) brand: Brand,
    /// The SKU without the variant's part; also the group where there are variants.
    pub(super) stem: &'static str,
    /// The title without brand and variant.
    pub(super) name: &'static str,
    /// Price of the first variant in cents.
    pub(super) cents: u32,
    /// Cost in per cent of the price.
    pub(super) cost: u32,
    /// What must agree for two products to fit each other (group head, paper size), or the taste of coffee.
    pub(super) fits: &'static str,
    /// Empty: the family is one SKU.
    pub(super) variants: &'static [Variant],
    /// `winter`, `summer` or nothing.
    pub(super) season: &'static str,
}

/// One variant of a family.
#[derive(Clone, Copy)]
pub(super) struct Variant {
    /// The last part of the SKU; names the colour of the picture where it is one.
    pub(super) code: &'static str,
    /// As the title says it.
    pub(super) words: &'static str,
    /// Price in thousandths of the family's price.
    pub(super) price: u32,
    /// What this variant fits, where that differs from the family.
    pub(super) fits: &'static str,
}

/// A row of a table: a family without season.
const fn family(
    kind: Kind,
    brand: Brand,
    stem: &'static str,
    name: &'static str,
    (cents, cost): (u32, u32),
    fits: &'static str,
    variants: &'static [Variant],
) -> Family {
    Family { kind, brand, stem, name, cents, cost, fits, variants, season: "" }
}

/// The family, sold in one season.
const fn only_in(season: &'static str, mut family: Family) -> Family {
    family.season = season;
    family
}

/// A variant in another colour: same price, same fit.
const fn colour(code: &'static str, words: &'static str) -> Variant {
    Variant { code, words, price: 1000, fits: "" }
}

/// A variant of another size.
const fn size(code: &'static str, words: &'static str, price: u32, fits: &'static str) -> Variant {
    Variant { code, words, price, fits }
}

/// One SKU of the shop with what the generator knows about it.
pub(super) struct Item {
    /// The line of the catalog.
    pub(super) product: Product,
    /// What it is.
    pub(super) kind: Kind,
    /// Who makes it.
    pub(super) brand: Brand,
    /// The family's part of the SKU: same stem, same product.
    pub(super) stem: &'static str,
    /// The variant's code, or nothing.
    pub(super) code: &'static str,
    /// What must agree for two products to fit.
    pub(super) fits: &'static str,
    /// How often it is chosen among its kind; 0 for what was never sold.
    pub(super) weight: u32,
    /// Price in cents when it last sold at its regular price.
    pub(super) cents: i64,
}

/// All products, in the order of the tables.
pub(super) struct Catalog {
    /// The products; positions are used everywhere in the generator.
    pub(super) items: Vec<Item>,
    by_kind: Vec<Vec<usize>>,
}

impl Catalog {
    /// Builds the catalog of the sample shop.
    pub(super) fn build() -> Self {
        let families: Vec<&Family> =
            [brewing::FAMILIES, pantry::FAMILIES, tableware::FAMILIES, care::FAMILIES].into_iter().flatten().collect();
        let ranks = popularity_ranks(&families);
        let mut dice = Dice::stream(1);
        let mut items = Vec::new();
        for (number, family) in families.iter().enumerate() {
            let whole = [Variant { code: "", words: "", price: 1000, fits: "" }];
            let variants = if family.variants.is_empty() { &whole[..] } else { family.variants };
            for (place, variant) in variants.iter().enumerate() {
                let weight = 120_000 / (ranks[number] + 2) / (place as u32 + 2);
                let item = item_of(family, variant, weight, items.len(), &mut dice);
                items.push(item);
            }
        }
        let by_kind =
            Kind::ALL.iter().map(|kind| (0..items.len()).filter(|&i| items[i].kind == *kind).collect()).collect();
        Self { items, by_kind }
    }

    /// The products of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> &[usize] {
        &self.by_kind[kind as usize]
    }

    /// Whether two products are the same but for colour or size.
    pub(super) fn are_variants(&self, a: usize, b: usize) -> bool {
        self.items[a].stem == self.items[b].stem
    }
}

/// The place of each family among its kind, 0 the most wanted: fixed by its stem, so that a new row moves few others.
fn popularity_ranks(families: &[&Family]) -> Vec<u32> {
    let key = |f: &Family| (trait_of(f.stem), f.stem);
    families
        .iter()
        .map(|f| families.iter().filter(|other| other.kind == f.kind && key(other) < key(f)).count() as u32)
        .collect()
}

fn item_of(family: &Family, variant: &Variant, weight: u32, place: usize, dice: &mut Dice) -> Item {
    let euro = Currency::parse("EUR").unwrap_or(Currency::NONE);
    let cents = shop_price(i64::from(family.cents) * i64::from(variant.price) / 1000);
    let cost = cents * i64::from(family.cost) / 100;
    let sku = [family.stem, variant.code].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("-");
    let words = if variant.words.is_empty() { String::new() } else { format!(", {}", variant.words) };
    let stock = dice.between(8, 20 + 4_000_000 / (cents + 12_000));
    let mut item = Item {
        product: Product {
            title: Some(format!("{} {}{words}", family.brand.name, family.name)),
            category: Some(family.kind.category().to_owned()),
            price: Some(Money::new(cents, euro)),
            cost: Some(Money::new(cost, euro)),
            stock: Some(stock),
            availability: Some(Availability::InStock),
            brand: Some(family.brand.name.to_owned()),
            group: (!family.variants.is_empty()).then(|| family.stem.to_owned()),
            cart_id: Some((44_012_300_000_000 + 7_919 * (place as u64 + 1)).to_string()),
            url: Some(format!("product.html?sku={sku}")),
            image: Some(format!("pictures/{sku}.svg")),
            tags: tags_of(family),
            season: (!family.season.is_empty()).then(|| family.season.to_owned()),
            released: None,
            sku,
        },
        kind: family.kind,
        brand: family.brand,
        stem: family.stem,
        code: variant.code,
        fits: if variant.fits.is_empty() { family.fits } else { variant.fits },
        weight: weight.max(1),
        cents,
    };
    oddities::apply(&mut item);
    item
}

/// The nearest price a shop would print: 3.90, 24.90, 129.00.
fn shop_price(cents: i64) -> i64 {
    match cents {
        ..2_000 => (cents + 5) / 10 * 10,
        2_000..10_000 => (cents + 50) / 100 * 100 - 10,
        _ => (cents + 500) / 1_000 * 1_000 - 100,
    }
}

fn tags_of(family: &Family) -> Vec<String> {
    let mut tags = Vec::new();
    if family.kind.is_beans() {
        tags.push("whole beans");
        tags.push(family.fits);
    }
    if family.cents >= 60_000 {
        tags.push("free delivery");
    }
    match family.season {
        "winter" => tags.push("winter"),
        "summer" => tags.push("cold brew"),
        _ => {}
    }
    if trait_of(family.stem).is_multiple_of(11) {
        tags.push("staff pick");
    }
    tags.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn some_four_hundred_products_with_unlike_skus_and_titles() {
        let catalog = Catalog::build();
        assert!((380..=430).contains(&catalog.items.len()), "{}", catalog.items.len());
        let skus: BTreeSet<_> = catalog.items.iter().map(|i| &i.product.sku).collect();
        let titles: BTreeSet<_> = catalog.items.iter().map(|i| &i.product.title).collect();
        assert_eq!(skus.len(), catalog.items.len());
        assert_eq!(titles.len(), catalog.items.len());
    }

    #[test]
    fn every_kind_and_brand_has_products() {
        let catalog = Catalog::build();
        for &kind in Kind::ALL {
            assert!(!catalog.of_kind(kind).is_empty(), "{kind:?}");
        }
        for brand in kinds::BRANDS {
            assert!(catalog.items.iter().any(|i| i.brand == *brand), "{}", brand.name);
        }
    }

    #[test]
    fn what_fits_something_has_something_to_fit() {
        let catalog = Catalog::build();
        let fitting = [Kind::PaperFilter, Kind::MetalFilter, Kind::WaterFilter, Kind::Gasket, Kind::Basket, Kind::Part];
        for item in catalog.items.iter().filter(|i| fitting.contains(&i.kind)) {
            let partner = catalog.items.iter().any(|o| o.fits == item.fits && !fitting.contains(&o.kind));
            assert!(partner, "{} fits {:?}, which nothing has", item.product.sku, item.fits);
        }
    }

    #[test]
    fn prices_look_like_prices() {
        assert_eq!([394, 2_449, 12_949].map(shop_price), [390, 2_390, 12_900]);
    }
}
