//! The part files of a table.

use super::super::FeedError;
use std::path::{Path, PathBuf};

/// The file itself, or the part files of a folder by name. What engines leave beside them (`_SUCCESS`, check sums in
/// hidden files) is passed over.
pub(super) fn parts(path: &Path) -> Result<Vec<PathBuf>, FeedError> {
    let failed = |source| FeedError::Open { file: path.display().to_string(), source };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let refused = |expected, found: String| FeedError::Parts { file: path.display().to_string(), expected, found };
    let mut parts = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "_temporary" {
            return Err(refused("a finished job", "the folder _temporary of one that runs or failed".into()));
        }
        if name.starts_with(['_', '.']) {
            continue;
        }
        if entry.path().is_dir() {
            return Err(refused("part files", format!("the folder {name}")));
        }
        parts.push(entry.path());
    }
    if parts.is_empty() {
        return Err(refused("part files", "none".into()));
    }
    parts.sort();
    Ok(parts)
}
