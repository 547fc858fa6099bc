//! The best candidate, its mixture and its prior, on held-out questions.

use super::metrics::{Goal, Mean, Rank};
use super::models::{CART_CANDIDATES, Model, cart_candidates, together_candidates};
use super::options::{Stage, Watch};
use super::questions::{Fold, Question, cut};
use super::recipe::Source;
use super::score::{Prior, ranks, unit};
use super::season::View;
use crate::bundle::Blend;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{Rows, Size};

/// Priors; 1 lifts the best seller by the mean best score of a question.
const PRIORS: [f64; 13] = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.75, 1.0, 3.0, 10.0];
/// Parts of `cart` and `bought_together`, either in units of its mean best score.
const MIXES: [(f64, f64); 6] = [(1.0, 0.0), (1.0, 0.25), (1.0, 0.5), (1.0, 1.0), (1.0, 2.0), (0.0, 1.0)];
/// Lines of a larger cart that stand for a cart of each class but the last.
const FILLING: [usize; 4] = [1, 3, 5, 8];
/// Carts of a class from which on they are enough by themselves.
const PLENTY: usize = 1_000;
/// A class of cart sizes is chosen as if it held this many questions of all sizes too.
const POOL: f64 = 300.0;
/// Standard errors that make a difference clear.
const CLEAR: f64 = 1.0;

/// A candidate and its worth on validation.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Tried {
    /// Name and settings.
    pub model: String,
    /// Mean of HR@10 + NDCG@10 (visits: HR@20 + MRR@20) with its best prior.
    pub value: f64,
}

/// One fold with its pairs and its prior as shipped.
pub struct Bench {
    /// Orders and questions.
    pub fold: Fold,
    /// Pairs of the early orders.
    pub pairs: Pairs,
    /// Popularity in the early orders.
    pub prior: Prior,
    /// The class of each item.
    pub class: Vec<Option<u32>>,
}

impl Bench {
    /// Counts the pairs of a fold; `class` in the numbers of the whole.
    pub fn new(fold: Fold, support: Support, class: &[Option<u32>]) -> Self {
        let pairs = Pairs::count(&fold.early, support);
        let prior = Prior::shipped(&pairs.share);
        let mut own = vec![None; class.len()];
        class.iter().zip(&fold.numbers).for_each(|(class, number)| own[*number as usize] = *class);
        Self { fold, pairs, prior, class: own }
    }

    /// What relations of the early orders are made from.
    pub fn source(&self) -> Source<'_> {
        Source { baskets: &self.fold.early, pairs: &self.pairs, class: &self.class }
    }

    /// Mean value with each prior, of one relation alone.
    fn alone(&self, questions: &[Question], rows: &Rows) -> [f64; PRIORS.len()] {
        let places = self.places(questions, rows);
        std::array::from_fn(|g| mean_value(places.iter().map(|place| place[g])))
    }

    /// The value of each question with the best prior, of one relation alone.
    pub fn outcome(&self, questions: &[Question], rows: &Rows) -> Vec<f64> {
        let places = self.places(questions, rows);
        let mean = |g: usize| mean_value(places.iter().map(|place| place[g]));
        let best = (1..PRIORS.len()).fold(0, |best, g| if mean(g) > mean(best) { g } else { best });
        places.iter().map(|place| f64::from(Goal::Basket.value(place[best]))).collect()
    }

    /// The place of each target with each prior.
    fn places(&self, questions: &[Question], rows: &Rows) -> Vec<Vec<Rank>> {
        let lift = lift(&self.prior, unit(questions, rows));
        let blends = PRIORS.map(|g| Blend { cart: 1.0, together: 0.0, prior: (g * lift) as f32 });
        let none = vec![Vec::new(); rows.len()];
        ranks(questions, rows, &none, &self.prior, &blends)
    }
}

/// The factor that lifts the best seller by `best`.
fn lift(prior: &Prior, best: f64) -> f64 {
    best / f64::from(prior.top()).max(1e-9)
}

fn mean_value(places: impl Iterator<Item = Rank>) -> f64 {
    let (sum, n) = places.fold((0.0, 0u32), |(sum, n), place| (sum + f64::from(Goal::Basket.value(place)), n + 1));
    sum / f64::from(n.max(1))
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

/// The winner among the candidates for the cart over the questions of several folds, and all that were tried.
pub fn cart(benches: &[&Bench], size: Size, progress: &Watch<'_>) -> (Model, Vec<Tried>) {
    let asked: usize = benches.iter().map(|bench| bench.fold.carts.len()).sum();
    let mut worth: Vec<(Model, [f64; PRIORS.len()])> = Vec::new();
    let mut done = 0;
    for bench in benches {
        let share = bench.fold.carts.len() as f64 / asked.max(1) as f64;
        cart_candidates(&bench.fold.early, &bench.pairs, |model, rows| {
            let values = bench.alone(&bench.fold.carts, &size.ship(rows)).map(|value| share * value);
            done += 1;
            // Some four fits more refine the winner.
            progress(Stage::Cart.at(done, benches.len() * (CART_CANDIDATES + 4)));
            match worth.iter_mut().find(|(known, _)| *known == model) {
                Some((_, sums)) => sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
                None => worth.push((model, values)),
            }
        });
    }
    winner(worth, Model::DEFAULT_CART)
}

/// The model of the largest value with its best prior, the first of equals.
fn winner(worth: Vec<(Model, [f64; PRIORS.len()])>, otherwise: Model) -> (Model, Vec<Tried>) {
    let mut best = (f64::NEG_INFINITY, otherwise);
    let mut tried = Vec::new();
    for (model, values) in worth {
        let value = largest(&values);
        tried.push(Tried { model: model.describe(), value });
        if value > best.0 {
            best = (value, model);
        }
    }
    (best.1, tried)
}

/// What the rule of support costs: the value of the default cart relation with it and without.
///
/// Large where much of what is bought together is the habit of single customers.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct SupportCost {
    /// Mean of HR@10 + NDCG@10 with supported pairs only.
    pub with: f64,
    /// … with all pairs.
    pub without: f64,
}

/// Measures the rule of support on a bench's carts.
pub fn support_cost(bench: &Bench, size: Size) -> SupportCost {
    let value = |pairs: &Pairs| {
        let rows = size.ship(Model::DEFAULT_CART.fit(&bench.fold.early, pairs));
        largest(&bench.alone(&bench.fold.carts, &rows))
    };
    SupportCost { with: value(&bench.pairs), without: value(&Pairs::count(&bench.fold.early, Support::NONE)) }
}

/// The winner among the candidates for the product page, over the questions of several folds.
pub fn together(benches: &[&Bench], size: Size, progress: &Watch<'_>) -> (Model, Vec<Tried>) {
    let asked: usize = benches.iter().map(|bench| bench.fold.singles.len()).sum();
    let worth = |model: Model| {
        let mut sums = [0f64; PRIORS.len()];
        for bench in benches {
            let rows = size.ship(model.fit(&bench.fold.early, &bench.pairs));
            let share = bench.fold.singles.len() as f64 / asked.max(1) as f64;
            let values = bench.alone(&bench.fold.singles, &rows);
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += share * value);
        }
        (model, sums)
    };
    let models = together_candidates();
    let all = models.len() + 4;
    let told = models.into_iter().enumerate().map(|(at, model)| {
        progress(Stage::Together.at(at, all));
        worth(model)
    });
    winner(told.collect(), Model::DEFAULT_TOGETHER)
}

/// The blends that belong to carts by size and to the product page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blends {
    /// By size class of the cart.
    pub cart: [Blend; 5],
    /// Of the product page.
    pub product: Blend,
}

/// Every mixture with every prior, in the units of two relations.
fn options(view: &View<'_>, questions: &[Question]) -> Vec<Blend> {
    let (c, t) = (unit(questions, view.cart), unit(questions, view.together));
    // Mixtures are parts of the first relation's unit; without a first relation, of the second's.
    let base = if c > 0.0 { c } else { t };
    let factor = if t > 0.0 { base / t } else { 0.0 };
    let lift = lift(&view.prior, base);
    let blend =
        |(a, b): (f64, f64), g: f64| Blend { cart: a as f32, together: (b * factor) as f32, prior: (g * lift) as f32 };
    MIXES.into_iter().flat_map(|mix| PRIORS.map(|g| blend(mix, g))).collect()
}

/// Chooses the blends of relations as shipped, over the questions of several views; in the units of the first.
///
/// A cart fills line by line: where few held-out carts are small, the blends of small carts are chosen on large ones too, as
/// they were when they were small.
pub fn blends(views: &[View<'_>]) -> Blends {
    let outcome = |questions: &dyn Fn(&View<'_>) -> Vec<Question>| -> Vec<Vec<f32>> {
        let places = views.iter().flat_map(|view| {
            let options = options(view, &view.bench.fold.carts);
            ranks(&questions(view), view.cart, view.together, &view.prior, &options)
        });
        places.map(|line| line.into_iter().map(|place| Goal::Basket.value(place)).collect()).collect()
    };
    let carts = |view: &View<'_>| view.bench.fold.carts.clone();
    let all = outcome(&carts);
    let class: Vec<usize> = views.iter().flat_map(carts).map(|question| question.size_class()).collect();
    let picks: [usize; 5] = std::array::from_fn(|size| {
        let mut mine: Vec<&Vec<f32>> =
            all.iter().zip(&class).filter(|(_, own)| **own == size).map(|(q, _)| q).collect();
        let missing = PLENTY.saturating_sub(mine.len());
        let filling = if missing > 0 { outcome(&|view| filling(&view.bench.fold, size)) } else { Vec::new() };
        mine.extend(filling.iter().take(missing));
        pick(&mine, &all)
    });
    let of_carts = options(&views[0], &views[0].bench.fold.carts);
    Blends { cart: picks.map(|at| of_carts[at]), product: product(views) }
}

/// The blend of one product.
fn product(views: &[View<'_>]) -> Blend {
    let outcome = views.iter().flat_map(|view| {
        let singles = &view.bench.fold.singles;
        ranks(singles, view.cart, view.together, &view.prior, &options(view, singles))
    });
    let values = outcome.map(|line| line.into_iter().map(|place| Goal::Basket.value(place)).collect());
    let all: Vec<Vec<f32>> = values.collect();
    options(&views[0], &views[0].bench.fold.singles)[pick(&all.iter().collect::<Vec<_>>(), &all)]
}

/// Larger carts as they were when they had the size of a class.
fn filling(fold: &Fold, class: usize) -> Vec<Question> {
    let Some(lines) = FILLING.get(class) else { return Vec::new() };
    let larger = fold.first_carts().iter().filter(|question| question.size_class() > class);
    let larger: Vec<Question> = larger.cloned().collect();
    cut(&larger, *lines, class as u64)
}

/// The option that does best on the questions that are `mine`, drawn towards what does best on `all`; then the largest
/// prior that is not clearly worse, for popularity travels better than its validation says.
fn pick(mine: &[&Vec<f32>], all: &[Vec<f32>]) -> usize {
    let options = MIXES.len() * PRIORS.len();
    let (mut sums, mut own) = (vec![0f64; options], vec![0f64; options]);
    let add = |sums: &mut Vec<f64>, line: &[f32]| sums.iter_mut().zip(line).for_each(|(sum, v)| *sum += f64::from(*v));
    all.iter().for_each(|line| add(&mut sums, line));
    mine.iter().for_each(|line| add(&mut own, line));
    let total = |at: usize| own[at] + POOL * sums[at] / all.len().max(1) as f64;
    let top = (0..options).fold(0, |best, at| if total(at) > total(best) { at } else { best });
    let last = (top / PRIORS.len() + 1) * PRIORS.len() - 1;
    (top + 1..=last).rev().find(|at| !clearly_worse(all, *at, top)).unwrap_or(top)
}

fn clearly_worse(outcome: &[Vec<f32>], at: usize, than: usize) -> bool {
    let loss = Mean::of(outcome.iter().map(|line| f64::from(line[than]) - f64::from(line[at])));
    loss.mean > CLEAR * loss.error
}

/// Blends where there is too little to choose by: one product asks `bought_together`, a large cart asks `cart`.
pub fn default_blends(questions: &[Question], singles: &[Question], cart: &Rows, together: &Rows, top: f32) -> Blends {
    let (c, t) = (unit(questions, cart), unit(singles, together));
    let factor = if t > 0.0 { if c > 0.0 { c / t } else { 1.0 } } else { 0.0 };
    let base = if c > 0.0 { c } else { t };
    let prior = (0.05 * base / f64::from(top).max(1e-9)) as f32;
    let blend = |a: f32, b: f64| Blend { cart: a, together: (b * factor) as f32, prior };
    Blends {
        cart: [blend(0.0, 1.0), blend(1.0, 1.0), blend(1.0, 0.5), blend(1.0, 0.25), blend(1.0, 0.0)],
        product: blend(0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_prior_that_is_not_clearly_worse_wins() {
        let mut line = vec![0f32; MIXES.len() * PRIORS.len()];
        (line[0], line[1], line[2]) = (1.0, 1.0, 0.5);
        let mut outcome = vec![line.clone(); 50];
        for value in [0.7, 1.1] {
            line[1] = value;
            outcome.push(line.clone());
        }
        let mine: Vec<&Vec<f32>> = outcome.iter().collect();
        assert_eq!(pick(&mine, &outcome), 1, "a loss and a gain in fifty are no clear loss");
        (line[1], line[2]) = (0.5, 0.5);
        let clear = vec![line; 50];
        assert_eq!(pick(&clear.iter().collect::<Vec<_>>(), &clear), 0);
    }

    #[test]
    fn an_empty_class_takes_the_choice_of_all() {
        let mut line = vec![0f32; MIXES.len() * PRIORS.len()];
        line[PRIORS.len()] = 1.0;
        let outcome = vec![line; 10];
        assert_eq!(pick(&[], &outcome), PRIORS.len());
    }
}
