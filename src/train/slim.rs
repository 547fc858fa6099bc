//! Local non-negative SLIM: what a line of a cart adds about a product once the other lines have spoken.
//!
//! For each target j a small regression: which of the orders that hold its neighbours hold j too? Candidates are the
//! products most often bought with j; coordinate descent finds weights ≥ 0 that reproduce j from them, with λ2 against
//! trusting one neighbour and λ1 against trusting many.
//!
//! Source: Ning and Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender Systems", ICDM 2011; coordinate
//! descent after Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized Linear Models", JSS 2010.

use super::history::Baskets;
use super::pairs::{Pairs, dense_gram};
use super::prune::{Rows, transpose};
use rayon::prelude::*;

/// Up to here every pair's Gram cell is kept and each target has 512 candidates; above, 128 and supported pairs only.
pub const DENSE: usize = 5_000;
/// Sweeps over the candidates of a target.
const SWEEPS: usize = 40;
/// A sweep that moves no weight further than this is the last.
const STILL: f32 = 1e-3;

/// Penalties in units of the mean order weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalty {
    /// λ1: every weight pays it.
    pub l1: f64,
    /// λ2: large weights pay it.
    pub l2: f64,
}

/// Where the regression reads how often two items go together.
pub enum Gram<'a> {
    /// All cells of the first `n` items.
    Dense {
        /// Items a side.
        n: usize,
        /// n × n cells.
        cells: Vec<f32>,
    },
    /// The supported pairs.
    Sparse(&'a Pairs),
}

impl<'a> Gram<'a> {
    /// Dense where the catalog is small enough and the orders are at hand.
    pub fn of(baskets: &Baskets, pairs: &'a Pairs) -> Self {
        let n = pairs.active();
        if n > DENSE || baskets.is_empty() {
            return Self::Sparse(pairs);
        }
        Self::Dense { n, cells: dense_gram(baskets, n, |size| 1.0 / (size.max(1) as f64).sqrt()) }
    }

    /// Writes the cells of `item` and each candidate.
    fn cells(&self, item: u32, own: f32, candidates: &[u32], place: &mut Places, out: &mut Vec<f32>) {
        let from = out.len();
        match self {
            Self::Dense { n, cells } => {
                let row = &cells[item as usize * n..][..*n];
                out.extend(candidates.iter().map(|c| row[*c as usize]));
            }
            Self::Sparse(pairs) => {
                out.resize(from + candidates.len(), 0.0);
                let mine = &mut out[from..];
                for pair in pairs.of(item as usize) {
                    if let Some(at) = place.of(pair.to) {
                        mine[at] = pair.weight;
                    }
                }
                if let Some(at) = place.of(item) {
                    mine[at] = own;
                }
            }
        }
    }
}

/// Where each item stands among the candidates of the present target.
struct Places {
    stamp: u32,
    at: Vec<(u32, u32)>,
}

impl Places {
    fn new(n: usize) -> Self {
        Self { stamp: 0, at: vec![(0, 0); n] }
    }

    fn set(&mut self, candidates: &[u32]) {
        self.stamp += 1;
        for (at, item) in candidates.iter().enumerate() {
            self.at[*item as usize] = (self.stamp, at as u32);
        }
    }

    fn of(&self, item: u32) -> Option<usize> {
        let (stamp, at) = self.at[item as usize];
        (stamp == self.stamp).then_some(at as usize)
    }
}

/// One target's regression.
struct Problem<'a> {
    gram: &'a Gram<'a>,
    pairs: &'a Pairs,
    candidates: Vec<u32>,
    own: Vec<f32>,
    weights: Vec<f32>,
    /// What is not yet explained of each candidate's pairs with the target.
    rest: Vec<f32>,
    /// Gram rows among the candidates, made when first needed.
    rows: Vec<f32>,
    row_of: Vec<u32>,
}

const UNMADE: u32 = u32::MAX;

impl<'a> Problem<'a> {
    fn new(gram: &'a Gram<'a>, pairs: &'a Pairs, target: u32, most: usize, places: &mut Places) -> Self {
        let (candidates, rest) = candidates(pairs, target, most);
        places.set(&candidates);
        let own = candidates.iter().map(|c| pairs.self_weight[*c as usize]).collect();
        let m = candidates.len();
        Self { gram, pairs, candidates, own, weights: vec![0.0; m], rest, rows: Vec::new(), row_of: vec![UNMADE; m] }
    }

    fn solve(&mut self, l1: f32, l2: f32, places: &mut Places) {
        for _ in 0..SWEEPS {
            let mut largest = 0f32;
            for k in 0..self.candidates.len() {
                let old = self.weights[k];
                let new = (self.rest[k] + self.own[k] * old - l1).max(0.0) / (self.own[k] + l2);
                if new != old {
                    self.weights[k] = new;
                    largest = largest.max((new - old).abs());
                    self.step(k, new - old, places);
                }
            }
            if largest < STILL {
                break;
            }
        }
    }

    /// Takes from the rest what a step of weight `k` explains.
    fn step(&mut self, k: usize, step: f32, places: &mut Places) {
        let m = self.candidates.len();
        if self.row_of[k] == UNMADE {
            self.row_of[k] = (self.rows.len() / m) as u32;
            let item = self.candidates[k];
            self.gram.cells(item, self.pairs.self_weight[item as usize], &self.candidates, places, &mut self.rows);
        }
        let row = &self.rows[self.row_of[k] as usize * m..][..m];
        self.rest.iter_mut().zip(row).for_each(|(rest, cell)| *rest -= step * cell);
    }

    fn solution(&self) -> Vec<(u32, f32)> {
        let both = self.candidates.iter().zip(&self.weights);
        both.filter(|(_, w)| **w > 0.0).map(|(c, w)| (*c, *w)).collect()
    }
}

/// The best `most` neighbours of `target` by cosine (shrunk by 10), ascending by item, and their pair weights.
fn candidates(pairs: &Pairs, target: u32, most: usize) -> (Vec<u32>, Vec<f32>) {
    let of = |item: u32| f64::from(pairs.count[item as usize]);
    let mut list: Vec<(f64, u32, u32, f32)> = pairs
        .of(target as usize)
        .iter()
        .map(|p| (f64::from(p.orders) / ((of(target) * of(p.to)).sqrt() + 10.0), p.orders, p.to, p.weight))
        .collect();
    if list.len() > most {
        list.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
        list.truncate(most);
        list.sort_unstable_by_key(|c| c.2);
    }
    list.into_iter().map(|(_, _, to, weight)| (to, weight)).unzip()
}

/// One set of rows a penalty, in the order given; give them from strong to weak, each fit starts from the one before.
///
/// Cost: targets × candidates × steps; 3,600 items take some tenths of a second a penalty on two cores.
pub fn fit(gram: &Gram<'_>, pairs: &Pairs, penalties: &[Penalty]) -> Vec<Rows> {
    let (n, most) = (pairs.n_items(), if pairs.active() <= DENSE { 512 } else { 128 });
    let unit = pairs.mean_weight;
    let columns: Vec<Vec<Vec<(u32, f32)>>> = (0..n as u32)
        .into_par_iter()
        .with_min_len(16)
        .map_init(
            || Places::new(n),
            |places, target| {
                let mut problem = Problem::new(gram, pairs, target, most, places);
                let solve = |penalty: &Penalty| {
                    problem.solve((penalty.l1 * unit) as f32, (penalty.l2 * unit) as f32, places);
                    problem.solution()
                };
                penalties.iter().map(solve).collect()
            },
        )
        .collect();
    (0..penalties.len()).map(|p| transpose(&columns.iter().map(|fits| fits[p].clone()).collect::<Vec<_>>())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::pairs::Support;

    /// Coordinate descent on the whole dense matrix, in f64, two thousand sweeps: slow and obvious.
    fn oracle(baskets: &Baskets, penalty: Penalty) -> Vec<Vec<f64>> {
        let n = baskets.n_items;
        let (mut gram, mut unit) = (vec![vec![0f64; n]; n], 0.0);
        for b in 0..baskets.len() {
            let u = 1.0 / (baskets.items(b).len() as f64).sqrt();
            unit += u / baskets.len() as f64;
            for i in baskets.items(b) {
                baskets.items(b).iter().for_each(|j| gram[*i as usize][*j as usize] += u);
            }
        }
        let mut w = vec![vec![0f64; n]; n];
        for j in 0..n {
            for _ in 0..2_000 {
                for k in (0..n).filter(|k| *k != j && gram[*k][j] > 0.0) {
                    let others: f64 = (0..n).filter(|q| *q != k && *q != j).map(|q| gram[k][q] * w[q][j]).sum();
                    w[k][j] = (gram[k][j] - others - penalty.l1 * unit).max(0.0) / (gram[k][k] + penalty.l2 * unit);
                }
            }
        }
        w
    }

    fn shop(seed: u64) -> Baskets {
        let mut baskets = Baskets::new(10);
        let mut state = seed;
        for _ in 0..60 {
            let items: Vec<u32> = (0..10u32)
                .filter(|i| {
                    state = super::super::history::scatter(&state.to_le_bytes(), 1);
                    state % 10 < 6 - u64::from(*i) / 2
                })
                .collect();
            if !items.is_empty() {
                baskets.push(&items, None, None);
            }
        }
        baskets
    }

    #[test]
    fn weights_equal_those_of_a_slow_dense_solver() {
        let penalties = [Penalty { l1: 0.5, l2: 10.0 }, Penalty { l1: 0.1, l2: 3.0 }];
        for seed in 1..6 {
            let baskets = shop(seed);
            let pairs = Pairs::count(&baskets, Support::NONE);
            for gram in [Gram::of(&baskets, &pairs), Gram::Sparse(&pairs)] {
                for (rows, penalty) in fit(&gram, &pairs, &penalties).iter().zip(penalties) {
                    let expected = oracle(&baskets, penalty);
                    for (i, row) in rows.iter().enumerate() {
                        let got = |j: usize| row.iter().find(|e| e.item.index() == j).map_or(0.0, |e| e.weight);
                        for (j, weight) in expected[i].iter().enumerate() {
                            assert!((f64::from(got(j)) - weight).abs() < 2e-3, "{i} → {j}, seed {seed}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn two_lines_that_say_the_same_share_one_vote() {
        let mut baskets = Baskets::new(4);
        for _ in 0..50 {
            baskets.push(&[0, 1, 2], None, None);
            baskets.push(&[3], None, None);
        }
        let pairs = Pairs::count(&baskets, Support::NONE);
        let rows = &fit(&Gram::of(&baskets, &pairs), &pairs, &[Penalty { l1: 0.1, l2: 1.0 }])[0];
        let both: f32 = [0, 1].iter().flat_map(|i| &rows[*i]).filter(|e| e.item.0 == 2).map(|e| e.weight).sum();
        assert!((0.9..=1.0).contains(&both), "{both}");
    }
}
