//! Experiments as a user meets them: trained into a bundle, dealt by `recommend`, told by `explain` and `inspect`, taken back and
//! grown by `patch`.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::{Value, json};
use shop::{Ended, Shop};
use std::collections::{BTreeMap, BTreeSet};

const NOW: &str = "2026-11-26T08:00:00Z";

/// Settings with an experiment of these shares, and more lines.
fn config(shares: &str, more: &str) -> String {
    format!(
        "[placement.cart]\nstrategy = \"cart_addons\"\nlimit = 4\n\n[placement.search]\nstrategy = \"rerank\"\nlimit = 20\n\n\
         [[experiment]]\nname = \"addons\"\nplacement = \"cart\"\nallocation = {shares}\n{more}\n"
    )
}

fn train(shop: &Shop, config: &str, more: &[&str]) -> Ended {
    shop.write("endcap.toml", config);
    let files =
        ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--config", "endcap.toml", "--allow-weak"];
    let to: &[&str] = if more.contains(&"-o") { &[] } else { &["-o", "model.endcap"] };
    shop.run(&[&files[..], to, more].concat()).with(0)
}

fn trained(config: &str) -> Shop {
    let shop = Shop::new();
    train(&shop, config, &[]);
    shop
}

/// Answers at the cart to 300 units and to nobody, by unit.
fn dealt(shop: &Shop, more: &[&str]) -> BTreeMap<String, Value> {
    let units: Vec<Value> = (0..300).map(|n| json!(format!("u{n}"))).chain([Value::Null]).collect();
    let request = |unit: &Value| json!({ "id": unit, "placement": "cart", "cart": [{ "sku": "P-00" }], "unit": unit });
    let requests: String = units.iter().map(|unit| format!("{}\n", request(unit))).collect();
    let args = [&["recommend", "--bundle", "model.endcap", "--now", NOW], more].concat();
    let answers = shop.feed(&args, requests).with(0).lines();
    answers.into_iter().map(|answer| (answer["id"].to_string(), answer)).collect()
}

fn variants(answers: &BTreeMap<String, Value>) -> BTreeSet<String> {
    answers.values().map(|answer| answer["variant"].to_string()).collect()
}

/// An overlay of the edge bundle, which knows what the margin floors of settings ask.
fn patch(shop: &Shop, revision: &str, more: &[&str]) -> Ended {
    shop.run(&[&["patch", "--bundle", "edge.endcap", "--revision", revision, "-o", "o.overlay"], more].concat())
}

#[test]
fn every_answer_says_the_arm_and_what_is_kept_back() {
    let shop = trained(&(config("{ holdout = 0.4, treatment = 0.4 }", "") + "[experiments]\nglobal_holdout = 0.1\n"));
    let answers = dealt(&shop, &[]);
    let nobody = &answers["null"];
    assert_eq!(
        variants(&answers),
        ["\"global_holdout\"", "\"holdout\"", "\"served\"", "\"treatment\"", "null"].map(String::from).into()
    );
    for answer in answers.values() {
        let held = answer["variant"] == "holdout" || answer["variant"] == "global_holdout";
        let experiment = if ["holdout", "treatment"].iter().any(|arm| answer["variant"] == *arm) {
            json!("addons")
        } else {
            json!(null)
        };
        assert_eq!(answer["experiment"], experiment);
        let shown = if held { &answer["withheld"] } else { &answer["items"] };
        assert_eq!(shown, &nobody["items"], "{answer}");
        assert_eq!((held, answer.get("withheld").is_some()), (answer["items"] == json!([]), held));
        assert_eq!(answer.get("silent").cloned(), held.then(|| json!("holdout")));
        assert_eq!(answer["recommendation"].as_str().unwrap().len(), 32);
    }
    let names: BTreeSet<String> = answers.values().map(|answer| answer["recommendation"].to_string()).collect();
    assert_eq!(names.len(), 5, "one an arm, and none by unit");
    assert_eq!(dealt(&shop, &[]), answers, "the same in another run");
    let list = shop.feed(
        &["recommend", "--bundle", "model.endcap"],
        "{\"placement\":\"search\",\"list\":[\"P-01\"],\"unit\":\"u1\"}\n",
    );
    let order = &list.with(0).lines()[0];
    assert!(order["experiment"].is_null() && order["recommendation"].is_string(), "{order}");
}

#[test]
fn whoever_is_in_no_arm_sees_the_shops_own_where_that_is_the_control() {
    let shop = trained(&config("{ holdout = 0.2, treatment = 0.2 }", "control = \"incumbent\""));
    let answers = dealt(&shop, &[]);
    for answer in answers.values() {
        let list = answer["variant"] == "treatment";
        assert_eq!((answer["items"] == json!([]), answer["silent"] == "incumbent"), (!list, !list), "{answer}");
    }
    assert_eq!(variants(&answers).len(), 3);
    let coverage =
        train(&shop, &config("{ holdout = 0.2, treatment = 0.2 }", "control = \"incumbent\""), &["--json"]).json();
    let cart = coverage["coverage"].as_array().unwrap().iter().find(|row| row["placement"] == "cart").unwrap();
    assert!(cart["some"].as_f64().unwrap() > 0.0, "training looks at the lists themselves: {cart}");
}

#[test]
fn explain_and_inspect_tell_who_sees_what() {
    let shop = trained(&(config("{ holdout = 0.5, treatment = 0.5 }", "") + "[experiments]\nglobal_holdout = 0.05\n"));
    let answers = dealt(&shop, &[]);
    for (variant, told) in [
        ("holdout", "the visitor is in arm holdout of addons and sees nothing here; the list would be:"),
        ("treatment", "the visitor is in arm treatment of addons and sees the list"),
        ("global_holdout", "the visitor is held out of everything and sees nothing here"),
    ] {
        let (unit, _) = answers.iter().find(|(_, answer)| answer["variant"] == variant).unwrap();
        let request = format!("{{\"placement\":\"cart\",\"cart\":[{{\"sku\":\"P-00\"}}],\"unit\":{unit}}}");
        let text = shop.run(&["explain", "--bundle", "model.endcap", "--request", &request]).with(0).out;
        assert!(text.contains(told) && text.contains("1. P-"), "{told} is not in: {text}");
    }
    let overview = shop.run(&["inspect", "model.endcap", "--json"]).with(0).json();
    assert_eq!(overview["experiments"][0]["allocation"], json!({ "holdout": 0.5, "treatment": 0.5 }));
    assert_eq!(overview["global_holdout"], json!(0.05));
    for args in [&["inspect", "model.endcap"][..], &["inspect", "model.endcap", "--as-public"]] {
        let text = shop.run(args).with(0).out;
        assert!(text.contains("addons") && text.contains("0.05 of all visitors"), "{text}");
    }
    shop.run(&["verify", "model.endcap"]).with(0);
    shop.run(&["slice", "model.endcap", "--relations", "cart", "-o", "slice.endcap"]).with(0);
    let slice = shop.run(&["inspect", "slice.endcap", "--json"]).with(0).json();
    assert_eq!(slice["experiments"], overview["experiments"], "a slice with policies has them, too");
}

#[test]
fn what_is_over_is_left_out_where_the_time_is_known() {
    let over = config("{ holdout = 0.5, treatment = 0.5 }", "until = 2026-11-01T00:00:00Z");
    let shop = Shop::new();
    let ended = train(&shop, &over, &["--now", NOW]);
    assert!(ended.err.contains("experiment \"addons\" is over and is left out"), "{}", ended.err);
    assert_eq!(shop.run(&["inspect", "model.endcap", "--json"]).with(0).json()["experiments"], json!([]));
    train(&shop, &over, &[]);
    assert_eq!(variants(&dealt(&shop, &[])), ["null".to_owned()].into(), "outside of its window it assigns nobody");
}

#[test]
fn an_overlay_grows_arms_takes_experiments_back_and_says_what_it_cannot() {
    let small = config("{ holdout = 0.05, treatment = 0.05 }", "");
    let shop = trained(&small);
    train(&shop, &small, &["--audience", "edge", "-o", "edge.endcap"]);
    let small = dealt(&shop, &[]);
    shop.write("endcap.toml", config("{ holdout = 0.5, treatment = 0.5 }", ""));
    let ended = patch(&shop, "1", &["--config", "endcap.toml", "--json"]).with(0);
    assert!(!ended.err.contains("out of their arm"), "{}", ended.err);
    let change = json!([{ "name": "addons", "enabled": true, "allocation": { "holdout": 0.5, "treatment": 0.5 } }]);
    assert_eq!(ended.json()["experiments"], change);
    assert_eq!(shop.run(&["inspect", "o.overlay", "--json"]).with(0).json()["experiments"], change);
    let large = dealt(&shop, &["--overlay", "o.overlay"]);
    assert!(
        small.iter().all(|(unit, answer)| answer["variant"].is_null() || answer["variant"] == large[unit]["variant"])
    );
    assert_eq!(variants(&large).len(), 3, "two arms, and nobody");
    // Taken back, by its name and by the file.
    let ended = patch(&shop, "2", &["--disable-experiment", "addons"]).with(0);
    assert!(ended.out.contains("addons: off"), "{}", ended.out);
    let off = dealt(&shop, &["--overlay", "o.overlay"]);
    assert!(off.values().all(|answer| answer["variant"].is_null() && answer["items"] == off["null"]["items"]));
    assert_ne!(off["null"]["items"], json!([]));
    shop.write(
        "endcap.toml",
        config("{ holdout = 0.5, treatment = 0.5 }", "").replace("addons\"\nplacement", "other\"\nplacement"),
    );
    let ended = patch(&shop, "3", &["--config", "endcap.toml", "--json"]).with(0);
    assert!(ended.err.contains("experiment \"other\" is not in the bundle"), "{}", ended.err);
    assert_eq!(ended.json()["experiments"], json!([{ "name": "addons", "enabled": false, "allocation": null }]));
    // What it would do to those who are in an arm, and what it cannot do.
    shop.write("endcap.toml", config("{ holdout = 0.02, treatment = 0.5 }", "salt = \"anew\""));
    let ended = patch(&shop, "4", &["--config", "endcap.toml"]).with(0);
    for told in ["take 0.03 of all visitors out of their arm", "a change of salt"] {
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
    let ended = patch(&shop, "5", &["--enable-experiment", "adons"]).with(2);
    assert!(ended.err.contains("expected one of the experiments addons, found \"adons\""), "{}", ended.err);
    patch(&shop, "5", &["--enable-experiment", "addons", "--disable-experiment", "addons"]).with(2);
}

#[test]
fn letters_are_dealt_by_customer_and_those_held_out_have_a_record() {
    let shop = Shop::new();
    let letter = config("{ holdout = 0.4, treatment = 0.4 }", "")
        .replace("[placement.cart]", "[placement.email]\nstrategy = \"replenish\"\n\n[placement.cart]");
    train(&shop, &letter, &[]);
    let args = [
        "recommend",
        "--bundle",
        "model.endcap",
        "--placement",
        "cart",
        "--customers",
        "orders.csv",
        "--now",
        NOW,
        "--format",
        "jsonl",
    ];
    let ended = shop.run(&args).with(0);
    let records = ended.lines();
    let of = |variant: Value| {
        records.iter().filter(|record| record.get("variant").cloned().unwrap_or_default() == variant).count()
    };
    assert!(of(json!("holdout")) > 10 && of(json!("treatment")) > 10 && of(Value::Null) > 3);
    for record in &records {
        let held = record.get("variant") == Some(&json!("holdout"));
        assert_eq!((record["items"] == json!(0), record.get("sku_1").is_none()), (held, held), "{record}");
    }
    assert!(ended.err.contains("are held out and get none"), "{}", ended.err);
}
