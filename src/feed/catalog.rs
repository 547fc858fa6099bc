//! Rows of a catalog as products.

use super::columns::{Field, SKU_NAMES, plain};
use super::table::{self, Dropped, Row};
use super::{FeedError, Options, Reason, Summary};
use crate::shop::{Availability, Product};
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

const FIELDS: &[Field] = &[
    Field::required("sku", SKU_NAMES),
    Field::optional("title", &["name", "product_name", "item_name", "product_title", "item_title", "description"]),
    Field::optional(
        "category",
        &["categories", "category_path", "category_name", "product_category", "product_type", "department"],
    ),
    Field::optional("price", &["unit_price", "item_price", "list_price", "regular_price", "variant_price"]),
    Field::optional("cost", &["cost_price", "cost_of_goods_sold", "cogs", "unit_cost", "cost_per_item"]),
    Field::optional(
        "stock",
        &["inventory", "stock_quantity", "quantity_available", "inventory_quantity", "on_hand", "quantity", "qty"],
    ),
    Field::optional("availability", &["stock_status", "in_stock"]),
    Field::optional("brand", &["vendor", "manufacturer", "item_brand"]),
    Field::optional("group", &["item_group_id", "group_id", "parent_sku", "parent_id", "parent", "handle"]),
    Field::optional("cart_id", &["variant_id", "variation_id"]),
    Field::optional("url", &["link", "product_url", "permalink"]),
    Field::optional("image", &["image_link", "image_url", "image_src", "picture", "images"]),
    Field::optional("tags", &["tag", "labels", "keywords"]),
    Field::optional("season", &[]),
    Field::optional("kind", &["product_kind", "type"]),
    Field::optional("discontinued", &["is_discontinued"]),
];

/// Reads a catalog and hands every product to `sink`, in file order; a SKU may come twice.
///
/// Only the SKU is required. A row whose kind says that it is no product (`non_product`, `shipping`, `fee`, …) is left
/// out by rule. A price, cost or stock that cannot be read drops the row: a product must not be sold on a guess.
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
    Ok(Product {
        sku: row.sku(SKU)?.to_owned(),
        title: row.value(TITLE).map(one_line),
        category: row.value(CATEGORY).map(levels).filter(|category| !category.is_empty()),
        price: amount(PRICE)?,
        cost: amount(COST)?,
        stock: row.number(STOCK)?.map(|n| n.floor() as i64),
        availability: availability(row)?,
        brand: row.value(BRAND).map(one_line),
        group: row.value(GROUP).map(one_line),
        cart_id: row.value(CART_ID).map(one_line),
        url: row.value(URL).map(one_line),
        image: row.value(IMAGE).map(one_line),
        tags: row.value(TAGS).map(tags).unwrap_or_default(),
        season: row.value(SEASON).map(one_line),
        released: None,
    })
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
    let Some(text) = row.value(AVAILABILITY) else { return Ok(None) };
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
        _ => return Err(Dropped(AVAILABILITY, Reason::Availability)),
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
        let rules = [(KIND, "kind"), (DISCONTINUED, "discontinued")];
        let all: Vec<_> = numbered.iter().chain(&more).chain(&last).chain(&rules).collect();
        assert_eq!(all.len(), FIELDS.len());
        for (at, name) in all {
            assert_eq!(FIELDS[*at].name, *name);
        }
    }

    #[test]
    fn levels_and_tags_lose_their_untidiness() {
        assert_eq!(levels("Food >Coffee>  > Beans "), "Food > Coffee > Beans");
        assert_eq!(tags("new, sale;;gift |x"), ["new", "sale", "gift", "x"]);
        assert_eq!(one_line(" a\n\tb\u{7}c "), "a b c");
    }
}
