//! Rows of what changed since training: stock, availability, prices, costs and margins.

use super::catalog::{AVAILABILITY_NAMES, COST_NAMES, MARGIN_NAMES, PRICE_NAMES, RATE_NAMES, STOCK_NAMES, said, share};
use super::columns::{Field, SKU_NAMES};
use super::source::is_json;
use super::table::{self, Dropped, Row};
use super::{FeedError, Options, Reason, Summary, json_lines};
use crate::shop::{Availability, Currency, Money};
use std::path::Path;

const SKU: usize = 0;
const STOCK: usize = 1;
const AVAILABILITY: usize = 2;
const PRICE: usize = 3;
const COST: usize = 4;
const MARGIN: usize = 5;
const MARGIN_RATE: usize = 6;
const CURRENCY: usize = 7;

const FIELDS: &[Field] = &[
    Field::required("sku", SKU_NAMES),
    Field::optional("stock", STOCK_NAMES),
    Field::optional("availability", AVAILABILITY_NAMES),
    Field::optional("price", PRICE_NAMES),
    Field::optional("cost", COST_NAMES),
    Field::optional("margin", MARGIN_NAMES),
    Field::optional("margin_rate", RATE_NAMES),
    Field::optional("currency", &["currency_code"]),
];

/// What one row says of one product; `None` says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeLine {
    /// The product.
    pub sku: String,
    /// Units on hand; below zero counts as zero.
    pub stock: Option<i64>,
    /// What the shop says about availability.
    pub availability: Option<Availability>,
    /// Price, zero or more.
    pub price: Option<Money>,
    /// What one unit costs the shop, zero or more.
    pub cost: Option<Money>,
    /// What one unit gains, where no cost says so.
    pub margin: Option<MarginSaid>,
}

/// What one unit gains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MarginSaid {
    /// An amount.
    Amount(Money),
    /// A share of the price, at most 1.
    Share(f64),
}

/// Reads what changed and hands every row to `sink`, in file order; a SKU may come twice. CSV with the columns of a catalog,
/// plain or gzip, or JSON Lines with the same keys.
///
/// Only the SKU is required. A figure that cannot be read, a negative price or cost, and an amount in another currency drop
/// the row.
///
/// # Errors
///
/// See [`FeedError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// One pass; memory for one record of at most 1 MiB.
pub fn read_changes(
    path: &Path,
    options: &Options<'_>,
    sink: &mut dyn FnMut(ChangeLine),
) -> Result<Summary, FeedError> {
    let mut each = |row: Row<'_>| {
        sink(change(row)?);
        Ok(None)
    };
    match table::read(path, options, FIELDS, &mut each) {
        Err(FeedError::Unsupported { found, .. }) if is_json(found) => json_lines::read(path, options, FIELDS, each),
        read => read,
    }
}

/// What a row says.
fn change(row: Row<'_>) -> Result<ChangeLine, Dropped> {
    let other = row.value(CURRENCY).is_some_and(|code| is_other(code, row.currency()));
    if other {
        return Err(Dropped(CURRENCY, Reason::Currency));
    }
    let (price, cost) = (amount(row, PRICE)?, amount(row, COST)?);
    let margin = margin(row)?;
    if let (Some(MarginSaid::Amount(margin)), Some(price)) = (margin, price)
        && margin.minor() > price.minor()
    {
        return Err(Dropped(MARGIN, Reason::Amount));
    }
    Ok(ChangeLine {
        sku: row.sku(SKU)?.to_owned(),
        stock: row.number(STOCK)?.map(|n| n.floor() as i64),
        availability: said(row, AVAILABILITY)?,
        price,
        cost,
        margin,
    })
}

/// An amount of zero or more.
fn amount(row: Row<'_>, field: usize) -> Result<Option<Money>, Dropped> {
    let letters: String = row.text(field).chars().filter(|c| c.is_alphabetic()).collect();
    if letters.len() == 3 && row.value(field).is_some() && is_other(&letters, row.currency()) {
        return Err(Dropped(field, Reason::Currency));
    }
    match row.amount(field)? {
        Some(amount) if amount.minor() < 0 => Err(Dropped(field, Reason::Amount)),
        amount => Ok(amount),
    }
}

/// A margin: an amount, or a share where it ends in `%` or stands in the column of rates.
fn margin(row: Row<'_>) -> Result<Option<MarginSaid>, Dropped> {
    match row.value(MARGIN) {
        Some(text) if text.ends_with('%') => Ok(share(row, MARGIN)?.map(MarginSaid::Share)),
        Some(_) => Ok(row.amount(MARGIN)?.map(MarginSaid::Amount)),
        None => Ok(share(row, MARGIN_RATE)?.map(MarginSaid::Share)),
    }
}

/// Whether a code names another currency; a shop that names none takes any.
fn is_other(code: &str, currency: Currency) -> bool {
    currency != Currency::NONE && Currency::parse(code) != Some(currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> (Vec<ChangeLine>, Summary) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let options = Options { currency: Currency::parse("EUR").unwrap(), max_bad_rows: 1.0, progress: None };
        let mut lines = Vec::new();
        let summary = read_changes(&path, &options, &mut |line| lines.push(line)).unwrap();
        (lines, summary)
    }

    #[test]
    fn every_field_stands_where_its_number_says() {
        let all = [(SKU, "sku"), (STOCK, "stock"), (AVAILABILITY, "availability"), (PRICE, "price"), (COST, "cost")];
        let more = [(MARGIN, "margin"), (MARGIN_RATE, "margin_rate"), (CURRENCY, "currency")];
        assert_eq!(all.len() + more.len(), FIELDS.len());
        assert!(all.iter().chain(&more).all(|(at, name)| FIELDS[*at].name == *name));
    }

    #[test]
    fn json_lines_say_what_a_table_says() {
        let table = "SKU;On hand;Price;margin\na;3;12,50;40%\nb;;1.234,00;\nc;-1;;2\n";
        let json = "{\"sku\":\"a\",\"on_hand\":3,\"price\":12.5,\"margin\":\"40%\",\"colour\":[1]}\n\n\
            {\"sku\":\"b\",\"price\":\"1.234,00\",\"margin\":null}\r\n{\"sku\":\"c\",\"stock\":-1,\"margin\":2}";
        let (lines, summary) = read("c.csv", table);
        assert_eq!(lines.len(), 3);
        assert_eq!((lines[0].stock, lines[0].margin), (Some(3), Some(MarginSaid::Share(0.4))));
        assert_eq!(lines[1].price.map(Money::minor), Some(123_400));
        for name in ["c.jsonl", "c.txt"] {
            let (same, read) = read(name, json);
            assert_eq!(same, lines);
            assert_eq!((read.rows_read, read.rows_kept, read.bad_rows()), (3, 3, 0));
            assert_eq!(read.unused, ["colour"]);
        }
        assert_eq!(summary.columns.len(), 4);
    }

    #[test]
    fn what_cannot_be_read_is_told_by_line_and_column() {
        let rows = "sku,price,stock,availability,currency\na,-1,,,\nb,12 USD,,,\nc,1,many,,\nd,1,,perhaps,\ne,1,,,usd\nf,1,2,in_stock,eur\n";
        let (lines, summary) = read("c.csv", rows);
        assert_eq!(lines.len(), 1);
        let reasons: Vec<_> = summary.issues.iter().map(|issue| (issue.line, issue.reason)).collect();
        let expected = [Reason::Amount, Reason::Currency, Reason::Number, Reason::Availability, Reason::Currency];
        assert_eq!(reasons, (2..).zip(expected).collect::<Vec<_>>());
        let json = "{\"sku\":\"a\",\"price\":-1}\n[1]\n{\"sku\":\"b\"\n{\"price\":1}\n{\"sku\":\"c\",\"stock\":[1]}\n{\"sku\":\"d\"}\n";
        let (lines, summary) = read("c.jsonl", json);
        assert_eq!((lines.len(), summary.rows_read), (1, 6));
        let reasons: Vec<_> = summary.issues.iter().map(|issue| (issue.line, issue.reason)).collect();
        let expected = [Reason::Amount, Reason::Json, Reason::Json, Reason::Blank, Reason::Json];
        assert_eq!(reasons, (1..).zip(expected).collect::<Vec<_>>());
    }
}
