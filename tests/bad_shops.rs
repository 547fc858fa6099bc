//! Shops that no model was made for, as files through the binary: a model or a clear refusal, in bounded memory, and
//! whatever the bundle holds, it opens, is sound, and its lists break no promise. Each shop is told once as orders and
//! once as visits.
#![cfg(feature = "cli")]

#[path = "support/shop.rs"]
mod shop;

use serde_json::{Value, json};
use shop::{Ended, Shop, ended};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

/// Kilobytes of address space that a run may take: threads and their stacks, and what the shop itself needs.
const MEMORY: u32 = 2_000_000;

/// One line of an order.
#[derive(Clone)]
struct Line {
    order: String,
    customer: String,
    at: String,
    sku: String,
    price: &'static str,
}

fn line(order: usize, sku: usize) -> Line {
    let (customer, at) =
        (format!("c{order}"), format!("2025-{:02}-{:02}T10:00:00", 1 + order / 28 % 12, 1 + order % 28));
    Line { order: format!("o{order}"), customer, at, sku: format!("s{sku}"), price: "9.90" }
}

/// Three hundred orders of pairs that belong together, for bad things to stand among.
fn good() -> Vec<Line> {
    (0..300).flat_map(|order| [line(order, order % 20), line(order, 20 + order % 20)]).collect()
}

fn orders(lines: &[Line]) -> String {
    let mut text = String::from("order_id,customer_id,timestamp,sku,quantity,unit_price\n");
    for Line { order, customer, at, sku, price } in lines {
        writeln!(text, "{order},{customer},{at},{sku},1,{price}").unwrap();
    }
    text
}

fn events(lines: &[Line]) -> String {
    let mut text = String::from("session_id,timestamp,event,sku\n");
    lines.iter().for_each(|line| writeln!(text, "{},{},view,{}", line.order, line.at, line.sku).unwrap());
    text
}

/// Runs the binary in bounded memory.
fn bounded(shop: &Shop, args: &[&str]) -> Ended {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_endcap")]).args(args);
    command.current_dir(shop.dir.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    ended(command.spawn().unwrap())
}

/// Trains on the shop as orders, then as visits; asks each bundle.
#[track_caller]
fn survives(lines: &[Line], catalog: Option<String>) {
    let skus: HashSet<&str> = lines.iter().map(|line| line.sku.as_str()).collect();
    for (option, text) in [("--orders", orders(lines)), ("--events", events(lines))] {
        let shop = Shop::new();
        shop.write("lines.csv", text);
        // Without caps and windows of prices, so that a short list is a fault.
        shop.write("endcap.toml", "[placement.cart]\nlimit = 4\nsame_category = \"unless_varied\"\n");
        let mut args = vec!["train", option, "lines.csv", "--config", "endcap.toml", "--json", "-o", "model.endcap"];
        if let Some(catalog) = &catalog {
            shop.write("catalog.csv", catalog);
            args.extend(["--catalog", "catalog.csv"]);
        }
        let report = bounded(&shop, &args).with(0).json();
        assert_eq!(report["bundle"]["items"], json!(skus.len()), "{option}: every product is an item");
        assert_no_nonsense(&report);
        keeps_its_promises(&shop, &skus);
    }
}

/// No number of the report is missing because it was none.
#[track_caller]
fn assert_no_nonsense(report: &Value) {
    for relation in report["training"]["relations"].as_array().unwrap() {
        if relation["questions"].as_u64().unwrap() >= 100 {
            assert!(relation["figures"]["hr10"]["mean"].is_number(), "{relation}");
        }
    }
}

/// The bundle is sound; no list repeats itself, names what is in the cart, or comes short while products are left.
#[track_caller]
fn keeps_its_promises(shop: &Shop, skus: &HashSet<&str>) {
    shop.run(&["verify", "model.endcap"]).with(0);
    let mut some: Vec<&str> = skus.iter().copied().collect();
    some.sort_unstable();
    some.truncate(30);
    let mut requests = String::new();
    for pair in some.windows(2).chain([&some[..1]]) {
        for placement in ["cart", "pdp_complements", "pdp_similar", "post_purchase"] {
            let cart: Vec<Value> = pair.iter().map(|sku| json!({ "sku": sku })).collect();
            let history = json!([{ "sku": pair[0], "days_ago": 40 }]);
            let request = match placement {
                "cart" => json!({ "placement": placement, "cart": cart }),
                "post_purchase" => json!({ "placement": placement, "history": history }),
                _ => json!({ "placement": placement, "product": pair[0], "recent": pair }),
            };
            writeln!(requests, "{request}").unwrap();
        }
    }
    let answers = shop.feed(&["recommend", "--bundle", "model.endcap", "--limit", "4"], &requests).with(0).lines();
    let asked = requests.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    for (request, answer) in asked.zip(&answers) {
        let items = answer["items"].as_array().unwrap_or_else(|| panic!("{request} is answered by {answer}"));
        let shown: HashSet<&str> = items.iter().map(|item| item["sku"].as_str().unwrap()).collect();
        assert!(shown.len() == items.len() && items.len() <= 4, "{answer}");
        assert!(shown.is_subset(skus), "{answer}");
        assert!(items.iter().all(|item| item["score"].as_f64().is_some_and(|score| score >= 0.0)), "{answer}");
        let cart = request["cart"].as_array().into_iter().flatten().map(|line| line["sku"].as_str().unwrap());
        let context: HashSet<&str> = cart.chain(request["product"].as_str()).collect();
        assert!(shown.is_disjoint(&context), "{request} is answered by {answer}");
        if request["placement"] == "cart" {
            assert_eq!(shown.len(), 4.min(skus.len() - context.len()), "{request} is answered by {answer}");
        }
    }
}

fn catalog(lines: &[Line], columns: &str, row: impl Fn(usize) -> String) -> String {
    let mut skus: Vec<&str> = lines.iter().map(|line| line.sku.as_str()).collect();
    skus.sort_unstable();
    skus.dedup();
    let mut text = format!("sku,{columns}\n");
    skus.iter().enumerate().for_each(|(at, sku)| writeln!(text, "{sku},{}", row(at)).unwrap());
    text
}

fn with(mut lines: Vec<Line>, change: impl Fn(usize, &mut Line)) -> Vec<Line> {
    lines.iter_mut().enumerate().for_each(|(at, line)| change(at, line));
    lines
}

#[test]
fn one_order() {
    survives(&[line(0, 0), line(0, 1), line(0, 2)], None);
}

#[test]
fn one_order_of_one_line() {
    survives(&[line(0, 0)], None);
}

#[test]
fn one_item_in_all_orders() {
    let lines: Vec<Line> = (0..400).map(|order| line(order, 0)).collect();
    survives(&lines, None);
}

#[test]
fn one_item_twice_in_each_order() {
    let lines: Vec<Line> = (0..400).flat_map(|order| [line(order, 0), line(order, 0)]).collect();
    survives(&lines, None);
}

#[test]
fn all_orders_alike() {
    let lines: Vec<Line> = (0..1_200).flat_map(|order| (0..4).map(move |sku| line(order, sku))).collect();
    survives(&lines, None);
}

#[test]
fn all_baskets_of_one() {
    let lines: Vec<Line> = (0..2_000).map(|order| line(order, order * order % 61)).collect();
    survives(&lines, None);
}

#[test]
fn one_basket_of_ten_thousand_lines() {
    let alone: Vec<Line> = (0..10_000).map(|sku| line(0, sku)).collect();
    survives(&alone, None);
    let among: Vec<Line> = good().into_iter().chain((0..10_000).map(|sku| line(150, sku))).collect();
    survives(&among, None);
}

#[test]
fn one_customer_with_half_of_all_orders() {
    let lines = with(good(), |at, line| {
        if at % 4 < 2 {
            line.customer = "everybody".into();
        }
    });
    survives(&lines, None);
}

#[test]
fn one_customer_with_all_orders() {
    survives(&with(good(), |_, line| line.customer = "everybody".into()), None);
}

/// Neither orders nor visits of such times make a model, and the message says what to do.
#[track_caller]
fn refused_for_its_times(at: impl Fn(usize) -> String) {
    let lines = with(good(), |place, line| line.at = at(place));
    for (option, text) in [("--orders", orders(&lines)), ("--events", events(&lines))] {
        let shop = Shop::new();
        shop.write("lines.csv", text);
        let ended = bounded(&shop, &["train", option, "lines.csv", "-o", "model.endcap"]).with(1);
        assert!(ended.err.contains("between 1971 and 2100") && ended.err.contains("leave it empty"), "{}", ended.err);
        assert!(!shop.path("model.endcap").exists());
    }
}

#[test]
fn times_that_no_shop_can_mean() {
    refused_for_its_times(|at| format!("9998-12-{:02}T10:00:00Z", 1 + at % 31));
    refused_for_its_times(|_| "1970-01-01T00:00:00Z".into());
    refused_for_its_times(|at| format!("1969-12-{:02}", 1 + at % 31));
    refused_for_its_times(|at| ["0001-01-01", "9999-12-30T23:59:59Z"][at % 2].into());
}

#[test]
fn times_in_the_future() {
    survives(&with(good(), |at, line| line.at = format!("2099-12-{:02}T10:00:00Z", 1 + at % 31)), None);
}

#[test]
fn one_row_in_two_hundred_from_1970() {
    let lines = with(good(), |at, line| {
        if at % 200 == 7 {
            line.at = "1970-01-01".into();
        }
    });
    survives(&lines, None);
}

#[test]
fn one_time_for_all() {
    survives(&with(good(), |_, line| line.at = "2025-03-01".into()), None);
}

#[test]
fn times_missing_here_and_there_and_everywhere() {
    for every in [1, 2, 3] {
        let lines = with(good(), |at, line| {
            if at % every == 0 {
                line.at.clear();
            }
        });
        survives(&lines, None);
    }
}

#[test]
fn prices_of_zero() {
    let lines = with(good(), |_, line| line.price = "0.00");
    let free = catalog(&lines, "title,price,cost,stock", |at| format!("Thing {at},0,0.00,5"));
    survives(&lines, Some(free));
}

#[test]
fn categories_missing() {
    survives(&good(), Some(catalog(&good(), "title,category,brand", |at| format!("Thing {at},,"))));
}

#[test]
fn one_category_for_all() {
    survives(&good(), Some(catalog(&good(), "title,category", |at| format!("Thing {at},All"))));
}

#[test]
fn categories_three_hundred_levels_deep() {
    let deep = |at: usize| (0..300).map(|level| format!("L{}", (level + at) % 7)).collect::<Vec<_>>().join(" > ");
    survives(&good(), Some(catalog(&good(), "title,category", |at| format!("Thing {at},{}", deep(at)))));
}

#[test]
fn one_title_for_all() {
    survives(&good(), Some(catalog(&good(), "title,brand,price", |_| "Thing,Brand,1.00".into())));
}

/// The larger kin of this one, with five million, is in the benches.
#[test]
fn as_many_products_as_orders() {
    let singles: Vec<Line> = (0..200_000).map(|at| line(at, at)).collect();
    survives(&singles, None);
    let pairs: Vec<Line> = (0..200_000).map(|at| line(at / 2, at)).collect();
    survives(&pairs, None);
}

#[test]
fn nothing_at_all_is_refused() {
    let shop = Shop::new();
    shop.write("catalog.csv", "sku,title\nelsewhere,A thing\n");
    for (option, header) in [("--orders", orders(&[])), ("--events", events(&[]))] {
        shop.write("nothing.csv", header);
        let ended = bounded(&shop, &["train", option, "nothing.csv", "-o", "model.endcap"]).with(1);
        assert!(ended.err.contains("error: ") && !ended.err.contains("panicked"), "{}", ended.err);
        shop.write("strangers.csv", if option == "--orders" { orders(&good()) } else { events(&good()) });
        let args = ["train", option, "strangers.csv", "--catalog", "catalog.csv", "-o", "model.endcap"];
        let ended = bounded(&shop, &args).with(1);
        assert!(ended.err.contains("error: ") && !ended.err.contains("panicked"), "{}", ended.err);
        assert!(!shop.path("model.endcap").exists());
    }
}
