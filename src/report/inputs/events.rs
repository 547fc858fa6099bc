//! Files of events.

use super::{InputError, MOST_CURRENCIES, MOST_FIELDS, Options, Read, count};
use crate::event::{Event, EventError, json};
use crate::feed::{self, Reason, Refused};
use std::path::Path;

/// Reads the events of a file, JSON Lines, plain or gzip, and hands every one to `sink` in file order, its unit
/// hashed where there is a key.
///
/// # Errors
///
/// [`InputError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// One pass; memory for one line of at most 1 MiB.
pub fn read_events(path: &Path, options: &Options<'_>, sink: &mut dyn FnMut(Event)) -> Result<Read, InputError> {
    let mut read = Read::default();
    let mut take = |built: Result<(Event, Vec<String>), EventError>| {
        let (mut event, unknown) = built.map_err(|error| refused(&mut read, error))?;
        unknown.iter().for_each(|field| count(&mut read.unknown_fields, field, MOST_FIELDS));
        if let Some(key) = options.key {
            event.who = event.who.map(|who| key.hide(who));
        }
        let at = event.at;
        read.saw(at);
        read.with_zone += 1;
        sink(event);
        Ok(Some(at.second()))
    };
    let summary =
        feed::read_lines(path, &options.of_feed(), &mut |line| take(json::read_with_unknown(line, options.currency)))?;
    Ok(read.with(summary))
}

/// A record that is no event, or not one of the shop's currency.
fn refused(read: &mut Read, error: EventError) -> Refused {
    let reason = if let EventError::OtherCurrency { found, .. } = &error {
        count(&mut read.currencies, found, MOST_CURRENCIES);
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
