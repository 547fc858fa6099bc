//! `endcap events`: logs are checked, converted, freed of a visitor and ended, and the key they are hashed under is made.

mod check;
mod convert;
mod erase;
mod expire;
mod key;
mod log;
mod recent;
mod schema;
mod whom;

use super::failure::Failure;
use super::progress::Talk;
use super::quiet::quietly;
use crate::event::Event;
use crate::event::key::Key;
use crate::feed::Issue;
use crate::report::inputs::{self, InputError, Options, Read};
use crate::shop::Currency;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

/// The arguments of `endcap events`.
#[derive(Args)]
#[command(
    about = "Check, convert, erase and expire logs of events, and make the key that they are hashed under",
    after_help = "A log is JSON Lines, plain or gzip, or Parquet; FILES are files, folders and patterns.\n\nExamples:\n  \
        endcap events check logs/\n  \
        endcap events key -o unit.key\n  \
        endcap events convert logs/ --key unit.key -o november.parquet\n  \
        endcap events erase logs/ --unit 0f3c5a77e1b2 --key unit.key -o kept/\n  \
        endcap events expire logs/ --keep-days 90 -o kept/"
)]
pub(super) struct EventsArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::CheckArgs),
    Key(key::KeyArgs),
    Convert(convert::ConvertArgs),
    Erase(erase::EraseArgs),
    Expire(expire::ExpireArgs),
    Schema(schema::SchemaArgs),
}

pub(super) fn run(args: EventsArgs) -> Result<(), Failure> {
    match args.command {
        Command::Check(args) => check::run(args),
        Command::Key(args) => key::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Erase(args) => erase::run(args),
        Command::Expire(args) => expire::run(args),
        Command::Schema(args) => schema::run(args),
    }
}

/// Which logs are read, and how.
#[derive(Args)]
struct Logs {
    /// Files, folders (`.jsonl`, `.ndjson`, `.json`, `.parquet`, each perhaps with `.gz`) or patterns
    #[arg(value_name = "FILES", required = true)]
    files: Vec<PathBuf>,
    /// Share of events, 0 to 1, that may be unreadable before a file is refused
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    max_bad_rows: f64,
}

impl Logs {
    /// The files that are meant.
    fn paths(&self) -> Result<Vec<PathBuf>, Failure> {
        if !(0.0..=1.0).contains(&self.max_bad_rows) {
            return Err(Failure::command(format!("--max-bad-rows: expected 0 to 1, found {}", self.max_bad_rows)));
        }
        let csv = |path: &PathBuf| {
            let name = path.to_string_lossy().to_ascii_lowercase();
            [".csv", ".csv.gz", ".tsv", ".tsv.gz"].iter().any(|ending| name.ends_with(ending))
        };
        let mut paths = inputs::files(&self.files)?;
        // A folder may hold exports of orders beside its logs.
        paths.retain(|path| self.files.contains(path) || !csv(path));
        if paths.is_empty() {
            return Err(Failure::command("expected logs of JSON Lines or Parquet, found tables alone; check the path"));
        }
        Ok(paths)
    }

    /// Reads one of them; every event keeps its currency.
    fn read(
        &self,
        path: &Path,
        key: Option<&Key>,
        talk: &Talk,
        sink: &mut dyn FnMut(Event),
    ) -> Result<Read, InputError> {
        read(path, Currency::NONE, self.max_bad_rows, key, talk, sink)
    }
}

/// Reads a log with a bar.
fn read(
    path: &Path,
    currency: Currency,
    max_bad_rows: f64,
    key: Option<&Key>,
    talk: &Talk,
    sink: &mut dyn FnMut(Event),
) -> Result<Read, InputError> {
    let bar = talk.reading(path);
    let tell = |bytes| bar.set_position(bytes);
    let options = Options { currency, key, max_bad_rows, progress: Some(&tell) };
    let read = quietly(|| inputs::read_events(path, &options, sink));
    bar.finish_and_clear();
    read
}

/// Says on stderr what is not carried over from a file.
fn tell_losses(read: &Read) {
    if read.refused > 0 {
        eprintln!("{}: {} of {} events cannot be read and are left out", read.file, read.refused, read.rows);
        read.issues.iter().take(5).for_each(|issue| eprintln!("  {issue}"));
    }
    if !read.unknown_fields.is_empty() {
        let fields: Vec<String> = read.unknown_fields.keys().map(|field| shown(field)).collect();
        eprintln!("{}: fields that schema 1 does not know are left out: {}", read.file, fields.join(", "));
    }
}

/// A name of a log as a terminal may have it: cut like what an issue found, and what would steer the terminal, or turn the
/// text after it round, escaped.
fn shown(name: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown = String::new();
    for letter in name.chars().take(Issue::FOUND) {
        if steers(letter) { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    if name.chars().nth(Issue::FOUND).is_some() {
        shown.push('…');
    }
    shown
}

/// `--key`.
fn key(path: Option<&PathBuf>) -> Result<Option<Key>, Failure> {
    Ok(path.map(|path| Key::read(path)).transpose()?)
}
