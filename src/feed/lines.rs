//! A file line by line, in bounded memory.

use super::csv::LONGEST;
use super::source::Source;
use super::{FeedError, Options, Reason, Summary, table};
use crate::shop::Timestamp;
use std::path::Path;

/// Bytes asked of the file at a time.
const CHUNK: usize = 1 << 16;

/// Why a line cannot be used, or by which rule it is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule or the kind of problem.
    pub reason: Reason,
    /// The field that is meant; empty for the whole line.
    pub field: String,
    /// What should stand there.
    pub expected: &'static str,
    /// What does.
    pub found: String,
    /// What to do.
    pub remedy: &'static str,
}

/// What a caller says of a record: of what moment it is, or why it cannot be used.
pub type Judged = Result<Option<Timestamp>, Refused>;

/// Hands every line of `path`, plain or gzip, to `each`, which says of what moment it is or why it cannot be used. Empty
/// lines say nothing and are not counted; a file without lines is an empty log.
///
/// # Errors
///
/// [`FeedError`]: the file cannot be read, is of a format that has no lines of JSON, or holds too many bad ones.
///
/// # Cost
///
/// One pass; memory for one line of at most 1 MiB.
pub fn read_lines(
    path: &Path,
    options: &Options<'_>,
    each: &mut dyn FnMut(&[u8]) -> Judged,
) -> Result<Summary, FeedError> {
    let mut lines = Lines::new(Source::open_json(path, options.progress)?);
    let mut summary = Summary { file: path.display().to_string(), ..Summary::default() };
    while let Some(line) = lines.next()? {
        let told = match &line {
            Some(line) if line.trim_ascii().is_empty() => continue,
            Some(line) => each(line),
            None => {
                summary.rows_read += 1;
                summary.drop_row(lines.number(), "", Reason::TooLong, "");
                continue;
            }
        };
        summary.rows_read += 1;
        match told {
            Ok(at) => summary.keep(at),
            Err(refused) => summary.refuse(lines.number(), refused),
        }
    }
    table::bounded(summary, options.max_bad_rows)
}

/// Lines of bounded length.
pub(super) struct Lines<'a> {
    source: Source<'a>,
    raw: Vec<u8>,
    at: usize,
    ended: bool,
    number: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(source: Source<'a>) -> Self {
        Self { source, raw: Vec::with_capacity(2 * CHUNK), at: 0, ended: false, number: 0 }
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line without its break and without a byte order mark; `None` inside for one that is too long.
    ///
    /// # Errors
    ///
    /// [`FeedError::Read`].
    pub(super) fn next(&mut self) -> Result<Option<Option<Vec<u8>>>, FeedError> {
        let mut too_long = false;
        let mut searched = self.at;
        loop {
            if let Some(length) = self.raw[searched..].iter().position(|byte| *byte == b'\n') {
                let end = searched + length;
                let line = self.whole(end);
                self.at = end + 1;
                return Ok(Some((!too_long).then_some(line)));
            }
            if self.raw.len() - self.at > LONGEST {
                too_long = true;
                self.at = self.raw.len();
            }
            if self.ended {
                let line = self.whole(self.raw.len());
                self.at = self.raw.len();
                return Ok((too_long || !line.is_empty()).then_some((!too_long).then_some(line)));
            }
            self.raw.drain(..self.at);
            self.at = 0;
            searched = self.raw.len();
            self.ended = self.source.read(&mut self.raw, CHUNK)? == 0;
        }
    }

    /// The bytes up to `end`, as the next line.
    fn whole(&mut self, end: usize) -> Vec<u8> {
        self.number += 1;
        let line = &self.raw[self.at..end];
        let bare = if self.number == 1 { line.strip_prefix(b"\xef\xbb\xbf") } else { None };
        bare.unwrap_or(line).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_costs_no_memory_and_no_more_than_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("long.jsonl");
        let text = format!("{{\"sku\":\"a\"}}\n{}\n{{\"sku\":\"b\"}}\n\n", "x".repeat(3 * LONGEST));
        std::fs::write(&path, text).unwrap();
        let mut lines = Lines::new(Source::open_json(&path, None).unwrap());
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            assert!(lines.raw.len() <= 2 * LONGEST);
            found.push((lines.number(), line.map(|line| line.len())));
        }
        assert_eq!(found, [(1, Some(11)), (2, None), (3, Some(11)), (4, Some(0))]);
    }
}
