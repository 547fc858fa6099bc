//! Overlays as a user meets them: `patch`, and what other commands make of its files.
#![cfg(feature = "cli")]

#[path = "support/edge_shop.rs"]
mod edge_shop;
#[path = "support/shop.rs"]
mod shop;

use edge_shop::{COUNT, GAIN, SECRETS, catalog, cost, stock, trained, untrained};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use shop::{Ended, Shop};
use std::fs;
use std::io::Write;

const CHANGES: &str = "sku,stock,price,cost\nP-00,0,,\nP-01,2,,\nP-20,25,23.60,13.00\nP-30,,99.00,\nNOBODY,1,,\n";

/// `endcap patch` of a bundle to `o.overlay`.
fn patch(shop: &Shop, bundle: &str, revision: &str, more: &[&str]) -> Ended {
    shop.run(&[&["patch", "--bundle", bundle, "--revision", revision, "-o", "o.overlay"], more].concat())
}

/// Answers to requests, one a line.
fn ask(shop: &Shop, args: &[&str], requests: &str) -> Vec<Value> {
    shop.feed(&[&["recommend"], args].concat(), requests).with(0).lines()
}

fn skus(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap()).collect()
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

#[test]
fn figures_become_states_classes_and_what_is_hidden() {
    let shop = trained();
    shop.write("changes.csv", CHANGES);
    let ended = patch(&shop, "edge.endcap", "7", &["--input", "changes.csv", "--json", "--max-bad-rows", "0"]).with(0);
    let summary = ended.json();
    let numbers = ["items", "unknown", "states_changed", "prices_changed", "revision", "bad_rows"];
    let expected = [4, 1, 2, 2, 7, 0].map(|n| json!(n));
    assert_eq!(numbers.map(|key| summary[key].clone()), expected, "{summary}");
    assert_eq!(summary["unknown_skus"], json!(["NOBODY"]));
    assert_eq!(summary["jumped"][0]["sku"], json!("P-30"));
    assert_eq!(summary["bytes"], json!(fs::metadata(shop.path("o.overlay")).unwrap().len()));
    for told in ["NOBODY", "price jumped: P-30 from 33.50 to 99.00", "--confirm", "without --now"] {
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
    let contents = shop.run(&["inspect", "o.overlay", "--json"]).with(0).json();
    let change = |sku: &str| contents["changes"].as_array().unwrap().iter().find(|row| row["sku"] == sku).unwrap();
    assert_eq!((&change("P-00")["state"], &change("P-01")["state"]), (&json!("out"), &json!("low")));
    assert_eq!((&change("P-20")["hidden_at"], &change("P-20")["price"]), (&json!([]), &json!("23.60")));
    assert!(change("P-20")["value"].as_u64().unwrap() > 3);
    assert!(change("P-20").get("contribution").is_none() && contents["audience"] == "public");
    assert!(shop.run(&["inspect", "o.overlay"]).with(0).out.contains("a public overlay, revision 7"));
    assert!(shop.run(&["verify", "o.overlay", "edge.endcap"]).with(0).out.contains("an overlay of revision 7"));
    shop.run(&["inspect", "o.overlay", "--policies"]).with(2);
}

#[test]
fn an_overlay_takes_effect_in_order() {
    let shop = trained();
    let cart = "{\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-00\"}]}\n";
    let before = ask(&shop, &["--bundle", "public.endcap"], cart);
    assert!(!skus(&before[0]).contains(&"P-20"), "it is sold at a loss: {}", before[0]);
    shop.write("changes.jsonl", "{\"sku\":\"P-20\",\"price\":23.6,\"cost\":13}\n");
    patch(&shop, "edge.endcap", "2", &["--input", "changes.jsonl"]).with(0);
    fs::rename(shop.path("o.overlay"), shop.path("first.overlay")).unwrap();
    patch(&shop, "public.endcap", "3", &["--disable", "home"]).with(0);
    for bundle in ["public.endcap", "edge.endcap"] {
        let args = ["--bundle", bundle, "--overlay", "first.overlay", "--overlay", "o.overlay"];
        let requests = format!("{cart}{{\"placement\":\"home\"}}\n");
        let after = ask(&shop, &args, &requests);
        assert_eq!(skus(&after[0])[0], "P-20", "it gains again: {}", after[0]);
        assert_eq!((&after[1]["silent"], skus(&after[1]).len()), (&json!("disabled"), 0));
    }
    let args = ["recommend", "--bundle", "public.endcap", "--overlay", "o.overlay", "--overlay", "first.overlay"];
    let ended = shop.feed(&args, cart).with(1);
    assert!(ended.err.contains("first.overlay") && ended.err.contains("E_OLDER_REVISION"), "{}", ended.err);
}

#[test]
fn prices_that_jump_hide_until_they_are_confirmed() {
    let shop = trained();
    shop.write("changes.csv", "sku,price\nP-22,99.00\n");
    let request = "{\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-02\"}]}\n";
    let shown = |more: &[&str]| {
        let ended = patch(&shop, "edge.endcap", "1", &[&["--input", "changes.csv"], more].concat()).with(0);
        let answers = ask(&shop, &["--bundle", "public.endcap", "--overlay", "o.overlay"], request);
        (skus(&answers[0]).contains(&"P-22"), ended.err.contains("price jumped"))
    };
    assert_eq!(shown(&[]), (false, true));
    assert_eq!(shown(&["--confirm"]), (true, false));
}

#[test]
fn settings_bring_policies_terms_and_rules() {
    let shop = trained();
    let rule = "[[rule]]\nname = \"RULE-MARK nothing of shelf 6\"\nplacements = [\"cart\"]\nmatch = { category = \"Shelf 6\" }\naction = { exclude = true }\n";
    let more = "[train]\nmin_support = 9\n[placement.home]\nlimit = 2\n";
    shop.write("new.toml", format!("{}{more}{rule}", edge_shop::SETTINGS.replace("limit = 4", "limit = 3")));
    let ended = patch(&shop, "edge.endcap", "4", &["--config", "new.toml", "--json"]).with(0);
    let summary = ended.json();
    assert_eq!((&summary["rules"], &summary["policies"]), (&json!(2), &json!(9)), "{summary}");
    assert!(ended.err.contains("[train] is no part of an overlay"), "{}", ended.err);
    let cart = "{\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-00\"}]}\n{\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-07\"}]}\n{\"placement\":\"home\"}\n";
    for bundle in ["public.endcap", "edge.endcap"] {
        let answers = ask(&shop, &["--bundle", bundle, "--overlay", "o.overlay"], cart);
        assert_eq!(answers.iter().map(|answer| skus(answer).len()).collect::<Vec<_>>(), [3, 3, 2]);
        let gone = ["P-06", "P-13", "P-20", "P-27", "P-34"];
        assert!(answers[..2].iter().all(|answer| skus(answer).iter().all(|sku| !gone.contains(sku))));
    }
    // An edge overlay tells names, a public bundle takes none.
    patch(&shop, "edge.endcap", "5", &["--config", "new.toml", "--audience", "edge"]).with(0);
    assert!(holds(&fs::read(shop.path("o.overlay")).unwrap(), b"RULE-MARK own first"));
    let args = ["recommend", "--bundle", "public.endcap", "--overlay", "o.overlay"];
    assert!(shop.feed(&args, cart).with(1).err.contains("E_PUBLIC_BUNDLE"));
}

#[test]
fn a_public_bundle_takes_words_and_prices_alone() {
    let shop = trained();
    for (header, row) in [("stock", "3"), ("cost", "1.00"), ("margin", "40%")] {
        shop.write("changes.csv", format!("sku,{header}\nP-00,{row}\n"));
        let ended = patch(&shop, "public.endcap", "1", &["--input", "changes.csv"]).with(1);
        for told in ["E_PUBLIC_BUNDLE", "make it with the edge bundle", "changes.csv", "public.endcap"] {
            assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
        }
    }
    let edge = patch(&shop, "public.endcap", "1", &["--disable", "home", "--audience", "edge"]).with(1);
    assert!(edge.err.contains("E_PUBLIC_BUNDLE"), "{}", edge.err);
    let untold = patch(&shop, "public.endcap", "1", &["--config", "endcap.toml"]).with(1);
    assert!(untold.err.contains("compile against the edge bundle"), "{}", untold.err);
    assert!(!shop.path("o.overlay").exists());
    shop.write("changes.csv", "sku;availability;price\nP-00;sold out;\nP-01;preorder;4,60\n");
    patch(&shop, "public.endcap", "1", &["--input", "changes.csv"]).with(0);
    let contents = shop.run(&["inspect", "o.overlay", "--json"]).with(0).json();
    assert_eq!(contents["changes"][0]["state"], json!("out"));
    assert_eq!(
        (&contents["changes"][1]["state"], &contents["changes"][1]["price"]),
        (&json!("preorder"), &json!("4.60"))
    );
}

#[test]
fn bad_input_is_refused_with_its_place() {
    let shop = trained();
    shop.write("changes.csv", "sku,price\nP-00,-3\nP-01,3 USD\nP-02,cheap\nP-03,6.50\n");
    let ended = patch(&shop, "edge.endcap", "1", &["--input", "changes.csv"]).with(1);
    for told in [
        "changes.csv:2: column `price`",
        "`-3`",
        "changes.csv:3",
        "in the currency of the bundle",
        "changes.csv:4",
        "--max-bad-rows",
    ] {
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
    let summary = patch(&shop, "edge.endcap", "1", &["--input", "changes.csv", "--max-bad-rows", "0.8", "--json"]);
    assert_eq!(summary.with(0).json()["bad_rows"], json!(3));
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"sku,price\nP-03,6.60\n").unwrap();
    shop.write("packed.csv.gz", packed.finish().unwrap());
    patch(&shop, "edge.endcap", "1", &["--input", "packed.csv.gz"]).with(0);
    shop.write("others.csv", "sku,price\nX-1,1\nX-2,2\n");
    let others = patch(&shop, "edge.endcap", "1", &["--input", "others.csv"]).with(1);
    assert!(others.err.contains("E_OTHER_SHOP") && others.err.contains("X-1"), "{}", others.err);
    shop.write("dollars.toml", edge_shop::SETTINGS.replace("EUR", "USD"));
    let dollars = patch(&shop, "edge.endcap", "1", &["--config", "dollars.toml"]).with(1);
    assert!(dollars.err.contains("E_CURRENCY"), "{}", dollars.err);
    shop.write("named.toml", edge_shop::SETTINGS.replace("Little shop", "Other shop"));
    let named = patch(&shop, "edge.endcap", "1", &["--config", "named.toml"]).with(1);
    assert!(named.err.contains("E_OTHER_SHOP"), "{}", named.err);
    for wrong in
        [&[][..], &["--disable", "sidebar"], &["--disable", "home", "--enable", "home"], &["--input", "none.csv"]]
    {
        patch(&shop, "edge.endcap", "1", wrong).with(2);
    }
}

#[test]
fn ten_thousand_rules_are_too_many() {
    let shop = trained();
    let rule = |n: usize| {
        format!("[[rule]]\nname = \"r{n}\"\nmatch = {{ sku = \"P-{:02}\" }}\naction = {{ boost = 1.5 }}\n", n % 40)
    };
    shop.write("many.toml", (0..10_000).map(rule).collect::<String>());
    let ended = patch(&shop, "edge.endcap", "1", &["--config", "many.toml"]).with(1);
    assert!(ended.err.contains("many.toml:") && ended.err.contains("at most 4096 rules"), "{}", ended.err);
    assert!(!shop.path("o.overlay").exists());
}

#[test]
fn pages_lists_times_and_segments_are_answered() {
    let shop = trained();
    let bundle = ["--bundle", "public.endcap"];
    let page = "{\"id\":\"p\",\"page\":[{\"id\":1,\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-00\",\"quantity\":2,\"price\":3.5}]},\
        {\"placement\":\"home\"},{\"placement\":\"category\",\"list\":[\"P-03\",\"P-39\",\"X\",\"P-04\"]}]}\n";
    let answers = ask(&shop, &bundle, page);
    assert_eq!((&answers[0]["id"], answers[0]["answers"].as_array().unwrap().len()), (&json!("p"), 3));
    let [cart, home, list] = [0, 1, 2].map(|n| &answers[0]["answers"][n]);
    assert_eq!(cart["id"], json!(1));
    assert!(skus(cart).iter().all(|sku| !skus(home).contains(sku)), "no product twice");
    let entries: Vec<(&str, bool)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["sku"].as_str().unwrap(), item["sold_out"].as_bool().unwrap()))
        .collect();
    assert_eq!(entries.last(), Some(&("P-39", true)));
    assert!(entries.contains(&("X", false)) && entries.len() == 4);
    assert!(list["alternatives"].is_array());

    let pinned = |args: &[&str], request: &str| {
        let answers = ask(&shop, &[&bundle[..], args].concat(), request);
        answers[0]["items"][0]["reason"] == "pinned"
    };
    let home = "{\"placement\":\"home\"}";
    assert!(!pinned(&[], home) && pinned(&["--now", "2027-01-15T00:00:00Z"], home));
    let later = "{\"placement\":\"home\",\"now\":\"2027-02-01T00:00:00Z\"}";
    assert!(!pinned(&["--now", "2027-01-15T00:00:00Z"], later), "the request's own time wins");
    let wrong = "{\"placement\":\"home\",\"now\":\"tomorrow\"}\n{\"placement\":\"home\",\"segment\":[1]}\n\
        {\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-00\",\"price\":\"3\"}]}\n{\"page\":[{\"placement\":\"cart\"},{\"placement\":\"x\"}]}\n\
        {\"page\":{}}\n{\"placement\":\"home\",\"segment\":{\"device\":\"mobile\"}}";
    let answers = ask(&shop, &bundle, wrong);
    let codes: Vec<_> = answers.iter().map(|answer| answer["error"]["code"].as_str().unwrap_or("")).collect();
    assert_eq!(codes, ["E_REQUEST", "E_REQUEST", "E_REQUEST", "E_UNKNOWN_PLACEMENT", "E_REQUEST", ""]);
    assert!(answers[0]["error"]["message"].as_str().unwrap().contains("\"tomorrow\""));
    shop.run(&["recommend", "--bundle", "public.endcap", "--now", "tomorrow"]).with(2);
}

#[test]
fn costs_and_counts_that_decide_nothing_leave_no_trace() {
    let shop = trained();
    // The same order of contributions, the same side of floors and of low_at.
    let other_cost = |item: i64, price: i64| match item {
        20 => price + 7,
        5 => price - 120_000,
        _ => cost(item, price) - (price - cost(item, price)) / 50,
    };
    let other_stock = |item: i64| match stock(item) {
        0 => 0,
        4 => 1,
        many => many + 3,
    };
    let other = untrained(&catalog(other_cost, other_stock));
    edge_shop::train(&other);
    let read = |shop: &Shop, name: &str| fs::read(shop.path(name)).unwrap();
    assert!(read(&shop, "public.endcap") == read(&other, "public.endcap"), "the public bundles differ");
    assert!(read(&shop, "edge.endcap") != read(&other, "edge.endcap"));
    for (shop, cost, count) in [(&shop, "13.00", "2"), (&other, "12.90", "5")] {
        shop.write(
            "changes.csv",
            format!("sku,stock,price,cost\nP-20,{count},23.60,{cost}\nP-01,9{count},,\nP-02,0,,\n"),
        );
        patch(shop, "edge.endcap", "1", &["--input", "changes.csv", "--now", "2027-01-15T00:00:00Z"]).with(0);
    }
    assert!(read(&shop, "o.overlay") == read(&other, "o.overlay"), "the public overlays differ");
    for shop in [&shop, &other] {
        patch(shop, "edge.endcap", "2", &["--config", "endcap.toml"]).with(0);
    }
    assert!(read(&shop, "o.overlay") == read(&other, "o.overlay"), "the public overlays of settings differ");
}

#[test]
fn secrets_stay_in_the_edge_bundle() {
    let shop = trained();
    let edge = fs::read(shop.path("edge.endcap")).unwrap();
    let figures = [GAIN.to_le_bytes(), COUNT.to_le_bytes()];
    assert!(SECRETS.iter().all(|secret| holds(&edge, secret.as_bytes())));
    assert!(figures.iter().all(|figure| holds(&edge, figure)));
    shop.write("changes.csv", format!("sku,stock,price,margin\nP-05,{COUNT},9999.50,1234.57\nP-20,3,,\n"));
    patch(&shop, "edge.endcap", "1", &["--input", "changes.csv"]).with(0);
    fs::rename(shop.path("o.overlay"), shop.path("items.overlay")).unwrap();
    patch(&shop, "edge.endcap", "2", &["--config", "endcap.toml"]).with(0);
    for name in ["public.endcap", "items.overlay", "o.overlay"] {
        let bytes = fs::read(shop.path(name)).unwrap();
        assert!(SECRETS.iter().all(|secret| !holds(&bytes, secret.as_bytes())), "{name}");
        assert!(figures.iter().all(|figure| !holds(&bytes, figure)), "{name}");
    }
    let request = "{\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-00\"},{\"sku\":\"P-05\"}]}";
    let explain = ["explain", "--bundle", "public.endcap", "--request", request, "--about", "P-21", "--about", "P-20"];
    let home = [
        "explain",
        "--bundle",
        "public.endcap",
        "--request",
        "{\"placement\":\"home\"}",
        "--now",
        "2027-01-15T00:00:00Z",
    ];
    let shown: [&[&str]; 9] = [
        &explain,
        &[&explain[..], &["--json"]].concat(),
        &[&explain[..], &["--tree", "--overlay", "o.overlay"]].concat(),
        &home,
        &["inspect", "public.endcap", "--json"],
        &["inspect", "public.endcap", "--as-public"],
        &["inspect", "edge.endcap", "--as-public", "--json"],
        &["inspect", "public.endcap", "--policies"],
        &["inspect", "items.overlay", "--json"],
    ];
    for args in shown {
        let out = shop.run(args).with(0).out;
        let found = SECRETS.iter().find(|secret| out.contains(**secret));
        assert!(found.is_none(), "{found:?} is told by {args:?}: {out}");
        for figure in ["1234.57", "123457", &COUNT.to_string()] {
            assert!(!out.contains(figure), "{figure} is told by {args:?}");
        }
    }
    // What is not told to the public is told at home.
    let told = shop.run(&[&["explain", "--bundle", "edge.endcap"], &explain[3..]].concat()).with(0).out;
    assert!(told.contains("RULE-MARK not beside the till") && told.contains("the margin floor of 10 %"), "{told}");
}
