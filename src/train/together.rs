//! What is bought with one product: the chance of j in an order that holds i, with every order sharing one say.
//!
//! `w(i, j) = Σ (size − 1)^-½ / (n_i + κ) / P(j)^β`, summed over the orders that hold both. κ draws thin rows towards
//! nothing, so that the popularity prior speaks for them; β takes popularity out where an assortment has a long tail.

use super::pairs::{Pair, Pairs};
use super::prune::Rows;
use crate::bundle::Edge;
use crate::shop::ItemId;
use rayon::prelude::*;

/// A way to weigh the pairs of one product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Together {
    /// Basket-size-corrected conditional probability.
    Corrected {
        /// Power of popularity that divides.
        beta: f64,
        /// Orders that an item without evidence is given.
        kappa: f64,
    },
    /// RP3β: a random walk from item to order to item (Paudel et al., "Updatable, Accurate, Diverse, and Scalable
    /// Recommendations for Interactive Applications", ACM TiiS 2017), α = 0.7.
    Walk {
        /// Power of popularity that divides.
        beta: f64,
    },
}

impl Together {
    /// Name and settings, as manifest and report show them.
    pub fn describe(&self) -> String {
        match self {
            Self::Corrected { beta, kappa } => format!("bsc beta {beta} kappa {kappa}"),
            Self::Walk { beta } => format!("rp3beta alpha 0.7 beta {beta}"),
        }
    }

    /// All weights, unpruned.
    pub fn fit(&self, pairs: &Pairs) -> Rows {
        let damp = |beta: f64| -> Vec<f64> {
            let all = pairs.share.iter().map(|p| f64::from(*p));
            all.map(|p| if beta == 0.0 { 1.0 } else { libm::pow(p.max(1e-9), -beta) }).collect()
        };
        match *self {
            Self::Corrected { beta, kappa } => {
                let damp = damp(beta);
                let orders = |item: usize| pairs.said[item];
                weigh(pairs, |item, pair| f64::from(pair.corrected) / (orders(item) + kappa) * damp[pair.to as usize])
            }
            Self::Walk { beta } => {
                let damp = damp(beta);
                let leave: Vec<f64> = pairs.said.iter().map(|n| libm::pow(n.max(1.0), -0.7)).collect();
                weigh(pairs, |item, pair| f64::from(pair.walk) * leave[item] * damp[pair.to as usize])
            }
        }
    }
}

/// Rows of `weight(i, pair)` for all supported pairs.
pub(crate) fn weigh(pairs: &Pairs, weight: impl Fn(usize, &Pair) -> f64 + Sync) -> Rows {
    (0..pairs.n_items())
        .into_par_iter()
        .map(|item| {
            let edge = |pair: &Pair| Edge { item: ItemId(pair.to), weight: weight(item, pair) as f32 };
            pairs.of(item).iter().map(edge).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Baskets;
    use crate::train::pairs::Support;

    #[test]
    fn the_chance_of_a_filter_given_a_pot_is_two_of_three() {
        let mut baskets = Baskets::new(3);
        baskets.push(&[0, 1], None, None);
        baskets.push(&[0, 1], None, None);
        baskets.push(&[0, 2], None, None);
        baskets.push(&[2], None, None);
        let rows = Together::Corrected { beta: 0.0, kappa: 0.0 }.fit(&Pairs::count(&baskets, Support::NONE));
        let weights: Vec<f32> = rows[0].iter().map(|e| e.weight).collect();
        assert_eq!(weights, [2.0 / 3.0, 1.0 / 3.0]);
        let halved = Together::Corrected { beta: 0.0, kappa: 3.0 }.fit(&Pairs::count(&baskets, Support::NONE));
        assert_eq!(halved[0][0].weight, 1.0 / 3.0);
    }

    #[test]
    fn a_walk_leaves_by_the_power_of_orders() {
        let mut baskets = Baskets::new(2);
        baskets.push(&[0, 1], None, None);
        baskets.push(&[0], None, None);
        let rows = Together::Walk { beta: 0.0 }.fit(&Pairs::count(&baskets, Support::NONE));
        assert!((f64::from(rows[0][0].weight) - 2f64.powf(-0.7) * 2f64.powf(-0.7)).abs() < 1e-6);
        assert!((f64::from(rows[1][0].weight) - 2f64.powf(-0.7)).abs() < 1e-6);
    }
}
