//! Rows of an order export as what was sold and what came back, for whoever counts money.

use super::columns::{Field, SKU_NAMES, TIMESTAMP_NAMES};
use super::orders::{self, CUSTOMER_NAMES, ORDER_NAMES, PRICE_NAMES, QUANTITY_NAMES, STATUS_NAMES};
use super::source::{PARQUET, is_json};
use super::table::{self, Dropped, Row};
use super::{FeedError, Options, Reason, Summary, json_lines};
use crate::shop::{Currency, Money, Timestamp};
use std::collections::BTreeMap;
use std::path::Path;

const ORDER: usize = 0;
const SKU: usize = 1;
const CUSTOMER: usize = 2;
const TIMESTAMP: usize = 3;
const QUANTITY: usize = 4;
const UNIT_PRICE: usize = 5;
const STATUS: usize = 6;
const CANCELLED_AT: usize = 7;
const CURRENCY: usize = 8;
const UNIT: usize = 9;
const UNIT_KEY: usize = 10;
const EXPERIMENTS: usize = 11;
const ATTRIBUTE: usize = 12;
const NOTES: usize = 13;

const FIELDS: &[Field] = &[
    Field::required("order_id", ORDERS),
    Field::required("sku", SKU_NAMES),
    Field::optional("customer_id", CUSTOMER_NAMES),
    Field::required("timestamp", TIMES),
    Field::optional("quantity", QUANTITY_NAMES),
    Field::optional("unit_price", PRICE_NAMES),
    Field::optional("status", STATUS_NAMES),
    Field::optional("cancelled_at", &["canceled_at"]),
    Field::optional("currency", &["currency_code", "order_currency"]),
    Field::optional("unit", &[]),
    Field::optional("unit_key", &[]),
    Field::nested("experiments", &[]),
    Field::optional("_endcap", &["cart_attribute"]),
    Field::nested("note_attributes", &["meta_data"]),
];

/// [`ORDER_NAMES`], and after all of them the word of Shopify's export.
const ORDERS: &[&str] = &and::<{ ORDER_NAMES.len() + 1 }>(ORDER_NAMES, &["name"]);
/// [`TIMESTAMP_NAMES`], and after all of them WooCommerce's: that of its clock in UTC first.
const TIMES: &[&str] = &and::<{ TIMESTAMP_NAMES.len() + 2 }>(TIMESTAMP_NAMES, &["date_created_gmt", "date_created"]);

/// Names, and after them others; `N` of them together.
const fn and<const N: usize>(names: &[&'static str], others: &[&'static str]) -> [&'static str; N] {
    let mut all = [""; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < names.len() { names[at] } else { others[at - names.len()] };
        at += 1;
    }
    all
}

/// One line of an order, with what the order says of itself; borrowed from the file that is being read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoldRow<'a> {
    /// The order's number.
    pub order: &'a str,
    /// When.
    pub at: Timestamp,
    /// Whether the file says the zone of that; without one it is taken as UTC.
    pub zoned: bool,
    /// What; empty for a line that is no product of the catalog.
    pub sku: &'a str,
    /// Pieces; below 0 for what came back.
    pub quantity: i64,
    /// Of one piece; below 0 for discounts and corrections.
    pub unit_price: Option<Money>,
    /// Whether the order does not stand.
    pub cancelled: bool,
    /// Who bought.
    pub customer: Option<&'a str>,
    /// The unit of an experiment, as a column of its own has it.
    pub unit: Option<&'a str>,
    /// Its hash, as a column of its own has it.
    pub unit_key: Option<&'a str>,
    /// An object of JSON: arms by experiment.
    pub experiments: Option<&'a str>,
    /// The cart attribute.
    pub attribute: Option<&'a str>,
    /// Text in which the cart attribute may stand among others: Shopify's note attributes, WooCommerce's meta data.
    pub notes: Option<&'a str>,
}

/// Reads orders, one line an item: delimited text, JSON Lines, plain or gzip, or Parquet. Hands
/// every line to `sink` in file order, also those that [`super::read_orders`] leaves out, because what came back is money too.
///
/// Columns are those of [`super::read_orders`], but the time is required; further `currency`, `cancelled_at`, `unit`,
/// `unit_key`, `experiments`, `_endcap`, `note_attributes` or `meta_data`. Where a row has the number of the row before and
/// no value of its own in a column that speaks of the order as a whole, that row's counts: Shopify writes these on an
/// order's first line alone. A missing quantity is 1. Rows in another currency than [`Options::currency`] are left out by
/// rule; without one, every row's is its own.
///
/// `cancelled` is an order by its status, by a time of cancellation, and by a `C` before the digits of its number where most
/// numbers of a table are digits alone, unless its quantity says already that it came back.
///
/// # Errors
///
/// See [`FeedError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// As [`super::read_orders`].
pub fn read_sold(path: &Path, options: &Options<'_>, sink: &mut dyn FnMut(SoldRow<'_>)) -> Result<Sold, FeedError> {
    let (mut marked, mut order, mut currencies) = (None, Order::default(), BTreeMap::new());
    let mut each = |row: Row<'_>| {
        order.follow(row)?;
        let called_off = orders::digits_after_c(row.text(ORDER))
            && *marked.get_or_insert_with(|| orders::cancellations_are_marked(path));
        let currency = order.currency(row.currency())?;
        if row.currency() != Currency::NONE && currency != row.currency() {
            *currencies.entry(currency.code().to_owned()).or_default() += 1;
            return Err(Dropped(CURRENCY, Reason::OtherCurrency));
        }
        let line = line(row, &order, currency, called_off)?;
        sink(line);
        Ok(Some(line.at))
    };
    let summary = match table::read(path, options, FIELDS, &mut each) {
        Err(FeedError::Unsupported { found, .. }) if is_json(found) => json_lines::read(path, options, FIELDS, each),
        Err(FeedError::Unsupported { found: PARQUET, .. }) => json_lines::read_parquet(path, options, FIELDS, each),
        read => read,
    }?;
    Ok(Sold { summary, currencies })
}

/// What was read from one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sold {
    /// What became of its rows.
    pub summary: Summary,
    /// The other currencies that were left out, each with its rows.
    pub currencies: BTreeMap<String, u64>,
}

/// What the rows of one order say of all of it.
#[derive(Default)]
struct Order {
    number: String,
    at: Option<(Timestamp, bool)>,
    /// The text of each of [`WHOLE`], in their order.
    texts: [Option<String>; WHOLE.len()],
}

/// Columns that speak of the order as a whole, the time aside.
const WHOLE: [usize; 9] = [CUSTOMER, STATUS, CANCELLED_AT, CURRENCY, UNIT, UNIT_KEY, EXPERIMENTS, ATTRIBUTE, NOTES];

impl Order {
    /// Takes in what the next row says: of the same order, or of another one.
    fn follow(&mut self, row: Row<'_>) -> Result<(), Dropped> {
        let number = row.needed(ORDER)?;
        if self.number != number {
            *self = Self { number: number.to_owned(), ..Self::default() };
        }
        for (text, field) in self.texts.iter_mut().zip(WHOLE) {
            if let Some(said) = row.value(field) {
                *text = Some(said.to_owned());
            }
        }
        self.at = row.moment(TIMESTAMP)?.or(self.at);
        Ok(())
    }

    /// What one of [`WHOLE`] says.
    fn said(&self, field: usize) -> Option<&str> {
        WHOLE.iter().position(|whole| *whole == field).and_then(|at| self.texts[at].as_deref())
    }

    /// The currency of the order's amounts; the shop's where it says none.
    fn currency(&self, shop: Currency) -> Result<Currency, Dropped> {
        let said = |code| Currency::parse(code).ok_or(Dropped(CURRENCY, Reason::CurrencyCode));
        self.said(CURRENCY).map_or(Ok(shop), said)
    }
}

/// The line of a row.
fn line<'a>(row: Row<'a>, order: &'a Order, currency: Currency, called_off: bool) -> Result<SoldRow<'a>, Dropped> {
    let (at, zoned) = order.at.ok_or(Dropped(TIMESTAMP, Reason::Blank))?;
    let quantity = row.number(QUANTITY)?.unwrap_or(1.0);
    if quantity.fract() != 0.0 {
        return Err(Dropped(QUANTITY, Reason::Number));
    }
    let status = super::columns::plain(order.said(STATUS).unwrap_or_default());
    let stands = !orders::calls_off(&status) && order.said(CANCELLED_AT).is_none();
    Ok(SoldRow {
        order: row.needed(ORDER)?,
        at,
        zoned,
        sku: if row.text(SKU).is_empty() { "" } else { row.sku(SKU)? },
        quantity: quantity as i64,
        unit_price: row.amount_in(UNIT_PRICE, currency)?,
        cancelled: !stands || (called_off && quantity >= 0.0),
        customer: order.said(CUSTOMER),
        unit: order.said(UNIT),
        unit_key: order.said(UNIT_KEY),
        experiments: order.said(EXPERIMENTS),
        attribute: order.said(ATTRIBUTE),
        notes: order.said(NOTES),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_where_its_number_says() {
        let numbered = [
            (ORDER, "order_id"),
            (SKU, "sku"),
            (CUSTOMER, "customer_id"),
            (TIMESTAMP, "timestamp"),
            (QUANTITY, "quantity"),
            (UNIT_PRICE, "unit_price"),
            (STATUS, "status"),
            (CANCELLED_AT, "cancelled_at"),
            (CURRENCY, "currency"),
            (UNIT, "unit"),
            (UNIT_KEY, "unit_key"),
            (EXPERIMENTS, "experiments"),
            (ATTRIBUTE, "_endcap"),
            (NOTES, "note_attributes"),
        ];
        assert_eq!(numbered.len(), FIELDS.len());
        for (at, name) in numbered {
            assert_eq!(FIELDS[at].name, name);
        }
        assert_eq!((ORDERS.first(), ORDERS.last()), (Some(&"order_number"), Some(&"name")));
        assert_eq!((TIMES.first(), TIMES.last()), (Some(&"datetime"), Some(&"date_created")));
    }
}
