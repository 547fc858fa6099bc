//! Bundles from disk.

use super::failure::Failure;
use crate::bundle::Bundle;
use std::path::Path;

/// Reads and opens a bundle.
pub(super) fn open(path: &Path) -> Result<Bundle<Vec<u8>>, Failure> {
    Bundle::open(read(path)?).map_err(|error| Failure::from((path, error)))
}

/// Reads a file whole.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::read(path, &error))
}
