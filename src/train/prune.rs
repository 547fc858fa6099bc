//! From all weights to the few that ship.

use crate::bundle::Edge;
use crate::bundle::quantise::Quantiser;
use crate::shop::ItemId;

/// Rows of a relation, in item order.
pub type Rows = Vec<Vec<Edge>>;

/// Edges a relation that small catalogs may fill: what a shop of 10,000 products has at 16 an item.
const EDGES: usize = 160_000;
/// Most edges an item.
const MOST: usize = 128;
/// Bits a weight.
pub const BITS: u8 = 4;

/// Edges an item: `row`, and more where the catalog has few `items`, up to 128 (twice that where `row` is
/// doubled, as for `similar`).
pub fn row_budget(row: usize, items: usize, double: bool) -> usize {
    let factor = if double { 2 } else { 1 };
    let room = (EDGES * factor / items.max(1)).min(MOST * factor);
    row.max(room).min(crate::bundle::layout::MAX_DEGREE)
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

/// The rows as ranking will read them: `budget` edges an item in codes of `bits`.
pub fn as_shipped(mut rows: Rows, budget: usize, bits: u8) -> Rows {
    prune(&mut rows, budget);
    let quantiser = Quantiser::fit(bits, &rows);
    rows.iter().map(|row| quantiser.round(row)).collect()
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
    fn small_catalogs_keep_more() {
        assert_eq!(row_budget(16, 10_000, false), 16);
        assert_eq!(row_budget(16, 3_600, false), 44);
        assert_eq!(row_budget(16, 130, false), 128);
        assert_eq!(row_budget(32, 3_000, true), 106);
        assert_eq!(row_budget(32, 10, true), 255);
        assert_eq!(row_budget(32, 0, true), 255);
    }

    #[test]
    fn transposing_turns_sources_into_rows() {
        let rows = transpose(&[vec![(1, 0.5)], vec![], vec![(0, 0.25), (1, 1.0)]]);
        assert_eq!(rows, [vec![edge(2, 0.25)], vec![edge(0, 0.5), edge(2, 1.0)], vec![]]);
    }
}
