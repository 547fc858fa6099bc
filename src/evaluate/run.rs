//! `endcap evaluate`: trains on the first nine tenths and asks the last, beside well-known simple methods.

use super::bootstrap::{Interval, ratio};
use super::metrics::{Figures, Rank};
use super::models::baseline_blend;
use super::options::{Options, Watch};
use super::questions::{Fold, Question, by_popularity, visit_questions};
use super::report::TrainReport;
use super::score::{Scratch, rank, shipped_prior, top_ten};
use super::tune::{Trained, train};
use super::visits::{SimpleVisits, as_sets};
use crate::bundle::quantise::Quantiser;
use crate::bundle::{Blend, Draft, RelationKind};
use crate::train::baselines::Baseline;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::Rows;
use crate::train::{Baskets, Counts, History, TrainError, Visits};
use rayon::prelude::*;
use serde::Serialize;
use std::fmt::Write as _;

/// Figures of all tasks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// `cart`, `pdp` and `session`, as far as there was data.
    pub tasks: Vec<TaskScore>,
    /// What training chose on the first nine tenths.
    pub training: TrainReport,
}

/// One task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskScore {
    /// `cart`: one line of an order hidden; `pdp`: one line shown, another hidden; `session`: the next new view.
    pub task: &'static str,
    /// Questions asked, at most 3,000.
    pub questions: usize,
    /// endcap first, then the simple methods, each with all of its weights.
    pub models: Vec<ModelScore>,
}

/// One model on one task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelScore {
    /// `endcap`, `popularity`, `cosine`, `bm25` or `rp3beta`.
    pub name: &'static str,
    /// HR, NDCG and MRR with standard errors.
    pub figures: Figures,
    /// Share of the items that were sold (or viewed) before that stand among the first ten of any answer.
    pub coverage10: f64,
    /// 95 % interval of endcap's HR@10 ÷ this model's.
    pub endcap_ratio: Option<Interval>,
}

/// How a model answers: two relations, a blend by question, and whether the last view alone votes or all fade.
struct Answering<'a> {
    cart: &'a Rows,
    together: &'a Rows,
    prior: &'a [f32],
    blend: &'a (dyn Fn(&Question) -> Blend + Sync),
    /// Weight of the last view, the one before, …; `None` where order has no meaning.
    fading: Option<&'a [f32]>,
}

/// Places and first tens.
struct Answers {
    ranks: Vec<Rank>,
    covered: usize,
}

impl Answering<'_> {
    fn answer(&self, questions: &[Question]) -> Answers {
        let one = |scratch: &mut Scratch, question: &Question| {
            let votes: Vec<(u32, f32)> = match self.fading {
                Some(fading) => question.known.iter().rev().copied().zip(fading.iter().copied()).collect(),
                None => question.voters().iter().map(|item| (*item, 1.0)).collect(),
            };
            let mut known = question.known.clone();
            known.sort_unstable();
            known.dedup();
            let touched = scratch.gather(&known, &votes, self.cart, self.together);
            let blend = (self.blend)(question);
            let place = rank(question.target, &known, touched, &blend, self.prior);
            (place, top_ten(&known, touched, &blend, self.prior))
        };
        let init = || Scratch::new(self.prior.len());
        let answers: Vec<(Rank, Vec<u32>)> = questions.par_iter().with_min_len(32).map_init(init, one).collect();
        let mut shown = vec![false; self.prior.len()];
        answers.iter().flat_map(|(_, list)| list).for_each(|item| shown[*item as usize] = true);
        let covered = shown.into_iter().filter(|shown| *shown).count();
        Answers { ranks: answers.into_iter().map(|(rank, _)| rank).collect(), covered }
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
    let cut = history.baskets.len() * 9 / 10;
    let fold = Fold::new(&history.baskets, cut, history.baskets.len(), options.seed);
    let visit_cut = history.visits.len() * 9 / 10;
    let numbers =
        if history.baskets.is_empty() { viewed_numbers(&history.visits, visit_cut) } else { fold.numbers.clone() };
    let visits = history.visits.renumbered(&numbers);
    let early = early(history, &fold.early, visits.slice(0..visit_cut), &numbers);
    if early.baskets.is_empty() && early.visits.is_empty() {
        return Err(TrainError::Nothing { unknown_lines: 0 });
    }
    let Trained { draft, report } = train(&early, &Options { allow_weak: true, ..options.clone() }, progress)?;
    let mut tasks = Vec::new();
    if !early.baskets.is_empty() {
        let pairs = Pairs::count(&early.baskets, Support::NONE);
        let tuning = &draft.tuning;
        let by_size = |question: &Question| tuning.cart[question.size_class()];
        tasks.push(orders_task("cart", &draft, &pairs, &fold.carts, &by_size));
        tasks.push(orders_task("pdp", &draft, &pairs, &fold.singles, &|_| tuning.product));
    }
    if !early.visits.is_empty() {
        tasks.push(session_task(&draft, &early.visits, &visit_questions(&visits, visit_cut, options.seed)));
    }
    Ok(Evaluation { tasks, training: report })
}

/// Numbers by popularity in the early visits.
fn viewed_numbers(visits: &Visits, cut: usize) -> Vec<u32> {
    by_popularity(&as_sets(&visits.slice(0..cut)).popularity())
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

/// A relation of a draft as it will be read; empty rows where it is not shipped.
fn shipped(draft: &Draft, kind: RelationKind) -> Rows {
    let none = || vec![Vec::new(); draft.items.len()];
    draft.relations.iter().find(|relation| relation.kind == kind).map_or_else(none, |relation| {
        let quantiser = Quantiser::fit(relation.bits, &relation.rows);
        relation.rows.iter().map(|row| quantiser.round(row)).collect()
    })
}

fn orders_task(
    task: &'static str,
    draft: &Draft,
    pairs: &Pairs,
    questions: &[Question],
    blend: &(dyn Fn(&Question) -> Blend + Sync),
) -> TaskScore {
    let (cart, together) = (shipped(draft, RelationKind::Cart), shipped(draft, RelationKind::BoughtTogether));
    let prior = shipped_prior(&pairs.share);
    let own = Answering { cart: &cart, together: &together, prior: &prior, blend, fading: None }.answer(questions);
    let none = vec![Vec::new(); prior.len()];
    let simple = |baseline: Baseline| {
        let (rows, blend) = (baseline.fit(pairs), move |_: &Question| baseline_blend(baseline));
        let answering = Answering { cart: &rows, together: &none, prior: &prior, blend: &blend, fading: None };
        (baseline.name(), answering.answer(questions))
    };
    score(task, own, Baseline::ALL.map(simple).into(), pairs.active())
}

/// Simple methods see a visit as a set and are asked by its last view.
fn session_task(draft: &Draft, early: &Visits, questions: &[Question]) -> TaskScore {
    let rows = shipped(draft, RelationKind::Similar);
    let none = vec![Vec::new(); rows.len()];
    let flat = vec![0f32; rows.len()];
    let alone = |_: &Question| Blend { cart: 1.0, together: 0.0, prior: 0.0 };
    let fading = Some(draft.tuning.view_decay.as_slice());
    let own = Answering { cart: &rows, together: &none, prior: &flat, blend: &alone, fading }.answer(questions);
    let simple = SimpleVisits::new(early, questions);
    let place = |baseline: Baseline| {
        let (rows, blend) = (baseline.fit(&simple.pairs), move |_: &Question| baseline_blend(baseline));
        let fading = Some([1.0].as_slice());
        let answering = Answering { cart: &rows, together: &none, prior: &simple.prior, blend: &blend, fading };
        (baseline.name(), answering.answer(&simple.questions))
    };
    score("session", own, Baseline::ALL.map(place).into(), simple.pairs.active())
}

fn score(task: &'static str, own: Answers, simple: Vec<(&'static str, Answers)>, items: usize) -> TaskScore {
    let hits = |answers: &Answers| -> Vec<f32> {
        answers.ranks.iter().map(|rank| if *rank < 10 { 1.0 } else { 0.0 }).collect()
    };
    let mine = hits(&own);
    let model = |name: &'static str, answers: &Answers, compare: bool| ModelScore {
        name,
        figures: Figures::of(&answers.ranks),
        coverage10: answers.covered as f64 / items.max(1) as f64,
        endcap_ratio: compare.then(|| ratio(&mine, &hits(answers), 7)),
    };
    let mut models = vec![model("endcap", &own, false)];
    models.extend(simple.iter().map(|(name, answers)| model(name, answers, true)));
    TaskScore { task, questions: own.ranks.len(), models }
}

impl Evaluation {
    /// A table a task, for a terminal.
    pub fn to_text(&self) -> String {
        self.tasks.iter().map(TaskScore::to_text).collect::<Vec<_>>().join("\n")
    }
}

impl TaskScore {
    fn to_text(&self) -> String {
        let mut out = format!("{}: {} questions\n", self.task, self.questions);
        let head = ["HR@4", "HR@10", "NDCG@10", "MRR@10", "HR@20", "MRR@20"].map(|name| format!("{name:>15}")).concat();
        let _ = writeln!(out, "{:<12}{head}{:>13}  endcap / it, HR@10", "", "coverage@10");
        for model in &self.models {
            let f = &model.figures;
            let cells = [f.hr4, f.hr10, f.ndcg10, f.mrr10, f.hr20, f.mrr20];
            let cells = cells.map(|m| format!("  {:.4} ±{:.4}", m.mean, m.error)).concat();
            let ratio = model.endcap_ratio.map_or(String::new(), |r| format!("  {:.2} to {:.2}", r.lower, r.upper));
            let _ = writeln!(out, "{:<12}{cells}{:>13.4}{ratio}", model.name, model.coverage10);
        }
        out
    }
}
