//! How the rows of a relation are laid out so that they take the fewest bits.
//!
//! A row may choose its Rice parameter within a window that the relation fixes, and its quotients may add up to a limit
//! that the relation fixes; both fix the bits that every row's header spends. Wide choices make short entries and long
//! headers. All limits and windows are tried, the cheapest together wins.

use super::bits::width_of;
use super::layout::{MAX_RICE, MAX_UNARY_BITS};
use super::quantise::CodedRow;

/// What all rows of a relation share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Neighbours of most rows: one bit instead of a number.
    pub full_degree: u32,
    /// Bits of any other number of neighbours.
    pub degree_bits: u32,
    /// Bits of a row's sum of quotients.
    pub unary_bits: u32,
    /// The smallest Rice parameter.
    pub rice_base: u32,
    /// Bits of what a row adds to it.
    pub rice_bits: u32,
}

/// A row with its Rice parameter and the sum of its quotients.
pub(crate) struct PlannedRow {
    pub row: CodedRow,
    pub rice: u32,
    pub unary: u32,
}

/// Distance of each neighbour to the one before it, less one.
pub(crate) fn gaps(row: &CodedRow) -> impl Iterator<Item = u32> {
    let mut next = 0;
    row.entries.iter().map(move |(item, ..)| {
        let gap = item - next;
        next = item + 1;
        gap
    })
}

/// The sums of a row's quotients for every Rice parameter.
struct Sums {
    degree: u32,
    by_rice: [u32; MAX_RICE as usize + 1],
}

impl Sums {
    fn of(row: &CodedRow) -> Self {
        let mut by_rice = [0u32; MAX_RICE as usize + 1];
        for gap in gaps(row) {
            for (rice, sum) in by_rice.iter_mut().enumerate() {
                *sum = sum.saturating_add(gap >> rice);
            }
        }
        Self { degree: row.entries.len() as u32, by_rice }
    }

    /// The cheapest Rice parameter that the frame allows: bits of gaps, parameter, sum of quotients.
    fn cheapest(&self, frame: &Frame) -> Option<(u64, u32, u32)> {
        let last = (frame.rice_base + (1 << frame.rice_bits) - 1).min(MAX_RICE);
        let limit = (1u32 << frame.unary_bits) - 1;
        (frame.rice_base..=last)
            .filter_map(|rice| Some((rice, *self.by_rice.get(rice as usize).filter(|sum| **sum <= limit)?)))
            .map(|(rice, unary)| (u64::from(unary) + u64::from(self.degree) * u64::from(rice), rice, unary))
            .min()
    }
}

/// The cheapest frame for `rows`, and the rows laid out in it.
pub(crate) fn plan(rows: Vec<CodedRow>) -> (Frame, Vec<PlannedRow>) {
    let sums: Vec<Sums> = rows.iter().map(Sums::of).collect();
    let (full_degree, degree_bits) = degrees(&sums);
    let start = Frame { full_degree, degree_bits, ..Frame::default() };
    let frames = (0..=MAX_UNARY_BITS).flat_map(|unary_bits| {
        let favourites = favourites(&sums, unary_bits);
        (0..=5).map(move |rice_bits| {
            let rice_base = fullest_window(&favourites, 1 << rice_bits);
            Frame { unary_bits, rice_base, rice_bits, ..start }
        })
    });
    let priced = frames.filter_map(|frame| Some((price(&sums, &frame)?, frame)));
    let frame = priced.min_by_key(|(bits, frame)| (*bits, frame.unary_bits, frame.rice_bits)).map(|(_, frame)| frame);
    let frame = frame.unwrap_or(Frame { unary_bits: MAX_UNARY_BITS, rice_base: 0, rice_bits: 5, ..start });
    let planned = rows.into_iter().zip(&sums).map(|(row, sums)| {
        let (_, rice, unary) = sums.cheapest(&frame).unwrap_or((0, MAX_RICE, 0));
        PlannedRow { row, rice, unary }
    });
    (frame, planned.collect())
}

/// The most frequent number of neighbours (the larger of two), and the bits that tell the others apart.
fn degrees(sums: &[Sums]) -> (u32, u32) {
    let mut rows_of = [0u32; 256];
    for sums in sums {
        if let Some(rows) = rows_of.get_mut(sums.degree as usize) {
            *rows += 1;
        }
    }
    let full = (0..256u32).zip(rows_of).max_by_key(|(degree, rows)| (*rows, *degree)).map_or(0, |(degree, _)| degree);
    let other =
        (0..256u32).zip(rows_of).filter(|(degree, rows)| *rows > 0 && *degree != full).map(|(degree, _)| degree);
    (full, width_of(other.max().unwrap_or(0)))
}

/// How many rows like each Rice parameter best.
fn favourites(sums: &[Sums], unary_bits: u32) -> [u32; MAX_RICE as usize + 1] {
    let free = Frame { unary_bits, rice_base: 0, rice_bits: 5, ..Frame::default() };
    let mut rows_of = [0u32; MAX_RICE as usize + 1];
    for sums in sums.iter().filter(|sums| sums.degree > 0) {
        let best = sums.cheapest(&free).map_or(MAX_RICE, |(_, rice, _)| rice);
        if let Some(rows) = rows_of.get_mut(best as usize) {
            *rows += 1;
        }
    }
    rows_of
}

/// Where `width` neighbouring parameters are liked by most rows; of two such places the higher, which suits all rows.
fn fullest_window(rows_of: &[u32], width: usize) -> u32 {
    let places = 0..rows_of.len().saturating_sub(width) + 1;
    let rows = |at: usize| rows_of.iter().skip(at).take(width).sum::<u32>();
    places.max_by_key(|at| (rows(*at), *at)).unwrap_or(0) as u32
}

/// Bits that all rows take beside their codes; `None` where a row has no place in the frame.
fn price(sums: &[Sums], frame: &Frame) -> Option<u64> {
    let header = u64::from(frame.unary_bits + frame.rice_bits);
    sums.iter().filter(|sums| sums.degree > 0).map(|sums| Some(sums.cheapest(frame)?.0 + header)).sum()
}
