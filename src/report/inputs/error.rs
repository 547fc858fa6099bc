//! Why there is nothing to report on.

use crate::feed::FeedError;
use std::fmt;

/// Why a file, or a list of them, cannot be used. The text says what was expected, what was found and what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum InputError {
    /// A file cannot be read, or too much in it cannot.
    Feed(FeedError),
    /// A path, a folder or a pattern under which there is no file.
    Nothing {
        /// As it was given.
        given: String,
        /// What is there instead.
        found: &'static str,
    },
    /// A pattern that is none.
    Pattern {
        /// As it was given.
        given: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A folder that cannot be listed.
    Folder {
        /// The folder.
        folder: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feed(error) => error.fmt(f),
            Self::Nothing { given, found } => write!(
                f,
                "{given}: expected files that end in .jsonl, .ndjson, .json, .csv, .tsv or .parquet, packed with gzip \
                 (.gz) or not, found {found}; check the path"
            ),
            Self::Pattern { given, reason } => {
                write!(f, "{given}: expected a pattern of *, ** and ?, found one with an error ({reason}); correct it")
            }
            Self::Folder { folder, source } => {
                write!(f, "{folder}: expected a folder that can be listed, found {source}; check its rights")
            }
        }
    }
}

impl std::error::Error for InputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Feed(error) => Some(error),
            Self::Folder { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<FeedError> for InputError {
    fn from(error: FeedError) -> Self {
        Self::Feed(error)
    }
}
