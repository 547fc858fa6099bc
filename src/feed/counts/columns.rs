//! One Parquet file as rows of known columns.

use super::super::FeedError;
use super::super::columnar::{Input, guarded, open};
use super::super::issue::shortened;
use super::Verdict;
use parquet::basic::{ConvertedType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use std::fmt;
use std::path::Path;

/// Rows read at a time.
const BATCH: usize = 8_192;
/// Column names shown in an error.
const NAMES_SHOWN: usize = 30;

/// What a column must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
}

impl Kind {
    fn describe(self) -> &'static str {
        match self {
            Self::Text => "text (UTF-8)",
            Self::Integer => "an integer of 32 or 64 bits",
            Self::Number => "a double or float",
        }
    }

    /// Whether a column's type is one of those.
    fn takes(self, column: &ColumnDescriptor) -> bool {
        use ConvertedType as C;
        if column.max_rep_level() > 0 || column.max_def_level() > 1 || column.path().parts().len() != 1 {
            return false;
        }
        let plain = matches!(
            column.converted_type(),
            C::NONE | C::INT_32 | C::INT_64 | C::UINT_32 | C::UINT_64 | C::INT_8 | C::INT_16 | C::UINT_8 | C::UINT_16
        );
        match (self, column.physical_type()) {
            (Self::Text, Type::BYTE_ARRAY) => matches!(column.converted_type(), C::NONE | C::UTF8 | C::ENUM),
            (Self::Integer, Type::INT32 | Type::INT64) => plain,
            (Self::Number, Type::DOUBLE | Type::FLOAT) => plain,
            _ => false,
        }
    }
}

/// A column by its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted(pub &'static str, pub Kind);

/// The values of one batch.
enum Values {
    Text(Vec<ByteArray>),
    Integer(Vec<i64>),
    Number(Vec<f64>),
}

/// One row; columns are asked by their place among the wanted ones.
pub(super) struct Row<'a> {
    wanted: &'a [Wanted],
    batch: &'a [Values],
    at: usize,
}

/// A value that cannot be used.
#[derive(Debug)]
struct BadValue {
    column: &'static str,
    expected: &'static str,
    found: String,
}

impl fmt::Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column `{}`: expected {}, found {}", self.column, self.expected, self.found)
    }
}

impl std::error::Error for BadValue {}

impl<'a> Row<'a> {
    fn bad(&self, column: usize, expected: &'static str, found: String) -> BadValue {
        BadValue { column: self.wanted[column].0, expected, found }
    }

    /// A SKU: 1 to 255 bytes of UTF-8 without control characters.
    pub(super) fn text(&self, column: usize) -> Result<&'a str, Box<dyn std::error::Error + Send + Sync>> {
        const EXPECTED: &str = "1 to 255 bytes of UTF-8 without control characters";
        let Some(Values::Text(values)) = self.batch.get(column) else {
            return Err(self.bad(column, EXPECTED, "another type".into()).into());
        };
        let bytes = values[self.at].data();
        let text = std::str::from_utf8(bytes)
            .map_err(|_| self.bad(column, EXPECTED, format!("{} bytes of something else", bytes.len())))?;
        if text.is_empty() || text.len() > 255 || text.chars().any(char::is_control) {
            return Err(self.bad(column, EXPECTED, format!("{:?}", shortened(text))).into());
        }
        Ok(text)
    }

    /// A count, 0 or more.
    pub(super) fn integer(&self, column: usize) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
        let Some(Values::Integer(values)) = self.batch.get(column) else {
            return Err(self.bad(column, "a count", "another type".into()).into());
        };
        let value = values[self.at];
        u64::try_from(value).map_err(|_| self.bad(column, "0 or more", value.to_string()).into())
    }

    /// A sum, whatever it is.
    pub(super) fn number(&self, column: usize) -> f64 {
        match self.batch.get(column) {
            Some(Values::Number(values)) => values[self.at],
            _ => f64::NAN,
        }
    }
}

/// Hands every row to `sink` and counts them.
pub(super) fn read(path: &Path, wanted: &[Wanted], sink: &mut dyn FnMut(Row<'_>) -> Verdict) -> Result<u64, FeedError> {
    let name = path.display().to_string();
    let file = open(path).map_err(|source| FeedError::Open { file: name.clone(), source })?;
    let damaged = |source: ParquetError| FeedError::Parquet { file: name.clone(), source: source.into() };
    let reader = guarded(|| SerializedFileReader::new(file)).map_err(damaged)?;
    let places = places(&name, &reader, wanted)?;
    let mut rows = 0;
    for group in 0..reader.num_row_groups() {
        let group = guarded(|| reader.get_row_group(group)).map_err(damaged)?;
        let mut columns = guarded(|| Columns::open(group.as_ref(), &places, wanted)).map_err(damaged)?;
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        while left > 0 {
            let many = left.min(BATCH);
            let refused = |(at, reason)| FeedError::CountRow { file: name.clone(), row: rows + at + 1, reason };
            guarded(|| columns.fill(many)).map_err(damaged)?.map_or(Ok(()), |bad| Err(refused(bad)))?;
            for at in 0..many {
                let row = Row { wanted, batch: &columns.batch, at };
                sink(row).map_err(|reason| refused((at as u64, reason)))?;
            }
            rows += many as u64;
            left -= many;
        }
    }
    Ok(rows)
}

/// Where the wanted columns stand, each of a type that can be read.
fn places(file: &str, reader: &SerializedFileReader<Input>, wanted: &[Wanted]) -> Result<Vec<usize>, FeedError> {
    let schema = reader.metadata().file_metadata().schema_descr();
    let place = |Wanted(name, kind): &Wanted| {
        let refused = |found| {
            Err(FeedError::CountColumn { file: file.to_owned(), column: name, expected: kind.describe(), found })
        };
        let Some(at) =
            schema.columns().iter().position(|column| column.path().parts().first().is_some_and(|p| p == name))
        else {
            let names = schema.columns().iter().take(NAMES_SHOWN).map(|column| shortened(&column.path().string()));
            return refused(format!("the columns {}", names.collect::<Vec<_>>().join(", ")));
        };
        let column = schema.column(at);
        if !kind.takes(&column) {
            return refused(described(&column));
        }
        Ok(at)
    };
    wanted.iter().map(place).collect()
}

/// A column's type in a few words.
fn described(column: &ColumnDescriptor) -> String {
    let nested = if column.path().parts().len() > 1 || column.max_rep_level() > 0 { "nested " } else { "" };
    match column.converted_type() {
        ConvertedType::NONE => format!("{nested}{}", column.physical_type()),
        converted => format!("{nested}{} as {converted}", column.physical_type()),
    }
}

/// The readers of a row group and the batch they fill.
struct Columns<'a> {
    wanted: &'a [Wanted],
    readers: Vec<(ColumnReader, bool)>,
    batch: Vec<Values>,
}

/// The first row of a batch that cannot be used, and why.
type BadRow = (u64, Box<dyn std::error::Error + Send + Sync>);

impl<'a> Columns<'a> {
    fn open(group: &dyn RowGroupReader, places: &[usize], wanted: &'a [Wanted]) -> Result<Self, ParquetError> {
        let unsigned = |place: usize| {
            matches!(group.metadata().column(place).column_descr().converted_type(), ConvertedType::UINT_32)
        };
        let open = |place: &usize| Ok((group.get_column_reader(*place)?, unsigned(*place)));
        let readers = places.iter().map(open).collect::<Result<_, ParquetError>>()?;
        Ok(Self { wanted, readers, batch: Vec::new() })
    }

    /// Reads the next `many` rows of every column.
    fn fill(&mut self, many: usize) -> Result<Option<BadRow>, ParquetError> {
        self.batch.clear();
        for (at, (reader, unsigned)) in self.readers.iter_mut().enumerate() {
            let mut null = None;
            let values = match reader {
                ColumnReader::ByteArrayColumnReader(r) => Values::Text(some(r, many, &mut null)?),
                ColumnReader::Int32ColumnReader(r) => {
                    let widen = |v: i32| if *unsigned { i64::from(v as u32) } else { i64::from(v) };
                    Values::Integer(some(r, many, &mut null)?.into_iter().map(widen).collect())
                }
                ColumnReader::Int64ColumnReader(r) => Values::Integer(some(r, many, &mut null)?),
                ColumnReader::FloatColumnReader(r) => {
                    Values::Number(some(r, many, &mut null)?.into_iter().map(f64::from).collect())
                }
                ColumnReader::DoubleColumnReader(r) => Values::Number(some(r, many, &mut null)?),
                _ => return Err(ParquetError::General("a column changed its type between row groups".into())),
            };
            if let Some(row) = null {
                let Wanted(column, kind) = self.wanted[at];
                return Ok(Some((row, BadValue { column, expected: kind.describe(), found: "null".into() }.into())));
            }
            self.batch.push(values);
        }
        Ok(None)
    }
}

/// The next `many` values; the place of the first null, if there is one, goes to `null`.
fn some<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    many: usize,
    null: &mut Option<u64>,
) -> Result<Vec<T::T>, ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let mut rows = 0;
    while rows < many {
        let (read, _, _) = reader.read_records(many - rows, Some(&mut levels), None, &mut values)?;
        if read == 0 {
            return Err(ParquetError::EOF(format!("expected {many} more rows in a column, found {rows}")));
        }
        rows += read;
    }
    if values.len() != many {
        *null = Some(levels.iter().position(|level| *level == 0).unwrap_or(0) as u64);
    }
    Ok(values)
}
