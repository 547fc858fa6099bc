//! Results to stdout, talk to stderr, files in one piece.

use super::failure::Failure;
use super::unfinished;
use serde::Serialize;
use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Prints a result; a reader that has seen enough is no failure.
pub(super) fn print(result: impl Display) -> Result<(), Failure> {
    quiet(writeln!(io::stdout().lock(), "{result}"))
}

/// Prints a result as JSON.
pub(super) fn print_json(result: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(result).map_err(Failure::machine)?;
    print(text)
}

/// A broken pipe is how `head` says thanks.
pub(super) fn quiet(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::machine(format!("stdout: {error}"))),
    }
}

/// Writes a whole file beside `path` and moves it there, so that nobody ever reads half of it: not while it is written,
/// not after an interruption, not when the disk is full. What stood there before stays until then.
///
/// Folders that are not there yet are made. A link stays a link. What is no file, a pipe or a device, is written to as it is.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_by(path, |mut file| file.write_all(bytes))
}

/// As [`write_file`], piece by piece; gives what `write` gives.
pub(super) fn write_by<T>(path: &Path, write: impl FnOnce(&File) -> io::Result<T>) -> Result<T, Failure> {
    let there = std::fs::metadata(path);
    let written = match there {
        Ok(there) if there.is_dir() => {
            return Err(Failure::command(format!("{}: expected a file to write, found a folder", path.display())));
        }
        Ok(there) if !there.is_file() => OpenOptions::new().write(true).open(path).and_then(|to| write(&to)),
        Ok(_) => std::fs::canonicalize(path).and_then(|path| replace(&path, write)),
        Err(_) => replace(path, write),
    };
    written.map_err(|error| {
        Failure::machine(format!("{}: {error}; check the folder, its rights and the free space", path.display()))
    })
}

fn replace<T>(path: &Path, write: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
    name.push(format!(".part-{}", process_number()));
    let part = path.with_file_name(name);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = unfinished::begin(&part, || File::create(&part))?;
    // The bytes reach the disk before the name does: a power cut leaves the old file or the new one.
    let written = write(&file).and_then(|made| file.sync_all().map(|()| made));
    drop(file);
    unfinished::finish(|| {
        let moved = written.and_then(|made| std::fs::rename(&part, path).map(|()| made));
        moved.inspect_err(|_| {
            let _ = std::fs::remove_file(&part);
        })
    })
}

/// Keeps apart the unfinished files of two processes; a sandbox has no number, and is alone in it.
pub(super) fn process_number() -> u32 {
    if cfg!(target_os = "wasi") { 0 } else { std::process::id() }
}

/// Columns of text, aligned: the first to the left, the others to the right.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A number with thousands set apart: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align() {
        let rows = vec![vec!["a".into(), "1".into()], vec!["long".into(), "12,345".into()]];
        assert_eq!(table(&rows), "a          1\nlong  12,345");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(["0", "999", "1,000", "1,234,567"], [0, 999, 1000, 1_234_567].map(grouped)[..]);
    }
}
