//! JSON Lines as rows of known fields: one object a line, its keys found by the names that headers have.

use super::columns::{Columns, Field, plain};
use super::csv::Record;
use super::lines::Lines;
use super::source::Source;
use super::table::{self, Dropped, Row, settle};
use super::{FeedError, Options, Reason, Summary, columnar};
use crate::shop::{Currency, Timestamp};
use serde_json::{Map, Value};
use std::path::Path;

/// Most unused keys that are remembered.
const UNUSED: usize = 100;

/// Reads `path` object by object, as [`table::read`](super::table::read) reads rows; empty lines say nothing.
///
/// # Errors
///
/// All of [`FeedError`] but those of headers.
pub(super) fn read(
    path: &Path,
    options: &Options<'_>,
    fields: &'static [Field],
    mut each: impl FnMut(Row<'_>) -> Result<Option<Timestamp>, Dropped>,
) -> Result<Summary, FeedError> {
    let mut lines = Lines::new(Source::open_json(path, options.progress)?);
    let mut summary = Summary { file: path.display().to_string(), ..Summary::default() };
    while let Some(line) = lines.next()? {
        let Some(bytes) = line else {
            summary.rows_read += 1;
            summary.drop_row(lines.number(), "", Reason::TooLong, "");
            continue;
        };
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        summary.rows_read += 1;
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(Value::Object(object)) => {
                hand_on(&object, lines.number(), fields, options.currency, &mut summary, &mut each);
            }
            _ => summary.drop_row(lines.number(), "", Reason::Json, String::from_utf8_lossy(&bytes).trim()),
        }
    }
    settle(summary, options.max_bad_rows)
}

/// Reads the rows of a Parquet file likewise.
///
/// # Errors
///
/// All of [`FeedError`] but those of headers.
pub(super) fn read_parquet(
    path: &Path,
    options: &Options<'_>,
    fields: &'static [Field],
    mut each: impl FnMut(Row<'_>) -> Result<Option<Timestamp>, Dropped>,
) -> Result<Summary, FeedError> {
    let mut summary = Summary { file: path.display().to_string(), ..Summary::default() };
    let headers = columnar::columns(path)?;
    let places = table::find(&summary.file, &headers, fields)?.places;
    let taken: Vec<&str> = places.iter().flatten().filter_map(|at| headers.get(*at)).map(String::as_str).collect();
    let unused = columnar::records(path, options, &|name| taken.contains(&name), &mut |record| {
        summary.rows_read += 1;
        let row = summary.rows_read;
        hand_on(&record.into_iter().collect(), row, fields, options.currency, &mut summary, &mut each);
    })?;
    summary.unused.extend(unused);
    settle(summary, options.max_bad_rows)
}

/// Hands an object to `each` as a row, and counts what becomes of it.
fn hand_on(
    object: &Map<String, Value>,
    line: u64,
    fields: &'static [Field],
    currency: Currency,
    summary: &mut Summary,
    each: &mut impl FnMut(Row<'_>) -> Result<Option<Timestamp>, Dropped>,
) {
    let found = match Fields::of(object, fields, summary) {
        Ok(found) => found,
        Err(key) => {
            let found = object.get(key).map(ToString::to_string).unwrap_or_default();
            return summary.drop_row(line, key, Reason::Json, &found);
        }
    };
    let places: Vec<Option<usize>> = (0..fields.len()).map(Some).collect();
    let row = Row::new(Record::new(&found.text, &found.ends), &places, currency);
    match each(row) {
        Ok(at) => summary.keep(at),
        Err(Dropped(field, reason)) => {
            let name = fields.get(field).map_or("", |field| field.name);
            summary.drop_row(line, name, reason, row.text(field));
        }
    }
}

/// The values of an object in the order of the fields, as a table would have them.
struct Fields {
    text: String,
    ends: Vec<usize>,
}

impl Fields {
    /// Takes the values out of `object`.
    ///
    /// # Errors
    ///
    /// The key of a value that is neither text nor number, where it has to be.
    fn of<'o>(
        object: &'o Map<String, Value>,
        fields: &'static [Field],
        summary: &mut Summary,
    ) -> Result<Self, &'o str> {
        let keys: Vec<String> = object.keys().cloned().collect();
        let places = Columns::find(&keys, fields).map(|columns| columns.places);
        let places = places.unwrap_or_else(|_| fields.iter().map(|field| position(&keys, field)).collect());
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(fields.len()));
        for (field, place) in fields.iter().zip(&places) {
            if let Some((key, value)) = place.and_then(|place| object.iter().nth(place)) {
                note(summary, field.name, key);
                text.push_str(&said(value, field.nested).ok_or(key.as_str())?);
            }
            ends.push(text.len());
        }
        for (_, key) in keys.iter().enumerate().filter(|(at, _)| !places.contains(&Some(*at))) {
            if summary.unused.len() < UNUSED && !summary.unused.contains(key) {
                summary.unused.push(key.clone());
            }
        }
        Ok(Self { text, ends })
    }
}

/// Where a field's own name or a synonym stands: for objects that lack what is required.
fn position(keys: &[String], field: &Field) -> Option<usize> {
    let names = std::iter::once(&field.name).chain(field.synonyms);
    names.into_iter().find_map(|name| keys.iter().position(|key| plain(key) == plain(name)))
}

/// Notes under which key a field was found first.
fn note(summary: &mut Summary, field: &'static str, key: &str) {
    if !summary.columns.iter().any(|(known, _)| *known == field) {
        summary.columns.push((field, key.to_owned()));
    }
}

/// A value as a table would hold it.
fn said(value: &Value, nested: bool) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => nested.then(|| value.to_string()),
    }
}
