//! Rows of a catalog as products.

use super::columns::{Field, SKU_NAMES, plain};
use super::table::{self, Dropped, Row, number};
use super::{FeedError, Options, Reason, Summary};
use crate::shop::{Availability, Money, Product};
use std::path::Path;

const SKU: usize = 0;
const TITLE: usize = 1;
const CATEGORY: usize = 2;
const PRICE: usize = 3;
const COST: usize = 4;
const STOCK: usize = 5;
const AVAILABILITY: usize = 6;
const BRAND: usize = 7;
const GROUP: usize = 8;
const CART_ID: usize = 9;
const URL: usize = 10;
const IMAGE: usize = 11;
const TAGS: usize = 12;
const SEASON: usize = 13;
const KIND: usize = 14;
const DISCONTINUED: usize = 15;
const RELEASED: usize = 16;
const MARGIN: usize = 17;
const MARGIN_RATE: usize = 18;

/// Other names of `price`.
pub(super) const PRICE_NAMES: &[&str] = &["unit_price", "item_price", "list_price", "regular_price", "variant_price"];
/// Other names of `cost`.
pub(super) const COST_NAMES: &[&str] = &["cost_price", "cost_of_goods_sold", "cogs", "unit_cost", "cost_per_item"];
/// Other names of `stock`.
pub(super) const STOCK_NAMES: &[&str] =
    &["inventory", "stock_quantity", "quantity_available", "inventory_quantity", "on_hand", "quantity", "qty"];
/// Other names of `availability`.
pub(super) const AVAILABILITY_NAMES: &[&str] = &["stock_status", "in_stock"];
/// Other names of `margin`.
pub(super) const MARGIN_NAMES: &[&str] = &["contribution", "unit_margin", "contribution_margin"];
/// Other names of `margin_rate`.
pub(super) const RATE_NAMES: &[&str] = &["margin_share"];

const FIELDS: &[Field] = &[
    Field::required("sku", SKU_NAMES),
    Field::optional("title", &["name", "product_name", "item_name", "product_title", "item_title", "description"]),
    Field::optional(
        "category",
        &["categories", "category_path", "category_name", "product_category", "product_type", "department"],
    ),
    Field::optional("price", PRICE_NAMES),
    Field::optional("cost", COST_NAMES),
    Field::optional("stock", STOCK_NAMES),
    Field::optional("availability", AVAILABILITY_NAMES),
    Field::optional("brand", &["vendor", "manufacturer", "item_brand"]),
    Field::optional("group", &["item_group_id", "group_id", "parent_sku", "parent_id", "parent", "handle"]),
    Field::optional("cart_id", &["variant_id", "variation_id"]),
    Field::optional("url", &["link", "product_url", "permalink"]),
    Field::optional("image", &["image_link", "image_url", "image_src", "picture", "images"]),
    Field::optional("tags", &["tag", "labels", "keywords"]),
    Field::optional("season", &[]),
    Field::optional("kind", &["product_kind", "type"]),
    Field::optional("discontinued", &["is_discontinued"]),
    Field::optional(
        "released",
        &["release_date", "launch_date", "published_at", "created_at", "date_added", "availability_date"],
    ),
    Field::optional("margin", MARGIN_NAMES),
    Field::optional("margin_rate", RATE_NAMES),
];

/// Reads a catalog and hands every product to `sink`, in file order; a SKU may come twice.
///
/// Only the SKU is required. A row whose kind says that it is no product (`non_product`, `shipping`, `fee`, …) is left
/// out by rule. A price, cost, margin or stock that cannot be read drops the row: a product must not be sold on a guess. A
/// release date that cannot be read is not known; nothing is sold by it.
///
/// Where the cost is missing a margin gives it: `margin` is an amount a unit, or a share of the price where it ends in `%`;
/// `margin_rate` is a share, as `0.4` or `40%`.
///
/// # Errors
///
/// See [`FeedError`]. `sink` has been fed by then; what it holds is to be discarded.
///
/// # Cost
///
/// One pass; memory for one record of at most 1 MiB.
pub fn read_catalog(path: &Path, options: &Options<'_>, sink: &mut dyn FnMut(Product)) -> Result<Summary, FeedError> {
    table::read(path, options, FIELDS, |row| {
        sink(product(row)?);
        Ok(None)
    })
}

/// The product of a row.
fn product(row: Row<'_>) -> Result<Product, Dropped> {
    if is_no_product(&row.word(KIND)) {
        return Err(Dropped(KIND, Reason::NonProduct));
    }
    let amount = |field| match row.amount(field)? {
        Some(amount) if amount.minor() < 0 => Err(Dropped(field, Reason::Amount)),
        amount => Ok(amount),
    };
    let (price, cost) = (amount(PRICE)?, amount(COST)?);
    Ok(Product {
        sku: row.sku(SKU)?.to_owned(),
        title: row.value(TITLE).map(one_line),
        category: row.value(CATEGORY).map(levels).filter(|category| !category.is_empty()),
        price,
        cost: match cost {
            None => cost_by_margin(row, price)?,
            known => known,
        },
        stock: row.number(STOCK)?.map(|n| n.floor() as i64),
        availability: availability(row)?,
        brand: row.value(BRAND).map(one_line),
        group: row.value(GROUP).map(one_line),
        cart_id: row.value(CART_ID).map(one_line),
        url: row.value(URL).map(one_line),
        image: row.value(IMAGE).map(one_line),
        tags: row.value(TAGS).map(tags).unwrap_or_default(),
        season: row.value(SEASON).map(one_line),
        released: row.timestamp(RELEASED).ok().flatten(),
    })
}

/// What a unit costs by its price and its margin. A margin above the price is none: nobody is paid for what he sells.
fn cost_by_margin(row: Row<'_>, price: Option<Money>) -> Result<Option<Money>, Dropped> {
    let Some(price) = price else { return Ok(None) };
    let (field, margin) = match row.value(MARGIN) {
        Some(text) => match text.strip_suffix('%') {
            Some(_) => (MARGIN, share(row, MARGIN)?.map(|share| of_price(price, share))),
            None => (MARGIN, row.amount(MARGIN)?.map(Money::minor)),
        },
        None => (MARGIN_RATE, share(row, MARGIN_RATE)?.map(|share| of_price(price, share))),
    };
    match margin {
        Some(margin) if margin > price.minor() => Err(Dropped(field, Reason::Amount)),
        margin => Ok(margin.map(|margin| Money::new(price.minor() - margin, price.currency()))),
    }
}

/// A share, as `0.4` or `40%`; a share above 1 without the sign may be either, and is none.
pub(super) fn share(row: Row<'_>, field: usize) -> Result<Option<f64>, Dropped> {
    let Some(text) = row.value(field) else { return Ok(None) };
    let percent = text.strip_suffix('%').map(str::trim_end);
    let number = number(percent.unwrap_or(text)).ok_or(Dropped(field, Reason::Number))?;
    let share = if percent.is_some() { number / 100.0 } else { number };
    if share <= 1.0 { Ok(Some(share)) } else { Err(Dropped(field, Reason::Number)) }
}

/// A share of a price, rounded to the minor unit.
fn of_price(price: Money, share: f64) -> i64 {
    (price.minor() as f64 * share).round() as i64
}

/// Whether a kind says that the row is no product. Kinds of products are not listed: many shops keep words of their
/// own there (`Shirt`), and such a row is a product.
fn is_no_product(kind: &str) -> bool {
    matches!(
        kind,
        "nonproduct"
            | "notaproduct"
            | "noproduct"
            | "service"
            | "shipping"
            | "postage"
            | "delivery"
            | "fee"
            | "charge"
            | "discount"
            | "voucher"
            | "donation"
            | "adjustment"
            | "tax"
            | "tip"
    )
}

/// What the row says about availability; a discontinued product is out of stock.
fn availability(row: Row<'_>) -> Result<Option<Availability>, Dropped> {
    if matches!(row.word(DISCONTINUED).as_str(), "1" | "true" | "yes" | "y") {
        return Ok(Some(Availability::OutOfStock));
    }
    said(row, AVAILABILITY)
}

/// Availability by its word.
pub(super) fn said(row: Row<'_>, field: usize) -> Result<Option<Availability>, Dropped> {
    let Some(text) = row.value(field) else { return Ok(None) };
    let word = plain(text.rsplit('/').next().unwrap_or(text));
    Ok(Some(match word.as_str() {
        "instock" | "instoreonly" | "onlineonly" | "limitedavailability" | "available" | "1" | "true" | "yes" => {
            Availability::InStock
        }
        "outofstock" | "soldout" | "discontinued" | "unavailable" | "reserved" | "0" | "false" | "no" => {
            Availability::OutOfStock
        }
        "backorder" | "backordered" | "onbackorder" | "availableforbackorder" | "madetoorder" => {
            Availability::Backorder
        }
        "preorder" | "presale" => Availability::Preorder,
        _ => return Err(Dropped(field, Reason::Availability)),
    }))
}

/// The text with every run of spaces and control characters as one space.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Levels joined by ` > `, without empty ones.
fn levels(text: &str) -> String {
    let levels: Vec<_> = text.split('>').map(one_line).filter(|level| !level.is_empty()).collect();
    levels.join(" > ")
}

/// Tags between commas, semicolons or bars.
fn tags(text: &str) -> Vec<String> {
    text.split([',', ';', '|']).map(one_line).filter(|tag| !tag.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_where_its_number_says() {
        let numbered = [(SKU, "sku"), (TITLE, "title"), (CATEGORY, "category"), (PRICE, "price"), (COST, "cost")];
        let more = [(STOCK, "stock"), (AVAILABILITY, "availability"), (BRAND, "brand"), (GROUP, "group")];
        let last = [(CART_ID, "cart_id"), (URL, "url"), (IMAGE, "image"), (TAGS, "tags"), (SEASON, "season")];
        let rules = [(KIND, "kind"), (DISCONTINUED, "discontinued"), (RELEASED, "released")];
        let margins = [(MARGIN, "margin"), (MARGIN_RATE, "margin_rate")];
        let all: Vec<_> = numbered.iter().chain(&more).chain(&last).chain(&rules).chain(&margins).collect();
        assert_eq!(all.len(), FIELDS.len());
        for (at, name) in all {
            assert_eq!(FIELDS[*at].name, *name);
        }
    }

    fn read(header: &str, rows: &str) -> (Vec<Product>, Summary) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("catalog.csv");
        std::fs::write(&path, format!("{header}\n{rows}\n")).unwrap();
        let options = Options { currency: crate::shop::Currency::NONE, max_bad_rows: 1.0, progress: None };
        let mut products = Vec::new();
        let summary = read_catalog(&path, &options, &mut |product| products.push(product)).unwrap();
        (products, summary)
    }

    #[test]
    fn a_margin_gives_the_cost_that_is_missing() {
        let rows = "a,10.00,,4.00,\nb,10.00,7.00,4.00,\nc,10.00,,25%,\nd,10.00,,,0.125\ne,10.00,,,12.5 %\nf,10.00,,-1,\ng,,,4,\n";
        let (products, _) = read("sku,price,cost,margin,margin_rate", rows);
        let costs: Vec<_> = products.iter().map(|product| product.cost.map(Money::minor)).collect();
        assert_eq!(costs, [Some(600), Some(700), Some(750), Some(875), Some(875), Some(1_100), None]);
        let (products, summary) = read("sku,price,margin,margin_rate", "a,10,10.01,\nb,10,,40\nc,10,x,\nd,10,10,\n");
        assert_eq!(products.iter().map(|product| product.cost.map(Money::minor)).collect::<Vec<_>>(), [Some(0)]);
        assert_eq!(summary.bad_rows(), 3);
    }

    #[test]
    fn a_release_date_that_cannot_be_read_is_not_known() {
        let (products, summary) = read("sku,launch_date", "a,2026-05-01\nb,soon\nc,\nd,0000-00-00\n");
        let days: Vec<_> = products.iter().map(|product| product.released.map(|at| at.day().0)).collect();
        assert_eq!((days, summary.bad_rows()), (vec![Some(20_574), None, None, None], 0));
    }

    #[test]
    fn levels_and_tags_lose_their_untidiness() {
        assert_eq!(levels("Food >Coffee>  > Beans "), "Food > Coffee > Beans");
        assert_eq!(tags("new, sale;;gift |x"), ["new", "sale", "gift", "x"]);
        assert_eq!(one_line(" a\n\tb\u{7}c "), "a b c");
    }
}
