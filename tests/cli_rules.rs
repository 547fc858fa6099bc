//! Rules and reasons as a user meets them: `explain`, `rules`, and the pages of `inspect`.
#![cfg(feature = "cli")]

#[path = "support/edge_shop.rs"]
mod edge_shop;
#[path = "support/shop.rs"]
mod shop;

use edge_shop::{SETTINGS, trained};
use serde_json::{Value, json};
use shop::Shop;
use std::fs;

const CART: &str = "{\"id\":\"q1\",\"placement\":\"cart\",\"cart\":[{\"sku\":\"P-01\"},{\"sku\":\"P-02\"}]}";

fn explain(shop: &Shop, more: &[&str]) -> String {
    shop.run(&[&["explain", "--bundle", "edge.endcap"], more].concat()).with(0).out
}

/// The fixture of that name.
fn fixture(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config").join(name);
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_list_is_explained_by_votes_rules_and_steps() {
    let shop = trained();
    let about = ["--about", "P-21", "--about", "P-20", "--about", "P-39", "--orders", "orders.csv"];
    let told: Value =
        serde_json::from_str(&explain(&shop, &[&["--request", CART, "--json"], &about[..]].concat())).unwrap();
    let answer = &shop.feed(&["recommend", "--bundle", "edge.endcap"], CART).with(0).lines()[0];
    let skus = |list: &Value| list.as_array().unwrap().iter().map(|one| one["sku"].clone()).collect::<Vec<_>>();
    assert_eq!(skus(&told["shown"]), skus(&answer["items"]), "the same list");
    assert_eq!(
        (&told["id"], &told["strategy"], &told["subtotal"]),
        (&json!("q1"), &json!("cart_addons"), &json!("10.00"))
    );
    let shown = told["shown"].as_array().unwrap();
    let own = shown.iter().find(|one| one["sku"] == "P-22").expect("it goes with P-02");
    assert_eq!(own["rules"], json!(["rule \"RULE-MARK own first\""]));
    let vote = own["votes"].as_array().unwrap().iter().find(|vote| vote["sku"] == "P-02").unwrap();
    assert!(vote["weight"].as_f64().unwrap() > 0.0 && vote["orders"].as_u64().unwrap() >= 3, "{vote}");
    let rejected = |sku: &str| told["rejected"].as_array().unwrap().iter().find(|one| one["sku"] == sku).unwrap();
    assert_eq!((&rejected("P-21")["why"], &rejected("P-21")["step"]), (&json!("hidden"), &json!(2)));
    assert_eq!(rejected("P-21")["by"], json!(["rule \"RULE-MARK not beside the till\""]));
    assert_eq!(rejected("P-20")["by"], json!(["the margin floor of 10 %: it gains -0.50 at a price of 23.50"]));
    assert_eq!(rejected("P-39")["by"], json!(["it is sold out"]));

    let text = explain(&shop, &[&["--request", CART], &about[..]].concat());
    for told in
        ["P-02 Product 2 votes by", "bought together in", "popularity adds", "not shown:", "step 2, eligibility"]
    {
        assert!(text.contains(told), "{told} is not in: {text}");
    }
    let tree = explain(&shop, &["--request", CART, "--tree"]);
    assert!(tree.contains("├─ ") && tree.contains("popularity +") && tree.lines().count() < 80, "{tree}");
    let public = shop.run(&["explain", "--bundle", "public.endcap", "--request", CART, "--about", "P-21"]).with(0).out;
    assert!(public.contains("rule 1") && public.contains("the edge bundle tells which"), "{public}");
}

#[test]
fn what_cannot_be_explained_says_why() {
    let shop = trained();
    let wrong: [&[&str]; 5] = [
        &[],
        &["--request", "{"],
        &["--request", "{\"placement\":\"sidebar\"}"],
        &["--request", "{\"placement\":\"category\",\"list\":[\"P-01\"]}"],
        &["--request", CART, "--about", "X"],
    ];
    for args in wrong {
        let ended = shop.run(&[&["explain", "--bundle", "edge.endcap"], args].concat()).with(2);
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{args:?}");
    }
    shop.write("requests.jsonl", format!("{CART}\n\nnonsense\n{{\"placement\":\"home\"}}\n"));
    let told = explain(&shop, &["--requests", "requests.jsonl", "--json"]);
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[1]["line"], &lines[1]["error"]["code"]), (&json!(3), &json!("E_REQUEST")));
    shop.run(&["patch", "--bundle", "edge.endcap", "--disable", "home", "--revision", "1", "-o", "o.overlay"]).with(0);
    let off = explain(&shop, &["--request", "{\"placement\":\"home\"}", "--overlay", "o.overlay"]);
    assert!(off.contains("switched off"), "{off}");
}

#[test]
fn lint_tells_each_mistake_with_its_place() {
    let shop = trained();
    shop.write("bad.toml", fixture("bad_rules.toml"));
    let args = ["rules", "lint", "--config", "bad.toml", "--now", "2027-01-01T00:00:00Z"];
    let by_bundle = shop.run(&[&args[..], &["--bundle", "edge.endcap"]].concat()).with(1);
    let by_catalog = shop.run(&[&args[..], &["--catalog", "catalog.csv"]].concat()).with(1);
    assert_eq!(by_bundle.out, by_catalog.out);
    assert_eq!(by_bundle.out.trim_end(), fixture("bad_rules.lint.txt").trim_end());
    assert!(by_bundle.err.contains("bad.toml: ") && by_bundle.err.contains("errors"), "{}", by_bundle.err);
    let report = shop.run(&[&args[..], &["--bundle", "edge.endcap", "--json"]].concat()).with(1).json();
    assert_eq!(report["findings"].as_array().unwrap().len() + 1, by_bundle.out.lines().count());
    let first = &report["findings"][0];
    assert!(first["line"].is_u64() && first["remedy"].is_string() && first["code"].is_string(), "{first}");

    let good = shop.run(&["rules", "lint", "--catalog", "catalog.csv"]).with(0);
    assert!(good.out.ends_with("0 errors, 0 warnings\n") || good.out.contains(": 0 errors, "), "{}", good.out);
    let untold = shop.run(&["rules", "lint", "--bundle", "public.endcap"]).with(1);
    assert!(untold.err.contains("compile against the edge bundle"), "{}", untold.err);
    shop.run(&["rules", "lint"]).with(2);
    shop.run(&["rules", "lint", "--config", "none.toml", "--catalog", "catalog.csv"]).with(2);
}

#[test]
fn rules_come_from_a_sheet() {
    let shop = trained();
    shop.write("rules.csv", "name,placements,action,value,category\nless of shelf 3,cart,bury,0.5,Shelf 3\n");
    let printed = shop.run(&["rules", "import", "rules.csv"]).with(0).out;
    assert!(printed.starts_with("[[rule]]\nname = \"less of shelf 3\""), "{printed}");
    let args = ["rules", "import", "rules.csv", "--into", "endcap.toml", "--catalog", "catalog.csv", "--json"];
    let report = shop.run(&args).with(0).json();
    assert_eq!((&report["rules"], &report["lint"]["errors"]), (&json!(1), &json!(0)));
    let text = fs::read_to_string(shop.path("endcap.toml")).unwrap();
    assert!(text.starts_with(SETTINGS) && text.contains("less of shelf 3"));
    let again = shop.run(&args).with(1);
    assert!(again.err.contains("rules.csv:2:1"), "{}", again.err);
    shop.write("rules.csv", "name,placements,action,value,sku\nbeyond,cart,pin,9,P-01\n");
    let nothing = shop.run(&args).with(1);
    assert!(nothing.err.contains("error [pin_beyond_limit]"), "{}", nothing.err);
    assert_eq!(fs::read_to_string(shop.path("endcap.toml")).unwrap(), text, "nothing is written");
    shop.write("rules.csv", "name,action\nr,explode\n");
    assert!(shop.run(&["rules", "import", "rules.csv"]).with(1).err.contains("rules.csv:2:3"));
    shop.run(&["rules", "import", "none.csv"]).with(2);
}

#[test]
fn a_preview_says_what_enters_leaves_and_costs() {
    let shop = trained();
    let rule = "[[rule]]\nname = \"no P-22\"\nplacements = [\"cart\"]\nmatch = { sku = \"P-22\" }\naction = { exclude = true }\n";
    shop.write("new.toml", format!("{SETTINGS}{rule}"));
    let args = ["rules", "preview", "--config", "new.toml", "--bundle", "edge.endcap", "--orders", "orders.csv"];
    let report = shop.run(&[&args[..], &["--json", "--limit-carts", "50"]].concat()).with(0).json();
    assert_eq!((&report["carts"], &report["currency"]), (&json!(50), &json!("EUR")));
    let placements = report["placements"].as_array().unwrap();
    let of = |name: &str| placements.iter().find(|one| one["placement"] == name).unwrap();
    assert_eq!(of("cart")["leave"][0][0], json!("P-22"));
    assert!(of("cart")["changed"].as_f64().unwrap() > 0.0 && of("cart")["enter"][0][1].as_u64().unwrap() > 0);
    assert!(of("cart")["before"]["margin_a_list"].as_f64().is_some());
    assert_eq!((&of("home")["changed"], &of("home")["relevance_loss"]), (&json!(0.0), &json!(0.0)));
    let table = shop.run(&args).with(0).out;
    assert!(table.contains("cart, leave: P-22 (") && table.contains("margin a list"), "{table}");
    let same = shop.run(&[&args[..], &["--against", "new.toml", "--json"]].concat()).with(0).json();
    assert!(same["placements"].as_array().unwrap().iter().all(|one| one["changed"] == json!(0.0)));
    shop.write("requests.jsonl", format!("{CART}\n"));
    let asked = [
        "rules",
        "preview",
        "--config",
        "new.toml",
        "--bundle",
        "edge.endcap",
        "--requests",
        "requests.jsonl",
        "--json",
    ];
    let asked = shop.run(&asked).with(0).json();
    assert_eq!((&asked["requests"], asked["placements"].as_array().unwrap().len()), (&json!(1), 1));
    shop.run(&["rules", "preview", "--config", "new.toml", "--bundle", "edge.endcap"]).with(2);
    shop.write("wrong.toml", "[placement.cart]\nlimit = 0\n");
    let wrong = ["rules", "preview", "--config", "wrong.toml", "--bundle", "edge.endcap", "--orders", "orders.csv"];
    assert!(shop.run(&wrong).with(1).err.contains("wrong.toml:2"));
}

#[test]
fn inspect_says_what_is_public_and_what_runs_where() {
    let shop = trained();
    let public = shop.run(&["inspect", "edge.endcap", "--as-public", "--json"]).with(0).json();
    assert_eq!(public["bytes"], json!(fs::metadata(shop.path("public.endcap")).unwrap().len()));
    let text = shop.run(&["inspect", "edge.endcap", "--as-public"]).with(0).out;
    let told = [
        "all 40 SKUs",
        "P-00: rank 1",
        "class ",
        "rule 2: pin 1 products at home",
        "from 2027-01-01T00:00:00Z",
        "until 2027-02-01",
        "hidden at which placement",
        "what completes a cart",
        "what is not there:",
        "costs, margins",
    ];
    for told in told {
        assert!(text.contains(told), "{told} is not in: {text}");
    }
    assert_eq!(
        shop.run(&["inspect", "public.endcap", "--as-public"]).with(0).out,
        text.replace("edge.endcap", "public.endcap")
    );

    let page = shop.run(&["inspect", "edge.endcap", "--policies"]).with(0).out;
    for told in [
        "## cart",
        "OWNER-MARK",
        "KPI-MARK",
        "review by  2027-03-31",
        "floor      10.0 %",
        "nobody yet",
        "margin may cost 20 %",
    ] {
        assert!(page.contains(told), "{told} is not in: {page}");
    }
    let page = shop.run(&["inspect", "public.endcap", "--policies", "--json"]).with(0).json();
    assert_eq!((&page["notes"], page["placements"].as_array().unwrap().len()), (&json!(false), 9));
    assert!(shop.run(&["inspect", "edge.endcap"]).with(0).out.contains("THIS IS AN EDGE BUNDLE"));
    shop.run(&["inspect", "edge.endcap", "--as-public", "--policies"]).with(2);
}
