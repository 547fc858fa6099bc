//! Items, classes and groups of a draft.

use super::{History, gaps, worth};
use crate::bundle::{Card, DraftClass, DraftItem, ItemFacts};
use crate::shop::{Money, Product, StockState};
use rustc_hash::{FxHashMap, FxHashSet};

/// Orders that a class must appear in before its variety is judged.
const ENOUGH: u32 = 20;

/// Classes by number, ascending by name, and the class of each item.
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    /// The class of each item.
    pub of: Vec<Option<u32>>,
    /// How many there are.
    pub len: usize,
}

impl Classes {
    /// The whole category of a product is its class.
    pub fn of(products: &[Product]) -> Self {
        let (of, len) = numbered(products, |product| product.category.as_deref());
        Self { of, len }
    }
}

/// A number from 0, ascending by name, for every name that `field` gives.
fn numbered<'a>(products: &'a [Product], field: impl Fn(&'a Product) -> Option<&'a str>) -> (Vec<Option<u32>>, usize) {
    let name = |product: &'a Product| field(product).map(str::trim).filter(|name| !name.is_empty());
    let mut names: Vec<&str> = products.iter().filter_map(name).collect();
    names.sort_unstable();
    names.dedup();
    let number: FxHashMap<&str, u32> = names.iter().enumerate().map(|(n, name)| (*name, n as u32)).collect();
    (products.iter().map(|product| name(product).and_then(|name| number.get(name).copied())).collect(), names.len())
}

/// Groups that two items or more share, from 1, ascending by name. A product whose SKU others name as their group is the
/// head of that group.
fn groups(products: &[Product]) -> Vec<Option<u32>> {
    let heads: FxHashSet<&str> =
        products.iter().filter_map(|product| product.group.as_deref()).map(str::trim).collect();
    let own = |product: &'_ Product| product.group.as_deref().is_none_or(|group| group.trim().is_empty());
    let (of, len) = numbered(products, |product| match own(product) && heads.contains(product.sku.as_str()) {
        true => Some(&product.sku),
        false => product.group.as_deref(),
    });
    let mut members = vec![0u32; len];
    of.iter().flatten().for_each(|group| members[*group as usize] += 1);
    let mut next = 0;
    let numbers: Vec<Option<u32>> = members
        .into_iter()
        .map(|members| {
            next += u32::from(members >= 2);
            (members >= 2).then_some(next)
        })
        .collect();
    of.into_iter().map(|group| group.and_then(|group| numbers[group as usize])).collect()
}

/// Which classes shoppers buy several of: a quarter of at least twenty orders hold two different items.
///
/// A class that holds more than half of the products counts too: where a shop files everything under one category, "of the
/// same category" says nothing, and leaving the category out would leave lists empty.
pub fn varied(history: &History, classes: &Classes) -> Vec<DraftClass> {
    let (mut orders, mut several) = (vec![0u32; classes.len], vec![0u32; classes.len]);
    let mut held = Vec::new();
    for b in 0..history.baskets.len() {
        held.clear();
        held.extend(history.baskets.items(b).iter().filter_map(|item| classes.of[*item as usize]));
        held.sort_unstable();
        for run in held.chunk_by(|a, b| a == b) {
            orders[run[0] as usize] += 1;
            several[run[0] as usize] += u32::from(run.len() >= 2);
        }
    }
    let mut members = vec![0usize; classes.len];
    classes.of.iter().flatten().for_each(|class| members[*class as usize] += 1);
    let bought = |class: usize| orders[class] >= ENOUGH && several[class] * 4 >= orders[class];
    let wide = |class: usize| members[class] * 2 > classes.of.len();
    (0..classes.len).map(|class| DraftClass { varied: bought(class) || wide(class), sensitive: false }).collect()
}

/// Numbers of the brands, from 1, ascending by name; `Acme` and `ACME` are one.
fn brands(products: &[Product]) -> Vec<Option<u32>> {
    let folded = |product: &Product| Product {
        brand: product.brand.as_deref().map(|brand| brand.trim().to_lowercase()),
        ..Product::default()
    };
    let folded: Vec<Product> = products.iter().map(folded).collect();
    let (of, _) = numbered(&folded, |product| product.brand.as_deref());
    of.into_iter().map(|brand| brand.map(|brand| brand + 1)).collect()
}

/// The items of a draft. Costs, contributions and counts are facts, which a public bundle leaves out: of these its items
/// have the state of stock and a class of value.
pub fn items(history: &History, classes: &Classes, low_at: i64) -> Vec<DraftItem> {
    let (groups, brands) = (groups(&history.products), brands(&history.products));
    let shares = history.shares();
    let gaps = gaps::gaps(&history.baskets);
    let knots = value_knots(&history.products);
    let item = |(at, product): (usize, &Product)| DraftItem {
        sku: product.sku.clone(),
        share: shares[at],
        stock: StockState::of(product.availability, product.stock, low_at),
        class: classes.of[at],
        group: groups[at],
        gap_days: gaps[at],
        card: card(product),
        brand: brands[at],
        value: worth::contribution(product).and_then(|amount| worth::class(&knots, amount)),
        released: product.released.map(|at| at.day().0),
        hidden: 0,
        facts: facts(product),
    };
    history.products.iter().enumerate().map(item).collect()
}

/// Seven ascending contributions that part the classes of value; none where no cost is known.
pub fn value_knots(products: &[Product]) -> Vec<i64> {
    worth::knots(products.iter().filter_map(worth::contribution))
}

/// Seven ascending prices that part the classes of revenue; none without prices.
pub fn price_knots(products: &[Product]) -> Vec<i64> {
    worth::knots(products.iter().filter_map(|product| product.price).map(Money::minor).filter(|price| *price >= 0))
}

fn facts(product: &Product) -> ItemFacts {
    ItemFacts {
        contribution: worth::contribution(product),
        count: product.stock,
        brand: product.brand.clone().unwrap_or_default(),
        group: product.group.clone().unwrap_or_default(),
        tags: product.tags.clone(),
    }
}

fn card(product: &Product) -> Card {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    Card {
        category: product.category.clone().unwrap_or_default(),
        title: text(&product.title),
        url: text(&product.url),
        image: text(&product.image),
        cart_id: text(&product.cart_id),
        price: product.price,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{Currency, Timestamp};
    use crate::train::{Baskets, Counts, CuratedPairs, Visits};

    fn product(sku: &str, category: Option<&str>, group: Option<&str>) -> Product {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Product { sku: sku.into(), category: own(category), group: own(group), ..Product::default() }
    }

    fn shop(baskets: Baskets) -> History {
        let products = vec![
            product("a", Some("Tea"), Some("g")),
            product("b", Some("Tea"), Some("g")),
            product("c", Some(" "), Some("alone")),
            product("d", None, None),
        ];
        History {
            products,
            baskets,
            visits: Visits::new(4),
            curated: CuratedPairs::default(),
            counts: Counts::default(),
        }
    }

    #[test]
    fn a_group_of_one_is_none_and_a_blank_category_no_class() {
        let history = shop(Baskets::new(4));
        let classes = Classes::of(&history.products);
        assert_eq!((classes.of.clone(), classes.len), (vec![Some(0), Some(0), None, None], 1));
        let groups: Vec<_> = items(&history, &classes, 5).into_iter().map(|item| item.group).collect();
        assert_eq!(groups, [Some(1), Some(1), None, None]);
    }

    #[test]
    fn the_product_that_variants_name_is_one_of_them() {
        let products =
            [product("hood", None, None), product("s", None, Some("hood")), product("m", None, Some("hood"))];
        assert_eq!(super::groups(&products), [Some(1); 3]);
        assert_eq!(super::groups(&products[..1]), [None]);
    }

    #[test]
    fn facts_and_what_a_public_item_has_of_them() {
        let mut history = shop(Baskets::new(4));
        let money = |minor| Some(Money::new(minor, Currency::NONE));
        for (product, (price, cost, brand)) in history.products.iter_mut().zip([
            (money(500), money(100), Some(" Zig")),
            (money(500), money(400), Some("acme")),
            (money(500), None, Some("ACME")),
            (None, money(1), None),
        ]) {
            (product.price, product.cost, product.brand) = (price, cost, brand.map(str::to_owned));
        }
        (history.products[0].stock, history.products[0].released) = (Some(3), Some(Timestamp(86_400 * 9 + 5)));
        let items = items(&history, &Classes::of(&history.products), 5);
        let of = |item: &DraftItem| (item.brand, item.value, item.facts.contribution);
        let all: Vec<_> = items.iter().map(of).collect();
        let known = [(Some(2), Some(7), Some(400)), (Some(1), Some(3), Some(100))];
        assert_eq!(all, [known[0], known[1], (Some(1), None, None), (None, None, None)]);
        assert_eq!((items[0].released, items[0].facts.count, items[0].stock), (Some(9), Some(3), StockState::Low));
        assert_eq!(value_knots(&history.products), [100, 100, 100, 400, 400, 400, 400]);
        assert_eq!(price_knots(&history.products), [500; 7]);
    }

    #[test]
    fn a_class_is_varied_from_a_quarter_of_twenty_orders() {
        let with = |two: usize, one: usize| {
            let mut baskets = Baskets::new(4);
            (0..two).for_each(|_| baskets.push(&[0, 1], None, None));
            (0..one).for_each(|_| baskets.push(&[0, 2], None, None));
            let history = shop(baskets);
            varied(&history, &Classes::of(&history.products))[0].varied
        };
        assert!(with(5, 15));
        assert!(!with(4, 16));
        assert!(!with(10, 5), "fifteen orders are too few");
    }

    #[test]
    fn a_class_of_more_than_half_of_all_products_is_varied_without_an_order() {
        let mut history = shop(Baskets::new(4));
        let found = |history: &History| varied(history, &Classes::of(&history.products))[0].varied;
        assert!(!found(&history), "two of four");
        history.products[2].category = Some("Tea".into());
        assert!(found(&history), "three of four");
    }
}
