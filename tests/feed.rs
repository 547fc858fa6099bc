//! Reading of files: every fixture is named for what is wrong with it.
#![cfg(feature = "train")]

use endcap::feed::{self, FeedError, Options, Reason, Summary};
use endcap::shop::{
    Availability, CuratedLine, CuratedPlace, Currency, Event, EventKind, OrderLine, Product, Timestamp,
};
use proptest::prelude::*;
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// An order line that owns its text.
#[derive(Debug, PartialEq)]
struct Line {
    order: String,
    customer: Option<String>,
    at: Option<i64>,
    sku: String,
    quantity: f64,
    price: Option<i64>,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/feed").join(name)
}

/// Options under which bad rows are counted and not refused.
fn lenient() -> Options<'static> {
    Options { currency: Currency::parse("EUR").unwrap(), max_bad_rows: 1.0, ..Options::default() }
}

fn orders_with(name: &str, options: &Options<'_>) -> Result<(Summary, Vec<Line>), FeedError> {
    let mut lines = Vec::new();
    let summary = feed::read_orders(&fixture(name), options, &mut |line: OrderLine<'_>| {
        lines.push(Line {
            order: line.order.into(),
            customer: line.customer.map(Into::into),
            at: line.at.map(|at| at.0),
            sku: line.sku.into(),
            quantity: line.quantity,
            price: line.unit_price.map(|price| price.minor()),
        });
    })?;
    assert_eq!(summary.rows_kept as usize, lines.len(), "{name}");
    assert_eq!(summary.rows_read, summary.rows_kept + summary.dropped.values().sum::<u64>(), "{name}");
    Ok((summary, lines))
}

fn orders(name: &str) -> (Summary, Vec<Line>) {
    orders_with(name, &lenient()).unwrap()
}

fn catalog(name: &str) -> (Summary, Vec<Product>) {
    let mut products = Vec::new();
    let summary = feed::read_catalog(&fixture(name), &lenient(), &mut |p| products.push(p)).unwrap();
    (summary, products)
}

/// What was dropped, as pairs.
fn dropped(summary: &Summary) -> Vec<(Reason, u64)> {
    summary.dropped.iter().map(|(reason, n)| (*reason, *n)).collect()
}

/// Where the issues are, and what they are.
fn places(summary: &Summary) -> Vec<(u64, &str, Reason)> {
    summary.issues.iter().map(|issue| (issue.line, issue.column.as_str(), issue.reason)).collect()
}

fn line(order: &str, customer: Option<&str>, at: i64, sku: &str, quantity: f64, price: i64) -> Line {
    let (order, sku, customer) = (order.into(), sku.into(), customer.map(Into::into));
    Line { order, customer, at: Some(at), sku, quantity, price: Some(price) }
}

#[test]
fn one_table_reads_the_same_in_every_wrapping() {
    let (summary, plain) = orders("orders_plain.csv");
    let expected = [
        line("1", Some("c1"), 1_714_557_600, "A1", 1.0, 250),
        line("1", Some("c1"), 1_714_557_600, "B2", 2.0, 400),
        line("2", None, 1_714_608_000, "A1", 1.0, 250),
    ];
    assert_eq!(plain, expected);
    assert_eq!((summary.first, summary.last), (Some(Timestamp(1_714_557_600)), Some(Timestamp(1_714_608_000))));
    for name in [
        "orders_gzip_without_gz_in_its_name.csv",
        "orders_byte_order_mark.csv",
        "orders_tabs_and_windows_line_breaks.tsv",
    ] {
        assert_eq!(orders(name).1, expected, "{name}");
    }
}

#[test]
fn other_headers_dates_and_decimal_signs_are_understood() {
    let (summary, lines) = orders("orders_header_in_other_words.csv");
    assert_eq!(lines[0], line("489434", Some("13085"), 1_259_653_500, "85048", 12.0, 695));
    let columns: Vec<_> = summary.columns.iter().map(|(field, header)| (*field, header.as_str())).collect();
    assert_eq!(
        columns,
        [
            ("order_id", "Invoice"),
            ("sku", "StockCode"),
            ("customer_id", "Customer ID"),
            ("timestamp", "Invoice Date"),
            ("quantity", "Qty"),
            ("unit_price", "Price"),
        ]
    );
    assert_eq!(summary.unused, ["Country"]);
}

#[test]
fn a_record_that_is_no_utf_8_is_read_as_windows_1252_and_counted() {
    let (summary, lines) = orders("orders_windows_1252.csv");
    assert_eq!(lines[0].customer.as_deref(), Some("Jürgen"));
    assert_eq!(lines[1].customer.as_deref(), Some("Zoë"));
    assert_eq!(lines[0].sku, lines[1].sku);
    assert_eq!((summary.windows_1252, summary.bad_rows()), (1, 0));
}

#[test]
fn rules_leave_rows_out_without_calling_them_bad() {
    for (name, kept, reason, n) in [
        ("orders_row_with_negative_quantity.csv", 3, Reason::Return, 2),
        ("orders_cancelled_by_c_before_the_number.csv", 3, Reason::Cancelled, 1),
        ("orders_cancelled_by_status.csv", 2, Reason::Cancelled, 2),
        ("orders_line_with_negative_price.csv", 3, Reason::NegativeLine, 1),
    ] {
        let strict = Options { max_bad_rows: 0.0, ..lenient() };
        let (summary, lines) = orders_with(name, &strict).unwrap();
        assert_eq!(lines.len(), kept, "{name}");
        assert_eq!(dropped(&summary), [(reason, n)], "{name}");
        assert!(summary.issues.is_empty(), "{name}");
    }
}

#[test]
fn a_shop_whose_numbers_all_start_with_c_has_cancelled_nothing() {
    assert_eq!(orders("orders_all_numbers_start_with_c.csv").1.len(), 3);
}

#[test]
fn every_problem_is_an_issue_with_its_line_and_column() {
    use Reason::*;
    for (name, kept, expected) in [
        ("orders_ragged_rows.csv", 4, vec![(5, "", Ragged), (6, "", Ragged)]),
        ("orders_quote_never_closed.csv", 49, vec![(5, "", UnclosedQuote)]),
        ("orders_quote_never_closed_on_the_last_line.csv", 3, vec![(5, "", UnclosedQuote)]),
        ("orders_line_break_in_quotes.csv", 1, vec![(4, "timestamp", Timestamp)]),
        ("orders_zero_bytes_in_a_row.csv", 6, vec![(5, "", NulByte)]),
        ("orders_blank_sku_and_order.csv", 3, vec![(5, "sku", Blank), (6, "order_id", Blank)]),
        ("orders_sku_too_long.csv", 4, vec![(5, "sku", Sku)]),
        ("orders_sku_with_control_character.csv", 3, vec![(5, "sku", Sku)]),
        (
            "orders_unreadable_values.csv",
            3,
            vec![
                (5, "timestamp", Timestamp),
                (6, "quantity", Number),
                (7, "unit_price", Amount),
                (8, "timestamp", TimestampRange),
            ],
        ),
        ("orders_blank_lines_between.csv", 3, vec![(12, "timestamp", Timestamp)]),
    ] {
        let (summary, lines) = orders(name);
        assert_eq!(lines.len(), kept, "{name}");
        assert_eq!(places(&summary), expected, "{name}");
    }
}

#[test]
fn fields_that_may_be_missing_may_be_missing() {
    let (_, lines) = orders("orders_without_customers_times_and_prices.csv");
    let (order, sku) = ("1".into(), "A1".into());
    assert_eq!(lines[0], Line { order, customer: None, at: None, sku, quantity: 1.0, price: None });
    let (_, lines) = orders("orders_words_for_empty.csv");
    for line in &lines {
        assert_eq!((&line.customer, line.at, line.quantity, line.price), (&None, None, 1.0, None));
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn too_many_bad_rows_refuse_the_file_and_say_which() {
    let error = orders_with("orders_unreadable_values.csv", &Options::default()).unwrap_err();
    assert!(matches!(&error, FeedError::TooManyBadRows { summary, .. } if summary.bad_rows() == 4));
    let text = error.to_string();
    assert!(text.contains("expected at most 1 % of rows with problems, found 4 of 7"), "{text}");
    assert!(text.contains("orders_unreadable_values.csv:5: column `timestamp`: expected a date and time"), "{text}");
    let half = Options { max_bad_rows: 4.0 / 7.0, ..lenient() };
    assert!(orders_with("orders_unreadable_values.csv", &half).is_ok());
    let never = Options { max_bad_rows: f64::NAN, ..lenient() };
    assert!(orders_with("orders_unreadable_values.csv", &never).is_err());
}

#[test]
fn a_missing_column_is_named_with_what_was_found_and_the_nearest() {
    let error = orders_with("orders_sku_column_misspelt.csv", &lenient()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("orders_sku_column_misspelt.csv:1: expected a column `sku` (or "), "{text}");
    assert!(text.contains("found `order_id`, `skuu`, `quantity`; rename `skuu` to `sku`"), "{text}");
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let says = |name: &str| orders_with(name, &lenient()).unwrap_err().to_string();
    for (name, expected) in [
        ("orders_are_parquet.parquet", "expected CSV in UTF-8, plain or gzip, found Parquet"),
        ("orders_are_json_lines.jsonl", "found JSON Lines"),
        ("orders_utf_16.csv", "found UTF-16 text"),
        ("orders_empty.csv", "expected a line of column names, found nothing"),
        ("orders_header_alone.csv", "found none after the header"),
        ("orders_only_returns.csv", "dropped 1: returns"),
        ("orders_gzip_cut_off.csv.gz", "reading failed"),
        ("no_such_file.csv", "cannot be opened"),
    ] {
        assert!(says(name).contains(expected), "{name}: {}", says(name));
    }
}

#[test]
fn every_column_of_a_catalog_arrives() {
    let (summary, products) = catalog("catalog_every_column.csv");
    let mug = &products[0];
    assert_eq!(mug.title.as_deref(), Some("Mug, blue"));
    assert_eq!(mug.category.as_deref(), Some("Kitchen > Mugs"));
    assert_eq!((mug.price.unwrap().minor(), mug.cost.unwrap().minor()), (123_450, 710));
    assert_eq!((mug.stock, mug.availability), (Some(12), Some(Availability::InStock)));
    assert_eq!((mug.brand.as_deref(), mug.group.as_deref()), (Some("Own"), Some("MUG")));
    assert_eq!((mug.cart_id.as_deref(), mug.season.as_deref()), (Some("991"), Some("winter")));
    assert_eq!((mug.url.as_deref(), mug.image.as_deref()), (Some("/mug"), Some("/mug.svg")));
    assert_eq!(mug.tags, ["gift", "new"]);
    assert_eq!(products[1].availability, Some(Availability::OutOfStock), "discontinued");
    assert_eq!(products.iter().filter(|p| p.sku == "A1").count(), 2, "duplicates are not settled here");
    assert_eq!(dropped(&summary), [(Reason::NonProduct, 1)]);
    assert_eq!(summary.unused, ["model"]);
}

#[test]
fn a_catalog_of_skus_alone_is_a_catalog() {
    let (_, products) = catalog("catalog_sku_alone.csv");
    assert_eq!(products[1], Product { sku: "B2".into(), ..Product::default() });
}

#[test]
fn a_product_is_not_sold_on_a_guess() {
    let (summary, products) = catalog("catalog_unreadable_values.csv");
    assert_eq!(products.iter().map(|p| p.sku.as_str()).collect::<Vec<_>>(), ["A5"]);
    let expected = [
        (2, "price", Reason::Amount),
        (3, "price", Reason::Amount),
        (4, "stock", Reason::Number),
        (5, "availability", Reason::Availability),
    ];
    assert_eq!(places(&summary), expected);
}

#[test]
fn availability_in_the_words_of_google_schema_org_and_shops() {
    use Availability::*;
    let (_, products) = catalog("catalog_availability_in_many_words.csv");
    let found: Vec<_> = products.iter().map(|p| p.availability).collect();
    let sold_out = Some(OutOfStock);
    assert_eq!(found, [Some(InStock), Some(InStock), sold_out, sold_out, Some(Backorder), Some(Preorder), None]);
}

#[test]
fn a_type_of_the_shops_own_does_not_make_a_product_none() {
    let (summary, products) = catalog("catalog_type_holds_free_words.csv");
    assert_eq!(products.len(), 2);
    assert_eq!(dropped(&summary), [(Reason::NonProduct, 1)]);
}

#[test]
fn events_with_and_without_times() {
    let mut kinds = Vec::new();
    let each = &mut |event: Event<'_>| kinds.push((event.kind, event.at.map(|at| at.0)));
    feed::read_events(&fixture("events_plain.csv"), &lenient(), each).unwrap();
    let start = 1_714_557_600;
    let expected = [(EventKind::View, 0), (EventKind::AddToCart, 5), (EventKind::Purchase, 10)];
    assert_eq!(kinds, expected.map(|(kind, after)| (kind, Some(start + after))));

    let mut order = Vec::new();
    let each = &mut |event: Event<'_>| order.push((event.at, event.seq));
    feed::read_events(&fixture("events_without_times.csv"), &lenient(), each).unwrap();
    assert_eq!(order, [(None, Some(1)), (None, Some(2))]);
}

#[test]
fn events_of_other_kinds_are_left_out_by_rule_and_blank_ones_are_issues() {
    let summary = feed::read_events(&fixture("events_of_other_kinds.csv"), &lenient(), &mut |_| {}).unwrap();
    assert_eq!(dropped(&summary), [(Reason::OtherEvent, 2), (Reason::Blank, 2)]);
    assert_eq!(places(&summary), [(5, "event type", Reason::Blank), (6, "visitor id", Reason::Blank)]);
}

/// Hand-made pairs as `product place item slot`, and the summary.
fn curated(name: &str) -> (Summary, Vec<String>) {
    let mut pairs = Vec::new();
    let summary = feed::read_curated(&fixture(name), &lenient(), &mut |line: CuratedLine<'_>| {
        let place = match line.place {
            CuratedPlace::Complements => "+",
            CuratedPlace::Similar => "~",
            CuratedPlace::Placement(name) => name,
        };
        let slot = line.slot.map_or(String::new(), |slot| format!(" {slot}"));
        pairs.push(format!("{} {place} {}{slot}", line.product, line.item));
    });
    (summary.unwrap(), pairs)
}

#[test]
fn hand_made_pairs_in_the_manners_of_four_shops() {
    for (name, expected) in [
        ("curated_plain.csv", vec!["A1 cart B2 1", "A1 cart C3", "A1 + D4", "B2 pdp_similar A1 2"]),
        ("curated_magento_links.csv", vec!["A1 + B2", "A1 ~ C3 2", "A1 ~ D4", "B2 + A1 1"]),
        ("curated_magento_export.csv", vec!["A1 + B2", "A1 ~ C3", "A1 ~ D4", "C3 + A1", "C3 + B2", "C3 ~ D4"]),
        ("curated_woocommerce_export.csv", vec!["A1 + B2", "A1 ~ D4", "A1 ~ 13"]),
        ("curated_shopify_export.csv", vec!["amber + beryl", "amber + citrine", "amber ~ diamond"]),
    ] {
        let (summary, pairs) = curated(name);
        assert_eq!(pairs, expected, "{name}");
        assert_eq!(summary.bad_rows(), 0, "{name}");
        assert_eq!(summary.rows_read, summary.rows_kept + summary.dropped.values().sum::<u64>(), "{name}");
    }
    assert_eq!(dropped(&curated("curated_woocommerce_export.csv").0), [(Reason::NoPairs, 2)]);
}

#[test]
fn a_pair_that_makes_no_sense_is_a_bad_row() {
    use Reason::*;
    let (summary, pairs) = curated("curated_with_itself_and_unreadable_values.csv");
    assert_eq!(pairs, ["A1 cart B2 1"]);
    let expected = [
        (3, "sku", Itself),
        (4, "slot", Slot),
        (5, "slot", Slot),
        (6, "slot", Slot),
        (7, "placement", Placement),
        (8, "for_sku", Blank),
        (9, "sku", Blank),
    ];
    assert_eq!(places(&summary), expected);
    let text = summary.issues[0].to_string();
    assert!(text.contains("expected another product than the one it stands beside, found `A1`"), "{text}");
    let (summary, pairs) = curated("curated_lists_hold_the_product_itself.csv");
    assert_eq!((pairs, places(&summary)), (vec!["B2 + A1".to_owned()], vec![(2, "cross_sells", Itself)]));
}

#[test]
fn a_file_without_other_products_is_no_file_of_pairs() {
    let error = feed::read_curated(&fixture("curated_without_others.csv"), &lenient(), &mut |_| {}).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("curated_without_others.csv:1: expected a column `linked_sku` (or "), "{text}");
}

#[test]
fn an_order_says_whether_a_campaign_brought_it() {
    let mut campaigns = Vec::new();
    let sink = &mut |line: OrderLine<'_>| campaigns.push(line.campaign);
    feed::read_orders(&fixture("orders_with_a_campaign_column.csv"), &lenient(), sink).unwrap();
    assert_eq!(campaigns, [true, false, false, false, true]);
}

#[test]
fn progress_ends_at_the_size_of_the_packed_file() {
    let path = fixture("orders_gzip_without_gz_in_its_name.csv");
    let seen = Cell::new(0);
    let note = |bytes| seen.set(bytes);
    let options = Options { progress: Some(&note), ..lenient() };
    feed::read_orders(&path, &options, &mut |_| {}).unwrap();
    assert_eq!(seen.get(), path.metadata().unwrap().len());
}

/// Reads orders from `bytes` and checks what holds for every file.
fn orders_of(bytes: &[u8]) -> Result<(Summary, Vec<(String, String)>), FeedError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let mut lines = Vec::new();
    let summary = feed::read_orders(file.path(), &lenient(), &mut |line| {
        assert!(line.quantity > 0.0 && line.quantity.is_finite());
        assert!(!line.sku.is_empty() && line.sku.len() <= 255);
        lines.push((line.order.to_owned(), line.sku.to_owned()));
    })?;
    assert_eq!(summary.rows_read, summary.rows_kept + summary.dropped.values().sum::<u64>());
    assert_eq!(summary.rows_kept as usize, lines.len());
    assert!(summary.issues.len() <= feed::ISSUES_KEPT);
    Ok((summary, lines))
}

#[test]
fn a_record_over_a_mebibyte_is_one_issue_and_the_next_row_is_read() {
    let mut text = b"order_id,sku\n1,A1\n2,".to_vec();
    text.extend(std::iter::repeat_n(b'x', 3 << 20));
    text.extend_from_slice(b"\n3,A3\n");
    let (summary, lines) = orders_of(&text).unwrap();
    assert_eq!(lines, [("1".into(), "A1".into()), ("3".into(), "A3".into())]);
    assert_eq!(places(&summary), [(3, "", Reason::TooLong)]);
}

#[test]
fn a_quotation_open_for_megabytes_costs_its_own_line_only() {
    let mut text = b"order_id,sku\n1,A1\n2,\"A2\n".to_vec();
    for n in 3..400_000 {
        text.extend_from_slice(format!("{n},B\n").as_bytes());
    }
    let (summary, lines) = orders_of(&text).unwrap();
    assert_eq!(lines.len(), 399_998);
    assert_eq!(places(&summary), [(3, "", Reason::UnclosedQuote)]);
}

#[test]
fn a_file_of_nothing_but_open_quotations_ends() {
    let mut text = b"order_id,sku\n1,A1\n".to_vec();
    text.extend_from_slice(&br#"a","x"#.iter().copied().chain([b'\n']).collect::<Vec<_>>().repeat(1 << 20));
    let (summary, lines) = orders_of(&text).unwrap();
    assert_eq!(lines.len(), 1);
    assert!(summary.dropped.contains_key(&Reason::UnclosedQuote));
}

/// Bytes that look like a table often enough to reach every corner.
fn table_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[a-c0-9.,;/: -]{0,6}".prop_map(String::into_bytes),
        4 => prop::sample::select(vec![&b"\n"[..], b"\r\n", b"\r", b",", b"\"", b"\"\"", b";", b"\t", b"\0"]).prop_map(<[u8]>::to_vec),
        2 => prop::sample::select(vec!["2024-05-01", "C12", "12", "-1", "1,234.5", "12/1/2009 7:45 PM", "null"])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    let header = prop::sample::select(vec![
        "order_id,sku\n",
        "\u{feff}Invoice;StockCode;Date;Qty;Price;Status\n",
        "order_id,customer_id,timestamp,sku,quantity,unit_price\r\n",
        "",
    ]);
    (header, prop::collection::vec(piece, 0..60)).prop_map(|(h, pieces)| [h.as_bytes(), &pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused_and_never_panic(bytes in table_like(), gzip in any::<bool>()) {
        let mut bytes = bytes;
        if gzip {
            bytes.splice(0..0, [0x1f, 0x8b, 8, 0]);
        }
        if let Err(error) = orders_of(&bytes) {
            prop_assert!(!error.to_string().is_empty());
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let _ = feed::read_catalog(file.path(), &lenient(), &mut |_| {});
        let _ = feed::read_events(file.path(), &lenient(), &mut |_| {});
    }

    #[test]
    fn any_rows_of_pairs_are_read_or_refused_and_never_pair_a_product_with_itself(
        lists: bool,
        rows in prop::collection::vec(("[A-C, ]{0,4}", "[A-C,;|\\[\\]\" ]{0,9}", "[0-9.x-]{0,6}", "[a-z _-]{0,9}"), 0..20),
    ) {
        let mut file = csv::Writer::from_writer(Vec::new());
        let header = if lists { ["sku", "Cross-sells", "Upsells", "name"] } else { ["for_sku", "sku", "slot", "placement"] };
        file.write_record(header).unwrap();
        rows.iter().for_each(|(a, b, c, d)| file.write_record([a, b, c, d]).unwrap());
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), file.into_inner().unwrap()).unwrap();
        let mut pairs = 0;
        let read = feed::read_curated(path.path(), &lenient(), &mut |line| {
            assert!(line.product != line.item && !line.product.is_empty() && !line.item.is_empty());
            assert!(line.slot.is_none_or(|slot| slot >= 1));
            pairs += 1;
        });
        if let Ok(summary) = read {
            prop_assert!(pairs >= summary.rows_kept);
            prop_assert_eq!(summary.rows_read, summary.rows_kept + summary.dropped.values().sum::<u64>());
        }
    }

    /// No order begins with c: c0 is a cancelled one.
    #[test]
    fn what_a_csv_writer_wrote_comes_back(rows in prop::collection::vec(("[0-9abd-zä\",;\n]{1,8}", "[A-Z0-9é\",;]{1,8}"), 1..40)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["sku", "order_id"]).unwrap();
        let rows: Vec<_> = rows.into_iter().filter(|(order, _)| !order.contains('\n') || order.trim() == order).collect();
        for (order, sku) in &rows {
            writer.write_record([sku, order]).unwrap();
        }
        let expected: Vec<_> = rows.into_iter().filter(|(order, _)| !order.is_empty()).collect();
        match orders_of(&writer.into_inner().unwrap()) {
            Ok((summary, lines)) => {
                prop_assert_eq!(summary.bad_rows(), 0);
                prop_assert_eq!(lines, expected);
            }
            Err(error) => prop_assert!(expected.is_empty(), "{}", error),
        }
    }

    #[test]
    fn the_order_of_rows_decides_nothing(rows in prop::collection::vec(("C?[0-9]{1,3}", "[AB]", -2i32..5), 1..30), seed in any::<u64>()) {
        let table = |rows: &[(String, String, i32)]| {
            let body: String = rows.iter().map(|(order, sku, n)| format!("{order},{sku},{n}\n")).collect();
            orders_of(format!("order_id,sku,quantity\n{body}").as_bytes()).map(|(summary, mut lines)| {
                lines.sort();
                (summary.dropped, lines)
            })
        };
        let mut turned = rows.clone();
        turned.rotate_left((seed % rows.len() as u64) as usize);
        turned.reverse();
        prop_assert_eq!(table(&rows).ok(), table(&turned).ok());
    }
}

/// Where the real sets lie, if they do.
fn real_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("ENDCAP_DATA").map_or(beside, PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("NO REAL DATA at {}: set ENDCAP_DATA to run this test on real shops", root.display());
    None
}

/// The first and last moment of a set, as its statistics write them.
fn moment(stats: &serde_json::Value, name: &str) -> Option<String> {
    stats[name].as_str().filter(|text| !text.is_empty()).map(|text| text.replace(' ', "T"))
}

#[test]
fn real_orders_hold_as_many_lines_as_their_statistics_say() {
    let Some(root) = real_data() else { return };
    let mut read = 0;
    for set in root.read_dir().unwrap().flatten().map(|entry| entry.path()) {
        let (path, stats) = (set.join("orders.csv.gz"), set.join("stats.json"));
        let (true, Ok(stats)) = (path.is_file(), std::fs::read(stats)) else { continue };
        let stats: serde_json::Value = serde_json::from_slice(&stats).unwrap();
        let (mut orders, mut customers) = (std::collections::HashSet::new(), std::collections::HashSet::new());
        let summary = feed::read_orders(&path, &Options::default(), &mut |line| {
            orders.insert(line.order.to_owned());
            customers.extend(line.customer.map(str::to_owned));
        })
        .unwrap();
        assert_eq!(Some(summary.rows_read), stats["order_lines"].as_u64(), "{summary}");
        assert_eq!(summary.bad_rows(), 0, "{summary}");
        assert_eq!(Some(orders.len() as u64), stats["orders"].as_u64(), "{summary}");
        assert_eq!(Some(customers.len() as u64), stats["customers"].as_u64(), "{summary}");
        for (found, name) in [(summary.first, "from"), (summary.last, "to")] {
            let found = found.map(|at| jiff::Timestamp::from_second(at.0).unwrap().to_string());
            let expected = moment(&stats, name);
            let agrees = match (&found, &expected) {
                (Some(found), Some(expected)) => found.starts_with(expected.as_str()),
                _ => found == expected,
            };
            assert!(agrees, "{name} {found:?} {expected:?} {summary}");
        }
        read += 1;
    }
    assert!(read >= 1, "no orders under {}", root.display());
}

#[test]
fn real_catalogs_and_events_hold_as_many_rows_as_their_statistics_say() {
    let Some(root) = real_data() else { return };
    let mut read = 0;
    for set in root.read_dir().unwrap().flatten().map(|entry| entry.path()) {
        let Ok(stats) = std::fs::read(set.join("stats.json")) else { continue };
        let stats: serde_json::Value = serde_json::from_slice(&stats).unwrap();
        if set.join("catalog.csv.gz").is_file() {
            let mut priced = 0;
            let count = &mut |p: Product| priced += u64::from(p.price.is_some());
            let summary = feed::read_catalog(&set.join("catalog.csv.gz"), &Options::default(), count).unwrap();
            assert_eq!(Some(summary.rows_read), stats["catalog_rows"].as_u64(), "{summary}");
            assert_eq!(summary.bad_rows(), 0, "{summary}");
            let rules = summary.dropped.get(&Reason::NonProduct).copied().unwrap_or(0);
            let expected = stats["catalog_with_price"].as_u64().unwrap_or(0);
            assert!((expected.saturating_sub(rules)..=expected).contains(&priced), "{priced} {expected} {summary}");
            read += 1;
        }
        if set.join("events.csv.gz").is_file() {
            let mut views = 0;
            let count = &mut |e: Event<'_>| views += u64::from(e.kind == EventKind::View);
            let summary = feed::read_events(&set.join("events.csv.gz"), &Options::default(), count).unwrap();
            assert_eq!(Some(summary.rows_read), stats["events"].as_u64(), "{summary}");
            assert_eq!(summary.bad_rows(), 0, "{summary}");
            assert_eq!(Some(views), stats["event_types"]["view"].as_u64(), "{summary}");
            read += 1;
        }
    }
    assert!(read >= 1, "no catalogs under {}", root.display());
}
