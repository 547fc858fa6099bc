//! What is looked at near a product in a visit: bidirectional, distance-weighted co-views.
//!
//! Two views of one visit, at most ten steps apart, speak for one another: `c(i, j) = Σ 1/distance`, where the later
//! view counts fully for the earlier one and the earlier `back` times for the later. Popular products are damped on
//! both sides: `w(i, j) = c(i, j) / (n_i^a · n_j^b)`. A second step through neighbours' neighbours fills thin rows.
//! The rule of support is one of orders; a pair of views needs one visit.

use super::history::Visits;
use super::prune::{Rows, prune};
use crate::bundle::Edge;
use crate::shop::ItemId;
use rayon::prelude::*;

/// Steps between two views that still count.
const WINDOW: usize = 10;
/// Neighbours through which the second step goes.
const THROUGH: usize = 32;

/// Settings of a co-view relation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoView {
    /// Power of the distance that divides.
    pub distance: f64,
    /// Weight of the way back.
    pub back: f64,
    /// Power of the seed's views that divides; it decides how several views share a say.
    pub a: f64,
    /// Power of the neighbour's views that divides.
    pub b: f64,
    /// Power of a visit's length that divides.
    pub size: f64,
    /// Half-life of a visit as a share of the whole time; 0: visits do not age.
    pub recent: f64,
    /// Weight of the second step.
    pub hops: f64,
}

impl Default for CoView {
    fn default() -> Self {
        Self { distance: 1.0, back: 1.0, a: 0.5, b: 0.25, size: 0.0, recent: 0.0, hops: 0.0 }
    }
}

/// Where each item is viewed in the whole sequence, and what each visit weighs.
struct Sequence<'a> {
    visits: &'a Visits,
    starts: Vec<usize>,
    places: Vec<(u32, u32)>,
    weight: Vec<f64>,
}

impl<'a> Sequence<'a> {
    fn new(visits: &'a Visits, settings: &CoView) -> Self {
        let n = visits.n_items;
        let mut starts = vec![0usize; n + 1];
        visits.views.iter().for_each(|item| starts[*item as usize + 1] += 1);
        (1..=n).for_each(|i| starts[i] += starts[i - 1]);
        let mut next = starts.clone();
        let mut places = vec![(0, 0); visits.views.len()];
        for visit in 0..visits.len() {
            for at in visits.span(visit) {
                let item = visits.views[at] as usize;
                places[next[item]] = (visit as u32, at as u32);
                next[item] += 1;
            }
        }
        let newest = visits.len().saturating_sub(1).max(1) as f64;
        let weight = (0..visits.len())
            .map(|v| {
                let length = libm::pow(visits.span(v).len().max(1) as f64, -settings.size);
                let age = (newest - v as f64) / newest;
                if settings.recent > 0.0 { length * libm::exp2(-age / settings.recent) } else { length }
            })
            .collect();
        Self { visits, starts, places, weight }
    }

    fn views_of(&self, item: usize) -> &[(u32, u32)] {
        &self.places[self.starts[item]..self.starts[item + 1]]
    }

    /// Adds up what is viewed around each view of `item`.
    fn row(&self, item: usize, forward: &[f64], backward: &[f64], sums: &mut Sums) {
        for &(visit, at) in self.views_of(item) {
            let (span, at) = (self.visits.span(visit as usize), at as usize);
            let weight = self.weight[visit as usize];
            let views = &self.visits.views;
            for (d, other) in views[at + 1..span.end.min(at + 1 + WINDOW)].iter().enumerate() {
                sums.add(*other, weight * forward[d]);
            }
            for (d, other) in views[span.start.max(at.saturating_sub(WINDOW))..at].iter().rev().enumerate() {
                sums.add(*other, weight * backward[d]);
            }
        }
        sums.drop(item as u32);
    }
}

/// A dense row that remembers which cells it used.
struct Sums {
    cells: Vec<f64>,
    touched: Vec<u32>,
}

impl Sums {
    fn new(n: usize) -> Self {
        Self { cells: vec![0.0; n], touched: Vec::new() }
    }

    fn add(&mut self, item: u32, value: f64) {
        if value == 0.0 {
            return;
        }
        let cell = &mut self.cells[item as usize];
        if *cell == 0.0 {
            self.touched.push(item);
        }
        *cell += value;
    }

    fn drop(&mut self, item: u32) {
        self.cells[item as usize] = 0.0;
    }

    /// The row ascending, each value passed through `f`; empty again afterwards.
    fn take(&mut self, f: impl Fn(u32, f64) -> f64) -> Vec<Edge> {
        self.touched.sort_unstable();
        self.touched.dedup();
        let cells = &mut self.cells;
        let edge = |item: u32| {
            let value = std::mem::take(&mut cells[item as usize]);
            Edge { item: ItemId(item), weight: f(item, value) as f32 }
        };
        self.touched.drain(..).map(edge).filter(|edge| edge.weight != 0.0).collect()
    }
}

impl CoView {
    /// Settings as manifest and report show them.
    pub fn describe(&self) -> String {
        let Self { distance, back, a, b, size, recent, hops } = self;
        format!("co-view distance {distance} back {back} a {a} b {b} size {size} recent {recent} hops {hops}")
    }

    /// All weights, unpruned. Cost: twenty sums a view; memory: the row of every item.
    pub fn fit(&self, visits: &Visits) -> Rows {
        let sequence = Sequence::new(visits, self);
        let forward: Vec<f64> = (1..=WINDOW).map(|d| libm::pow(d as f64, -self.distance)).collect();
        let backward: Vec<f64> = forward.iter().map(|w| w * self.back).collect();
        let power = |p: f64| -> Vec<f64> {
            (0..visits.n_items).map(|i| libm::pow(sequence.views_of(i).len().max(1) as f64, -p)).collect()
        };
        let (from, to) = (power(self.a), power(self.b));
        let rows: Rows = (0..visits.n_items)
            .into_par_iter()
            .with_min_len(64)
            .map_init(
                || Sums::new(visits.n_items),
                |sums, item| {
                    sequence.row(item, &forward, &backward, sums);
                    sums.take(|other, sum| sum * from[item] * to[other as usize])
                },
            )
            .collect();
        if self.hops > 0.0 { second_step(rows, self.hops) } else { rows }
    }
}

/// Adds a tenth of `hops` times the level of each row in neighbours' neighbours.
fn second_step(rows: Rows, hops: f64) -> Rows {
    let n = rows.len();
    let level: Vec<f64> = rows.iter().map(|row| row.iter().map(|e| f64::from(e.weight)).sum()).collect();
    let mut step = rows.clone();
    prune(&mut step, THROUGH);
    for row in &mut step {
        let sum: f64 = row.iter().map(|e| f64::from(e.weight)).sum();
        row.iter_mut().for_each(|e| e.weight = (f64::from(e.weight) / sum.max(1e-12)) as f32);
    }
    rows.par_iter()
        .enumerate()
        .with_min_len(64)
        .map_init(
            || Sums::new(n),
            |sums, (item, row)| {
                row.iter().for_each(|e| sums.add(e.item.0, f64::from(e.weight)));
                for first in &step[item] {
                    let share = hops * 0.1 * level[item] * f64::from(first.weight);
                    let onward = &step[first.item.index()];
                    onward.iter().for_each(|e| sums.add(e.item.0, share * f64::from(e.weight)));
                }
                sums.drop(item as u32);
                sums.take(|_, sum| sum)
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(rows: &Rows, i: usize, j: u32) -> f32 {
        rows[i].iter().find(|e| e.item.0 == j).map_or(0.0, |e| e.weight)
    }

    #[test]
    fn a_view_two_steps_away_counts_half() {
        let mut visits = Visits::new(3);
        visits.push([0, 1, 2]);
        let rows = CoView { a: 0.0, b: 0.0, back: 0.5, ..CoView::default() }.fit(&visits);
        assert_eq!((weight(&rows, 0, 1), weight(&rows, 0, 2)), (1.0, 0.5));
        assert_eq!((weight(&rows, 2, 1), weight(&rows, 2, 0)), (0.5, 0.25));
    }

    #[test]
    fn popular_items_are_damped_on_both_sides() {
        let mut visits = Visits::new(2);
        (0..4).for_each(|_| visits.push([0, 1]));
        let rows = CoView { a: 0.5, b: 0.25, ..CoView::default() }.fit(&visits);
        assert!((f64::from(weight(&rows, 0, 1)) - 4.0 / (2.0 * 2f64.sqrt())).abs() < 1e-6);
    }

    #[test]
    fn an_item_is_never_its_own_neighbour_and_ten_steps_are_the_end() {
        let mut visits = Visits::new(14);
        visits.push((0..12).chain([0]));
        let rows = CoView::default().fit(&visits);
        assert!(rows.iter().enumerate().all(|(i, row)| row.iter().all(|e| e.item.index() != i)));
        assert_eq!(weight(&rows, 0, 11), weight(&rows, 0, 1), "0 comes again one step after 11");
        assert_eq!(weight(&rows, 11, 0), weight(&rows, 1, 0));
        assert_eq!(weight(&rows, 1, 12), 0.0);
    }

    #[test]
    fn a_second_step_reaches_neighbours_of_neighbours() {
        let mut visits = Visits::new(3);
        visits.push([0, 1]);
        visits.push([1, 2]);
        let one = CoView { a: 0.0, b: 0.0, ..CoView::default() };
        assert_eq!(weight(&one.fit(&visits), 0, 2), 0.0);
        let two = CoView { hops: 1.0, ..one }.fit(&visits);
        assert!((weight(&two, 0, 2) - 0.05).abs() < 1e-6, "a tenth, of which half goes back to 0");
    }
}
