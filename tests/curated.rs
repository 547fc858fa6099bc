//! Hand-made pairs, as a shop uses them: before the first order, against the orders that come, and as pins.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::Value;
use shop::{Shop, ended, orders, rows};
use std::fs;

const SETTINGS: &str = "[placement.pdp_complements]\nlimit = 100\nfallback = []\n[placement.cart]\nlimit = 100\n";

/// Trains on what `more` names and returns the bundle's bytes.
fn trained(shop: &Shop, more: &[&str]) -> Vec<u8> {
    let settings = ["train", "--catalog", "catalog.csv", "--config", "long.toml", "--allow-weak", "-o", "model.endcap"];
    shop.write("long.toml", SETTINGS);
    shop.run(&[&settings[..], more].concat()).with(0);
    fs::read(shop.path("model.endcap")).unwrap()
}

/// What stands beside a product on its page.
fn page(shop: &Shop, product: &str) -> Vec<String> {
    let request = format!("{{\"placement\":\"pdp_complements\",\"product\":\"{product}\",\"limit\":100}}\n");
    let answer = shop.feed(&["recommend", "--bundle", "model.endcap", "--requests", "-"], request).with(0).lines();
    let items = answer[0]["items"].as_array().unwrap().iter();
    items.map(|item| item["sku"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_shop_without_orders_shows_its_pairs_in_its_order() {
    let shop = Shop::new();
    shop.write("links.csv", "sku,relation,linked_sku\nP-01,crosssell,P-30\nP-01,crosssell,P-07\nP-01,upsell,P-02\n");
    trained(&shop, &["--curated", "links.csv"]);
    assert_eq!(page(&shop, "P-01"), ["P-30", "P-07"]);
    assert!(page(&shop, "P-30").is_empty());
}

#[test]
fn a_pair_that_nobody_buys_leads_at_first_and_sinks_as_orders_come() {
    let shop = Shop::new();
    shop.write("pairs.csv", "for_sku,sku\nP-00,P-38\n");
    let (mut all, mut place) = (Vec::new(), Vec::new());
    for copies in [0, 1, 20] {
        for copy in all.len()..copies {
            // The same orders again under other numbers, without the pair.
            let lines = rows().into_iter().filter(|row| !row.contains(",P-38,"));
            all.push(lines.map(|row| format!("{copy}{row}")).collect::<Vec<_>>());
        }
        shop.write("grown.csv", orders(&all.concat()));
        let given = ["--curated", "pairs.csv", "--orders", "grown.csv"];
        trained(&shop, if copies == 0 { &given[..2] } else { &given });
        let list = page(&shop, "P-00");
        place.push(list.iter().position(|sku| sku == "P-38").unwrap_or(usize::MAX));
        if copies == 20 {
            assert_eq!(list[0], "P-20", "what is bought with it");
        }
    }
    assert_eq!(place[0], 0);
    assert!(place[1] <= place[2] && place[2] > 2, "{place:?}");
}

#[test]
fn pairs_of_unknown_products_change_no_byte_and_are_told() {
    let shop = Shop::new();
    let without = trained(&shop, &["--orders", "orders.csv"]);
    shop.write("pairs.csv", "for_sku,sku\nP-00,GONE\nGONE,P-00\n");
    assert!(trained(&shop, &["--orders", "orders.csv", "--curated", "pairs.csv"]) == without);
    let report = shop.run(&["train", "--orders", "orders.csv", "--curated", "pairs.csv", "--json"]).with(0).json();
    let told = &report["training"]["curated"];
    assert_eq!((&told["used_as"], &told["unknown_lines"], &told["pairs"]), (&"prior".into(), &2.into(), &0.into()));
    let columns = &report["files"][1]["columns"];
    assert_eq!((&columns["for_sku"], &columns["linked_sku"]), (&Value::from("for_sku"), &Value::from("sku")));
}

#[test]
fn neither_threads_nor_the_order_of_rows_with_slots_show_in_the_bytes() {
    let shop = Shop::new();
    let lines: Vec<String> = (0..30).map(|n| format!("P-{:02},P-{:02},{}", n % 7, 8 + n, 1 + n / 14)).collect();
    let csv = |lines: &[String]| format!("for_sku,sku,slot\n{}\n", lines.join("\n"));
    shop.write("pairs.csv", csv(&lines));
    shop.write("turned.csv", csv(&lines.iter().rev().cloned().collect::<Vec<_>>()));
    for settings in ["", "[train]\ncurated = \"pins\"\n"] {
        shop.write("settings.toml", settings);
        let bytes = |pairs: &str, threads: &str| {
            let given =
                ["train", "--orders", "orders.csv", "--allow-weak", "--config", "settings.toml", "--curated", pairs];
            ended(shop.command(&given).env("RAYON_NUM_THREADS", threads).spawn().unwrap()).with(0);
            fs::read(shop.path("model.endcap")).unwrap()
        };
        assert!(bytes("pairs.csv", "1") == bytes("turned.csv", "2"), "{settings}");
    }
}

#[test]
fn pairs_alone_are_no_shop() {
    let shop = Shop::new();
    shop.write("pairs.csv", "for_sku,sku\nA,B\n");
    let told = shop.run(&["train", "--curated", "pairs.csv"]).with(2).err;
    assert!(told.contains("--orders"), "{told}");
}
