//! Events as JSON Lines: one object a line.
//!
//! ```
//! use endcap::event::json;
//! use endcap::shop::Currency;
//!
//! let euro = Currency::parse("EUR").unwrap();
//! let line = br#"{"v":1,"id":"7c1e","name":"exposure","at":"2026-11-22T10:00:00.000Z","item_list_id":"cart","consent":"anonymous"}"#;
//! let event = json::read(line, euro).unwrap();
//! let mut written = Vec::new();
//! json::write(&event, &mut written).unwrap();
//! assert_eq!(written.strip_suffix(b"\n"), Some(line.as_slice()));
//! assert!(json::read(b"{}", euro).unwrap_err().to_string().starts_with("field `id`: expected an id, found none; "));
//! ```

use super::build::{Built, build};
use super::error::EventError;
use super::value::Value;
use super::{Event, EventItem, Moment, VERSION, Who};
use crate::shop::{Currency, Money};
use std::io::{self, Write};

/// The event of one line, with or without its line break.
///
/// Fields that schema 1 does not know are passed over; `null` is as if the field were not there. `impression` and `click`
/// are read as `view_item_list` and `select_item`, the keys `event` and `timestamp` as `name` and `at`. Amounts are in
/// `currency`; for [`Currency::NONE`] each event's are in its own.
///
/// # Errors
///
/// [`EventError`]: the first field that is missing, of another type or beyond its limits, and
/// [`EventError::OtherCurrency`] where the event is in order but not in the shop's currency.
///
/// # Cost
///
/// Memory of a few times the line, which the caller bounds.
pub fn read(line: &[u8], currency: Currency) -> Result<Event, EventError> {
    read_all(line, currency).map(|built| built.event)
}

/// As [`read`], with the names of the fields that were passed over.
///
/// # Errors
///
/// As [`read`].
pub fn read_with_unknown(line: &[u8], currency: Currency) -> Result<(Event, Vec<String>), EventError> {
    read_all(line, currency).map(|built| (built.event, built.unknown))
}

/// As [`read_with_unknown`], of an object that was parsed elsewhere: a row of a table. There `segment`, `experiments` and
/// `items` may be JSON in a text.
///
/// # Errors
///
/// As [`read`].
pub fn read_members(
    members: impl IntoIterator<Item = (String, serde_json::Value)>,
    currency: Currency,
) -> Result<(Event, Vec<String>), EventError> {
    let parsed = |(name, value): (String, serde_json::Value)| {
        let value = match Value::from(value) {
            Value::Text(text) if NESTED.contains(&name.as_str()) => {
                serde_json::from_str(&text).unwrap_or(Value::Text(text))
            }
            value => value,
        };
        (name, value)
    };
    let built = build(members.into_iter().map(parsed).collect(), currency)?;
    Ok((built.event, built.unknown))
}

/// Fields that are no texts and no numbers.
const NESTED: [&str; 3] = ["segment", "experiments", "items"];

fn read_all(line: &[u8], currency: Currency) -> Result<Built, EventError> {
    let json = |found| EventError::Json { found };
    let text = std::str::from_utf8(line)
        .map_err(|error| json(format!("no UTF-8 from byte {} on", error.valid_up_to() + 1)))?;
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(members)) => build(members, currency),
        Ok(other) => Err(json(other.kind())),
        Err(error) => Err(json(format!("something else ({})", without_line(&error)))),
    }
}

/// What the parser says, with the column alone: the line is the caller's to know.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("{what} at column {}", error.column())
}

/// Writes an event as one line; [`read`] gives it back as it was.
///
/// # Errors
///
/// Those of `out`, and [`io::ErrorKind::InvalidInput`] for what no line can say: a moment outside of 1971 to 2100,
/// amounts in several currencies.
pub fn write(event: &Event, out: &mut impl Write) -> io::Result<()> {
    let mut line = Line { text: format!("{{\"v\":{VERSION}") };
    line.text("id", &event.id)?;
    line.text("name", event.name.name())?;
    line.moment("at", event.at)?;
    event.received_at.map_or(Ok(()), |at| line.moment("received_at", at))?;
    line.maybe("item_list_id", &event.placement)?;
    line.maybe("recommendation_id", &event.recommendation)?;
    line.maybe("model", &event.model)?;
    match &event.who {
        None => {}
        Some(Who::Unit(unit)) => line.text("unit", unit)?,
        Some(Who::Key(key)) => line.text("unit_key", &key.to_string())?,
    }
    line.text("consent", event.consent.name())?;
    line.maybe("experiment", &event.experiment)?;
    line.maybe("variant", &event.variant)?;
    if event.withheld {
        line.raw("withheld", "true");
    }
    line.texts("segment", &event.segment)?;
    line.items(&event.items)?;
    line.maybe("transaction_id", &event.order)?;
    if let Some(value) = event.value {
        line.raw("value", &value.to_string());
    }
    if let Some(currency) = currency(event)?.filter(|currency| *currency != Currency::NONE) {
        line.text("currency", currency.code())?;
    }
    line.texts("experiments", &event.variants)?;
    line.text.push_str("}\n");
    out.write_all(line.text.as_bytes())
}

/// The one currency of all amounts; none where there are no amounts.
pub(super) fn currency(event: &Event) -> io::Result<Option<Currency>> {
    let amounts = event.items.iter().filter_map(|item| item.price).chain(event.value);
    let mut currencies = amounts.map(Money::currency);
    let first = currencies.next();
    if currencies.any(|other| Some(other) != first) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "expected one currency in an event, found several"));
    }
    Ok(first)
}

/// A line on its way.
struct Line {
    text: String,
}

impl Line {
    fn raw(&mut self, name: &str, json: &str) {
        self.text.push_str(",\"");
        self.text.push_str(name);
        self.text.push_str("\":");
        self.text.push_str(json);
    }

    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.raw(name, &quoted(text)?);
        Ok(())
    }

    fn maybe(&mut self, name: &str, text: &Option<String>) -> io::Result<()> {
        text.as_ref().map_or(Ok(()), |text| self.text(name, text))
    }

    fn moment(&mut self, name: &str, at: Moment) -> io::Result<()> {
        self.text(name, &moment(at)?)
    }

    fn texts(&mut self, name: &str, texts: &[(String, String)]) -> io::Result<()> {
        if texts.is_empty() {
            return Ok(());
        }
        let members = texts.iter().map(|(key, text)| Ok(format!("{}:{}", quoted(key)?, quoted(text)?)));
        let members: Vec<String> = members.collect::<io::Result<_>>()?;
        self.raw(name, &format!("{{{}}}", members.join(",")));
        Ok(())
    }

    fn items(&mut self, items: &[EventItem]) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        self.raw("items", "[");
        for (at, item) in items.iter().enumerate() {
            self.text.push_str(if at == 0 { "{\"item_id\":" } else { ",{\"item_id\":" });
            self.text.push_str(&quoted(&item.sku)?);
            let numbers = [
                ("index", item.index.map(|index| index.to_string())),
                ("quantity", item.quantity.map(|quantity| quantity.to_string())),
                ("price", item.price.map(|price| price.to_string())),
            ];
            for (name, number) in numbers {
                number.iter().for_each(|number| self.raw(name, number));
            }
            self.text.push('}');
        }
        self.text.push(']');
        Ok(())
    }
}

/// A moment as text.
pub(super) fn moment(at: Moment) -> io::Result<String> {
    let outside = || io::Error::new(io::ErrorKind::InvalidInput, "expected a moment from 1971 to 2100, found another");
    at.text().ok_or_else(outside)
}

fn quoted(text: &str) -> io::Result<String> {
    Ok(serde_json::to_string(text)?)
}

#[cfg(test)]
pub(super) mod tests;
