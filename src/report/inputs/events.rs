//! Files of events.

use super::{InputError, MOST_CURRENCIES, MOST_FIELDS, Options, Read, count};
use crate::event::{self, Event, EventError, json};
use crate::feed::{self, Judged, Reason, Record, Refused};
use serde_json::Value;
use std::path::Path;

/// Reads the events of a file, JSON Lines, plain or gzip, or Parquet, and hands every one to `sink` in file order, its unit
/// hashed where there is a key. Which format it is its first bytes say, or else its name.
///
/// In Parquet `items` is a list of structs, `segment` and `experiments` are maps or structs, each of the three may be JSON in a
/// text, and a timestamp without a zone is one in UTC. Issues of a table count its rows from 1.
///
/// # Errors
///
/// [`InputError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// One pass; memory for one line of at most 1 MiB, or for some pages of Parquet.
pub fn read_events(path: &Path, options: &Options<'_>, sink: &mut dyn FnMut(Event)) -> Result<Read, InputError> {
    let mut taken = Taken { read: Read::default(), options, sink };
    let feed = options.of_feed();
    let lines =
        feed::read_lines(path, &feed, &mut |line| taken.take(json::read_with_unknown(line, options.currency), true));
    let mut summary = match lines {
        Err(error) if error.found_parquet() => {
            feed::read_records(path, &feed, &event::FIELDS, &mut |record| taken.record(record))
        }
        lines => lines,
    }?;
    for column in std::mem::take(&mut summary.unused) {
        count(&mut taken.read.unknown_fields, &column, summary.rows_read, MOST_FIELDS);
    }
    Ok(taken.read.with(summary))
}

/// What was read so far, and where it goes.
struct Taken<'a> {
    read: Read,
    options: &'a Options<'a>,
    sink: &'a mut dyn FnMut(Event),
}

impl Taken<'_> {
    /// Hands an event on, or says why there is none.
    fn take(&mut self, built: Result<(Event, Vec<String>), EventError>, zoned: bool) -> Judged {
        let (mut event, unknown) = built.map_err(|error| self.refused(error))?;
        unknown.iter().for_each(|field| count(&mut self.read.unknown_fields, field, 1, MOST_FIELDS));
        if let Some(key) = self.options.key {
            event.who = event.who.map(|who| key.hide(who));
        }
        let at = event.at;
        self.read.saw(at, zoned);
        (self.sink)(event);
        Ok(Some(at.second()))
    }

    /// As [`Taken::take`], of a row of a table.
    fn record(&mut self, mut record: Record) -> Judged {
        let mut without_zone = false;
        for (name, value) in &mut record {
            let clock = matches!(name.as_str(), "at" | "timestamp" | "received_at");
            if let Value::String(text) = value
                && clock
                && text.len() == "2026-11-22T10:00:00.000".len()
            {
                text.push('Z');
                without_zone = true;
            }
        }
        self.take(json::read_members(record, self.options.currency), !without_zone)
    }

    /// A record that is no event, or not one of the shop's currency.
    fn refused(&mut self, error: EventError) -> Refused {
        let reason = if let EventError::OtherCurrency { found, .. } = &error {
            count(&mut self.read.currencies, found, 1, MOST_CURRENCIES);
            Reason::OtherCurrency
        } else {
            Reason::Event
        };
        Refused {
            reason,
            field: error.field().to_owned(),
            expected: error.expected(),
            found: error.found().to_owned(),
            remedy: error.remedy(),
        }
    }
}
