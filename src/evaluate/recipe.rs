//! How a relation is made: a model, the age that its orders may have, and what is done to its rows.

use super::models::Model;
use crate::train::Baskets;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::Rows;
use crate::train::significant::keep_significant;
use crate::train::smooth::{Means, smooth};

/// What a relation is made from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Orders.
    pub baskets: &'a Baskets,
    /// Their supported pairs.
    pub pairs: &'a Pairs,
    /// The class of each item.
    pub class: &'a [Option<u32>],
}

/// A model with its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// What weighs pairs.
    pub model: Model,
    /// Days in which an order loses half of its say; 0: never.
    pub half_life_days: f64,
    /// Orders' worth by which rows lean to their class; 0: not at all.
    pub kappa: f64,
    /// Whether pairs must be more than chance.
    pub significant: bool,
}

impl From<Model> for Recipe {
    /// The model alone, of significant pairs.
    fn from(model: Model) -> Self {
        Self { model, half_life_days: 0.0, kappa: 0.0, significant: true }
    }
}

impl Recipe {
    /// What ships where there is too little to choose by.
    pub const DEFAULT_CART: Self =
        Self { model: Model::DEFAULT_CART, half_life_days: 0.0, kappa: 0.0, significant: true };
    /// What ships where there is too little to choose by.
    pub const DEFAULT_TOGETHER: Self =
        Self { model: Model::DEFAULT_TOGETHER, half_life_days: 0.0, kappa: 20.0, significant: true };

    /// Name and settings, as manifest and report show them.
    pub fn describe(&self) -> String {
        let mut out = self.model.describe();
        if self.half_life_days > 0.0 {
            out += &format!(", half-life {} days", self.half_life_days);
        }
        if self.kappa > 0.0 {
            out += &format!(", class kappa {}", self.kappa);
        }
        out += if self.significant { "" } else { ", all pairs" };
        out
    }

    /// All weights, unpruned.
    pub fn fit(&self, source: Source<'_>, support: Support) -> Rows {
        if self.half_life_days == 0.0 {
            return self.finish(&self.model.fit(source.baskets, source.pairs), source);
        }
        let baskets = source.baskets.aged(self.half_life_days);
        let pairs = Pairs::count(&baskets, support);
        self.finish(&self.model.fit(&baskets, &pairs), Source { baskets: &baskets, pairs: &pairs, ..source })
    }

    /// What is done to the rows of the model once they are fitted.
    pub fn finish(&self, fitted: &Rows, source: Source<'_>) -> Rows {
        let mut rows = fitted.clone();
        if self.significant {
            keep_significant(&mut rows, source.pairs);
        }
        if self.kappa > 0.0 {
            rows = smooth(&rows, source.pairs, source.class, &Means::of(&rows, source.pairs, source.class), self.kappa);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_differs_from_the_usual() {
        let recipe = Recipe::from(Model::Ease(50.0));
        assert_eq!(recipe.describe(), "ease ridge 50");
        let other = Recipe { half_life_days: 180.0, kappa: 20.0, significant: false, ..recipe };
        assert_eq!(other.describe(), "ease ridge 50, half-life 180 days, class kappa 20, all pairs");
    }
}
