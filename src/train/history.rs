//! What a shop sold and what was looked at, numbered and in order: all that models see.

use super::curated::CuratedPairs;
use crate::shop::{Product, Timestamp};
use std::ops::Range;

/// Orders above this many items count with their least popular ones only: the rest of their pairs is noise.
pub const BASKET_CAP: usize = 100;

/// How much an order says that came by a campaign.
const CAMPAIGN: f32 = 0.5;

/// No customer is known.
pub(crate) const NOBODY: u32 = u32::MAX;

/// Counts for the summary of a training run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Products that the model numbers.
    pub items: u64,
    /// Products of the catalog, each SKU once; 0 where no catalog was given.
    pub catalog: u64,
    /// Catalog lines whose SKU another line has too; one of them is kept.
    pub repeated_products: u64,
    /// Order lines given.
    pub order_lines: u64,
    /// Orders with at least one known product.
    pub orders: u64,
    /// Orders with two or more different products.
    pub orders_of_two: u64,
    /// Distinct customers.
    pub customers: u64,
    /// Views that count, reloads once.
    pub views: u64,
    /// Visits with at least one view.
    pub visits: u64,
    /// Distinct SKUs of orders and events that the catalog lacks.
    pub unknown_skus: u64,
    /// Order lines and events with such a SKU: left out.
    pub unknown_lines: u64,
    /// Seconds since 1970 of the oldest order (or visit).
    pub first: Option<i64>,
    /// Seconds since 1970 of the newest order (or visit).
    pub last: Option<i64>,
}

/// A shop's past: products by number, orders and visits oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The products; the position is the [`ItemId`](crate::shop::ItemId).
    pub products: Vec<Product>,
    /// The orders.
    pub baskets: Baskets,
    /// The visits.
    pub visits: Visits,
    /// What the shop itself put beside its products.
    pub curated: CuratedPairs,
    /// For the summary.
    pub counts: Counts,
}

impl History {
    /// Share of orders (of visits, where there are no orders) that hold each item, 0 to 1; it never rises along items.
    pub fn shares(&self) -> Vec<f32> {
        if self.baskets.is_empty() { self.visits.shares() } else { self.baskets.shares() }
    }
}

/// Sets of items, oldest first; items of a set ascend, so its most popular come first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baskets {
    /// How many items there are in all; every item of a basket is below.
    pub n_items: usize,
    pub(crate) starts: Vec<usize>,
    pub(crate) items: Vec<u32>,
    pub(crate) customers: Vec<u32>,
    pub(crate) at: Vec<Option<Timestamp>>,
    /// How much each basket says.
    says: Vec<f32>,
}

impl Baskets {
    /// No baskets over `n_items` items.
    pub fn new(n_items: usize) -> Self {
        Self { n_items, starts: vec![0], ..Self::default() }
    }

    /// Appends a basket: `items` ascending, each once.
    pub fn push(&mut self, items: &[u32], customer: Option<u32>, at: Option<Timestamp>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.items.extend_from_slice(items);
        self.starts.push(self.items.len());
        self.customers.push(customer.unwrap_or(NOBODY));
        self.at.push(at);
        self.says.push(1.0);
    }

    /// Lets the basket pushed last say half: it came by a campaign, which sells what it shows.
    pub fn came_by_campaign(&mut self) {
        if let Some(last) = self.says.last_mut() {
            *last = CAMPAIGN;
        }
    }

    /// How many baskets.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// The items of a basket, ascending.
    pub fn items(&self, basket: usize) -> &[u32] {
        &self.items[self.starts[basket]..self.starts[basket + 1]]
    }

    /// The items that count for pairs: at most 100, the most popular ones left out.
    pub fn votes(&self, basket: usize) -> &[u32] {
        let items = self.items(basket);
        &items[items.len().saturating_sub(BASKET_CAP)..]
    }

    /// Whose basket it is; where customers are unknown each basket is its own.
    pub fn customer(&self, basket: usize) -> u64 {
        match self.customers[basket] {
            NOBODY => (1 << 32) + basket as u64,
            known => u64::from(known),
        }
    }

    /// When it was ordered.
    pub fn at(&self, basket: usize) -> Option<Timestamp> {
        self.at[basket]
    }

    /// How many baskets hold each item.
    pub fn popularity(&self) -> Vec<u32> {
        let mut count = vec![0u32; self.n_items];
        for &item in &self.items {
            count[item as usize] += 1;
        }
        count
    }

    /// How much the baskets that hold each item say together.
    pub fn said(&self) -> Vec<f64> {
        let mut said = vec![0f64; self.n_items];
        for b in 0..self.len() {
            let say = self.say(b);
            self.items(b).iter().for_each(|item| said[*item as usize] += say);
        }
        said
    }

    /// Share of all that is said by baskets that hold each item: of the baskets, where each says the same.
    pub fn shares(&self) -> Vec<f32> {
        let all = self.says.iter().map(|say| f64::from(*say)).sum::<f64>();
        self.said().into_iter().map(|said| (said / all.max(f64::MIN_POSITIVE)) as f32).collect()
    }

    /// The baskets of `range`.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self::new(self.n_items);
        for b in range.clone() {
            let customer = self.customers[b];
            part.push(self.items(b), (customer != NOBODY).then_some(customer), self.at[b]);
        }
        part.says = self.says[range].to_vec();
        part
    }

    /// How much a basket says: 1, half of it where it came by a campaign, and less where it is old.
    pub fn say(&self, basket: usize) -> f64 {
        f64::from(self.says[basket])
    }

    /// The same baskets, each of which says half as much for every `half_life_days` that it is older than the newest.
    /// Those without a time say as much as the newest.
    pub fn aged(&self, half_life_days: f64) -> Self {
        let newest = self.at.iter().flatten().max();
        let age = |at: &Option<Timestamp>| match (newest, at) {
            (Some(newest), Some(at)) => (newest.0 - at.0) as f64 / 86_400.0,
            _ => 0.0,
        };
        let say = |b: usize| (self.say(b) * libm::exp2(-age(&self.at[b]) / half_life_days)) as f32;
        Self { says: (0..self.len()).map(say).collect(), ..self.clone() }
    }

    /// The same baskets with every item `i` called `numbers[i]`.
    pub fn renumbered(&self, numbers: &[u32]) -> Self {
        let mut out = self.clone();
        for b in 0..self.len() {
            let set = &mut out.items[self.starts[b]..self.starts[b + 1]];
            set.iter_mut().for_each(|item| *item = numbers[*item as usize]);
            set.sort_unstable();
        }
        out
    }
}

/// Views in the order in which they happened, visit by visit, oldest visit first; reloads count once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visits {
    /// How many items there are in all; every viewed item is below.
    pub n_items: usize,
    pub(crate) starts: Vec<usize>,
    pub(crate) views: Vec<u32>,
}

impl Visits {
    /// No visits over `n_items` items.
    pub fn new(n_items: usize) -> Self {
        Self { n_items, starts: vec![0], views: Vec::new() }
    }

    /// Appends a visit; a view that repeats the one before it is dropped.
    pub fn push(&mut self, views: impl IntoIterator<Item = u32>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let from = self.views.len();
        for view in views {
            if self.views.len() == from || self.views.last() != Some(&view) {
                self.views.push(view);
            }
        }
        self.starts.push(self.views.len());
    }

    /// How many visits.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The views of a visit, oldest first.
    pub fn views(&self, visit: usize) -> &[u32] {
        &self.views[self.starts[visit]..self.starts[visit + 1]]
    }

    /// The range of positions of a visit in the whole sequence.
    pub(crate) fn span(&self, visit: usize) -> Range<usize> {
        self.starts[visit]..self.starts[visit + 1]
    }

    /// How many visits hold each item.
    pub fn popularity(&self) -> Vec<u32> {
        let mut count = vec![0u32; self.n_items];
        let mut last = vec![usize::MAX; self.n_items];
        for visit in 0..self.len() {
            for &item in self.views(visit) {
                if last[item as usize] != visit {
                    last[item as usize] = visit;
                    count[item as usize] += 1;
                }
            }
        }
        count
    }

    /// Share of visits that hold each item.
    pub fn shares(&self) -> Vec<f32> {
        let all = self.len().max(1) as f64;
        self.popularity().into_iter().map(|n| (f64::from(n) / all) as f32).collect()
    }

    /// The same visits with every item `i` called `numbers[i]`.
    pub fn renumbered(&self, numbers: &[u32]) -> Self {
        let views = self.views.iter().map(|item| numbers[*item as usize]).collect();
        Self { views, ..self.clone() }
    }

    /// The visits of `range`.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self::new(self.n_items);
        for visit in range {
            part.push(self.views(visit).iter().copied());
        }
        part
    }
}

/// A number for `bytes` that looks random and is the same everywhere: FNV-1a, then the finisher of SplitMix64.
pub(crate) fn scatter(bytes: &[u8], seed: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let h = bytes.iter().fold(start, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    let h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basket_of_10000_lines_votes_with_its_rarest_hundred() {
        let mut baskets = Baskets::new(10_000);
        baskets.push(&(0..10_000).collect::<Vec<_>>(), None, None);
        assert_eq!(baskets.votes(0), (9_900..10_000).collect::<Vec<_>>());
        assert_eq!(baskets.items(0).len(), 10_000);
    }

    #[test]
    fn unknown_customers_are_all_different() {
        let mut baskets = Baskets::new(1);
        baskets.push(&[0], None, None);
        baskets.push(&[0], None, None);
        baskets.push(&[0], Some(3), None);
        baskets.push(&[0], Some(3), None);
        assert_ne!(baskets.customer(0), baskets.customer(1));
        assert_eq!(baskets.customer(2), baskets.customer(3));
    }

    #[test]
    fn a_campaign_says_half_wherever_its_basket_goes() {
        let mut baskets = Baskets::new(2);
        baskets.push(&[0], None, None);
        baskets.push(&[0, 1], None, None);
        baskets.came_by_campaign();
        assert_eq!((baskets.say(0), baskets.say(1)), (1.0, 0.5));
        assert_eq!((baskets.slice(1..2).say(0), baskets.renumbered(&[1, 0]).say(1)), (0.5, 0.5));
        assert_eq!(baskets.shares(), [1.0, 1.0 / 3.0]);
    }

    #[test]
    fn a_basket_says_half_as_much_after_a_half_life() {
        let mut baskets = Baskets::new(1);
        for day in [0, 30, 90] {
            baskets.push(&[0], None, Some(Timestamp(day * 86_400)));
        }
        baskets.push(&[0], None, None);
        let says: Vec<f64> = (0..4).map(|b| baskets.aged(30.0).say(b)).collect();
        assert_eq!(says, [0.125, 0.25, 1.0, 1.0], "without a time as much as the newest");
    }

    #[test]
    fn reloads_count_once_and_returns_twice() {
        let mut visits = Visits::new(3);
        visits.push([1, 1, 2, 1]);
        visits.push([1]);
        assert_eq!(visits.views(0), [1, 2, 1]);
        assert_eq!(visits.views(1), [1]);
        assert_eq!(visits.shares(), [0.0, 1.0, 0.5]);
    }

    #[test]
    fn renumbering_keeps_sets_sorted() {
        let mut baskets = Baskets::new(3);
        baskets.push(&[0, 2], Some(1), None);
        assert_eq!(baskets.renumbered(&[2, 0, 1]).items(0), [1, 2]);
    }
}
