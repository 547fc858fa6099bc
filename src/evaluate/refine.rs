//! What a chosen model gains from forgetting old orders, from the classes of products, and from pairs that may be chance.

use super::choose::{Bench, Tried};
use super::metrics::Mean;
use super::models::Model;
use super::questions::Question;
use super::recipe::{Recipe, Source};
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{BITS, Rows, as_shipped};

/// Half-lives of orders, in days: the second is tried where the first helped.
const HALF_LIVES: [f64; 2] = [180.0, 90.0];
/// Orders' worth of a class.
const KAPPAS: [f64; 3] = [5.0, 20.0, 100.0];
/// Standard errors that make a difference clear.
const CLEAR: f64 = 1.0;

/// The recipe that does best so far, and its rows as shipped.
pub struct Refined {
    /// The recipe.
    pub recipe: Recipe,
    /// Its rows on the early orders.
    pub rows: Rows,
    /// All that was tried.
    pub tried: Vec<Tried>,
    outcome: Vec<f64>,
}

/// One relation's questions on a bench.
#[derive(Clone, Copy)]
pub struct Refiner<'a> {
    /// Early orders and their pairs.
    pub bench: &'a Bench,
    /// What is asked.
    pub questions: &'a [Question],
    /// Edges kept an item.
    pub budget: usize,
    /// What a pair needs.
    pub support: Support,
    /// Whether rows may lean to their class: for relations that are probabilities.
    pub classes: bool,
}

impl Refined {
    /// The same, with what was tried before it.
    pub fn after(mut self, mut tried: Vec<Tried>) -> Self {
        tried.append(&mut self.tried);
        Self { tried, ..self }
    }
}

impl Refiner<'_> {
    /// Starts from `model` and takes each change that is clearly better. That pairs be significant is taken unless it is
    /// clearly worse.
    pub fn refine(&self, model: Model) -> Refined {
        let source = self.bench.source();
        let mut fitted = model.fit(source.baskets, source.pairs);
        let start = Recipe { significant: false, ..Recipe::from(model) };
        let (rows, outcome) = self.ship(start.finish(&fitted, source));
        let mut best = Refined { recipe: start, rows, tried: Vec::new(), outcome };
        let mut aged = None;
        for days in HALF_LIVES.into_iter().filter(|days| *days < span_days(source)) {
            let baskets = source.baskets.aged(days);
            let pairs = Pairs::count(&baskets, self.support);
            let next = model.fit(&baskets, &pairs);
            let recipe = Recipe { half_life_days: days, ..best.recipe };
            let older = Source { baskets: &baskets, pairs: &pairs, ..source };
            if !self.attempt(recipe, &next, older, -CLEAR, &mut best) {
                break;
            }
            (fitted, aged) = (next, Some((baskets, pairs)));
        }
        let source = aged.as_ref().map_or(source, |(baskets, pairs)| Source { baskets, pairs, ..source });
        self.attempt(Recipe { significant: true, ..best.recipe }, &fitted, source, CLEAR, &mut best);
        if self.classes {
            for kappa in KAPPAS {
                self.attempt(Recipe { kappa, ..best.recipe }, &fitted, source, -CLEAR, &mut best);
            }
        }
        best
    }

    /// Takes `recipe` where its loss is below `allowed` standard errors.
    fn attempt(
        &self,
        recipe: Recipe,
        fitted: &Rows,
        source: Source<'_>,
        allowed: f64,
        best: &mut Refined,
    ) -> bool {
        let (rows, outcome) = self.ship(recipe.finish(fitted, source));
        let loss = Mean::of(best.outcome.iter().zip(&outcome).map(|(old, new)| old - new));
        let value = outcome.iter().sum::<f64>() / outcome.len().max(1) as f64;
        best.tried.push(Tried { model: recipe.describe(), value });
        let taken = loss.mean < allowed * loss.error || (allowed > 0.0 && loss.mean == 0.0);
        if taken {
            (best.recipe, best.rows, best.outcome) = (recipe, rows, outcome);
        }
        taken
    }

    fn ship(&self, rows: Rows) -> (Rows, Vec<f64>) {
        let rows = as_shipped(rows, self.budget, BITS);
        let outcome = self.bench.outcome(self.questions, &rows);
        (rows, outcome)
    }
}

/// Days between the first order and the last.
fn span_days(source: Source<'_>) -> f64 {
    let times = || (0..source.baskets.len()).filter_map(|b| source.baskets.at(b)).map(|at| at.0);
    times().max().zip(times().min()).map_or(0.0, |(last, first)| (last - first) as f64 / 86_400.0)
}
