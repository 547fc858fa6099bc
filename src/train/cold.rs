//! Rows for products of which little or nothing is known: from products like them.
//!
//! A row of views is as good as its views are many. [`fill`] adds to every row what the catalog says
//! ([`attributes`](super::attributes)), `mix · κ / (n + κ)` as strong as the row's own best neighbour: all of `mix` where
//! nobody has looked, half of it at κ views, next to nothing where views abound, so that a full row stays as it is and a
//! thin one is filled below. [`fill_cold`] gives a product that was never ordered what was bought with products like it.
//!
//! In small numbers: a product with 5 views, the best neighbour 0.8, a `mix` of 0.1: the catalog's best neighbour (say
//! 0.5) comes in with 0.8 · 0.1 · 5 / 10 · 0.5 = 0.02, behind what visitors looked at and before nothing.
//!
//! Neither uses how often a cold product was sold: it was not.

use super::assemble::Classes;
use super::prune::{Rows, prune};
use crate::bundle::Edge;
use crate::shop::ItemId;
use rayon::prelude::*;

/// κ: views at which the catalog's voice has fallen to half.
const HALF: f64 = 5.0;
/// Products like a cold one whose rows it is given, and products of its class where there are none.
const LIKE: usize = 8;
const OF_CLASS: usize = 32;

/// How loud the catalog speaks in rows of views, in units of a row's largest weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// Of the neighbours that were looked at, in the row of a product without views.
    pub mix: f64,
    /// Of neighbours without evidence of their own, in every row.
    pub cold: f64,
}

impl Fill {
    /// Behind everything that views say.
    pub const BELOW: Self = Self { mix: 0.01, cold: 0.01 };
}

/// Adds the neighbours `alike` to rows of views: `views` is how often each item was looked at, and `cold` items are
/// kept beside the `budget` best others.
pub fn fill(rows: &mut Rows, alike: &Rows, views: &[u32], cold: &[bool], fill: Fill, budget: usize) {
    let top = |row: &[Edge]| row.iter().map(|edge| edge.weight).fold(0.0, f32::max);
    let mut tops: Vec<f32> = rows.iter().map(|row| top(row)).filter(|top| *top > 0.0).collect();
    tops.sort_unstable_by(f32::total_cmp);
    let usual = tops.get(tops.len() / 2).copied().unwrap_or(1.0);
    let is_cold = |edge: &Edge| cold.get(edge.item.index()).copied().unwrap_or(false);
    let level = |row: &[Edge]| f64::from(if row.is_empty() { usual } else { top(row) });
    let levels: Vec<f64> = rows.iter().map(|row| level(row)).collect();
    rows.par_iter_mut().enumerate().for_each(|(item, row)| {
        let n = f64::from(views.get(item).copied().unwrap_or(0));
        let loud = levels[item] * fill.mix * HALF / (n + HALF);
        let near = alike.get(item).map_or(&[][..], Vec::as_slice);
        let more = near.iter().filter(|edge| !is_cold(edge)).map(|edge| louder(edge, loud));
        *row = merged(row.iter().copied().chain(more));
    });
    prune(rows, budget);
    for (item, row) in rows.iter_mut().enumerate() {
        let near = alike.get(item).map_or(&[][..], Vec::as_slice);
        let new = near.iter().filter(|edge| is_cold(edge)).map(|edge| louder(edge, levels[item] * fill.cold));
        *row = merged(row.iter().copied().chain(new));
        row.retain(|edge| edge.weight != 0.0);
    }
}

fn louder(edge: &Edge, by: f64) -> Edge {
    Edge { item: edge.item, weight: (f64::from(edge.weight) * by) as f32 }
}

/// Edges of one item added up, ascending; sums are taken in the given order.
fn merged(edges: impl Iterator<Item = Edge>) -> Vec<Edge> {
    let mut edges: Vec<Edge> = edges.collect();
    edges.sort_by_key(|edge| edge.item);
    edges.chunk_by(|a, b| a.item == b.item).map(|run| sum(run, 1.0)).collect()
}

fn sum(run: &[Edge], share: f64) -> Edge {
    let sum = run.iter().map(|edge| f64::from(edge.weight)).fold(0.0, |sum, weight| sum + weight);
    Edge { item: run[0].item, weight: (sum * share) as f32 }
}

/// Gives every item with an empty row the rows of products like it: the weighted mean of its best eight in `alike` that
/// have one, else the mean of its class's, best sellers first. At most `budget` edges each; other rows stay.
///
/// Run it last, on rows that ship: what a gate took out of the others then stays out here.
pub fn fill_cold(rows: &mut Rows, alike: &Rows, classes: &Classes, budget: usize) {
    let mut of_class: Vec<Vec<u32>> = vec![Vec::new(); classes.len];
    for item in (0..rows.len()).filter(|item| !rows[*item].is_empty()) {
        let class = classes.of.get(item).copied().flatten();
        let list = class.and_then(|class| of_class.get_mut(class as usize));
        list.filter(|list| list.len() < OF_CLASS).into_iter().for_each(|list| list.push(item as u32));
    }
    let empty: Vec<usize> = (0..rows.len()).filter(|item| rows[*item].is_empty()).collect();
    let known = &*rows;
    let voters = |item: usize| -> Vec<(u32, f64)> {
        let near = alike.get(item).map_or(&[][..], Vec::as_slice).iter().filter(|e| !known[e.item.index()].is_empty());
        let mut near: Vec<(u32, f64)> = near.map(|edge| (edge.item.0, f64::from(edge.weight))).collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        near.truncate(LIKE);
        if near.is_empty() {
            let class = classes.of.get(item).copied().flatten();
            near.extend(class.and_then(|c| of_class.get(c as usize)).into_iter().flatten().map(|i| (*i, 1.0)));
        }
        near
    };
    let mut filled: Rows = empty.par_iter().map(|item| mean(&voters(*item), *item, known)).collect();
    prune(&mut filled, budget);
    empty.into_iter().zip(filled).for_each(|(item, row)| rows[item] = row);
}

/// The weighted mean of the voters' rows, without the item itself.
fn mean(voters: &[(u32, f64)], item: usize, rows: &Rows) -> Vec<Edge> {
    let all: f64 = voters.iter().map(|(_, weight)| weight).fold(0.0, |sum, weight| sum + weight);
    let said =
        voters.iter().flat_map(|(voter, weight)| rows[*voter as usize].iter().map(move |edge| louder(edge, *weight)));
    let mut edges: Vec<Edge> = said.filter(|edge| edge.item != ItemId(item as u32)).collect();
    edges.sort_by_key(|edge| edge.item);
    edges.chunk_by(|a, b| a.item == b.item).map(|run| sum(run, 1.0 / all)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edge(item: u32, weight: f32) -> Edge {
        Edge { item: ItemId(item), weight }
    }

    fn items(row: &[Edge]) -> Vec<u32> {
        row.iter().map(|edge| edge.item.0).collect()
    }

    #[test]
    fn a_thin_row_is_filled_behind_what_views_say() {
        let mut rows = vec![vec![edge(1, 0.8)], vec![edge(0, 0.4)], vec![], vec![]];
        let alike = vec![vec![edge(1, 0.5), edge(2, 0.5)], vec![], vec![edge(0, 1.0)], vec![]];
        fill(&mut rows, &alike, &[5, 1, 0, 0], &[], Fill { mix: 0.1, cold: 0.0 }, 8);
        assert!((rows[0][0].weight - 0.82).abs() < 1e-6 && (rows[0][1].weight - 0.02).abs() < 1e-6, "{:?}", rows[0]);
        assert!((rows[2][0].weight - 0.08).abs() < 1e-6, "a product without views speaks at the usual level");
        assert!(rows[3].is_empty());
    }

    #[test]
    fn cold_neighbours_stand_beside_the_budget() {
        let mut rows = vec![vec![edge(1, 0.8), edge(2, 0.4)], vec![], vec![], vec![]];
        let alike = vec![vec![edge(3, 0.5)], vec![], vec![], vec![]];
        fill(&mut rows, &alike, &[9, 9, 9, 0], &[false, false, false, true], Fill { mix: 0.1, cold: 0.5 }, 2);
        assert_eq!(items(&rows[0]), [1, 2, 3]);
        assert!((rows[0][2].weight - 0.2).abs() < 1e-6);
    }

    #[test]
    fn a_cold_product_gets_what_goes_with_products_like_it() {
        let mut rows = vec![vec![edge(4, 0.4)], vec![edge(4, 0.2), edge(5, 0.2)], vec![], vec![], vec![], vec![]];
        let alike = vec![vec![], vec![], vec![edge(0, 0.9), edge(1, 0.3), edge(3, 1.0)], vec![], vec![], vec![]];
        let classes = Classes { of: vec![Some(0), None, None, Some(0), None, None], len: 1 };
        fill_cold(&mut rows, &alike, &classes, 2);
        let found: Vec<f32> = rows[2].iter().map(|edge| edge.weight).collect();
        assert_eq!(items(&rows[2]), [4, 5], "a quarter of the second row's fifth counts too");
        assert!((found[0] - (0.9 * 0.4 + 0.3 * 0.2) / 1.2).abs() < 1e-6 && (found[1] - 0.05).abs() < 1e-6);
        assert_eq!(rows[3], [edge(4, 0.4)], "nothing is like it: its class speaks");
        assert!(rows[4].is_empty(), "nothing is known at all");
    }

    fn any_rows() -> impl Strategy<Value = Rows> {
        let row = prop::collection::btree_map(0u32..8, 0.01f32..1.0, 0..6);
        prop::collection::vec(row, 8).prop_map(|rows| {
            let row = |(item, row): (usize, std::collections::BTreeMap<u32, f32>)| {
                row.into_iter().filter(|(to, _)| *to as usize != item).map(|(to, weight)| edge(to, weight)).collect()
            };
            rows.into_iter().enumerate().map(row).collect()
        })
    }

    proptest! {
        #[test]
        fn rows_stay_rows(rows in any_rows(), alike in any_rows(), budget in 1usize..6, mix in 0.0f64..2.0) {
            let cold: Vec<bool> = (0..8).map(|item| item % 3 == 2).collect();
            let warm: Rows = rows.iter().map(|row| row.iter().filter(|e| !cold[e.item.index()]).copied().collect()).collect();
            let mut filled = warm.clone();
            fill(&mut filled, &alike, &[0, 1, 5, 9, 0, 2, 7, 100], &cold, Fill { mix, cold: mix }, budget);
            let classes = Classes { of: (0..8).map(|item| Some(item % 2)).collect(), len: 2 };
            let mut page = warm.clone();
            fill_cold(&mut page, &alike, &classes, budget);
            for (item, (row, own)) in filled.iter().chain(&page).zip(warm.iter().chain(&warm)).enumerate() {
                prop_assert!(row.windows(2).all(|two| two[0].item < two[1].item));
                prop_assert!(row.iter().all(|edge| edge.item.index() != item % 8 && edge.weight > 0.0));
                let known = row.iter().filter(|edge| !cold[edge.item.index()]).count();
                prop_assert!(item >= 8 && !own.is_empty() || known <= budget);
            }
            for (row, own) in page.iter().zip(&warm) {
                prop_assert!(own.is_empty() || row == own);
            }
        }
    }
}
