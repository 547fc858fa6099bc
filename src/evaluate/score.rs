//! The place of the hidden item, for many settings at once.
//!
//! A relation touches a few hundred items; all others have the prior alone, which never rises along items. So the
//! place of a target is counted among the touched ones, and found by bisection among the rest.

use super::metrics::Rank;
use super::questions::Question;
use crate::bundle::Blend;
use crate::bundle::quantise::{step_code, step_value};
use crate::train::prune::Rows;
use rayon::prelude::*;

/// Places from here on are not told apart.
pub const FAR: Rank = 20;

/// Popularity as it ships: steps of a sixteenth of an octave; and the order that items have by it.
#[derive(Clone, Debug, PartialEq)]
pub struct Prior {
    /// By item.
    of: Vec<f32>,
    /// Items, the best seller first: the numbers that a bundle would give them.
    order: Vec<u32>,
    /// The place of each item in that order.
    place: Vec<u32>,
    /// Whether items are in that order already.
    numbered: bool,
}

impl Prior {
    /// Of shares of orders, or of what counts like them; equal ones in item order.
    pub fn shipped(shares: &[f32]) -> Self {
        let top = shares.iter().copied().fold(0.0, f32::max);
        let mut order: Vec<u32> = (0..shares.len() as u32).collect();
        order.sort_by(|a, b| shares[*b as usize].total_cmp(&shares[*a as usize]));
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, item)| place[*item as usize] = at as u32);
        let of = shares.iter().map(|share| step_value(top, step_code(top, *share))).collect();
        Self { of, numbered: order.is_sorted(), order, place }
    }

    /// No item is more popular than another.
    pub fn flat(items: usize) -> Self {
        Self::shipped(&vec![0.0; items])
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// That of an item.
    pub fn of(&self, item: u32) -> f32 {
        self.of[item as usize]
    }

    /// That of the best seller.
    pub fn top(&self) -> f32 {
        self.order.first().map_or(0.0, |item| self.of(*item))
    }

    /// Items, the best seller first.
    pub fn best_first(&self) -> &[u32] {
        &self.order
    }

    /// The place of an item among all by popularity.
    #[inline]
    fn place(&self, item: u32) -> u32 {
        if self.numbered { item } else { self.place[item as usize] }
    }

    /// How many items, best sellers first, are `above`.
    fn reach(&self, above: impl Fn(f32) -> bool) -> u32 {
        match self.numbered {
            true => self.of.partition_point(|p| above(*p)) as u32,
            false => self.order.partition_point(|item| above(self.of(*item))) as u32,
        }
    }
}

/// What speaks for an item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// The item.
    pub item: u32,
    /// Σ of the first relation.
    pub cart: f32,
    /// Σ of the second relation.
    pub together: f32,
}

impl Evidence {
    fn score(&self, blend: &Blend, prior: &Prior) -> f32 {
        let votes = blend.cart * self.cart + blend.together * self.together;
        (votes + blend.prior * prior.of(self.item)).max(0.0)
    }
}

/// Buffers of one thread.
pub struct Scratch {
    slot: Vec<u32>,
    list: Vec<Evidence>,
}

const FREE: u32 = u32::MAX;
const KNOWN: u32 = u32::MAX - 1;

impl Scratch {
    /// For `n` items.
    pub fn new(n: usize) -> Self {
        Self { slot: vec![FREE; n], list: Vec::new() }
    }

    fn add(&mut self, item: u32, cart: f32, together: f32) {
        let slot = &mut self.slot[item as usize];
        match *slot {
            KNOWN => {}
            FREE => {
                *slot = self.list.len() as u32;
                self.list.push(Evidence { item, cart, together });
            }
            at => {
                let evidence = &mut self.list[at as usize];
                evidence.cart += cart;
                evidence.together += together;
            }
        }
    }

    /// Everything that the voters touch, `known` items left out.
    pub fn gather(&mut self, known: &[u32], votes: &[(u32, f32)], cart: &Rows, together: &Rows) -> &[Evidence] {
        self.list.iter().for_each(|evidence| self.slot[evidence.item as usize] = FREE);
        self.list.clear();
        known.iter().for_each(|item| self.slot[*item as usize] = KNOWN);
        for (voter, factor) in votes {
            cart[*voter as usize].iter().for_each(|edge| self.add(edge.item.0, factor * edge.weight, 0.0));
            together[*voter as usize].iter().for_each(|edge| self.add(edge.item.0, 0.0, factor * edge.weight));
        }
        known.iter().for_each(|item| self.slot[*item as usize] = FREE);
        &self.list
    }
}

/// The place of `target` among all items but the `known` (each once), ties to the better seller; [`FAR`] at most.
pub fn rank(target: u32, known: &[u32], touched: &[Evidence], blend: &Blend, prior: &Prior) -> Rank {
    let own = touched.iter().find(|evidence| evidence.item == target).copied();
    let own = own.unwrap_or(Evidence { item: target, ..Evidence::default() });
    let mine = own.score(blend, prior);
    let place = prior.place(target);
    // Items that beat the target by popularity alone are the best sellers up to `reach`.
    let (higher, level) = (prior.reach(|p| blend.prior * p > mine), prior.reach(|p| blend.prior * p >= mine));
    let reach = higher.max(level.min(place));
    let mut above = reach - known.iter().filter(|item| prior.place(**item) < reach).count() as u32;
    let mut better = 0;
    for evidence in touched {
        above -= u32::from(prior.place(evidence.item) < reach);
        if evidence.item != target {
            let score = evidence.score(blend, prior);
            better += u32::from(score > mine || (score == mine && prior.place(evidence.item) < place));
        }
    }
    (above + better).min(FAR)
}

/// The ten best items with their scores, ties to the better seller; those of score 0 fill up in that order.
pub fn top_ten(known: &[u32], touched: &[Evidence], blend: &Blend, prior: &Prior) -> Vec<(f32, u32)> {
    let mut list: Vec<(f32, u32)> = touched.iter().map(|e| (e.score(blend, prior), e.item)).collect();
    let mut taken: Vec<u32> = touched.iter().map(|evidence| evidence.item).chain(known.iter().copied()).collect();
    taken.sort_unstable();
    let others = prior.best_first().iter().copied().filter(|item| taken.binary_search(item).is_err()).take(10);
    list.extend(others.map(|item| (blend.prior * prior.of(item), item)));
    list.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(prior.place(a.1).cmp(&prior.place(b.1))));
    list.truncate(10);
    list
}

/// The place of each question's target under each blend: `out[question][blend]`.
pub fn ranks(questions: &[Question], cart: &Rows, together: &Rows, prior: &Prior, blends: &[Blend]) -> Vec<Vec<Rank>> {
    questions
        .par_iter()
        .with_min_len(32)
        .map_init(
            || Scratch::new(prior.len()),
            |scratch, question| {
                let votes: Vec<(u32, f32)> = question.voters().iter().map(|item| (*item, 1.0)).collect();
                let touched = scratch.gather(&question.known, &votes, cart, together);
                let place = |blend: &Blend| rank(question.target, &question.known, touched, blend, prior);
                blends.iter().map(place).collect()
            },
        )
        .collect()
}

/// The mean best score of a question under one relation: the unit in which mixtures and priors are tried.
pub fn unit(questions: &[Question], rows: &Rows) -> f64 {
    let none = vec![Vec::new(); rows.len()];
    let mut scratch = Scratch::new(rows.len());
    let best = |question: &Question| {
        let votes: Vec<(u32, f32)> = question.voters().iter().map(|item| (*item, 1.0)).collect();
        let touched = scratch.gather(&question.known, &votes, rows, &none);
        f64::from(touched.iter().map(|evidence| evidence.cart).fold(0.0, f32::max))
    };
    let asked = &questions[..questions.len().min(1_024)];
    asked.iter().map(best).sum::<f64>() / asked.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Edge;
    use crate::shop::ItemId;
    use proptest::prelude::*;

    const N: usize = 12;

    /// All scores in a dense array, then a count: slow and obvious.
    fn slow(question: &Question, cart: &Rows, together: &Rows, prior: &Prior, blend: &Blend) -> Rank {
        let mut sums = [(0f32, 0f32); N];
        for item in question.voters() {
            cart[*item as usize].iter().for_each(|e| sums[e.item.index()].0 += e.weight);
            together[*item as usize].iter().for_each(|e| sums[e.item.index()].1 += e.weight);
        }
        let score = |j: usize| {
            (blend.cart * sums[j].0 + blend.together * sums[j].1 + blend.prior * prior.of(j as u32)).max(0.0)
        };
        let t = question.target as usize;
        let place = |j: usize| prior.best_first().iter().position(|item| *item == j as u32);
        let beats = |j: usize| score(j) > score(t) || (score(j) == score(t) && place(j) < place(t));
        let others = (0..N).filter(|j| *j != t && !question.known.contains(&(*j as u32)));
        (others.filter(|j| beats(*j)).count() as Rank).min(FAR)
    }

    fn any_rows() -> impl Strategy<Value = Rows> {
        let row = prop::collection::btree_map(0u32..N as u32, -4i32..8, 0..6);
        prop::collection::vec(row, N).prop_map(|rows| {
            let edge = |(item, w): (u32, i32)| Edge { item: ItemId(item), weight: w as f32 * 0.25 };
            rows.into_iter().map(|row| row.into_iter().map(edge).collect()).collect()
        })
    }

    proptest! {
        #[test]
        fn a_place_equals_that_of_a_full_sort(
            (cart, together) in (any_rows(), any_rows()),
            (mut prior, numbered) in (prop::collection::vec(0u32..4, N), any::<bool>()),
            known in prop::collection::btree_set(0u32..N as u32 - 1, 0..5),
            (c, t, p) in (0u32..3, 0u32..3, 0u32..3),
        ) {
            if numbered {
                prior.sort_unstable_by(|a, b| b.cmp(a));
            }
            let prior = Prior::shipped(&prior.into_iter().map(|p| p as f32 * 0.25).collect::<Vec<_>>());
            let blend = Blend { cart: c as f32, together: t as f32 * 0.5, prior: p as f32 };
            let known: Vec<u32> = known.into_iter().collect();
            for target in (0..N as u32).filter(|target| !known.contains(target)) {
                let question = Question { known: known.clone(), target };
                let fast = ranks(std::slice::from_ref(&question), &cart, &together, &prior, &[blend])[0][0];
                let votes: Vec<(u32, f32)> = question.voters().iter().map(|item| (*item, 1.0)).collect();
                let mut scratch = Scratch::new(N);
                let list = top_ten(&known, scratch.gather(&known, &votes, &cart, &together), &blend, &prior);
                let listed = list.iter().position(|(_, item)| *item == target).map(|at| at as Rank);
                prop_assert_eq!(listed, (fast < 10).then_some(fast));
                prop_assert_eq!(fast, slow(&question, &cart, &together, &prior, &blend));
            }
        }
    }

    #[test]
    fn the_shipped_prior_never_rises() {
        let prior = Prior::shipped(&[0.3, 0.5, 0.29, 0.001, 0.0]);
        assert_eq!(prior.best_first(), [1, 0, 2, 3, 4]);
        assert!(prior.best_first().windows(2).all(|two| prior.of(two[0]) >= prior.of(two[1])));
        assert_eq!((prior.top(), prior.len()), (0.5, 5));
    }
}
