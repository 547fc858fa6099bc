//! Logs on their way out: the format by the name, the first failure kept.

use super::super::failure::Failure;
use super::super::output;
use crate::event::{Event, json, parquet};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Component, Path, PathBuf};

/// The format of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Lines,
    Packed,
    Table,
}

impl Format {
    /// The format that a name promises.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let (bare, packed) = name.strip_suffix(".gz").map_or((name.as_str(), false), |bare| (bare, true));
        match (bare.rsplit_once('.').map(|(_, ending)| ending), packed) {
            (Some("jsonl" | "ndjson" | "json"), false) => Ok(Self::Lines),
            (Some("jsonl" | "ndjson" | "json"), true) => Ok(Self::Packed),
            (Some("parquet"), false) => Ok(Self::Table),
            _ => Err(Failure::command(format!(
                "{}: expected a name that ends in .jsonl, .jsonl.gz or .parquet; it says the format to write",
                path.display()
            ))),
        }
    }
}

/// A log that is being written.
enum Out<'a> {
    Lines(BufWriter<&'a File>),
    Packed(GzEncoder<BufWriter<&'a File>>),
    Table(Box<parquet::Writer<BufWriter<&'a File>>>),
}

impl<'a> Out<'a> {
    fn new(format: Format, file: &'a File) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, file);
        Ok(match format {
            Format::Lines => Self::Lines(file),
            Format::Packed => Self::Packed(GzEncoder::new(file, Compression::default())),
            Format::Table => Self::Table(Box::new(parquet::Writer::new(file)?)),
        })
    }

    fn write(&mut self, event: Event) -> io::Result<()> {
        match self {
            Self::Lines(out) => json::write(&event, out),
            Self::Packed(out) => json::write(&event, out),
            Self::Table(out) => out.write(event),
        }
    }

    fn finish(self) -> io::Result<()> {
        let mut file = match self {
            Self::Lines(file) => file,
            Self::Packed(out) => out.finish()?,
            Self::Table(out) => out.finish()?,
        };
        file.flush()
    }
}

/// Writes a log to `path` in one piece: `fill` is given where to put its events and gives what it has to say.
///
/// # Errors
///
/// The failure of `fill`, and those of writing; nothing is there then that was not there before.
pub(super) fn write<T>(
    path: &Path,
    format: Format,
    fill: impl FnOnce(&mut dyn FnMut(Event)) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut refused = None;
    let written = output::write_by(path, |file| {
        let (mut out, mut failed) = (Out::new(format, file)?, None);
        // After a first failure the rest is read to its end, and goes nowhere.
        let filled = fill(&mut |event| {
            if failed.is_none() {
                failed = out.write(event).err();
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        match filled {
            Ok(told) => out.finish().map(|()| told),
            Err(failure) => {
                refused = Some(failure);
                Err(io::Error::other("not written"))
            }
        }
    });
    refused.map_or(written, Err)
}

/// Where each file goes in a folder: under its name, and where they came from several folders, under that folder's name
/// below the one that all of them lie in.
///
/// # Errors
///
/// Where two would go to one place, one out of the folder, or one over another that is read.
pub(super) fn places(paths: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let files: Vec<PathBuf> = paths.iter().map(|path| in_folder(path)).collect();
    let places: Vec<PathBuf> = below(&files).iter().map(|name| folder.join(name)).collect();
    let (home, logs) = (resolved(folder), paths.iter().map(|path| resolved(path)).collect::<Vec<_>>());
    let mut taken: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for ((path, log), place) in paths.iter().zip(&logs).zip(&places) {
        let to = resolved(place);
        if !is_within(&to, &home) {
            return Err(refused(path, "a place in the folder to write to", &to, "look for a link on the way"));
        }
        if let Some(other) = taken.insert(to.clone(), path) {
            return Err(refused(path, "a place of its own", other, "which goes to the same one; give each log once"));
        }
        if to != *log && logs.contains(&to) {
            return Err(refused(path, "to overwrite no other log", place, "name a folder apart from the logs"));
        }
    }
    Ok(places)
}

fn refused(path: &Path, expected: &str, found: &Path, remedy: &str) -> Failure {
    Failure::command(format!("{}: expected {expected}, found {}; {remedy}", path.display(), found.display()))
}

/// A file under its own name in the folder that it lies in, links to which are followed.
fn in_folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    resolved(folder).join(path.file_name().unwrap_or_default())
}

/// Where a path leads, as far as there is something there.
fn resolved(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = |above: &Path| fs::canonicalize(above).ok().zip(whole.strip_prefix(above).ok().map(Path::to_owned));
    let found = whole.ancestors().find_map(there);
    found.map_or_else(|| whole.clone(), |(there, rest)| there.join(rest))
}

/// The paths of files below the folder that all of them lie in; their names where there is none.
fn below(files: &[PathBuf]) -> Vec<PathBuf> {
    let above = files.first().and_then(|file| file.parent()).unwrap_or(Path::new(""));
    let common = above.ancestors().find(|above| files.iter().all(|file| file.starts_with(above)));
    let inside = |file: &PathBuf| common.and_then(|above| file.strip_prefix(above).ok()).map(Path::to_owned);
    files.iter().map(|file| inside(file).unwrap_or_else(|| file.file_name().unwrap_or_default().into())).collect()
}

/// Whether a path lies below a folder, and does not lead out of it again.
fn is_within(path: &Path, folder: &Path) -> bool {
    let mut rest = path.strip_prefix(folder).map(Path::components).into_iter().flatten().peekable();
    rest.peek().is_some() && rest.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_format() {
        for (name, format) in [
            ("a.jsonl", Format::Lines),
            ("a/b.NDJSON", Format::Lines),
            ("a.json.gz", Format::Packed),
            ("a.b.parquet", Format::Table),
        ] {
            assert_eq!(Format::of(Path::new(name)).ok(), Some(format), "{name}");
        }
        for name in ["a", "a.csv", "a.parquet.gz", "jsonl", ""] {
            assert!(Format::of(Path::new(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn files_keep_their_names_and_those_of_several_folders_their_folders() {
        let places = |paths: &[&str]| {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            let places = super::places(&paths, Path::new("out")).map_err(|failure| failure.to_string());
            places.map(|places| places.iter().map(|path| path.display().to_string()).collect::<Vec<_>>())
        };
        let here = std::env::current_dir().unwrap().join("logs/2/a.jsonl").display().to_string();
        for (paths, expected) in [
            (&["a.jsonl"][..], &["out/a.jsonl"][..]),
            (&["../../a.jsonl"], &["out/a.jsonl"]),
            (&["logs/a.jsonl", "logs/b.jsonl"], &["out/a.jsonl", "out/b.jsonl"]),
            (&["logs/1/a.jsonl", "logs/2/a.jsonl"], &["out/1/a.jsonl", "out/2/a.jsonl"]),
            (&["logs/1/a.jsonl", &here], &["out/1/a.jsonl", "out/2/a.jsonl"]),
            (&["/x/logs/a.jsonl", "/x/a.jsonl"], &["out/logs/a.jsonl", "out/a.jsonl"]),
            (&["src/../a.jsonl", "src/cli/a.jsonl"], &["out/a.jsonl", "out/src/cli/a.jsonl"]),
        ] {
            assert_eq!(places(paths).unwrap(), expected, "{paths:?}");
        }
        for (paths, told) in [
            (&["logs/2/a.jsonl", &here][..], "expected a place of its own"),
            (&["src/../a.jsonl", "a.jsonl"], "expected a place of its own"),
            (&["out/a.jsonl", "out/out/a.jsonl"], ""),
            (&["logs/a.jsonl", "out/logs/a.jsonl"], "expected to overwrite no other log"),
        ] {
            let found = places(paths);
            assert!(found.as_ref().err().map_or(told.is_empty(), |error| error.contains(told)), "{paths:?}: {found:?}");
        }
    }
}
