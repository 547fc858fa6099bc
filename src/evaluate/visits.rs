//! Settings of the visit relation: climbed one after another on held-out visits.

use super::choose::Tried;
use super::metrics::{Goal, Rank};
use super::questions::{Question, visit_questions};
use super::score::{Scratch, rank};
use crate::bundle::Blend;
use crate::train::Visits;
use crate::train::coview::CoView;
use crate::train::prune::{BITS, Rows, as_shipped};
use rayon::prelude::*;

/// Views that count at most, the last ones.
const LAST: usize = 10;
/// Early visits to climb on: the newest of them.
const MOST: usize = 200_000;

/// A relation's settings, and how fast earlier views of a visit lose weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisitModel {
    /// Of the relation.
    pub relation: CoView,
    /// Views after which a view's weight has fallen to 1/e.
    pub decay: f64,
}

impl Default for VisitModel {
    fn default() -> Self {
        Self { relation: CoView::default(), decay: 2.0 }
    }
}

impl VisitModel {
    /// Weight of the last view, the one before it, ….
    pub fn fading(&self) -> Vec<f32> {
        (0..LAST).map(|age| libm::exp(-(age as f64) / self.decay) as f32).collect()
    }
}

/// Sets one setting of a model.
type Step = fn(&mut VisitModel, f64);

/// What is tried after the defaults, in this order; the reference implementation's grid.
const CLIMB: [(Step, &[f64]); 9] = [
    (|m, v| m.decay = v, &[0.5, 1.0, 3.0, 5.0]),
    (|m, v| m.relation.a = v, &[0.3, 0.7, 1.0]),
    (|m, v| m.relation.b = v, &[0.0, 0.1, 0.4, 0.5]),
    (|m, v| m.relation.back = v, &[0.3, 0.6]),
    (|m, v| m.relation.distance = v, &[0.0, 0.5]),
    (|m, v| m.relation.size = v, &[0.5, 1.0]),
    (|m, v| m.relation.recent = v, &[0.1, 0.3]),
    (|m, v| m.relation.hops = v, &[0.1, 0.3, 1.0]),
    (|m, v| m.decay = v, &[0.5, 1.0, 3.0, 5.0]),
];

/// Early visits and the questions of those after them.
pub struct VisitBench {
    early: Visits,
    /// The questions.
    pub questions: Vec<Question>,
    budget: usize,
}

/// What a climb found.
pub struct Climbed {
    /// The winner.
    pub model: VisitModel,
    /// Its rows on the early visits, as shipped.
    pub rows: Rows,
    /// All that was tried.
    pub tried: Vec<Tried>,
}

impl VisitBench {
    /// Learns from nine tenths, asks about the last.
    pub fn new(visits: &Visits, budget: usize, seed: u64) -> Self {
        let cut = visits.len() * 9 / 10;
        let early = visits.slice(cut.saturating_sub(MOST)..cut);
        Self { early, questions: visit_questions(visits, cut, seed), budget }
    }

    /// Share of early visits that hold each item.
    pub fn shares(&self) -> Vec<f32> {
        self.early.shares()
    }

    /// The places of all targets under `rows`.
    pub fn ranks(&self, rows: &Rows, fading: &[f32]) -> Vec<Rank> {
        visit_ranks(&self.questions, rows, fading)
    }

    fn value(&self, rows: &Rows, model: &VisitModel) -> f64 {
        let places = self.ranks(rows, &model.fading());
        places.iter().map(|place| f64::from(Goal::Visit.value(*place))).sum::<f64>() / places.len().max(1) as f64
    }

    fn rows(&self, model: &VisitModel) -> Rows {
        as_shipped(model.relation.fit(&self.early), self.budget, BITS)
    }

    /// Takes each setting that does better than the best so far.
    pub fn climb(&self) -> Climbed {
        let mut model = VisitModel::default();
        let mut rows = self.rows(&model);
        let mut top = self.value(&rows, &model);
        let note = |model: &VisitModel, value: f64| Tried {
            model: format!("{} decay {}", model.relation.describe(), model.decay),
            value,
        };
        let mut tried = vec![note(&model, top)];
        for (set, values) in CLIMB {
            for value in values {
                let mut next = model;
                set(&mut next, *value);
                if next == model {
                    continue;
                }
                let fitted = if next.relation == model.relation { rows.clone() } else { self.rows(&next) };
                let got = self.value(&fitted, &next);
                tried.push(note(&next, got));
                if got > top {
                    (model, rows, top) = (next, fitted, got);
                }
            }
        }
        Climbed { model, rows, tried }
    }
}

/// The places of all targets, the last ten views voting with `fading` weights.
pub fn visit_ranks(questions: &[Question], rows: &Rows, fading: &[f32]) -> Vec<Rank> {
    let (none, flat) = (vec![Vec::new(); rows.len()], vec![0f32; rows.len()]);
    let blend = Blend { cart: 1.0, together: 0.0, prior: 0.0 };
    let place = |scratch: &mut Scratch, question: &Question| {
        let path = question.known.iter().rev();
        let votes: Vec<(u32, f32)> = path.copied().zip(fading.iter().copied()).collect();
        let mut seen = question.known.clone();
        seen.sort_unstable();
        seen.dedup();
        let touched = scratch.gather(&seen, &votes, rows, &none);
        rank(question.target, &seen, touched, &blend, &flat)
    };
    questions.par_iter().with_min_len(32).map_init(|| Scratch::new(rows.len()), place).collect()
}

/// The places of all targets among best sellers.
pub fn popularity_ranks(questions: &[Question], shares: &[f32]) -> Vec<Rank> {
    let mut order: Vec<u32> = (0..shares.len() as u32).collect();
    order.sort_by(|a, b| shares[*b as usize].total_cmp(&shares[*a as usize]).then(a.cmp(b)));
    let mut place = vec![0u32; order.len()];
    order.iter().enumerate().for_each(|(at, item)| place[*item as usize] = at as u32);
    let rank = |question: &Question| {
        let own = place[question.target as usize];
        let mut seen = question.known.clone();
        seen.sort_unstable();
        seen.dedup();
        let before = seen.iter().filter(|item| place[**item as usize] < own).count() as u32;
        (own - before).min(super::score::FAR)
    };
    questions.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_best_sellers_make_room() {
        let questions = [Question { known: vec![1, 0, 1], target: 2 }, Question { known: vec![2], target: 0 }];
        assert_eq!(popularity_ranks(&questions, &[0.1, 0.9, 0.05]), [0, 1]);
    }

    #[test]
    fn a_climb_never_ends_below_its_start() {
        let mut visits = Visits::new(6);
        (0..40).for_each(|v| visits.push([v % 3, v % 3 + 3, (v + 1) % 3]));
        let climbed = VisitBench::new(&visits, 32, 7).climb();
        let best = climbed.tried.iter().map(|tried| tried.value).fold(0.0, f64::max);
        assert!(best >= climbed.tried[0].value && best > 1.0);
    }
}
