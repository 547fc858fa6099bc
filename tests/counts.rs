//! Training on what a warehouse counted: the real binary, Parquet files of every kind, and what is wrong with some.
#![cfg(feature = "cli")]

#[path = "support/parquet_file.rs"]
mod parquet_file;
#[path = "support/shop.rs"]
mod shop;

use endcap::feed::counts::read_pairs;
use parquet::basic::Compression;
use parquet_file::{Column, Values, double, file, long, text, zstd};
use shop::Shop;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The tables of a shop, counted one order after another: slow and obvious.
struct Counted {
    items: Vec<(String, i64, f64)>,
    pairs: Vec<(String, String, i64, [f64; 4])>,
    orders: i64,
    weight: f64,
}

/// An order: who bought, and what.
type Order = (String, BTreeSet<String>);

/// The orders of `shop::rows`.
fn orders() -> Vec<Order> {
    let mut orders: BTreeMap<String, (Vec<String>, BTreeSet<String>)> = BTreeMap::new();
    for row in shop::rows() {
        let cells: Vec<&str> = row.split(',').collect();
        let order = orders.entry(cells[0].to_string()).or_default();
        order.0.push(cells[1].to_string());
        order.1.insert(cells[3].to_string());
    }
    orders.into_values().map(|(who, what)| (who.into_iter().min().unwrap(), what)).collect()
}

/// Orders, sums and customers of a pair.
type Sums = (i64, [f64; 4], BTreeSet<String>);
/// A product, a relation and its neighbours with their weights.
type Neighbours = (String, String, Vec<(String, f64)>);

impl Counted {
    fn of(orders: &[Order]) -> Self {
        let sold: BTreeSet<&String> = orders.iter().flat_map(|(_, what)| what).collect();
        let size = |what: &BTreeSet<String>| what.len() as f64;
        let mut items: BTreeMap<String, (i64, f64)> = BTreeMap::new();
        let mut pairs: BTreeMap<(String, String), Sums> = BTreeMap::new();
        for (who, what) in orders {
            let s = size(what);
            let idf = (sold.len() as f64).ln() - (1.0 + s).ln();
            let adds = [s.powf(-0.5), (s - 1.0).powf(-0.5), s.powf(-0.7), idf * idf];
            for a in what {
                let item = items.entry(a.clone()).or_default();
                (item.0, item.1) = (item.0 + 1, item.1 + adds[0]);
                for b in what.range::<String, _>((std::ops::Bound::Excluded(a), std::ops::Bound::Unbounded)) {
                    let pair = pairs.entry((a.clone(), b.clone())).or_default();
                    pair.0 += 1;
                    pair.1.iter_mut().zip(adds).for_each(|(sum, add)| *sum += add);
                    pair.2.insert(who.clone());
                }
            }
        }
        let supported = pairs.into_iter().filter(|(_, (n, _, who))| *n >= 3 && who.len() >= 2);
        Self {
            items: items.into_iter().map(|(sku, (n, weight))| (sku, n, weight)).collect(),
            pairs: supported.map(|((a, b), (n, sums, _))| (a, b, n, sums)).collect(),
            orders: orders.len() as i64,
            weight: orders.iter().map(|(_, what)| size(what).powf(-0.5)).sum(),
        }
    }

    fn items(&self) -> Vec<Column> {
        let rows = self.items.len();
        vec![
            text("sku", self.items.iter().map(|item| &item.0)),
            long("orders", self.items.iter().map(|item| item.1)),
            double("weight", self.items.iter().map(|item| item.2)),
            long("shop_orders", vec![self.orders; rows]),
            double("shop_weight", vec![self.weight; rows]),
        ]
    }

    fn pairs(&self) -> Vec<Column> {
        let sum = |at: usize| self.pairs.iter().map(move |pair| pair.3[at]);
        vec![
            text("sku_a", self.pairs.iter().map(|pair| &pair.0)),
            text("sku_b", self.pairs.iter().map(|pair| &pair.1)),
            long("orders", self.pairs.iter().map(|pair| pair.2)),
            double("weight", sum(0)),
            double("corrected", sum(1)),
            double("walk", sum(2)),
            double("telling", sum(3)),
        ]
    }
}

const TRAIN: [&str; 9] =
    ["train", "--catalog", "catalog.csv", "--pairs", "pairs", "--items", "items", "-o", "counted.endcap"];

/// A shop with its two tables, one file each.
fn counted() -> (Shop, Counted) {
    let (shop, counted) = (Shop::new(), Counted::of(&orders()));
    shop.write("items", file(&counted.items(), zstd(), 1_000));
    shop.write("pairs", file(&counted.pairs(), zstd(), 1_000));
    (shop, counted)
}

/// The same columns with one of them replaced.
fn with(mut columns: Vec<Column>, name: &str, column: Column) -> Vec<u8> {
    let at = columns.iter().position(|column| column.declared.split(' ').nth(2) == Some(name)).unwrap();
    columns[at] = column;
    file(&columns, Compression::SNAPPY, 1_000)
}

/// The values of a column of longs, the first replaced.
fn first(values: impl IntoIterator<Item = i64>, value: i64) -> Vec<i64> {
    std::iter::once(value).chain(values.into_iter().skip(1)).collect()
}

#[test]
fn counts_train_the_model_that_their_orders_train() {
    let (shop, _) = counted();
    let ended = shop.run(&TRAIN).with(0);
    assert!(ended.out.contains("40 products, 200 orders counted elsewhere"), "{}", ended.out);
    let raw =
        ["train", "--catalog", "catalog.csv", "--orders", "orders.csv", "--settings", "default", "-o", "raw.endcap"];
    shop.run(&raw).with(0);
    let neighbours = |model: &str| -> Vec<Neighbours> {
        let of = |n: usize| {
            let sku = format!("P-{n:02}");
            let shown = shop.run(&["inspect", model, "--sku", &sku, "--json"]).with(0).json();
            let relation = |relation: &serde_json::Value| {
                let list = relation["neighbours"].as_array().unwrap().iter();
                let list = list.map(|n| (n["sku"].as_str().unwrap().to_string(), n["weight"].as_f64().unwrap()));
                (sku.clone(), relation["kind"].as_str().unwrap().to_string(), list.collect())
            };
            shown["relations"].as_array().unwrap().iter().map(relation).collect::<Vec<_>>()
        };
        (0..40).flat_map(of).collect()
    };
    let (counted, raw) = (neighbours("counted.endcap"), neighbours("raw.endcap"));
    assert!(raw.iter().filter(|row| row.2.len() > 1).count() > 20, "{raw:?}");
    for (mine, theirs) in counted.iter().zip(&raw) {
        let names = |row: &(String, String, Vec<(String, f64)>)| row.2.iter().map(|n| n.0.clone()).collect::<Vec<_>>();
        assert_eq!(names(mine), names(theirs), "{} of {}", mine.1, mine.0);
        for (one, other) in mine.2.iter().zip(&theirs.2) {
            assert!((one.1 - other.1).abs() < 1e-4 * other.1.abs(), "{mine:?} {theirs:?}");
        }
    }
    assert_eq!(counted.len(), raw.len());
}

#[test]
fn part_files_in_any_order_of_any_type_are_one_table() {
    let (shop, counted) = counted();
    shop.run(&TRAIN).with(0);
    let expected = fs::read(shop.path("counted.endcap")).unwrap();
    fs::remove_file(shop.path("pairs")).unwrap();
    fs::create_dir(shop.path("pairs")).unwrap();
    let half = counted.pairs.len() / 2;
    let part = |pairs: &[(String, String, i64, [f64; 4])]| Counted { pairs: pairs.to_vec(), items: vec![], ..counted };
    // The later half first, backwards, 32-bit counts, a column nobody asked for; the earlier half mirrored and snappy.
    let mut late = counted.pairs[half..].to_vec();
    late.reverse();
    let late = part(&late);
    let mut columns = late.pairs();
    columns.push(text("note", late.pairs.iter().map(|_| "-")));
    columns.reverse();
    let ints = late.pairs.iter().map(|pair| Some(pair.2 as i32)).collect();
    let at = columns.iter().position(|column| column.declared.ends_with(" orders")).unwrap();
    columns[at] = Column { declared: "REQUIRED INT32 orders (UINT_32)".into(), values: Values::Int(ints) };
    shop.write("pairs/part-0.parquet", file(&columns, Compression::UNCOMPRESSED, 7));
    let mirrored: Vec<_> =
        counted.pairs[..half].iter().map(|(a, b, n, sums)| (b.clone(), a.clone(), *n, *sums)).collect();
    shop.write("pairs/part-1.parquet", file(&part(&mirrored).pairs(), Compression::SNAPPY, 11));
    shop.write("pairs/_SUCCESS", "");
    shop.write("pairs/.part-0.parquet.crc", "crc");
    shop.run(&TRAIN).with(0);
    assert_eq!(fs::read(shop.path("counted.endcap")).unwrap(), expected);
}

#[test]
fn early_tables_choose_the_settings() {
    // Five shops' worth of orders, so that the late tenth asks more than a hundred questions.
    let many: Vec<Order> = (0..8).flat_map(|_| orders()).collect();
    let (early, late) = many.split_at(many.len() * 9 / 10);
    let (shop, whole, early) = (Shop::new(), Counted::of(&many), Counted::of(early));
    shop.write("items", file(&whole.items(), zstd(), 1_000));
    shop.write("pairs", file(&whole.pairs(), zstd(), 1_000));
    fs::create_dir(shop.path("early")).unwrap();
    shop.write("early/items.parquet", file(&early.items(), zstd(), 1_000));
    shop.write("early/pairs.parquet", file(&early.pairs(), zstd(), 1_000));
    let lines: Vec<(i64, &String)> = late
        .iter()
        .filter(|order| order.1.len() >= 2)
        .zip(1..)
        .flat_map(|((_, what), n)| what.iter().map(move |sku| (n, sku)))
        .collect();
    let questions = [long("question", lines.iter().map(|line| line.0)), text("sku", lines.iter().map(|line| line.1))];
    shop.write("early/questions.parquet", file(&questions, zstd(), 1_000));
    let report = shop.run(&[&TRAIN[..], &["--early", "early", "--json"]].concat()).with(0).json();
    let relations = report["training"]["relations"].as_array().unwrap();
    let of_orders: Vec<_> = relations.iter().filter(|relation| relation["relation"] != "similar").collect();
    assert_eq!(of_orders.len(), 2);
    for relation in of_orders {
        assert!(relation["questions"].as_u64().unwrap() > 100, "{relation}");
        assert!(relation["tried"].as_array().unwrap().len() > 5 && relation["verdict"] == "signal", "{relation}");
    }
}

#[test]
fn visits_are_learned_beside_counts() {
    let (shop, _) = counted();
    let visit = |n: usize| {
        format!("V-{n},2025-06-01T10:00:00Z,view,P-{:02}\nV-{n},2025-06-01T10:01:00Z,view,P-{:02}", n % 20, n % 20 + 20)
    };
    let visits: Vec<String> = (0..200).map(visit).collect();
    shop.write("events.csv", format!("session_id,timestamp,event,sku\n{}\n", visits.join("\n")));
    let report = shop.run(&[&TRAIN[..], &["--events", "events.csv", "--json"]].concat()).with(0).json();
    let relations = report["training"]["relations"].as_array().unwrap().iter();
    assert_eq!(
        relations.map(|one| one["relation"].as_str().unwrap()).collect::<Vec<_>>(),
        ["cart", "bought_together", "similar"]
    );
    let shown = shop.run(&["inspect", "counted.endcap", "--items", "--json"]).with(0).json();
    let bought = Counted::of(&orders()).items.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0))).unwrap().0;
    assert_eq!(shown[0]["sku"], bought.as_str(), "popularity is that of the orders");
}

#[test]
fn damaged_files_are_refused_with_advice() {
    let (shop, counted) = counted();
    let good = fs::read(shop.path("pairs")).unwrap();
    let rows = counted.pairs.len();
    let bytes = |values: Values, declared: &str| Column { declared: declared.into(), values };
    let skus = |first: &[u8]| {
        let mut all: Vec<_> = counted.pairs.iter().map(|pair| Some(pair.0.clone().into_bytes())).collect();
        all[0] = Some(first.to_vec());
        bytes(Values::Text(all), "REQUIRED BYTE_ARRAY sku_a (UTF8)")
    };
    let orders = || counted.pairs.iter().map(|pair| pair.2);
    let weights = |first: f64| double("weight", std::iter::once(first).chain(vec![1.0; rows - 1]));
    let nulls = |declared: &str| bytes(Values::Double(vec![None; rows]), declared);
    let twice = Counted {
        pairs: counted.pairs[..3].iter().chain(&counted.pairs[1..2]).cloned().collect(),
        items: vec![],
        ..counted
    };
    let many = i64::from(u32::MAX) + 1;
    for (name, bytes, told) in [
        ("empty", vec![], "expected Parquet"),
        ("text", b"sku_a,sku_b,orders\n".repeat(50), "expected Parquet"),
        ("cut", good[..good.len() / 2].to_vec(), "expected Parquet"),
        ("no_footer", good[..good.len() - 1].to_vec(), "expected Parquet"),
        ("two_columns", file(&counted.pairs()[..2], Compression::SNAPPY, 9), "expected a column `orders`"),
        (
            "sku_of_integers",
            with(counted.pairs(), "sku_a", long("sku_a", orders())),
            "`sku_a` of text (UTF-8), found INT64",
        ),
        ("orders_as_text", with(counted.pairs(), "orders", text("orders", vec!["3"; rows])), "`orders` of an integer"),
        ("orders_as_double", with(counted.pairs(), "orders", double("orders", vec![3.0; rows])), "found DOUBLE"),
        (
            "orders_as_decimal",
            with(
                counted.pairs(),
                "orders",
                bytes(Values::Long(orders().map(Some).collect()), "REQUIRED INT64 orders (DECIMAL(18,2))"),
            ),
            "found INT64 as DECIMAL",
        ),
        (
            "nested",
            with(counted.pairs(), "weight", nulls("OPTIONAL group weight { OPTIONAL DOUBLE inner; }")),
            "found nested DOUBLE",
        ),
        (
            "null",
            with(counted.pairs(), "weight", nulls("OPTIONAL DOUBLE weight")),
            "row 1: column `weight`: expected a double or float, found null",
        ),
        ("nan", with(counted.pairs(), "weight", weights(f64::NAN)), "row 1: column `weight`: expected 0 to"),
        ("negative", with(counted.pairs(), "weight", weights(-1.0)), "found -1"),
        ("endless", with(counted.pairs(), "weight", weights(f64::INFINITY)), "found inf"),
        (
            "zero_orders",
            with(counted.pairs(), "orders", long("orders", first(orders(), 0))),
            "row 1: column `orders`: expected 1 to",
        ),
        (
            "negative_orders",
            with(counted.pairs(), "orders", long("orders", first(orders(), -4))),
            "expected 0 or more, found -4",
        ),
        ("many_orders", with(counted.pairs(), "orders", long("orders", first(orders(), many))), "found 4294967296"),
        (
            "more_orders_than_the_item",
            with(counted.pairs(), "orders", long("orders", first(orders(), 199))),
            "from the same orders",
        ),
        (
            "unknown",
            with(counted.pairs(), "sku_a", skus(b"P-99")),
            "row 1: expected a product of the items table, found \"P-99\"",
        ),
        ("not_utf8", with(counted.pairs(), "sku_a", skus(b"\xff\xfe")), "row 1: column `sku_a`"),
        ("blank", with(counted.pairs(), "sku_a", skus(b"")), "1 to 255 bytes"),
        ("long", with(counted.pairs(), "sku_a", skus(&[b'x'; 256])), "1 to 255 bytes"),
        ("itself", with(counted.pairs(), "sku_a", skus(counted.pairs[0].1.as_bytes())), "with itself"),
        ("twice", file(&twice.pairs(), zstd(), 2), "expected each pair once"),
    ] {
        shop.write("pairs", &bytes);
        let ended = shop.run(&TRAIN).with(1);
        assert!(ended.err.contains(told), "{name}: {told} is not in: {}", ended.err);
        assert!(ended.err.contains("pairs: ") || name == "twice", "{name}: {}", ended.err);
        assert!(!shop.files().contains(&"counted.endcap".into()));
    }
}

#[test]
fn items_are_checked_as_pairs_are() {
    let (shop, counted) = counted();
    let rows = counted.items.len();
    let repeated =
        Counted { items: counted.items.iter().chain(&counted.items[..1]).cloned().collect(), pairs: vec![], ..counted };
    let last = |value: i64| long("shop_orders", std::iter::repeat_n(counted.orders, rows - 1).chain([value]));
    for (bytes, told) in [
        (file(&repeated.items(), zstd(), 1_000), "expected each product once, found \"P-00\" again"),
        (
            with(counted.items(), "shop_orders", last(counted.orders + 1)),
            "the same shop_orders and shop_weight in every row",
        ),
        (with(counted.items(), "shop_orders", last(0)), "column `shop_orders`: expected 1 to"),
        (with(counted.items(), "shop_weight", double("shop_weight", vec![0.0; rows])), "column `shop_weight`"),
        (
            with(counted.items(), "orders", long("orders", vec![201; rows])),
            "column `orders`: expected 1 to 200, found 201",
        ),
        (file(&Counted { items: vec![], pairs: vec![], ..counted }.items(), zstd(), 1), "items table"),
    ] {
        shop.write("items", &bytes);
        let ended = shop.run(&TRAIN).with(1);
        assert!(ended.err.contains(told), "{told} is not in: {}", ended.err);
    }
}

#[test]
fn folders_without_a_finished_table_are_refused() {
    let (shop, _) = counted();
    let run = |pairs: &str| shop.run(&["train", "--pairs", pairs, "--items", "items"]);
    fs::create_dir_all(shop.path("nothing")).unwrap();
    shop.write("nothing/_SUCCESS", "");
    assert!(run("nothing").with(1).err.contains("expected part files, found none"));
    fs::create_dir_all(shop.path("running/_temporary")).unwrap();
    assert!(run("running").with(1).err.contains("_temporary"));
    fs::create_dir_all(shop.path("partitioned/day=1")).unwrap();
    assert!(run("partitioned").with(1).err.contains("the folder day=1"));
    assert!(run("no-such-folder").with(2).err.contains("no-such-folder"));
    for args in [
        &["train", "--pairs", "pairs"][..],
        &["train", "--items", "items"],
        &["train", "--early", "early", "--orders", "orders.csv"],
        &["train", "--pairs", "pairs", "--items", "items", "--orders", "orders.csv"],
    ] {
        shop.run(args).with(2);
    }
    assert!(shop.run(&[&TRAIN[..], &["--early", "early"]].concat()).with(2).err.contains("early"));
}

#[test]
fn no_damage_ends_in_a_panic() {
    let (shop, counted) = counted();
    let path = shop.path("damaged");
    let mut refused = 0;
    for compression in [zstd(), Compression::SNAPPY, Compression::UNCOMPRESSED] {
        let good = file(&counted.pairs(), compression, 40);
        for at in (0..good.len()).step_by(5) {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at % 8);
            fs::write(&path, &bytes).unwrap();
            refused += usize::from(read_pairs(&path, &mut |_| Ok(())).is_err());
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn the_sql_is_written_once_and_for_the_table_named() {
    let shop = Shop::new();
    let out =
        shop.run(&["init", "--sql", "--dir", "warehouse", "--table", "dwh.lines", "--min-support", "5"]).with(0).out;
    assert_eq!(out.lines().count(), 5);
    let read = |name: &str| fs::read_to_string(shop.path("warehouse").join(name)).unwrap();
    assert!(read("pairs.sql").contains("COUNT(*) >= 5 AND MIN") && read("pairs.sql").contains("FROM dwh.lines"));
    assert!(!read("items.sql").contains("order_lines"));
    for name in ["early/items.sql", "early/pairs.sql", "early/questions.sql"] {
        assert!(read(name).contains("86400"), "{name}");
    }
    assert!(!read("early/questions.sql").contains("SELECT n.order_id"));
    shop.run(&["init", "--sql", "--dir", "one", "--min-support", "1"]).with(0);
    assert!(!fs::read_to_string(shop.path("one/pairs.sql")).unwrap().contains("HAVING COUNT(*) >= 1"));
    assert!(shop.run(&["init", "--sql", "--dir", "warehouse"]).with(2).err.contains("is there already"));
    shop.run(&["init", "--sql", "--dir", "x", "--table", "a; DROP TABLE b"]).with(2);
    shop.run(&["init", "--sql", "--schema"]).with(2);
    shop.run(&["init", "--dir", "x"]).with(2);
}
