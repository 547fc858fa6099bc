//! How fast purchases are forgotten: the half-life that best foretells a customer's next order.

use super::answering::Answer;
use super::calibrate::Lines;
use super::metrics::Mean;
use super::questions::QUESTIONS;
use super::score::{FAR, Prior};
use crate::bundle::{Repeat, Strategy};
use crate::train::{Baskets, repeat};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Half-lives in days; 0: never forgotten.
const HALF_LIVES: [f64; 5] = [0.0, 30.0, 60.0, 120.0, 240.0];
/// Priors; 1 lifts the best seller by the mean best score of a customer.
const PRIORS: [f64; 6] = [0.0, 0.05, 0.15, 0.25, 0.5, 1.0];
/// Orders a customer needs before the one that is asked for.
const PAST: usize = 3;
/// Questions below which the defaults stay.
const ENOUGH: usize = 100;

/// A customer's past and the order that followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Return {
    /// Item, days before the order, and how many orders ago (0: the last), oldest first.
    pub past: Vec<Past>,
    /// What the order held.
    pub wanted: Vec<u32>,
}

/// One line of a customer's past.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// What was bought.
    pub item: u32,
    /// Days before the order that is asked for.
    pub days: f64,
    /// Orders of this customer since.
    pub orders_ago: u32,
}

/// The constants chosen, and how many customers were asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// For the bundle.
    pub repeat: Repeat,
    /// Customers with three orders in the first nine tenths and one in the last.
    pub questions: usize,
    /// From score to probability.
    pub lines: Lines,
}

/// Chooses on the first order that each customer placed in the last tenth.
pub fn choose(baskets: &Baskets) -> Chosen {
    let cut = baskets.len() * 9 / 10;
    let returns = returns(baskets, cut);
    let early = baskets.slice(0..cut);
    let shares = early.shares();
    let top = f64::from(shares.iter().copied().fold(0.0, f32::max)).max(1e-9);
    let default = repeat::repeat(repeat::DEFAULT_HALF_LIFE, repeat::DEFAULT_PRIOR / top);
    if returns.len() < ENOUGH {
        return Chosen { repeat: default, questions: returns.len(), lines: Lines::default() };
    }
    // Priors are compared on popularity in the early orders, best sellers first.
    let prior = Prior::shipped(&shares);
    let mut best: Option<(f64, Repeat)> = None;
    for half_life in HALF_LIVES {
        let unit = Mean::of(returns.iter().map(|r| strongest(r, &repeat::repeat(half_life, 0.0)))).mean;
        for g in PRIORS {
            let constants = repeat::repeat(half_life, g * unit / top);
            let mean = Mean::of(answers(&returns, &constants, &prior).iter().map(value)).mean;
            if best.as_ref().is_none_or(|(top, _)| mean > *top) {
                best = Some((mean, constants));
            }
        }
    }
    let repeat = best.map_or(default, |(_, constants)| constants);
    let mut lines = Lines::default();
    lines.learn(Strategy::Replenish, &answers(&returns, &repeat, &prior));
    Chosen { repeat, questions: returns.len(), lines }
}

/// One answer a customer.
pub fn answers(returns: &[Return], constants: &Repeat, prior: &Prior) -> Vec<Answer> {
    let one = |customer: &Return| {
        let own = own_sums(customer, constants);
        ranked(customer, own, f64::from(constants.prior), prior, Part::All)
    };
    returns.par_iter().map(one).collect()
}

/// At most [`QUESTIONS`] customers, in the order of their late orders.
pub fn returns(baskets: &Baskets, cut: usize) -> Vec<Return> {
    let mut orders: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for b in 0..cut {
        orders.entry(baskets.customer(b)).or_default().push(b);
    }
    let mut list = Vec::new();
    for b in cut..baskets.len() {
        let Some(now) = baskets.at(b) else { continue };
        let Some(past) = orders.remove(&baskets.customer(b)).filter(|past| past.len() >= PAST) else { continue };
        let line = |(at, b): (usize, &usize)| Some((past.len() - 1 - at, *b, (now.0 - baskets.at(*b)?.0) / 86_400));
        let lines = past.iter().enumerate().filter_map(line).flat_map(|(ago, b, days)| {
            let past = move |item: &u32| Past { item: *item, days: days as f64, orders_ago: ago as u32 };
            baskets.items(b).iter().map(past)
        });
        let past = lines.collect();
        list.push(Return { past, wanted: baskets.items(b).to_vec() });
    }
    let every = list.len().div_ceil(QUESTIONS).max(1);
    list.into_iter().step_by(every).collect()
}

/// Which products are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All.
    All,
    /// Those that the customer bought before.
    Before,
    /// Those that are new to the customer.
    New,
}

impl Part {
    /// Whether a product belongs to it that was bought `before` or not.
    pub fn holds(self, before: bool) -> bool {
        match self {
            Self::All => true,
            Self::Before => before,
            Self::New => !before,
        }
    }
}

/// What a customer's purchases count, by item, ascending.
pub fn sums(customer: &Return, weight: &(impl Fn(&Past) -> f64 + ?Sized)) -> Vec<(u32, f64)> {
    let mut list: Vec<_> = customer.past.iter().map(|past| (past.item, weight(past))).collect();
    list.sort_by_key(|(item, _)| *item);
    let mut sums: Vec<(u32, f64)> = Vec::new();
    for (item, weight) in list {
        match sums.last_mut().filter(|last| last.0 == item) {
            Some(last) => last.1 += weight,
            None => sums.push((item, weight)),
        }
    }
    sums
}

fn own_sums(customer: &Return, constants: &Repeat) -> Vec<(u32, f64)> {
    sums(customer, &|past: &Past| repeat::weight(constants, past.days))
}

fn strongest(customer: &Return, constants: &Repeat) -> f64 {
    own_sums(customer, constants).into_iter().map(|(_, sum)| sum).fold(0.0, f64::max)
}

/// What a customer is shown: `list` (own purchases, ascending) plus `weight` times popularity; of new products the best
/// sellers are enough.
pub fn ranked(customer: &Return, mut list: Vec<(u32, f64)>, weight: f64, prior: &Prior, part: Part) -> Answer {
    let own = list.len();
    let bought = |item: u32| list[..own].binary_search_by_key(&item, |(item, _)| *item).is_ok();
    let new: Vec<u32> = prior.best_first().iter().copied().filter(|item| !bought(*item)).take(FAR as usize).collect();
    if !part.holds(true) {
        list.clear();
    }
    list.extend(new.into_iter().filter(|_| part.holds(false)).map(|item| (item, 0.0)));
    list.iter_mut().for_each(|(item, score)| *score += weight * f64::from(prior.of(*item)));
    list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let rank = list.iter().take(FAR as usize).position(|(item, _)| customer.wanted.contains(item));
    let rank = rank.map_or(FAR, |at| at as u32);
    Answer::to_many(list.into_iter().map(|(item, score)| (item, score as f32)), &customer.wanted, rank)
}

/// HR@10 + NDCG@10 where several items are wanted.
fn value(answer: &Answer) -> f64 {
    if answer.found == 0 { 0.0 } else { 1.0 + answer.ndcg10() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Timestamp;

    fn day(day: i64) -> Option<Timestamp> {
        Some(Timestamp(day * 86_400))
    }

    #[test]
    fn a_habit_that_changed_needs_forgetting() {
        let mut baskets = Baskets::new(40);
        for week in 0..10i64 {
            for customer in 0..120u32 {
                // Twelve old favourites bought once a week, then a new one each of the last two weeks.
                let items: Vec<u32> = if week < 7 { (0..12).collect() } else { vec![20 + customer % 20] };
                baskets.push(&items, Some(customer), day(week * 60));
            }
        }
        let chosen = choose(&baskets);
        assert_eq!(chosen.questions, 120);
        assert!((30.0..=60.0).contains(&chosen.repeat.half_life_days), "{}", chosen.repeat.half_life_days);
    }

    #[test]
    fn without_customers_the_default_holds() {
        let mut baskets = Baskets::new(2);
        (0..50).for_each(|d| baskets.push(&[0, 1], None, day(d)));
        let chosen = choose(&baskets);
        assert_eq!((chosen.questions, chosen.repeat.half_life_days), (0, 150.0));
        assert!((chosen.repeat.prior - 0.05).abs() < 1e-6);
    }
}
