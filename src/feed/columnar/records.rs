//! Rows of a Parquet file as records of JSON, whoever wrote it.
//!
//! | Column | Becomes |
//! |---|---|
//! | text, bytes that are UTF-8 | a text |
//! | integers, floats, decimals | a number; not-a-number says nothing |
//! | timestamps of any unit, INT96 too | `2026-11-22T10:00:00.000Z`; without the `Z` where the column is of no zone |
//! | dates | `2026-11-22` |
//! | structs, and maps by text | an object |
//! | lists, of two levels or three | a list |

use super::super::{FeedError, Judged, Options, Summary, table};
use super::{Input, guarded, open};
use parquet::basic::{LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::{Type, TypePtr};
use serde_json::{Map, Number, Value};
use std::collections::HashMap;
use std::path::Path;

/// The columns of one row by their names, in the order of the file.
pub type Record = Vec<(String, Value)>;

/// Hands the rows of a Parquet file to `each`, with the columns of `wanted` alone; `each` says of what moment a row is or
/// why it cannot be used. Issues count rows from 1. The summary names the other columns as not used.
///
/// # Errors
///
/// [`FeedError`]: the file cannot be opened, is damaged, or holds too many bad rows.
///
/// # Cost
///
/// One pass; memory for some pages of each wanted column, which Parquet limits to 2 GiB and warehouses to about one MiB.
pub fn read_records(
    path: &Path,
    options: &Options<'_>,
    wanted: &[&str],
    each: &mut dyn FnMut(Record) -> Judged,
) -> Result<Summary, FeedError> {
    let mut summary = Summary { file: path.display().to_string(), ..Summary::default() };
    let unused = records(path, options, &|name| wanted.contains(&name), &mut |record| {
        summary.rows_read += 1;
        match each(record) {
            Ok(at) => summary.keep(at),
            Err(refused) => summary.refuse(summary.rows_read, refused),
        }
    })?;
    summary.unused = unused;
    table::bounded(summary, options.max_bad_rows)
}

/// The names of a file's columns.
pub(in super::super) fn columns(path: &Path) -> Result<Vec<String>, FeedError> {
    let fields = opened(path)?.metadata().file_metadata().schema().get_fields().to_vec();
    Ok(fields.iter().map(|field| field.name().to_owned()).collect())
}

fn opened(path: &Path) -> Result<SerializedFileReader<Input>, FeedError> {
    let file = path.display().to_string();
    let input = open(path).map_err(|source| FeedError::Open { file: file.clone(), source })?;
    guarded(|| SerializedFileReader::new(input)).map_err(|source| FeedError::Parquet { file, source: source.into() })
}

/// As [`read_records`], but judges no row; gives the columns that are not wanted.
pub(in super::super) fn records(
    path: &Path,
    options: &Options<'_>,
    wanted: &dyn Fn(&str) -> bool,
    each: &mut dyn FnMut(Record),
) -> Result<Vec<String>, FeedError> {
    let name = path.display().to_string();
    let reader = opened(path)?;
    let damaged = |source: ParquetError| FeedError::Parquet { file: name.clone(), source: told(source).into() };
    let root = reader.metadata().file_metadata().schema();
    let (taken, left): (Vec<TypePtr>, Vec<TypePtr>) = root.get_fields().iter().cloned().partition(|f| wanted(f.name()));
    let clocks: HashMap<String, Clock> =
        taken.iter().filter_map(|field| Some((field.name().to_owned(), clock(field)?))).collect();
    let mut read = 0;
    for at in 0..reader.num_row_groups() {
        let group = guarded(|| reader.get_row_group(at)).map_err(damaged)?;
        let mut rows = guarded(|| rows(root, &taken, group.as_ref())).map_err(damaged)?;
        while let Some(row) = guarded(|| rows.next().transpose()).map_err(damaged)? {
            let columns = row.into_columns().into_iter();
            each(columns.map(|(name, field)| (value(field, clocks.get(&name)), name)).map(|(v, n)| (n, v)).collect());
        }
        read += u64::try_from(group.metadata().compressed_size()).unwrap_or(0);
        options.progress.iter().for_each(|progress| progress(read));
    }
    Ok(left.iter().map(|field| field.name().to_owned()).collect())
}

/// The rows of a group, with some of its columns.
fn rows<'a>(root: &Type, taken: &[TypePtr], group: &'a dyn RowGroupReader) -> Result<RowIter<'a>, ParquetError> {
    let part = Type::group_type_builder(root.name()).with_fields(taken.to_vec()).build()?;
    RowIter::from_row_group(Some(part), group)
}

/// What the reader says, without the bytes of a text that it may repeat.
fn told(error: ParquetError) -> ParquetError {
    if error.to_string().contains("as String") {
        return ParquetError::General("a text that is no UTF-8".into());
    }
    error
}

/// How a column of whole numbers counts time.
#[derive(Clone, Copy)]
struct Clock {
    /// Of a second: 1,000, 1,000,000 or 1,000,000,000.
    parts: i64,
    /// Whether it is that of UTC, and not of nobody knows where.
    utc: bool,
}

fn clock(field: &Type) -> Option<Clock> {
    let info = field.get_basic_info();
    if !field.is_primitive() {
        return None;
    }
    match info.logical_type_ref() {
        Some(LogicalType::Timestamp(kind)) => {
            let parts = match kind.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            };
            Some(Clock { parts, utc: kind.is_adjusted_to_u_t_c })
        }
        _ => None,
    }
}

/// A value of a column.
fn value(field: Field, clock: Option<&Clock>) -> Value {
    let float = |number: f64| Number::from_f64(number).map_or(Value::Null, Value::Number);
    match (field, clock) {
        (Field::Long(count) | Field::TimestampMillis(count) | Field::TimestampMicros(count), Some(clock)) => {
            moment(count, clock.parts, clock.utc)
        }
        (Field::TimestampMillis(count), None) => moment(count, 1_000, true),
        (Field::TimestampMicros(count), None) => moment(count, 1_000_000, true),
        (Field::Null, _) => Value::Null,
        (Field::Bool(flag), _) => flag.into(),
        (Field::Byte(n), _) => n.into(),
        (Field::Short(n), _) => n.into(),
        (Field::Int(n), _) => n.into(),
        (Field::Long(n), _) => n.into(),
        (Field::UByte(n), _) => n.into(),
        (Field::UShort(n), _) => n.into(),
        (Field::UInt(n), _) => n.into(),
        (Field::ULong(n), _) => n.into(),
        (Field::Float16(n), _) => float(f64::from(f32::from(n))),
        // Through its own decimal text: 9.99 is 9.99 and not 9.989999771118164.
        (Field::Float(n), _) => n.to_string().parse().map_or(Value::Null, float),
        (Field::Double(n), _) => float(n),
        (decimal @ Field::Decimal(_), _) => {
            let text = decimal.to_string();
            text.parse().map_or(Value::String(text), float)
        }
        (Field::Str(text), _) => text.into(),
        (Field::Bytes(bytes), _) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => text.into(),
            Err(_) => Value::String(format!("{} bytes", bytes.data().len())),
        },
        (Field::Date(days), _) => day(days),
        (other @ (Field::TimeMillis(_) | Field::TimeMicros(_)), _) => Value::String(other.to_string()),
        (Field::Group(row), _) => {
            Value::Object(row.into_columns().into_iter().map(|(name, field)| (name, value(field, None))).collect())
        }
        (Field::ListInternal(list), _) => list.elements().iter().map(|field| value(field.clone(), None)).collect(),
        (Field::MapInternal(map), _) => {
            let entries = map.entries().iter().cloned();
            Value::Object(
                entries.map(|(key, field)| (key_of(value(key, None)), value(field, None))).collect::<Map<_, _>>(),
            )
        }
    }
}

/// The text of a map's key.
fn key_of(key: Value) -> String {
    if let Value::String(text) = key { text } else { key.to_string() }
}

/// A moment as text; the bare count where no calendar has it.
fn moment(count: i64, parts: i64, utc: bool) -> Value {
    let millis = match parts {
        1_000 => count,
        _ => count.div_euclid(parts / 1_000),
    };
    let Ok(at) = jiff::Timestamp::from_millisecond(millis) else { return count.into() };
    let zone = if utc { "Z" } else { "" };
    Value::String(format!("{}{zone}", at.strftime("%Y-%m-%dT%H:%M:%S%.3f")))
}

/// A day as text; the bare count where no calendar has it.
fn day(days: i32) -> Value {
    match jiff::Timestamp::from_second(i64::from(days) * 86_400) {
        Ok(at) => Value::String(at.strftime("%Y-%m-%d").to_string()),
        Err(_) => days.into(),
    }
}
