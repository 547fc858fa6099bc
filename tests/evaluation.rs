//! What `train` and `evaluate` say, as a user meets them: profiles, coverage, the JSON and the page.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use endcap::bundle::{Bundle, RelationKind};
use serde_json::{Value, json};
use shop::Shop;
use std::fs;

fn named<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let found = list.as_array().unwrap().iter().find(|one| one[key] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[test]
fn the_small_profile_is_the_slice_of_the_standard_one() {
    let shop = Shop::trained();
    let args = ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--profile", "small"];
    let ended = shop.run(&[&args[..], &["-o", "trained.endcap"]].concat()).with(0);
    shop.run(&["slice", "model.endcap", "--profile", "small", "-o", "sliced.endcap"]).with(0);
    let open = |name| Bundle::open(fs::read(shop.path(name)).unwrap()).unwrap();
    let (trained, sliced, standard) = (open("trained.endcap"), open("sliced.endcap"), open("model.endcap"));
    let bytes = |bundle: &Bundle<Vec<u8>>, kind: RelationKind| {
        let section = bundle.head().sections.iter().find(|section| section.kind() == Some(kind.section()));
        section.map(|section| bundle.section(section).to_vec())
    };
    let shipped: Vec<_> = RelationKind::ALL.into_iter().filter(|kind| standard.relation(*kind).is_some()).collect();
    assert!(!shipped.is_empty());
    for kind in shipped {
        assert_eq!(bytes(&trained, kind), bytes(&sliced, kind), "{}", kind.name());
        assert_ne!(bytes(&trained, kind), bytes(&standard, kind), "{}", kind.name());
    }
    assert!(trained.has_cards(), "only relations are smaller");
    assert_eq!(trained.head().model, standard.head().model);
    assert!(ended.out.contains("8 bits") && ended.out.contains("4 bits"), "{}", ended.out);
}

#[test]
fn training_tells_what_placements_cover_and_profiles_cost() {
    let shop = Shop::new();
    let args = ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "-o", "model.endcap"];
    let text = shop.run(&args).with(0).out;
    assert!(text.contains("standard: ") && text.contains("live products with a full list"), "{text}");
    let report = shop.run(&[&args[..], &["--json"]].concat()).with(0).json();
    let cart = named(&report["coverage"], "placement", "cart");
    assert_eq!((&cart["asked"], &cart["limit"]), (&json!(39), &json!(4)), "P-39 is sold out");
    let share = |key: &str| cart[key].as_f64().unwrap();
    assert!(share("full") <= share("some") && share("some") > 0.5 && share("some") <= 1.0, "{cart}");
    let relation = named(&report["training"]["relations"], "relation", "cart");
    let bytes = |profile| named(&relation["profiles"], "profile", profile)["bytes"].as_u64().unwrap();
    assert!(bytes("standard") > bytes("small"), "{relation}");
}

/// Every product of the small shop has a name that would like to be markup.
const HOSTILE: &str = "<script>alert(1)</script>";

#[test]
fn the_page_needs_nothing_from_elsewhere_and_escapes_what_shops_say() {
    let shop = Shop::new();
    // A product that is sold in late orders only, so that the page names it.
    let orders = fs::read_to_string(shop.path("orders.csv")).unwrap();
    let new: String = (0..20)
        .map(|n| {
            let line = |sku: &str| format!("N-{n},C-{n},2025-12-{:02}T10:00:00Z,{sku},1,3.00\n", 1 + n % 28);
            line("P-00") + &line(HOSTILE)
        })
        .collect();
    shop.write("orders.csv", orders + &new);
    let title = "Tea & <img src=x onerror=alert(1)> \"Co\"";
    let args = ["evaluate", "--orders", "orders.csv", "--html", "page.html", "--title", title];
    let ended = shop.run(&args).with(0);
    assert!(ended.err.contains("wrote page.html") && ended.out.contains("cart: "), "{}", ended.err);
    let page = fs::read_to_string(shop.path("page.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    for outside in ["://", "src=\"", "href=", "url(", "<script", "<img", "<iframe", "<link", " style=", " onerror=\""] {
        assert!(!page.contains(outside), "{outside} in the page");
    }
    assert!(page.contains("&lt;script&gt;alert(1)"), "the cold product is named, escaped");
    assert!(page.contains("Tea &amp; &lt;img"), "the title is escaped");
    assert_eq!(page.matches("<svg ").count(), page.matches("role=\"img\" aria-labelledby=").count());
    let (figures, tables) = (page.matches("<figure>").count(), page.matches("<details>").count());
    assert!(figures > 5 && figures == tables, "{figures} charts, {tables} tables behind them");
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_json_carries_what_the_page_shows() {
    let shop = Shop::new();
    let found = shop.run(&["evaluate", "--catalog", "catalog.csv", "--orders", "orders.csv", "--json"]).with(0).json();
    for part in ["tasks", "costs", "reliability", "coverage", "currency", "training"] {
        assert!(!found[part].is_null(), "{part}");
    }
    let cart = named(&found["tasks"], "task", "cart");
    let cold = &cart["cold"];
    assert_eq!(cold["hidden"], cart["questions"]);
    assert_eq!(cart["models"][0]["name"], "endcap");
    assert!(cart["models"][1]["endcap_ratio"]["lower"].is_number());
    for key in ["coverage10", "novelty10", "class_share10", "figures", "margins"] {
        assert!(cart["models"][0].get(key).is_some(), "{key}");
    }
    let sizes = named(&found["costs"], "relation", "cart")["sizes"].as_array().unwrap();
    assert_eq!(sizes[0]["name"], "unpruned");
    assert!(sizes.iter().skip(2).all(|size| size["bytes"].as_u64().unwrap() > 0));
}

#[test]
fn the_sample_shop_has_a_page_with_every_section() {
    let shop = Shop::new();
    shop.run(&["sample", "shop"]).with(0);
    let few = |name: &str, lines: usize| {
        let text = fs::read_to_string(shop.path(&format!("shop/{name}"))).unwrap();
        shop.write(name, text.lines().take(lines).fold(String::new(), |text, line| text + line + "\n"));
    };
    few("orders.csv", 6_000);
    few("events.csv", 6_000);
    let args = ["evaluate", "--catalog", "shop/catalog.csv", "--orders", "orders.csv", "--events", "events.csv"];
    shop.run(&[&args[..], &["--config", "shop/endcap.toml", "--html", "page.html", "--json"]].concat()).with(0).json();
    let page = fs::read_to_string(shop.path("page.html")).unwrap();
    for section in ["summary", "models", "cold", "money", "size", "covered", "chosen"] {
        assert!(page.contains(&format!("<h2 id=\"{section}\">")), "{section}");
    }
}
