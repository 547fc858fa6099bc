//! Why a file as a whole cannot be used.

use super::source::PARQUET;
use super::{Summary, issue::shortened};
use std::fmt;
use std::io;

/// Why a file as a whole cannot be used. The text says what was expected, what was found and what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum FeedError {
    /// The file cannot be opened.
    Open {
        /// The file as it was given.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// Reading failed halfway: the disk, or a gzip that is cut off or damaged.
    Read {
        /// The file as it was given.
        file: String,
        /// What the system or the unpacker says.
        source: io::Error,
    },
    /// A known format that is not CSV.
    Unsupported {
        /// The file as it was given.
        file: String,
        /// The format found.
        found: &'static str,
    },
    /// The first record cannot be a header of delimited text.
    NotText {
        /// The file as it was given.
        file: String,
        /// What was found instead.
        found: &'static str,
    },
    /// The file is empty, or holds line breaks alone.
    NoHeader {
        /// The file as it was given.
        file: String,
    },
    /// No column for a field that is required.
    MissingColumn {
        /// The file as it was given.
        file: String,
        /// The field.
        field: &'static str,
        /// Other names under which it would have been found.
        accepted: &'static [&'static str],
        /// The headers of the file.
        found: Vec<String>,
        /// The header most like one of the names.
        nearest: Option<String>,
    },
    /// More rows with problems than [`super::Options::max_bad_rows`] allows.
    TooManyBadRows {
        /// What was read, with the counts and the first issues.
        summary: Box<Summary>,
        /// The share that was allowed.
        max_bad_rows: f64,
    },
    /// Not one row was kept.
    Empty {
        /// What was read, with the reasons.
        summary: Box<Summary>,
    },
    /// A folder that holds no finished table.
    Parts {
        /// The folder as it was given.
        file: String,
        /// What should be there.
        expected: &'static str,
        /// What is there instead.
        found: String,
    },
    /// Not Parquet, cut off or damaged.
    Parquet {
        /// The part file.
        file: String,
        /// What the reader says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A column of counts is missing or of another type.
    CountColumn {
        /// The part file.
        file: String,
        /// The column.
        column: &'static str,
        /// The type it should have.
        expected: &'static str,
        /// Its type, or the columns that are there.
        found: String,
    },
    /// A row of counts that cannot be used.
    CountRow {
        /// The part file.
        file: String,
        /// The row, from 1.
        row: u64,
        /// Why.
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Issues shown in the text of an error; the summary holds more.
const ISSUES_SHOWN: usize = 5;
/// Headers shown in the text of an error.
const HEADERS_SHOWN: usize = 30;

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { file, source } => write!(f, "{file}: cannot be opened: {source}; check the path"),
            Self::Read { file, source } => {
                write!(f, "{file}: reading failed: {source}; the file may be cut off or damaged: export it again")
            }
            Self::Unsupported { file, found } => {
                write!(f, "{file}: expected CSV in UTF-8, plain or gzip, found {found}; export it as CSV")
            }
            Self::NotText { file, found } => write!(
                f,
                "{file}:1: expected a line of column names separated by , ; tab or |, found {found}; export it as CSV"
            ),
            Self::NoHeader { file } => {
                write!(f, "{file}: expected a line of column names, found nothing; export it again with its header")
            }
            Self::MissingColumn { .. } => self.missing_column(f),
            Self::TooManyBadRows { summary, max_bad_rows } => too_many(f, summary, *max_bad_rows),
            Self::Empty { summary } => {
                write!(f, "{}: expected at least one usable row, found none", summary.file)?;
                if summary.rows_read == 0 {
                    return f.write_str(" after the header; export it again with its rows");
                }
                write!(f, " among {}; look at the columns found and the reasons below", summary.rows_read)?;
                write!(f, "\n{summary}")
            }
            Self::Parts { file, expected, found } => {
                write!(
                    f,
                    "{file}: expected {expected}, found {found}; export the table again, as Parquet into one folder"
                )
            }
            Self::Parquet { file, source } => {
                write!(f, "{file}: expected Parquet, plain, snappy or zstd, found {source}; export it again")
            }
            Self::CountColumn { file, column, expected, found } => write!(
                f,
                "{file}: expected a column `{column}` of {expected}, found {found}; \
                 export it with the SQL that `endcap init --sql` writes"
            ),
            Self::CountRow { file, row, reason } => write!(f, "{file}: row {row}: {reason}"),
        }
    }
}

impl FeedError {
    /// Whether the file was refused because it is Parquet, which another reader may read.
    pub fn found_parquet(&self) -> bool {
        matches!(self, Self::Unsupported { found: PARQUET, .. })
    }

    /// The text of [`FeedError::MissingColumn`].
    fn missing_column(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::MissingColumn { file, field, accepted, found, nearest } = self else { return Ok(()) };
        let mut headers: Vec<String> =
            found.iter().take(HEADERS_SHOWN).map(|h| format!("`{}`", shortened(h))).collect();
        if found.len() > HEADERS_SHOWN {
            headers.push(format!("and {} more", found.len() - HEADERS_SHOWN));
        }
        write!(f, "{file}:1: expected a column `{field}`")?;
        if !accepted.is_empty() {
            write!(f, " (or {})", accepted.join(", "))?;
        }
        write!(f, ", found {}; ", headers.join(", "))?;
        match nearest {
            Some(nearest) => write!(f, "rename `{}` to `{field}` if that is the one", shortened(nearest)),
            None => write!(f, "name the column that holds it `{field}`"),
        }
    }
}

/// The text of [`FeedError::TooManyBadRows`].
fn too_many(f: &mut fmt::Formatter<'_>, summary: &Summary, max_bad_rows: f64) -> fmt::Result {
    let (bad, read) = (summary.bad_rows(), summary.rows_read);
    write!(f, "{}: expected at most {} % of rows with problems, ", summary.file, max_bad_rows * 100.0)?;
    write!(f, "found {bad} of {read}; correct them, or allow more with --max-bad-rows")?;
    for (reason, n) in summary.dropped.iter().filter(|(reason, _)| !reason.is_rule()) {
        write!(f, "\n  {n}: {reason}")?;
    }
    for issue in summary.issues.iter().take(ISSUES_SHOWN) {
        write!(f, "\n  {issue}")?;
    }
    Ok(())
}

impl std::error::Error for FeedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } => Some(source),
            Self::Parquet { source, .. } => Some(source.as_ref()),
            Self::CountRow { reason, .. } => Some(reason.as_ref()),
            _ => None,
        }
    }
}
