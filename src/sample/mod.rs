//! The built-in sample shop: a generated coffee house.

mod baskets;
mod calendar;
mod catalog;
mod dice;
mod orders;
mod pictures;
mod shoppers;
mod truth;
mod visits;
mod write;

pub use catalog::Kind;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
pub use truth::{Complement, Match, truth};

/// What [`write`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Rows of `catalog.csv`.
    pub products: usize,
    /// Orders in `orders.csv`.
    pub orders: usize,
    /// Rows of `orders.csv`.
    pub order_lines: usize,
    /// Rows of `events.csv`.
    pub events: usize,
    /// Files in `pictures/`.
    pub pictures: usize,
    /// Bytes of all files.
    pub bytes: usize,
}

/// Why the sample shop was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum SampleError {
    /// The directory holds something already.
    NotEmpty {
        /// The directory.
        dir: PathBuf,
        /// One thing that was found in it.
        found: OsString,
    },
    /// A file or directory could not be read or written.
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEmpty { dir, found } => write!(
                f,
                "expected an empty or new directory, found {} in {}: name another directory or empty this one",
                found.display(),
                dir.display()
            ),
            Self::Io { path, cause } => {
                write!(
                    f,
                    "cannot write {}: {cause}; check the path, its permissions and the free space",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for SampleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotEmpty { .. } => None,
            Self::Io { cause, .. } => Some(cause),
        }
    }
}

/// Writes the sample shop into `dir`, which must be empty or new.
///
/// `catalog.csv`, `orders.csv`, `events.csv`, `endcap.toml`, `README.md` and `pictures/*.svg`; the same bytes on every
/// machine. Takes about a second and some 30 MB of memory.
///
/// # Errors
///
/// [`SampleError::NotEmpty`] where the directory holds anything, [`SampleError::Io`] where the disk fails.
pub fn write(dir: &Path) -> Result<Written, SampleError> {
    write::write_files(dir)
}

#[cfg(test)]
mod tests;
