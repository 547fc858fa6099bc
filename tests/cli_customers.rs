//! Lists for many customers at once, as whoever sends the letters imports them.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::{Value, json};
use shop::{Ended, Shop};
use std::collections::BTreeMap;
use std::fs;

const NOW: &str = "2026-11-26T08:00:00Z";
const CONFIG: &str = "[shop]\ncurrency = \"EUR\"\n\n[placement.email]\nstrategy = \"replenish\"\nlimit = 3\n\n\
     [placement.letter]\nstrategy = \"cart_addons\"\nlimit = 2\n\n[placement.search]\nstrategy = \"rerank\"\nlimit = 20\n";

/// A shop of coffee that is bought every four weeks and cups that are not.
fn trained() -> Shop {
    let shop = Shop::new();
    shop.write(
        "catalog.csv",
        "sku,title,category,price,stock,availability,url,image,cart_id\n\
         COFFEE,\"Beans, \"\"dark\"\"\",Beans,9.90,50,in_stock,https://shop.example/coffee,https://shop.example/coffee.jpg,11\n\
         FILTER,=Filters,Paper,3.50,50,in_stock,,,12\n\
         CUP,Cup,Cups,12.00,50,in_stock,https://shop.example/cup,,13\n\
         GONE,Gone,Cups,8.00,0,out_of_stock,https://shop.example/gone,,14\n",
    );
    let mut orders = String::from("order_id,customer_id,timestamp,sku\n");
    for customer in 0..40 {
        for month in 0..6 {
            let (day, number) = (1 + customer % 27, customer * 10 + month);
            for sku in ["COFFEE", "FILTER"] {
                orders += &format!("{number},c{customer:02},2026-{:02}-{day:02}T10:00:00Z,{sku}\n", 5 + month);
            }
            if month == 0 {
                orders += &format!("{number},c{customer:02},2026-05-{day:02}T10:00:00Z,CUP\n");
                orders += &format!("{number},c{customer:02},2026-05-{day:02}T10:00:00Z,GONE\n");
            }
        }
    }
    shop.write("orders.csv", &orders);
    shop.write("endcap.toml", CONFIG);
    let files = ["--catalog", "catalog.csv", "--orders", "orders.csv", "--config", "endcap.toml", "--allow-weak"];
    shop.run(&[&["train"], &files[..], &["-o", "model.endcap"]].concat()).with(0);
    shop
}

fn lists(shop: &Shop, more: &[&str]) -> Ended {
    let given = ["recommend", "--bundle", "model.endcap", "--placement", "email", "--now", NOW];
    shop.run(&[&given[..], more].concat())
}

const SOME: &str = "order_id,customer_id,timestamp,sku\n\
    1,\"comma, \"\"quoted\"\"\",2026-10-25T10:00:00Z,COFFEE\n\
    2,\"comma, \"\"quoted\"\"\",2026-11-20T10:00:00Z,FILTER\n\
    3,b@shop.example,2026-11-25T10:00:00Z,COFFEE\n\
    4,later,2026-12-01T10:00:00Z,COFFEE\n\
    5,,2026-10-25T10:00:00Z,COFFEE\n\
    6,timeless,,COFFEE\n\
    7,strange,2026-10-25T10:00:00Z,NOBODY\n";

/// Rows of a CSV by their heads.
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    csv.deserialize().map(Result::unwrap).collect()
}

#[test]
fn a_letter_says_what_is_due_and_shows_cards() {
    let shop = trained();
    shop.write("some.csv", SOME);
    let ended = lists(&shop, &["--customers", "some.csv", "-o", "recs.csv"]).with(0);
    for told in ["1 lines name no customer", "1 lines have no time", "1 lines are later", "wrote recs.csv: "] {
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
    assert_eq!(ended.out, "");
    let text = fs::read_to_string(shop.path("recs.csv")).unwrap();
    let heads = text.lines().next().unwrap();
    assert!(heads.starts_with(
        "customer_id,placement,due_now,items,recommendation_id,model,currency,experiment,variant,sku_1,title_1,url_1,"
    ));
    assert!(heads.ends_with("sku_3,title_3,url_3,image_3,price_3,cart_id_3,reason_3"), "{heads}");
    let rows = table(&text);
    let row = |customer: &str| rows.iter().find(|row| row["customer_id"] == customer).unwrap();
    let due = row("comma, \"quoted\"");
    let place = (1..=3).find(|place| due[&format!("sku_{place}")] == "COFFEE").expect("bought before");
    let cell = |name: &str| due[&format!("{name}_{place}")].as_str();
    assert_eq!((cell("reason"), &*due["due_now"], &*due["currency"]), ("due", "1", "EUR"));
    assert_eq!((cell("title"), cell("price"), cell("cart_id")), ("Beans, \"dark\"", "9.90", "11"));
    assert_eq!((cell("url"), cell("image")), ("https://shop.example/coffee", "https://shop.example/coffee.jpg"));
    assert_eq!(row("b@shop.example")["due_now"], "0", "bought yesterday");
    assert!(rows.iter().all(|row| (1..=3).all(|place| row[&format!("sku_{place}")] != "GONE")), "nothing sold out");
    assert!(!rows.iter().any(|row| row["customer_id"] == "later" || row["customer_id"].is_empty()));
    assert!(rows.is_sorted_by_key(|row| &row["customer_id"]));
}

#[test]
fn all_forms_say_the_same_and_what_recommend_says() {
    let shop = trained();
    let [csv, jsonl, json] =
        ["csv", "jsonl", "json"].map(|form| lists(&shop, &["--customers", "orders.csv", "--format", form]).with(0).out);
    for (name, expected) in [("l.csv", &csv), ("l.jsonl", &jsonl), ("l.json", &json)] {
        lists(&shop, &["--customers", "orders.csv", "-o", name]).with(0);
        assert_eq!(&fs::read_to_string(shop.path(name)).unwrap(), expected, "the form of a name");
    }
    let records: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap(), records);
    let rows = table(&csv);
    assert_eq!((rows.len(), records.len()), (40, 40));
    for (row, record) in rows.iter().zip(&records) {
        assert!(record.as_object().unwrap().values().all(|value| !value.is_object() && !value.is_array()), "flat");
        for (name, text) in row {
            match record.get(name) {
                None => assert_eq!(text, "", "{name}"),
                Some(Value::Number(number)) => assert_eq!(number.as_f64(), text.parse().ok(), "{name}"),
                Some(value) => assert_eq!(value, &json!(text), "{name}"),
            }
        }
    }
    let names: Vec<&Value> = records.iter().map(|record| &record["recommendation_id"]).collect();
    let mut apart = names.clone();
    apart.sort_by_key(|name| name.to_string());
    apart.dedup();
    assert!(apart.len() > 20, "letters that say another thing have another name: {}", apart.len());
    // The same history, asked by hand.
    let bought = |day: &str, sku: &str| json!({ "sku": sku, "days_ago": days(day) });
    let history: Vec<Value> = (5..=10)
        .flat_map(|month| {
            let day = format!("2026-{month:02}-04");
            let more = if month == 5 { vec!["COFFEE", "CUP", "FILTER", "GONE"] } else { vec!["COFFEE", "FILTER"] };
            more.into_iter().map(move |sku| bought(&day, sku))
        })
        .collect();
    let request = json!({ "placement": "email", "history": history, "now": NOW });
    let asked = shop.feed(&["recommend", "--bundle", "model.endcap"], request.to_string()).with(0).lines();
    let record = records.iter().find(|record| record["customer_id"] == "c03").unwrap();
    let shown = asked[0]["items"].as_array().unwrap();
    assert_eq!(record["items"], json!(shown.len()));
    for (place, item) in shown.iter().enumerate() {
        assert_eq!(record[format!("sku_{}", place + 1)], item["sku"]);
        assert_eq!(record[format!("reason_{}", place + 1)], item["reason"]);
    }
    assert_eq!(record["due_now"], asked[0]["due"]);
}

/// Days from ten o'clock of a day to the letter.
fn days(day: &str) -> f64 {
    let moment = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    (moment(NOW) - moment(&format!("{day}T10:00:00Z"))) as f64 / 86_400.0
}

#[test]
fn the_order_of_rows_and_files_means_nothing() {
    let shop = trained();
    let text = fs::read_to_string(shop.path("orders.csv")).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.reverse();
    let (one, other) = rows.split_at(rows.len() / 3);
    shop.write("one.csv", format!("{head}\n{}\n", one.join("\n")));
    shop.write("other.csv", format!("{head}\n{}\n", other.join("\n")));
    let whole = lists(&shop, &["--customers", "orders.csv"]).with(0).out;
    assert_eq!(lists(&shop, &["--customers", "one.csv", "--customers", "other.csv"]).with(0).out, whole);
}

#[test]
fn prices_are_those_in_force_and_a_sold_out_product_is_in_no_letter() {
    let shop = trained();
    shop.write("changes.csv", "sku,price,availability\nCOFFEE,10.40,\nFILTER,,out_of_stock\n");
    shop.run(&["patch", "--bundle", "model.endcap", "--input", "changes.csv", "--revision", "1", "-o", "o.overlay"])
        .with(0);
    let out = lists(&shop, &["--customers", "orders.csv", "--overlay", "o.overlay", "--format", "jsonl"]).with(0).out;
    assert!(out.contains(":10.4,") && !out.contains("FILTER"), "{out}");
}

#[test]
fn other_placements_make_lists_too_and_limits_hold() {
    let shop = trained();
    let letter = ["recommend", "--bundle", "model.endcap", "--customers", "orders.csv", "--now", NOW, "--limit", "1"];
    let explored = shop.run(&[&letter[..], &["--placement", "letter"]].concat()).with(0);
    assert!(!explored.out.contains("sku_2"), "{}", explored.out);
    assert!(
        table(&explored.out).iter().all(|row| row["due_now"].is_empty()),
        "only a list to buy again knows what is due"
    );
}

#[test]
fn what_cannot_be_done_is_said_and_leaves_no_file() {
    let shop = trained();
    for (more, code, told) in [
        (&["--customers", "nowhere.csv"][..], 2, "nowhere.csv"),
        (&["--customers", "catalog.csv"], 1, "order_id"),
        (&["--customers", "orders.csv", "--placement", "search"], 2, "orders a list that the page has"),
        (&["--customers", "orders.csv", "--placement", "nowhere"], 2, "expected one of the placements"),
        (&["--customers", "orders.csv", "--requests", "r.jsonl"], 2, "cannot be used with"),
        (&["--customers", "orders.csv", "--max-bad-rows", "2"], 2, "expected 0 to 1"),
        (&[], 2, "--customers"),
    ] {
        let placement: &[&str] = if more.contains(&"--placement") { &[] } else { &["--placement", "email"] };
        let ended = shop.run(&[&["recommend", "--bundle", "model.endcap", "-o", "x.csv"], placement, more].concat());
        assert_eq!(ended.code, Some(code), "{more:?}: {}", ended.err);
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
        assert!(!shop.path("x.csv").exists());
    }
    shop.run(&["slice", "model.endcap", "-o", "cardless.endcap"]).with(0);
    let bare = ["recommend", "--bundle", "cardless.endcap", "--placement", "email", "--customers", "orders.csv"];
    let ended = shop.run(&bare).with(0);
    assert!(ended.err.contains("no cards are loaded"), "{}", ended.err);
    assert_eq!(table(&ended.out).len(), 40, "and the lists are made for the present");
}
