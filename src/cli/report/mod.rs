//! `endcap report`: what experiments and placements have shown, from event logs and orders.

mod apply;
mod fired;
mod long_holdout;
mod sources;

use super::asked::moment;
use super::failure::Failure;
use super::output;
use super::progress::Talk;
use crate::config::{self, Config};
use crate::event::key::Key;
use crate::report::statistics::Verdict;
use crate::report::told::{ExperimentTold, Report};
use crate::report::{Place, Reporter, Settings, page};
use crate::shop::{Day, Timestamp};
use clap::Args;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::path::PathBuf;

/// The arguments of `endcap report`.
#[derive(Args)]
#[command(
    about = "Say what experiments and placements have shown: lift, margin, and what to switch off",
    after_help = "Reads event logs (JSON Lines or Parquet, plain or gzip) and orders (CSV, JSON Lines or Parquet): files, folders or\n\
        patterns. Orders carry their unit in `unit`, `unit_key` or the cart attribute `_endcap`, or a `purchase` event tells it.\n\
        With the costs of --catalog lifts are net of margin. The experiments and their registered plans are those of endcap.toml.\n\n\
        A verdict is no error: the exit code is 0 whatever was decided, 1 where the data cannot be read.\n\n\
        Examples:\n  \
        endcap report --events logs/ --orders orders.csv.gz --catalog catalog.csv -o report.html\n  \
        endcap report --events 'logs/2026-11-*.jsonl.gz' --orders orders/ --key unit.key --json > report.json\n  \
        endcap report --events logs/ --orders orders.csv --bundle edge.endcap --apply off.overlay --revision 42\n  \
        endcap report --events logs/ --orders orders.csv --write    # after a KEEP: the long holdout, registered"
)]
pub(super) struct ReportArgs {
    /// Event logs: files, folders or patterns
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// Orders, one line an item: files, folders or patterns; without them the log's purchases are the orders
    #[arg(long, value_name = "PATH", num_args = 1..)]
    orders: Vec<PathBuf>,
    /// Products with cost and title, and with prices where orders have none
    #[arg(long, value_name = "FILE")]
    catalog: Vec<PathBuf>,
    /// Settings with the experiments, placements and the calendar
    #[arg(long, value_name = "FILE", default_value = "endcap.toml")]
    config: PathBuf,
    /// The key under which units of the log were hashed; orders that name their unit are hashed by it
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The edge bundle: which rules fire on the time's carts, and whose overlay --apply writes
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Overlays of the time: changes by hand, month by month
    #[arg(long, value_name = "PATH", num_args = 1..)]
    overlays: Vec<PathBuf>,
    /// Leave out what is from this moment on, and judge reviews by it; as 2027-01-31T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    now: Option<i64>,
    /// Hours from a click to an order with the product
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    last_click_hours: u32,
    /// Days from an impression or a click to an order with the product
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
    assisted_days: u32,
    /// A unit with more exposures than this in 24 hours is a machine
    #[arg(long, value_name = "COUNT", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    most_exposures: u32,
    /// Share of rows, 0 to 1, that may have a problem before a file is refused
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    max_bad_rows: f64,
    /// The page to write: one HTML file without a network
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The page's title
    #[arg(long, value_name = "TEXT", default_value = "Recommendations")]
    title: String,
    /// Write the overlay that switches off every placement whose verdict is REVERT
    #[arg(long, value_name = "FILE", requires_all = ["bundle", "revision"])]
    apply: Option<PathBuf>,
    /// The revision of the overlay: higher than that of the last one
    #[arg(long, value_name = "N", requires = "apply")]
    revision: Option<u64>,
    /// Write the long holdout of every KEEP into endcap.toml: the experiment ends at the next midnight, and 5 to 10 % of the
    /// visitors stay without until the second verdict on day 90
    #[arg(long)]
    write: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: ReportArgs) -> Result<(), Failure> {
    if !(0.0..=1.0).contains(&args.max_bad_rows) {
        return Err(Failure::command(format!("--max-bad-rows: expected 0 to 1, found {}", args.max_bad_rows)));
    }
    let text = std::fs::read_to_string(&args.config).map_err(|error| Failure::read(&args.config, &error))?;
    let config = config::parse(&text, &args.config.display().to_string()).map_err(Failure::data)?;
    config.remarks.iter().for_each(|remark| eprintln!("{remark}"));
    let key = args.key.as_deref().map(Key::read).transpose().map_err(Failure::data)?;
    let reporter = Reporter::new(settings(&args, &config)?);
    let talk = Talk::new();
    let report = sources::report(&args, &reporter, key.as_ref(), &config, &talk)?;
    if let Some(path) = &args.output {
        let html = page(&report, &args.title).map_err(Failure::machine)?;
        output::write_file(path, html.as_bytes())?;
        eprintln!("wrote {}: {} bytes", path.display(), output::grouped(html.len() as u64));
    }
    if let (Some(path), Some(bundle), Some(revision)) = (&args.apply, &args.bundle, args.revision) {
        apply::write(path, bundle, revision, args.now, &reverted(&report))?;
    }
    if args.json {
        output::print_json(&report)?
    } else {
        output::print(crate::report::text(&report, WIDTH))?
    }
    if args.write {
        let file = long_holdout::File { path: &args.config, text: &text, config: &config, zone: &zone(&config)? };
        long_holdout::write(&file, &report, args.now)?;
    }
    Ok(())
}

/// Columns of the text.
const WIDTH: usize = 100;
/// Seconds by which clocks of shops may be ahead of this one.
const AHEAD: i64 = 3_600;

/// The zone that days are of.
fn zone(config: &Config) -> Result<TimeZone, Failure> {
    match &config.timezone {
        Some(name) => TimeZoneDatabase::bundled().get(name).map_err(Failure::machine),
        None => Ok(TimeZone::UTC),
    }
}

/// The placements whose verdict is REVERT; those where another experiment ran later or beside it, and says otherwise, are told and
/// left alone.
fn reverted(report: &Report) -> Vec<String> {
    let is_reverted = |told: &&ExperimentTold| told.verdict.verdict == Verdict::Revert;
    let mut names = Vec::new();
    for told in report.experiments.iter().filter(is_reverted) {
        // One that nobody was exposed to has no start: it is still to come.
        let begins = |other: &ExperimentTold| other.started.clone().unwrap_or("9999".into());
        let beside = |other: &&ExperimentTold| {
            other.placement == told.placement && !is_reverted(other) && begins(other) >= begins(told)
        };
        match report.experiments.iter().find(beside) {
            Some(other) => eprintln!(
                "{}: REVERT, but `{}` runs at `{}` since: give `--disable {}` to `endcap patch` if it is to go all the same",
                told.name, other.name, told.placement, told.placement
            ),
            None => names.push(told.placement.clone()),
        }
    }
    names.sort();
    names.dedup();
    names
}

fn settings(args: &ReportArgs, config: &Config) -> Result<Settings, Failure> {
    let zone = zone(config)?;
    let notes = |name: &str| config.notes.iter().find(|note| note.placement == name);
    let places = config.policies.iter().zip(&config.placement_places).map(|(policy, place)| {
        let note = notes(&policy.placement);
        let said = |text: &String| (!text.is_empty()).then(|| text.clone());
        Place {
            name: policy.placement.clone(),
            written: place.is_some(),
            enabled: policy.enabled,
            owner: note.and_then(|note| said(&note.owner)),
            kpi: note.and_then(|note| said(&note.kpi)),
            review_by: note.and_then(|note| note.review_by).map(Day),
        }
    });
    Ok(Settings {
        currency: config.currency,
        zone,
        planned: config.experiments.clone(),
        global_holdout: config.global_holdout.clone(),
        calendar: config.calendar.clone(),
        cost: config.cost,
        placements: places.collect(),
        last_click_hours: args.last_click_hours,
        assisted_days: args.assisted_days,
        most_exposures_a_day: args.most_exposures,
        now: args.now.map(Timestamp),
        // What is from --now on is left out anyway, and rehearsals are of months to come.
        latest: args.now.is_none().then(|| Timestamp(jiff::Timestamp::now().as_second() + AHEAD)),
    })
}
