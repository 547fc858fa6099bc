//! The products of a bundle, best sellers first.

use super::super::failure::Failure;
use super::super::output;
use super::sku_of;
use crate::bundle::{Bundle, Card};
use crate::shop::{Currency, ItemId, Money};
use serde::Serialize;

#[derive(Serialize)]
struct ItemRow {
    sku: String,
    popularity_rank: u32,
    stock: &'static str,
    title: String,
    category: String,
    url: String,
    image: String,
    cart_id: String,
    price: Option<Price>,
}

#[derive(Serialize)]
struct Price {
    minor: i64,
    currency: String,
}

/// Lists the products.
pub(super) fn items(bundle: &Bundle<Vec<u8>>, json: bool) -> Result<(), Failure> {
    let currency = bundle.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
    let rows: Vec<ItemRow> = (0..bundle.len() as u32).map(|item| item_row(bundle, ItemId(item), currency)).collect();
    if json {
        return output::print_json(&rows);
    }
    let mut cells = vec![["SKU", "rank", "stock", "price", "title"].map(String::from).to_vec()];
    cells.extend(rows.into_iter().map(|row| {
        let price = row.price.map_or(String::new(), |p| Money::new(p.minor, currency).to_string());
        vec![row.sku, row.popularity_rank.to_string(), row.stock.into(), price, row.title]
    }));
    output::print(output::table(&cells))
}

fn item_row(bundle: &Bundle<Vec<u8>>, item: ItemId, currency: Currency) -> ItemRow {
    let Card { title, category, url, image, cart_id, price } = bundle.card(item, currency).unwrap_or_default();
    ItemRow {
        sku: sku_of(bundle, item),
        popularity_rank: item.0 + 1,
        stock: bundle.stock(item).name(),
        title,
        category,
        url,
        image,
        cart_id,
        price: price.map(|price| Price { minor: price.minor(), currency: price.currency().code().into() }),
    }
}
