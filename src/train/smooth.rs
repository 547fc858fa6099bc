//! Rows of products that few orders tell of, drawn towards their class and towards all products.
//!
//! A product with two orders has a row of accidents. What is bought with the other products of its class says more, and
//! what is bought with anything says something. So every row is a mixture, the product's own share of which grows with
//! its orders:
//!
//! `w'(i, j) = (n_i · w(i, j) + κ · (½ class(i, j) + ½ all(j))) / (n_i + κ)`
//!
//! where `class(i, ·)` is the mean row of the products of i's class and `all` that of all products, each product
//! weighing as many times as it was ordered. With κ 20 and two orders, ten elevenths of the row are the class and the
//! whole; with two thousand orders a hundredth. A product that was never ordered has the row of its class, and none without
//! one: that anything is bought with it would be a guess, and best sellers say so themselves.

use super::pairs::Pairs;
use super::prune::{Rows, prune};
use crate::bundle::Edge;
use crate::shop::ItemId;
use rayon::prelude::*;

/// Neighbours of a class, and of all products, that are mixed in.
const MOST: usize = 128;

/// Mean rows by class, and of everything.
pub struct Means {
    class: Rows,
    all: Vec<Edge>,
}

impl Means {
    /// Means of `rows`, weighted by orders. `class` names each item's class. Cost: one pass over the edges.
    pub fn of(rows: &Rows, pairs: &Pairs, class: &[Option<u32>]) -> Self {
        let classes = class.iter().flatten().max().map_or(0, |last| *last as usize + 1);
        let mut members = vec![Vec::new(); classes];
        class.iter().enumerate().for_each(|(item, class)| {
            if let Some(class) = class {
                members[*class as usize].push(item);
            }
        });
        let mut sums = vec![0f64; rows.len()];
        let mut by_class: Rows = members.iter().map(|items| mean(rows, pairs, items, &mut sums)).collect();
        let everything: Vec<usize> = (0..rows.len()).collect();
        let mut all = vec![mean(rows, pairs, &everything, &mut sums)];
        prune(&mut by_class, MOST);
        prune(&mut all, MOST);
        Self { class: by_class, all: all.pop().unwrap_or_default() }
    }
}

/// The mean row of `items`, ascending. `sums` are zeros before and after.
fn mean(rows: &Rows, pairs: &Pairs, items: &[usize], sums: &mut [f64]) -> Vec<Edge> {
    let orders: f64 = items.iter().map(|item| pairs.said[*item]).sum();
    let mut touched = Vec::new();
    for item in items {
        for edge in &rows[*item] {
            touched.push(edge.item);
            sums[edge.item.index()] += pairs.said[*item] * f64::from(edge.weight);
        }
        // A best seller's neighbours come again and again.
        if touched.len() > 4 * sums.len() {
            touched.sort_unstable();
            touched.dedup();
        }
    }
    touched.sort_unstable();
    touched.dedup();
    let mut edge =
        |item: ItemId| Edge { item, weight: (std::mem::take(&mut sums[item.index()]) / orders.max(1.0)) as f32 };
    touched.into_iter().map(&mut edge).collect()
}

/// The rows, each drawn towards the mean of its class and of everything by `kappa` orders' worth.
///
/// Rows ascend, and none names its own item. Cost: one pass over the edges.
pub fn smooth(rows: &Rows, pairs: &Pairs, class: &[Option<u32>], means: &Means, kappa: f64) -> Rows {
    let none = Vec::new();
    let row = |(item, row): (usize, &Vec<Edge>)| {
        let all = (pairs.said[item] + kappa).max(f64::MIN_POSITIVE);
        let (own, share) = (pairs.said[item] / all, kappa / all);
        let of_class = class.get(item).copied().flatten().map(|class| &means.class[class as usize]);
        let (of_class, class_share, all_share) = match of_class {
            Some(of_class) if pairs.said[item] > 0.0 => (of_class, 0.5 * share, 0.5 * share),
            Some(of_class) => (of_class, share, 0.0),
            None if pairs.said[item] > 0.0 => (&none, 0.0, share),
            None => (&none, 0.0, 0.0),
        };
        let mixed = add(&add(row, own, of_class, class_share), 1.0, &means.all, all_share);
        mixed.into_iter().filter(|edge| edge.item.index() != item && edge.weight != 0.0).collect()
    };
    rows.par_iter().enumerate().with_min_len(256).map(row).collect()
}

/// `x · a + y · b`, edge by edge, ascending like both.
fn add(a: &[Edge], x: f64, b: &[Edge], y: f64) -> Vec<Edge> {
    let scaled = |edge: &Edge, by: f64| Edge { weight: (by * f64::from(edge.weight)) as f32, ..*edge };
    let (mut out, mut rest) = (Vec::with_capacity(a.len() + b.len()), b.iter().peekable());
    for edge in a {
        while let Some(other) = rest.next_if(|other| other.item < edge.item) {
            out.push(scaled(other, y));
        }
        let both = rest.next_if(|other| other.item == edge.item).map_or(0.0, |other| scaled(other, y).weight);
        out.push(Edge { weight: scaled(edge, x).weight + both, ..*edge });
    }
    out.extend(rest.map(|edge| scaled(edge, y)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Baskets;
    use crate::train::pairs::Support;

    fn weight(rows: &Rows, i: usize, j: u32) -> f32 {
        rows[i].iter().find(|edge| edge.item.0 == j).map_or(0.0, |edge| edge.weight)
    }

    /// Two teas (0: three orders, 1: one order), milk (2), a lamp (3) and a tea that was never ordered (4).
    fn shop() -> (Rows, Pairs, Vec<Option<u32>>) {
        let mut baskets = Baskets::new(5);
        (0..3).for_each(|_| baskets.push(&[0, 2], None, None));
        baskets.push(&[1, 3], None, None);
        let pairs = Pairs::count(&baskets, Support::NONE);
        let edge = |item, weight| Edge { item: ItemId(item), weight };
        let rows = vec![vec![edge(2, 0.8)], vec![edge(3, 0.4)], vec![edge(0, 0.8)], vec![edge(1, 0.4)], vec![]];
        (rows, pairs, vec![Some(0), Some(0), None, None, Some(0)])
    }

    #[test]
    fn a_row_of_one_order_leans_to_its_class_and_to_everything() {
        let (rows, pairs, class) = shop();
        let smoothed = smooth(&rows, &pairs, &class, &Means::of(&rows, &pairs, &class), 3.0);
        // Class: (3 · 0.8) / 4 = 0.6 for milk; all: (3 · 0.8) / 8 = 0.3. Own part: 1 / 4.
        assert!((weight(&smoothed, 1, 2) - 0.75 * (0.5 * 0.6 + 0.5 * 0.3)).abs() < 1e-6);
        assert!((weight(&smoothed, 1, 3) - (0.25 * 0.4 + 0.75 * (0.5 * 0.1 + 0.5 * 0.05))).abs() < 1e-6);
        assert_eq!(weight(&smoothed, 1, 1), 0.0, "no row names its own item");
    }

    #[test]
    fn a_product_without_orders_has_the_row_of_its_class_and_rare_ones_lean_to_all() {
        let (rows, pairs, class) = shop();
        let smoothed = smooth(&rows, &pairs, &class, &Means::of(&rows, &pairs, &class), 10.0);
        assert!((weight(&smoothed, 4, 2) - 0.6).abs() < 1e-6);
        assert!(
            weight(&smoothed, 3, 0) > 0.0 && smoothed.iter().all(|row| row.windows(2).all(|w| w[0].item < w[1].item))
        );
    }

    #[test]
    fn without_kappa_nothing_changes() {
        let (rows, pairs, class) = shop();
        let smoothed = smooth(&rows, &pairs, &class, &Means::of(&rows, &pairs, &class), 0.0);
        for (before, after) in rows.iter().zip(&smoothed).take(4) {
            assert!(before.iter().all(|edge| after.contains(edge)));
        }
    }
}
