//! `endcap plan` as a user meets it: what can be decided, what cannot, and what is written down.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::{Value, json};
use shop::Shop;
use std::fs;

const CONFIG: &str = "# what the shop owns\n[shop]\ncurrency = \"EUR\"\n\n[placement.cart]\nstrategy = \"cart_addons\"\nlimit = 4\n\n\
    # the first one\n[[experiment]]\nname = \"addons\"   # keep this\nplacement = \"cart\"\n\
    allocation = { holdout = 0.5, treatment = 0.5 }\nmetric = \"aov\"\nminimum_detectable_effect = 0.03\ndays = 30\n\n\
    [cost]\nhours_a_month = 6\nrate = 80.0\n";

fn with(config: &str) -> Shop {
    let shop = Shop::new();
    shop.write("endcap.toml", config);
    shop
}

/// Orders of customers who come again, one line each, over 100 days; every fourth order is a large one.
fn orders(shop: &Shop, customers: u32) {
    let mut rows = vec!["order_id,customer_id,timestamp,sku,quantity,unit_price".to_owned()];
    for n in 0..customers * 4 {
        let (customer, day) = (n % customers, n * 100 / (customers * 4));
        let date = format!("2026-{:02}-{:02}T10:{:02}:00Z", 6 + day / 28, 1 + day % 28, n % 60);
        let price = 20 + customer % 17 + if n % 4 == 0 { 40 } else { 0 };
        rows.push(format!("o{n},c{customer},{date},P-{},1,{price}.50", n % 3));
    }
    shop.write("orders.csv", rows.join("\n"));
    shop.write("catalog.csv", "sku,title,price,cost\nP-0,A,30.00,18.00\nP-1,B,30.00,20.00\nP-2,C,30.00,16.00\n");
}

fn by_hand(shop: &Shop, orders: &str, more: &[&str]) -> shop::Ended {
    shop.run(&[&["plan", "--aov", "52.90", "--cv", "1.15", "--orders-a-month", orders], more].concat())
}

#[test]
fn three_per_cent_in_thirty_days_is_refused_to_a_small_shop_and_granted_to_a_large_one() {
    let shop = with(CONFIG);
    let small = by_hand(&shop, "1000", &[]).with(1);
    for told in ["refused: its metric (aov) needs 2,852 days for +3 %", "minimum_detectable_effect = 0.334", "instead:"]
    {
        assert!(small.out.contains(told), "{told} is not in: {}", small.out);
    }
    let large = by_hand(&shop, "100000", &["--json"]).with(0).json();
    let plan = &large[0];
    assert_eq!((&plan["experiment"], &plan["refused"], &plan["offers"]), (&json!("addons"), &Value::Null, &json!([])));
    assert_eq!(plan["figures"][0]["units_an_arm"], json!(47_522.0));
    let takes_back = |at: usize| plan["operating"][at]["revert"].as_f64().unwrap();
    assert!(takes_back(0) > 0.99 && (takes_back(2) - 0.5).abs() < 0.01 && takes_back(4) < 0.01, "{plan}");
    assert_eq!(plan["hash"].as_str().map(str::len), Some(32));
    assert_eq!(fs::read_to_string(shop.path("endcap.toml")).unwrap(), CONFIG, "nothing is written unless asked for");
}

#[test]
fn an_accepted_plan_is_written_down_and_a_changed_one_is_recognised() {
    let shop = with(CONFIG);
    by_hand(&shop, "1000", &["--write"]).with(1);
    assert_eq!(fs::read_to_string(shop.path("endcap.toml")).unwrap(), CONFIG, "a refused one is not");
    let ended = by_hand(&shop, "100000", &["--write", "--json"]).with(0);
    let hash = ended.json()[0]["hash"].as_str().unwrap().to_owned();
    let text = fs::read_to_string(shop.path("endcap.toml")).unwrap();
    assert_eq!(text.replace(&format!("plan = \"{hash}\"\n"), ""), CONFIG, "all else stays as it was");
    let again = by_hand(&shop, "100000", &["--write", "--json"]).with(0);
    assert_eq!(again.json()[0]["hash"], json!(hash), "planning again changes nothing");
    assert_eq!(fs::read_to_string(shop.path("endcap.toml")).unwrap(), text);
    let lint = |text: &str| {
        shop.write("endcap.toml", text);
        shop.run(&["rules", "lint", "--config", "endcap.toml", "--catalog", "catalog.csv", "--json"]).out
    };
    assert!(!lint(&text).contains("plan was changed"));
    assert!(lint(&text.replace("days = 30", "days = 45")).contains("plan was changed since"));
    assert!(by_hand(&shop, "100000", &[]).with(0).out.contains("was registered otherwise"));
    assert!(
        !lint(&text.replace("0.5, treatment = 0.5", "0.1, treatment = 0.1")).contains("plan was changed"),
        "a ramp-up keeps it"
    );
}

#[test]
fn past_orders_tell_the_noise_the_margin_and_the_cap() {
    let shop = with(&CONFIG.replace("0.03\ndays", "0.5\ndays").replace("metric = \"aov\"", "metric = \"conversion\""));
    orders(&shop, 400);
    let given = ["plan", "--orders", "orders.csv", "--catalog", "catalog.csv", "--visitors", "9000"];
    let plan = shop.run(&[&given[..], &["--json", "--write"]].concat()).with(0).json()[0].clone();
    let metrics: Vec<&Value> = plan["figures"].as_array().unwrap().iter().map(|figure| &figure["metric"]).collect();
    assert_eq!(metrics, [&json!("conversion"), &json!("contribution_margin_per_order")]);
    let margin = &plan["figures"][1];
    assert_eq!((&margin["unit"], &margin["decidable"]), (&json!("orders"), &json!(true)));
    assert!((14.0..18.0).contains(&margin["units_a_day"].as_f64().unwrap()), "{margin}");
    // Customers who spend alike each time are known by their history.
    assert!(margin["explained"].as_f64().unwrap() > 0.01, "{margin}");
    let notes = plan["notes"].to_string();
    assert!(notes.contains("contribution margin") && notes.contains("looking after it costs 473.10"), "{notes}");
    let text = fs::read_to_string(shop.path("endcap.toml")).unwrap();
    assert!(text.contains("\ncap = ") && text.contains("\nplan = \""), "{text}");
    let mut rows: Vec<String> =
        fs::read_to_string(shop.path("orders.csv")).unwrap().lines().map(str::to_owned).collect();
    rows[1..].reverse();
    shop.write("orders.csv", rows.join("\n"));
    let again = shop.run(&[&given[..], &["--json"]].concat()).with(0).json()[0].clone();
    assert_eq!(again, plan, "the order of rows means nothing, and the written cap is kept");
}

#[test]
fn fewer_exposed_orders_take_longer() {
    let shop = with(CONFIG);
    let days = |more: &[&str]| {
        by_hand(&shop, "100000", &[&["--json"], more].concat()).json()[0]["figures"][0]["days_needed"].as_f64().unwrap()
    };
    let ratio = days(&["--exposed", "0.5"]) / days(&[]);
    assert!((ratio - 2.0).abs() < 0.05, "{ratio}");
    let told = by_hand(&shop, "100000", &[]).with(0).out;
    assert!(told.contains("as if each visitor came past the placement first: --exposed"), "{told}");
    assert!(by_hand(&shop, "100000", &["--exposed", "0"]).with(2).err.contains("--exposed: expected a share"));
}

#[test]
fn what_can_be_decided_instead_is_a_plan_that_is_accepted() {
    let shop = with(&CONFIG.replace("minimum_detectable_effect = 0.03", "minimum_detectable_effect = 0.2"));
    let told = by_hand(&shop, "2000", &["--attach-rate", "0.35"]).with(1).out;
    let offer = "instead: metric = \"attach_rate\" and kill = \"attach_rate_lift < 0.2\": whether it is taken";
    assert!(told.contains(offer), "{told}");
    let taken = CONFIG
        .replace("minimum_detectable_effect = 0.03", "minimum_detectable_effect = 0.2")
        .replace("metric = \"aov\"", "metric = \"attach_rate\"\nkill = \"attach_rate_lift < 0.2\"");
    by_hand(&with(&taken), "2000", &["--attach-rate", "0.35"]).with(0);
}

#[test]
fn a_part_of_the_visitors_is_said_and_a_running_plan_is_not_written_anew() {
    let shop = with(&CONFIG.replace("days = 30\n", "days = 30\nwhen = { segment = { country = [\"AT\"] } }\n"));
    assert!(by_hand(&shop, "100000", &[]).with(1).out.contains("`when.segment` leaves visitors out: give --exposed"));
    by_hand(&shop, "200000", &["--exposed", "0.9"]).with(0);
    let shop = with(&CONFIG.replace("days = 30\n", "days = 30\nfrom = 2020-01-01T00:00:00Z\n"));
    by_hand(&shop, "100000", &["--write"]).with(0);
    let changed = fs::read_to_string(shop.path("endcap.toml")).unwrap().replace("days = 30", "days = 40");
    shop.write("endcap.toml", &changed);
    let ended = by_hand(&shop, "100000", &["--write"]).with(1);
    assert!(ended.err.contains("`addons` was changed after its start; put it back"), "{}", ended.err);
    assert_eq!(fs::read_to_string(shop.path("endcap.toml")).unwrap(), changed);
}

#[test]
fn ten_days_of_orders_are_ten_days_of_orders() {
    let shop = with(CONFIG);
    orders(&shop, 400);
    let a_day = |shop: &Shop| {
        shop.run(&["plan", "--orders", "orders.csv", "--json"]).json()[0]["figures"][0]["units_a_day"].as_f64().unwrap()
    };
    let whole = a_day(&shop);
    let text = fs::read_to_string(shop.path("orders.csv")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.drain(1..lines.len() - 160);
    shop.write("orders.csv", lines.join("\n"));
    assert!((a_day(&shop) / whole - 1.0).abs() < 0.15, "{} {whole}", a_day(&shop));
}

#[test]
fn guests_are_told_of_and_placements_are_pooled_where_that_helps() {
    let shop = with(&(CONFIG.to_owned() + "\n[placement.home]\nstrategy = \"popular\"\n"));
    orders(&shop, 400);
    let text = fs::read_to_string(shop.path("orders.csv")).unwrap();
    let without = |is_guest: fn(&str) -> bool| -> String {
        let line = |line: &str| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if is_guest(cells[1]) {
                cells[1] = "";
            }
            cells.join(",") + "\n"
        };
        text.lines().map(line).collect()
    };
    shop.write("orders.csv", without(|customer| customer.ends_with('7')));
    let told = shop.run(&["plan", "--orders", "orders.csv"]).with(1).out;
    assert!(told.contains("of orders name no customer: they are taken to be as alike"), "{told}");
    assert!(told.contains("instead: ") && told.contains(" placements pooled, against the "), "{told}");
    shop.write("orders.csv", without(|customer| customer != "customer_id"));
    let told = shop.run(&["plan", "--orders", "orders.csv", "--design-effect", "1.5"]).with(1).out;
    assert!(told.contains("no order names its customer") && told.contains("1.5 orders say as much as one"), "{told}");
}

#[test]
fn without_costs_visitors_or_time_it_says_what_is_not_known() {
    let shop = with(&CONFIG.replace("metric = \"aov\"", "metric = \"contribution_margin_per_visitor\""));
    orders(&shop, 40);
    let ended = shop.run(&["plan", "--orders", "orders.csv"]).with(1);
    for told in ["its metric is not checked: give --catalog", "costs are not known", "refused: its kill rule (aov)"] {
        assert!(ended.out.contains(told), "{told} is not in: {}", ended.out);
    }
    let ended = shop.run(&["plan", "--orders", "orders.csv", "--catalog", "catalog.csv"]).with(1);
    assert!(ended.out.contains("give --visitors"), "{}", ended.out);
}

#[test]
fn promotions_within_its_days_are_named() {
    let dated = CONFIG.replace("days = 30\n", "days = 30\nfrom = 2026-11-20T00:00:00+01:00\n");
    let sale = "\n[[calendar]]\nname = \"Black Friday\"\nfrom = 2026-11-27T00:00:00+01:00\nuntil = 2026-12-01T00:00:00+01:00\n";
    let shop = with(&(dated.clone() + sale));
    assert!(by_hand(&shop, "100000", &[]).with(0).out.contains("`Black Friday` lies within its days"));
    let shop = with(&(CONFIG.to_owned() + sale));
    assert!(by_hand(&shop, "100000", &[]).with(0).out.contains("without `from`"));
}

#[test]
fn a_wrong_command_is_told() {
    let shop = with(CONFIG);
    shop.write("bare.toml", "[shop]\ncurrency = \"EUR\"\n");
    shop.write("timeless.csv", "order_id,sku,unit_price\n1,P-0,3.00\n");
    for (args, code, told) in [
        (&["plan"][..], 2, "--orders"),
        (&["plan", "--orders", "nowhere.csv"], 2, "nowhere.csv"),
        (&["plan", "--config", "nowhere.toml", "--orders", "orders.csv"], 2, "nowhere.toml"),
        (&["plan", "--config", "bare.toml", "--orders", "orders.csv"], 2, "expected an [[experiment]], found none"),
        (&["plan", "--orders", "orders.csv", "--experiment", "adons"], 2, "expected one of addons"),
        (&["plan", "--orders", "timeless.csv"], 1, "expected orders with times and prices"),
        (&["plan", "--orders", "orders.csv", "--attach-rate", "2"], 2, "--attach-rate"),
        (&["plan", "--orders-a-month", "0", "--aov", "3", "--cv", "1"], 2, "--orders-a-month"),
    ] {
        let ended = shop.run(args);
        assert_eq!(ended.code, Some(code), "{args:?}: {}", ended.err);
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
}

#[test]
fn whoever_trains_has_the_arms_in_the_bundle_and_nothing_of_the_plan() {
    let shop = with(CONFIG);
    let args =
        ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--config", "endcap.toml", "-o", "m.endcap"];
    let ended = shop.run(&args).with(0);
    assert!(!ended.err.contains("assigns nobody"), "{}", ended.err);
    let bundle = fs::read(shop.path("m.endcap")).unwrap();
    let holds = |text: &str| bundle.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("addons") && holds("treatment") && !holds("aov") && !holds("kill"));
}
