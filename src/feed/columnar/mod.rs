//! Parquet files: how they are opened, and their rows as records of JSON.

mod records;

pub use records::{Record, read_records};
pub(super) use records::{columns, records};

use parquet::errors::ParquetError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What a file is read from: itself, at any place; in a sandbox, where a file has but one place, its bytes.
#[cfg(not(target_os = "wasi"))]
pub(super) type Input = std::fs::File;
#[cfg(target_os = "wasi")]
pub(super) type Input = bytes::Bytes;

/// Opens a file.
pub(super) fn open(path: &Path) -> std::io::Result<Input> {
    #[cfg(not(target_os = "wasi"))]
    return std::fs::File::open(path);
    #[cfg(target_os = "wasi")]
    return std::fs::read(path).map(Input::from);
}

/// Runs what goes through the bytes of a file: of damaged ones the Parquet reader may panic where it should report.
///
/// The process's panic hook is still told.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let damaged = |_| Err(ParquetError::General("damaged bytes".into()));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(damaged)
}
