//! How fast purchases are forgotten: the half-life that best foretells a customer's next order.

use super::metrics::{Mean, discount};
use super::questions::QUESTIONS;
use super::score::shipped_prior;
use crate::bundle::Repeat;
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
struct Return {
    /// Item and days before the order.
    past: Vec<(u32, f64)>,
    wanted: Vec<u32>,
}

/// The constants chosen, and how many customers were asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// For the bundle.
    pub repeat: Repeat,
    /// Customers with three orders in the first nine tenths and one in the last.
    pub questions: usize,
}

/// Chooses on the first order that each customer placed in the last tenth.
pub fn choose(baskets: &Baskets) -> Chosen {
    let cut = baskets.len() * 9 / 10;
    let returns = returns(baskets, cut);
    let early = baskets.slice(0..cut);
    let shares = early.shares();
    let top = f64::from(shares.iter().copied().fold(0.0, f32::max)).max(1e-9);
    if returns.len() < ENOUGH {
        let constants = repeat::repeat(repeat::DEFAULT_HALF_LIFE, repeat::DEFAULT_PRIOR / top);
        return Chosen { repeat: constants, questions: returns.len() };
    }
    // Priors are compared on popularity in the early orders, best sellers first.
    let prior = shipped_prior(&shares);
    let mut sellers: Vec<u32> = (0..prior.len() as u32).collect();
    sellers.sort_by(|a, b| prior[*b as usize].total_cmp(&prior[*a as usize]).then(a.cmp(b)));
    let mut best: Option<(f64, Repeat)> = None;
    for half_life in HALF_LIVES {
        let unit = Mean::of(returns.iter().map(|r| strongest(r, &repeat::repeat(half_life, 0.0)))).mean;
        for g in PRIORS {
            let constants = repeat::repeat(half_life, g * unit / top);
            let values: Vec<f64> = returns.par_iter().map(|r| value(r, &constants, &prior, &sellers)).collect();
            let mean = Mean::of(values.iter().copied()).mean;
            if best.as_ref().is_none_or(|(top, _)| mean > *top) {
                best = Some((mean, constants));
            }
        }
    }
    let fallback = || repeat::repeat(repeat::DEFAULT_HALF_LIFE, repeat::DEFAULT_PRIOR / top);
    Chosen { repeat: best.map_or_else(fallback, |(_, constants)| constants), questions: returns.len() }
}

/// At most [`QUESTIONS`] customers, in the order of their late orders.
fn returns(baskets: &Baskets, cut: usize) -> Vec<Return> {
    let mut orders: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    for b in 0..cut {
        orders.entry(baskets.customer(b)).or_default().push(b);
    }
    let mut list = Vec::new();
    for b in cut..baskets.len() {
        let Some(now) = baskets.at(b) else { continue };
        let Some(past) = orders.remove(&baskets.customer(b)).filter(|past| past.len() >= PAST) else { continue };
        let past = past.iter().filter_map(|p| Some((*p, (now.0 - baskets.at(*p)?.0) / 86_400)));
        let past = past.flat_map(|(p, days)| baskets.items(p).iter().map(move |item| (*item, days as f64))).collect();
        list.push(Return { past, wanted: baskets.items(b).to_vec() });
    }
    let every = list.len().div_ceil(QUESTIONS).max(1);
    list.into_iter().step_by(every).collect()
}

/// Sums by item, ascending.
fn sums(customer: &Return, constants: &Repeat) -> Vec<(u32, f64)> {
    let mut list: Vec<_> = customer.past.iter().map(|(item, days)| (*item, repeat::weight(constants, *days))).collect();
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

fn strongest(customer: &Return, constants: &Repeat) -> f64 {
    sums(customer, constants).into_iter().map(|(_, sum)| sum).fold(0.0, f64::max)
}

/// HR@10 + NDCG@10 where several items are wanted.
fn value(customer: &Return, constants: &Repeat, prior: &[f32], sellers: &[u32]) -> f64 {
    let weight = f64::from(constants.prior);
    let mut list = sums(customer, constants);
    let own = list.len();
    let bought = |item: u32| list[..own].binary_search_by_key(&item, |(item, _)| *item).is_ok();
    let new: Vec<u32> = sellers.iter().copied().filter(|item| !bought(*item)).take(10).collect();
    list.extend(new.into_iter().map(|item| (item, 0.0)));
    list.iter_mut().for_each(|(item, score)| *score += weight * f64::from(prior[*item as usize]));
    list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let hits = list.iter().take(10).enumerate().filter(|(_, (item, _))| customer.wanted.contains(item));
    let gain: f64 = hits.map(|(place, _)| discount(place as u32)).sum();
    let ideal: f64 = (0..customer.wanted.len().min(10) as u32).map(discount).sum();
    if gain > 0.0 { 1.0 + gain / ideal } else { 0.0 }
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
