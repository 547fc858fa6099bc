//! Questions with known answers: late orders and visits with one item hidden.

use crate::train::{Baskets, Visits};

/// Most questions of a kind.
pub const QUESTIONS: usize = 3_000;
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
    /// One item of an order hidden, the others known.
    pub carts: Vec<Question>,
    /// One item of an order hidden, one other known.
    pub singles: Vec<Question>,
    /// What the early orders call each item of the whole.
    pub numbers: Vec<u32>,
}

impl Fold {
    /// Learns from the first `cut` orders and asks about those from `cut` to `end`.
    pub fn new(baskets: &Baskets, cut: usize, end: usize, seed: u64) -> Self {
        let early = baskets.slice(0..cut);
        let numbers = by_popularity(&early.popularity());
        let early = early.renumbered(&numbers);
        let late = baskets.slice(cut..end).renumbered(&numbers);
        let asked = sample(0..late.len(), |b| late.items(*b).len() >= 2, seed);
        let question = |b: &usize, single: bool| {
            let items = late.items(*b);
            let draw = |salt: u64, n: usize| (mix(*b as u64, seed ^ salt) % n as u64) as usize;
            let target = items[draw(if single { 1 } else { 2 }, items.len())];
            let mut known: Vec<u32> = items.iter().copied().filter(|item| *item != target).collect();
            if single {
                known = vec![known[draw(3, known.len())]];
            }
            Question { known, target }
        };
        Self {
            carts: asked.iter().map(|b| question(b, false)).collect(),
            singles: asked.iter().map(|b| question(b, true)).collect(),
            early,
            numbers,
        }
    }
}

/// New numbers for items: by count descending, then as they were.
pub fn by_popularity(count: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count.len() as u32).collect();
    order.sort_by_key(|item| std::cmp::Reverse(count[*item as usize]));
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
        assert_eq!((fold.carts.len(), fold.singles.len()), (1, 1));
        for question in fold.carts.iter().chain(&fold.singles) {
            assert!(!question.known.contains(&question.target));
        }
        assert_eq!((fold.carts[0].known.len(), fold.singles[0].known.len()), (2, 1));
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
