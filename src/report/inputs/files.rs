//! Which files are meant: by path, by folder, by pattern.

use super::InputError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Endings of what a folder is searched for; `.gz` may follow.
const ENDINGS: [&str; 6] = ["jsonl", "ndjson", "json", "csv", "tsv", "parquet"];

/// The files that are meant, sorted and each once, whatever links lead to it.
///
/// A file is itself, whatever its name. A folder is all files in it and below that end in `.jsonl`, `.ndjson`, `.json`,
/// `.csv`, `.tsv` or `.parquet`, or in one of these and `.gz`; names that begin with `.` or `_` are what engines leave beside
/// them. What is neither and has a `*`, `?` or `[` is a pattern, whose files are taken by the same endings.
///
/// # Errors
///
/// [`InputError::Nothing`] for a path, a folder or a pattern without files, and those of listing folders.
pub fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, InputError> {
    let mut all = Vec::new();
    for path in given {
        let before = all.len();
        let found = one(path, &mut all)?;
        if all.len() == before {
            return Err(InputError::Nothing { given: path.display().to_string(), found });
        }
    }
    all.sort();
    let mut seen = BTreeSet::new();
    all.retain(|path| seen.insert(real(path)));
    Ok(all)
}

/// The path without links; as it is where the system does not say.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Adds the files of one path; what there is where there is none.
fn one(path: &Path, all: &mut Vec<PathBuf>) -> Result<&'static str, InputError> {
    if path.is_dir() {
        folder(path, &mut BTreeSet::new(), all)?;
        return Ok("a folder without them");
    }
    if path.exists() {
        all.push(path.to_owned());
        return Ok("a file");
    }
    let Some(pattern) = path.to_str().filter(|text| text.contains(['*', '?', '['])) else {
        return Ok("nothing");
    };
    let wrong = |error: glob::PatternError| InputError::Pattern { given: pattern.to_owned(), reason: error.msg };
    for entry in glob::glob(pattern).map_err(wrong)? {
        let path = entry
            .map_err(|error| unlisted(error.path(), std::io::Error::new(error.error().kind(), error.to_string())))?;
        match path.is_dir() {
            true => folder(&path, &mut BTreeSet::new(), all)?,
            false if wanted(&path) => all.push(path),
            false => {}
        }
    }
    Ok("a pattern that nothing matches")
}

/// Adds the files of a folder and of those in it, each folder once: a link that leads back does not go on for ever.
fn folder(path: &Path, seen: &mut BTreeSet<PathBuf>, all: &mut Vec<PathBuf>) -> Result<(), InputError> {
    if !seen.insert(real(path)) {
        return Ok(());
    }
    let failed = |source| unlisted(path, source);
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(['.', '_']) {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            folder(&path, seen, all)?;
        } else if wanted(&path) {
            all.push(path);
        }
    }
    Ok(())
}

fn unlisted(folder: &Path, source: std::io::Error) -> InputError {
    InputError::Folder { folder: folder.display().to_string(), source }
}

/// Whether a file ends like one that holds events or orders.
fn wanted(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}
