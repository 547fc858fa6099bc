//! `endcap evaluate`: trains on the first nine tenths and asks the last, beside well-known simple methods.

use super::answering::{self, Answer, Answering};
use super::costs::{Ask, Measured, RelationCost};
use super::draft::{prior_of, restored, shipped};
use super::options::{Options, Stage, Watch};
use super::placements::{PlacementCoverage, coverage};
use super::questions::{Fold, Question, by_popularity, visit_questions};
use super::reliability::Reliability;
use super::report::TrainReport;
use super::tasks::{Assortment, TaskScore, next_basket, orders, sessions};
use super::tune::train;
use super::visits::as_sets;
use crate::bundle::{self, Blend, Draft, RelationKind, Strategy};
use crate::train::prune::Rows;
use crate::train::{Baskets, Counts, History, TrainError, Visits};
use serde::Serialize;

/// Figures of all tasks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// The tasks for which there was data.
    pub tasks: Vec<TaskScore>,
    /// What pruning and quantising cost, a relation that ships each.
    pub costs: Vec<RelationCost>,
    /// Whether probabilities mean what they say, a placement that has them each.
    pub reliability: Vec<Reliability>,
    /// How often placements have a full list of their own.
    pub coverage: Vec<PlacementCoverage>,
    /// Letters of the currency of all margins.
    pub currency: String,
    /// What training chose on the first nine tenths.
    pub training: TrainReport,
}

/// The split: the early part as a history, and what comes after it, in the early part's numbers.
struct Split {
    early: History,
    fold: Fold,
    late: Baskets,
    /// All orders.
    baskets: Baskets,
    /// All visits, and how many are early.
    visits: Visits,
    visit_cut: usize,
}

impl Split {
    fn of(history: &History, seed: u64) -> Self {
        let (all, cut) = (history.baskets.len(), history.baskets.len() * 9 / 10);
        let fold = Fold::new(&history.baskets, cut, all, seed);
        let visit_cut = history.visits.len() * 9 / 10;
        let viewed = || by_popularity(&as_sets(&history.visits.slice(0..visit_cut)).popularity());
        let numbers = if history.baskets.is_empty() { viewed() } else { fold.numbers.clone() };
        let visits = history.visits.renumbered(&numbers);
        Self {
            early: early(history, &fold.early, visits.slice(0..visit_cut), &numbers),
            late: history.baskets.slice(cut..all).renumbered(&numbers),
            baskets: history.baskets.renumbered(&numbers),
            fold,
            visits,
            visit_cut,
        }
    }
}

/// Trains on the first nine tenths of orders and of visits, and asks about the last.
///
/// Without timestamps the last tenth is drawn by a hash. A relation that a simple method beats is measured all the
/// same: `allow_weak` has no effect here.
///
/// # Errors
///
/// [`TrainError::Nothing`] where the first nine tenths hold neither an order nor a view.
pub fn run(history: &History, options: &Options, progress: &Watch<'_>) -> Result<Evaluation, TrainError> {
    let split = Split::of(history, options.seed);
    if split.early.baskets.is_empty() && split.early.visits.is_empty() {
        return Err(TrainError::Nothing { unknown_lines: 0 });
    }
    let told = Options { allow_weak: true, keep_unpruned: true, ..options.clone() };
    let trained = train(&split.early, &told, progress)?;
    progress(Stage::Asking.at(0, 1));
    // Questions and peers keep the numbers of the early orders.
    let draft = restored(&trained.draft, &trained.numbers);
    let (tasks, answers) = tasks(&split, &draft, options.seed);
    progress(Stage::Costs.at(0, 1));
    let costs = costs(&split, &draft, &trained.unpruned, options.seed);
    // A draft that cannot be written covers nothing; `train` says why it cannot.
    let coverage = bundle::write(&trained.draft).ok().and_then(|bytes| coverage(&bytes).ok()).unwrap_or_default();
    let reliability = reliability(&draft, &answers);
    let currency = currency(history);
    Ok(Evaluation { tasks, costs, reliability, coverage, currency, training: trained.report })
}

/// The currency of the catalog's prices.
fn currency(history: &History) -> String {
    let price = history.products.iter().find_map(|product| product.price);
    price.map_or_else(|| "XXX".into(), |price| price.currency().code().into())
}

/// All tasks, and endcap's answers by task.
fn tasks(split: &Split, draft: &Draft, seed: u64) -> (Vec<TaskScore>, Vec<(&'static str, Vec<Answer>)>) {
    let (mut scores, mut answers) = (Vec::new(), Vec::new());
    let products = &split.early.products;
    if !split.early.baskets.is_empty() {
        let early = &split.fold.early;
        let assortment = Assortment::new(products, &early.shares(), early.len());
        (scores, answers) = orders(draft, &split.fold, &split.late, &assortment, seed);
        let (next, own) = next_basket(draft, &split.baskets, early.len(), &assortment);
        scores.extend(next);
        answers.extend(own);
    }
    if !split.early.visits.is_empty() {
        let early = &split.early.visits;
        let assortment = Assortment::new(products, &early.shares(), early.len());
        let (score, own) = sessions(draft, &split.visits, split.visit_cut, &assortment, seed);
        scores.push(score);
        answers.push(own);
    }
    (scores, answers)
}

/// The costs of each relation that ships, on the task that is its own.
fn costs(split: &Split, draft: &Draft, unpruned: &[(RelationKind, Rows)], seed: u64) -> Vec<RelationCost> {
    let (cart, together) = (shipped(draft, RelationKind::Cart), shipped(draft, RelationKind::BoughtTogether));
    let prior = prior_of(draft);
    let by_size = |question: &Question| draft.tuning.cart[question.size_class()];
    let product = |_: &Question| draft.tuning.product;
    let orders = |cart: &Rows, together: &Rows, questions: &[Question], blend: &(dyn Fn(&Question) -> Blend + Sync)| {
        Answering { cart, together, prior: &prior, blend, fading: None }.answer(questions)
    };
    let (asked_carts, asked_singles) = (split.fold.first_carts(), split.fold.first_singles());
    let carts = |rows: &Rows| orders(rows, &together, asked_carts, &by_size);
    let pages = |rows: &Rows| orders(&cart, rows, asked_singles, &product);
    let viewed = visit_questions(&split.visits, split.visit_cut, seed);
    let visits = |rows: &Rows| answering::visits(&viewed, rows, &draft.tuning.view_decay);
    let measure = |(kind, unpruned): &(RelationKind, Rows)| {
        let relation = draft.relations.iter().find(|relation| relation.kind == *kind)?;
        let (task, answer): (_, &Ask<'_>) = match kind {
            RelationKind::Cart => ("cart", &carts),
            RelationKind::BoughtTogether => ("pdp", &pages),
            RelationKind::Similar => ("session", &visits),
        };
        Some(Measured { relation, unpruned, task, answer }.costs())
    };
    unpruned.iter().filter_map(measure).collect()
}

/// The reliability of each placement's probabilities, on the task that is its own.
fn reliability(draft: &Draft, answers: &[(&'static str, Vec<Answer>)]) -> Vec<Reliability> {
    let of = |placement: &str| draft.policies.iter().find(|policy| policy.placement == placement);
    let curve = |line: &bundle::Calibration| {
        let task = match of(&line.placement)?.strategy {
            Strategy::CartAddons => "cart",
            Strategy::BoughtTogether => "pdp",
            Strategy::Similar => "session",
            Strategy::Replenish => "next_basket",
            Strategy::Popular | Strategy::Alternatives | Strategy::Rerank => return None,
        };
        let (_, answers) = answers.iter().find(|(name, _)| *name == task)?;
        Reliability::of(&line.placement, task, &line.knots, answers)
    };
    draft.calibration.iter().filter_map(curve).collect()
}

/// The first nine tenths as a history of their own.
fn early(history: &History, baskets: &Baskets, visits: Visits, numbers: &[u32]) -> History {
    let mut products = history.products.clone();
    for (product, number) in history.products.iter().zip(numbers) {
        products[*number as usize] = product.clone();
    }
    let orders_of_two = (0..baskets.len()).filter(|b| baskets.items(*b).len() >= 2).count() as u64;
    let counts = Counts {
        orders: baskets.len() as u64,
        orders_of_two,
        visits: visits.len() as u64,
        views: visits.views.len() as u64,
        ..history.counts
    };
    let curated = history.curated.renumbered(numbers);
    History { products, baskets: baskets.clone(), visits, curated, counts }
}
