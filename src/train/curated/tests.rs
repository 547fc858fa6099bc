use super::*;
use crate::bundle::Strategy;
use crate::shop::{CuratedLine, CuratedPlace, Product};
use crate::train::Baskets;
use crate::train::pairs::{Pairs, Support};
use crate::train::together::Together;
use proptest::prelude::{Strategy as Values, *};

fn product(sku: &str, group: Option<&str>, stock: i64) -> Product {
    Product { sku: sku.into(), group: group.map(Into::into), stock: Some(stock), ..Product::default() }
}

/// A hoodie of two variants whose parent is not sold by itself, a bag, a bottle.
fn shop() -> Vec<Product> {
    vec![
        product("BAG", None, 3),
        product("HOODIE-S", Some("HOODIE"), 0),
        product("HOODIE-M", Some("HOODIE"), 9),
        product("BOTTLE", None, 1),
        product("HOODIE", None, 0),
    ]
}

fn line<'a>(product: &'a str, item: &'a str, slot: Option<u16>) -> CuratedLine<'a> {
    CuratedLine { product, item, slot, place: CuratedPlace::Complements }
}

fn resolved(lines: &[CuratedLine<'_>]) -> CuratedPairs {
    let mut all = CuratedLines::default();
    lines.iter().for_each(|line| all.push(*line));
    all.resolve(&shop())
}

fn policy(placement: &str, strategy: Strategy, limit: u16) -> Policy {
    Policy { limit, ..Policy::neutral(placement, strategy) }
}

fn page() -> Policy {
    policy("page", Strategy::BoughtTogether, 8)
}

/// Product, slot and item of each pin.
fn pins(pairs: &CuratedPairs, limit: u16) -> Vec<(u32, u8, u32)> {
    let pins = pairs.pins(&[policy("page", Strategy::BoughtTogether, limit)]);
    pins.into_iter().map(|pin| (pin.product.0, pin.slot, pin.item.0)).collect()
}

#[test]
fn a_pair_for_a_group_is_one_for_each_variant_and_shows_one_that_is_in_stock() {
    let pairs = resolved(&[line("HOODIE", "BAG", None), line("BAG", "HOODIE", None)]);
    let found: Vec<_> = pairs.pairs.iter().map(|pair| (pair.product, pair.item)).collect();
    assert_eq!(found, [(0, 2), (1, 0), (2, 0), (4, 0)]);
}

#[test]
fn names_that_nobody_knows_are_counted() {
    let pairs = resolved(&[line("BAG", "GONE", None), line("GONE", "BAG", None), line("BAG", "BOTTLE", None)]);
    assert_eq!((pairs.lines, pairs.unknown_lines, pairs.unknown_names, pairs.pairs.len()), (3, 2, 1, 1));
}

#[test]
fn of_two_lines_for_one_pair_the_smaller_slot_holds_in_any_order() {
    let lines = [line("BAG", "BOTTLE", None), line("BAG", "BOTTLE", Some(3)), line("BAG", "BOTTLE", Some(2))];
    let pairs = resolved(&lines);
    assert_eq!(pairs.pairs.iter().map(|pair| pair.slot).collect::<Vec<_>>(), [Some(2)]);
    let turned: Vec<_> = lines.iter().rev().copied().collect();
    assert_eq!(resolved(&turned), pairs);
}

#[test]
fn slots_are_kept_and_the_rest_fills_what_is_free() {
    let pairs = resolved(&[
        line("BAG", "HOODIE-M", None),
        line("BAG", "BOTTLE", Some(2)),
        line("BAG", "HOODIE-S", Some(2)),
        line("BAG", "HOODIE", None),
    ]);
    assert_eq!(pins(&pairs, 8), [(0, 1, 2), (0, 2, 1), (0, 3, 3)], "HOODIE is HOODIE-M, which stands already");
    assert_eq!(pins(&pairs, 2), [(0, 1, 2), (0, 2, 1)]);
}

#[test]
fn eight_pins_a_product_are_the_most() {
    let pair = |item: u32| CuratedPair { product: 0, item, slot: None, place: Place::Complements };
    let pairs = CuratedPairs { pairs: (1..30).map(pair).collect(), ..CuratedPairs::default() };
    assert_eq!(pins(&pairs, 50).len(), PINS);
    assert_eq!(pins(&pairs, 3).len(), 3);
}

#[test]
fn pairs_go_where_their_place_says() {
    let mut all = CuratedLines::default();
    for place in [CuratedPlace::Complements, CuratedPlace::Similar, CuratedPlace::Placement("till")] {
        all.push(CuratedLine { product: "BAG", item: "BOTTLE", slot: None, place });
    }
    let pairs = all.resolve(&shop());
    let policies = [
        policy("cart", Strategy::CartAddons, 4),
        page(),
        policy("looks", Strategy::Similar, 4),
        policy("till", Strategy::Popular, 4),
        policy("home", Strategy::Popular, 4),
    ];
    let places: Vec<_> = pairs.pins(&policies).into_iter().map(|pin| pin.placement).collect();
    assert_eq!(places, ["cart", "looks", "page", "till"]);
    assert_eq!(pairs.claims(&policies, &[Strategy::Similar]).len(), 1);
    let related = [Strategy::CartAddons, Strategy::BoughtTogether, Strategy::Similar];
    assert_eq!(pairs.nowhere(&policies, &related), 1, "best sellers lean on no pair");
}

fn claim(product: u32, item: u32) -> Claim {
    Claim { product, item, credit: 1.0 }
}

fn weight(rows: &Rows, product: usize, item: u32) -> Option<f32> {
    rows[product].iter().find(|edge| edge.item == ItemId(item)).map(|edge| edge.weight)
}

#[test]
fn a_strap_that_nobody_bought_yet_is_as_sure_as_the_usual_neighbour() {
    let edge = |item: u32, weight: f32| Edge { item: ItemId(item), weight };
    let mut rows = vec![vec![], vec![edge(2, 0.25)], vec![edge(0, 0.125), edge(1, 0.5)], vec![]];
    lean(&mut rows, &[0, 20, 5, 0], &[claim(0, 3), claim(1, 3)], 20.0);
    assert_eq!(weight(&rows, 0, 3), Some(0.5), "the median of 0.25 and 0.5, taken from above");
    assert_eq!(weight(&rows, 1, 3), Some(0.25), "half, after twenty orders without it");
    assert_eq!((weight(&rows, 1, 2), rows[2].len()), (Some(0.25), 2), "what was seen stays");
}

#[test]
fn without_any_behaviour_a_claim_weighs_one_and_the_shops_order_holds() {
    let pairs = resolved(&[line("BAG", "BOTTLE", None), line("BAG", "HOODIE", None)]);
    let mut rows: Rows = vec![Vec::new(); 5];
    lean(&mut rows, &[0; 5], &pairs.claims(&[page()], &[Strategy::BoughtTogether]), ORDERS);
    assert_eq!(weight(&rows, 0, 3), Some(1.0));
    assert!(weight(&rows, 0, 2).unwrap() < 1.0);
}

/// Orders of a watch with its usual partner, and of another pair.
fn orders(of_watch: usize) -> Baskets {
    let mut baskets = Baskets::new(5);
    (0..of_watch).for_each(|n| baskets.push(if n % 3 == 0 { &[0, 1] } else { &[0] }, None, None));
    (0..30).for_each(|_| baskets.push(&[2, 3], None, None));
    baskets
}

fn any_rows() -> impl Values<Value = Rows> {
    let row = prop::collection::btree_map(0u32..8, -1.0f32..1.0, 0..6);
    let edges = |row: std::collections::BTreeMap<u32, f32>| -> Vec<Edge> {
        row.into_iter().map(|(item, weight)| Edge { item: ItemId(item), weight }).collect()
    };
    prop::collection::vec(row.prop_map(edges), 8)
}

proptest! {
    #[test]
    fn a_pair_without_behaviour_stands_in_its_products_row(rows in any_rows(), product in 0u32..8, item in 0u32..8, n in 0u32..1_000) {
        let mut leant = rows.clone();
        lean(&mut leant, &[n; 8], &[claim(product, item)], ORDERS);
        let weight = weight(&leant, product as usize, item);
        prop_assert!(weight.is_some());
        prop_assert!(n > 0 || weight.unwrap() > 0.0);
        prop_assert!(leant[product as usize].is_sorted_by_key(|edge| edge.item));
    }

    #[test]
    fn a_claim_never_lowers_a_weight_and_fades_towards_what_was_seen(rows in any_rows(), product in 0u32..8, item in 0u32..8) {
        let own = weight(&rows, product as usize, item).unwrap_or(0.0);
        let mut before = f32::INFINITY;
        for n in [0, 1, 5, 20, 100, 1_000, 1_000_000] {
            let mut leant = rows.clone();
            lean(&mut leant, &[n; 8], &[claim(product, item)], ORDERS);
            let now = weight(&leant, product as usize, item).unwrap_or(0.0);
            prop_assert!(own <= now && now <= before, "{own} {now} {before}");
            before = now;
        }
        prop_assert!(before - own < 1e-3);
    }

    #[test]
    fn orders_without_the_other_item_wear_a_claim_down(few in 3usize..60, more in 1usize..200) {
        let weighs = |orders: &Baskets| {
            let pairs = Pairs::count(orders, Support::NONE);
            let mut rows = Together::Corrected { beta: 0.0, kappa: 5.0 }.fit(&pairs);
            lean(&mut rows, &pairs.count, &[claim(0, 4)], ORDERS);
            weight(&rows, 0, 4).unwrap()
        };
        prop_assert!(weighs(&orders(few + more)) <= weighs(&orders(few)));
    }

    #[test]
    fn without_claims_not_a_bit_changes(rows in any_rows(), n in 0u32..50) {
        let mut leant = rows.clone();
        lean(&mut leant, &[n; 8], &[], ORDERS);
        prop_assert_eq!(leant, rows);
    }
}
