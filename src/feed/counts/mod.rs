//! Counts that a warehouse made of its orders, as Parquet.
//!
//! # The problem
//!
//! A shop with a billion order lines keeps them in a warehouse that joins them faster than one machine reads them, and
//! often they may not leave it. A model of orders needs no order, though: it is made of sums over the orders that hold
//! a product and over those that hold a pair.
//!
//! # The idea
//!
//! The warehouse runs the SQL of [`sql`] and writes two tables; [`read_items`] and [`read_pairs`] read them, row by
//! row, and what belongs together is learned from them as from the orders themselves. Support is decided where the
//! orders are: a pair of one customer, or of two orders, never leaves.
//!
//! | table | column | type | meaning |
//! |---|---|---|---|
//! | items | `sku` | text | the product, each once |
//! | | `orders` | integer | orders that hold it |
//! | | `weight` | number | Σ size^-½ over them |
//! | | `shop_orders` | integer | all orders, the same in every row |
//! | | `shop_weight` | number | Σ size^-½ over all orders, the same in every row |
//! | pairs | `sku_a`, `sku_b` | text | the two products, in any order, each pair once |
//! | | `orders` | integer | orders that hold both |
//! | | `weight` | number | Σ size^-½ over them |
//! | | `corrected` | number | Σ (size − 1)^-½ |
//! | | `walk` | number | Σ size^-0.7 |
//! | | `telling` | number | Σ idf², idf = ln(products sold) − ln(1 + size) |
//! | questions | `question` | integer | which late order, under a number that says nothing else |
//! | | `sku` | text | a product it holds |
//!
//! Integers are 32 or 64 bits, with or without a sign; numbers are double or float; columns stand in any order, others
//! are passed over, and nothing may be null. `size` is how many different products of an order count: at most a
//! hundred, its best sellers left out.
//!
//! # In small numbers
//!
//! Three orders: {mug, pot}, {mug, pot}, {pot}. The items are mug with 2 orders and weight 2 · 2^-½ = 1.414, pot with 3
//! and 2.414; either row says 3 orders and 2.414 of the shop. The one pair has 2 orders, weight 1.414, corrected 2,
//! walk 2 · 2^-0.7 = 1.231 and telling 2 · (ln 2 − ln 3)² = 0.329.
//!
//! # What it does not do
//!
//! It joins nothing: whether a pair's products are among the items is for the caller's `sink` to say, and its refusal
//! comes back with file and row. Memory does not grow with the number of rows; a part file is read by blocks, each of
//! which Parquet limits to 2 GiB unpacked and warehouses to about one MiB.

mod columns;
mod parts;
pub mod sql;

use super::{FeedError, Summary};
use crate::shop::{ItemCount, PairCount, QuestionLine};
use columns::{Kind, Row, Wanted};
use std::error::Error;
use std::path::Path;

/// What a caller says of a row: fine, or why not.
pub type Verdict = Result<(), Box<dyn Error + Send + Sync>>;

const ITEMS: [Wanted; 5] = [
    Wanted("sku", Kind::Text),
    Wanted("orders", Kind::Integer),
    Wanted("weight", Kind::Number),
    Wanted("shop_orders", Kind::Integer),
    Wanted("shop_weight", Kind::Number),
];

const PAIRS: [Wanted; 7] = [
    Wanted("sku_a", Kind::Text),
    Wanted("sku_b", Kind::Text),
    Wanted("orders", Kind::Integer),
    Wanted("weight", Kind::Number),
    Wanted("corrected", Kind::Number),
    Wanted("walk", Kind::Number),
    Wanted("telling", Kind::Number),
];

const QUESTIONS: [Wanted; 2] = [Wanted("question", Kind::Integer), Wanted("sku", Kind::Text)];

/// Hands every row of an items table to `sink`; `path` is a file or a folder of part files.
///
/// # Errors
///
/// See [`FeedError`]; [`FeedError::CountRow`] where a value is null, negative or no text, or where `sink` refuses.
pub fn read_items(path: &Path, sink: &mut dyn FnMut(ItemCount<'_>) -> Verdict) -> Result<Summary, FeedError> {
    read(path, &ITEMS, &mut |row| {
        sink(ItemCount {
            sku: row.text(0)?,
            orders: row.integer(1)?,
            weight: row.number(2),
            shop_orders: row.integer(3)?,
            shop_weight: row.number(4),
        })
    })
}

/// Hands every row of a pairs table to `sink`; `path` is a file or a folder of part files.
///
/// # Errors
///
/// As [`read_items`].
pub fn read_pairs(path: &Path, sink: &mut dyn FnMut(PairCount<'_>) -> Verdict) -> Result<Summary, FeedError> {
    read(path, &PAIRS, &mut |row| {
        sink(PairCount {
            sku_a: row.text(0)?,
            sku_b: row.text(1)?,
            orders: row.integer(2)?,
            weight: row.number(3),
            corrected: row.number(4),
            walk: row.number(5),
            telling: row.number(6),
        })
    })
}

/// Hands every row of a questions table to `sink`; `path` is a file or a folder of part files.
///
/// # Errors
///
/// As [`read_items`].
pub fn read_questions(path: &Path, sink: &mut dyn FnMut(QuestionLine<'_>) -> Verdict) -> Result<Summary, FeedError> {
    read(path, &QUESTIONS, &mut |row| sink(QuestionLine { question: row.integer(0)?, sku: row.text(1)? }))
}

/// Reads all part files, by name.
fn read(path: &Path, wanted: &[Wanted], sink: &mut dyn FnMut(Row<'_>) -> Verdict) -> Result<Summary, FeedError> {
    let mut summary = Summary { file: path.display().to_string(), ..Summary::default() };
    summary.columns = wanted.iter().map(|Wanted(name, _)| (*name, (*name).to_owned())).collect();
    for part in parts::parts(path)? {
        summary.rows_read += columns::read(&part, wanted, sink)?;
    }
    summary.rows_kept = summary.rows_read;
    Ok(summary)
}
