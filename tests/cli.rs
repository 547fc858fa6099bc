//! The command line as a user meets it: the real binary, files in a folder, exit codes, stdout and stderr.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use shop::{Shop, ended, orders, rows};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};

const COMMANDS: [&str; 16] = [
    "init",
    "train",
    "slice",
    "patch",
    "recommend",
    "rules",
    "explain",
    "evaluate",
    "plan",
    "report",
    "events",
    "inspect",
    "verify",
    "sample",
    "simulate",
    "serve",
];

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn skus(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap()).collect()
}

#[test]
fn from_orders_to_add_ons() {
    let shop = Shop::trained();
    let asked =
        r#"{"id":"q1","placement":"cart","cart":[{"sku":"P-00","quantity":2,"price":200}],"limit":3,"unheard_of":[1]}"#;
    let answers = shop.feed(&["recommend", "--bundle", "model.endcap"], asked).with(0).lines();
    assert_eq!(answers.len(), 1);
    let mut expected =
        ["id", "placement", "items", "fallback", "fallback_reason", "model", "experiment", "variant", "recommendation"];
    expected.sort_unstable();
    let mut found = keys(&answers[0]);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!((&answers[0]["id"], &answers[0]["placement"]), (&json!("q1"), &json!("cart")));
    assert_eq!(skus(&answers[0]).len(), 3);
    let first = &answers[0]["items"][0];
    assert_eq!((&first["sku"], &first["reason"]), (&json!("P-20"), &json!("bought_together")));
    assert_eq!(first["because"], json!(["P-00"]));
    assert!(first["score"].as_f64().unwrap() > 0.0);
}

#[test]
fn the_training_report_is_one_json_value() {
    let shop = Shop::new();
    let args = ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--json", "-o", "model.endcap"];
    let ended = shop.run(&args).with(0);
    let report = ended.json();
    assert_eq!(report["files"][1]["rows_read"], json!(rows().len()));
    assert_eq!(report["files"][1]["rows_kept"], json!(rows().len()));
    assert_eq!(report["files"][1]["columns"]["sku"], json!("sku"));
    assert_eq!(report["bundle"]["bytes"], json!(fs::metadata(shop.path("model.endcap")).unwrap().len()));
    assert_eq!(report["bundle"]["items"], json!(40));
    assert!(report["training"]["relations"].as_array().unwrap().iter().any(|relation| relation["relation"] == "cart"));
    assert!(ended.err.contains("orders.csv") && ended.err.contains("wrote model.endcap"), "{}", ended.err);
    assert!(!ended.err.contains('\u{1b}'), "no colours and no bars where nobody watches");
}

#[test]
fn slices_answer_as_the_whole_does() {
    let shop = Shop::trained();
    let slice = |args: &[&str]| shop.run(&[&["slice", "model.endcap"], args].concat()).with(0);
    slice(&["--relations", "cart", "-o", "cart.endcap"]);
    slice(&["--relations", "bought_together", "--addition", "-o", "rest.endcap"]);
    slice(&["--profile", "small", "-o", "small.endcap"]);
    let size = |name| fs::metadata(shop.path(name)).unwrap().len();
    assert!(size("cart.endcap") < size("model.endcap") && size("rest.endcap") < size("cart.endcap"));
    let requests: String = (0..40)
        .map(|n| format!("{{\"placement\":\"cart\",\"cart\":[{{\"sku\":\"P-{n:02}\"}},{{\"sku\":\"P-05\"}}]}}\n"))
        .collect();
    let whole = shop.feed(&["recommend", "--bundle", "model.endcap"], &requests).with(0).out;
    let joined = shop.feed(&["recommend", "--bundle", "cart.endcap", "--add", "rest.endcap"], &requests).with(0).out;
    assert_eq!(joined, whole);
    let alone = shop.feed(&["recommend", "--bundle", "rest.endcap"], &requests).with(1);
    assert!(alone.err.contains("E_ADDITION") && alone.out.is_empty(), "{}", alone.err);
    let verdicts = shop.run(&["verify", "cart.endcap", "rest.endcap", "small.endcap", "--json"]).with(0).json();
    assert!(verdicts.as_array().unwrap().iter().all(|verdict| verdict["sound"] == json!(true)));
}

#[test]
fn inspect_shows_sections_products_and_neighbours() {
    let shop = Shop::trained();
    let overview = shop.run(&["inspect", "model.endcap", "--json"]).with(0).json();
    assert_eq!(overview["bytes"], json!(fs::metadata(shop.path("model.endcap")).unwrap().len()));
    assert_eq!((&overview["items"], &overview["addition"]), (&json!(40), &json!(false)));
    let list = |key: &str, name: &str| -> Vec<String> {
        overview[key].as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_string()).collect()
    };
    assert!(list("sections", "name").contains(&"dictionary".to_string()));
    assert!(list("relations", "kind").contains(&"cart".to_string()));
    for placement in ["cart", "pdp_complements", "pdp_similar", "post_purchase"] {
        assert!(list("placements", "placement").contains(&placement.to_string()), "{placement}");
    }
    assert!(!overview["public"].as_array().unwrap().is_empty());

    let items = shop.run(&["inspect", "model.endcap", "--items", "--json"]).with(0).json();
    let items = items.as_array().unwrap();
    assert_eq!(items.len(), 40);
    let out: Vec<_> = items.iter().filter(|item| item["stock"] == "out").map(|item| &item["sku"]).collect();
    assert_eq!(out, [&json!("P-39")]);
    assert!(items.iter().enumerate().all(|(n, item)| item["popularity_rank"] == json!(n + 1)));

    let one = shop.run(&["inspect", "model.endcap", "--sku", "P-00", "--json"]).with(0).json();
    let cart = one["relations"].as_array().unwrap().iter().find(|relation| relation["kind"] == "cart").unwrap();
    assert_eq!(cart["neighbours"][0]["sku"], json!("P-20"));
    assert!(shop.run(&["inspect", "model.endcap"]).with(0).out.contains("anyone who loads this file can read"));
    assert!(shop.run(&["inspect", "model.endcap", "--sku", "nothing"]).with(1).err.contains("--items"));
}

#[test]
fn lines_that_cannot_be_read_are_answered_where_they_stand() {
    let shop = Shop::trained();
    let mut lines: Vec<Vec<u8>> = [
        r#"{"id":"a","placement":"cart","cart":[{"sku":"P-00"}]}"#,
        r#"{"placement":"cart""#,
        "",
        "[1,2]",
        r#"{"cart":[]}"#,
        r#"{"id":7,"placement":"sidebar"}"#,
        r#"{"placement":"cart","limit":0}"#,
        r#"{"placement":"cart","limit":18446744073709551615}"#,
        r#"{"id":{"deep":[1]},"placement":"cart","cart":[{"sku":"P-00"},{"sku":"P-00"}]}"#,
        r#"{"placement":"post_purchase","history":[{"sku":"P-07","days_ago":1e300},{"sku":"P-08","days_ago":-4},{"sku":"P-09"}]}"#,
    ]
    .map(|line| line.as_bytes().to_vec())
    .to_vec();
    lines.push(b"\xff\xfe{}".to_vec());
    lines.push(format!(r#"{{"placement":"cart","id":"{}"}}"#, "x".repeat(5 << 20)).into_bytes());
    lines.push(br#"{"id":"last","placement":"cart","cart":null,"history":null,"product":null,"list":null}"#.to_vec());
    let answers = shop.feed(&["recommend", "--bundle", "model.endcap"], lines.join(&b'\n')).with(0).lines();
    assert_eq!(answers.len(), lines.len() - 1, "the empty line is passed over");
    let refused = |at: usize, line: u64, code: &str| {
        let error = &answers[at];
        assert_eq!((&error["line"], &error["error"]["code"]), (&json!(line), &json!(code)), "{error}");
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    };
    refused(1, 2, "E_REQUEST");
    refused(2, 4, "E_REQUEST");
    refused(3, 5, "E_REQUEST");
    refused(4, 6, "E_UNKNOWN_PLACEMENT");
    assert_eq!(answers[4]["id"], json!(7), "its id could be read");
    refused(9, 11, "E_REQUEST");
    refused(10, 12, "E_REQUEST");
    assert!(answers[4]["error"]["message"].as_str().unwrap().contains("pdp_similar"), "the known names are told");
    assert_eq!(skus(&answers[5]), Vec::<&str>::new());
    assert_eq!(skus(&answers[6]), skus(&answers[11]));
    assert_eq!(answers[7]["items"], answers[0]["items"], "lines are merged by SKU");
    assert_eq!(answers[7]["id"], json!({"deep": [1]}));
    let items = answers[8]["items"].as_array().unwrap();
    let again = items.iter().filter(|item| item["reason"] == "bought_before").map(|item| item["sku"].as_str().unwrap());
    let mut again: Vec<_> = again.collect();
    again.sort_unstable();
    assert_eq!(again, ["P-07", "P-08"], "odd ages are ages all the same; without one an entry is passed over");
    assert_eq!((&answers[11]["id"], &answers[11]["fallback"]), (&json!("last"), &json!("popular")));
}

#[test]
fn requests_come_from_a_file_too_and_limits_hold() {
    let shop = Shop::trained();
    shop.write("requests.jsonl", "{\"placement\":\"cart\"}\n{\"placement\":\"cart\",\"limit\":1}\r\n");
    let args = ["recommend", "--bundle", "model.endcap", "--requests", "requests.jsonl", "--limit", "2"];
    let answers = shop.run(&args).with(0).lines();
    assert_eq!(answers.iter().map(|answer| skus(answer).len()).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn the_command_is_wrong() {
    let shop = Shop::trained();
    let wrong: [&[&str]; 12] = [
        &[],
        &["fly"],
        &["train"],
        &["train", "--orders", "no-such-file.csv"],
        &["train", "--orders", "orders.csv", "--max-bad-rows", "7"],
        &["train", "--orders", "orders.csv", "--config", "no-such-file.toml"],
        &["recommend"],
        &["recommend", "--bundle", "no-such-file.endcap"],
        &["recommend", "--bundle", "model.endcap", "--limit", "99999999999"],
        &["slice", "model.endcap", "--relations", "everything", "-o", "x.endcap"],
        &["verify", "no-such-file.endcap"],
        &["inspect", "no-such-file.endcap"],
    ];
    for args in wrong {
        let ended = shop.run(args).with(2);
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{args:?}");
        if let Some(name) = args.iter().find(|arg| arg.starts_with("no-such-file")) {
            assert!(ended.err.contains(name), "{}", ended.err);
        }
    }
    assert_eq!(shop.files(), ["catalog.csv", "model.endcap", "orders.csv"]);
}

#[test]
fn bad_rows_are_listed_and_leave_no_file() {
    let shop = Shop::new();
    let mut bad = rows();
    bad[3] = "O-1,C-1,not a date,P-01,1,4.50".into();
    for row in bad.iter_mut().skip(10).step_by(20) {
        *row = row.replace(",1,", ",many,");
    }
    shop.write("bad.csv", orders(&bad));
    let ended = shop.run(&["train", "--orders", "bad.csv", "-o", "model.endcap"]).with(1);
    assert!(ended.out.is_empty());
    for told in ["bad.csv:5", "bad.csv:12", "timestamp", "quantity", "many", "--max-bad-rows"] {
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
    assert_eq!(shop.files(), ["bad.csv", "catalog.csv", "orders.csv"]);
    shop.run(&["train", "--orders", "bad.csv", "--max-bad-rows", "0.5", "-o", "model.endcap"]).with(0);
    assert!(shop.files().contains(&"model.endcap".into()));
}

#[test]
fn other_bad_data_is_refused_with_advice() {
    let shop = Shop::new();
    shop.write("empty.csv", "");
    shop.write("header.csv", "order_id,sku\n");
    shop.write("columns.csv", "order_id,colour\nO-1,red\n");
    shop.write("settings.toml", "[placement.cart]\nstrategie = \"popular\"\n");
    for (args, told) in [
        (&["--orders", "empty.csv"][..], "found nothing"),
        (&["--orders", "header.csv"], "at least one usable row"),
        (&["--orders", "columns.csv"], "expected a column `sku`"),
        (&["--orders", "orders.csv", "--config", "settings.toml"], "settings.toml:2:1"),
    ] {
        let ended = shop.run(&[&["train"], args].concat()).with(1);
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
    assert!(!shop.files().contains(&"model.endcap".into()));
}

#[test]
fn damaged_bundles_are_refused_with_a_code() {
    let shop = Shop::trained();
    let bytes = fs::read(shop.path("model.endcap")).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    let mut newer = bytes.clone();
    newer[8] = 99;
    for (name, bytes, code) in [
        ("truncated.endcap", &bytes[..bytes.len() - 1], "E_TRUNCATED"),
        ("flipped.endcap", &flipped, "E_DAMAGED"),
        ("newer.endcap", &newer, "E_NEWER_VERSION"),
        ("page.endcap", b"<!doctype html>", "E_NOT_A_BUNDLE"),
    ] {
        shop.write(name, bytes);
        for args in [&["recommend", "--bundle", name][..], &["inspect", name], &["slice", name, "-o", "cut.endcap"]] {
            let ended = shop.feed(args, "{\"placement\":\"cart\"}\n").with(1);
            assert!(ended.out.is_empty() && ended.err.contains(code) && ended.err.contains(name), "{}", ended.err);
        }
        let ended = shop.run(&["verify", name, "model.endcap", "--json"]).with(1);
        let verdicts = ended.json();
        assert_eq!((&verdicts[0]["code"], &verdicts[0]["sound"]), (&json!(code), &json!(false)));
        assert_eq!((&verdicts[1]["code"], &verdicts[1]["sound"]), (&Value::Null, &json!(true)));
    }
    assert!(!shop.files().contains(&"cut.endcap".into()));
}

#[test]
fn folders_of_an_output_are_made() {
    let shop = Shop::trained();
    shop.run(&["slice", "model.endcap", "-o", "public/models/cut.endcap"]).with(0);
    assert!(shop.path("public/models/cut.endcap").is_file());
}

#[test]
fn the_machine_fails() {
    let shop = Shop::trained();
    let nowhere = shop.run(&["slice", "model.endcap", "-o", "orders.csv/cut.endcap"]).with(3);
    assert!(nowhere.err.contains("orders.csv/cut.endcap"), "{}", nowhere.err);
    assert_eq!(shop.files(), ["catalog.csv", "model.endcap", "orders.csv"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let shop = Shop::trained();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ended = ended(shop.command(&["inspect", "model.endcap"]).stdout(full).spawn().unwrap()).with(3);
    assert!(ended.err.contains("stdout"), "{}", ended.err);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let shop = Shop::trained();
    shop.write("requests.jsonl", "{\"placement\":\"cart\"}\n".repeat(5000));
    let items: &[&str] = &["inspect", "model.endcap", "--items", "--json"];
    let answers: &[&str] = &["recommend", "--bundle", "model.endcap", "--requests", "requests.jsonl"];
    for (args, read) in [(items, 0), (answers, 0), (answers, 1)] {
        let mut child = shop.command(args).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        (0..read).for_each(|_| assert!(out.read_line(&mut line).unwrap() > 0));
        drop(out);
        let ended = ended(child).with(0);
        assert_eq!(ended.err, "", "{args:?}");
    }
}

#[test]
fn every_help_has_examples() {
    let shop = Shop::new();
    let overview = shop.run(&["--help"]).with(0).out;
    for command in COMMANDS {
        assert!(overview.contains(&format!("\n  {command} ")), "{command} is not listed");
        let help = shop.run(&[command, "--help"]).with(0).out;
        assert!(help.contains("Examples:\n") && help.contains(&format!("endcap {command}")), "{help}");
    }
    assert!(overview.contains("Exit codes"));
    assert_eq!(shop.run(&["--version"]).with(0).out.trim(), concat!("endcap ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn gzip_reads_like_plain() {
    let shop = Shop::new();
    for name in ["orders.csv", "catalog.csv"] {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&fs::read(shop.path(name)).unwrap()).unwrap();
        shop.write(&format!("{name}.gz"), packed.finish().unwrap());
    }
    shop.run(&["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "-o", "plain.endcap"]).with(0);
    shop.run(&["train", "--catalog", "catalog.csv.gz", "--orders", "orders.csv.gz", "-o", "packed.endcap"]).with(0);
    assert_eq!(fs::read(shop.path("packed.endcap")).unwrap(), fs::read(shop.path("plain.endcap")).unwrap());
}

#[test]
fn a_shop_that_has_sold_nothing_yet_shows_what_is_alike() {
    let shop = Shop::new();
    shop.write("settings.toml", "[placement.pdp_similar]\nfallback = []\nlimit = 4\n");
    let args = ["train", "--catalog", "catalog.csv", "--config", "settings.toml", "-o", "model.endcap"];
    let report = shop.run(&args).with(0).out;
    assert!(report.contains("no orders") && report.contains("similar: attributes"), "{report}");
    shop.run(&["verify", "model.endcap"]).with(0);
    let requests = "{\"placement\":\"pdp_similar\",\"product\":\"P-10\"}\n{\"placement\":\"cart\"}\n";
    let answers = shop.feed(&["recommend", "--bundle", "model.endcap"], requests).with(0).lines();
    assert_eq!(skus(&answers[0]).len(), 4);
    assert_eq!(skus(&answers[0])[0], "P-17", "of the same shelf, and nearest in price");
    assert_eq!(skus(&answers[1]), ["P-00", "P-01", "P-02", "P-03"], "no best sellers: the order is that of the SKUs");
    assert!(shop.run(&["evaluate", "--catalog", "catalog.csv"]).with(1).err.contains("--orders"));
}

#[test]
fn evaluate_compares_with_simple_methods() {
    let shop = Shop::new();
    let ended = shop.run(&["evaluate", "--orders", "orders.csv", "--json"]).with(0);
    let report = ended.json();
    let text = report.to_string();
    for method in ["popularity", "cosine", "bm25", "rp3beta"] {
        assert!(text.to_lowercase().contains(method), "{method} is not in {text}");
    }
    assert!(shop.run(&["evaluate", "--orders", "orders.csv"]).with(0).out.contains("cart"));
}

#[test]
fn the_sample_shop_trains_and_is_not_overwritten() {
    let shop = Shop::new();
    shop.run(&["sample", "shop"]).with(0);
    let again = shop.run(&["sample", "shop"]).with(2);
    assert!(again.err.contains("shop"), "{}", again.err);
    let orders = fs::read_to_string(shop.path("shop/orders.csv")).unwrap();
    // Enough for a model, and quick: the whole is trained by `make demo`.
    shop.write("few.csv", orders.lines().take(3000).fold(String::new(), |text, line| text + line + "\n"));
    let args = ["train", "--catalog", "shop/catalog.csv", "--orders", "few.csv", "--config", "shop/endcap.toml"];
    shop.run(&[&args[..], &["--allow-weak", "-o", "model.endcap"]].concat()).with(0);
    shop.run(&["verify", "model.endcap"]).with(0);
}

#[test]
fn a_first_file_speaks_of_the_shop_and_is_written_once() {
    let shop = Shop::new();
    let args = ["init", "--catalog", "catalog.csv", "--orders", "orders.csv", "--currency", "eur"];
    assert_eq!(shop.run(&args).with(0).out.trim(), "endcap.toml");
    let text = fs::read_to_string(shop.path("endcap.toml")).unwrap();
    assert!(text.contains("\ncurrency = \"EUR\"") && text.matches("\n[placement.").count() == 9, "{text}");
    let config = endcap::config::parse(&text, "endcap.toml").unwrap();
    assert_eq!(config.policies, endcap::config::Config::default().policies);
    assert!(shop.run(&args).with(2).err.contains("endcap.toml: is there already; name another file with -o"));
    assert_eq!(fs::read_to_string(shop.path("endcap.toml")).unwrap(), text);
    shop.run(&["init", "-o", "other.toml"]).with(0);
    shop.run(&["init", "--catalog", "nowhere.csv", "-o", "third.toml"]).with(2);
    assert!(!shop.path("third.toml").exists());
    shop.run(&["init", "--currency", "Euro", "-o", "third.toml"]).with(2);
    let schema = shop.run(&["init", "--schema"]).with(0).json();
    assert_eq!(schema["title"], json!("endcap.toml"));
    shop.run(&["train", "--orders", "orders.csv", "--config", "endcap.toml", "-o", "fitted.endcap"]).with(0);
}
