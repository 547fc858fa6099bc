//! The long holdout of a KEEP, written into endcap.toml: the test ends, and a few visitors stay without until day 90.
//!
//! It is an experiment of its own under a name of its own, for its visitors must be dealt anew: whoever was in the control and is
//! now served would else be in both arms. Everything but its arms, days and start is what was registered for the first one.

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::config::{self, Config};
use crate::experiment::Registration;
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

/// Writes the long holdouts that are still missing; what is written parses, and its plans are registered.
pub(super) fn write(
    path: &Path,
    text: &str,
    report: &Report,
    config: &Config,
    zone: &TimeZone,
    now: Option<i64>,
) -> Result<(), Failure> {
    let kept = report.experiments.iter().filter_map(|told| Some((told, told.verdict.long_holdout.as_ref()?)));
    let missing: Vec<(&ExperimentTold, &LongHoldout)> = kept.filter(|(_, long)| long.experiment.is_none()).collect();
    if missing.is_empty() {
        eprintln!("no KEEP is without its long holdout: {} is not written", path.display());
        return Ok(());
    }
    let file = path.display().to_string();
    let start = midnight_after(report, zone, now).map_err(Failure::machine)?;
    let edited = |text: &str, edit: &mut dyn FnMut(&mut ArrayOfTables)| -> Result<String, Failure> {
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| Failure::data(format!("{file}: {error}")))?;
        let tables = document.get_mut("experiment").and_then(|item| item.as_array_of_tables_mut());
        let tables = tables.ok_or_else(|| Failure::data(format!("{file}: expected [[experiment]], found none")))?;
        edit(tables);
        Ok(document.to_string())
    };
    let taken = |name: &str| config.experiments.iter().any(|other| other.experiment.name.as_str() == name);
    let mut names = Vec::new();
    let unregistered = edited(text, &mut |tables| {
        for (told, long) in &missing {
            let name = name_after(&told.name, &taken);
            if let Some(table) = follow(tables, told, long, &name, &start) {
                tables.push(table);
                names.push(name);
            }
        }
    })?;
    let planned = config::parse(&unregistered, &file).map_err(Failure::data)?.experiments;
    let hash =
        |name: &str| planned.iter().find(|other| other.experiment.name.as_str() == name).map(|found| found.hash());
    let whole = edited(&unregistered, &mut |tables| {
        for table in tables.iter_mut() {
            let name = named(table).filter(|name| names.iter().any(|wanted| wanted == name)).map(str::to_owned);
            if let Some(hash) = name.as_deref().and_then(hash) {
                table.insert("plan", value(hash.to_string()));
            }
        }
    })?;
    // What is written must be what will be recognised.
    let written = config::parse(&whole, &file).map_err(Failure::data)?.experiments;
    for name in &names {
        let found = written.iter().find(|other| other.experiment.name.as_str() == name);
        if found.is_none_or(|found| found.registration() != Registration::Kept) {
            return Err(Failure::machine(format!("{file}: the plan of {name} reads otherwise")));
        }
    }
    output::write_file(path, whole.as_bytes())?;
    eprintln!(
        "wrote {file}: {} from {} on; `endcap patch --config` or the next training puts it into force",
        names.join(", "),
        start.moment
    );
    Ok(())
}

/// When the long holdout begins.
struct Start {
    date: Date,
    moment: Datetime,
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
    let sign = if minutes < 0 { '-' } else { '+' };
    let text = format!("{}{sign}{:02}:{:02}", zone.to_datetime(at), minutes.abs() / 60, minutes.abs() % 60);
    let moment = text.parse().map_err(|_| jiff::Error::from_args(format_args!("{text} is no moment of TOML")))?;
    Ok(Start { date, moment })
}

/// `cart-addons-long`, or with a number where that is taken.
fn name_after(first: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let with = |suffix: &str| {
        let head: String = first.chars().take(LONGEST_NAME - suffix.len()).collect();
        head + suffix
    };
    let numbered = (2u32..).map(|n| with(&format!("{SUFFIX}-{n}")));
    std::iter::once(with(SUFFIX)).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

fn named(table: &Table) -> Option<&str> {
    table.get("name").and_then(|name| name.as_str())
}

/// Ends the first experiment; gives the table of the one that follows. `None` where the file has no such experiment.
fn follow(
    tables: &mut ArrayOfTables,
    told: &ExperimentTold,
    long: &LongHoldout,
    name: &str,
    start: &Start,
) -> Option<Table> {
    let first = tables.iter_mut().find(|table| named(table) == Some(told.name.as_str()))?;
    first.insert("until", value(start.moment));
    let mut table = Table::new();
    table.insert("name", value(name));
    table.insert("follows", value(told.name.as_str()));
    let mut allocation = InlineTable::new();
    allocation.insert(crate::experiment::HOLDOUT, long.share.into());
    allocation.insert(&long.arm, (1.0 - long.share).into());
    table.insert("allocation", value(allocation));
    for (key, item) in first.iter().filter(|(key, _)| !OWN.contains(key)) {
        // On one line: a table with a place of its own in the file would stay with the first experiment.
        let inline = item.clone().into_value().map_or_else(|item| item, Item::Value);
        table.insert(key, inline);
    }
    let begun: Date = told.started.as_deref()?.parse().ok()?;
    let elapsed = i64::from((start.date - begun).get_days());
    table.insert("from", value(start.moment));
    table.insert("days", value((i64::from(long.day) - elapsed).max(FEWEST_DAYS)));
    Some(table)
}
