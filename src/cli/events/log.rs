//! Logs on their way out: the format by the name, the first failure kept.

use super::super::failure::Failure;
use super::super::output;
use crate::event::{Event, json, parquet};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

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
pub(super) fn places(paths: &[PathBuf], folder: &Path) -> Vec<PathBuf> {
    let above = paths.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
    let common = above.ancestors().find(|above| paths.iter().all(|path| path.starts_with(above)));
    let inside = |path: &PathBuf| common.and_then(|above| path.strip_prefix(above).ok()).map(Path::to_owned);
    let name = |path: &PathBuf| inside(path).unwrap_or_else(|| path.file_name().map(PathBuf::from).unwrap_or_default());
    paths.iter().map(|path| folder.join(name(path))).collect()
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
            super::places(&paths, Path::new("out")).iter().map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(places(&["a.jsonl"]), ["out/a.jsonl"]);
        assert_eq!(places(&["logs/a.jsonl", "logs/b.jsonl"]), ["out/a.jsonl", "out/b.jsonl"]);
        assert_eq!(places(&["logs/1/a.jsonl", "logs/2/a.jsonl"]), ["out/1/a.jsonl", "out/2/a.jsonl"]);
        assert_eq!(places(&["/x/logs/a.jsonl", "/x/a.jsonl"]), ["out/logs/a.jsonl", "out/a.jsonl"]);
    }
}
