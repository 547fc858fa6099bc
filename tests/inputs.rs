//! Logs and orders as a report reads them: every fixture is named for what is wrong with it, and what is said of it stands
//! beside it. `UPDATE_INPUTS=1 cargo test --test inputs` writes that anew.
#![cfg(feature = "train")]

#[path = "support/parquet_file.rs"]
mod parquet_file;

use endcap::event::key::Key;
use endcap::event::{Consent, Event, EventItem, EventName, Moment, Who, json, parquet};
use endcap::report::inputs::{self, InputError, Options, Read, SoldLine};
use endcap::shop::{Currency, Money};
use parquet_file::{double, file, long, text, zstd};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn lenient() -> Options<'static> {
    Options { currency: euro(), max_bad_rows: 1.0, ..Options::default() }
}

fn events(path: &Path, options: &Options<'_>) -> Result<(Read, Vec<Event>), InputError> {
    let mut all = Vec::new();
    let read = inputs::read_events(path, options, &mut |event| all.push(event))?;
    whole(&read, all.len());
    Ok((read, all))
}

fn orders(path: &Path, options: &Options<'_>) -> Result<(Read, Vec<SoldLine>), InputError> {
    let mut all = Vec::new();
    let read = inputs::read_orders(path, options, &mut |line| all.push(line))?;
    whole(&read, all.len());
    Ok((read, all))
}

/// Nothing is lost silently.
#[track_caller]
fn whole(read: &Read, kept: usize) {
    assert_eq!(read.kept, kept as u64);
    assert_eq!(read.rows, read.kept + read.refused + read.other_currency);
    assert_eq!(read.kept, read.with_zone + read.without_zone);
    assert_eq!(read.issues.is_empty(), read.refused == 0);
}

/// What is said of a file, without the folder that it lies in.
fn said(path: &Path) -> String {
    let orders_file = path.file_name().unwrap().to_string_lossy().starts_with("orders");
    let told = if orders_file {
        orders(path, &lenient()).map(|(read, lines)| told(&read, lines.iter().map(line)))
    } else {
        events(path, &lenient()).map(|(read, events)| told(&read, events.iter().map(|event| format!("{:?}", event.id))))
    };
    let folder = format!("{}/", path.parent().unwrap().display());
    told.unwrap_or_else(|error| format!("{error}\n")).replace(&folder, "")
}

fn told(read: &Read, records: impl Iterator<Item = String>) -> String {
    let mut text = format!("{} rows, {} kept, {} refused", read.rows, read.kept, read.refused);
    let mut add = |what: &str, many: u64| {
        if many > 0 {
            write!(text, ", {many} {what}").unwrap();
        }
    };
    add("in other currencies", read.other_currency);
    add("without a zone", read.without_zone);
    add("with an unreadable attribute", read.unreadable_attributes);
    if !read.currencies.is_empty() {
        write!(text, ", {:?}", read.currencies).unwrap();
    }
    if !read.unknown_fields.is_empty() {
        write!(text, ", unknown fields {:?}", read.unknown_fields).unwrap();
    }
    text.push('\n');
    read.issues.iter().for_each(|issue| writeln!(text, "{issue}").unwrap());
    records.take(20).for_each(|record| writeln!(text, "  {record}").unwrap());
    text
}

fn line(line: &SoldLine) -> String {
    let price = line.unit_price.map_or("no price".into(), |price| price.to_string());
    let mut text = format!("{} {} {:?} × {} at {price}", line.order, line.at.text().unwrap(), line.sku, line.quantity);
    if line.cancelled {
        text.push_str(", cancelled");
    }
    if let Some(customer) = &line.customer {
        write!(text, ", customer {customer}").unwrap();
    }
    if let Some(who) = &line.who {
        write!(text, ", {who:?} {:?}", line.variants).unwrap();
    }
    text
}

#[test]
fn every_broken_file_is_told_as_it_was_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/inputs");
    let mut files = inputs::files(std::slice::from_ref(&folder)).unwrap();
    files.sort();
    assert!(files.len() > 25, "{}", files.len());
    // The reader of Parquet may panic on damaged bytes; that becomes an error.
    std::panic::set_hook(Box::new(|_| {}));
    let told: Vec<(PathBuf, String)> = files.into_iter().map(|path| (path.clone(), said(&path))).collect();
    let _ = std::panic::take_hook();
    for (path, told) in told {
        let golden = PathBuf::from(format!("{}.txt", path.display()));
        if std::env::var_os("UPDATE_INPUTS").is_some() {
            fs::write(&golden, &told).unwrap();
        }
        assert_eq!(told, fs::read_to_string(&golden).unwrap_or_default(), "{}", path.display());
    }
}

/// An event of every field.
fn full(id: usize) -> Event {
    let text = |text: &str| Some(text.to_owned());
    let pairs = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned()), ("zz".to_owned(), "ä🛒".to_owned())];
    let item = |index: u32| EventItem {
        sku: format!("SKU-{index}"),
        index: (index != 1).then_some(index),
        quantity: (index != 2).then_some(i64::from(index) - 3),
        price: (index != 0).then_some(Money::new(i64::from(index) * 1_005, euro())),
    };
    Event {
        id: format!("e{id}"),
        name: EventName::ALL[id % 5],
        at: Moment(1_795_341_600_000 + id as i64),
        received_at: (id.is_multiple_of(2)).then_some(Moment(1_795_341_601_123)),
        placement: text("cart"),
        recommendation: text("c1f0"),
        model: text("9f2c"),
        who: match id % 3 {
            0 => None,
            1 => Some(Who::Unit(format!("visitor-{id}"))),
            _ => Some(Who::Key(Key::new(&[7; 32]).unwrap().of("visitor"))),
        },
        consent: if id.is_multiple_of(3) { Consent::Anonymous } else { Consent::Full },
        experiment: text("e").filter(|_| !id.is_multiple_of(4)),
        variant: text("treatment").filter(|_| !id.is_multiple_of(4)),
        withheld: id.is_multiple_of(7),
        segment: if id.is_multiple_of(2) { pairs("device", "mobile") } else { Vec::new() },
        items: (0..id as u32 % 5).map(item).collect(),
        order: Some(format!("o{id}")),
        value: (id % 3 == 1).then_some(Money::new(-199, euro())),
        variants: if id.is_multiple_of(5) { pairs("e", "treatment") } else { Vec::new() },
    }
}

fn table(events: &[Event]) -> Vec<u8> {
    let mut writer = parquet::Writer::new(Vec::new()).unwrap();
    events.iter().for_each(|event| writer.write(event.clone()).unwrap());
    writer.finish().unwrap()
}

#[test]
fn events_come_back_from_both_formats_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut all: Vec<Event> = (0..500).map(full).collect();
    // More than one row group: some 20 MB.
    let heavy = EventItem { sku: "x".repeat(255), index: None, quantity: None, price: None };
    all.extend((500..800).map(|id| Event { items: vec![heavy.clone(); 200], ..full(id) }));
    let mut lines = Vec::new();
    all.iter().for_each(|event| json::write(event, &mut lines).unwrap());
    for (name, bytes) in [("a.jsonl", lines), ("a.parquet", table(&all)), ("named_otherwise.jsonl", table(&all[..10]))]
    {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let (read, found) = events(&path, &Options { currency: euro(), ..Options::default() }).unwrap();
        assert!(found == all[..found.len()], "{name}");
        assert!(found.len() == all.len() || name == "named_otherwise.jsonl");
        assert_eq!((read.without_zone, read.unknown_fields.len()), (0, 0));
    }
    let none = folder.path().join("none.parquet");
    fs::write(&none, table(&[])).unwrap();
    assert_eq!(events(&none, &lenient()).unwrap().0.rows, 0);
}

#[test]
fn units_are_hashed_where_there_is_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = Key::new(&[3; 32]).unwrap();
    let path = folder.path().join("a.parquet");
    fs::write(&path, table(&(0..9).map(full).collect::<Vec<_>>())).unwrap();
    let (_, found) = events(&path, &Options { key: Some(&key), ..lenient() }).unwrap();
    assert_eq!(found[1].who, Some(Who::Key(key.of("visitor-1"))));
    assert!(found.iter().all(|event| !matches!(event.who, Some(Who::Unit(_)))));
    let path = folder.path().join("orders.csv");
    fs::write(&path, "order_id,timestamp,sku,_endcap,unit\n1,2026-11-22,A,1;v%20x;e=b,\n2,2026-11-22,A,,w\n").unwrap();
    let (_, lines) = orders(&path, &Options { key: Some(&key), ..lenient() }).unwrap();
    assert_eq!(lines[0].who, Some(Who::Key(key.of("v x"))));
    assert_eq!(lines[1].who, Some(Who::Key(key.of("w"))));
}

#[test]
fn what_orders_say_of_units_and_arms_and_cannot_be_read_is_counted_once_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    let hash = "00112233445566778899aabbccddeeff";
    let rows = [
        format!("1,2026-11-22,A,{hash},\"{{\"\"e\"\":\"\"b\"\"}}\","),
        format!("2,2026-11-22,A,{},,", hash.to_uppercase()),
        format!("3,2026-11-22,A,{hash},e=b,"),
        "4,2026-11-22,A,nonsense,[],2;u".to_owned(),
        "5,2026-11-22,A,,not looked at,1;u;e=b".to_owned(),
        "6,2026-11-22,A,,,".to_owned(),
    ];
    fs::write(&path, format!("order_id,timestamp,sku,unit_key,experiments,_endcap\n{}\n", rows.join("\n"))).unwrap();
    let (read, lines) = orders(&path, &lenient()).unwrap();
    assert_eq!((read.kept, read.unreadable_attributes), (6, 3));
    let has_unit: Vec<bool> = lines.iter().map(|line| line.who.is_some()).collect();
    assert_eq!(has_unit, [true, false, true, false, true, false]);
    let arms: Vec<usize> = lines.iter().map(|line| line.variants.len()).collect();
    assert_eq!(arms, [1, 0, 0, 0, 1, 0]);
}

#[test]
fn flat_tables_of_other_programs_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flat.parquet");
    let micros = parquet_file::Column {
        declared: "OPTIONAL INT64 at (TIMESTAMP(MICROS,false))".into(),
        values: parquet_file::Values::Long(vec![Some(1_795_341_600_123_456), Some(1_795_341_600_000_000), None]),
    };
    let nanos = parquet_file::Column {
        declared: "OPTIONAL INT64 received_at (TIMESTAMP(NANOS,true))".into(),
        values: parquet_file::Values::Long(vec![Some(1_795_341_600_123_456_789), None, None]),
    };
    let columns = [
        text("id", ["a", "b", "c"]),
        text("name", ["click", "purchase", "click"]),
        micros,
        nanos,
        text("transaction_id", ["", "o1", "x"].map(|id| if id.is_empty() { "o0" } else { id })),
        double("value", [f64::NAN, 19.99, 1.0]),
        text("items", ["[{\"item_id\":\"A\",\"price\":9.5}]", "[]", "[]"]),
        text("experiments", ["{\"e\":\"b\"}", "{}", "{}"]),
        long("page", [1, 2, 3]),
    ];
    fs::write(&path, file(&columns, zstd(), 2)).unwrap();
    let (read, found) = events(&path, &lenient()).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].at, found[0].received_at), (Moment(1_795_341_600_123), Some(Moment(1_795_341_600_123))));
    assert_eq!((found[0].value, found[1].value), (None, Some(Money::new(1_999, euro()))));
    assert_eq!(found[0].items[0].price, Some(Money::new(950, euro())));
    assert_eq!(found[0].variants, [("e".to_owned(), "b".to_owned())]);
    assert_eq!((read.without_zone, read.unknown_fields.keys().next().map(String::as_str)), (2, Some("page")));
    let expected =
        format!("{}:3: column `at`: expected a moment, found none; correct it where the event is made", path.display());
    assert_eq!(read.issues[0].to_string(), expected);
}

#[test]
fn orders_are_read_from_parquet_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.parquet");
    let at = |utc: bool| parquet_file::Column {
        declared: format!("OPTIONAL INT64 order_date (TIMESTAMP(MILLIS,{utc}))"),
        values: parquet_file::Values::Long(vec![Some(1_795_341_600_000), Some(1_795_341_600_000)]),
    };
    let columns = |utc| {
        let skus = text("StockCode", ["A", "B"]);
        [
            long("invoice", [1, 2]),
            at(utc),
            skus,
            long("qty", [2, -1]),
            double("price", [9.99, 0.1 + 0.2]),
            text("colour", ["red", "blue"]),
        ]
    };
    for utc in [true, false] {
        fs::write(&path, file(&columns(utc), zstd(), 1)).unwrap();
        let (read, lines) = orders(&path, &lenient()).unwrap();
        assert_eq!((read.with_zone, read.without_zone), if utc { (2, 0) } else { (0, 2) });
        assert_eq!((lines[0].order.as_str(), lines[0].sku.as_str(), lines[0].quantity), ("1", "A", 2));
        assert_eq!((lines[1].quantity, lines[1].unit_price), (-1, Some(Money::new(30, euro()))));
        assert_eq!(lines[0].at, Moment(1_795_341_600_000));
        assert_eq!(read.unused, ["colour"]);
    }
    fs::write(&path, file(&columns(true)[1..], zstd(), 1)).unwrap();
    let error = orders(&path, &lenient()).unwrap_err().to_string();
    assert!(error.contains("expected a column `order_id`") && error.contains("`StockCode`"), "{error}");
}

#[test]
fn too_many_unreadable_rows_refuse_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let good = "{\"id\":\"a\",\"name\":\"click\",\"at\":\"2026-11-22T10:00:00Z\"}\n";
    fs::write(&path, good.repeat(98) + "{}\n{}\n").unwrap();
    assert!(events(&path, &Options { max_bad_rows: 0.02, ..lenient() }).is_ok());
    let error = events(&path, &Options { max_bad_rows: 0.01, ..lenient() }).unwrap_err().to_string();
    assert!(error.contains("expected at most 1 % of rows with problems, found 2 of 100"), "{error}");
    assert!(error.contains("a.jsonl:99: column `id`: expected an id, found none"), "{error}");
}

#[test]
fn files_are_found_by_name_folder_and_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in [
        "b.jsonl",
        "a.ndjson.gz",
        "c.PARQUET",
        "d/e/f.csv",
        "d/.hidden.jsonl",
        "d/_temporary/g.jsonl",
        "notes.txt",
        "x[1].jsonl",
    ] {
        fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        fs::write(at(name), "").unwrap();
    }
    let found = |given: &[&str]| {
        let given: Vec<PathBuf> = given.iter().map(|name| at(name)).collect();
        inputs::files(&given).map(|files| {
            files.iter().map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string()).collect::<Vec<_>>()
        })
    };
    assert_eq!(found(&[""]).unwrap(), ["a.ndjson.gz", "b.jsonl", "c.PARQUET", "d/e/f.csv", "x[1].jsonl"]);
    assert_eq!(found(&["*.jsonl", "b.jsonl"]).unwrap(), ["b.jsonl", "x[1].jsonl"]);
    assert_eq!(found(&["**/*.csv"]).unwrap(), ["d/e/f.csv"]);
    assert_eq!(found(&["notes.txt"]).unwrap(), ["notes.txt"], "a file is itself, whatever its name");
    assert_eq!(found(&["x[1].jsonl"]).unwrap(), ["x[1].jsonl"]);
    for (given, told) in [
        ("none", "found nothing"),
        ("*.gif", "found a pattern that nothing matches"),
        ("***", "found one with an error"),
    ] {
        let error = found(&[given]).unwrap_err().to_string();
        assert!(error.contains(told), "{given}: {error}");
    }
    fs::create_dir(at("empty")).unwrap();
    assert!(found(&["empty"]).unwrap_err().to_string().contains("found a folder without them"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_tables_are_refused_or_read_and_nothing_else(
        cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), shorten in any::<bool>(),
    ) {
        let mut bytes = table(&(0..20).map(full).collect::<Vec<_>>());
        if shorten {
            bytes.truncate(cut.index(bytes.len()));
        } else {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        fs::write(&path, bytes).unwrap();
        if let Err(error) = events(&path, &lenient()) {
            prop_assert!(error.to_string().contains("expected"), "{}", error);
        }
    }
}
