//! What is asked of late orders and visits, and how each model does.
//!
//! | task | the question |
//! |---|---|
//! | `cart` | one line of an order is hidden, all others are known |
//! | `cart_1`, `cart_2`, `cart_3`, `cart_5` | the same line, but only so many others, drawn by a hash, are known |
//! | `pdp` | one line is known, one hidden |
//! | `pdp_thin` | the same, where the known product was in fewer than twenty early orders |
//! | `session` | the next product of a visit that is new to it |
//! | `next_basket` | all of a customer's next order, from the orders before |
//! | `next_basket_repeat` | what of it was bought before, among products bought before |
//! | `next_basket_explore` | what of it is new to the customer, among products that are |
//!
//! Products that the early part never saw are *cold*: no model of orders can name them. They stay in every figure as
//! misses, and each task says how many they are.

mod assortment;
mod carts;
mod cold;
mod next_basket;
mod orders;
mod sessions;

pub use assortment::Assortment;
pub use cold::Cold;
pub use next_basket::next_basket;
pub use orders::orders;
pub use sessions::sessions;

use super::answering::Answer;
use super::bootstrap::{Interval, ratio};
use super::lists::{Lists, Margins};
use super::metrics::{Figures, Goal, Mean};
use crate::bundle::Knot;
use serde::Serialize;

/// Draws the resamples of every interval.
const SEED: u64 = 7;

/// One task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskScore {
    /// Its name.
    pub task: &'static str,
    /// Questions asked, at most 3,000.
    pub questions: usize,
    /// What no model could know.
    pub cold: Cold,
    /// endcap first, then the simple methods, each with all of its weights.
    pub models: Vec<ModelScore>,
}

/// One model on one task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelScore {
    /// `endcap` or a simple method.
    pub name: &'static str,
    /// HR, NDCG and MRR with standard errors.
    pub figures: Figures,
    /// Share of the wanted products among the first ten, where a question wants several.
    pub recall10: Option<Mean>,
    /// What the first ten are like.
    #[serde(flatten)]
    pub lists: Lists,
    /// What the first ten earn, where the catalog has prices and costs.
    pub margins: Option<Margins>,
    /// 95 % interval of endcap's HR@10 ÷ this model's; of HR@20 for `session`.
    pub endcap_ratio: Option<Interval>,
    /// 95 % interval of endcap's NDCG@10 ÷ this model's; of MRR@20 for `session`.
    pub endcap_ratio_order: Option<Interval>,
}

/// The answers of one model.
pub type Named = (&'static str, Vec<Answer>);

/// Scores the answers of endcap, whose scores `line` turns into probabilities, and of its peers.
pub fn score(
    task: &'static str,
    cold: Cold,
    models: &[Named],
    assortment: &Assortment,
    line: Option<&[Knot]>,
) -> TaskScore {
    let goal = if task == "session" { Goal::Visit } else { Goal::Basket };
    let own = models.first().map(|(_, answers)| gains(answers, goal)).unwrap_or_default();
    let one = |(at, (name, answers)): (usize, &Named)| {
        let gains = gains(answers, goal);
        let compare = |mine: &[f32], theirs: &[f32]| (at > 0).then(|| ratio(mine, theirs, SEED));
        ModelScore {
            name,
            figures: figures(answers),
            recall10: several(answers).then(|| Mean::of(answers.iter().map(Answer::recall10))),
            lists: Lists::of(answers, assortment),
            margins: Margins::of(answers, assortment, line.filter(|_| at == 0)),
            endcap_ratio: compare(&own.0, &gains.0),
            endcap_ratio_order: compare(&own.1, &gains.1),
        }
    };
    let questions = models.first().map_or(0, |(_, answers)| answers.len());
    TaskScore { task, questions, cold, models: models.iter().enumerate().map(one).collect() }
}

/// Places as figures; of several wanted items the best place counts, NDCG excepted.
pub fn figures(answers: &[Answer]) -> Figures {
    let ranks: Vec<u32> = answers.iter().map(|answer| answer.rank).collect();
    let figures = Figures::of(&ranks);
    if several(answers) {
        return Figures { ndcg10: Mean::of(answers.iter().map(Answer::ndcg10)), ..figures };
    }
    figures
}

fn several(answers: &[Answer]) -> bool {
    answers.iter().any(|answer| answer.wanted > 1)
}

/// Question by question: whether it hit, and how near to the top.
pub fn gains(answers: &[Answer], goal: Goal) -> (Vec<f32>, Vec<f32>) {
    let hit = |answer: &Answer| if answer.rank < goal.cut() { 1.0 } else { 0.0 };
    let near = |answer: &Answer| match goal {
        Goal::Basket => answer.ndcg10() as f32,
        Goal::Visit if answer.rank < goal.cut() => 1.0 / (answer.rank as f32 + 1.0),
        Goal::Visit => 0.0,
    };
    (answers.iter().map(hit).collect(), answers.iter().map(near).collect())
}
