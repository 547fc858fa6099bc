//! The built-in sample shop: a coffee house that does not exist, written as files.
//!
//! # The problem
//!
//! To try endcap, to show it, and to test it, one needs orders. Real ones belong to real shops and their customers;
//! random ones hold no signal, so that nothing can be learnt from them and nothing can be shown. This shop is invented
//! down to the last SKU, and what a good model should find in it is planted and known ([`truth`]).
//!
//! # The idea
//!
//! The catalog is written by hand, as a merchant would. Shoppers come with a wish (a dripper), the planted complements
//! draw what goes with it (papers that fit, a kettle), and the companions draw theirs. Customers own a way to make
//! coffee and a taste; they come back when the bag is empty and refill what runs out. Visits show what was compared
//! before it was bought. A few things are noise, as in every shop. All of it is whole numbers from one fixed seed
//! (ChaCha8), without clock, float or thread: the same bytes on every machine.
//!
//! # In small numbers
//!
//! `Complement { from: Dripper, to: PaperFilter, permille: 720, by: Fit }` says that of 1,000 wishes for a dripper, 720
//! draw papers, and only papers of its size. Papers are in about 14 of 100 orders, and in 65 of 100 orders with a
//! dripper: a lift of 4.5. For one dripper and the papers of its size alone the lift is far higher.
//!
//! # What it does not do
//!
//! It says nothing about how well a model does on a real shop: the planted structure is cleaner than life. There are
//! no returns, no bad rows, no foreign currencies; the fixtures of the feed have those.
//!
//! # Example
//!
//! ```no_run
//! let written = endcap::sample::write("my-sample".as_ref())?;
//! println!("{} products, {} orders", written.products, written.orders);
//! # Ok::<(), endcap::sample::SampleError>(())
//! ```

mod baskets;
mod calendar;
mod catalog;
mod dice;
mod orders;
mod pictures;
mod shoppers;
pub mod simulated;
mod truth;
mod visits;
mod write;

pub use catalog::Kind;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
pub use truth::{Complement, Match, truth};

/// What [`write()`] wrote.
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
/// machine. Takes a fifth of a second and 20 MB of memory on a small server.
///
/// # Errors
///
/// [`SampleError::NotEmpty`] where the directory holds anything, [`SampleError::Io`] where the disk fails.
pub fn write(dir: &Path) -> Result<Written, SampleError> {
    write::write_files(dir)
}

#[cfg(test)]
mod tests;
