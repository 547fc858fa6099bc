//! What the plan promises, kept by the report: months of a shop whose truth is known, planned, lived through and judged by the
//! programs that a shop runs.
//!
//! `ENDCAP_RUNS=1000 cargo test --test power -- --nocapture` lives through a thousand months each and says what came out.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::Value;
use shop::Shop;

/// Shops of the same kind whose past is planned with; one alone says too little of its own noise.
const PASTS: u32 = 4;
/// Orders an arm: some 1,460.
const SIZE: [&str; 3] = ["--light", "--visitors-a-day", "300"];

fn runs() -> f64 {
    std::env::var("ENDCAP_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(40.0)
}

/// Three standard errors of a share in so many runs: what chance may do to it.
fn luck(share: f64) -> f64 {
    3.0 * (share * (1.0 - share) / runs()).sqrt()
}

fn months(shop: &Shop, more: &[&str]) -> Value {
    let count = runs().to_string();
    let found = shop.run(&[&["simulate", "--runs", &count, "--json"], &SIZE[..], more].concat()).with(0);
    println!("simulate {}: {}", more.join(" "), found.out);
    found.json()
}

/// The effect that thirty days of the shop see, as `endcap plan` says after a month without any.
fn planned(shop: &Shop, seed: u32) -> f64 {
    let (dir, seed) = (format!("past{seed}"), (900_000 + seed).to_string());
    let nothing = ["--start", "2026-08-01", "--lift", "0", "--margin-drag", "0"];
    shop.run(&[&["simulate", "-o", &dir, "--seed", &seed], &SIZE[..], &nothing].concat()).with(0);
    let [events, orders, catalog, config] =
        ["events.jsonl", "orders.csv", "catalog.csv", "endcap.toml"].map(|file| format!("{dir}/{file}"));
    let files = ["--orders", &orders, "--catalog", &catalog, "--config", &config, "--json"];
    let report = shop.run(&[&["report", "--events", &events], &files[..]].concat()).with(0).json();
    let exposed = report["experiments"][0]["exposed_orders"].as_f64().unwrap();
    assert!((0.75..0.85).contains(&exposed), "eight of ten visitors come past the cart: {exposed}");
    // 3 % is beyond such a shop: the plan is refused, and says what is not.
    let ended = shop.run(&[&["plan", "--exposed", &exposed.to_string()], &files[..]].concat()).with(1);
    let figures = ended.json()[0]["figures"].as_array().unwrap().clone();
    let rule = figures.iter().find(|figure| figure["metric"] == "contribution_margin_per_order").unwrap();
    rule["reachable"].as_f64().unwrap()
}

#[test]
fn the_effect_that_a_plan_names_is_found_four_times_in_five() {
    let shop = Shop::new();
    let effect = (0..PASTS).map(|seed| planned(&shop, seed)).sum::<f64>() / f64::from(PASTS);
    println!("planned: {:+.2} %", effect * 100.0);
    let lift = format!("{effect:.4}");
    let found = months(&shop, &["--lift", &lift, "--margin-drag", "0", "--seed", "200000"]);
    let share = found["found_rightly"].as_f64().unwrap();
    assert!(share >= 0.77 - luck(0.77), "{share}");
    let covered = found["covered_raw"].as_f64().unwrap();
    assert!(covered >= 0.95 - 0.02 - luck(0.95), "{covered}");
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let found = months(&Shop::new(), &["--lift", "0", "--margin-drag", "0", "--seed", "100000"]);
    let share = |name: &str| found[name].as_f64().unwrap();
    assert!(share("found") <= 0.065 + luck(0.05) && share("looks") <= 0.057 + luck(0.05), "{found}");
    assert!((share("covered") - 0.95).abs() <= 0.02 + luck(0.95), "{found}");
    assert!(share("naive") > share("found") && share("sample_ratio_alarms") <= 0.001 + luck(0.001), "{found}");
}
