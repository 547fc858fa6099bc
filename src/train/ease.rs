//! EASE for small catalogs: every pair has a say, and a weight may be below zero.
//!
//! Two sizes of one jersey are never bought together. SLIM cannot say so, for its weights are not negative and its
//! candidates were bought together; here the pair gets a weight below zero, and the second size leaves the list once
//! the first is in the cart. The fit is a ridge regression of every item on all others, in closed form:
//! `B = −P / diag(P)` with `P = (XᵀX + λI)⁻¹`.
//!
//! Source: Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019.

use super::history::Baskets;
use super::pairs::{Pairs, dense_gram};
use super::prune::Rows;
use crate::bundle::Edge;
use crate::shop::ItemId;
use rayon::prelude::*;

/// Up to here the inverse of all items × all items is affordable: half a second a fit at the limit.
pub const MOST_ITEMS: usize = 1_500;

/// All weights, unpruned; those above zero of pairs without support left out. `None` beyond [`MOST_ITEMS`]. Without
/// `baskets` only supported pairs count.
///
/// Cost: n³; memory: 12 n² bytes.
pub fn fit(baskets: &Baskets, pairs: &Pairs, ridge: f64) -> Option<Rows> {
    let n = pairs.active();
    if n > MOST_ITEMS {
        return None;
    }
    let gram = if baskets.is_empty() {
        pairs.gram(n, |item| pairs.count[item] as f32, |pair| pair.orders as f32)
    } else {
        dense_gram(baskets, n, |_| 1.0)
    };
    let mut gram: Vec<f64> = gram.into_iter().map(f64::from).collect();
    (0..n).for_each(|i| gram[i * n + i] += ridge);
    factor(&mut gram, n);
    let inverse: Vec<Vec<f64>> = (0..n).into_par_iter().map(|column| solve_unit(&gram, n, column)).collect();
    let mut rows = vec![Vec::new(); pairs.n_items()];
    for (i, row) in rows.iter_mut().enumerate().take(n) {
        let supported = |j: usize| pairs.of(i).binary_search_by_key(&(j as u32), |pair| pair.to).is_ok();
        for j in (0..n).filter(|j| *j != i) {
            let weight = -inverse[j][i] / inverse[j][j];
            if weight < 0.0 || supported(j) {
                row.push(Edge { item: ItemId(j as u32), weight: weight as f32 });
            }
        }
    }
    Some(rows)
}

/// Cholesky in place: the lower triangle becomes L with `L Lᵀ = a`. A ridge above zero keeps the diagonal above zero.
fn factor(a: &mut [f64], n: usize) {
    for j in 0..n {
        let (done, rest) = a.split_at_mut((j + 1) * n);
        let pivot_row = &mut done[j * n..];
        let square: f64 = pivot_row[..j].iter().map(|v| v * v).sum();
        let pivot = (pivot_row[j] - square).max(f64::MIN_POSITIVE).sqrt();
        pivot_row[j] = pivot;
        let pivot_row = &pivot_row[..j];
        rest.par_chunks_mut(n).with_min_len(64).for_each(|row| row[j] = (row[j] - dot(&row[..j], pivot_row)) / pivot);
    }
}

/// Four sums side by side, always in the same order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0f64; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let tail: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        (0..4).for_each(|k| sums[k] += x[k] * y[k]);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + tail
}

/// The column of the inverse of `L Lᵀ`.
fn solve_unit(l: &[f64], n: usize, column: usize) -> Vec<f64> {
    let mut x = vec![0f64; n];
    for i in column..n {
        let right = if i == column { 1.0 } else { 0.0 };
        x[i] = (right - dot(&l[i * n + column..i * n + i], &x[column..i])) / l[i * n + i];
    }
    for i in (0..n).rev() {
        x[i] /= l[i * n + i];
        let (value, row) = (x[i], &l[i * n..i * n + i]);
        x[..i].iter_mut().zip(row).for_each(|(x, l)| *x -= value * l);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::pairs::Support;

    #[test]
    fn the_inverse_of_a_small_matrix_is_exact() {
        let a = [4.0, 2.0, 0.4, 2.0, 5.0, 1.0, 0.4, 1.0, 3.0];
        let mut l = a.to_vec();
        factor(&mut l, 3);
        for column in 0..3 {
            let x = solve_unit(&l, 3, column);
            for i in 0..3 {
                let product: f64 = (0..3).map(|k| a[i * 3 + k] * x[k]).sum();
                assert!((product - if i == column { 1.0 } else { 0.0 }).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn two_sizes_of_one_jersey_speak_against_one_another() {
        let mut baskets = Baskets::new(3);
        for _ in 0..20 {
            baskets.push(&[0, 1], None, None);
            baskets.push(&[0, 2], None, None);
        }
        let rows = fit(&baskets, &Pairs::count(&baskets, Support::NONE), 1.0).unwrap();
        let weight = |i: usize, j: u32| rows[i].iter().find(|e| e.item.0 == j).map_or(0.0, |e| e.weight);
        assert!(weight(1, 2) < -0.2 && weight(0, 1) > 0.2, "{rows:?}");
    }

    #[test]
    fn one_item_has_no_neighbours() {
        let mut baskets = Baskets::new(1);
        baskets.push(&[0], None, None);
        assert_eq!(fit(&baskets, &Pairs::count(&baskets, Support::NONE), 1.0), Some(vec![vec![]]));
    }
}
