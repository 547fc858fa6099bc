//! One number an item, cleared in the time it took to fill.

use crate::shop::ItemId;

/// Sums of votes. Memory: nine bytes an item, taken once.
#[derive(Debug, Default)]
pub struct Scores {
    sums: Vec<f32>,
    seen: Vec<bool>,
    touched: Vec<ItemId>,
}

impl Scores {
    /// Sums for `items` items, all zero.
    pub fn new(items: usize) -> Self {
        Self { sums: vec![0.0; items], seen: vec![false; items], touched: Vec::with_capacity(items) }
    }

    /// Adds `vote` to the sum of `item`; items beyond the last are ignored.
    #[inline(always)]
    pub fn add(&mut self, item: ItemId, vote: f32) {
        let index = item.index();
        if let (Some(sum), Some(seen)) = (self.sums.get_mut(index), self.seen.get_mut(index)) {
            *sum += vote;
            if !*seen {
                *seen = true;
                self.touched.push(item);
            }
        }
    }

    /// The sum of `item`.
    #[inline]
    pub fn of(&self, item: ItemId) -> f32 {
        self.sums.get(item.index()).copied().unwrap_or(0.0)
    }

    /// Whether anything was added to `item`.
    #[inline]
    pub fn has(&self, item: ItemId) -> bool {
        self.seen.get(item.index()).copied().unwrap_or(false)
    }

    /// The items that something was added to, in the order of their first vote.
    pub fn touched(&self) -> &[ItemId] {
        &self.touched
    }

    /// Sets all sums back to zero.
    pub fn clear(&mut self) {
        for item in self.touched.drain(..) {
            if let (Some(sum), Some(seen)) = (self.sums.get_mut(item.index()), self.seen.get_mut(item.index())) {
                *sum = 0.0;
                *seen = false;
            }
        }
    }
}
