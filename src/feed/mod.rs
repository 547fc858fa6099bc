//! Messy files in, a shop's nouns out.
//!
//! # The problem
//!
//! Every shop exports its orders, clicks and catalog differently: other headers, other dates, other decimal signs,
//! returns and postage among the products, a quotation mark somebody forgot. A model trained on a misread column looks
//! as well as any other, so nothing may be guessed in silence, and one bad row in a million must not stop the work.
//!
//! # The idea
//!
//! A file is read once, record by record, in memory that does not grow with it. Columns are found by the names of
//! their headers, by our own first and then by those that exports use. Each record is then one of three things:
//!
//! * kept: it is handed to the caller's `sink` as a [`Product`], [`OrderLine`], [`Event`] or [`CuratedLine`];
//! * left out by rule: it is in order but says nothing about what belongs together (a return, a cancelled order);
//! * a problem: it cannot be read, and becomes an [`Issue`] with file, line, column, reason and remedy.
//!
//! All three are counted in the [`Summary`], where kept and dropped always add up to what was read. Where the share of
//! problems passes [`Options::max_bad_rows`] the file is refused.
//!
//! # A worked example
//!
//! ```text
//! Invoice;StockCode;InvoiceDate;Qty;Price
//! 489434;85048;12/1/2009 7:45;12;6,95
//! C489449;22087;12/1/2009 10:33;-12;2,95
//! 489435;22350;yesterday;1;2,55
//! ```
//!
//! The delimiter is `;`, as it stands in the header most often; `Invoice` is `order_id`, `StockCode` is `sku`. The first
//! row is kept: 12 of 85048 at 695 minor units, at 2009-12-01T07:45:00Z. The second is left out by rule: a `C` before
//! digits, where most numbers are digits alone, marks a cancellation. The third is a problem:
//!
//! ```text
//! orders.csv:4: column `InvoiceDate`: expected a date and time, found `yesterday`; write it as 2026-01-31T18:45:00Z, or leave it empty
//! ```
//!
//! One problem in three rows is more than the 1 % allowed, so reading ends with [`FeedError::TooManyBadRows`].
//!
//! # What holds for every file
//!
//! * Delimited text, plain or gzip (known by its bytes), in UTF-8 with or without a byte order mark; a record that is
//!   no UTF-8 is read as Windows-1252 and counted. The delimiter is `,` `;` tab or `|`.
//! * Values are trimmed. In fields that may be empty `null`, `\N`, `N/A`, `NaN`, `None` and `-` count as empty.
//! * Slash dates put the month first (`12/1/2009` is in December) unless the first number is above 12; dotted and
//!   dashed ones put the day first. Without a zone a time is taken as UTC.
//! * Prices become minor units of [`Options::currency`] without passing through a float.
//! * Line numbers count line breaks, so that an editor finds the place.
//!
//! # What it does not do
//!
//! It joins nothing and remembers no row: duplicate SKUs, SKUs that the catalog lacks and the merging of order lines are
//! the work of whoever collects the rows. Other formats than CSV are refused by name; changes may be JSON Lines too, and what
//! a report reads, lines sold and the logs of [`read_lines`] and [`read_records`], JSON Lines or Parquet.

mod catalog;
mod changes;
mod columnar;
mod columns;
pub mod counts;
mod csv;
mod curated;
mod dates;
mod error;
mod events;
mod issue;
mod json_lines;
mod lines;
mod orders;
mod sold;
mod source;
mod summary;
mod table;

pub use catalog::read_catalog;
pub use changes::{ChangeLine, MarginSaid, read_changes};
pub use columnar::{Record, read_records};
pub use curated::read_curated;
pub use error::FeedError;
pub use events::read_events;
pub use issue::{Issue, Reason};
pub use lines::{Judged, Refused, read_lines};
pub use orders::read_orders;
pub use sold::{Sold, SoldRow, read_sold};
pub use source::Progress;
pub use summary::{ISSUES_KEPT, Summary};

use crate::shop::Currency;
#[cfg(doc)]
use crate::shop::{CuratedLine, Event, OrderLine, Product};

/// How a file is read.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The currency of all prices; it decides how many decimal places count.
    pub currency: Currency,
    /// The share of rows, 0 to 1, that may have a problem. Default 0.01.
    pub max_bad_rows: f64,
    /// Told how many bytes of the file, packed as it is, have been read so far; called once a block of some kilobytes.
    pub progress: Option<Progress<'a>>,
}

impl Default for Options<'_> {
    /// No currency (two decimal places), 1 % of bad rows, no progress.
    fn default() -> Self {
        Self { currency: Currency::NONE, max_bad_rows: 0.01, progress: None }
    }
}
