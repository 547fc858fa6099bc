//! Answers to questions with what two relations, a blend and popularity say: places, and the first ten of each list.

use super::metrics::{Rank, discount};
use super::questions::Question;
use super::score::{Prior, Scratch, rank, top_ten};
use crate::bundle::Blend;
use crate::train::prune::Rows;
use rayon::prelude::*;

/// What answers: two relations, a blend by question, and whether the last view alone votes or all fade.
pub struct Answering<'a> {
    /// The first relation.
    pub cart: &'a Rows,
    /// The second relation.
    pub together: &'a Rows,
    /// Popularity as shipped.
    pub prior: &'a Prior,
    /// How they add up.
    pub blend: &'a (dyn Fn(&Question) -> Blend + Sync),
    /// Weight of the last view, the one before, …; `None` where order has no meaning.
    pub fading: Option<&'a [f32]>,
}

/// Answers to questions about visits: `rows` alone are asked, by the last views with `fading` weights.
pub fn visits(questions: &[Question], rows: &Rows, fading: &[f32]) -> Vec<Answer> {
    let none = vec![Vec::new(); rows.len()];
    let prior = Prior::flat(rows.len());
    let blend = |_: &Question| Blend { cart: 1.0, together: 0.0, prior: 0.0 };
    Answering { cart: rows, together: &none, prior: &prior, blend: &blend, fading: Some(fading) }.answer(questions)
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The place of the best of what was wanted.
    pub rank: Rank,
    /// The first ten with their scores.
    pub list: Vec<(u32, f32)>,
    /// Bit k: what stands at place k was wanted.
    pub found: u16,
    /// How many items were wanted.
    pub wanted: u32,
}

impl Answer {
    /// An answer to a question that wants all of `wanted`; of `list` the first ten stay.
    pub fn to_many(list: impl IntoIterator<Item = (u32, f32)>, wanted: &[u32], rank: Rank) -> Self {
        let list: Vec<(u32, f32)> = list.into_iter().take(10).collect();
        let hit = |at: usize| u16::from(wanted.contains(&list[at].0)) << at;
        let found = (0..list.len()).map(hit).sum();
        Self { rank, found, wanted: wanted.len() as u32, list }
    }

    /// Whether any of the first ten was wanted: 1 or 0.
    pub fn hit10(&self) -> f32 {
        if self.found == 0 { 0.0 } else { 1.0 }
    }

    /// Share of the wanted items among the first ten.
    pub fn recall10(&self) -> f64 {
        f64::from(self.found.count_ones()) / f64::from(self.wanted.max(1))
    }

    /// The discounted gain of the first ten over that of the best possible list.
    pub fn ndcg10(&self) -> f64 {
        let gain: f64 = (0..10).filter(|at| self.found >> at & 1 == 1).map(discount).sum();
        let ideal: f64 = (0..self.wanted.clamp(1, 10)).map(discount).sum();
        gain / ideal
    }
}

impl Answering<'_> {
    /// One answer a question.
    pub fn answer(&self, questions: &[Question]) -> Vec<Answer> {
        let init = || Scratch::new(self.prior.len());
        questions.par_iter().with_min_len(32).map_init(init, |scratch, question| self.one(scratch, question)).collect()
    }

    fn one(&self, scratch: &mut Scratch, question: &Question) -> Answer {
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
        let list = top_ten(&known, touched, &blend, self.prior);
        Answer::to_many(list.into_iter().map(|(score, item)| (item, score)), &[question.target], place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Edge;
    use crate::shop::ItemId;

    #[test]
    fn a_list_holds_scores_and_what_was_wanted() {
        let rows: Rows = vec![vec![Edge { item: ItemId(2), weight: 0.5 }], vec![], vec![]];
        let none = vec![Vec::new(); 3];
        let blend = |_: &Question| Blend { cart: 2.0, together: 0.0, prior: 1.0 };
        let prior = Prior::shipped(&[0.5, 0.25, 0.125]);
        let answering = Answering { cart: &rows, together: &none, prior: &prior, blend: &blend, fading: None };
        let answers = answering.answer(&[Question { known: vec![0], target: 1 }]);
        let expected = Answer { rank: 1, list: vec![(2, 1.125), (1, 0.25)], found: 0b10, wanted: 1 };
        assert_eq!(answers, [expected]);
        assert_eq!((answers[0].hit10(), answers[0].recall10(), answers[0].ndcg10()), (1.0, 1.0, discount(1)));
    }

    #[test]
    fn of_three_wanted_two_are_found() {
        let list = [(4, 0.9), (8, 0.5), (5, 0.1)];
        let answer = Answer::to_many(list, &[4, 5, 6], 0);
        assert_eq!((answer.found, answer.hit10(), answer.recall10()), (0b101, 1.0, 2.0 / 3.0));
        assert_eq!(answer.ndcg10(), (1.0 + 0.5) / (1.0 + discount(1) + 0.5));
        assert_eq!(Answer::to_many([], &[4], 20).ndcg10(), 0.0);
    }
}
