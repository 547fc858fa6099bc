//! A relation as it lies in the file: rows of neighbours, read in place.
//!
//! A row is a few header bits (how many neighbours, the row's scale, its Rice parameter, how long its unary parts are)
//! and one entry a neighbour: the gap to the one before it, Rice coded, and the code of its weight. Eight rows share one
//! offset; since the headers tell how long each row is, the rows before the wanted one are skipped, not decoded.
//! FORMAT.md draws the grids.
//!
//! Reading is total: whatever the bits say, a row ends, its neighbours ascend, and none lies beyond the last item.

use super::bits::{low, u32_at, window};
use super::error::OpenError;
use super::layout::*;
use super::quantise::{share_table, step_value};
use super::row_plan::Frame;
use crate::shop::ItemId;
use std::ops::Range;

/// What is read once, when the bundle is opened.
#[derive(Clone, Debug)]
pub(crate) struct RelationShape {
    rows: u32,
    edges: u32,
    bits: u32,
    signed: u32,
    frame: Frame,
    top: f32,
    shares: [f32; 256],
    offsets: Range<usize>,
    data: Range<usize>,
}

impl RelationShape {
    /// Checks the section at `range` of `file`: counts, widths and block offsets.
    pub fn check(file: &[u8], range: Range<usize>, items: usize, name: &'static str) -> Result<Self, OpenError> {
        let bad = |rule| OpenError::Malformed { section: name, rule };
        let section = file.get(range.clone()).ok_or_else(|| bad("leaves the file"))?;
        let header = section.first_chunk::<RELATION_HEADER_BYTES>().ok_or_else(|| bad("shorter than its header"))?;
        let word = |at| u32_at(header, at).unwrap_or(0);
        let [bits, flags, degree_bits, unary_bits] = word(8).to_le_bytes();
        let [full_degree, rice_base, rice_bits, reserved] = word(20).to_le_bytes();
        if word(0) as usize != items {
            return Err(bad("one row an item is expected"));
        }
        let widths = degree_bits > 8 || u32::from(unary_bits) > MAX_UNARY_BITS || rice_bits > 5;
        if !(1..=8).contains(&bits) || flags > RELATION_SIGNED || widths || u32::from(rice_base) > MAX_RICE {
            return Err(bad("a width is out of range"));
        }
        let top = f32::from_bits(word(12));
        if !top.is_finite() || top < 0.0 || reserved != 0 {
            return Err(bad("the top weight is not a number ≥ 0, or reserved bytes are not zero"));
        }
        let blocks = items.div_ceil(ROWS_PER_BLOCK);
        let data = RELATION_HEADER_BYTES + (blocks + 1) * 4;
        if word(16) as usize != blocks || section.len() < data {
            return Err(bad("the block count does not fit"));
        }
        let offsets = section.get(RELATION_HEADER_BYTES..data).unwrap_or_default();
        check_offsets(offsets, section.len() - data).map_err(bad)?;
        Ok(Self {
            rows: word(0),
            edges: word(4),
            bits: u32::from(bits),
            signed: u32::from(flags & RELATION_SIGNED),
            frame: Frame {
                full_degree: u32::from(full_degree),
                degree_bits: u32::from(degree_bits),
                unary_bits: u32::from(unary_bits),
                rice_base: u32::from(rice_base),
                rice_bits: u32::from(rice_bits),
            },
            top,
            shares: share_table(bits),
            offsets: range.start + RELATION_HEADER_BYTES..range.start + data,
            data: range.start + data..range.end,
        })
    }
}

/// Offsets ascend from 0 and end where the data ends.
fn check_offsets(offsets: &[u8], data: usize) -> Result<(), &'static str> {
    let mut before = 0;
    for at in (0..offsets.len()).step_by(4) {
        let offset = u32_at(offsets, at).unwrap_or(0);
        if offset < before || (at == 0 && offset != 0) {
            return Err("block offsets do not ascend from 0");
        }
        before = offset;
    }
    if before as usize == data { Ok(()) } else { Err("the last block does not end with the section") }
}

/// A relation of an open bundle.
#[derive(Clone, Copy)]
pub struct Relation<'a> {
    shape: &'a RelationShape,
    offsets: &'a [u8],
    data: &'a [u8],
}

impl<'a> Relation<'a> {
    pub(crate) fn new(shape: &'a RelationShape, file: &'a [u8]) -> Self {
        let part = |range: &Range<usize>| file.get(range.clone()).unwrap_or_default();
        Self { shape, offsets: part(&shape.offsets), data: part(&shape.data) }
    }

    /// Rows, which is the number of items.
    pub fn rows(&self) -> usize {
        self.shape.rows as usize
    }

    /// Edges, as the section says.
    pub fn edges(&self) -> usize {
        self.shape.edges as usize
    }

    /// Bits a weight.
    pub fn bits(&self) -> u8 {
        self.shape.bits as u8
    }

    /// Whether weights below zero may occur.
    pub fn is_signed(&self) -> bool {
        self.shape.signed == 1
    }

    /// The largest magnitude a weight can have.
    pub fn top(&self) -> f32 {
        self.shape.top
    }

    /// The neighbours of `item`, ascending; empty for an item the bundle does not have.
    ///
    /// # Cost
    ///
    /// Eight row headers, then one 64-bit load a neighbour. Nothing is allocated.
    #[inline]
    pub fn row(&self, item: ItemId) -> Row<'a> {
        let block = item.index() / ROWS_PER_BLOCK;
        let start = u32_at(self.offsets, block * 4);
        match start {
            Some(start) if item.0 < self.shape.rows => {
                self.row_in(u64::from(start) * 8, item.0 % ROWS_PER_BLOCK as u32)
            }
            _ => self.row_of(&Header::default(), 0),
        }
    }

    /// Reads the eight headers at `bit` and stops before the row in `slot`.
    #[inline]
    fn row_in(&self, mut bit: u64, slot: u32) -> Row<'a> {
        let shape = self.shape;
        let entry = 1 + shape.signed + shape.bits;
        let (mut skip, mut found) = (0u64, Header::default());
        for at in 0..ROWS_PER_BLOCK as u32 {
            let (header, bits) = Header::read(window(self.data, bit), &shape.frame);
            bit += u64::from(bits);
            if at < slot {
                skip += u64::from(header.unary) + u64::from(header.degree) * u64::from(header.rice + entry);
            } else if at == slot {
                found = header;
            }
        }
        self.row_of(&found, bit + skip)
    }

    #[inline]
    fn row_of(&self, header: &Header, bit: u64) -> Row<'a> {
        let shape = self.shape;
        Row {
            data: self.data,
            shares: &shape.shares,
            rows: u64::from(shape.rows),
            signed: shape.signed,
            bits: shape.bits,
            unit: step_value(shape.top, header.scale),
            rice: header.rice,
            left: header.degree,
            bit,
            next: 0,
        }
    }
}

/// What stands before the entries of a row.
#[derive(Clone, Copy, Default)]
struct Header {
    degree: u32,
    scale: u8,
    rice: u32,
    unary: u32,
}

impl Header {
    /// The header in the lowest bits of `word` (at most 30 of them), and how many it takes.
    #[inline(always)]
    fn read(word: u64, frame: &Frame) -> (Self, u32) {
        let full = word & 1 == 1;
        let other = low(word >> 1, frame.degree_bits) as u32;
        let (degree, bits) = if full { (frame.full_degree, 1) } else { (other, 1 + frame.degree_bits) };
        if degree == 0 {
            return (Self::default(), bits);
        }
        let rest = word >> bits;
        let rice = frame.rice_base + low(rest >> SCALE_BITS, frame.rice_bits) as u32;
        let unary = low(rest >> (SCALE_BITS + frame.rice_bits), frame.unary_bits) as u32;
        let header = Self { degree, scale: low(rest, SCALE_BITS) as u8, rice: rice.min(MAX_RICE), unary };
        (header, bits + SCALE_BITS + frame.rice_bits + frame.unary_bits)
    }
}

/// The neighbours of one item with their weights, ascending by neighbour. What reading needs lies here and not in the
/// relation: the compiler keeps it in registers.
#[derive(Clone)]
pub struct Row<'a> {
    data: &'a [u8],
    shares: &'a [f32],
    rows: u64,
    signed: u32,
    bits: u32,
    unit: f32,
    rice: u32,
    left: u32,
    bit: u64,
    next: u64,
}

/// Quotients up to this fit one window together with the longest remainder, sign and code.
const SHORT: u32 = 57 - 1 - 31 - 1 - 8;

impl Iterator for Row<'_> {
    type Item = (ItemId, f32);

    #[inline(always)]
    fn next(&mut self) -> Option<(ItemId, f32)> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let mut word = window(self.data, self.bit);
        let mut quotient = word.trailing_zeros();
        if quotient <= SHORT {
            word >>= quotient + 1;
            self.bit += u64::from(quotient + 1);
        } else {
            quotient = self.long_quotient()?;
            word = window(self.data, self.bit);
        }
        let gap = u64::from(quotient) << self.rice | low(word, self.rice);
        word >>= self.rice;
        let negative = self.signed == 1 && word & 1 == 1;
        let code = low(word >> self.signed, self.bits) as usize;
        self.bit += u64::from(self.rice + self.signed + self.bits);
        let item = self.next + gap;
        if item >= self.rows {
            self.left = 0;
            return None;
        }
        self.next = item + 1;
        let weight = self.unit * self.shares.get(code).copied().unwrap_or(0.0);
        Some((ItemId(item as u32), if negative { -weight } else { weight }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left as usize))
    }
}

impl Row<'_> {
    /// A quotient too long for one window; `None` ends the row where it is longer than any that is written.
    #[cold]
    fn long_quotient(&mut self) -> Option<u32> {
        let mut quotient = 0;
        loop {
            let zeros = (window(self.data, self.bit) | 1 << 56).trailing_zeros();
            quotient += zeros;
            self.bit += u64::from(zeros);
            if quotient > 255 {
                self.left = 0;
                return None;
            }
            if zeros < 56 {
                self.bit += 1;
                return Some(quotient);
            }
        }
    }
}
