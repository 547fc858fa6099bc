//! From all weights to the few that ship.

use crate::bundle::quantise::Quantiser;
use crate::bundle::{Edge, RelationKind, small_size};
use crate::shop::ItemId;

/// Rows of a relation, in item order.
pub type Rows = Vec<Vec<Edge>>;

/// Edges a relation that small catalogs may fill: what a shop of 10,000 products has at 16 an item.
const EDGES: usize = 160_000;
/// Most edges an item.
const MOST: usize = 128;
/// Bits a weight.
const BITS: u8 = 4;
/// Bits a weight of catalogs whose rows are as long as they may be: where there are few edges, rounding is what costs.
const FINE_BITS: u8 = 8;

/// How much of a relation ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Edges an item.
    pub row: usize,
    /// Bits a weight.
    pub bits: u8,
}

impl Size {
    /// `row` edges an item, and more where the catalog has few `items`, up to 128 (twice that where `row` is doubled, as
    /// for `similar`); 4 bits a weight, and 8 where even rows of that length leave room.
    pub fn of(row: usize, items: usize, double: bool) -> Self {
        let factor = if double { 2 } else { 1 };
        let room = EDGES * factor / items.max(1);
        let edges = row.max(room.min(MOST * factor)).min(crate::bundle::layout::MAX_DEGREE);
        Self { row: edges, bits: if room > MOST * factor { FINE_BITS } else { BITS } }
    }

    /// The rows as ranking will read them.
    pub fn ship(self, mut rows: Rows) -> Rows {
        prune(&mut rows, self.row);
        self.round(&rows)
    }

    /// The small profile, cut from rows as shipped.
    pub fn small(self, kind: RelationKind, shipped: &Rows) -> Rows {
        self.of_small(kind, shipped.len()).ship(shipped.clone())
    }

    /// How much of a relation of this size ships in the small profile.
    pub fn of_small(self, kind: RelationKind, items: usize) -> Self {
        let (row, bits) = small_size(kind, items, self.bits);
        Self { row: row.min(self.row), bits }
    }

    /// The rows, pruned before, in codes.
    pub fn round(self, rows: &Rows) -> Rows {
        let quantiser = Quantiser::fit(self.bits, rows);
        rows.iter().map(|row| quantiser.round(row)).collect()
    }
}

/// Keeps the `budget` largest weights of each row by magnitude, ties by item; rows ascend by item afterwards.
pub fn prune(rows: &mut Rows, budget: usize) {
    for row in rows {
        row.retain(|edge| edge.weight != 0.0 && edge.weight.is_finite());
        let key = |edge: &Edge| (edge.weight.abs(), edge.item);
        if row.len() > budget {
            row.select_nth_unstable_by(budget, |a, b| {
                let ((wa, ia), (wb, ib)) = (key(a), key(b));
                wb.total_cmp(&wa).then(ia.cmp(&ib))
            });
            row.truncate(budget);
        }
        row.sort_unstable_by_key(|edge| edge.item);
    }
}

/// Columns (the sources of each target) as rows (the targets of each source), ascending.
pub fn transpose(columns: &[Vec<(u32, f32)>]) -> Rows {
    let mut rows: Rows = vec![Vec::new(); columns.len()];
    for (target, sources) in columns.iter().enumerate() {
        for (source, weight) in sources {
            rows[*source as usize].push(Edge { item: ItemId(target as u32), weight: *weight });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(item: u32, weight: f32) -> Edge {
        Edge { item: ItemId(item), weight }
    }

    #[test]
    fn the_largest_stay_by_magnitude_and_ties_go_to_the_better_seller() {
        let mut rows = vec![vec![edge(1, 0.5), edge(2, -0.9), edge(3, 0.5), edge(4, 0.0), edge(5, f32::NAN)]];
        prune(&mut rows, 2);
        assert_eq!(rows, [[edge(1, 0.5), edge(2, -0.9)]]);
    }

    #[test]
    fn small_catalogs_keep_more_and_finer_weights() {
        let size = |row, items, double| (Size::of(row, items, double).row, Size::of(row, items, double).bits);
        assert_eq!(size(16, 10_000, false), (16, 4));
        assert_eq!(size(16, 3_600, false), (44, 4));
        assert_eq!(size(16, 1_250, false), (128, 4));
        assert_eq!(size(16, 1_240, false), (128, 8));
        assert_eq!(size(32, 3_000, true), (106, 4));
        assert_eq!(size(32, 10, true), (255, 8));
        assert_eq!(size(32, 0, true), (255, 8));
    }

    #[test]
    fn transposing_turns_sources_into_rows() {
        let rows = transpose(&[vec![(1, 0.5)], vec![], vec![(0, 0.25), (1, 1.0)]]);
        assert_eq!(rows, [vec![edge(2, 0.25)], vec![edge(0, 0.5), edge(2, 1.0)], vec![]]);
    }
}
