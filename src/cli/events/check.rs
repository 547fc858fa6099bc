//! `endcap events check`: what a log holds, and what is wrong with it.

use super::super::failure::Failure;
use super::super::init::currency;
use super::super::output::{self, grouped, table};
use super::super::progress::Talk;
use super::recent::Recent;
use super::{Logs, read, shown};
use crate::event::{Consent, Event, EventName, Moment, Who};
use crate::report::inputs::{InputError, Read};
use crate::shop::Currency;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;

/// The arguments of `endcap events check`.
#[derive(Args)]
#[command(
    about = "Count what logs hold and name what is wrong with them",
    after_help = "Exit code 1 where a file cannot be read, or more of it cannot than --max-bad-rows allows.\n\nExamples:\n  \
        endcap events check logs/\n  \
        endcap events check 'logs/2026-11-*.jsonl.gz' --currency EUR --json"
)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    logs: Logs,
    /// Count events in other currencies than this one apart
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What all files hold.
#[derive(Default, Serialize)]
struct Told {
    files: Vec<FileTold>,
    events: u64,
    names: BTreeMap<&'static str, u64>,
    first: Option<String>,
    last: Option<String>,
    /// Exposures by arm.
    arms: Vec<ArmTold>,
    /// Events whose id was there before.
    duplicates: u64,
    /// Events whose unit stands as it is, whose unit is hashed, and those without one.
    units: UnitsTold,
    /// By name, of which the first characters are told.
    other_currencies: BTreeMap<String, u64>,
    /// See `other_currencies`.
    unknown_fields: BTreeMap<String, u64>,
    refused: u64,
}

#[derive(Default, Serialize)]
struct UnitsTold {
    plain: u64,
    hashed: u64,
    none: u64,
    anonymous: u64,
}

#[derive(Serialize)]
struct ArmTold {
    experiment: Option<String>,
    variant: String,
    exposures: u64,
}

#[derive(Serialize)]
struct FileTold {
    file: String,
    rows: u64,
    kept: u64,
    refused: u64,
    /// Why the file as a whole cannot be used.
    error: Option<String>,
    issues: Vec<String>,
}

/// The most arms that are told apart: an experiment has a handful.
const MOST_ARMS: usize = 1_000;

/// What is counted event by event.
struct Counted {
    told: Told,
    recent: Recent,
    arms: BTreeMap<(Option<String>, String), u64>,
    span: Option<(Moment, Moment)>,
}

impl Counted {
    fn event(&mut self, event: Event) {
        let told = &mut self.told;
        told.events += 1;
        *told.names.entry(event.name.name()).or_default() += 1;
        told.duplicates += u64::from(!self.recent.is_new(&event.id));
        told.units.anonymous += u64::from(event.consent == Consent::Anonymous);
        *match event.who {
            Some(Who::Unit(_)) => &mut told.units.plain,
            Some(Who::Key(_)) => &mut told.units.hashed,
            None => &mut told.units.none,
        } += 1;
        if let (EventName::Exposure, Some(variant)) = (event.name, event.variant) {
            let arm = (event.experiment, variant);
            if self.arms.len() < MOST_ARMS || self.arms.contains_key(&arm) {
                *self.arms.entry(arm).or_default() += 1;
            }
        }
        let (first, last) = self.span.unwrap_or((event.at, event.at));
        self.span = Some((first.min(event.at), last.max(event.at)));
    }

    /// Takes in how a file ended, of which `events` were handed on.
    fn file(&mut self, path: String, events: u64, read: Result<Read, InputError>, max_bad_rows: f64) {
        let told = &mut self.told;
        let file = match read {
            Err(error) => FileTold {
                file: path,
                rows: events,
                kept: events,
                refused: 0,
                error: Some(error.to_string()),
                issues: Vec::new(),
            },
            Ok(read) => {
                told.refused += read.refused;
                let add = |to: &mut BTreeMap<String, u64>, from: &BTreeMap<String, u64>| {
                    from.iter().for_each(|(word, many)| *to.entry(shown(word)).or_default() += many);
                };
                add(&mut told.other_currencies, &read.currencies);
                add(&mut told.unknown_fields, &read.unknown_fields);
                let too_many = read.refused as f64 > max_bad_rows * read.rows as f64;
                let error = too_many.then(|| {
                    format!(
                        "{path}: expected at most {} % of unreadable events, found {} of {}; correct them, or allow more with \
                         --max-bad-rows",
                        max_bad_rows * 100.0,
                        read.refused,
                        read.rows
                    )
                });
                let issues = read.issues.iter().map(ToString::to_string).collect();
                FileTold { file: path, rows: read.rows, kept: read.kept, refused: read.refused, error, issues }
            }
        };
        told.files.push(file);
    }

    fn finish(self) -> Told {
        let arms = self.arms.into_iter();
        let arms = arms.map(|((experiment, variant), exposures)| ArmTold { experiment, variant, exposures }).collect();
        let (first, last) = self.span.unzip();
        let text = |at: Option<Moment>| at.and_then(Moment::text);
        Told { arms, first: text(first), last: text(last), ..self.told }
    }
}

pub(super) fn run(args: CheckArgs) -> Result<(), Failure> {
    let (paths, talk) = (args.logs.paths()?, Talk::new());
    let mut counted = Counted { told: Told::default(), recent: Recent::new(), arms: BTreeMap::new(), span: None };
    for path in &paths {
        let shop = args.currency.unwrap_or(Currency::NONE);
        let before = counted.told.events;
        let read = read(path, shop, 1.0, None, &talk, &mut |event| counted.event(event));
        counted.file(path.display().to_string(), counted.told.events - before, read, args.logs.max_bad_rows);
    }
    let told = counted.finish();
    if args.json { output::print_json(&told) } else { output::print(text(&told)) }?;
    let errors: Vec<&str> = told.files.iter().filter_map(|file| file.error.as_deref()).collect();
    if errors.is_empty() { Ok(()) } else { Err(Failure::data(errors.join("\n"))) }
}

/// The figures for people.
fn text(told: &Told) -> String {
    let mut parts = vec![files(told)];
    let names = told.names.iter().map(|(name, many)| vec![(*name).to_owned(), grouped(*many)]).collect::<Vec<_>>();
    if !names.is_empty() {
        parts.push(table(&names));
    }
    if let (Some(first), Some(last)) = (&told.first, &told.last) {
        parts.push(format!("from {first} until {last}"));
    }
    if !told.arms.is_empty() {
        let row = |arm: &ArmTold| {
            let experiment = arm.experiment.as_deref().map_or("(all)".to_owned(), shown);
            vec![format!("{experiment} {}", shown(&arm.variant)), grouped(arm.exposures)]
        };
        let head = vec!["experiment and arm".to_owned(), "exposures".to_owned()];
        parts.push(table(&std::iter::once(head).chain(told.arms.iter().map(row)).collect::<Vec<_>>()));
    }
    parts.extend(notes(told));
    parts.join("\n\n")
}

fn files(told: &Told) -> String {
    let head = ["file", "events", "kept", "refused"].map(str::to_owned).to_vec();
    let row = |file: &FileTold| vec![file.file.clone(), grouped(file.rows), grouped(file.kept), grouped(file.refused)];
    let mut text = table(&std::iter::once(head).chain(told.files.iter().map(row)).collect::<Vec<_>>());
    for issue in told.files.iter().flat_map(|file| file.issues.iter().take(5)) {
        text.push_str(&format!("\n  {issue}"));
    }
    text
}

/// What whoever reads the figures has to know.
fn notes(told: &Told) -> Option<String> {
    let mut notes = Vec::new();
    if told.duplicates > 0 {
        notes.push(format!(
            "{} events have an id that was there before; a report counts them once",
            grouped(told.duplicates)
        ));
    }
    if told.units.plain > 0 {
        notes.push(format!(
            "{} events carry their unit as it is; keep a log hashed: endcap events convert --key",
            grouped(told.units.plain)
        ));
    }
    let list = |words: &BTreeMap<String, u64>| {
        words.iter().map(|(word, many)| format!("{word} ({})", grouped(*many))).collect::<Vec<_>>().join(", ")
    };
    if !told.other_currencies.is_empty() {
        notes.push(format!("events in other currencies: {}", list(&told.other_currencies)));
    }
    if !told.unknown_fields.is_empty() {
        notes.push(format!("fields that schema 1 does not know: {}", list(&told.unknown_fields)));
    }
    (!notes.is_empty()).then(|| notes.join("\n"))
}
