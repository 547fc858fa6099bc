//! The long holdout of a KEEP, written into endcap.toml: the test ends, and a few visitors stay without until day 90.
//!
//! It is an experiment of its own under a name of its own, for its visitors must be dealt anew: whoever was in the control and is
//! now served would else be in both arms. Everything but its arms, days and start is what was registered for the first one.

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::config::{self, Config};
use crate::experiment::{Experiment, HOLDOUT, Registration};
use crate::report::told::{ExperimentTold, LongHoldout, Report};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::path::Path;
use toml_edit::{ArrayOfTables, Datetime, DocumentMut, InlineTable, Item, Table, value};

/// What the name of a long holdout ends with.
const SUFFIX: &str = "-long";
/// Most characters of an experiment's name.
const LONGEST_NAME: usize = 64;
/// Least days of a long holdout; a KEEP that is acted on late gets its second verdict later than on day 90.
const FEWEST_DAYS: i64 = 30;
/// Keys of the first experiment that are not the second one's.
const OWN: [&str; 5] = ["name", "salt", "allocation", "until", "plan"];

/// The file as it was when the report was begun.
pub(super) struct File<'a> {
    pub path: &'a Path,
    pub text: &'a str,
    pub config: &'a Config,
    /// The zone of its days.
    pub zone: &'a TimeZone,
}

/// When the long holdouts begin.
struct Start {
    at: Timestamp,
    date: Date,
    moment: Datetime,
}

/// A long holdout that is to be written.
struct Wanted<'a> {
    told: &'a ExperimentTold,
    long: &'a LongHoldout,
    name: String,
    begun: Date,
    /// The first experiment goes on until the second starts; one that has ended already stays as it ended.
    ends: bool,
}

/// Writes the long holdouts that are still missing; what is written parses, and its plans are registered.
pub(super) fn write(file: &File<'_>, report: &Report, now: Option<i64>) -> Result<(), Failure> {
    let start = midnight_after(report, file.zone, now).map_err(Failure::machine)?;
    let wanted = wanted(file, report, &start);
    let place = file.path.display().to_string();
    if wanted.is_empty() {
        eprintln!("no KEEP is without its long holdout: {place} is not written");
        return Ok(());
    }
    let unregistered = edited(&place, file.text, |tables| {
        for one in &wanted {
            follow(tables, one, &start).into_iter().for_each(|table| tables.push(table));
        }
    })?;
    let planned = config::parse(&unregistered, &place).map_err(Failure::data)?.experiments;
    let hash =
        |name: &str| planned.iter().find(|other| other.experiment.name.as_str() == name).map(|found| found.hash());
    let whole = edited(&place, &unregistered, |tables| {
        for table in tables.iter_mut() {
            let name = named(table).filter(|name| wanted.iter().any(|one| one.name == *name));
            if let Some(hash) = name.and_then(hash) {
                table.insert("plan", value(hash.to_string()));
            }
        }
    })?;
    // What is written must be what will be recognised.
    let written = config::parse(&whole, &place).map_err(Failure::data)?.experiments;
    for one in &wanted {
        let found = written.iter().find(|other| other.experiment.name.as_str() == one.name);
        if found.is_none_or(|found| found.registration() != Registration::Kept) {
            return Err(Failure::machine(format!("{place}: the plan of {} reads otherwise", one.name)));
        }
    }
    if std::fs::read_to_string(file.path).map_err(|error| Failure::read(file.path, &error))? != file.text {
        return Err(Failure::data(format!("{place}: changed while the report was made; report again")));
    }
    output::write_file(file.path, whole.as_bytes())?;
    let names: Vec<&str> = wanted.iter().map(|one| one.name.as_str()).collect();
    eprintln!("wrote {place}: {} from {} on; train and ship a bundle before then", names.join(", "), start.moment);
    Ok(())
}

/// The long holdouts that are missing and can be; those that cannot are told.
fn wanted<'r>(file: &File<'_>, report: &'r Report, start: &Start) -> Vec<Wanted<'r>> {
    let mut wanted: Vec<Wanted<'r>> = Vec::new();
    for told in &report.experiments {
        let Some(long) = told.verdict.long_holdout.as_ref().filter(|long| long.experiment.is_none()) else { continue };
        let all = || file.config.experiments.iter().map(|planned| &planned.experiment);
        let first = all().find(|experiment| experiment.name.as_str() == told.name);
        let begun = told.started.as_deref().and_then(|started| started.parse().ok());
        let (Some(first), Some(begun)) = (first, begun) else { continue };
        let from = Some(crate::shop::Timestamp(start.at.as_second()));
        let second = Experiment { from, until: None, ..first.clone() };
        if let Some(other) = all().find(|other| other.name != first.name && other.meets(&second)) {
            eprintln!("{}: no long holdout, for `{}` runs at `{}` after it", told.name, other.name, told.placement);
            continue;
        }
        let taken =
            |name: &str| all().any(|other| other.name.as_str() == name) || wanted.iter().any(|one| one.name == name);
        let name = name_after(&told.name, taken);
        let ends = first.until.is_none_or(|until| Some(until) > from);
        wanted.push(Wanted { told, long, name, begun, ends });
    }
    wanted
}

/// The first midnight after the data and after now: nobody can have been dealt to an arm before.
fn midnight_after(report: &Report, zone: &TimeZone, now: Option<i64>) -> Result<Start, jiff::Error> {
    let now = now.map_or(Ok(Timestamp::now()), Timestamp::from_second)?;
    let data = report.until.as_deref().and_then(|until| until.parse::<Timestamp>().ok());
    // A moment that is midnight already will do.
    let last = data.map_or(now, |data| data.max(now - 1.second()));
    let date = zone.to_datetime(last).date().tomorrow()?;
    let at = zone.to_timestamp(date.at(0, 0, 0, 0))?;
    let minutes = zone.to_offset(at).seconds() / 60;
    let offset = match minutes {
        0 => "Z".to_owned(),
        _ => format!("{}{:02}:{:02}", if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60),
    };
    let text = format!("{}{offset}", zone.to_datetime(at));
    let moment = text.parse().map_err(|_| jiff::Error::from_args(format_args!("{text} is no moment of TOML")))?;
    Ok(Start { at, date, moment })
}

/// `cart-addons-long`, or with a number where that is taken.
fn name_after(first: &str, taken: impl Fn(&str) -> bool) -> String {
    let with = |suffix: &str| {
        let head: String = first.chars().take(LONGEST_NAME - suffix.len()).collect();
        head + suffix
    };
    let numbered = (2u32..).map(|n| with(&format!("{SUFFIX}-{n}")));
    std::iter::once(with(SUFFIX)).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// The text with its experiments changed, and all else as it stands.
fn edited(place: &str, text: &str, edit: impl FnOnce(&mut ArrayOfTables)) -> Result<String, Failure> {
    let parsed: Result<DocumentMut, _> = text.parse();
    let mut document = parsed.map_err(|error: toml_edit::TomlError| Failure::data(format!("{place}: {error}")))?;
    let tables = document.get_mut("experiment").and_then(|item| item.as_array_of_tables_mut());
    let inline = || Failure::data(format!("{place}: `experiment` is one list; write each under [[experiment]]"));
    edit(tables.ok_or_else(inline)?);
    Ok(document.to_string())
}

fn named(table: &Table) -> Option<&str> {
    table.get("name").and_then(|name| name.as_str())
}

/// Ends the first experiment; gives the table of the one that follows. `None` where the file has no such experiment.
fn follow(tables: &mut ArrayOfTables, wanted: &Wanted<'_>, start: &Start) -> Option<Table> {
    let Wanted { told, long, name, begun, ends } = wanted;
    let first = tables.iter_mut().find(|table| named(table) == Some(told.name.as_str()))?;
    if *ends {
        end(first, start.moment);
    }
    let mut table = Table::new();
    table.insert("name", value(name));
    table.insert("follows", value(told.name.as_str()));
    let mut allocation = InlineTable::new();
    allocation.insert(HOLDOUT, long.share.into());
    allocation.insert(&long.arm, (1.0 - long.share).into());
    table.insert("allocation", value(allocation));
    for (key, item) in first.iter().filter(|(key, _)| !OWN.contains(key)) {
        // On one line: a table with a place of its own in the file would stay with the first experiment.
        let inline = item.clone().into_value().map_or_else(|item| item, Item::Value);
        table.insert(key, inline);
    }
    let elapsed = i64::from((start.date - *begun).get_days());
    table.insert("from", value(start.moment));
    table.insert("days", value((i64::from(long.day) - elapsed).max(FEWEST_DAYS)));
    Some(table)
}

/// Sets `until`; comments beside an older one stay.
fn end(table: &mut Table, moment: Datetime) {
    match table.get_mut("until").and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = moment.into();
            *old.decor_mut() = decor;
        }
        None => {
            table.insert("until", value(moment));
        }
    }
}
