//! What counts cannot be.

use std::fmt;

/// Pairs a product of an order is part of at most: an order counts with a hundred products.
pub(super) const PARTNERS: u64 = 99;
/// Room for the last digits of a sum.
pub(super) const ROUNDING: f64 = 1e-6;

/// Why a row of counts, or all of them together, cannot be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CountError {
    /// A pair or question names a product that the items lack.
    UnknownItem {
        /// Its SKU.
        sku: String,
    },
    /// Two rows of one product.
    ItemTwice {
        /// Its SKU.
        sku: String,
    },
    /// Two rows of one pair.
    PairTwice {
        /// One SKU.
        a: String,
        /// The other.
        b: String,
    },
    /// A pair of a product with itself.
    PairOfOne {
        /// Its SKU.
        sku: String,
    },
    /// A number beyond what orders can come to.
    Range {
        /// The column.
        column: &'static str,
        /// The least and the most.
        expected: (f64, f64),
        /// What it says.
        found: f64,
    },
    /// Rows that disagree on a number of the whole shop.
    Shop {
        /// The first rows' number of orders and Σ size^-½.
        first: (u64, f64),
        /// This row's.
        found: (u64, f64),
    },
    /// More pairs than the orders of all products can hold.
    TooManyPairs {
        /// The most there can be.
        most: u64,
    },
    /// More questions than are ever asked.
    TooManyQuestions {
        /// The most that are kept.
        most: usize,
    },
    /// More products than a bundle can number.
    TooManyItems {
        /// How many a bundle may hold.
        most: usize,
    },
    /// No product at all.
    Nothing,
}

impl fmt::Display for CountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownItem { sku } => write!(
                f,
                "expected a product of the items table, found {sku:?}, which it lacks: export both tables from the same orders"
            ),
            Self::ItemTwice { sku } => write!(f, "expected each product once, found {sku:?} again: {AGAIN}"),
            Self::PairTwice { a, b } => write!(f, "expected each pair once, found {a:?} with {b:?} again: {AGAIN}"),
            Self::PairOfOne { sku } => {
                write!(
                    f,
                    "expected two products, found {sku:?} with itself: export the pairs with the SQL of `endcap init --sql`"
                )
            }
            Self::Range { column, expected: (least, most), found } => write!(
                f,
                "column `{column}`: expected {least} to {most}, found {found}: export items and pairs from the same orders, \
                 with the SQL of `endcap init --sql`"
            ),
            Self::Shop { first, found } => write!(
                f,
                "expected the same shop_orders and shop_weight in every row, found {} and {} after {} and {}: {AGAIN}",
                found.0, found.1, first.0, first.1
            ),
            Self::TooManyPairs { most } => write!(
                f,
                "expected at most {most} orders of pairs, for every product of an order goes with {PARTNERS} others at most, \
                 found more: export items and pairs from the same orders"
            ),
            Self::TooManyQuestions { most } => {
                write!(
                    f,
                    "expected at most {most} questions, found more: draw fewer, as the SQL of `endcap init --sql` does"
                )
            }
            Self::TooManyItems { most } => {
                write!(f, "expected at most {most} products, found more: leave out products that are not sold")
            }
            Self::Nothing => {
                f.write_str("expected at least one product, found none: look at the orders the SQL ran on")
            }
        }
    }
}

const AGAIN: &str = "does the folder hold two exports?";

impl std::error::Error for CountError {}

/// `value` if it lies between `least` and `most`, give or take the last digits.
pub(super) fn within(column: &'static str, value: f64, least: f64, most: f64) -> Result<f32, CountError> {
    if value >= least * (1.0 - ROUNDING) && value <= most * (1.0 + ROUNDING) {
        return Ok(value as f32);
    }
    Err(CountError::Range { column, expected: (least, most), found: value })
}

/// A count from 1 to `most`.
pub(super) fn count(column: &'static str, value: u64, most: u64) -> Result<u32, CountError> {
    let fits = u32::try_from(value).ok().filter(|_| (1..=most).contains(&value));
    let most = most.min(u64::from(u32::MAX)) as f64;
    fits.ok_or(CountError::Range { column, expected: (1.0, most), found: value as f64 })
}
