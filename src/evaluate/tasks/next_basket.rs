//! The task of customers: the next order, from the orders before; what is bought again apart from what is new.

use super::{Assortment, Cold, Named, TaskScore, score};
use crate::bundle::{Draft, Knot, Repeat, Strategy};
use crate::evaluate::again::{Part, Past, Return, ranked, returns, sums};
use crate::evaluate::answering::Answer;
use crate::evaluate::draft::line_of;
use crate::evaluate::draft::prior_of;
use crate::evaluate::score::Prior;
use crate::train::{Baskets, repeat};
use rayon::prelude::*;

/// What one order more since a purchase leaves of its weight, for the peer `decayed` (TIFU-KNN's within-basket rate).
const DECAY: f64 = 0.9;

/// What a past purchase counts.
type Weight<'a> = dyn Fn(&Past) -> f64 + Sync + 'a;

/// A model: its name, what a purchase counts, and the factor of popularity.
type Model<'a> = (&'static str, Box<Weight<'a>>, f64);

/// The three next-basket tasks of a draft that was trained on the first `cut` of `baskets`, and endcap's answers.
///
/// None where no customer has three orders and a late one.
pub fn next_basket(
    draft: &Draft,
    baskets: &Baskets,
    cut: usize,
    assortment: &Assortment,
) -> (Vec<TaskScore>, Option<Named>) {
    let asked = returns(baskets, cut);
    // What ships may lean to a season; its peers do not.
    let priors = [prior_of(draft), Prior::shipped(&baskets.slice(0..cut).shares())];
    let late = late_customers(baskets, cut);
    let line = line_of(draft, Strategy::Replenish);
    let task = |name, part| one(name, part, &asked, &draft.tuning.repeat, &priors, (late, assortment, line));
    let all = task("next_basket", Part::All);
    let own = all.as_ref().map(|(_, own)| ("next_basket", own.clone()));
    let parts = [task("next_basket_repeat", Part::Before), task("next_basket_explore", Part::New)];
    (all.into_iter().chain(parts.into_iter().flatten()).map(|(score, _)| score).collect(), own)
}

fn late_customers(baskets: &Baskets, cut: usize) -> usize {
    let mut customers: Vec<u64> = (cut..baskets.len()).map(|b| baskets.customer(b)).collect();
    customers.sort_unstable();
    customers.dedup();
    customers.len()
}

/// One task: its score and endcap's answers.
fn one(
    task: &'static str,
    part: Part,
    asked: &[Return],
    constants: &Repeat,
    priors: &[Prior; 2],
    (late, assortment, line): (usize, &Assortment, Option<&[Knot]>),
) -> Option<(TaskScore, Vec<Answer>)> {
    let asked: Vec<Return> = asked.iter().filter_map(|customer| wanting(customer, part)).collect();
    if asked.is_empty() {
        return None;
    }
    let answers = |(name, weight, factor): Model<'_>| {
        let prior = &priors[usize::from(name != "endcap")];
        let one = |customer: &Return| ranked(customer, sums(customer, &weight), factor, prior, part);
        (name, asked.par_iter().map(one).collect::<Vec<_>>())
    };
    // Of what is new to a customer the past alone says nothing: there popularity is the only peer.
    let told = |model: &Model<'_>| part != Part::New || ["endcap", "popularity"].contains(&model.0);
    let models: Vec<Named> = models(constants).into_iter().filter(told).map(answers).collect();
    let known: Vec<Vec<u32>> = asked.iter().map(|c| c.past.iter().map(|past| past.item).collect()).collect();
    let parts = asked.iter().zip(&known).map(|(customer, known)| (known.as_slice(), customer.wanted.as_slice()));
    let cold = Cold::count((late, asked.len()), parts, assortment);
    let line = line.filter(|_| part == Part::All);
    Some((score(task, cold, &models, assortment, line), models.into_iter().next()?.1))
}

/// The customer, wanting only what belongs to `part`; `None` where that is nothing.
fn wanting(customer: &Return, part: Part) -> Option<Return> {
    let before = |item: &u32| customer.past.iter().any(|past| past.item == *item);
    let wanted: Vec<u32> = customer.wanted.iter().copied().filter(|item| part.holds(before(item))).collect();
    (!wanted.is_empty()).then(|| Return { wanted, past: customer.past.clone() })
}

fn models(constants: &Repeat) -> [Model<'_>; 5] {
    [
        ("endcap", Box::new(|past| repeat::weight(constants, past.days)), f64::from(constants.prior)),
        ("popularity", Box::new(|_| 0.0), 1.0),
        ("last_basket", Box::new(|past| if past.orders_ago == 0 { 1.0 } else { 0.0 }), 0.0),
        ("frequency", Box::new(|_| 1.0), 0.0),
        ("decayed", Box::new(|past| DECAY.powi(past.orders_ago as i32)), 0.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer() -> Return {
        let past = |item, orders_ago| Past { item, days: f64::from(orders_ago) * 7.0, orders_ago };
        Return { past: vec![past(3, 2), past(3, 1), past(1, 1), past(2, 0)], wanted: vec![2, 3, 4] }
    }

    fn lists(part: Part) -> Vec<(&'static str, Vec<u32>)> {
        let constants = repeat::repeat(0.0, 0.0);
        let prior = Prior::shipped(&[0.5, 0.4, 0.3, 0.2, 0.1]);
        let list = |(name, weight, factor): Model<'_>| {
            let sums = sums(&customer(), &weight);
            let answer = ranked(&customer(), sums, factor, &prior, part);
            (name, answer.list.into_iter().map(|(item, _)| item).collect())
        };
        models(&constants).into_iter().map(list).collect()
    }

    #[test]
    fn models_by_hand() {
        let all = lists(Part::All);
        assert_eq!(all[0], ("endcap", vec![3, 1, 2, 0, 4]));
        assert_eq!(all[1], ("popularity", vec![0, 1, 2, 3, 4]));
        assert_eq!(all[2], ("last_basket", vec![2, 0, 1, 3, 4]));
        assert_eq!(all[3], ("frequency", vec![3, 1, 2, 0, 4]));
        assert_eq!(all[4], ("decayed", vec![3, 2, 1, 0, 4]));
    }

    #[test]
    fn old_and_new_are_told_apart() {
        assert_eq!(lists(Part::Before)[1].1, [1, 2, 3]);
        assert_eq!(lists(Part::New)[3].1, [0, 4]);
        assert_eq!(wanting(&customer(), Part::Before).unwrap().wanted, [2, 3]);
        assert_eq!(wanting(&customer(), Part::New).unwrap().wanted, [4]);
    }
}
