//! The task of visits: the next product that is new to the visit.

use super::{Assortment, Cold, Named, TaskScore, score};
use crate::bundle::{Draft, RelationKind, Strategy};
use crate::evaluate::answering::{self, Answer, Answering};
use crate::evaluate::draft::{line_of, shipped};
use crate::evaluate::models::baseline_blend;
use crate::evaluate::questions::{Question, by_popularity, visit_questions};
use crate::evaluate::visits::{SimpleVisits, as_sets};
use crate::train::Visits;
use crate::train::baselines::Baseline;

/// The session task of a draft that was trained on the first `cut` of `visits`, and endcap's answers.
///
/// Simple methods see a visit as a set and are asked by its last view.
pub fn sessions(draft: &Draft, visits: &Visits, cut: usize, assortment: &Assortment, seed: u64) -> (TaskScore, Named) {
    let early = visits.slice(0..cut);
    let questions = visit_questions(visits, cut, seed);
    let rows = shipped(draft, RelationKind::Similar);
    let own = ("endcap", answering::visits(&questions, &rows, &draft.tuning.view_decay));
    let mut models = vec![own.clone()];
    models.extend(peers(&early, &questions));
    let late = cut..visits.len();
    let wanders = |v: &usize| visits.views(*v).iter().any(|view| *view != visits.views(*v)[0]);
    let askable = late.clone().filter(wanders).count();
    let cold = Cold::of((late.len(), askable), &questions, assortment);
    (score("session", cold, &models, assortment, line_of(draft, Strategy::Similar)), ("session", own.1))
}

/// The simple methods number products by their own popularity; their lists are turned back.
fn peers(early: &Visits, questions: &[Question]) -> Vec<Named> {
    let simple = SimpleVisits::new(early, questions);
    let numbers = by_popularity(&as_sets(early).popularity());
    let mut back = vec![0; numbers.len()];
    numbers.iter().enumerate().for_each(|(item, number)| back[*number as usize] = item as u32);
    let none = vec![Vec::new(); numbers.len()];
    let answers = |baseline: Baseline| {
        let (rows, blend) = (baseline.fit(&simple.pairs), move |_: &Question| baseline_blend(baseline));
        let fading = Some([1.0].as_slice());
        let answering = Answering { cart: &rows, together: &none, prior: &simple.prior, blend: &blend, fading };
        let mut answers = answering.answer(&simple.questions);
        let turn = |answer: &mut Answer| answer.list.iter_mut().for_each(|(item, _)| *item = back[*item as usize]);
        answers.iter_mut().for_each(turn);
        (baseline.name(), answers)
    };
    Baseline::ALL.map(answers).into()
}
