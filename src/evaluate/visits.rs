//! Settings of the visit relation: climbed one after another on held-out visits.

use super::choose::Tried;
use super::metrics::{Goal, Rank};
use super::models::baseline_blend;
use super::options::{Stage, Watch};
use super::questions::{Question, by_popularity, visit_questions};
use super::score::{Prior, Scratch, rank};
use crate::bundle::Blend;
use crate::bundle::layout::MAX_DEGREE;
use crate::shop::{ItemId, Product};
use crate::train::attributes::{Attributes, COLD as COLD_BESIDE};
use crate::train::baselines::Baseline;
use crate::train::cold::{Fill, fill};
use crate::train::coview::CoView;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{Rows, Size, prune};
use crate::train::separate::substitutes;
use crate::train::{Baskets, Visits};
use rayon::prelude::*;

/// Views that count at most, the last ones.
const LAST: usize = 10;
/// Neighbours that the catalog gives a row: more than any list shows, fewer than views may fill.
const FULL: usize = 16;
/// Early visits to climb on: the newest of them.
const MOST: usize = 200_000;

/// How pairs of views become weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VisitRelation {
    /// Distance-weighted co-view.
    CoView(CoView),
    /// A simple method on visits as sets.
    Simple(Baseline),
}

impl VisitRelation {
    fn fit(&self, visits: &Visits) -> Rows {
        match self {
            Self::CoView(settings) => settings.fit(visits),
            Self::Simple(baseline) => baseline.fit(&Pairs::count(&as_sets(visits), Support::NONE)),
        }
    }
}

/// A relation's settings, and how fast earlier views of a visit lose weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VisitModel {
    /// The relation.
    pub relation: VisitRelation,
    /// Views after which a view's weight has fallen to 1/e.
    pub decay: f64,
    /// Whether co-views of what is no alternative count less.
    pub separated: bool,
    /// How loud the catalog is, where it says anything.
    pub fill: Option<Fill>,
}

impl Default for VisitModel {
    fn default() -> Self {
        Self { relation: VisitRelation::CoView(CoView::default()), decay: 2.0, separated: false, fill: None }
    }
}

/// What is known of the products beside their views.
#[derive(Clone, Copy)]
pub struct Catalog<'a> {
    /// The products, in item order.
    pub products: &'a [Product],
    /// What was bought together, where there are orders.
    pub pairs: Option<&'a Pairs>,
}

impl<'a> Catalog<'a> {
    /// What the catalog says beside `visits`, for rows of `size`.
    pub fn beside(self, visits: &Visits, size: Size) -> Beside<'a> {
        let mut views = vec![0u32; visits.n_items];
        visits.views.iter().for_each(|item| views[*item as usize] += 1);
        let bought = |item: usize| self.pairs.map_or(0, |pairs| pairs.count[item]);
        let seen: Vec<u32> = views.iter().enumerate().map(|(item, n)| n.saturating_add(bought(item))).collect();
        let attributes = Attributes::of(self.products, &seen);
        let alike = attributes.rows(size.row.min(FULL));
        let cold = (0..views.len() as u32).map(|item| attributes.is_cold(ItemId(item))).collect();
        Beside { attributes, pairs: self.pairs, views, cold, alike, size }
    }
}

/// The catalog's neighbours of products with so many views.
pub struct Beside<'a> {
    attributes: Attributes,
    pairs: Option<&'a Pairs>,
    views: Vec<u32>,
    cold: Vec<bool>,
    alike: Rows,
    size: Size,
}

impl Beside<'_> {
    /// Whether the catalog says anything.
    fn knows(&self) -> bool {
        self.alike.iter().any(|row| !row.is_empty())
    }

    /// The rows of `model`, pruned, not quantised.
    pub fn rows(&self, model: &VisitModel, visits: &Visits) -> Rows {
        // Cold neighbours stand beside the others.
        self.filled(model, visits, self.size.row.min(MAX_DEGREE - COLD_BESIDE))
    }

    /// The rows of `model` with all their weights.
    pub fn unpruned(&self, model: &VisitModel, visits: &Visits) -> Rows {
        self.filled(model, visits, usize::MAX)
    }

    fn filled(&self, model: &VisitModel, visits: &Visits, budget: usize) -> Rows {
        let mut rows = model.fit(visits);
        if model.separated {
            substitutes(&mut rows, |i, j| self.attributes.kinship(i, j), self.pairs);
        }
        prune(&mut rows, budget);
        if let Some(loud) = model.fill {
            fill(&mut rows, &self.alike, &self.views, &self.cold, loud, budget);
        }
        rows
    }
}

impl VisitModel {
    /// What ships where there are too few questions to choose by.
    pub fn untried(beside: &Beside<'_>) -> Self {
        let fill = Fill { mix: 0.1, cold: 0.1 };
        Self { separated: beside.knows(), fill: beside.knows().then_some(fill), ..Self::default() }
    }

    /// All weights, unpruned.
    pub fn fit(&self, visits: &Visits) -> Rows {
        self.relation.fit(visits)
    }

    /// Name and settings, as manifest and report show them.
    pub fn describe(&self) -> String {
        let name = match &self.relation {
            VisitRelation::CoView(settings) => settings.describe(),
            VisitRelation::Simple(baseline) => baseline.name().into(),
        };
        let separated = if self.separated { " separated" } else { "" };
        let fill = self.fill.map_or(String::new(), |Fill { mix, cold }| format!(" fill {mix} cold {cold}"));
        format!("{name} decay {}{separated}{fill}", self.decay)
    }

    /// The same model with one setting of its co-view changed.
    fn with(mut self, set: impl Fn(&mut CoView)) -> Self {
        if let VisitRelation::CoView(settings) = &mut self.relation {
            set(settings);
        }
        self
    }

    /// The same model with another voice of the catalog.
    fn filled(mut self, set: impl Fn(&mut Fill)) -> Self {
        self.fill.iter_mut().for_each(set);
        self
    }

    /// Weight of the last view, the one before it, ….
    pub fn fading(&self) -> Vec<f32> {
        (0..LAST).map(|age| libm::exp(-(age as f64) / self.decay) as f32).collect()
    }
}

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
