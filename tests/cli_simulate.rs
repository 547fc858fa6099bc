//! `endcap simulate` as a user meets it: the files, the truth beside them, and what is refused.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use endcap::event::json;
use endcap::experiment::Registration;
use endcap::shop::Currency;
use serde_json::Value;
use shop::Shop;
use std::collections::BTreeSet;
use std::fs;

const SMALL: [&str; 5] = ["simulate", "--days", "8", "--visitors-a-day", "60"];

fn run(shop: &Shop, more: &[&str]) -> shop::Ended {
    shop.run(&[&SMALL[..], more].concat())
}

#[test]
fn a_rehearsal_has_all_that_a_report_reads_and_the_truth() {
    let shop = Shop::new();
    let truth = run(&shop, &["--json", "-o", "months"]).with(0).json();
    let file: Value = serde_json::from_slice(&fs::read(shop.path("months/truth.json")).unwrap()).unwrap();
    assert_eq!(truth, file);
    let effect = &truth["experiments"][0];
    assert_eq!((effect["aov_lift"].as_f64(), effect["margin_drag"].as_f64()), (Some(0.05), Some(0.03)));
    assert!((effect["net_lift"].as_f64().unwrap() - 0.0185).abs() < 1e-12);
    let names: BTreeSet<String> = fs::read_dir(shop.path("months"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names,
        ["catalog.csv", "endcap.toml", "events.jsonl", "orders.csv", "truth.json"].map(String::from).into()
    );

    let text = fs::read_to_string(shop.path("months/endcap.toml")).unwrap();
    let config = endcap::config::parse(&text, "endcap.toml").unwrap();
    assert!(config.experiments.iter().all(|planned| planned.registration() == Registration::Kept), "{text}");
    assert_eq!((config.calendar.len(), config.global_holdout.share.0), (1, 500));

    let log = fs::read(shop.path("months/events.jsonl")).unwrap();
    let euro = Currency::parse("EUR").unwrap();
    let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let events: Vec<_> = lines.map(|line| json::read(line, euro).unwrap()).collect();
    assert_eq!(truth["faults"]["written"].as_u64(), Some(events.len() as u64));
    let known: Vec<&str> = config.experiments.iter().map(|planned| planned.experiment.name.as_str()).collect();
    assert!(events.iter().filter_map(|event| event.experiment.as_deref()).all(|name| known.contains(&name)));
}

#[test]
fn what_it_writes_is_read_by_the_other_commands() {
    let shop = Shop::new();
    run(&shop, &["--refunds", "0.1", "-o", "months"]).with(0);
    let orders = ["plan", "--config", "months/endcap.toml", "--orders", "months/orders.csv"];
    let planned = shop.run(&[&orders[..], &["--catalog", "months/catalog.csv", "--json"]].concat());
    assert!(planned.out.contains("contribution_margin_per_visitor"), "{} {}", planned.out, planned.err);
    let orders = fs::read_to_string(shop.path("months/orders.csv")).unwrap();
    let head = "order_id,customer_id,timestamp,sku,quantity,unit_price,_endcap\n";
    assert!(orders.starts_with(head) && orders.contains(",-1,") && orders.contains(";cart-addons=treatment\n"));
}

#[test]
fn a_seed_is_a_shop() {
    let shop = Shop::new();
    for (seed, dir) in [("3", "a"), ("3", "b"), ("4", "c")] {
        run(&shop, &["--seed", seed, "-o", dir]).with(0);
    }
    let bytes = |dir: &str, name: &str| fs::read(shop.path(&format!("{dir}/{name}"))).unwrap();
    for name in ["events.jsonl", "orders.csv", "catalog.csv", "endcap.toml", "truth.json"] {
        assert_eq!(bytes("a", name), bytes("b", name), "{name}");
    }
    assert_ne!(bytes("a", "orders.csv"), bytes("c", "orders.csv"));
}

#[test]
fn a_file_says_what_the_command_does_not() {
    let shop = Shop::new();
    shop.write(
        "sim.toml",
        "days = 9\nvisitors_a_day = 40\n[[experiment]]\nlift = 0.1\n[[experiment]]\nname = \"similar\"\nplacement = \"pdp_similar\"\n\
         lift = 0.2\nallocation = { holdout = 0.2, a = 0.4, b = 0.4 }\n[faults]\nduplicates = 0.5\n",
    );
    let truth = shop.run(&["simulate", "--config", "sim.toml", "--days", "7", "--json", "-o", "x"]).with(0).json();
    assert_eq!((truth["days"].as_u64(), truth["experiments"].as_array().map(Vec::len)), (Some(7), Some(2)));
    let lift = |at: usize| truth["experiments"][at]["aov_lift"].as_f64().unwrap();
    assert!((lift(0) - 0.1).abs() < 1e-12 && (lift(1) - 0.2).abs() < 1e-12);
    assert!(truth["faults"]["duplicates"].as_u64().unwrap() > 100);
    let text = shop.run(&["simulate", "--config", "sim.toml", "--lift", "-0.05", "-o", "y"]).with(0).out;
    assert!(text.contains("cart-addons at cart, in truth") && text.contains("-5.00 %"), "{text}");
}

#[test]
fn what_makes_no_shop_is_refused_and_nothing_is_written() {
    let shop = Shop::new();
    let refused = |args: &[&str], code: i32, said: &str| {
        let ended = shop.run(&[&["simulate"], args, &["-o", "none"]].concat()).with(code);
        assert!(ended.err.contains(said), "{args:?}: {}", ended.err);
        assert!(!shop.path("none").exists(), "{args:?}");
    };
    refused(&["--lift", "5"], 2, "experiment.lift: expected -0.2 to 1, found 5");
    refused(&["--bots=-1"], 2, "faults.bots: expected 0 to 0.5, found -1");
    refused(&["--visitors-a-day=NaN"], 2, "visitors_a_day: expected 1 to 1000000, found NaN");
    refused(&["--conversion", "0.9"], 2, "conversion: expected at most 0.");
    refused(&["--margin-rate", "0.6", "--margin-drag=-0.2"], 2, "experiment.lift: expected a lift and a margin drag");
    refused(&["--start", "yesterday"], 2, "start: expected a date");
    refused(&["--config", "nowhere.toml"], 2, "nowhere.toml");
    shop.write("typo.toml", "days = 7\nlift = 0.1\n");
    refused(&["--config", "typo.toml"], 1, "typo.toml: TOML parse error at line 2");
    shop.write("range.toml", "[[experiment]]\nplacement = \"till\"\n");
    refused(&["--config", "range.toml"], 1, "experiment.placement: expected one of cart, checkout");
    shop.write("arms.toml", "[[experiment]]\nallocation = { treatment = 0.5 }\n");
    refused(&["--config", "arms.toml"], 2, "experiment.allocation: expected arms of an experiment, found expected");
    assert!(shop.run(&SMALL).with(2).err.contains("--output"));
}

#[test]
fn a_folder_that_holds_anything_is_left_alone() {
    let shop = Shop::new();
    fs::create_dir(shop.path("full")).unwrap();
    shop.write("full/note.txt", "mine");
    let ended = run(&shop, &["-o", "full"]).with(2);
    assert!(ended.err.contains("expected an empty or new directory, found note.txt"), "{}", ended.err);
    assert_eq!(fs::read_dir(shop.path("full")).unwrap().count(), 1);
    fs::create_dir(shop.path("empty")).unwrap();
    run(&shop, &["-o", "empty"]).with(0);
    assert_eq!(fs::read_dir(shop.path("empty")).unwrap().count(), 5);
}
