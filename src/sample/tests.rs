//! The shop as its users read it: from the files.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The hash of every path, length and byte of the shop. It changes when the shop is changed on purpose, never by
/// machine, time or thread; a release that changes it says so.
const PINNED: &str = "b7b38f6b1c012ec8b8b5abe54d628f5d72120d470eea796c82c1652ec4cbf508";

struct Shop {
    files: Vec<write::File>,
    written: Written,
    products: Vec<BTreeMap<String, String>>,
    /// Positions of products, by order number.
    baskets: BTreeMap<String, Vec<usize>>,
    lines: Vec<BTreeMap<String, String>>,
    events: Vec<BTreeMap<String, String>>,
}

fn shop() -> &'static Shop {
    static SHOP: OnceLock<Shop> = OnceLock::new();
    SHOP.get_or_init(|| {
        let (files, written) = write::files().unwrap();
        let lines = rows(&files, "orders.csv");
        let (products, events) = (rows(&files, "catalog.csv"), rows(&files, "events.csv"));
        let places: BTreeMap<&str, usize> = products.iter().map(|p| p["sku"].as_str()).zip(0..).collect();
        let mut baskets: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for line in &lines {
            baskets.entry(line["order_id"].clone()).or_default().push(places[line["sku"].as_str()]);
        }
        Shop { files, written, products, baskets, lines, events }
    })
}

fn rows(files: &[write::File], path: &str) -> Vec<BTreeMap<String, String>> {
    let file = files.iter().find(|file| file.path == path).unwrap();
    let mut reader = csv::Reader::from_reader(&file.bytes[..]);
    let names = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| names.iter().zip(&record).map(|(n, v)| (n.into(), v.into())).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn product(sku: &str) -> &'static BTreeMap<String, String> {
    static BY_SKU: OnceLock<BTreeMap<&str, &BTreeMap<String, String>>> = OnceLock::new();
    BY_SKU.get_or_init(|| shop().products.iter().map(|p| (p["sku"].as_str(), p)).collect())[sku]
}

/// How many products of each basket the test picks.
fn picked(test: impl Fn(&str) -> bool) -> Vec<usize> {
    let pick: Vec<bool> = shop().products.iter().map(|p| test(&p["sku"])).collect();
    shop().baskets.values().map(|basket| basket.iter().filter(|&&place| pick[place]).count()).collect()
}

/// How much oftener than by chance one order holds both.
fn lift(from: impl Fn(&str) -> bool, to: impl Fn(&str) -> bool) -> f64 {
    let (from, to) = (picked(from), picked(to));
    let count = |counts: &[usize]| counts.iter().filter(|n| **n > 0).count() as f64;
    let both = from.iter().zip(&to).filter(|(a, b)| **a > 0 && **b > 0).count() as f64;
    assert!(count(&from) > 0.0 && count(&to) > 0.0);
    both * from.len() as f64 / count(&from) / count(&to)
}

fn of(kind: Kind) -> impl Fn(&str) -> bool {
    move |sku| product(sku)["category"] == kind.category()
}

fn starts(prefix: &'static str) -> impl Fn(&str) -> bool {
    move |sku| sku.starts_with(prefix)
}

#[test]
fn the_same_bytes_everywhere() {
    let mut hasher = blake3::Hasher::new();
    for file in &shop().files {
        hasher.update(file.path.as_bytes());
        hasher.update(&(file.bytes.len() as u64).to_le_bytes());
        hasher.update(&file.bytes);
    }
    assert_eq!(hasher.finalize().to_hex().as_str(), PINNED);
}

#[test]
fn the_counts_are_those_of_the_files() {
    let (shop, w) = (shop(), shop().written);
    assert_eq!((w.orders, w.events), (30_000, 100_000));
    assert_eq!((w.products, w.pictures), (shop.products.len(), shop.products.len()));
    assert_eq!((w.orders, w.order_lines, w.events), (shop.baskets.len(), shop.lines.len(), shop.events.len()));
    let mean = w.order_lines as f64 / w.orders as f64;
    assert!((2.6..3.0).contains(&mean), "{mean}");
    assert!(shop.baskets.values().filter(|basket| basket.len() == 1).count() > 5_000);
    let readme = shop.files.iter().find(|file| file.path == "README.md").unwrap();
    assert!(String::from_utf8_lossy(&readme.bytes).contains(&format!("{} products", w.products)));
}

#[test]
fn every_line_and_event_names_a_product() {
    let skus: BTreeSet<&str> = shop().products.iter().map(|p| p["sku"].as_str()).collect();
    assert!(shop().lines.iter().chain(&shop().events).all(|row| skus.contains(row["sku"].as_str())));
    let sold: BTreeSet<&str> = shop().lines.iter().map(|row| row["sku"].as_str()).collect();
    let unsold = skus.difference(&sold).count();
    assert_eq!(unsold, 9, "six new ones and three announced ones");
}

#[test]
fn prices_are_positive_and_a_few_products_lose_money() {
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    assert!(shop().lines.iter().all(|line| cents(&line["unit_price"]) > 0 && cents(&line["quantity"]) > 0));
    let losing = shop().products.iter().filter(|p| cents(&p["price"]) < cents(&p["cost"])).count();
    assert_eq!(losing, 6);
}

#[test]
fn some_are_sold_out_low_announced_or_in_backorder() {
    let count = |state: &str| shop().products.iter().filter(|p| p["availability"] == state).count();
    assert_eq!(["out_of_stock", "backorder", "preorder"].map(count), [8, 3, 3]);
    let low = |p: &&BTreeMap<String, String>| (1..=5).contains(&p["stock"].parse::<i64>().unwrap());
    assert_eq!(shop().products.iter().filter(low).count(), 8);
}

#[test]
fn times_lie_within_the_months() {
    let times: Vec<&str> = shop().lines.iter().map(|row| row["timestamp"].as_str()).collect();
    assert!(times.is_sorted());
    assert!(times[0].starts_with("2025-03-01T") && times[times.len() - 1].starts_with("2026-08-31T"));
    let seen: Vec<&str> = shop().events.iter().map(|row| row["timestamp"].as_str()).collect();
    assert!(seen.iter().all(|t| ("2026-06-01".."2026-09-01").contains(t)));
}

#[test]
fn what_fits_is_bought_together() {
    assert!(lift(starts("PW-CONE-02"), starts("FP-02")) > 5.0);
    assert!(lift(starts("GLS-FLASK-6"), starts("FP-FL6")) > 10.0);
    assert!(lift(starts("PW-CONE-02"), starts("FP-FL6")) < 2.0);
    assert!(lift(starts("OTV-ARIA"), starts("SP-10411")) > 3.0);
    assert!(lift(starts("OTV-ARIA"), starts("SP-10413")) < 2.0);
    assert!(lift(starts("BRH-AUTO"), starts("BRH-AQ")) > 10.0);
}

#[test]
fn complements_are_bought_together() {
    use Kind::*;
    for (from, to) in [(PumpMachine, Grinder), (Grinder, Scale), (PumpMachine, Tamper), (Dripper, PaperFilter)] {
        assert!(lift(of(from), of(to)) > 3.0, "{from:?} {to:?}");
    }
    for (from, to) in [(PumpMachine, Descaler), (BeanToCup, Tablets), (ColdBrewer, SeasonalBeans), (Cup, Saucer)] {
        assert!(lift(of(from), of(to)) > 3.0, "{from:?} {to:?}");
    }
    assert!(lift(of(FilterBeans), of(PaperFilter)) > 1.5);
    assert!(lift(starts("CUP-LINA-180-SGE"), starts("SAU-LINA-15-SGE")) > 50.0);
}

#[test]
fn every_planted_complement_comes_oftener_than_by_chance() {
    let often = truth().iter().filter(|c| c.permille >= 150 && c.from != c.to && !c.to.is_beans());
    for c in often {
        assert!(lift(of(c.from), of(c.to)) > 1.15, "{c:?} {}", lift(of(c.from), of(c.to)));
    }
}

#[test]
fn substitutes_are_looked_at_together_and_bought_apart() {
    let group = |sku: &str| of(Kind::Grinder)(sku).then(|| product(sku)["group"].as_str());
    let share = |stays: Vec<BTreeSet<&str>>| {
        let with = |n: usize| stays.iter().filter(|groups| groups.len() >= n).count() as f64;
        with(2) / with(1)
    };
    let mut visits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in shop().events.iter().filter(|e| e["event"] == "view") {
        visits.entry(event["session_id"].as_str()).or_default().extend(group(&event["sku"]));
    }
    let mut orders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in &shop().lines {
        orders.entry(line["order_id"].as_str()).or_default().extend(group(&line["sku"]));
    }
    assert!(share(visits.into_values().collect()) > 0.4);
    assert!(share(orders.into_values().collect()) < 0.02);
}

#[test]
fn variants_are_hardly_ever_bought_together() {
    let has_twins = |basket: &&Vec<usize>| {
        let group = |place: &usize| shop().products[*place]["group"].as_str();
        let groups: Vec<&str> = basket.iter().map(group).filter(|g| !g.is_empty()).collect();
        groups.iter().collect::<BTreeSet<_>>().len() < groups.len()
    };
    let twins = shop().baskets.values().filter(has_twins).count();
    assert!((30..150).contains(&twins), "{twins}");
}

#[test]
fn coffee_is_varied_and_grinders_are_not() {
    let varied = |kind: Kind| {
        let counts = picked(of(kind));
        let with = |n: usize| counts.iter().filter(|count| **count >= n).count() as f64;
        with(2) / with(1)
    };
    for &kind in Kind::ALL {
        let share = varied(kind);
        assert_eq!(share > 0.25, kind.is_varied(), "{kind:?} {share}");
        assert!(kind.is_varied() || share < 0.10, "{kind:?} {share}");
    }
}

#[test]
fn winter_blends_sell_in_winter() {
    let months = |season: &str| -> BTreeSet<&str> {
        let of_season = shop().lines.iter().filter(|line| product(&line["sku"])["season"] == season);
        of_season.map(|line| &line["timestamp"][5..7]).collect()
    };
    assert_eq!(months("winter"), BTreeSet::from(["01", "10", "11", "12"]));
    assert_eq!(months("summer"), BTreeSet::from(["05", "06", "07", "08", "09"]));
}

#[test]
fn customers_come_back_for_coffee_every_three_to_five_weeks() {
    let mut days: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for line in shop().lines.iter().filter(|line| line["sku"].starts_with("BN-") && !line["customer_id"].is_empty()) {
        let at: jiff::Timestamp = line["timestamp"].parse().unwrap();
        days.entry(&line["customer_id"]).or_default().push(at.as_second() / 86_400);
    }
    let gaps = |d: &Vec<i64>| d.windows(2).map(|w| w[1] - w[0]).filter(|gap| *gap > 0).collect::<Vec<_>>();
    let mut gaps: Vec<i64> = days.values().flat_map(gaps).collect();
    gaps.sort_unstable();
    let median = gaps[gaps.len() / 2];
    assert!((21..=35).contains(&median), "{median}");
}

#[test]
fn every_purchase_seen_is_an_order_placed() {
    let bought: BTreeSet<(&str, &str)> =
        shop().lines.iter().map(|line| (line["timestamp"].as_str(), line["sku"].as_str())).collect();
    let seen: Vec<_> = shop().events.iter().filter(|e| e["event"] == "purchase").collect();
    assert!(seen.len() > 4_000);
    assert!(seen.iter().all(|e| bought.contains(&(e["timestamp"].as_str(), e["sku"].as_str()))));
}

#[test]
fn pictures_exist_are_small_and_well_formed() {
    let paths: BTreeSet<&str> = shop().files.iter().map(|file| file.path.as_str()).collect();
    assert!(shop().products.iter().all(|p| paths.contains(p["image"].as_str())));
    for file in shop().files.iter().filter(|file| file.path.starts_with("pictures/")) {
        let svg = std::str::from_utf8(&file.bytes).unwrap();
        assert!(svg.len() < 1_500, "{}: {} bytes", file.path, svg.len());
        assert!(svg.contains("<title>") && !svg.contains("<title></title>"), "{}", file.path);
        assert!(!svg.contains("script") && !svg.contains("href") && !svg.contains('$'), "{}", file.path);
        assert_balanced(svg, &file.path);
    }
}

/// Every tag that opens is closed in turn, and every `&` starts an entity.
fn assert_balanced(svg: &str, path: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (inner, _) = tag.split_once('>').unwrap_or_else(|| panic!("{path}: <{tag}"));
        let name = inner.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default();
        assert_eq!(inner.matches('"').count() % 2, 0, "{path}: {inner}");
        match (inner.starts_with('/'), inner.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name), "{path}"),
            (_, true) => {}
            _ => open.push(name),
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "{path}");
    let entities = ["amp;", "lt;", "gt;"];
    assert!(svg.split('&').skip(1).all(|rest| entities.iter().any(|e| rest.starts_with(e))), "{path}");
}

#[test]
fn the_settings_parse_and_say_euro() {
    let file = shop().files.iter().find(|file| file.path == "endcap.toml").unwrap();
    let settings: toml::Table = std::str::from_utf8(&file.bytes).unwrap().parse().unwrap();
    assert_eq!(settings["shop"]["currency"].as_str(), Some("EUR"));
    let placements: Vec<_> = settings["placement"].as_table().unwrap().keys().map(String::as_str).collect();
    assert_eq!(placements, ["cart", "pdp_complements", "pdp_similar", "post_purchase"]);
}

#[test]
fn it_is_written_into_a_new_directory_and_never_over_anything() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("shop");
    let written = write(&dir).unwrap();
    assert_eq!(written, shop().written);
    for file in &shop().files {
        assert_eq!(std::fs::read(dir.join(&file.path)).unwrap(), file.bytes, "{}", file.path);
    }
    let refused = write(&dir).unwrap_err();
    assert!(matches!(refused, SampleError::NotEmpty { .. }));
    assert!(refused.to_string().contains("name another directory"), "{refused}");
    let blocked = write(&dir.join("orders.csv")).unwrap_err();
    assert!(matches!(blocked, SampleError::Io { .. }), "{blocked}");
}
