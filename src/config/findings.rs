//! What is wrong with a file, and what is odd about it, while it is read.

use super::error::{ConfigError, ConfigErrors, Place, Problem, Remark, Severity};
use std::ops::Range;

/// Characters of the file that an error repeats.
pub(super) const SHOWN: usize = 40;

/// The text being read and what is wrong with it so far.
pub(super) struct Findings<'t> {
    file: &'t str,
    text: &'t str,
    /// Byte at which each line starts.
    lines: Vec<usize>,
    found: Vec<(usize, Problem)>,
    odd: Vec<(usize, Severity, String)>,
}

impl<'t> Findings<'t> {
    /// Nothing found yet.
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        Self { file, text, lines: std::iter::once(0).chain(breaks).collect(), found: Vec::new(), odd: Vec::new() }
    }

    /// Notes a problem at a place in the text.
    pub(super) fn add(&mut self, place: Range<usize>, problem: Problem) {
        self.found.push((place.start, problem));
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Notes something that holds and is perhaps not meant.
    pub(super) fn remark(&mut self, place: &Range<usize>, severity: Severity, message: String) {
        self.odd.push((place.start, severity, message));
    }

    /// All that was found, in the order of the file.
    pub(super) fn into_errors(self) -> ConfigErrors {
        let (found, more) = self.first();
        let errors = found.into_iter().map(|(at, problem)| self.placed(at, problem)).collect();
        ConfigErrors { errors, more }
    }

    /// The first problems by their bytes, and how many there are beyond these.
    pub(super) fn first(&self) -> (Vec<(usize, Problem)>, usize) {
        let mut order: Vec<&(usize, Problem)> = self.found.iter().collect();
        order.sort_by_key(|(at, _)| *at);
        let more = order.len().saturating_sub(ConfigErrors::KEPT);
        order.truncate(ConfigErrors::KEPT);
        (order.into_iter().cloned().collect(), more)
    }

    /// All that was odd, in the order of the file.
    pub(super) fn remarks(&self) -> Vec<Remark> {
        let mut odd: Vec<_> = self.odd.iter().collect();
        odd.sort_by_key(|(at, ..)| *at);
        let places = self.places(odd.iter().map(|(at, ..)| *at));
        let remark = |(place, (_, severity, message)): (Place, &&(usize, Severity, String))| Remark {
            file: self.file.to_owned(),
            place,
            severity: *severity,
            message: message.clone(),
        };
        places.into_iter().zip(&odd).map(remark).collect()
    }

    /// Where ascending bytes stand; each line is counted through once.
    pub(super) fn places(&self, bytes: impl Iterator<Item = usize>) -> Vec<Place> {
        let (mut from, mut last) = (0, Place { line: 1, column: 1 });
        let mut next = |at: usize| {
            let line = self.line(at);
            if line.number == last.line && at >= from {
                last.column += self.characters(from..at);
            } else {
                last = Place { line: line.number, column: self.characters(line.start..at) + 1 };
            }
            from = at;
            last
        };
        bytes.map(&mut next).collect()
    }

    /// A problem with the line and column of its byte.
    pub(super) fn placed(&self, at: usize, problem: Problem) -> ConfigError {
        let line = self.line(at);
        let column = self.characters(line.start..at) + 1;
        ConfigError { file: self.file.to_owned(), line: line.number, column, problem }
    }

    /// The line of a byte.
    fn line(&self, at: usize) -> Line {
        let number = self.lines.partition_point(|start| *start <= at);
        Line { number, start: self.lines.get(number.saturating_sub(1)).copied().unwrap_or(0) }
    }

    /// Characters between two bytes.
    fn characters(&self, bytes: Range<usize>) -> usize {
        self.text.get(bytes).map_or(0, |before| before.chars().count())
    }

    /// What stands at a place, shortened.
    pub(super) fn shown(&self, place: Range<usize>) -> String {
        let line = self.text.get(place).unwrap_or("").lines().next().unwrap_or("");
        let start: String = line.chars().take(SHOWN).collect();
        if start.len() < line.len() { format!("{start}…") } else { start }
    }
}

/// A line of the file.
struct Line {
    /// From 1.
    number: usize,
    /// Its first byte.
    start: usize,
}
