//! `endcap events` as a user meets it.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::{Value, json};
use shop::Shop;
use std::fs;

/// An event of a visitor on some day of November.
fn event(id: &str, unit: &str, day: u32) -> Value {
    json!({
        "v": 1, "id": id, "name": "exposure", "at": format!("2026-11-{day:02}T10:00:00.000Z"), "item_list_id": "cart",
        "unit": unit, "consent": "full", "experiment": "e", "variant": if unit == "u1" { "holdout" } else { "treatment" },
        "items": [{"item_id": "A", "index": 0, "price": 9.5}], "currency": "EUR",
    })
}

fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

fn with_log() -> Shop {
    let shop = Shop::new();
    fs::create_dir(shop.path("logs")).unwrap();
    shop.write("logs/a.jsonl", lines(&[event("1", "u1", 1), event("2", "u2", 2), event("1", "u1", 1)]));
    let purchase = json!({
        "id": "4", "name": "purchase", "at": "2026-11-20T10:00:00.000Z", "received_at": "2026-11-21T10:00:00.000Z",
        "transaction_id": "O-7", "value": 19, "currency": "USD",
    });
    shop.write("logs/b.jsonl", lines(&[event("3", "u1", 30), purchase]));
    shop
}

#[test]
fn a_check_counts_names_arms_days_and_what_came_twice() {
    let shop = with_log();
    let told = shop.run(&["events", "check", "logs", "--json"]).with(0).json();
    assert_eq!((&told["events"], &told["duplicates"], &told["refused"]), (&json!(5), &json!(1), &json!(0)));
    assert_eq!(told["names"], json!({"exposure": 4, "purchase": 1}));
    assert_eq!(
        (&told["first"], &told["last"]),
        (&json!("2026-11-01T10:00:00.000Z"), &json!("2026-11-30T10:00:00.000Z"))
    );
    assert_eq!(told["arms"][0], json!({"experiment": "e", "variant": "holdout", "exposures": 3}));
    assert_eq!(told["units"], json!({"plain": 4, "hashed": 0, "none": 1, "anonymous": 1}));
    let euro = shop.run(&["events", "check", "logs", "--currency", "EUR", "--json"]).with(0).json();
    assert_eq!((&euro["events"], &euro["other_currencies"]), (&json!(4), &json!({"USD": 1})));
    let text = shop.run(&["events", "check", "logs/*.jsonl"]).with(0).out;
    for told in [
        "logs/a.jsonl",
        "exposure  4",
        "e treatment ",
        "1 events have an id that was there before",
        "4 events carry their unit",
    ] {
        assert!(text.contains(told), "{told} is not in: {text}");
    }
}

#[test]
fn what_cannot_be_read_is_named_and_fails_the_check() {
    let shop = with_log();
    shop.write("logs/c.jsonl", "{\"id\":\"1\",\"name\":\"view\"}\n{\"v\":2}\n");
    shop.write("logs/d.jsonl", b"\x1f\x8b\x08\x00\x00\x00\x00\x00");
    let ended = shop.run(&["events", "check", "logs"]).with(1);
    for told in [
        "logs/c.jsonl:1: column `name`: expected exposure,",
        "found `view`",
        "logs/c.jsonl:2: column `v`: expected schema 1, found 2",
    ] {
        assert!(ended.out.contains(told), "{told} is not in: {}", ended.out);
    }
    assert!(ended.err.contains("found 2 of 2") && ended.err.contains("logs/d.jsonl: reading failed"), "{}", ended.err);
    shop.run(&["events", "check", "logs/c.jsonl", "--max-bad-rows", "1"]).with(0);
    for (args, code, told) in [
        (&["events", "check", "nothing"][..], 2, "found nothing; check the path"),
        (&["events", "check", "logs", "--max-bad-rows", "2"], 2, "expected 0 to 1, found 2"),
        (&["events", "check", "orders.csv"], 1, "orders.csv: expected at most 1 % of unreadable events, found "),
        (&["events", "check"], 2, "FILES"),
    ] {
        let ended = shop.run(args);
        assert_eq!(ended.code, Some(code), "{args:?}: {}", ended.err);
        assert!(ended.err.contains(told), "{args:?}: {}", ended.err);
    }
}

#[test]
fn a_log_does_not_steer_the_terminal() {
    let shop = Shop::new();
    let mut hostile = event("1", "u", 1);
    hostile["experiment"] = json!("\u{1b}[2J\u{202e}e");
    hostile["variant"] = json!("v".repeat(128));
    hostile["\u{1b}]0;title\u{7}"] = json!(1);
    hostile[&"x".repeat(5_000)] = json!(1);
    shop.write("a.jsonl", format!("{hostile}\n"));
    let checked = shop.run(&["events", "check", "a.jsonl"]).with(0).out;
    let converted = shop.run(&["events", "convert", "a.jsonl", "-o", "b.jsonl"]).with(0).err;
    let told = shop.run(&["events", "check", "a.jsonl", "--json"]).with(0).json();
    let fields: Vec<&String> = told["unknown_fields"].as_object().unwrap().keys().collect();
    assert!(fields.len() == 2 && fields.iter().all(|field| field.chars().count() <= 41), "{fields:?}");
    for text in [checked, converted] {
        let steers = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!text.contains(steers) && text.lines().all(|line| line.chars().count() < 250), "{text:?}");
        assert!(text.contains("\\u{1b}]0;title\\u{7}") && text.contains(&format!("{}…", "x".repeat(40))), "{text}");
    }
}

#[test]
fn a_key_is_made_once_and_for_its_owner_alone() {
    let shop = Shop::new();
    let told = shop.run(&["events", "key", "-o", "unit.key"]).with(0).out;
    let key = fs::read_to_string(shop.path("unit.key")).unwrap();
    assert_eq!((key.len(), key.trim().len()), (65, 64));
    assert!(!told.contains(key.trim()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(shop.path("unit.key")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(shop.run(&["events", "key", "-o", "unit.key"]).with(2).err.contains("expected no file, found one"));
    assert_eq!(fs::read_to_string(shop.path("unit.key")).unwrap(), key, "the old one stays");
    shop.run(&["events", "key", "-o", "none/unit.key"]).with(3);
}

#[test]
fn a_log_becomes_a_table_and_a_table_the_log_that_it_was() {
    let shop = with_log();
    let told = shop.run(&["events", "convert", "logs", "-o", "all.parquet", "--json"]).with(0).json();
    assert_eq!((&told["events"], &told["duplicates"]), (&json!(4), &json!(1)));
    for back in ["back.jsonl", "back.jsonl.gz"] {
        shop.run(&["events", "convert", "all.parquet", "-o", back]).with(0);
    }
    let back: Vec<Value> = fs::read_to_string(shop.path("back.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(back[1], event("2", "u2", 2));
    assert_eq!((&back[3]["currency"], &back[3]["value"]), (&json!("USD"), &json!(19.0)));
    assert_eq!(back.len(), 4);
    let packed = shop.run(&["events", "check", "back.jsonl.gz", "--json"]).with(0).json();
    assert_eq!(packed["events"], json!(4));
    assert!(
        shop.run(&["events", "convert", "logs", "-o", "all.csv"]).with(2).err.contains("expected a name that ends in")
    );
    shop.write("logs/c.jsonl", "{}\n");
    shop.run(&["events", "convert", "logs", "-o", "new.jsonl"]).with(1);
    assert!(!shop.path("new.jsonl").exists(), "a log that is not whole is not written");
}

#[test]
fn a_hashed_log_holds_no_unit() {
    let shop = with_log();
    shop.write("unit.key", "07".repeat(32));
    shop.run(&["events", "convert", "logs", "--key", "unit.key", "-o", "hashed.jsonl"]).with(0);
    let text = fs::read_to_string(shop.path("hashed.jsonl")).unwrap();
    assert!(!text.contains("\"u1\"") && !text.contains("\"unit\"") && text.matches("unit_key").count() == 3, "{text}");
    shop.write("short.key", "07");
    let ended = shop.run(&["events", "convert", "logs", "--key", "short.key", "-o", "x.jsonl"]).with(1);
    assert!(ended.err.contains("found 1;"), "{}", ended.err);
    shop.run(&["events", "convert", "logs", "--key", "none.key", "-o", "x.jsonl"]).with(2);
}

#[test]
fn a_unit_is_erased_from_plain_and_hashed_logs() {
    let shop = with_log();
    shop.write("unit.key", "07".repeat(32));
    let told = shop.run(&["events", "erase", "logs", "--unit", "u1", "-o", "kept", "--json"]).with(0).json();
    assert_eq!(told[0]["gone"], json!(2));
    assert_eq!((&told[1]["gone"], &told[1]["kept"]), (&json!(1), &json!(1)));
    let kept = fs::read_to_string(shop.path("kept/a.jsonl")).unwrap()
        + &fs::read_to_string(shop.path("kept/b.jsonl")).unwrap();
    assert!(!kept.contains("u1") && kept.contains("u2") && kept.contains("O-7"), "{kept}");
    assert!(fs::read_to_string(shop.path("logs/a.jsonl")).unwrap().contains("u1"), "the old files stay");
    shop.run(&["events", "convert", "logs", "--key", "unit.key", "-o", "hashed.parquet"]).with(0);
    let unsure = shop.run(&["events", "erase", "hashed.parquet", "--unit", "u1", "-o", "kept"]).with(1);
    assert!(unsure.err.contains("expected --key, because 3 events carry the hash of a unit"), "{}", unsure.err);
    let told =
        shop.run(&["events", "erase", "hashed.parquet", "--unit", "u1", "--key", "unit.key", "-o", "kept"]).with(0).out;
    assert_eq!(told.trim(), "kept/hashed.parquet: 2 events kept, 2 erased");
    let none = shop.run(&[
        "events",
        "erase",
        "kept/hashed.parquet",
        "--unit",
        "u1",
        "--key",
        "unit.key",
        "-o",
        "again",
        "--json",
    ]);
    assert_eq!(none.with(0).json()[0]["gone"], json!(0));
}

#[test]
fn a_customer_is_erased_by_the_units_and_numbers_of_their_orders() {
    let shop = with_log();
    shop.write("carts.csv", "order_id,timestamp,sku,customer_id,_endcap\nO-7,2026-11-20T10:00:00Z,A,C-1,1;u2;e=treatment\nO-8,2026-11-20T10:00:00Z,A,C-2,1;u1\n");
    let erase = |customer: &str| {
        shop.run(&["events", "erase", "logs", "--customer", customer, "--orders", "carts.csv", "-o", "kept", "--json"])
    };
    let told = erase("C-1").with(0).json();
    assert_eq!((&told[0]["gone"], &told[1]["gone"]), (&json!(1), &json!(1)), "u2 and the purchase of O-7");
    assert!(erase("C-3").with(1).err.contains("expected orders of customer C-3, found none"));
    assert!(shop.run(&["events", "erase", "logs", "--customer", "C-1", "-o", "kept"]).with(2).err.contains("--orders"));
    shop.run(&["events", "erase", "logs", "-o", "kept"]).with(2);
    let by_hash = shop.run(&["events", "erase", "logs", "--unit-key", "nonsense", "-o", "kept"]).with(2).err;
    assert!(by_hash.contains("expected 32 hexadecimal digits"), "{by_hash}");
}

/// The hash of a unit under [`KEY`], as a converted log has it.
fn hash_of(shop: &Shop, unit: &str) -> String {
    shop.write("unit.key", KEY.repeat(32));
    shop.write("one.jsonl", lines(&[event("1", unit, 1)]));
    shop.run(&["events", "convert", "one.jsonl", "--key", "unit.key", "-o", "one.hashed.jsonl"]).with(0);
    let event: Value = serde_json::from_str(&fs::read_to_string(shop.path("one.hashed.jsonl")).unwrap()).unwrap();
    event["unit_key"].as_str().unwrap().to_owned()
}

const KEY: &str = "07";

#[test]
fn a_hash_finds_a_unit_that_stands_as_it_is_and_without_the_key_says_that_it_cannot() {
    let shop = with_log();
    let hash = hash_of(&shop, "u1");
    let args = ["events", "erase", "logs", "--unit-key", &hash, "-o", "kept", "--json"];
    let unsure = shop.run(&args).with(1);
    assert!(
        unsure.err.contains("because 4 events carry their unit as it is, where hashes were asked for"),
        "{}",
        unsure.err
    );
    assert_eq!(unsure.json()[0]["gone"], json!(0));
    let gone = |ended: shop::Ended| [0, 1].map(|file| ended.json()[file]["gone"].as_u64().unwrap());
    assert_eq!(gone(shop.run(&[&args[..], &["--key", "unit.key"]].concat()).with(0)), [2, 1]);
    // The same by orders that carry the hash.
    shop.write("carts.csv", format!("order_id,timestamp,sku,customer_id,unit_key\nO-9,2026-11-20,A,C-1,{hash}\n"));
    let args = ["events", "erase", "logs", "--customer", "C-1", "--orders", "carts.csv", "-o", "kept", "--json"];
    shop.run(&args).with(1);
    assert_eq!(gone(shop.run(&[&args[..], &["--key", "unit.key"]].concat()).with(0)), [2, 1]);
}

#[test]
fn the_unit_that_only_a_purchase_names_is_erased_with_its_order() {
    let shop = with_log();
    let purchase = json!({
        "id": "5", "name": "purchase", "at": "2026-11-20T10:00:00.000Z", "transaction_id": "O-5", "unit": "u2",
        "consent": "full",
    });
    shop.write("logs/c.jsonl", lines(&[purchase]));
    shop.write("carts.csv", "order_id,timestamp,sku,customer_id\nO-5,2026-11-20T10:00:00Z,A,C-1\n");
    let args = ["events", "erase", "logs", "--customer", "C-1", "--orders", "carts.csv", "-o", "kept", "--json"];
    let ended = shop.run(&args).with(0);
    let gone = |told: &Value| [0, 1, 2].map(|file| told[file]["gone"].as_u64().unwrap());
    assert_eq!(gone(&ended.json()), [1, 0, 1], "{}", ended.err);
    assert!(ended.err.contains("their purchases name: 1; their events go too"), "{}", ended.err);
    shop.write("carts.csv", "order_id,timestamp,sku,customer_id\nO-7,2026-11-20T10:00:00Z,A,C-1\n");
    let ended = shop.run(&args).with(0);
    assert_eq!(gone(&ended.json()), [0, 1, 0], "{}", ended.err);
    assert!(ended.err.contains("name a unit: the purchases go, and nothing else"), "{}", ended.err);
    // Orders that cannot be read may be the customer's.
    let rows = "O-5,2026-11-20T10:00:00Z,A,C-1,,\nO-6,yesterday,A,C-1,,u\nO-7,2026-11-20T10:00:00Z,A,C-1,nonsense,\n";
    shop.write("carts.csv", format!("order_id,timestamp,sku,customer_id,_endcap,unit\n{rows}"));
    let told = shop.run(&args).with(0).err;
    for words in
        ["1 of 3 rows of orders cannot be read", "carts.csv:3: column `timestamp`", "1 rows carry an `_endcap`"]
    {
        assert!(told.contains(words), "{words} is not in {told}");
    }
}

#[test]
fn no_log_is_written_over_another_or_out_of_the_folder() {
    let shop = Shop::new();
    let log = |name: &str| lines(&[event("1", name, 1)]);
    let unit_of = |file: &str| {
        let event: Value = serde_json::from_str(&fs::read_to_string(shop.path(file)).unwrap()).unwrap();
        event["unit"].as_str().unwrap().to_owned()
    };
    for folder in ["logs", "logs/1", "logs/2", "kept"] {
        fs::create_dir(shop.path(folder)).unwrap();
    }
    shop.write("logs/1/a.jsonl", log("first"));
    shop.write("logs/2/a.jsonl", log("second"));
    shop.write("a.jsonl", log("third"));
    let whole = shop.path("logs/2/a.jsonl").display().to_string();
    let expire = |files: &[&str], folder: &str| {
        let days = ["--keep-days", "36500", "--now", "2026-12-01T00:00:00Z", "-o", folder];
        shop.run(&[&["events", "expire"], files, &days].concat())
    };
    expire(&["logs/1/a.jsonl", &whole], "kept").with(0);
    assert_eq!((unit_of("kept/1/a.jsonl"), unit_of("kept/2/a.jsonl")), ("first".into(), "second".into()));
    let mut nested =
        shop.command(&["events", "expire", "../2/a.jsonl", "a.jsonl", "--keep-days", "36500", "-o", "out"]);
    let nested = shop::ended(nested.current_dir(shop.path("logs/1")).spawn().unwrap()).with(0);
    assert!(nested.out.contains("out/2/a.jsonl") && nested.out.contains("out/1/a.jsonl"), "{}", nested.out);
    assert_eq!(unit_of("logs/2/a.jsonl"), "second", "it stays as it was");
    fs::remove_dir_all(shop.path("logs/1/out")).unwrap();
    for (files, folder, told) in [
        (&["a.jsonl", "logs/1/a.jsonl"][..], "logs/1/..", ""),
        (&["logs/1/a.jsonl", "logs/2/a.jsonl", "a.jsonl"], "logs/1/../..", ""),
        (&["logs/1/a.jsonl", "a.jsonl"], "logs/1", "expected to overwrite no other log"),
    ] {
        let ended = expire(files, folder);
        assert_eq!(ended.code, Some(if told.is_empty() { 0 } else { 2 }), "{files:?}: {}", ended.err);
        assert!(ended.err.contains(told), "{files:?}: {}", ended.err);
    }
    for (file, name) in [("logs/1/a.jsonl", "first"), ("logs/2/a.jsonl", "second"), ("a.jsonl", "third")] {
        assert_eq!(unit_of(file), name, "{file}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(shop.path("logs/1"), shop.path("kept/link")).unwrap();
        fs::create_dir(shop.path("logs/link")).unwrap();
        shop.write("logs/link/a.jsonl", log("fourth"));
        fs::create_dir_all(shop.path("same/1")).unwrap();
        std::os::unix::fs::symlink("1", shop.path("same/2")).unwrap();
        let ended = expire(&["logs/1/a.jsonl", "logs/2/a.jsonl"], "same").with(2);
        assert!(ended.err.contains("expected a place of its own"), "{}", ended.err);
        assert!(!shop.path("same/1/a.jsonl").exists(), "nothing is written before");
        let ended = expire(&["logs/link/a.jsonl", "logs/2/a.jsonl"], "kept").with(2);
        assert!(ended.err.contains("expected a place in the folder to write to"), "{}", ended.err);
        assert_eq!(unit_of("logs/1/a.jsonl"), "first");
    }
}

#[test]
fn what_is_dated_ahead_does_not_stay_for_ever() {
    let shop = Shop::new();
    let at = |id: &str, time: &str| {
        let mut event = event(id, "u", 1);
        event["at"] = json!(time);
        event
    };
    let mut arrived = at("3", "2099-01-01T00:00:00.000Z");
    arrived["received_at"] = json!("2026-11-20T00:00:00.000Z");
    let ahead = at("2", "2099-01-01T00:00:00.000Z");
    shop.write("a.jsonl", lines(&[at("1", "2026-11-20T10:00:00.000Z"), ahead, arrived]));
    let expire = |now: &str| {
        let args = ["events", "expire", "a.jsonl", "--keep-days", "90", "--now", now, "-o", "kept", "--json"];
        let ended = shop.run(&args).with(0);
        ([&ended.json()[0]["kept"], &ended.json()[0]["gone"]].map(|count| count.as_u64().unwrap()), ended.err)
    };
    let (counts, told) = expire("2026-12-01T00:00:00Z");
    assert_eq!(counts, [2, 1], "what arrived in time has its age from that");
    assert!(told.contains("events dated after 20") && told.contains(": 1; how old they are is not known"), "{told}");
    assert_eq!(
        expire("2099-01-01T00:00:00Z"),
        ([1, 2], String::new()),
        "by then it is of today, and the others are old"
    );
}

#[test]
fn what_is_too_old_is_not_kept() {
    let shop = with_log();
    let args =
        ["events", "expire", "logs", "--keep-days", "10", "--now", "2026-12-01T00:00:00Z", "-o", "kept", "--json"];
    let told = shop.run(&args).with(0).json();
    assert_eq!((&told[0]["kept"], &told[0]["gone"]), (&json!(0), &json!(3)));
    assert_eq!(
        (&told[1]["kept"], &told[1]["gone"]),
        (&json!(2), &json!(0)),
        "what arrived on the 21st is ten days old"
    );
    shop.run(&["events", "expire", "logs", "--keep-days", "0", "-o", "kept"]).with(2);
    let args = ["events", "expire", "logs", "--keep-days", "36500", "--now", "2026-12-01T00:00:00Z", "-o", "kept2"];
    shop.run(&args).with(0);
    assert_eq!(fs::read_to_string(shop.path("kept2/a.jsonl")).unwrap().lines().count(), 3);
}

#[test]
fn what_is_left_out_is_said() {
    let shop = Shop::new();
    let mut one = event("1", "u", 1);
    one["page"] = json!("https://shop.example/cart");
    shop.write("a.jsonl", format!("{one}\n{{}}\n"));
    let ended = shop.run(&["events", "convert", "a.jsonl", "--max-bad-rows", "0.5", "-o", "b.jsonl"]).with(0);
    assert!(
        ended.err.contains("1 of 2 events cannot be read") && ended.err.contains("left out: page"),
        "{}",
        ended.err
    );
    assert!(!fs::read_to_string(shop.path("b.jsonl")).unwrap().contains("https"));
}

#[test]
fn help_names_every_command_with_an_example() {
    let shop = Shop::new();
    for command in ["check", "key", "convert", "erase", "expire", "schema"] {
        let help = shop.run(&["events", command, "--help"]).with(0).out;
        assert!(help.contains(&format!("endcap events {command}")) && help.contains("Examples:"), "{help}");
    }
    let schema = shop.run(&["events", "schema"]).with(0).json();
    assert_eq!(schema["title"], json!("An event of endcap, schema 1"));
}
