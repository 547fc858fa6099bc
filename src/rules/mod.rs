//! Rules: from the merchandiser's words to numbered sets of items, and what is wrong with them.
//!
//! # The problem
//!
//! "No gift cards beside the till, unless they are our own, from Black Friday on." A browser that answers in microseconds
//! can compare no texts for each of ten thousand candidates, and must not be told margins, stock counts or the names of
//! campaigns. A server that explains an answer wants the words.
//!
//! # The idea
//!
//! Whatever a rule says of an item that only changes with the catalog (SKU, title, category, brand, tag, group, margin,
//! count) is decided once, here: the items become a numbered set, and the numbers are all that ranking sees. What changes
//! by the hour and is public anyway (price, state of stock, age) stays a test. An exclusion that holds at all times and on
//! all carts is no rule any more: it is a bit an item and placement, and so is a floor of margins; two shops that differ
//! only in what hid an item have the same public file.
//!
//! [`Plan`] is what is to be decided, [`Plan::judge`] decides it for one item, [`compile`] for all of them, and [`lint()`]
//! says what the rules cannot mean: a pin that an exclusion takes away, a campaign that is over, a placement that is left
//! with nothing to show.
//!
//! # A worked example
//!
//! Three items: a gift card of brand Own, one of brand Else, a mug. The rule above tests `category = Gift cards`, not
//! `brand = Own`, from a date on. Its set, number 0, holds the second card alone; items have the signatures 0, 1, 0, where
//! signature 1 is the list {0}. The compiled rule is "placement 0, items of set 0, from second 1 795 129 200: exclude".
//! Without the date nothing would be left of it but bit 0 of the second card's mask.
//!
//! # Cost
//!
//! Tests are found from the item's values, not tried one by one: a hash look-up for each SKU, brand, tag, level of the
//! category and word of the title, and then work only for what was found. Five hundred rules over a hundred thousand items
//! take a fraction of a second.
//!
//! # What it does not do
//!
//! It reads no file and knows no clock. It does not say what follows from a rule that holds: that is ranking's business.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod active;
mod atoms;
mod book;
mod compile;
mod error;
mod facts;
mod lint;
mod live;
mod patch;
mod plan;
mod reader;
mod words;

pub use active::{Active, Barred, Bearing, Situation};
pub use book::Book;
pub use compile::{Compiled, compile};
pub use error::CompileError;
pub use facts::{Facts, Field};
pub use lint::{CODES, Finding, Inspected, Place, Severity, lint};
pub use live::{Applied, Live};
pub use patch::{PatchError, Patched};
pub use plan::{HiddenBy, Judged, Plan, Rulebook};
pub use words::in_category;

#[cfg(test)]
mod tests;
