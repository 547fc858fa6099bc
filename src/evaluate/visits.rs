//! Settings of the visit relation: climbed one after another on held-out visits.

use super::choose::Tried;
use super::metrics::{Goal, Rank};
use super::models::baseline_blend;
use super::options::{Stage, Watch};
use super::questions::{Question, by_popularity, visit_questions};
use super::score::{Prior, Scratch, rank};
use super::visit_model::{Beside, Catalog, VisitModel, VisitRelation};
use crate::bundle::Blend;
use crate::train::baselines::Baseline;
use crate::train::cold::Fill;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{Rows, Size};
use crate::train::{Baskets, Visits};
use rayon::prelude::*;

/// Early visits to climb on: the newest of them.
const MOST: usize = 200_000;

/// Changes one setting of a model.
type Step = fn(VisitModel, f64) -> VisitModel;

/// What is tried after the defaults, in this order; the grid of the experiments in the field.
const CLIMB: [(Step, &[f64]); 9] = [
    (|m, v| VisitModel { decay: v, ..m }, &[0.5, 1.0, 3.0, 5.0]),
    (|m, v| m.with(|c| c.a = v), &[0.3, 0.7, 1.0]),
    (|m, v| m.with(|c| c.b = v), &[0.0, 0.1, 0.4, 0.5]),
    (|m, v| m.with(|c| c.back = v), &[0.3, 0.6]),
    (|m, v| m.with(|c| c.distance = v), &[0.0, 0.5]),
    (|m, v| m.with(|c| c.size = v), &[0.5, 1.0]),
    (|m, v| m.with(|c| c.recent = v), &[0.1, 0.3]),
    (|m, v| m.with(|c| c.hops = v), &[0.1, 0.3, 1.0]),
    (|m, v| VisitModel { decay: v, ..m }, &[0.5, 1.0, 3.0, 5.0]),
];
/// What is tried where the catalog says something, on top of what won without it.
const CATALOG: [(Step, &[f64]); 2] = [
    (|m, v| VisitModel { separated: v > 0.0, ..m }, &[1.0]),
    (|m, v| m.filled(|fill| fill.mix = v), &[0.03, 0.1, 0.3, 1.0]),
];
/// How loud products without views may be, and the share of the value that they must leave.
const COLD: [f64; 4] = [0.03, 0.1, 0.3, 1.0];
const LEAVE: f64 = 0.99;
/// Decays tried with each simple method.
const SIMPLE_DECAYS: [f64; 3] = [0.5, 1.0, 2.0];

/// About how many models a climb tries.
const ATTEMPTS: usize = 44;

/// Early visits and the questions of those after them.
pub struct VisitBench<'a> {
    early: Visits,
    beside: Beside<'a>,
    /// The questions.
    pub questions: Vec<Question>,
    progress: &'a Watch<'a>,
}

/// What a climb found.
pub struct Climbed {
    /// The winner.
    pub model: VisitModel,
    /// Its rows on the early visits, as shipped.
    pub rows: Rows,
    /// All that was tried.
    pub tried: Vec<Tried>,
    top: f64,
}

impl<'a> VisitBench<'a> {
    /// Learns from nine tenths, asks about the last.
    pub fn new(visits: &Visits, catalog: Catalog<'a>, size: Size, seed: u64, progress: &'a Watch<'a>) -> Self {
        let cut = visits.len() * 9 / 10;
        let early = visits.slice(cut.saturating_sub(MOST)..cut);
        Self { beside: catalog.beside(&early, size), early, questions: visit_questions(visits, cut, seed), progress }
    }

    /// The places of all targets under `rows`.
    pub fn ranks(&self, rows: &Rows, fading: &[f32]) -> Vec<Rank> {
        visit_ranks(&self.questions, rows, fading)
    }

    /// The mean value over targets that were seen before: what the catalog finds beside them is a gain that a shop with
    /// few new products would not have.
    fn value(&self, rows: &Rows, model: &VisitModel) -> f64 {
        let places = self.ranks(rows, &model.fading());
        let known = |question: &Question| !self.beside.cold.get(question.target as usize).is_some_and(|cold| *cold);
        let asked = self.questions.iter().zip(&places).filter(|(question, _)| known(question));
        let values: Vec<f64> = asked.map(|(_, place)| f64::from(Goal::Visit.value(*place))).collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    }

    fn rows(&self, model: &VisitModel) -> Rows {
        self.beside.size.round(&self.beside.rows(model, &self.early))
    }

    /// Takes each setting that does better than the best so far; simple methods come late, the catalog last.
    pub fn climb(&self) -> Climbed {
        let mut climbed = self.start(VisitModel::default(), Vec::new());
        for (set, values) in CLIMB {
            values.iter().for_each(|value| self.attempt(set(climbed.model, *value), &mut climbed));
        }
        for baseline in [Baseline::Cosine, Baseline::Bm25, Baseline::Rp3Beta] {
            let simple = VisitModel { relation: VisitRelation::Simple(baseline), ..VisitModel::default() };
            let rows = self.rows(&simple);
            for decay in SIMPLE_DECAYS {
                self.weigh(VisitModel { decay, ..simple }, rows.clone(), &mut climbed);
            }
        }
        if self.beside.knows() { self.filled(climbed) } else { climbed }
    }

    /// Every product gets a full row, whatever it costs; all else the catalog has to say must win, or for products that
    /// nobody has seen yet lose next to nothing.
    fn filled(&self, climbed: Climbed) -> Climbed {
        let full = VisitModel { fill: Some(Fill::BELOW), ..climbed.model };
        let mut climbed = self.start(full, climbed.tried);
        for (set, values) in CATALOG {
            values.iter().for_each(|value| self.attempt(set(climbed.model, *value), &mut climbed));
        }
        let most = climbed.top;
        for cold in COLD.into_iter().filter(|_| self.beside.cold.contains(&true)) {
            climbed.top = most * LEAVE;
            self.attempt(climbed.model.filled(|fill| fill.cold = cold), &mut climbed);
        }
        climbed
    }

    fn start(&self, model: VisitModel, mut tried: Vec<Tried>) -> Climbed {
        let rows = self.rows(&model);
        let top = self.value(&rows, &model);
        tried.push(Tried { model: model.describe(), value: top });
        Climbed { model, rows, tried, top }
    }

    fn attempt(&self, next: VisitModel, climbed: &mut Climbed) {
        if next == climbed.model {
            return;
        }
        let same = VisitModel { decay: climbed.model.decay, ..next } == climbed.model;
        let rows = if same { climbed.rows.clone() } else { self.rows(&next) };
        self.weigh(next, rows, climbed);
    }

    fn weigh(&self, next: VisitModel, rows: Rows, climbed: &mut Climbed) {
        let value = self.value(&rows, &next);
        climbed.tried.push(Tried { model: next.describe(), value });
        (self.progress)(Stage::Similar.at(climbed.tried.len(), ATTEMPTS));
        if value > climbed.top {
            (climbed.model, climbed.rows, climbed.top) = (next, rows, value);
        }
    }

    /// The places that simple methods give, popularity first: all weights kept, the last view alone asked.
    pub fn simple(&self) -> Vec<(&'static str, Vec<Rank>)> {
        let simple = SimpleVisits::new(&self.early, &self.questions);
        let place = |baseline: Baseline| {
            let (rows, blend) = (baseline.fit(&simple.pairs), baseline_blend(baseline));
            (baseline.name(), ranks_with(&simple.questions, &rows, &[1.0], &blend, &simple.prior))
        };
        Baseline::ALL.into_iter().map(place).collect()
    }
}

/// Visits as sets, numbered by their own popularity, for the simple methods.
pub struct SimpleVisits {
    /// Pairs of items that a visit holds.
    pub pairs: Pairs,
    /// Share of visits, as shipped.
    pub prior: Prior,
    /// The questions in these numbers.
    pub questions: Vec<Question>,
}

impl SimpleVisits {
    /// Of `early` visits and questions about later ones.
    pub fn new(early: &Visits, questions: &[Question]) -> Self {
        let numbers = by_popularity(&as_sets(early).popularity());
        let number = |item: &u32| numbers[*item as usize];
        let question = |question: &Question| Question {
            known: question.known.iter().map(number).collect(),
            target: number(&question.target),
        };
        let pairs = Pairs::count(&as_sets(&early.renumbered(&numbers)), Support::NONE);
        let prior = Prior::shipped(&pairs.share);
        Self { pairs, prior, questions: questions.iter().map(question).collect() }
    }
}

/// Visits as sets of items.
pub fn as_sets(visits: &Visits) -> Baskets {
    let mut baskets = Baskets::new(visits.n_items);
    for visit in 0..visits.len() {
        let mut items = visits.views(visit).to_vec();
        items.sort_unstable();
        items.dedup();
        baskets.push(&items, None, None);
    }
    baskets
}

/// The places of all targets, the last ten views voting with `fading` weights.
pub fn visit_ranks(questions: &[Question], rows: &Rows, fading: &[f32]) -> Vec<Rank> {
    let blend = Blend { cart: 1.0, together: 0.0, prior: 0.0 };
    ranks_with(questions, rows, fading, &blend, &Prior::flat(rows.len()))
}

fn ranks_with(questions: &[Question], rows: &Rows, fading: &[f32], blend: &Blend, prior: &Prior) -> Vec<Rank> {
    let none = vec![Vec::new(); rows.len()];
    let place = |scratch: &mut Scratch, question: &Question| {
        let path = question.known.iter().rev();
        let votes: Vec<(u32, f32)> = path.copied().zip(fading.iter().copied()).collect();
        let mut seen = question.known.clone();
        seen.sort_unstable();
        seen.dedup();
        let touched = scratch.gather(&seen, &votes, rows, &none);
        rank(question.target, &seen, touched, blend, prior)
    };
    questions.par_iter().with_min_len(32).map_init(|| Scratch::new(rows.len()), place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_best_sellers_make_room() {
        let mut visits = Visits::new(3);
        visits.push([1, 0]);
        visits.push([1, 0]);
        visits.push([1, 2]);
        let questions = [Question { known: vec![1, 0, 1], target: 2 }, Question { known: vec![2], target: 0 }];
        let simple = SimpleVisits::new(&visits, &questions);
        let popularity = baseline_blend(Baseline::Popularity);
        let none = vec![Vec::new(); 3];
        assert_eq!(ranks_with(&simple.questions, &none, &[1.0], &popularity, &simple.prior), [0, 1]);
    }

    #[test]
    fn a_climb_never_ends_below_its_start() {
        let mut visits = Visits::new(6);
        (0..40).for_each(|v| visits.push([v % 3, v % 3 + 3, (v + 1) % 3]));
        let climbed =
            VisitBench::new(&visits, Catalog { products: &[], pairs: None }, Size { row: 32, bits: 4 }, 7, &|_| {})
                .climb();
        let best = climbed.tried.iter().map(|tried| tried.value).fold(0.0, f64::max);
        assert!(best >= climbed.tried[0].value && best > 1.0);
    }
}
