//! One number an item, cleared by turning a page.

use crate::shop::ItemId;

/// Sums of votes. Memory: eight bytes an item and four a candidate, taken once.
///
/// A sum and the page it was written on lie side by side: at a million items nearly every vote is a cache miss, and one
/// is cheaper than two. Clearing turns to the next page and touches no item.
#[derive(Debug, Default)]
pub struct Scores {
    cells: Vec<Cell>,
    page: u32,
    touched: Vec<ItemId>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    page: u32,
    sum: f32,
}

impl Scores {
    /// Sums for `items` items, all zero.
    pub fn new(items: usize) -> Self {
        Self { cells: vec![Cell::default(); items], page: 1, touched: Vec::with_capacity(items.min(USUAL)) }
    }

    /// Adds `vote` to the sum of `item`; items beyond the last are ignored.
    #[inline(always)]
    pub fn add(&mut self, item: ItemId, vote: f32) {
        let Some(cell) = self.cells.get_mut(item.index()) else { return };
        if cell.page == self.page {
            cell.sum += vote;
        } else {
            *cell = Cell { page: self.page, sum: vote };
            self.touched.push(item);
        }
    }

    /// The sum of `item`; zero where nothing was added.
    #[inline]
    pub fn of(&self, item: ItemId) -> f32 {
        self.cells.get(item.index()).filter(|cell| cell.page == self.page).map_or(0.0, |cell| cell.sum)
    }

    /// Whether anything was added to `item`.
    #[inline]
    pub fn has(&self, item: ItemId) -> bool {
        self.cells.get(item.index()).is_some_and(|cell| cell.page == self.page)
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

/// Candidates for which there is room from the start: 64 cart lines of 255 neighbours. More take more room once.
const USUAL: usize = 64 * 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_page_is_blank_and_old_sums_never_show() {
        let mut scores = Scores::new(3);
        scores.add(ItemId(1), 2.0);
        scores.add(ItemId(1), 3.0);
        scores.add(ItemId(9), 1.0);
        assert_eq!((scores.of(ItemId(1)), scores.of(ItemId(0)), scores.touched()), (5.0, 0.0, &[ItemId(1)][..]));
        scores.clear();
        assert!(!scores.has(ItemId(1)) && scores.touched().is_empty());
        scores.page = u32::MAX;
        scores.add(ItemId(2), 1.0);
        scores.clear();
        assert!((0..3).all(|item| !scores.has(ItemId(item))));
    }
}
