//! `endcap events expire`: logs without what is too old to be kept.

use super::super::asked::moment;
use super::super::failure::Failure;
use super::super::output::{self, grouped};
use super::super::progress::Talk;
use super::{Logs, log, tell_losses};
use crate::event::{Event, Moment};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// The arguments of `endcap events expire`.
#[derive(Args)]
#[command(
    about = "Write logs without the events that are older than some days",
    after_help = "An event is as old as the time it arrived, where the log says that, else as the time it tells. One that is more than a \
        day ahead, of --now and of the machine's clock, has no age that is known: it goes too, and stderr says how many did. The \
        files are written under their names to another folder; the old ones are yours to delete.\n\nExamples:\n  \
        endcap events expire logs/ --keep-days 90 -o kept/\n  \
        endcap events expire logs/ --keep-days 90 --now 2027-01-31T00:00:00Z -o kept/ --json"
)]
pub(super) struct ExpireArgs {
    #[command(flatten)]
    logs: Logs,
    /// Days that events are kept
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    keep_days: u32,
    /// The moment they are counted back from, as 2027-01-31T08:00:00Z; without it the time of the machine
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// The folder to write to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What became of a file's events.
#[derive(Serialize)]
pub(super) struct FileTold {
    pub file: String,
    pub output: String,
    pub kept: u64,
    pub gone: u64,
    pub refused: u64,
}

pub(super) fn run(args: ExpireArgs) -> Result<(), Failure> {
    let clock = jiff::Timestamp::now().as_millisecond();
    let now = args.now.map_or(clock, |seconds| seconds.saturating_mul(1_000));
    let oldest = Moment(now.saturating_sub(i64::from(args.keep_days) * DAY));
    // Where --now lies in the past, what came after it is as young as it says.
    let latest = Moment(now.max(clock).saturating_add(DAY));
    let mut ahead = 0;
    let told = without(&args.logs, &args.output, &mut |event| {
        let at = event.received_at.unwrap_or(event.at);
        ahead += u64::from(at > latest);
        at < oldest || at > latest
    })?;
    if ahead > 0 {
        let (ahead, latest) = (grouped(ahead), latest.text().unwrap_or_default());
        eprintln!("events dated after {latest}: {ahead}; how old they are is not known, and they are left out");
    }
    tell(&told, "too old", args.json)
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Writes every log to a folder without the events that are `unwanted`.
pub(super) fn without(
    logs: &Logs,
    folder: &std::path::Path,
    unwanted: &mut dyn FnMut(&Event) -> bool,
) -> Result<Vec<FileTold>, Failure> {
    let (paths, talk) = (logs.paths()?, Talk::new());
    let places = log::places(&paths, folder)?;
    let formats = paths.iter().map(|path| log::Format::of(path)).collect::<Result<Vec<_>, _>>()?;
    let mut all = Vec::new();
    for ((path, place), format) in paths.iter().zip(places).zip(formats) {
        let (mut kept, mut gone) = (0, 0);
        let read = log::write(&place, format, |out| {
            let read = logs.read(path, None, &talk, &mut |event| {
                if unwanted(&event) {
                    gone += 1;
                } else {
                    kept += 1;
                    out(event);
                }
            })?;
            Ok(read)
        })?;
        tell_losses(&read);
        let (file, output) = (read.file, place.display().to_string());
        all.push(FileTold { file, output, kept, gone, refused: read.refused });
    }
    Ok(all)
}

/// Prints the figures of all files.
pub(super) fn tell(files: &[FileTold], why: &str, json: bool) -> Result<(), Failure> {
    if json {
        return output::print_json(&files);
    }
    let line = |file: &FileTold| {
        let refused =
            if file.refused > 0 { format!(", {} unreadable left out", grouped(file.refused)) } else { String::new() };
        let (kept, gone) = (grouped(file.kept), grouped(file.gone));
        format!("{}: {kept} events kept, {gone} {why}{refused}", file.output)
    };
    output::print(files.iter().map(line).collect::<Vec<_>>().join("\n"))
}
