//! A file as rows of known fields.

use super::columns::{Columns, Field, plain};
use super::csv::{Record, Rows, Step};
use super::source::Source;
use super::{FeedError, Options, Reason, Summary, dates};
use crate::shop::{Currency, Money, Timestamp};
use std::path::Path;

/// One record, asked by field.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    record: Record<'a>,
    places: &'a [Option<usize>],
    currency: Currency,
}

/// A row that is not handed on: the field that decided it, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dropped(pub usize, pub Reason);

impl<'a> Row<'a> {
    /// A record of which field n stands in column `places[n]`.
    pub(super) fn new(record: Record<'a>, places: &'a [Option<usize>], currency: Currency) -> Self {
        Self { record, places, currency }
    }

    /// The currency of amounts.
    pub(super) fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether the file has a column for a field.
    pub(super) fn has(&self, field: usize) -> bool {
        self.places.get(field).copied().flatten().is_some()
    }

    /// The text of a field, trimmed; empty where there is none.
    pub(super) fn text(&self, field: usize) -> &'a str {
        self.places.get(field).copied().flatten().map_or("", |column| self.record.field(column))
    }

    /// The text of a field unless it is empty or a word for empty.
    pub(super) fn value(&self, field: usize) -> Option<&'a str> {
        let text = self.text(field);
        let empty = ["", "null", "\\n", "n/a", "nan", "none", "-"].iter().any(|word| text.eq_ignore_ascii_case(word));
        (!empty).then_some(text)
    }

    /// The text of a field that may not be empty.
    pub(super) fn needed(&self, field: usize) -> Result<&'a str, Dropped> {
        match self.text(field) {
            "" => Err(Dropped(field, Reason::Blank)),
            text => Ok(text),
        }
    }

    /// A SKU: 1 to 255 bytes without control characters.
    pub(super) fn sku(&self, field: usize) -> Result<&'a str, Dropped> {
        let sku = self.needed(field)?;
        if sku.len() > 255 || sku.chars().any(char::is_control) {
            return Err(Dropped(field, Reason::Sku));
        }
        Ok(sku)
    }

    /// A moment; `None` where the field is empty.
    pub(super) fn timestamp(&self, field: usize) -> Result<Option<Timestamp>, Dropped> {
        Ok(self.moment(field)?.map(|(at, _)| at))
    }

    /// As [`Row::timestamp`], and whether its zone was said.
    pub(super) fn moment(&self, field: usize) -> Result<Option<(Timestamp, bool)>, Dropped> {
        let parsed = self.value(field).map(dates::parse_zoned).transpose();
        parsed.map_err(|reason| Dropped(field, reason))
    }

    /// An amount, which may be negative; `None` where the field is empty.
    pub(super) fn amount(&self, field: usize) -> Result<Option<Money>, Dropped> {
        self.amount_in(field, self.currency)
    }

    /// As [`Row::amount`], in a currency of the row's own.
    pub(super) fn amount_in(&self, field: usize, currency: Currency) -> Result<Option<Money>, Dropped> {
        let parsed = self.value(field).map(|text| Money::parse(text, currency)).transpose();
        parsed.map_err(|_| Dropped(field, Reason::Amount))
    }

    /// A number; `None` where the field is empty.
    pub(super) fn number(&self, field: usize) -> Result<Option<f64>, Dropped> {
        match self.value(field).map(number) {
            None => Ok(None),
            Some(Some(number)) => Ok(Some(number)),
            Some(None) => Err(Dropped(field, Reason::Number)),
        }
    }

    /// A word in lower case without spaces and punctuation; empty where the field is.
    pub(super) fn word(&self, field: usize) -> String {
        self.value(field).map_or_else(String::new, plain)
    }
}

/// A number as `12`, `12.5`, `12,5` and `1,234`: a comma before exactly three last digits groups thousands.
pub(super) fn number(text: &str) -> Option<f64> {
    // Counts beyond this are no counts, and sums of them would lose units.
    const LARGEST: f64 = 1e12;
    let plain = text.parse::<f64>().ok();
    let parsed = plain.or_else(|| match text.rsplit_once(',') {
        Some((_, last)) if last.len() == 3 || last.contains('.') => text.replace(',', "").parse().ok(),
        Some(_) => text.replacen(',', ".", 1).parse().ok(),
        None => None,
    })?;
    (parsed.abs() <= LARGEST).then_some(parsed)
}

/// Reads `path` row by row. `each` hands a row on and returns its moment, or says why it does not.
///
/// # Errors
///
/// All of [`FeedError`].
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    fields: &'static [Field],
    mut each: impl FnMut(Row<'_>) -> Result<Option<Timestamp>, Dropped>,
) -> Result<Summary, FeedError> {
    let (mut rows, headers) = Rows::start(Source::open(path, options.progress)?)?;
    let columns = find(rows.name(), &headers, fields)?;
    let mut summary = opened(&rows, &headers, &columns, fields);
    loop {
        let step = rows.advance()?;
        if step == Step::End {
            break;
        }
        summary.rows_read += 1;
        if let Step::Bad(reason) = step {
            summary.drop_row(rows.line(), "", reason, "");
            continue;
        }
        let row = Row { record: rows.record(), places: &columns.places, currency: options.currency };
        match each(row) {
            Ok(at) => summary.keep(at),
            Err(Dropped(field, reason)) => {
                let column = columns.places.get(field).copied().flatten().and_then(|at| headers.get(at));
                summary.drop_row(rows.line(), column.map_or("", String::as_str), reason, row.text(field));
            }
        }
    }
    summary.windows_1252 = rows.windows_1252();
    settle(summary, options.max_bad_rows)
}

/// Finds the columns, or says what was looked for.
pub(super) fn find(file: &str, headers: &[String], fields: &'static [Field]) -> Result<Columns, FeedError> {
    Columns::find(headers, fields).map_err(|missing| FeedError::MissingColumn {
        file: file.to_owned(),
        field: fields[missing.field].name,
        accepted: fields[missing.field].synonyms,
        found: headers.to_vec(),
        nearest: missing.nearest,
    })
}

/// The summary of a file of which only the header was read.
fn opened(rows: &Rows<'_>, headers: &[String], columns: &Columns, fields: &[Field]) -> Summary {
    let used = fields.iter().zip(&columns.places);
    let used = used.filter_map(|(field, place)| Some((field.name, headers.get((*place)?)?.clone())));
    let unused = headers.iter().enumerate().filter(|(at, _)| !columns.places.contains(&Some(*at)));
    Summary {
        file: rows.name().to_owned(),
        columns: used.collect(),
        unused: unused.map(|(_, header)| header.clone()).collect(),
        ..Summary::default()
    }
}

/// The summary, unless too much is wrong with the file, or nothing in it can be used.
pub(super) fn settle(summary: Summary, max_bad_rows: f64) -> Result<Summary, FeedError> {
    let summary = bounded(summary, max_bad_rows)?;
    if summary.rows_kept == 0 {
        return Err(FeedError::Empty { summary: Box::new(summary) });
    }
    Ok(summary)
}

/// The summary, unless too much is wrong with the file.
pub(super) fn bounded(summary: Summary, max_bad_rows: f64) -> Result<Summary, FeedError> {
    let within = summary.bad_rows() as f64 <= max_bad_rows * summary.rows_read as f64;
    if !within {
        return Err(FeedError::TooManyBadRows { summary: Box::new(summary), max_bad_rows });
    }
    Ok(summary)
}

/// Shows every readable row of `path` to `look`, and judges none.
///
/// # Errors
///
/// Those of opening and reading.
pub(super) fn scan(path: &Path, fields: &'static [Field], mut look: impl FnMut(Row<'_>)) -> Result<(), FeedError> {
    let (mut rows, headers) = Rows::start(Source::open(path, None)?)?;
    let columns = find(rows.name(), &headers, fields)?;
    loop {
        match rows.advance()? {
            Step::End => return Ok(()),
            Step::Bad(_) => {}
            Step::Record => {
                look(Row { record: rows.record(), places: &columns.places, currency: Currency::NONE });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_of_many_exports() {
        for (text, expected) in [
            ("12", Some(12.0)),
            ("12.5", Some(12.5)),
            ("12,5", Some(12.5)),
            ("1,234", Some(1234.0)),
            ("1,234.5", Some(1234.5)),
            ("-3", Some(-3.0)),
            ("NaN", None),
            ("inf", None),
            ("two", None),
            ("1e300", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }
}
