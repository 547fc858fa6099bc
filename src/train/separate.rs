//! What completes a product and what replaces it: two lists, not one.
//!
//! # The problem
//!
//! Tea of one kind is bought with tea of another, and looked at beside the pot it is brewed in. A page that offers both
//! under one heading helps nobody: under "goes with it" stands what makes the product whole, under "similar" what could be
//! bought in its place.
//!
//! # The rules
//!
//! * [`substitutes`]: of what is looked at together, the same category counts fully, the same parent category half, the
//!   rest a fifth; and the more of the rarer product's orders hold both, the less: who buys both does not choose.
//! * [`complements`]: out of `bought_together` go edges within a category, unless shoppers buy several of it.
//! * [`direction_gate`]: an accessory belongs on the camera's page, the camera not on the accessory's.
//!
//! In small numbers: a camera (400.00, 100 orders), a memory card (20.00, 900 orders), 80 orders with both. On the
//! camera's page the card has P = 80/100, on the card's page the camera 80/900, less than a third of that, and it
//! costs more than one and a half times as much: out it goes.
//!
//! # What it does not do
//!
//! From baskets alone nobody can tell a substitute: two products that are never bought together may replace one another,
//! or have nothing to do with one another. Where there are no visits, "similar" means of the same category and alike by
//! what the catalog says. Whether a placement may show products of the same category at all is its policy's business
//! (`same_category`); here only goes what no placement of the shop could show.

use super::assemble::Classes;
use super::pairs::Pairs;
use super::prune::Rows;
use crate::bundle::{DraftClass, Policy, SameCategory, Strategy};
use crate::shop::{ItemId, Product};

/// How much of a co-view counts across categories.
const STRANGER: f64 = 0.2;
/// Orders that the rarer of two products is given beside its own: few orders prove nothing.
const DOUBT: f64 = 10.0;
/// The price from which a product is the greater part of a pair, and how much surer the way back must be.
const DEARER: f64 = 1.5;
const SURER: u64 = 3;

/// Whether every placement that shows complements keeps to them: none asks for products of the same category. Only then
/// [`complements`] and [`direction_gate`] take nothing away that some placement could have shown.
pub fn keeps_apart(policies: &[Policy]) -> bool {
    let complements = |policy: &&Policy| matches!(policy.strategy, Strategy::BoughtTogether | Strategy::CartAddons);
    let mut policies = policies.iter().filter(complements).peekable();
    policies.peek().is_some() && policies.all(|policy| policy.same_category != SameCategory::Allow)
}

/// Weighs co-views by how much they speak of choice: by `kinship` of two categories (0 to 1; `None` where either has
/// none: nothing is changed), and by how seldom both were bought together, where there are orders.
pub fn substitutes(rows: &mut Rows, kinship: impl Fn(ItemId, ItemId) -> Option<f64>, pairs: Option<&Pairs>) {
    for (item, row) in rows.iter_mut().enumerate() {
        for edge in row {
            let near = kinship(ItemId(item as u32), edge.item).map_or(1.0, |kin| STRANGER + (1.0 - STRANGER) * kin);
            let apart = pairs.map_or(1.0, |pairs| 1.0 - together(pairs, item, edge.item));
            edge.weight = (f64::from(edge.weight) * near * apart) as f32;
        }
    }
}

/// Of the orders of the rarer product, the share that holds both; 0 for an unsupported pair.
fn together(pairs: &Pairs, item: usize, other: ItemId) -> f64 {
    let row = pairs.of(item);
    let both = row.binary_search_by_key(&other.0, |pair| pair.to).map_or(0, |at| row[at].orders);
    f64::from(both) / (f64::from(pairs.count[item].min(pairs.count[other.index()])) + DOUBT)
}

/// Takes out edges within a class, unless the class is varied: no placement that blocks the product's own category can
/// show them, and they take the room of others.
pub fn complements(rows: &mut Rows, classes: &Classes, varied: &[DraftClass]) {
    let class = |item: usize| classes.of.get(item).copied().flatten();
    for (item, row) in rows.iter_mut().enumerate() {
        let Some(own) = class(item) else { continue };
        if !varied.get(own as usize).is_some_and(|class| class.varied) {
            row.retain(|edge| class(edge.item.index()) != Some(own));
        }
    }
}

/// Takes j out of the row of i where j costs more than one and a half times as much and is far likelier to bring i than
/// i is to bring j: `P(j|i) < P(i|j) / 3`, which is to say that i has more than three times the orders of j.
///
/// Products without a price above zero, and items without orders, are left alone.
pub fn direction_gate(rows: &mut Rows, pairs: &Pairs, products: &[Product]) {
    let price = |item: usize| {
        let price = products.get(item).and_then(|product| product.price).map(|price| price.minor());
        price.filter(|price| *price > 0).map(|price| price as f64)
    };
    for (item, row) in rows.iter_mut().enumerate() {
        let Some(own) = price(item) else { continue };
        let dearer = |other: usize| price(other).is_some_and(|other| other > DEARER * own);
        let orders = |item: usize| u64::from(pairs.count.get(item).copied().unwrap_or(0));
        let rarer = |other: usize| orders(other) > 0 && orders(item) > SURER * orders(other);
        row.retain(|edge| !(dearer(edge.item.index()) && rarer(edge.item.index())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Edge, Strategy};
    use crate::shop::{Currency, Money};
    use crate::train::Baskets;
    use crate::train::pairs::Support;
    use proptest::prelude::*;

    fn row(items: &[u32]) -> Vec<Edge> {
        items.iter().map(|item| Edge { item: ItemId(*item), weight: 1.0 }).collect()
    }

    fn priced(cents: i64) -> Product {
        Product { price: Some(Money::new(cents, Currency::NONE)), ..Product::default() }
    }

    /// Card (0), camera (1), case (2): cards are bought nine times as often as cameras.
    fn camera_shop() -> (Pairs, Vec<Product>) {
        let mut baskets = Baskets::new(3);
        (0..8).for_each(|_| baskets.push(&[0, 1], None, None));
        (0..82).for_each(|_| baskets.push(&[0], None, None));
        (0..2).for_each(|_| baskets.push(&[0, 1, 2], None, None));
        (Pairs::count(&baskets, Support::NONE), vec![priced(2_000), priced(40_000), priced(2_500)])
    }

    #[test]
    fn no_camera_on_the_page_of_the_memory_card() {
        let (pairs, products) = camera_shop();
        let mut rows = vec![row(&[1, 2]), row(&[0, 2]), row(&[0, 1])];
        direction_gate(&mut rows, &pairs, &products);
        assert_eq!(
            rows,
            [row(&[2]), row(&[0, 2]), row(&[0, 1])],
            "the case is as rare as the camera is dear: it stays"
        );
    }

    #[test]
    fn without_prices_nothing_is_gated() {
        let (pairs, _) = camera_shop();
        let rows = vec![row(&[1, 2]), row(&[0, 2]), row(&[0, 1])];
        for products in [vec![], vec![Product::default(); 3], vec![priced(0), priced(1), priced(0)]] {
            let mut gated = rows.clone();
            direction_gate(&mut gated, &pairs, &products);
            assert_eq!(gated, rows);
        }
    }

    #[test]
    fn edges_within_a_class_go_unless_it_is_varied() {
        let classes = Classes { of: vec![Some(0), Some(0), Some(1), Some(1), None, None], len: 2 };
        let varied = [false, true].map(|varied| DraftClass { varied, ..DraftClass::default() });
        let mut rows = vec![row(&[1, 2, 4]), row(&[0]), row(&[0, 3]), row(&[]), row(&[0, 5]), row(&[4])];
        complements(&mut rows, &classes, &varied);
        assert_eq!(rows, [row(&[2, 4]), row(&[]), row(&[0, 3]), row(&[]), row(&[0, 5]), row(&[4])]);
    }

    #[test]
    fn one_placement_that_allows_the_same_category_keeps_all_edges() {
        let policy = |strategy, same_category| Policy { same_category, ..Policy::neutral("spot", strategy) };
        let cart = policy(Strategy::CartAddons, SameCategory::UnlessVaried);
        let page = policy(Strategy::BoughtTogether, SameCategory::Block);
        let similar = policy(Strategy::Similar, SameCategory::Allow);
        assert!(keeps_apart(&[cart.clone(), page.clone(), similar.clone()]));
        assert!(!keeps_apart(&[cart, page, policy(Strategy::BoughtTogether, SameCategory::Allow)]));
        assert!(!keeps_apart(&[similar]), "nobody asked for complements");
    }

    #[test]
    fn a_pair_that_is_bought_together_replaces_nothing() {
        let (pairs, _) = camera_shop();
        let mut rows = vec![row(&[1, 2]), row(&[]), row(&[])];
        substitutes(&mut rows, |_, to| (to.0 == 1).then_some(0.5), Some(&pairs));
        let weights: Vec<f32> = rows[0].iter().map(|edge| edge.weight).collect();
        // The camera: half akin is 0.6, and ten of its ten orders hold the card. The case has no category and two orders.
        assert!((f64::from(weights[0]) - 0.6 * (1.0 - 10.0 / 20.0)).abs() < 1e-6);
        assert!((f64::from(weights[1]) - (1.0 - 2.0 / 12.0)).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn weights_only_fall_and_edges_only_go(kin in prop::option::of(0.0f64..=1.0), prices in prop::collection::vec(-5i64..9, 3)) {
            let (pairs, _) = camera_shop();
            let products: Vec<Product> = prices.into_iter().map(priced).collect();
            let before = vec![row(&[1, 2]), row(&[0, 2]), row(&[0, 1])];
            let mut rows = before.clone();
            substitutes(&mut rows, |_, _| kin, Some(&pairs));
            prop_assert!(rows.iter().flatten().all(|edge| (0.0..=1.0).contains(&edge.weight)));
            direction_gate(&mut rows, &pairs, &products);
            prop_assert!(rows.iter().zip(&before).all(|(now, then)| now.iter().all(|e| then.iter().any(|t| t.item == e.item))));
        }
    }
}
