//! The candidates for each relation.

use crate::bundle::Blend;
use crate::train::baselines::Baseline;
use crate::train::pairs::Pairs;
use crate::train::prune::Rows;
use crate::train::slim::{Gram, Penalty};
use crate::train::together::Together;
use crate::train::{Baskets, ease, slim};

/// λ1, in units of the mean order weight.
const SPARSE: [f64; 2] = [0.5, 0.1];
/// λ2, from strong to weak: each fit starts from the one before.
const RIDGES: [f64; 3] = [30.0, 10.0, 3.0];
/// λ of the fit with signs, in orders.
const SIGNED: [f64; 3] = [50.0, 200.0, 500.0];

/// A model of orders with its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// Local non-negative SLIM.
    Slim(Penalty),
    /// EASE with signs.
    Ease(f64),
    /// Conditional probability or random walk.
    Together(Together),
    /// A simple method.
    Simple(Baseline),
}

impl Model {
    /// What ships where there is too little to choose by.
    pub const DEFAULT_CART: Self = Self::Slim(Penalty { l1: 0.1, l2: 10.0 });
    /// What ships where there is too little to choose by.
    pub const DEFAULT_TOGETHER: Self = Self::Together(Together::Corrected { beta: 0.0, kappa: 10.0 });

    /// Name and settings, as manifest and report show them.
    pub fn describe(&self) -> String {
        match self {
            Self::Slim(Penalty { l1, l2 }) => format!("slim l1 {l1} l2 {l2}"),
            Self::Ease(ridge) => format!("ease ridge {ridge}"),
            Self::Together(together) => together.describe(),
            Self::Simple(baseline) => baseline.name().into(),
        }
    }

    /// All weights, unpruned.
    pub fn fit(&self, baskets: &Baskets, pairs: &Pairs) -> Rows {
        match self {
            Self::Slim(penalty) => slim::fit(&Gram::of(baskets, pairs), pairs, &[*penalty]).pop().unwrap_or_default(),
            Self::Ease(ridge) => ease::fit(baskets, pairs, *ridge).unwrap_or_else(|| vec![vec![]; pairs.n_items()]),
            Self::Together(together) => together.fit(pairs),
            Self::Simple(baseline) => baseline.fit(pairs),
        }
    }
}

/// How many candidates for the cart there are, those with signs among them.
pub const CART_CANDIDATES: usize = SPARSE.len() * RIDGES.len() + SIGNED.len() + 3;

/// Candidates for the cart, fitted one group after another and handed to `take`, so that few are in memory at a time.
pub fn cart_candidates(baskets: &Baskets, pairs: &Pairs, mut take: impl FnMut(Model, Rows)) {
    let gram = Gram::of(baskets, pairs);
    for l1 in SPARSE {
        let penalties = RIDGES.map(|l2| Penalty { l1, l2 });
        let fits = slim::fit(&gram, pairs, &penalties);
        penalties.into_iter().zip(fits).for_each(|(penalty, rows)| take(Model::Slim(penalty), rows));
    }
    drop(gram);
    for ridge in SIGNED {
        if let Some(rows) = ease::fit(baskets, pairs, ridge) {
            take(Model::Ease(ridge), rows);
        }
    }
    for baseline in [Baseline::Cosine, Baseline::Bm25, Baseline::Rp3Beta] {
        take(Model::Simple(baseline), baseline.fit(pairs));
    }
}

/// Candidates for the product page.
pub fn together_candidates() -> Vec<Model> {
    let corrected = [0.0, 0.1, 0.2, 0.3]
        .into_iter()
        .flat_map(|beta| [10.0, 50.0, 200.0].map(|kappa| Together::Corrected { beta, kappa }));
    let walks = [0.0, 0.2, 0.4].map(|beta| Together::Walk { beta });
    let simple = [Baseline::Cosine, Baseline::Bm25].map(Model::Simple);
    corrected.chain(walks).map(Model::Together).chain(simple).collect()
}

/// A simple method asks its own rows, popularity the prior.
pub fn baseline_blend(baseline: Baseline) -> Blend {
    let prior = if baseline == Baseline::Popularity { 1.0 } else { 0.0 };
    Blend { cart: 1.0, together: 0.0, prior }
}
