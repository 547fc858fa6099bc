//! Sums by brute force against those of the orders themselves.

use super::*;
use proptest::prelude::*;

const N: usize = 8;

fn sku(item: usize) -> String {
    format!("p{item}")
}

fn products() -> Vec<Product> {
    (0..N).map(|item| Product { sku: sku(item), ..Product::default() }).collect()
}

/// A tally of orders, pair by pair, from the last item to the first.
fn tally(orders: &[Vec<usize>]) -> Result<Tally, CountError> {
    let mut tally = Tally::new();
    let (mut active, mut shop_weight) = ([0u64; N], 0.0);
    for order in orders {
        order.iter().for_each(|item| active[*item] += 1);
        shop_weight += (order.len() as f64).powf(-0.5);
    }
    let sold = active.iter().filter(|n| **n > 0).count() as f64;
    let sum = |held: &[usize], add: &dyn Fn(f64) -> f64| -> (u64, f64) {
        let all = orders.iter().filter(|order| held.iter().all(|item| order.contains(item)));
        all.fold((0, 0.0), |(n, sum), order| (n + 1, sum + add(order.len() as f64)))
    };
    for item in (0..N).rev().filter(|item| active[*item] > 0) {
        let weight = sum(&[item], &|s| s.powf(-0.5)).1;
        let shop_orders = orders.len() as u64;
        tally.item(&ItemCount { sku: &sku(item), orders: active[item], weight, shop_orders, shop_weight })?;
    }
    for (a, b) in (0..N).flat_map(|a| (0..a).map(move |b| (a, b))) {
        let of = |add: &dyn Fn(f64) -> f64| sum(&[a, b], add);
        let orders = of(&|_| 0.0).0;
        if orders > 0 {
            tally.pair(&PairCount {
                sku_a: &sku(a),
                sku_b: &sku(b),
                orders,
                weight: of(&|s| s.powf(-0.5)).1,
                corrected: of(&|s| (s - 1.0).powf(-0.5)).1,
                walk: of(&|s| s.powf(-0.7)).1,
                telling: of(&|s| (sold.ln() - (1.0 + s).ln()).powi(2)).1,
            })?;
        }
    }
    Ok(tally)
}

fn baskets(orders: &[Vec<usize>]) -> Baskets {
    let mut baskets = Baskets::new(N);
    for order in orders {
        baskets.push(&order.iter().map(|item| *item as u32).collect::<Vec<_>>(), None, None);
    }
    baskets
}

proptest! {
    #[test]
    fn sums_made_elsewhere_are_the_pairs_of_the_orders(
        orders in prop::collection::vec(prop::collection::btree_set(0..N, 1..5), 1..30),
        least in 1u32..3,
    ) {
        let orders: Vec<Vec<usize>> = orders.into_iter().map(|order| order.into_iter().collect()).collect();
        let support = Support { orders: least, two_customers: false };
        let counted = tally(&orders).and_then(|tally| tally.pairs(&products(), support)).unwrap();
        let raw = Pairs::count(&baskets(&orders), support);
        let near = |a: f32, b: f32| (a - b).abs() <= 1e-5 * b.abs() + 1e-6;
        prop_assert_eq!(&counted.count, &raw.count);
        prop_assert_eq!(&counted.share, &raw.share);
        prop_assert!((counted.mean_weight - raw.mean_weight).abs() < 1e-9);
        for item in 0..N {
            prop_assert!(near(counted.self_weight[item], raw.self_weight[item]));
            prop_assert_eq!(counted.of(item).len(), raw.of(item).len());
            for (mine, theirs) in counted.of(item).iter().zip(raw.of(item)) {
                prop_assert_eq!((mine.to, mine.orders), (theirs.to, theirs.orders));
                prop_assert!(near(mine.weight, theirs.weight) && near(mine.corrected, theirs.corrected));
                prop_assert!(near(mine.walk, theirs.walk) && near(mine.telling, theirs.telling));
            }
        }
    }
}

#[test]
fn a_product_that_the_catalog_lacks_takes_its_pairs_along() {
    let tally = tally(&[vec![0, 1], vec![0, 1], vec![0, 2]]).unwrap();
    let pairs = tally.pairs(&products()[..2], Support::NONE).unwrap();
    assert_eq!((pairs.n_items(), pairs.of(0).len(), pairs.of(1).len()), (2, 1, 1));
}

#[test]
fn early_numbers_are_those_of_early_popularity() {
    let mut tally = tally(&[vec![2, 3], vec![2], vec![3, 1]]).unwrap();
    for (question, item) in [(7, 3), (7, 2), (2, 1), (2, 9), (2, 1)] {
        tally.question(&QuestionLine { question, sku: &sku(item) }).unwrap();
    }
    let early = tally.early(&products(), Support::NONE).unwrap();
    // 2 and 3 were bought twice, 1 once, 0 never.
    assert_eq!(early.pairs.count[..4], [2, 2, 1, 0]);
    assert_eq!((early.late.items(0), early.late.items(1)), (&[2][..], &[0, 1][..]));
    assert_eq!(early.pairs.of(2).iter().map(|pair| pair.to).collect::<Vec<_>>(), [1]);
}

#[test]
fn more_pairs_than_orders_can_hold_are_refused_before_they_fill_the_memory() {
    let mut tally = tally(&[vec![0, 1], vec![0, 1]]).unwrap();
    let pair = PairCount { sku_a: "p0", sku_b: "p1", orders: 2, weight: 1.4, corrected: 2.0, walk: 1.2, telling: 0.1 };
    let refused = (0..1_000).find_map(|_| tally.pair(&pair).err());
    assert_eq!(refused, Some(CountError::TooManyPairs { most: 198 }));
}

#[test]
fn the_dense_matrix_holds_what_the_pairs_hold() {
    let pairs = Pairs::count(&baskets(&[vec![0, 1], vec![0, 1, 2]]), Support::NONE);
    let gram = pairs.gram(2, |item| pairs.count[item] as f32, |pair| pair.orders as f32);
    assert_eq!(gram, [2.0, 2.0, 2.0, 2.0]);
    assert_eq!(crate::train::pairs::dense_gram(&baskets(&[vec![0, 1], vec![0, 1, 2]]), 2, |_| 1.0), gram);
}
