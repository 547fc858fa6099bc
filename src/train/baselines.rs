//! The simple methods that a relation must match: one pass over pairs, well known, hard to beat by much.

use super::pairs::Pairs;
use super::prune::Rows;
use super::together::{Together, weigh};

/// One of the simple methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Best sellers, whatever the cart.
    Popularity,
    /// `n_ij / (√(n_i n_j) + 10)`.
    Cosine,
    /// Neighbours by BM25, items as documents and orders as words (k1 1.2, b 0.75), as the library `implicit` has it.
    Bm25,
    /// RP3β with α 0.7 and β 0.2.
    Rp3Beta,
}

impl Baseline {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Popularity, Self::Cosine, Self::Bm25, Self::Rp3Beta];

    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Popularity => "popularity",
            Self::Cosine => "cosine",
            Self::Bm25 => "bm25",
            Self::Rp3Beta => "rp3beta",
        }
    }

    /// All weights, unpruned; empty rows for popularity.
    pub fn fit(self, pairs: &Pairs) -> Rows {
        let n = |item: usize| f64::from(pairs.count[item]);
        match self {
            Self::Popularity => vec![Vec::new(); pairs.n_items()],
            Self::Cosine => {
                weigh(pairs, |i, pair| f64::from(pair.orders) / ((n(i) * n(pair.to as usize)).sqrt() + 10.0))
            }
            Self::Bm25 => {
                let sold = pairs.count.iter().filter(|count| **count > 0).count().max(1);
                let mean = pairs.count.iter().map(|count| f64::from(*count)).sum::<f64>() / sold as f64;
                let tf = |n: f64| 2.2 / (1.2 * (0.25 + 0.75 * n / mean.max(1e-9)) + 1.0);
                weigh(pairs, |i, pair| f64::from(pair.telling) * tf(n(i)) * tf(n(pair.to as usize)))
            }
            Self::Rp3Beta => Together::Walk { beta: 0.2 }.fit(pairs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Baskets;
    use crate::train::pairs::Support;

    #[test]
    fn cosine_of_two_orders_together_is_two_over_twelve() {
        let mut baskets = Baskets::new(2);
        baskets.push(&[0, 1], None, None);
        baskets.push(&[0, 1], None, None);
        let rows = Baseline::Cosine.fit(&Pairs::count(&baskets, Support::NONE));
        assert!((rows[0][0].weight - 2.0 / 12.0).abs() < 1e-7);
    }

    #[test]
    fn bm25_follows_the_formula_of_implicit() {
        let mut baskets = Baskets::new(4);
        baskets.push(&[0, 1], None, None);
        baskets.push(&[0, 1, 2, 3], None, None);
        baskets.push(&[0], None, None);
        let rows = Baseline::Bm25.fit(&Pairs::count(&baskets, Support::NONE));
        // Lengths 3, 2, 1, 1 (mean 1.75); idf² of orders of two and four items among four items.
        let tf = |n: f64| 2.2 / (1.2 * (0.25 + 0.75 * n / 1.75) + 1.0);
        let idf = |s: f64| (4f64.ln() - (1.0 + s).ln()).powi(2);
        let expected = (idf(2.0) + idf(4.0)) * tf(3.0) * tf(2.0);
        assert!((f64::from(rows[0][0].weight) - expected).abs() < 1e-5);
    }
}
