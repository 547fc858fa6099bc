//! The small shop with costs, brands and an `endcap.toml`, trained for its own servers and for the public.
#![allow(dead_code)] // each test binary uses its own part

use super::shop::Shop;
use std::fmt::Write as _;
use std::fs;
use std::sync::OnceLock;

/// Texts and figures that no public file may hold.
pub const SECRETS: [&str; 5] = ["OWNER-MARK", "KPI-MARK", "RULE-MARK", "TAG-MARK", "Brand-MARK"];
/// What `P-05` gains, in minor units, and how many of it there are.
pub const GAIN: i64 = 123_457;
pub const COUNT: i64 = 791_903;

pub const SETTINGS: &str = r#"
[shop]
name = "Little shop"
currency = "EUR"
free_shipping_at = 50.00

[stock]
low_at = 5
stale_after = "6h"
when_stale = "hide"

[placement.cart]
limit = 4
objective = "margin"
max_relevance_loss = 0.2
margin_floor = 0.1
owner = "OWNER-MARK"
kpi = "KPI-MARK"
review_by = 2027-03-31

[[rule]]
name = "RULE-MARK not beside the till"
placements = ["cart"]
match = { sku = ["P-21"] }
action = { exclude = true }

[[rule]]
name = "RULE-MARK own first"
placements = ["cart"]
match = { brand = ["Brand-MARK"] }
action = { boost = 1.5 }

[[rule]]
name = "RULE-MARK campaign"
placements = ["home"]
match = { tag = ["TAG-MARK"] }
action = { pin = 1 }
from = 2027-01-01T00:00:00Z
until = 2027-02-01T00:00:00Z
"#;

/// The forty products; `cost` gives what each costs at its price, `stock` how many there are.
pub fn catalog(cost: impl Fn(i64, i64) -> i64, stock: impl Fn(i64) -> i64) -> String {
    let mut text = String::from("sku,title,category,price,cost,stock,brand,tags\n");
    for item in 0..40 {
        let price = if item == 5 { 999_950 } else { 350 + 100 * item };
        let (cost, stock) = (cost(item, price), stock(item));
        let brand = if item % 4 == 2 { "Brand-MARK" } else { "Other" };
        let tag = if item == 8 { "TAG-MARK" } else { "" };
        let money = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
        let (shelf, price, cost) = (item % 7, money(price), money(cost));
        writeln!(text, "P-{item:02},Product {item},Shelf {shelf},{price},{cost},{stock},{brand},{tag}").unwrap();
    }
    text
}

/// What each costs: `P-20` is sold at a loss, `P-05` gains what is looked for.
pub fn cost(item: i64, price: i64) -> i64 {
    match item {
        5 => price - GAIN,
        20 => price + 50,
        _ => price * 6 / 10,
    }
}

/// How many there are: `P-39` is sold out, `P-38` low.
pub fn stock(item: i64) -> i64 {
    match item {
        39 => 0,
        38 => 4,
        5 => COUNT,
        _ => 25,
    }
}

/// A shop with `edge.endcap` and `public.endcap`, trained once for all tests.
pub fn trained() -> Shop {
    static MODELS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let shop = untrained(&catalog(cost, stock));
    let [edge, public] = MODELS.get_or_init(|| {
        train(&shop);
        ["edge.endcap", "public.endcap"].map(|name| fs::read(shop.path(name)).unwrap())
    });
    shop.write("edge.endcap", edge);
    shop.write("public.endcap", public);
    shop
}

/// A shop with a catalog and settings.
pub fn untrained(catalog: &str) -> Shop {
    let shop = Shop::new();
    shop.write("catalog.csv", catalog);
    shop.write("endcap.toml", SETTINGS);
    shop
}

/// Trains both bundles.
pub fn train(shop: &Shop) {
    let args = ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--config", "endcap.toml"];
    shop.run(&[&args[..], &["--audience", "edge", "-o", "edge.endcap"]].concat()).with(0);
    let cut = ["slice", "edge.endcap", "--relations", "cart,bought_together,similar,cards", "-o", "public.endcap"];
    shop.run(&cut).with(0);
}
