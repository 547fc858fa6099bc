//! Records of delimited text, whatever is wrong with them, in bounded memory.
//!
//! The parser itself is csv-core, the one inside the csv crate. What is added is what files from outside need: a
//! record may not grow beyond [`LONGEST`], and a quotation mark that is never closed costs one line and not the rest
//! of the file. A record that swallowed line breaks and then has the wrong number of fields, or no end, is given up:
//! its first line is reported and reading goes on at the second. What is read twice that way is limited, so that no
//! file takes quadratic time.

use super::source::Source;
use super::{FeedError, Reason};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// The longest record, in bytes: a megabyte of text in one row is a missing quotation mark.
pub(super) const LONGEST: usize = 1 << 20;
/// Bytes asked of the file at a time.
const CHUNK: usize = 1 << 16;
/// Bytes that may be read a second time after unclosed quotations: 64 of the longest records.
const SECOND_READS: usize = 64 * LONGEST;
/// Most columns of a table; a thousand are already unheard of.
const MOST_COLUMNS: usize = 4096;

/// Reads one file record by record.
pub(super) struct Rows<'a> {
    source: Source<'a>,
    parser: Reader,
    /// Bytes of the file that are still needed: `start..at` is parsed, `at..` is not.
    raw: Vec<u8>,
    start: usize,
    at: usize,
    ended: bool,
    /// Fields of the current record, one after another, and where each ends.
    out: Vec<u8>,
    out_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    /// The record in Windows-1252, once it proved not to be UTF-8.
    decoded: String,
    decoded_ends: Vec<usize>,
    is_decoded: bool,
    line: u64,
    next_line: u64,
    columns: usize,
    second_reads: usize,
    windows_1252: u64,
}

/// What the next record turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// As many fields as the header: see [`Rows::record`].
    Record,
    /// A record that cannot be used; [`Rows::line`] says where it starts.
    Bad(Reason),
    /// The file is over.
    End,
}

/// One record with as many fields as the header.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// Fields one after another, and where each ends.
    pub(super) fn new(text: &'a str, ends: &'a [usize]) -> Self {
        Self { text, ends }
    }

    /// The text of a column, trimmed; empty where there is no such column.
    pub(super) fn field(&self, column: usize) -> &'a str {
        let start = if column == 0 { 0 } else { self.ends.get(column - 1).copied().unwrap_or(usize::MAX) };
        let end = self.ends.get(column).copied().unwrap_or(0);
        self.text.get(start..end).unwrap_or("").trim()
    }
}

/// How the parser left a record.
enum Parsed {
    Whole,
    /// No end: over [`LONGEST`], or the file ended within a quotation.
    Open(Reason),
    End,
}

impl<'a> Rows<'a> {
    /// Starts at the header of `source` and returns its names.
    ///
    /// # Errors
    ///
    /// [`FeedError::NotText`] where the first record cannot be a header, [`FeedError::NoHeader`] where there is none,
    /// and those of reading.
    pub(super) fn start(mut source: Source<'a>) -> Result<(Self, Vec<String>), FeedError> {
        let mut raw = Vec::with_capacity(2 * CHUNK);
        source.read(&mut raw, CHUNK)?;
        let start = if raw.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let delimiter = delimiter(&raw[start..]);
        let mut rows = Self {
            source,
            parser: ReaderBuilder::new().delimiter(delimiter).build(),
            raw,
            start,
            at: start,
            ended: false,
            out: vec![0; 1024],
            out_len: 0,
            ends: vec![0; 64],
            ends_len: 0,
            decoded: String::new(),
            decoded_ends: Vec::new(),
            is_decoded: false,
            line: 1,
            next_line: 1,
            columns: 0,
            second_reads: SECOND_READS,
            windows_1252: 0,
        };
        let header = rows.header()?;
        rows.windows_1252 = 0;
        Ok((rows, header))
    }

    /// The file as it was given.
    pub(super) fn name(&self) -> &str {
        self.source.name()
    }

    /// The line on which the current record starts, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Records that were not UTF-8 so far.
    pub(super) fn windows_1252(&self) -> u64 {
        self.windows_1252
    }

    /// Reads the first record as names of columns.
    fn header(&mut self) -> Result<Vec<String>, FeedError> {
        let not_text = |rows: &Self, found| FeedError::NotText { file: rows.name().to_owned(), found };
        match self.parse()? {
            Parsed::Whole => {}
            Parsed::End => return Err(FeedError::NoHeader { file: self.name().to_owned() }),
            Parsed::Open(_) => return Err(not_text(self, "no line break or an open quotation")),
        }
        if self.ends_len > MOST_COLUMNS {
            return Err(not_text(self, "more than 4096 columns"));
        }
        if self.out[..self.out_len].contains(&0) {
            return Err(not_text(self, "zero bytes"));
        }
        self.columns = self.ends_len;
        self.decode();
        let record = self.record();
        Ok((0..self.columns).map(|column| record.field(column).to_owned()).collect())
    }

    /// Goes to the next record.
    ///
    /// # Errors
    ///
    /// [`FeedError::Read`].
    pub(super) fn advance(&mut self) -> Result<Step, FeedError> {
        loop {
            match self.parse()? {
                Parsed::End => return Ok(Step::End),
                Parsed::Open(reason) => return self.give_up(reason),
                Parsed::Whole => {}
            }
            if self.ends_len != self.columns {
                if self.ends_len == 1 && self.out[..self.out_len].iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                let back = self.back_to_second_line();
                return Ok(Step::Bad(if back { Reason::UnclosedQuote } else { Reason::Ragged }));
            }
            if self.at - self.start > LONGEST {
                return Ok(Step::Bad(Reason::TooLong));
            }
            if self.out[..self.out_len].contains(&0) {
                return Ok(Step::Bad(Reason::NulByte));
            }
            self.decode();
            return Ok(Step::Record);
        }
    }

    /// The record that [`Rows::advance`] went to.
    pub(super) fn record(&self) -> Record<'_> {
        if self.is_decoded {
            return Record { text: &self.decoded, ends: &self.decoded_ends };
        }
        let text = std::str::from_utf8(&self.out[..self.out_len]).unwrap_or("");
        Record { text, ends: &self.ends[..self.ends_len] }
    }

    /// Parses one record into `out` and `ends`.
    fn parse(&mut self) -> Result<Parsed, FeedError> {
        if !self.skip_line_breaks()? {
            return Ok(Parsed::End);
        }
        (self.out_len, self.ends_len) = (0, 0);
        loop {
            if self.at == self.raw.len() && !self.refill()? {
                return Ok(Parsed::Open(Reason::UnclosedQuote));
            }
            let (result, read, written, fields) = self.parser.read_record(
                &self.raw[self.at..],
                &mut self.out[self.out_len..],
                &mut self.ends[self.ends_len..],
            );
            self.at += read;
            self.out_len += written;
            self.ends_len += fields;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(Parsed::End),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.out.resize(2 * self.out.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
            }
            if self.at - self.start > LONGEST {
                return Ok(Parsed::Open(Reason::TooLong));
            }
        }
        self.next_line = self.line + line_breaks(&self.raw[self.start..self.at]);
        Ok(Parsed::Whole)
    }

    /// Moves to the first byte of the next record; `false` at the end of the file.
    fn skip_line_breaks(&mut self) -> Result<bool, FeedError> {
        self.line = self.next_line;
        loop {
            while let Some(byte @ (b'\n' | b'\r')) = self.raw.get(self.at) {
                self.line += u64::from(*byte == b'\n');
                self.at += 1;
            }
            self.start = self.at;
            self.next_line = self.line;
            if self.at < self.raw.len() {
                return Ok(true);
            }
            if !self.refill()? {
                return Ok(false);
            }
        }
    }

    /// Reads on, keeping the current record; `false` at the end. A last line without a break gets one, so that a
    /// record which still has no end is known to be within a quotation.
    fn refill(&mut self) -> Result<bool, FeedError> {
        if self.ended {
            return Ok(false);
        }
        self.raw.drain(..self.start);
        self.at -= self.start;
        self.start = 0;
        if self.source.read(&mut self.raw, CHUNK)? == 0 {
            self.ended = true;
            self.raw.push(b'\n');
        }
        Ok(true)
    }

    /// Leaves a record without an end.
    fn give_up(&mut self, reason: Reason) -> Result<Step, FeedError> {
        if self.back_to_second_line() {
            return Ok(Step::Bad(Reason::UnclosedQuote));
        }
        self.next_line = self.line + line_breaks(&self.raw[self.start..self.at]);
        while !self.raw[self.at..].contains(&b'\n') {
            (self.start, self.at) = (self.raw.len(), self.raw.len());
            if !self.refill()? {
                break;
            }
        }
        self.at += self.raw[self.at..].iter().position(|b| *b == b'\n').unwrap_or(0);
        self.start = self.at;
        self.parser.reset();
        Ok(Step::Bad(reason))
    }

    /// Goes on at the second line of a record that has several; `false` where it has one, or too much was read twice.
    fn back_to_second_line(&mut self) -> bool {
        let record = &self.raw[self.start..self.at];
        let Some(first) = record.iter().position(|b| *b == b'\n') else { return false };
        let again = record.len() - first - 1;
        if again == 0 || again > self.second_reads {
            return false;
        }
        self.second_reads -= again;
        self.at = self.start + first + 1;
        self.next_line = self.line + 1;
        self.parser.reset();
        true
    }

    /// Makes text of the record: UTF-8, or Windows-1252 where it is not.
    fn decode(&mut self) {
        let (bytes, ends) = (&self.out[..self.out_len], &self.ends[..self.ends_len]);
        self.is_decoded = match std::str::from_utf8(bytes) {
            Ok(text) => !ends.iter().all(|end| text.is_char_boundary(*end)),
            Err(_) => true,
        };
        if !self.is_decoded {
            return;
        }
        self.windows_1252 += 1;
        self.decoded.clear();
        self.decoded_ends.clear();
        let mut start = 0;
        for end in ends {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes[start..*end]);
            self.decoded.push_str(&text);
            self.decoded_ends.push(self.decoded.len());
            start = *end;
        }
    }
}

/// Line breaks in `bytes`.
fn line_breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').count() as u64
}

/// The delimiter of a header: whichever of `,` `;` tab `|` stands in it most often outside quotations.
fn delimiter(bytes: &[u8]) -> u8 {
    const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
    let mut counts = [0usize; 4];
    let mut quoted = false;
    for byte in bytes.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().zip(DELIMITERS).for_each(|(n, d)| *n += usize::from(*byte == d)),
        }
    }
    let mut best = 0;
    for at in 1..DELIMITERS.len() {
        if counts[at] > counts[best] {
            best = at;
        }
    }
    DELIMITERS[best]
}
