//! What a report is made of: logs of events and orders, read from files as shops have them.
//!
//! # The problem
//!
//! A month of a shop is a folder of logs, hour by hour, some twice, some cut off, beside an export of orders in the words of
//! some other program. Each of them may hold names that the report has no use for.
//!
//! # The idea
//!
//! Every file goes through here record by record, whatever its format, and comes out as [`Event`]s and [`SoldLine`]s, with
//! units hashed where a [`Key`] is given. What cannot be read is counted, kept word for word where it is among the first, and
//! refused as a whole where it is too much. What came back is handed on like what was sold: it is for the report to count.
//!
//! # What it does not do
//!
//! It joins nothing, drops nothing that can be read but other currencies, and remembers no record: an event that stands
//! twice comes twice.

mod error;
mod events;
mod files;
mod orders;

pub use error::InputError;
pub use events::read_events;
pub use files::files;
pub use orders::{SoldLine, read_orders};

#[cfg(doc)]
use crate::event::Event;
use crate::event::Moment;
use crate::event::key::Key;
use crate::feed::{self, Issue, Reason, Summary};
use crate::shop::Currency;
use std::collections::BTreeMap;

/// How a file is read.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The shop's currency; with [`Currency::NONE`] every record keeps its own.
    pub currency: Currency,
    /// Under which units are hashed; without one they stay as they are.
    pub key: Option<&'a Key>,
    /// The share of records, 0 to 1, that may be unreadable.
    pub max_bad_rows: f64,
    /// Told how many bytes of the file, packed as it is, have been read so far.
    pub progress: Option<feed::Progress<'a>>,
}

impl Default for Options<'_> {
    /// Every record's own currency, no key, 1 % of unreadable records, no progress.
    fn default() -> Self {
        Self { currency: Currency::NONE, key: None, max_bad_rows: 0.01, progress: None }
    }
}

impl<'a> Options<'a> {
    /// The same for the room that reads files.
    fn of_feed(&self) -> feed::Options<'a> {
        feed::Options { currency: self.currency, max_bad_rows: self.max_bad_rows, progress: self.progress }
    }
}

/// What became of the records of one file: `rows` are `kept`, `refused` and `other_currency` together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// The file as it was given.
    pub file: String,
    /// Records read.
    pub rows: u64,
    /// Handed on.
    pub kept: u64,
    /// Not handed on because they cannot be read.
    pub refused: u64,
    /// Not handed on because their amounts are not in the shop's currency.
    pub other_currency: u64,
    /// The first [`feed::ISSUES_KEPT`] of those that cannot be read, in file order.
    pub issues: Vec<Issue>,
    /// Those currencies, each with its records; of events the first ten.
    pub currencies: BTreeMap<String, u64>,
    /// Records handed on whose time says its zone, and those whose time is taken as UTC because it says none.
    pub with_zone: u64,
    /// See `with_zone`.
    pub without_zone: u64,
    /// Orders: lines whose `_endcap`, `unit_key` or `experiments` cannot be read.
    pub unreadable_attributes: u64,
    /// Events: fields that schema 1 does not know, each with its events; the first hundred.
    pub unknown_fields: BTreeMap<String, u64>,
    /// Orders: each field that was found, with the column it was found in, and the columns that were not used.
    pub columns: Vec<(&'static str, String)>,
    /// See `columns`.
    pub unused: Vec<String>,
    /// The first and the last moment of what was handed on.
    pub first: Option<Moment>,
    /// See `first`.
    pub last: Option<Moment>,
}

/// The most currencies that are told apart.
const MOST_CURRENCIES: usize = 10;
/// The most unknown fields that are remembered.
const MOST_FIELDS: usize = 100;

impl Read {
    /// Adds what the file's reader counted.
    fn with(self, summary: Summary) -> Self {
        Self {
            file: summary.file.clone(),
            rows: summary.rows_read,
            kept: summary.rows_kept,
            refused: summary.bad_rows(),
            other_currency: summary.dropped.get(&Reason::OtherCurrency).copied().unwrap_or(0),
            issues: summary.issues,
            columns: summary.columns,
            unused: summary.unused,
            ..self
        }
    }

    /// Takes in the moment of a record that is handed on.
    fn saw(&mut self, at: Moment, zoned: bool) {
        *if zoned { &mut self.with_zone } else { &mut self.without_zone } += 1;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

/// Counts a word, unless it is a new one and there are many already.
fn count(words: &mut BTreeMap<String, u64>, word: &str, times: u64, most: usize) {
    if let Some(counted) = words.get_mut(word) {
        *counted += times;
    } else if words.len() < most {
        words.insert(word.to_owned(), times);
    }
}
