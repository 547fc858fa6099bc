//! Questions with known answers: late orders and visits with one item hidden.

use crate::train::{Baskets, Visits};
use std::cmp::Ordering;

/// Most questions of a kind.
pub const QUESTIONS: usize = 3_000;
/// Where there are few orders each is asked several times, to choose by: at most so often, and so many questions in all.
const CARTS_MORE: (usize, usize) = (2, 4_000);
/// The same for products shown alone, which cost least.
const SINGLES_MORE: (usize, usize) = (4, 6_000);
/// Views of a visit that are asked about: robots look at more, shoppers hardly ever.
const LONGEST: usize = 200;
/// Lines of a cart that vote at most, those of lowest item index.
const VOTERS: usize = 64;

/// What is known, and what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The cart, ascending; for visits the path, oldest view first.
    pub known: Vec<u32>,
    /// The hidden item.
    pub target: u32,
}

impl Question {
    /// The lines that vote.
    pub fn voters(&self) -> &[u32] {
        &self.known[..self.known.len().min(VOTERS)]
    }

    /// The class of the cart's size: 1, 2–3, 4–5, 6–9, ≥ 10.
    pub fn size_class(&self) -> usize {
        match self.known.len() {
            0..=1 => 0,
            2..=3 => 1,
            4..=5 => 2,
            6..=9 => 3,
            _ => 4,
        }
    }
}

/// Early orders to learn from and questions from the orders after them.
#[derive(Clone, Debug)]
pub struct Fold {
    /// The early orders; items are numbered by *their* popularity, so that nothing of the late ones shows.
    pub early: Baskets,
    /// One item of an order hidden, the others known. The first [`Self::orders`] come from different orders.
    pub carts: Vec<Question>,
    /// One item of an order hidden, one other known; in the same order.
    pub singles: Vec<Question>,
    /// Orders that were asked about.
    pub orders: usize,
    /// What the early orders call each item of the whole.
    pub numbers: Vec<u32>,
}

impl Fold {
    /// The carts of different orders: what intervals want.
    pub fn first_carts(&self) -> &[Question] {
        &self.carts[..self.orders]
    }

    /// The single products of different orders.
    pub fn first_singles(&self) -> &[Question] {
        &self.singles[..self.orders]
    }

    /// Learns from the first `cut` orders and asks about those from `cut` to `end`.
    pub fn new(baskets: &Baskets, cut: usize, end: usize, seed: u64) -> Self {
        let early = baskets.slice(0..cut);
        let numbers = by_popularity(&early.shares());
        let early = early.renumbered(&numbers);
        let late = baskets.slice(cut..end).renumbered(&numbers);
        let asked = sample(0..late.len(), |b| late.items(*b).len() >= 2, seed);
        let question = |b: usize, again: usize, single: bool| {
            let items = late.items(b);
            let draw = |salt: u64, n: usize| (mix(b as u64, seed ^ salt) % n as u64) as usize;
            let target = items[(draw(if single { 1 } else { 2 }, items.len()) + again) % items.len()];
            let mut known: Vec<u32> = items.iter().copied().filter(|item| *item != target).collect();
            if single {
                known = vec![known[draw(3 + 16 * again as u64, known.len())]];
            }
            Question { known, target }
        };
        let ask = |single: bool| {
            let (most, all) = if single { SINGLES_MORE } else { CARTS_MORE };
            let times = (all / asked.len().max(1)).clamp(1, most);
            let again = (0..times).flat_map(|again| asked.iter().map(move |b| (*b, again)));
            again
                .filter(|(b, again)| *again < late.items(*b).len())
                .map(|(b, again)| question(b, again, single))
                .collect()
        };
        Self { carts: ask(false), singles: ask(true), orders: asked.len(), early, numbers }
    }
}

/// New numbers for items: by count or share descending, then as they were.
pub fn by_popularity<T: PartialOrd>(of: &[T]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..of.len() as u32).collect();
    order.sort_by(|a, b| of[*b as usize].partial_cmp(&of[*a as usize]).unwrap_or(Ordering::Equal));
    let mut numbers = vec![0; order.len()];
    order.iter().enumerate().for_each(|(to, from)| numbers[*from as usize] = to as u32);
    numbers
}

/// Questions from the visits from `cut` on: at every view that is new to its visit, name it from the views before.
///
/// As a request tells it, the product now viewed comes last and is left out of the earlier views.
pub fn visit_questions(visits: &Visits, cut: usize, seed: u64) -> Vec<Question> {
    let asked = |v: usize| 1..visits.views(v).len().min(LONGEST);
    let places = (cut..visits.len()).flat_map(|v| asked(v).map(move |at| (v, at)));
    let fresh = |&(v, at): &(usize, usize)| !visits.views(v)[..at].contains(&visits.views(v)[at]);
    let question = |(v, at): (usize, usize)| {
        let views = visits.views(v);
        let now = views[at - 1];
        let mut known: Vec<u32> = views[..at - 1].iter().copied().filter(|view| *view != now).collect();
        known.push(now);
        Question { known, target: views[at] }
    };
    sample(places, fresh, seed).into_iter().map(question).collect()
}

/// The same questions with `size` of the known lines, drawn by a hash; those that know fewer are left out.
pub fn cut(questions: &[Question], size: usize, seed: u64) -> Vec<Question> {
    let enough = questions.iter().enumerate().filter(|(_, question)| question.known.len() >= size);
    let cut = |(at, question): (usize, &Question)| {
        let mut known = question.known.clone();
        known.sort_by_key(|item| (mix(u64::from(*item), seed ^ mix(at as u64, 1)), *item));
        known.truncate(size);
        known.sort_unstable();
        Question { known, target: question.target }
    };
    enough.map(cut).collect()
}

/// At most [`QUESTIONS`] of those that fit, drawn by the hash of their place among all; in order.
fn sample<T>(all: impl Iterator<Item = T>, fits: impl Fn(&T) -> bool, seed: u64) -> Vec<T> {
    let fit = all.enumerate().filter(|(_, one)| fits(one));
    let mut drawn: Vec<(u64, usize, T)> = fit.map(|(at, one)| (mix(at as u64, seed), at, one)).collect();
    drawn.sort_unstable_by_key(|(hash, at, _)| (*hash, *at));
    drawn.truncate(QUESTIONS);
    drawn.sort_unstable_by_key(|(_, at, _)| *at);
    drawn.into_iter().map(|(_, _, one)| one).collect()
}

/// A number that looks random: SplitMix64 of `value` and `seed`.
pub fn mix(value: u64, seed: u64) -> u64 {
    let z = value.wrapping_add(seed.wrapping_mul(0xd134_2543_de82_ef95)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders() -> Baskets {
        let mut baskets = Baskets::new(4);
        (0..8).for_each(|_| baskets.push(&[1, 3], None, None));
        baskets.push(&[0, 1, 2], None, None);
        baskets.push(&[2], None, None);
        baskets
    }

    #[test]
    fn early_items_are_numbered_by_early_popularity() {
        let fold = Fold::new(&orders(), 8, 10, 7);
        assert_eq!(fold.numbers, [2, 0, 3, 1]);
        assert_eq!(fold.early.items(0), [0, 1]);
    }

    #[test]
    fn orders_of_one_ask_nothing_and_the_target_is_never_known() {
        let fold = Fold::new(&orders(), 8, 10, 7);
        assert_eq!((fold.orders, fold.carts.len(), fold.singles.len()), (1, 2, 3), "one order, asked again");
        for question in fold.carts.iter().chain(&fold.singles) {
            assert!(!question.known.contains(&question.target));
        }
        assert_eq!((fold.carts[0].known.len(), fold.singles[0].known.len()), (2, 1));
    }

    #[test]
    fn a_cut_keeps_the_target_and_so_many_known_lines() {
        let asked = [(vec![1, 3, 4, 8], 2), (vec![5], 0)].map(|(known, target)| Question { known, target });
        let two = cut(&asked, 2, 7);
        assert_eq!((two.len(), two[0].target, two[0].known.len()), (1, 2, 2));
        assert!(two[0].known.is_sorted() && two[0].known.iter().all(|item| asked[0].known.contains(item)));
        assert_eq!(cut(&asked, 1, 7).len(), 2);
        let drawn: std::collections::BTreeSet<u32> =
            (0..40).map(|seed| cut(&asked[..1], 1, seed)[0].known[0]).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), asked[0].known, "every line may be the one that is known");
    }

    #[test]
    fn a_visit_asks_at_every_new_view() {
        let mut visits = Visits::new(4);
        visits.push([0, 1, 0, 2]);
        let asked = visit_questions(&visits, 0, 7);
        let expected = [(vec![0], 1), (vec![1, 0], 2)];
        let expected = expected.map(|(known, target)| Question { known, target });
        assert_eq!(asked, expected, "the way back to 0 is no question, and 0 is named once");
    }

    #[test]
    fn no_more_questions_than_the_limit_and_the_same_every_time() {
        let drawn = sample(0..10_000, |n| n % 2 == 0, 7);
        assert_eq!(drawn.len(), QUESTIONS);
        assert!(drawn.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(drawn, sample(0..10_000, |n| n % 2 == 0, 7));
        assert_ne!(drawn, sample(0..10_000, |n| n % 2 == 0, 8));
    }
}
