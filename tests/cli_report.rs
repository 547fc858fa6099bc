//! `endcap report` as a user meets it: months whose truth is known, the page, the overlay of a REVERT, and what is refused.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::{Value, json};
use shop::{Ended, Shop};
use std::fs;

/// A month in the folder `months`.
fn simulated(more: &[&str]) -> Shop {
    let shop = Shop::new();
    shop.run(&[&["simulate", "--visitors-a-day", "120", "-o", "months"], more].concat()).with(0);
    shop
}

const FILES: [&str; 8] = [
    "--events",
    "months/events.jsonl",
    "--orders",
    "months/orders.csv",
    "--catalog",
    "months/catalog.csv",
    "--config",
    "months/endcap.toml",
];

/// `endcap report` of that month, before the first day after it.
fn report(shop: &Shop, more: &[&str]) -> Ended {
    shop.run(&[&["report"], &FILES[..], &["--now", "2026-10-01T00:00:00Z"], more].concat())
}

fn finding<'r>(report: &'r Value, code: &str) -> Option<&'r Value> {
    report["quality"]["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code)
}

#[test]
fn what_is_counted_is_what_was_drawn() {
    let shop = simulated(&[]);
    let truth: Value = serde_json::from_slice(&fs::read(shop.path("months/truth.json")).unwrap()).unwrap();
    let ended = report(&shop, &["--json", "-o", "report.html"]).with(0);
    let told = ended.json();
    let experiment = &told["experiments"][0];
    assert_eq!((&experiment["day"], &experiment["plan"]["registration"]), (&json!(30), &json!("kept")));
    for (arm, drawn) in
        experiment["arms"].as_array().unwrap().iter().zip(truth["experiments"][0]["arms"].as_array().unwrap())
    {
        assert_eq!((&arm["name"], &arm["visitors"]), (&drawn["name"], &drawn["units"]));
        let close = |told: &str, drawn: &Value, within: f64| {
            let (told, drawn) = (arm["counts"][told].as_f64().unwrap(), drawn.as_f64().unwrap());
            assert!((told / drawn - 1.0).abs() < within, "{told} {drawn}");
        };
        // A few orders of the last visits are placed after midnight.
        close("orders", &drawn["orders"], 0.004);
        close("revenue", &drawn["revenue"], 0.01);
        close("margin", &drawn["margin"], 0.01);
    }
    assert!(experiment["join"]["holds"] == json!(true) && experiment["sample_ratio"]["alarm"] == json!(false));
    let page = fs::read_to_string(shop.path("report.html")).unwrap();
    assert!(page.contains("cart-addons") && page.contains("<svg") && !page.contains("http-equiv=\"refresh\""));
    assert!(ended.err.contains("months/events.jsonl: ") && ended.err.contains("wrote report.html"), "{}", ended.err);
    let text = report(&shop, &[]).with(0).out;
    assert!(text.contains("cart-addons: placement cart") && text.contains("margin a visitor"), "{text}");
}

#[test]
fn a_purchase_only_log_a_folder_and_a_pattern_are_read_too() {
    let shop = simulated(&["--days", "8"]);
    let by = |events: &str| {
        let args = [
            "report",
            "--events",
            events,
            "--catalog",
            "months/catalog.csv",
            "--config",
            "months/endcap.toml",
            "--json",
        ];
        shop.run(&args).with(0).json()
    };
    fs::create_dir(shop.path("logs")).unwrap();
    fs::copy(shop.path("months/events.jsonl"), shop.path("logs/a.jsonl")).unwrap();
    let (file, folder, pattern) = (by("months/events.jsonl"), by("logs"), by("logs/*.jsonl"));
    assert!(file["experiments"][0]["arms"][0]["counts"]["orders"].as_u64().unwrap() > 20);
    assert_eq!((&file["experiments"], &file["experiments"]), (&folder["experiments"], &pattern["experiments"]));
    assert_eq!(file["experiments"][0]["day"], json!(8));
}

#[test]
fn keyed_logs_meet_orders_that_name_their_unit_under_the_key_only() {
    let shop = simulated(&["--days", "8"]);
    shop.run(&["events", "key", "-o", "unit.key"]).with(0);
    let convert = ["events", "convert", "months/events.jsonl", "--key", "unit.key", "-o", "keyed.parquet"];
    shop.run(&convert).with(0);
    fs::remove_file(shop.path("months/events.jsonl")).unwrap();
    let args = [
        "report",
        "--events",
        "keyed.parquet",
        "--orders",
        "months/orders.csv",
        "--config",
        "months/endcap.toml",
        "--json",
    ];
    let without = shop.run(&args).with(0).json();
    assert_eq!(finding(&without, "mixed_identities").unwrap()["severity"], json!("blocks"));
    let with = shop.run(&[&args[..], &["--key", "unit.key"]].concat()).with(0).json();
    assert!(finding(&with, "mixed_identities").is_none());
    assert!(with["experiments"][0]["join"]["holds"] == json!(true));
    assert!(with["experiments"][0]["arms"][1]["counts"]["orders"].as_u64().unwrap() > 20);
}

#[test]
fn planted_faults_are_found_and_forbid_a_verdict_where_they_must() {
    let reason = |faults: &[&str]| {
        let shop = simulated(faults);
        let told = report(&shop, &["--json"]).with(0).json();
        (told["experiments"][0]["verdict"]["reason"].as_str().unwrap().to_owned(), told)
    };
    let (lost, _) = reason(&["--lost-events-treatment", "0.4"]);
    assert!(["sample_ratio", "orders_not_joined", "data_broken"].contains(&lost.as_str()), "{lost}");
    let (split, _) = reason(&["--split", "0.35"]);
    assert!(["sample_ratio", "data_broken"].contains(&split.as_str()), "{split}");
    let (crossed, told) = reason(&["--crossover", "0.05"]);
    assert_eq!(crossed, "data_broken");
    assert_eq!(finding(&told, "exposed_in_two_arms").unwrap()["severity"], json!("blocks"));
    let (_, told) = reason(&["--duplicates", "0.05", "--late", "0.02", "--bots", "0.01", "--refunds", "0.03"]);
    for code in ["duplicate_events", "late_events", "machines", "returned_lines"] {
        assert!(finding(&told, code).is_some_and(|finding| finding["severity"] == "notes"), "{code}: {told}");
    }
}

#[test]
fn a_revert_is_one_overlay() {
    let shop = simulated(&["--lift", "-0.1", "--margin-drag", "0.2"]);
    let trained = Shop::trained();
    fs::copy(trained.path("model.endcap"), shop.path("model.endcap")).unwrap();
    let apply = ["--bundle", "model.endcap", "--apply", "off.overlay", "--revision", "5", "--json"];
    let told = report(&shop, &apply).with(0).json();
    assert_eq!(told["experiments"][0]["verdict"]["verdict"], json!("REVERT"), "{}", told["experiments"][0]["verdict"]);
    assert!(told["quarterly"]["rules"]["carts"].as_u64().unwrap() > 0);
    let ask = |more: &[&str]| {
        let asked = "{\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-00\"}]}\n";
        shop.feed(&[&["recommend", "--bundle", "model.endcap"], more].concat(), asked).with(0).lines().remove(0)
    };
    assert_eq!(ask(&[])["silent"], Value::Null);
    assert_eq!(ask(&["--overlay", "off.overlay"])["silent"], json!("disabled"));
    fs::remove_file(shop.path("off.overlay")).unwrap();
    // Before the third day harm is not looked at either.
    let early = [&["report"], &FILES[..], &["--now", "2026-09-03T00:00:00Z"], &apply].concat();
    let ended = shop.run(&early).with(0);
    assert_eq!(ended.json()["experiments"][0]["verdict"]["reason"], json!("too_early"));
    assert!(ended.err.contains("nothing is reverted") && !shop.path("off.overlay").exists());
}

#[test]
fn a_keep_gets_a_long_holdout_and_day_90_a_second_verdict() {
    let shop = simulated(&["--lift", "0.3", "--margin-drag", "0", "--light"]);
    let write = ["--write", "--json"];
    let ended = report(&shop, &write).with(0);
    let told = ended.json();
    let verdict = &told["experiments"][0]["verdict"];
    assert_eq!(verdict["verdict"], json!("KEEP"), "{verdict}");
    assert!(ended.err.contains("cart-addons-long from 2026-10-01T00:00:00"), "{}", ended.err);
    let text = fs::read_to_string(shop.path("months/endcap.toml")).unwrap();
    assert_eq!(text.matches("2026-10-01T00:00:00Z").count(), 2, "it ends when the other begins: {text}");
    assert!(text.contains("days = 60\n") && text.contains("follows = \"cart-addons\"\n"), "{text}");
    // Asked once more, it has what it needs.
    let again = report(&shop, &write).with(0);
    assert!(again.err.contains("is not written"), "{}", again.err);
    let long = &again.json()["experiments"][0]["verdict"]["long_holdout"];
    assert_eq!(
        (&long["experiment"], &long["day"], &long["on"]),
        (&json!("cart-addons-long"), &json!(90), &json!("2026-11-30"))
    );
    assert_eq!(fs::read_to_string(shop.path("months/endcap.toml")).unwrap(), text);
    // Sixty days later: the shop as it is then, judged by the plan that was written.
    let share = long["share"].as_f64().unwrap();
    let settings = format!(
        "start = \"2026-10-01\"\ndays = 60\nvisitors_a_day = 240.0\nlight = true\n[[experiment]]\nname = \"cart-addons-long\"\n\
         placement = \"cart\"\nallocation = {{ holdout = {share}, treatment = {} }}\nlift = 0.3\nmargin_drag = 0.0\n",
        1.0 - share
    );
    shop.write("later.toml", settings);
    shop.run(&["simulate", "--config", "later.toml", "--seed", "2", "-o", "later"]).with(0);
    let args = [
        "report",
        "--events",
        "later/events.jsonl",
        "--orders",
        "later/orders.csv",
        "--catalog",
        "later/catalog.csv",
        "--config",
        "months/endcap.toml",
        "--now",
        "2026-11-30T00:00:00Z",
        "--json",
        "-o",
        "later.html",
    ];
    let told = shop.run(&args).with(0).json();
    let second = &told["experiments"][1];
    assert_eq!((&second["name"], &second["follows"]), (&json!("cart-addons-long"), &json!("cart-addons")));
    assert_eq!(
        (&second["verdict"]["verdict"], &second["verdict"]["long_holdout"]),
        (&json!("KEEP"), &Value::Null),
        "{second}"
    );
    let page = fs::read_to_string(shop.path("later.html")).unwrap();
    assert!(page.contains("its verdict is the second one"));
}

#[test]
fn a_revert_leaves_alone_what_another_experiment_looks_at() {
    let shop = simulated(&["--lift", "-0.1", "--margin-drag", "0.2", "--light"]);
    let trained = Shop::trained();
    fs::copy(trained.path("model.endcap"), shop.path("model.endcap")).unwrap();
    let text = fs::read_to_string(shop.path("months/endcap.toml")).unwrap();
    let ended = text.replacen("from = 2026-09-01", "until = 2026-10-01T00:00:00Z\nfrom = 2026-09-01", 1);
    let later = "\n[[experiment]]\nname = \"again\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, treatment = 0.5 }\nfrom = 2026-10-15T00:00:00Z\n";
    shop.write("months/endcap.toml", ended + later);
    let ended =
        report(&shop, &["--bundle", "model.endcap", "--apply", "off.overlay", "--revision", "5", "--json"]).with(0);
    assert_eq!(ended.json()["experiments"][1]["verdict"]["verdict"], json!("REVERT"));
    assert!(ended.err.contains("`again` runs at `cart` since") && !shop.path("off.overlay").exists(), "{}", ended.err);
}

#[test]
fn a_long_holdout_is_written_with_care() {
    let shop = simulated(&["--lift", "0.3", "--margin-drag", "0", "--light"]);
    let text = fs::read_to_string(shop.path("months/endcap.toml")).unwrap();
    let told = "# the spring's last test\nuntil = 2026-12-31T00:00:00Z # as agreed\n";
    let after = |more: &str, from: &str| {
        let changed = text.replacen("from = 2026-09-01", &format!("{from}from = 2026-09-01"), 1) + more;
        let bare: Vec<&str> = changed.lines().filter(|line| !line.starts_with("plan = ")).collect();
        shop.write("months/endcap.toml", bare.join("\n") + "\n");
        let large =
            ["--aov", "60", "--cv", "0.5", "--orders-a-month", "10000000", "--visitors", "40000000", "--exposed", "1"];
        let plan = ["plan", "--config", "months/endcap.toml", "--experiment", "cart-addons", "--write"];
        shop.run(&[&plan[..], &large].concat()).with(0);
        let ended = report(&shop, &["--write"]).with(0);
        assert!(
            ended.out.contains("KEEP  cart-addons: "),
            "the report is printed whatever becomes of the file: {}",
            ended.out
        );
        (ended.err, fs::read_to_string(shop.path("months/endcap.toml")).unwrap())
    };
    let segment = "\n[experiment.when]\nsegment = { device = [\"mobile\", \"desktop\", \"tablet\"] }\n";
    let (_, written) = after(segment, told);
    assert!(written.contains("# the spring's last test\nuntil = 2026-10-01T00:00:00Z # as agreed"), "{written}");
    let (err, written) = after("", "until = 2026-10-01T00:00:00Z\n");
    assert!(
        err.contains("cart-addons-long from") && written.matches("2026-10-01T00:00:00Z").count() == 2,
        "it ended when it did: {written}"
    );
    let next = "\n[[experiment]]\nname = \"next\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, treatment = 0.5 }\nfrom = 2026-10-15T00:00:00Z\n";
    let (err, written) = after(next, "until = 2026-10-01T00:00:00Z\n");
    assert!(err.contains("cart-addons: no long holdout, for `next` runs at `cart` after it"), "{err}");
    assert!(!written.contains("-long"), "{written}");
}

#[test]
fn links_and_copies_count_once() {
    let shop = simulated(&["--days", "8", "--light"]);
    let of = |orders: &[&str]| {
        let args = [
            &[
                "report",
                "--events",
                "months/events.jsonl",
                "--config",
                "months/endcap.toml",
                "--catalog",
                "months/catalog.csv",
                "--json",
                "--orders",
            ],
            orders,
        ]
        .concat();
        shop.run(&args).with(0).json()
    };
    let one = of(&["months/orders.csv"]);
    fs::create_dir(shop.path("all")).unwrap();
    fs::copy(shop.path("months/orders.csv"), shop.path("all/a.csv")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(".", shop.path("all/again")).unwrap();
        std::os::unix::fs::symlink("a.csv", shop.path("all/latest.csv")).unwrap();
    }
    let linked = of(&["all"]);
    assert_eq!((&linked["experiments"], finding(&linked, "lines_again")), (&one["experiments"], None));
    let copied = of(&["all", "months/orders.csv"]);
    assert_eq!(copied["experiments"], one["experiments"]);
    assert_eq!(finding(&copied, "lines_again").unwrap()["severity"], json!("warns"));
}

#[test]
fn overlays_are_changes_by_hand() {
    let shop = simulated(&["--days", "8"]);
    let trained = Shop::trained();
    fs::copy(trained.path("model.endcap"), shop.path("model.endcap")).unwrap();
    for (revision, now) in [("1", "2026-09-03T08:00:00Z"), ("2", "2026-09-20T08:00:00Z"), ("3", "2026-10-02T08:00:00Z")]
    {
        let name = format!("{revision}.overlay");
        let args = [
            "patch",
            "--bundle",
            "model.endcap",
            "--disable",
            "home",
            "--revision",
            revision,
            "--now",
            now,
            "-o",
            &name,
        ];
        shop.run(&args).with(0);
    }
    let told = report(&shop, &["--overlays", "1.overlay", "2.overlay", "3.overlay", "--json"]).with(0).json();
    let months = json!([{ "month": "2026-09", "count": 2 }, { "month": "2026-10", "count": 1 }]);
    assert_eq!(told["quarterly"]["overrides"], months);
}

#[test]
fn what_cannot_be_read_says_where_and_what_to_do() {
    let shop = simulated(&["--days", "3"]);
    let refused = |args: &[&str], code: i32, words: &str| {
        let ended = shop.run(&[&["report"], args].concat()).with(code);
        assert!(ended.err.contains(words), "{words} is not in {}", ended.err);
    };
    refused(&["--events", "nothing/*.jsonl", "--config", "months/endcap.toml"], 2, "nothing/*.jsonl");
    refused(&["--events", "months/events.jsonl", "--config", "none.toml"], 2, "none.toml");
    refused(&["--events", "months/events.jsonl", "--config", "months/endcap.toml", "--apply", "o"], 2, "--bundle");
    shop.write("orders.csv", "order_id,sku\n1,A\n");
    let args = ["--events", "months/events.jsonl", "--orders", "orders.csv", "--config", "months/endcap.toml"];
    refused(&args, 1, "timestamp");
    shop.write("broken.jsonl", "{\"id\":\"1\"}\n{nonsense\n");
    refused(&["--events", "broken.jsonl", "--config", "months/endcap.toml"], 1, "broken.jsonl:1");
}
