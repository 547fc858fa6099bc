//! One number an item, cleared by turning a page.

use crate::bundle::layout::MAX_DEGREE;
use crate::rank::context::MAX_CART;
use crate::shop::ItemId;

/// Sums of votes. Memory: twelve bytes an item of at most 65,536 items, taken once.
///
/// Up to 65,536 items each has a cell of its own. Beyond, items share as many cells by hashing: a question touches a few
/// hundred items, and a table that fits the processor's cache answers sooner than one cell for each of a million. A cell
/// bears the page it was written on, so that clearing turns to the next page and touches no cell.
#[derive(Debug, Default)]
pub struct Scores {
    cells: Vec<Cell>,
    items: usize,
    page: u32,
    touched: Vec<ItemId>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    page: u32,
    item: ItemId,
    sum: f32,
}

/// Most items that the rows of one question can name: two relations of every voting line.
pub(super) const MOST: usize = 2 * MAX_CART * MAX_DEGREE;
/// Cells at most: a power of two, so that the table is never more than half full.
const CELLS: usize = (2 * MOST).next_power_of_two();

impl Scores {
    /// Sums for `items` items, all zero.
    pub fn new(items: usize) -> Self {
        let cells = vec![Cell::default(); items.min(CELLS)];
        Self { cells, items, page: 1, touched: Vec::with_capacity(items.min(MOST)) }
    }

    /// Where `item` is looked for first.
    #[inline(always)]
    fn home(&self, item: ItemId) -> usize {
        if self.items <= CELLS {
            return item.index();
        }
        // Fibonacci hashing: the high bits of the product with 2^32 / φ spread neighbouring numbers.
        (item.0.wrapping_mul(0x9E37_79B9) >> (32 - CELLS.trailing_zeros())) as usize
    }

    /// Adds `vote` to the sum of `item`; items beyond the last are ignored.
    #[inline(always)]
    pub fn add(&mut self, item: ItemId, vote: f32) {
        if item.index() >= self.items {
            return;
        }
        let mut at = self.home(item);
        while let Some(cell) = self.cells.get_mut(at) {
            if cell.page != self.page {
                if self.touched.len() < CELLS / 2 || self.items <= CELLS {
                    *cell = Cell { page: self.page, item, sum: vote };
                    self.touched.push(item);
                }
                return;
            }
            if cell.item == item {
                cell.sum += vote;
                return;
            }
            at = (at + 1) % CELLS;
        }
    }

    /// The sum of `item`, where anything was added to it.
    #[inline]
    fn find(&self, item: ItemId) -> Option<f32> {
        let mut at = self.home(item);
        loop {
            let cell = self.cells.get(at).filter(|cell| cell.page == self.page)?;
            if cell.item == item {
                return Some(cell.sum);
            }
            at = (at + 1) % CELLS;
        }
    }

    /// The sum of `item`; zero where nothing was added.
    #[inline]
    pub fn of(&self, item: ItemId) -> f32 {
        self.find(item).unwrap_or(0.0)
    }

    /// Whether anything was added to `item`.
    #[inline]
    pub fn has(&self, item: ItemId) -> bool {
        self.find(item).is_some()
    }

    /// The items that something was added to, in the order of their first vote.
    pub fn touched(&self) -> &[ItemId] {
        &self.touched
    }

    /// Sets all sums back to zero.
    pub fn clear(&mut self) {
        self.touched.clear();
        self.page = self.page.wrapping_add(1);
        if self.page == 0 {
            self.cells.fill(Cell::default());
            self.page = 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// Against a plain map, with a cell an item and with shared cells, page after page.
        #[test]
        fn sums_are_those_of_a_map(
            items in prop::sample::select(vec![1usize, 50, CELLS, CELLS + 1, 1_000_000]),
            pages in prop::collection::vec(prop::collection::vec((any::<prop::sample::Index>(), -4i8..5), 0..400), 1..4),
        ) {
            let mut scores = Scores::new(items);
            for votes in pages {
                scores.clear();
                let mut map: HashMap<u32, f32> = HashMap::new();
                for (at, vote) in votes {
                    let item = at.index(items) as u32;
                    scores.add(ItemId(item), f32::from(vote));
                    *map.entry(item).or_default() += f32::from(vote);
                }
                scores.add(ItemId(items as u32), 9.0);
                prop_assert_eq!(scores.touched().len(), map.len());
                for (item, sum) in &map {
                    prop_assert_eq!(scores.of(ItemId(*item)), *sum);
                }
                prop_assert!(!scores.has(ItemId(items as u32)));
            }
        }
    }

    #[test]
    fn a_full_table_takes_no_more_and_ends() {
        let mut scores = Scores::new(1_000_000);
        (0..1_000_000).for_each(|item| scores.add(ItemId(item), 1.0));
        assert_eq!(scores.touched().len(), CELLS / 2);
        assert!(CELLS / 2 >= MOST && scores.has(ItemId(0)) && !scores.has(ItemId(999_999)));
    }

    #[test]
    fn pages_may_run_out() {
        let mut scores = Scores::new(3);
        scores.page = u32::MAX;
        scores.add(ItemId(2), 1.0);
        scores.clear();
        assert!((0..3).all(|item| !scores.has(ItemId(item))));
    }
}
