//! What a chosen model gains from forgetting old orders, from the classes of products, and from pairs that may be chance.

use super::choose::{Bench, Tried};
use super::metrics::Mean;
use super::models::Model;
use super::questions::Question;
use super::recipe::{Recipe, Source};
use crate::train::Baskets;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{Rows, Size};

/// Half-lives of orders, in days: the second is tried where the first helped.
const HALF_LIVES: [f64; 2] = [180.0, 90.0];
/// Orders' worth of a class.
const KAPPAS: [f64; 3] = [20.0, 5.0, 100.0];
/// Standard errors that make a difference clear.
const CLEAR: f64 = 1.0;
/// Share of the value that lists without accidents may cost.
const BEARABLE: f64 = 0.005;

/// The recipe that does best so far, and its rows as shipped.
pub struct Refined {
    /// The recipe.
    pub recipe: Recipe,
    /// Its rows on the early orders of each bench.
    pub rows: Vec<Rows>,
    /// All that was tried.
    pub tried: Vec<Tried>,
    outcome: Vec<f64>,
}

impl Refined {
    /// The same, with what was tried before it.
    pub fn after(mut self, mut tried: Vec<Tried>) -> Self {
        tried.append(&mut self.tried);
        Self { tried, ..self }
    }

    fn value(&self) -> f64 {
        self.outcome.iter().sum::<f64>() / self.outcome.len().max(1) as f64
    }
}

/// One relation's questions.
#[derive(Clone, Copy)]
pub struct Refiner<'a> {
    /// Early orders and their pairs.
    pub benches: &'a [&'a Bench],
    /// What is asked.
    pub questions: fn(&Bench) -> &[Question],
    /// Edges kept an item, and bits a weight.
    pub size: Size,
    /// What a pair needs.
    pub support: Support,
    /// Whether rows may lean to their class: for relations that are probabilities.
    pub classes: bool,
}

/// A model fitted to one bench, perhaps to its orders as they age.
struct Fit {
    rows: Rows,
    aged: Option<(Baskets, Pairs)>,
}

impl Fit {
    fn new(bench: &Bench, model: Model) -> Self {
        Self { rows: model.fit(&bench.fold.early, &bench.pairs), aged: None }
    }

    fn aged(bench: &Bench, model: Model, days: f64, support: Support) -> Self {
        let baskets = bench.fold.early.aged(days);
        let pairs = Pairs::count(&baskets, support);
        Self { rows: model.fit(&baskets, &pairs), aged: Some((baskets, pairs)) }
    }

    fn source<'a>(&'a self, bench: &'a Bench) -> Source<'a> {
        let source = bench.source();
        self.aged.as_ref().map_or(source, |(baskets, pairs)| Source { baskets, pairs, ..source })
    }
}

/// What a change may cost.
#[derive(Clone, Copy)]
enum Unless {
    /// It is taken where it is clearly better.
    Better,
    /// It is taken where it loses no more than this share of the value, and not clearly.
    Worse(f64),
}

impl Refiner<'_> {
    /// Starts from `model` and takes each change that is clearly better; that pairs be significant, and that rows lean to
    /// their class, is taken unless it costs too much, for accidents and empty rows are worth avoiding.
    pub fn refine(&self, model: Model) -> Refined {
        let mut fits: Vec<Fit> = self.benches.iter().map(|bench| Fit::new(bench, model)).collect();
        let start = Recipe { significant: false, ..Recipe::from(model) };
        let (rows, outcome) = self.ship(&start, &fits);
        let mut best = Refined { recipe: start, rows, tried: Vec::new(), outcome };
        for days in HALF_LIVES.into_iter().filter(|days| *days < span_days(&self.benches[0].fold.early)) {
            let older: Vec<Fit> =
                self.benches.iter().map(|bench| Fit::aged(bench, model, days, self.support)).collect();
            let recipe = Recipe { half_life_days: days, ..best.recipe };
            if !self.attempt(recipe, &older, Unless::Better, &mut best) {
                break;
            }
            fits = older;
        }
        self.attempt(Recipe { significant: true, ..best.recipe }, &fits, Unless::Worse(BEARABLE), &mut best);
        if self.classes {
            let [first, others @ ..] = KAPPAS;
            self.attempt(Recipe { kappa: first, ..best.recipe }, &fits, Unless::Worse(BEARABLE), &mut best);
            for kappa in others {
                self.attempt(Recipe { kappa, ..best.recipe }, &fits, Unless::Worse(0.0), &mut best);
            }
        }
        best
    }

    fn attempt(&self, recipe: Recipe, fits: &[Fit], unless: Unless, best: &mut Refined) -> bool {
        let (rows, outcome) = self.ship(&recipe, fits);
        let loss = Mean::of(best.outcome.iter().zip(&outcome).map(|(old, new)| old - new));
        let taken = match unless {
            Unless::Better => loss.mean < -CLEAR * loss.error,
            Unless::Worse(share) => loss.mean <= CLEAR * loss.error && loss.mean <= share * best.value(),
        };
        let next = Refined { recipe, rows, tried: Vec::new(), outcome };
        best.tried.push(Tried { model: recipe.describe(), value: next.value() });
        if taken {
            *best = Refined { tried: std::mem::take(&mut best.tried), ..next };
        }
        taken
    }

    fn ship(&self, recipe: &Recipe, fits: &[Fit]) -> (Vec<Rows>, Vec<f64>) {
        let both = self.benches.iter().zip(fits);
        let rows: Vec<Rows> =
            both.map(|(bench, fit)| self.size.ship(recipe.finish(&fit.rows, fit.source(bench)))).collect();
        let outcome = self.benches.iter().zip(&rows);
        let outcome = outcome.flat_map(|(bench, rows)| bench.outcome((self.questions)(bench), rows)).collect();
        (rows, outcome)
    }
}

/// Days between the first order and the last.
fn span_days(baskets: &Baskets) -> f64 {
    let times = || (0..baskets.len()).filter_map(|b| baskets.at(b)).map(|at| at.0);
    times().max().zip(times().min()).map_or(0.0, |(last, first)| (last - first) as f64 / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::questions::Fold;
    use crate::shop::Timestamp;
    use crate::train::together::Together;

    const MODEL: Model = Model::Together(Together::Corrected { beta: 0.0, kappa: 10.0 });

    fn refined(baskets: &Baskets, class: &[Option<u32>]) -> Recipe {
        let (cut, support) = (baskets.len() * 9 / 10, Support::of(2));
        let bench = Bench::new(Fold::new(baskets, cut, baskets.len(), 7), support, class);
        let benches = [&bench];
        let questions: fn(&Bench) -> &[Question] = |bench| &bench.fold.singles;
        let size = Size { row: 16, bits: 4 };
        Refiner { benches: &benches, questions, size, support, classes: true }.refine(MODEL).recipe
    }

    /// Four orders a day for 600 days; product i goes with i + `shift`(day) among sixty.
    fn shop(shift: impl Fn(i64) -> u32) -> Baskets {
        let mut baskets = Baskets::new(60);
        for day in 0..600i64 {
            for n in 0..4 {
                let first = ((day * 4 + n) * 17 % 60) as u32;
                let mut items = [first, (first + shift(day)) % 60];
                items.sort_unstable();
                baskets.push(&items, None, Some(Timestamp(day * 86_400)));
            }
        }
        baskets
    }

    #[test]
    fn orders_age_where_habits_changed_and_only_there() {
        // For 450 days one of three partners, then always another: the old pairs outnumber the new ones.
        let changed = shop(|day| if day < 450 { 1 + (day / 15 % 3) as u32 } else { 20 });
        assert!(refined(&changed, &[None; 60]).half_life_days > 0.0);
        assert_eq!(refined(&shop(|day| 1 + (day / 15 % 3) as u32), &[None; 60]).half_life_days, 0.0);
    }

    #[test]
    fn classes_help_where_products_are_new() {
        // Every product is sold for three days only; its class goes with the refills 0 to 9 of the class.
        let mut baskets = Baskets::new(210);
        for day in 0..200i64 {
            for n in 0..6i64 {
                let (product, class) = (10 + day / 3 * 2 + n % 2, (day / 3 * 2 + n % 2) % 10);
                baskets.push(&[class as u32, product as u32], None, Some(Timestamp(day * 86_400)));
            }
        }
        let class: Vec<Option<u32>> = (0..210u32).map(|item| (item >= 10).then_some(item % 10)).collect();
        assert!(refined(&baskets, &class).kappa > 0.0);
    }
}
