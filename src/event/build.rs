//! The event that an object is: the fields of schema 1, their types and their limits.

use super::error::EventError;
use super::fields::{Fields, within};
use super::value::Value;
use super::{Consent, Event, EventItem, EventName, UnitKey, VERSION, Who};
use crate::shop::{Currency, Money};

/// The most products of an event.
pub(super) const MOST_ITEMS: usize = 200;
/// The longest SKU, in characters.
const LONGEST_SKU: usize = 255;
/// The most pieces of a product.
const MOST_PIECES: i64 = 1_000_000;
/// The largest amount, in major units: below the largest that [`Money`] holds, in every currency.
const LARGEST: f64 = 9_000_000_000.0;

/// Every field of schema 1, and the other names that are understood.
pub const FIELDS: [&str; 22] = [
    "v",
    "id",
    "name",
    "event",
    "at",
    "timestamp",
    "received_at",
    "item_list_id",
    "recommendation_id",
    "model",
    "unit",
    "unit_key",
    "consent",
    "experiment",
    "variant",
    "withheld",
    "segment",
    "items",
    "transaction_id",
    "value",
    "currency",
    "experiments",
];

/// An event, and the names of fields that schema 1 does not know.
pub(super) struct Built {
    pub event: Event,
    pub unknown: Vec<String>,
}

/// The event of an object; amounts without a currency are in `shop`'s.
///
/// # Errors
///
/// [`EventError`], the first in the order of the fields.
pub(super) fn build(members: Vec<(String, Value)>, shop: Currency) -> Result<Built, EventError> {
    let mut fields = Fields::new(String::new(), members);
    version(&mut fields)?;
    let id = fields.name("id")?.ok_or_else(|| fields.refused("id", "an id", "none"))?;
    let name = name(&mut fields)?;
    let at = fields.take_either("at", "timestamp")?;
    let at = at.ok_or_else(|| fields.refused("at", "a moment", "none"))?;
    let at = fields.moment("at", at)?;
    let received_at = fields.take("received_at")?.map(|value| fields.moment("received_at", value)).transpose()?;
    let currency = currency(&mut fields, shop)?;
    let (who, consent) = whose(&mut fields)?;
    let order = fields.name("transaction_id")?;
    if name == EventName::Purchase && order.is_none() {
        return Err(fields.refused("transaction_id", "the number of the order that a purchase is about", "none"));
    }
    let value = fields.number("value", -LARGEST..=LARGEST, "a number of at most 9,000,000,000 either way")?;
    let event = Event {
        id,
        name,
        at,
        received_at,
        placement: fields.name("item_list_id")?,
        recommendation: fields.name("recommendation_id")?,
        model: fields.name("model")?,
        who,
        consent,
        experiment: fields.name("experiment")?,
        variant: fields.name("variant")?,
        withheld: fields.flag("withheld")?,
        segment: fields.texts("segment", 0)?,
        items: items(&mut fields, currency)?,
        order,
        value: value.map(|value| money(&fields, "value", value, currency)).transpose()?,
        variants: fields.texts("experiments", 1)?,
    };
    if shop != Currency::NONE && currency != shop {
        return Err(EventError::OtherCurrency { found: currency.code().into(), expected: shop.code().into() });
    }
    Ok(Built { event, unknown: fields.rest() })
}

fn version(fields: &mut Fields) -> Result<(), EventError> {
    match fields.take("v")? {
        None => Ok(()),
        Some(Value::Number(version)) if version == f64::from(VERSION) => Ok(()),
        Some(other @ Value::Number(_)) => Err(EventError::Version { found: other.described() }),
        Some(other) => Err(fields.refused("v", "the number 1", other.described())),
    }
}

fn name(fields: &mut Fields) -> Result<EventName, EventError> {
    const EXPECTED: &str = "exposure, view_item_list, select_item, add_to_cart or purchase";
    let value = fields.take_either("name", "event")?.ok_or_else(|| fields.refused("name", EXPECTED, "none"))?;
    let name = if let Value::Text(word) = &value { EventName::parse(word) } else { None };
    name.ok_or_else(|| fields.refused("name", EXPECTED, value.described()))
}

/// The currency of the event's amounts.
fn currency(fields: &mut Fields, shop: Currency) -> Result<Currency, EventError> {
    const EXPECTED: &str = "three letters of ISO 4217";
    let Some(value) = fields.take("currency")? else { return Ok(shop) };
    let code = if let Value::Text(code) = &value { Some(code.as_str()) } else { None };
    let code = code.filter(|code| code.len() == 3).and_then(Currency::parse);
    let said = code.ok_or_else(|| fields.refused("currency", EXPECTED, value.described()))?;
    Ok(said)
}

/// Whom the event is about, and what they allowed: where nothing is said, what the unit shows.
fn whose(fields: &mut Fields) -> Result<(Option<Who>, Consent), EventError> {
    let unit = fields.secret("unit")?.map(Who::Unit);
    let key = match fields.take("unit_key")? {
        None => None,
        Some(value) => {
            let parsed = if let Value::Text(text) = &value { UnitKey::parse(text) } else { None };
            let refused = || fields.refused("unit_key", "32 digits, 0 to 9 and a to f", value.kind());
            Some(Who::Key(parsed.ok_or_else(refused)?))
        }
    };
    if unit.is_some() && key.is_some() {
        return Err(fields.refused("unit", "either `unit` or `unit_key`", "both"));
    }
    let who = unit.or(key);
    let consent = match fields.take("consent")? {
        None if who.is_some() => Consent::Full,
        None => Consent::Anonymous,
        Some(value) => {
            let word = |consent: &Consent| matches!(&value, Value::Text(word) if word == consent.name());
            let said = Consent::ALL.into_iter().find(word);
            said.ok_or_else(|| fields.refused("consent", "full or anonymous", value.described()))?
        }
    };
    if consent == Consent::Anonymous && who.is_some() {
        return Err(fields.refused("consent", "`full` where a unit stands", "`anonymous` beside one"));
    }
    Ok((who, consent))
}

fn items(fields: &mut Fields, currency: Currency) -> Result<Vec<EventItem>, EventError> {
    let items = fields.objects("items", MOST_ITEMS, "a list of at most 200 products")?;
    items.into_iter().map(|item| one_item(item, currency)).collect()
}

fn one_item(mut item: Fields, currency: Currency) -> Result<EventItem, EventError> {
    const SKU: &str = "a SKU: a text of 1 to 255 characters";
    let sku = match item.take("item_id")? {
        Some(Value::Text(text)) if within(&text, 1, LONGEST_SKU) => text,
        other => return Err(item.refused("item_id", SKU, other.map_or("none".into(), |value| value.described()))),
    };
    let index = item.whole("index", 0..=i64::from(u32::MAX), "a place in the list, from 0")?;
    let quantity =
        item.whole("quantity", -MOST_PIECES..=MOST_PIECES, "a whole number of at most 1,000,000 pieces either way")?;
    let price = item.number("price", 0.0..=LARGEST, "a number from 0 to 9,000,000,000")?;
    let price = price.map(|price| money(&item, "price", price, currency)).transpose()?;
    Ok(EventItem { sku, index: index.and_then(|index| u32::try_from(index).ok()), quantity, price })
}

/// An amount by the shortest decimal text of the number, which is what whoever wrote it meant.
fn money(fields: &Fields, name: &str, number: f64, currency: Currency) -> Result<Money, EventError> {
    let text = number.to_string();
    Money::parse(&text, currency).map_err(|_| fields.refused(name, "an amount", text))
}
