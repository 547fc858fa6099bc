//! `endcap events convert`: another format, hashed units, each event once.

use super::super::failure::Failure;
use super::super::output::{self, grouped};
use super::super::progress::Talk;
use super::recent::{REMEMBERED, Recent};
use super::{Logs, key, log, tell_losses};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// The arguments of `endcap events convert`.
#[derive(Args)]
#[command(
    about = "Join logs into one, as JSON Lines or Parquet",
    after_help = "Events that arrived twice are written once, as far as their copies lie within 2,097,152 events of each other. What \
        cannot be read and fields that schema 1 does not know are left out and counted on stderr.\n\nExamples:\n  \
        endcap events convert logs/ -o november.parquet\n  \
        endcap events convert logs/ --key unit.key -o november.jsonl.gz\n  \
        endcap events convert november.parquet -o november.jsonl"
)]
pub(super) struct ConvertArgs {
    #[command(flatten)]
    logs: Logs,
    /// The file to write: .jsonl, .jsonl.gz or .parquet
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Hash units that stand as they are under this key
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What became of the events.
#[derive(Serialize)]
struct Told {
    output: String,
    events: u64,
    duplicates: u64,
    refused: u64,
}

pub(super) fn run(args: ConvertArgs) -> Result<(), Failure> {
    let (paths, key, talk) = (args.logs.paths()?, key(args.key.as_ref())?, Talk::new());
    let format = log::Format::of(&args.output)?;
    let (mut recent, mut told) =
        (Recent::new(), Told { output: args.output.display().to_string(), events: 0, duplicates: 0, refused: 0 });
    let told = log::write(&args.output, format, |out| {
        for path in &paths {
            let read = args.logs.read(path, key.as_ref(), &talk, &mut |event| {
                if recent.is_new(&event.id) {
                    told.events += 1;
                    out(event);
                } else {
                    told.duplicates += 1;
                }
            })?;
            told.refused += read.refused;
            tell_losses(&read);
        }
        Ok(told)
    })?;
    if told.events + told.duplicates > REMEMBERED as u64 {
        eprintln!("copies of an event further than {} events apart are not recognised", grouped(REMEMBERED as u64));
    }
    if args.json {
        return output::print_json(&told);
    }
    output::print(format!(
        "{}: {} events; left out: {} duplicates, {} unreadable",
        told.output,
        grouped(told.events),
        grouped(told.duplicates),
        grouped(told.refused)
    ))
}
