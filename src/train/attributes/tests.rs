//! Hand-made products, and every pair compared the slow way.

use super::*;
use crate::shop::{Currency, Money};
use proptest::prelude::*;

fn product(sku: &str, title: &str, category: &str, cents: i64) -> Product {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Product {
        sku: sku.into(),
        title: text(title),
        category: text(category),
        price: (cents != 0).then(|| Money::new(cents, Currency::NONE)),
        ..Product::default()
    }
}

fn tea_shop() -> Vec<Product> {
    vec![
        product("sencha", "Sencha, 100 g", "Tea > Green", 800),
        product("sencha-tin", "Sencha in a tin", "Tea > Green", 1_000),
        product("gyokuro", "Gyokuro", "Tea > Green", 800),
        product("assam", "Assam, 100 g", "Tea > Black", 800),
        product("pot", "Pot for sencha", "Ware > Pots", 800),
        product("mug", "Mug", "Ware > Mugs", 800),
        product("coat", "Coat", "Clothes", 800),
    ]
}

fn order(attributes: &Attributes, seed: u32) -> Vec<u32> {
    let row = &attributes.rows(100)[seed as usize];
    let mut row = row.clone();
    row.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.item.cmp(&b.item)));
    row.iter().map(|edge| edge.item.0).collect()
}

#[test]
fn category_then_words_then_price_then_parent() {
    let attributes = Attributes::of(&tea_shop(), &[]);
    assert_eq!(order(&attributes, 0), [1, 2, 3, 4], "the other sencha, the other green tea, the black tea, the pot");
    assert_eq!(order(&attributes, 6), [0u32; 0], "of a coat at the same price nothing else is known");
}

#[test]
fn likeness_follows_the_formula() {
    // Two words in two of seven products each; sencha is in three, which is worth ln(7/3); 100 and g count 0.3.
    let attributes = Attributes::of(&tea_shop(), &[]);
    let (rare, number) = ((7f64 / 3.0).ln(), 0.3 * 3.5f64.ln());
    let own = (rare * rare + 2.0 * number * number).sqrt();
    let words = rare * rare / (own * rare);
    let price = 1.0 - (1.25f64).ln() / 4f64.ln();
    let expected = (0.4 + 0.35 * words + 0.15 * price) / 0.9;
    assert!((attributes.likeness(ItemId(0), ItemId(1)) - expected).abs() < 1e-12);
}

#[test]
fn variants_are_no_neighbours_and_take_two_places_of_a_row() {
    let mut products = tea_shop();
    for sku in ["sencha", "sencha-tin", "gyokuro"] {
        let parent = products.iter_mut().find(|product| product.sku == sku).unwrap();
        parent.group = Some("sencha".into());
    }
    let attributes = Attributes::of(&products, &[]);
    assert_eq!(attributes.likeness(ItemId(0), ItemId(1)), 0.0);
    assert!(order(&attributes, 0).iter().all(|other| ![1, 2].contains(other)));
    assert_eq!(order(&attributes, 3).len(), 2, "of three variants two");
}

#[test]
fn a_product_that_others_name_as_their_group_belongs_to_it() {
    let mut products = tea_shop();
    products[1].group = Some("sencha".into());
    assert_eq!(Attributes::of(&products, &[]).likeness(ItemId(0), ItemId(1)), 0.0);
}

#[test]
fn cold_products_stand_beside_the_others() {
    let products: Vec<_> = (0..12).map(|n| product(&format!("p{n}"), "", "Tea", 100 + n)).collect();
    let seen: Vec<u32> = (0..12).map(|n| u32::from(n < 6)).collect();
    for (item, row) in Attributes::of(&products, &seen).rows(2).iter().enumerate() {
        let new = row.iter().filter(|edge| seen[edge.item.index()] == 0).count();
        assert_eq!((row.len() - new, new), (2, COLD), "{item}");
    }
}

/// What no shop should have, and some do.
fn bad_catalogs() -> Vec<Product> {
    let deep = (0..300).map(|level| format!("Level {level}")).collect::<Vec<_>>().join(" > ");
    let mut list = vec![
        product("deep", "Deep", &deep, 100),
        product("deeper", "Deep", &format!("{deep} > More"), 100),
        product("bare", "", "", 0),
        product("free", "Deep", "", 0),
        product("signs", "!!! --- ???", " > ", 5),
        product("long", &"word ".repeat(100_000), "Tea", i64::from(u32::MAX)),
        product("longest", &"w".repeat(1_000_000), "Tea", 90_000_000_000_000),
        product("below", "Deep", "Tea", -5),
    ];
    list[3].tags = (0..10_000).map(|tag| tag.to_string()).collect();
    list[2].group = Some(String::new());
    list[2].brand = Some(" ".into());
    list
}

#[test]
fn bad_catalogs_have_rows_all_the_same() {
    let rows = Attributes::of(&bad_catalogs(), &[]).rows(5);
    assert!(rows[0].iter().any(|edge| edge.item.0 == 1));
    assert!(rows[2].is_empty());
    assert!(rows.iter().flatten().all(|edge| edge.weight > 0.0 && edge.weight <= 1.0));
    assert!(Attributes::of(&[], &[]).rows(5).is_empty());
}

#[test]
fn a_class_of_thousands_gives_its_nearest_in_price() {
    let products: Vec<_> = (0..5_000).map(|n| product(&format!("p{n:04}"), "A common word", "Tea", n + 1)).collect();
    let rows = Attributes::of(&products, &[]).rows(8);
    assert!(rows.iter().all(|row| row.len() == 8));
    assert!(rows[3_000].iter().all(|edge| edge.item.0.abs_diff(3_000) <= 5), "{:?}", rows[3_000]);
}

fn any_product() -> impl Strategy<Value = Product> {
    let words = prop::collection::vec(prop::sample::select(vec!["red", "blue", "tea", "12", "a", "Tin", "pot"]), 0..4);
    let category = prop::sample::select(vec!["", "A", "A > B", "A > C", "A > B > D", "E > F", "E"]);
    let brand = prop::option::of(prop::sample::select(vec!["x", "X ", "y"]));
    let group = prop::option::weighted(0.3, prop::sample::select(vec!["g", "h"]));
    let tags = prop::collection::vec(prop::sample::select(vec!["new", "red"]), 0..2);
    (words, category, brand, group, tags, 0i64..400).prop_map(|(words, category, brand, group, tags, cents)| Product {
        brand: brand.map(str::to_owned),
        group: group.map(str::to_owned),
        tags: tags.into_iter().map(str::to_owned).collect(),
        ..product("", &words.join(" "), category, cents)
    })
}

fn any_catalog() -> impl Strategy<Value = Vec<Product>> {
    prop::collection::vec(any_product(), 0..40).prop_map(|mut list| {
        list.iter_mut().enumerate().for_each(|(n, product)| product.sku = format!("p{n}"));
        list
    })
}

/// Compares every pair, and takes one neighbour after another.
fn slow(attributes: &Attributes, seed: usize, n: usize, most: usize) -> Vec<Edge> {
    let cold: Vec<bool> = (0..n).map(|item| attributes.is_cold(ItemId(item as u32))).collect();
    let groups: Vec<_> = attributes.traits.iter().map(|traits| traits.group).collect();
    let mut all: Vec<(f64, u32)> =
        (0..n as u32).map(|other| (attributes.likeness(ItemId(seed as u32), ItemId(other)), other)).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(attributes.rank(a.1).cmp(&attributes.rank(b.1))));
    let mut row: Vec<Edge> = Vec::new();
    for (likeness, other) in all.into_iter().filter(|(likeness, _)| *likeness > 0.0) {
        let of_kind = row.iter().filter(|edge| cold[edge.item.index()] == cold[other as usize]).count();
        let group = groups[other as usize];
        let variants = row.iter().filter(|edge| group.is_some() && groups[edge.item.index()] == group).count();
        if of_kind < (if cold[other as usize] { COLD } else { most }) && variants < 2 {
            row.push(Edge { item: ItemId(other), weight: (likeness * likeness * (likeness * likeness)) as f32 });
        }
    }
    row.sort_by_key(|edge| edge.item);
    row
}

proptest! {
    #[test]
    fn rows_are_those_of_comparing_every_pair(products in any_catalog(), most in 1usize..12, every in 1u32..5) {
        let seen: Vec<u32> = (0..products.len() as u32).map(|item| item % every).collect();
        let attributes = Attributes::of(&products, &seen);
        let groups: Vec<_> = attributes.traits.iter().map(|traits| traits.group).collect();
        for (seed, row) in attributes.rows(most).iter().enumerate() {
            prop_assert_eq!(row, &slow(&attributes, seed, products.len(), most));
            prop_assert!(row.windows(2).all(|two| two[0].item < two[1].item));
            for edge in row {
                prop_assert!(edge.weight > 0.0 && edge.weight <= 1.0 && edge.item.index() != seed);
                prop_assert!(groups[seed].is_none() || groups[seed] != groups[edge.item.index()]);
            }
        }
    }

    /// Numbers of products are names only: any order of them gives the same likenesses, to the last bit.
    #[test]
    fn likeness_does_not_depend_on_the_order_of_products(products in any_catalog(), turn in 0usize..40) {
        let n = products.len();
        let (plain, mut turned) = (Attributes::of(&products, &[]), products);
        turned.rotate_left(turn.min(n));
        let turned = Attributes::of(&turned, &[]);
        let place = |item: usize| ItemId(((item + n - turn.min(n)) % n) as u32);
        for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
            let here = plain.likeness(ItemId(i as u32), ItemId(j as u32));
            prop_assert_eq!(here.to_bits(), turned.likeness(place(i), place(j)).to_bits());
        }
    }
}
