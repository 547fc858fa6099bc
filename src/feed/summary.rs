//! What became of a file's rows.

use super::issue::{cut, shortened};
use super::{Issue, Reason, Refused};
use crate::shop::Timestamp;
use std::collections::BTreeMap;
use std::fmt;

/// The most issues kept word for word; all are counted.
pub const ISSUES_KEPT: usize = 20;

/// The most unused headers that the text of a summary names.
const UNUSED_SHOWN: usize = 20;

/// What was read from one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// The file as it was given.
    pub file: String,
    /// Records after the header.
    pub rows_read: u64,
    /// Records handed on.
    pub rows_kept: u64,
    /// Records not handed on, by reason: rules and problems. With [`Summary::rows_kept`] they add up to
    /// [`Summary::rows_read`].
    pub dropped: BTreeMap<Reason, u64>,
    /// The first [`ISSUES_KEPT`] records with a problem, in file order.
    pub issues: Vec<Issue>,
    /// Each field that was found, with the header it was found under.
    pub columns: Vec<(&'static str, String)>,
    /// Headers that were not used.
    pub unused: Vec<String>,
    /// Records that were not UTF-8 and were read as Windows-1252.
    pub windows_1252: u64,
    /// The earliest moment of a kept record.
    pub first: Option<Timestamp>,
    /// The latest moment of a kept record.
    pub last: Option<Timestamp>,
}

impl Summary {
    /// Records with a problem; what a rule leaves out is not among them.
    pub fn bad_rows(&self) -> u64 {
        self.dropped.iter().filter(|(reason, _)| !reason.is_rule()).map(|(_, n)| n).sum()
    }

    /// Counts a record that was handed on.
    pub(super) fn keep(&mut self, at: Option<Timestamp>) {
        self.rows_kept += 1;
        if let Some(at) = at {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
    }

    /// Counts a record that was not, and keeps its issue where it is one of the first problems.
    pub(super) fn drop_row(&mut self, line: u64, column: &str, reason: Reason, found: &str) {
        *self.dropped.entry(reason).or_default() += 1;
        if !reason.is_rule() && self.issues.len() < ISSUES_KEPT {
            self.issues.push(Issue::new(&self.file, line, column, reason, found));
        }
    }

    /// As [`Summary::drop_row`], of a record whose reader says more than the reason does.
    pub(super) fn refuse(&mut self, line: u64, refused: Refused) {
        let Refused { reason, field, expected, found, remedy } = refused;
        *self.dropped.entry(reason).or_default() += 1;
        if !reason.is_rule() && self.issues.len() < ISSUES_KEPT {
            // In words, around what stands there.
            let found = cut(&found, 3 * Issue::FOUND);
            self.issues.push(Issue { expected, remedy, found, ..Issue::new(&self.file, line, &field, reason, "") });
        }
    }
}

impl fmt::Display for Summary {
    /// A few lines for a terminal, without a line break at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} rows read, {} kept", self.file, self.rows_read, self.rows_kept)?;
        if let (Some(first), Some(last)) = (self.first, self.last) {
            write!(f, ", {} to {}", day(first), day(last))?;
        }
        let columns: Vec<_> = self.columns.iter().map(|(field, header)| named(field, header)).collect();
        write!(f, "\n  columns: {}", columns.join(", "))?;
        if !self.unused.is_empty() {
            let unused: Vec<_> = self.unused.iter().take(UNUSED_SHOWN).map(|header| shortened(header)).collect();
            write!(f, "\n  not used: {}", unused.join(", "))?;
            if self.unused.len() > UNUSED_SHOWN {
                write!(f, " and {} more", self.unused.len() - UNUSED_SHOWN)?;
            }
        }
        for (reason, n) in &self.dropped {
            write!(f, "\n  dropped {n}: {reason}")?;
        }
        if self.windows_1252 > 0 {
            write!(f, "\n  {} rows were not UTF-8 and were read as Windows-1252", self.windows_1252)?;
        }
        Ok(())
    }
}

/// A field with its header, where they differ.
fn named(field: &str, header: &str) -> String {
    if field == header { field.to_owned() } else { format!("{field} from `{}`", shortened(header)) }
}

/// The day of a moment as a date.
fn day(at: Timestamp) -> String {
    match jiff::Timestamp::from_second(at.0) {
        Ok(at) => at.strftime("%Y-%m-%d").to_string(),
        Err(_) => at.0.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_problems_are_bad_and_only_the_first_are_kept() {
        let mut summary = Summary { file: "o.csv".into(), ..Summary::default() };
        for line in 2..40 {
            summary.drop_row(line, "sku", Reason::Blank, "");
            summary.drop_row(line, "quantity", Reason::Return, "-1");
        }
        assert_eq!(summary.bad_rows(), 38);
        assert_eq!(summary.dropped[&Reason::Return], 38);
        assert_eq!(summary.issues.len(), ISSUES_KEPT);
        assert!(summary.issues.iter().all(|issue| issue.reason == Reason::Blank));
    }

    #[test]
    fn a_summary_names_the_columns_and_what_was_dropped() {
        let mut summary = Summary { file: "o.csv".into(), rows_read: 3, ..Summary::default() };
        summary.columns = vec![("sku", "StockCode".into()), ("quantity", "quantity".into())];
        summary.unused = vec!["country".into()];
        summary.keep(Some(Timestamp(1_259_653_500)));
        summary.keep(None);
        summary.drop_row(3, "quantity", Reason::Return, "-1");
        assert_eq!(
            summary.to_string(),
            "o.csv: 3 rows read, 2 kept, 2009-12-01 to 2009-12-01\n  columns: sku from `StockCode`, quantity\n  \
             not used: country\n  dropped 1: returns (quantity of zero or less)"
        );
    }
}
