//! Weights as codes of a few bits and a row scale of eight.
//!
//! A row's largest weight becomes `top · 2^(-scale/16)` (the nearest of 256 steps below the relation's top), and each
//! weight the nearest of `2^bits` square-root steps of it: `w = row_scale · ((code + 1) / 2^bits)²`. Square-root steps
//! spend their precision on the small weights, of which a row has most.
//!
//! Training measures relations as they ship: [`Quantiser::round`] gives back the very numbers that ranking will read.

use super::draft::Edge;
use super::layout::MAX_DEGREE;

/// `2^(-k/16)` for k = 0 to 15, as f32: every platform scales rows by the same bits.
const SIXTEENTHS: [f32; 16] = [
    1.0,
    0.957_603_3,
    0.917_004_05,
    0.878_126_1,
    0.840_896_4,
    0.805_245_16,
    0.771_105_4,
    0.738_413_1,
    0.707_106_77,
    0.677_127_8,
    0.648_419_8,
    0.620_928_9,
    0.594_603_54,
    0.569_394_3,
    0.545_253_9,
    0.522_136_87,
];

/// The value of an 8-bit logarithmic step below `top`: `top · 2^(-code/16)`.
pub fn step_value(top: f32, code: u8) -> f32 {
    let halvings = u32::from(code >> 4);
    let sixteenth = SIXTEENTHS.get(usize::from(code & 15)).copied().unwrap_or(1.0);
    top * sixteenth / (1u32 << halvings) as f32
}

/// The step whose value is nearest to `value`, by ratio; 255 for anything smaller.
pub fn step_code(top: f32, value: f32) -> u8 {
    let nearer = |code: u8| {
        let next = step_value(top, code + 1);
        // Between two steps the border is their geometric mean: value² against the product.
        value * value >= step_value(top, code) * next
    };
    (0..255u8).find(|code| nearer(*code)).unwrap_or(255)
}

/// The square-root steps of `bits`: the share of the row scale that each code stands for.
pub fn share_table(bits: u8) -> [f32; 256] {
    let levels = 1u32 << bits.min(8);
    std::array::from_fn(|code| {
        let step = (code as u32 + 1).min(levels) as f32;
        (step * step) / (levels * levels) as f32
    })
}

/// Turns rows of weights into codes and back.
#[derive(Clone, Debug)]
pub struct Quantiser {
    bits: u8,
    top: f32,
    shares: [f32; 256],
}

/// One row as it will be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodedRow {
    /// The row scale's step below the relation's top.
    pub scale: u8,
    /// Neighbour, whether its weight is negative, and its code; ascending by neighbour.
    pub entries: Vec<(u32, bool, u8)>,
}

impl Quantiser {
    /// A quantiser for weights of magnitude up to `top`, `bits` (1 to 8) each.
    pub fn new(bits: u8, top: f32) -> Self {
        let bits = bits.clamp(1, 8);
        Self { bits, top, shares: share_table(bits) }
    }

    /// A quantiser fitted to `rows`: its top is their largest magnitude.
    pub fn fit(bits: u8, rows: &[Vec<Edge>]) -> Self {
        let top = rows.iter().flatten().map(|edge| edge.weight.abs()).filter(|w| w.is_finite()).fold(0.0, f32::max);
        Self::new(bits, top)
    }

    /// The largest magnitude.
    pub fn top(&self) -> f32 {
        self.top
    }

    /// The row as codes. Edges that are zero or not finite are left out, as is all beyond 255.
    pub fn code(&self, row: &[Edge]) -> CodedRow {
        let real = |edge: &&Edge| edge.weight.is_finite() && edge.weight != 0.0;
        let largest = row.iter().filter(real).map(|edge| edge.weight.abs()).fold(0.0, f32::max);
        let scale = step_code(self.top, largest);
        let unit = step_value(self.top, scale);
        let entries = row
            .iter()
            .filter(real)
            .take(MAX_DEGREE)
            .map(|edge| (edge.item.0, edge.weight < 0.0, self.nearest(edge.weight.abs() / unit)))
            .collect();
        CodedRow { scale, entries }
    }

    /// The row as it will be read back.
    pub fn round(&self, row: &[Edge]) -> Vec<Edge> {
        let coded = self.code(row);
        let unit = step_value(self.top, coded.scale);
        let value = |negative: bool, code: u8| {
            let magnitude = unit * self.shares.get(usize::from(code)).copied().unwrap_or(0.0);
            if negative { -magnitude } else { magnitude }
        };
        coded
            .entries
            .iter()
            .map(|(item, negative, code)| Edge { item: crate::shop::ItemId(*item), weight: value(*negative, *code) })
            .collect()
    }

    /// The code whose square root is nearest to that of `share`: the border between c and c + 1 is (c + 1.5)².
    fn nearest(&self, share: f32) -> u8 {
        let levels = 1u32 << self.bits;
        let scaled = share * (levels * levels) as f32;
        (0..levels - 1)
            .find(|code| {
                let border = *code as f32 + 1.5;
                scaled < border * border
            })
            .unwrap_or(levels - 1) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::ItemId;
    use proptest::prelude::*;

    #[test]
    fn sixteenths_are_powers_of_two() {
        for (k, value) in SIXTEENTHS.iter().enumerate() {
            assert_eq!(*value, 2f64.powf(-(k as f64) / 16.0) as f32, "2^(-{k}/16)");
        }
    }

    #[test]
    fn a_step_survives_a_round_trip() {
        for code in 0..=255u8 {
            assert_eq!(step_code(3.7, step_value(3.7, code)), code);
        }
    }

    proptest! {
        #[test]
        fn a_rounded_weight_is_within_half_a_root_step(weights in prop::collection::vec(1e-3f32..1.0, 1..40)) {
            let row: Vec<Edge> = weights.iter().enumerate().map(|(i, w)| Edge { item: ItemId(i as u32), weight: *w }).collect();
            let quantiser = Quantiser::fit(4, std::slice::from_ref(&row));
            let largest = weights.iter().copied().fold(0.0, f32::max);
            for (before, after) in row.iter().zip(quantiser.round(&row)) {
                prop_assert_eq!(before.item, after.item);
                let off = (before.weight.sqrt() - after.weight.sqrt()).abs();
                // Half a step of 1/16, or a whole one below the lowest code, and the row scale's own rounding (2 %).
                prop_assert!(off <= largest.sqrt() * (1.0 / 16.0 + 0.03), "{} became {}", before.weight, after.weight);
            }
        }

        #[test]
        fn rounding_twice_changes_nothing(weights in prop::collection::vec(-1.0f32..1.0, 1..40)) {
            let row: Vec<Edge> = weights.iter().enumerate().map(|(i, w)| Edge { item: ItemId(i as u32), weight: *w }).collect();
            let quantiser = Quantiser::new(4, 1.0);
            let once = quantiser.round(&row);
            prop_assert_eq!(quantiser.code(&once).entries.len(), once.len());
        }
    }
}
