//! FORMAT.md and the constants say the same; the golden bundle of each format version opens for ever.

mod support;

use endcap::bundle::layout::*;
use endcap::bundle::{
    Bundle, Draft, EVERY_ITEM, EVERY_STATE, Experiments, MAX_RULES, MAX_SETS, OverlayDraft, OverlayView, overlay,
    verify, write,
};
use endcap::placement::{Amount, PastPurchase, Recommender, Request};
use endcap::rank::Pick;
use endcap::shop::ItemId;
use std::fmt::Write as _;

const FORMAT: &str = include_str!("../src/bundle/FORMAT.md");
const GOLDEN: &[u8] = include_bytes!("fixtures/golden/v1.endcap");
const ANSWERS: &str = include_str!("fixtures/golden/v1.answers.txt");
const COMPLETE: &[u8] = include_bytes!("fixtures/golden/v1_complete.endcap");
const COMPLETE_ANSWERS: &str = include_str!("fixtures/golden/v1_complete.answers.txt");

const RULES: &[u8] = include_bytes!("fixtures/golden/v1_rules.endcap");
const RULES_READ: &str = include_str!("fixtures/golden/v1_rules.read.txt");
const RULES_ANSWERS: &str = include_str!("fixtures/golden/v1_rules.answers.txt");
const OVERLAY: &[u8] = include_bytes!("fixtures/golden/v1.overlay");
const OVERLAY_READ: &str = include_str!("fixtures/golden/v1.overlay.read.txt");
const EXPERIMENTS: &[u8] = include_bytes!("fixtures/golden/v1_experiments.endcap");
const EXPERIMENTS_READ: &str = include_str!("fixtures/golden/v1_experiments.read.txt");
const EXPERIMENTS_ANSWERS: &str = include_str!("fixtures/golden/v1_experiments.answers.txt");
const EXPERIMENTS_OVERLAY: &[u8] = include_bytes!("fixtures/golden/v1_experiments.overlay");
const EXPERIMENTS_OVERLAY_READ: &str = include_str!("fixtures/golden/v1_experiments.overlay.read.txt");

/// Cells of the rows of the table that follows `heading`.
fn table(heading: &str) -> Vec<Vec<String>> {
    let after = FORMAT.split_once(heading).unwrap_or_else(|| panic!("FORMAT.md lacks {heading:?}")).1;
    let rows = after.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    rows.skip(2).map(cells).collect()
}

#[test]
fn limits_are_the_constants() {
    let expected: Vec<(&str, usize)> = vec![
        ("FORMAT_VERSION", FORMAT_VERSION.into()),
        ("SECTION_VERSION", SECTION_VERSION as usize),
        ("HEADER_BYTES", HEADER_BYTES),
        ("ENTRY_BYTES", ENTRY_BYTES),
        ("HASH_BYTES", HASH_BYTES),
        ("BLOCK_BYTES", BLOCK_BYTES),
        ("MAX_SECTIONS", MAX_SECTIONS),
        ("ALIGN", ALIGN),
        ("MAX_ITEMS", MAX_ITEMS),
        ("MAX_STRUCTURED", MAX_STRUCTURED),
        ("MAX_RULES_BYTES", MAX_RULES_BYTES),
        ("MAX_PRIVATE_BYTES", MAX_PRIVATE_BYTES),
        ("MAX_DECODED", MAX_DECODED),
        ("MAX_SKU_BYTES", MAX_SKU_BYTES),
        ("FLAG_ADDITION", FLAG_ADDITION.into()),
        ("SECTION_REQUIRED", SECTION_REQUIRED as usize),
        ("ROWS_PER_BLOCK", ROWS_PER_BLOCK),
        ("MAX_DEGREE", MAX_DEGREE),
        ("SCALE_BITS", SCALE_BITS as usize),
        ("MAX_RICE", MAX_RICE as usize),
        ("MAX_UNARY_BITS", MAX_UNARY_BITS as usize),
        ("RELATION_HEADER_BYTES", RELATION_HEADER_BYTES),
        ("RELATION_SIGNED", RELATION_SIGNED.into()),
        ("SKUS_PER_BLOCK", SKUS_PER_BLOCK),
        ("DICTIONARY_HEADER_BYTES", DICTIONARY_HEADER_BYTES),
        ("NO_PRIOR", NO_PRIOR.into()),
        ("CLASS_VARIED", CLASS_VARIED.into()),
        ("CLASS_SENSITIVE", CLASS_SENSITIVE.into()),
        ("MAX_KNOTS", MAX_KNOTS),
        ("NO_GAP", NO_GAP.into()),
        ("GAP_TOP_DAYS", GAP_TOP_DAYS.into()),
        ("LAST_GAP", LAST_GAP.into()),
        ("PIN_BYTES", PIN_BYTES),
        ("MAX_PINS", MAX_PINS),
        ("MAX_PINS_A_PRODUCT", MAX_PINS_A_PRODUCT),
        ("FIRST_PRIVATE", FIRST_PRIVATE as usize),
        ("NO_VALUE", NO_VALUE.into()),
        ("VALUE_KNOTS", VALUE_KNOTS),
        ("WHOLE", WHOLE.into()),
        ("MAX_EXPERIMENTS", MAX_EXPERIMENTS),
        ("MAX_ARMS", MAX_ARMS),
        ("MAX_PRICE", MAX_PRICE as usize),
        ("MAX_CLASS_PAIRS", MAX_CLASS_PAIRS),
        ("MAX_TEXT_BYTES", MAX_TEXT_BYTES),
        ("MAX_ALTERNATIVES", MAX_ALTERNATIVES),
        ("MAX_RULES", MAX_RULES),
        ("MAX_SETS", MAX_SETS),
        ("EVERY_ITEM", EVERY_ITEM.into()),
        ("EVERY_STATE", EVERY_STATE.into()),
        ("OVERLAY_VERSION", OVERLAY_VERSION.into()),
        ("OVERLAY_HEADER_BYTES", OVERLAY_HEADER_BYTES),
        ("OVERLAY_EDGE", OVERLAY_EDGE.into()),
        ("OVERLAY_DATED", OVERLAY_DATED.into()),
        ("OVERLAY_RULES", OVERLAY_RULES.into()),
        ("OVERLAY_EXPERIMENTS", OVERLAY_EXPERIMENTS.into()),
    ];
    let found = table("## 9. Limits");
    let found: Vec<(&str, usize)> = found.iter().map(|row| (row[0].as_str(), row[1].parse().unwrap())).collect();
    assert_eq!(found, expected);
    let declared = |source: &str| source.lines().filter(|line| line.starts_with("pub const ")).count();
    let declared = declared(include_str!("../src/bundle/layout.rs")) + declared(include_str!("../src/bundle/rule.rs"));
    // The two magic numbers stand in the headers' tables.
    assert_eq!(declared - 2, expected.len(), "a constant of layout.rs or rule.rs is missing from FORMAT.md §9");
}

#[test]
fn sections_are_the_section_kinds() {
    let found: Vec<(u32, String, [bool; 3])> = table("### 1.4 Sections")
        .into_iter()
        .map(|row| (row[0].parse().unwrap(), row[1].clone(), [2, 3, 4].map(|at| row[at] == "yes")))
        .collect();
    let says = |kind: &SectionKind| [kind.needed(), kind.required(), !kind.is_private()];
    let expected: Vec<(u32, String, [bool; 3])> =
        SectionKind::ALL.iter().map(|kind| (*kind as u32, kind.name().to_string(), says(kind))).collect();
    assert_eq!(found, expected);
}

/// Offsets and widths of a byte grid must fill it without gaps.
fn grid_bytes(heading: &str) -> usize {
    table(heading).iter().fold(0, |end, row| {
        assert_eq!(row[0].parse::<usize>().unwrap(), end, "{heading}: {row:?} does not follow the row before it");
        end + row[1].parse::<usize>().unwrap()
    })
}

#[test]
fn grids_are_whole_and_as_long_as_the_constants_say() {
    assert_eq!(grid_bytes("### 1.1 Header"), HEADER_BYTES);
    assert_eq!(grid_bytes("### 1.2 Section table"), ENTRY_BYTES);
    assert_eq!(grid_bytes("## 4. Dictionary"), DICTIONARY_HEADER_BYTES);
    assert_eq!(grid_bytes("## 5. Relations"), RELATION_HEADER_BYTES);
    assert_eq!(grid_bytes("## 7. Pins"), PIN_BYTES);
    assert_eq!(grid_bytes("## 8. Overlays"), OVERLAY_HEADER_BYTES);
    for (magic, heading) in [(MAGIC, "### 1.1 Header"), (OVERLAY_MAGIC, "## 8. Overlays")] {
        let magic: Vec<String> = magic.iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(table(heading)[0][3], magic.join(" "));
    }
}

#[test]
fn grids_lie_where_the_writer_puts_them() {
    let bytes = write(&support::complete()).unwrap();
    let field = |heading: &str, name: &str, base: usize| {
        let row = table(heading).into_iter().find(|row| row[2] == name).unwrap();
        let (at, width) = (base + row[0].parse::<usize>().unwrap(), row[1].parse::<usize>().unwrap());
        bytes[at..at + width].iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let bundle = Bundle::open(&bytes).unwrap();
    let head = bundle.head();
    assert_eq!(field("### 1.1 Header", "version", 0), 1);
    assert_eq!(field("### 1.1 Header", "sections", 0), head.sections.len() as u64);
    assert_eq!(field("### 1.1 Header", "file length", 0), bytes.len() as u64);
    assert_eq!(field("### 1.1 Header", "head length", 0), head.length as u64);
    assert_eq!(field("### 1.1 Header", "items", 0), 6);
    for (n, section) in head.sections.iter().enumerate() {
        let base = HEADER_BYTES + n * ENTRY_BYTES;
        assert_eq!(field("### 1.2 Section table", "number", base), u64::from(section.number));
        assert_eq!(field("### 1.2 Section table", "flags", base), u64::from(section.flags));
        assert_eq!(field("### 1.2 Section table", "offset", base), section.range.start as u64);
        assert_eq!(field("### 1.2 Section table", "length", base), section.range.len() as u64);
    }
    let start = |kind: SectionKind| head.sections.iter().find(|s| s.kind() == Some(kind)).unwrap().range.start;
    assert_eq!(field("## 4. Dictionary", "count", start(SectionKind::Dictionary)), 6);
    assert_eq!(field("## 5. Relations", "rows", start(SectionKind::Cart)), 6);
    assert_eq!(field("## 5. Relations", "edges", start(SectionKind::Cart)), 10);
    assert_eq!(field("## 5. Relations", "bits", start(SectionKind::Cart)), 4);
    // Of five pins the first is that of the placement `cart` and the product 1: item 4 in slot 1.
    let pins = start(SectionKind::Pins);
    let found = ["product", "placement", "item", "slot"].map(|name| field("## 7. Pins", name, pins));
    assert_eq!(found, [1, 0, 4, 1]);
}

#[test]
fn the_overlay_header_lies_where_the_writer_puts_it() {
    let draft = support::everything::overlay();
    let bytes = overlay::encode(&draft).unwrap();
    let field = |name: &str| {
        let row = table("## 8. Overlays").into_iter().find(|row| row[2] == name).unwrap();
        let (at, width) = (row[0].parse::<usize>().unwrap(), row[1].parse::<usize>().unwrap());
        bytes[at..at + width].iter().rev().fold(0u128, |number, byte| number << 8 | u128::from(*byte))
    };
    let found = ["version", "flags", "items", "revision", "made at", "skus"].map(field);
    assert_eq!(found, [1, 15, 6, 41, 1_790_000_000, 3]);
    assert_eq!(field("file length"), bytes.len() as u128);
    assert_eq!(field("shop"), u128::from_le_bytes(draft.shop));
    let parts: u128 = ["terms", "changes", "signed"].into_iter().map(field).sum();
    let signatures = 8 + 4 * 4 + 3 * 2;
    assert_eq!(parts + signatures, (bytes.len() - OVERLAY_HEADER_BYTES) as u128);
}

/// Every placement asked a few things; scores as bits. `more` adds what answers had not yet told when version 1 was fixed.
fn answers(bytes: &[u8], more: bool) -> String {
    answers_of(&mut Recommender::open(bytes).unwrap(), more, &Request::default())
}

/// What rules and the golden overlay make of the answers: of a public bundle at a time, and of an edge bundle patched.
fn ruled_answers(bytes: &[u8]) -> String {
    let asked = Request { now: Some(1_790_000_100), segment: &[("device", "tablet")], ..Request::default() };
    let mut edge = Recommender::open(write(&without_experiments()).unwrap()).unwrap();
    assert!(edge.patch(OVERLAY).unwrap().changed);
    let public = answers_of(&mut Recommender::open(bytes).unwrap(), true, &asked);
    format!("{public}patched\n{}", answers_of(&mut edge, true, &asked))
}

/// The shop with everything that there was before experiments.
fn without_experiments() -> Draft {
    Draft { experiments: Experiments::default(), ..support::everything::everything() }
}

/// A public overlay that speaks of experiments.
fn change() -> OverlayDraft {
    OverlayDraft { edge: false, items: Vec::new(), rules: None, ..support::everything::overlay() }
}

/// Which arm 40 units are in, what they see of it, and the names of the answers; then the same with the golden overlay.
fn dealt(bytes: &[u8]) -> String {
    let mut recommender = Recommender::open(bytes).unwrap();
    let before = dealt_by(&mut recommender);
    let patched = recommender.patch(&overlay::encode(&change()).unwrap()).unwrap();
    assert_eq!((patched.changed, patched.unknown_experiments), (true, 1));
    format!("{before}patched\n{}", dealt_by(&mut recommender))
}

fn dealt_by<D: AsRef<[u8]>>(recommender: &mut Recommender<D>) -> String {
    let mut out = String::new();
    for placement in ["cart", "pdp_complements"] {
        for n in 0..40 {
            let unit = format!("visitor-{n}");
            let request = Request {
                placement,
                cart: &["KETTLE", "DRIPPER"],
                // Dear enough that the window of prices lets something pass.
                amounts: &[Amount { quantity: 9.0, price: Some(9_900) }],
                unit: Some(&unit),
                segment: &[("country", "AT"), ("device", "mobile")],
                now: Some(1_790_000_100),
                ..Request::default()
            };
            let answer = recommender.recommend(&request).unwrap();
            let (experiment, variant, silent) = (answer.experiment, answer.variant, answer.silent);
            let items = |picks: &[Pick]| picks.iter().map(|pick| pick.item.0.to_string()).collect::<Vec<_>>().join(",");
            let (shown, withheld) = (items(answer.picks), items(answer.withheld));
            let name = answer.recommendation;
            writeln!(out, "{placement} {unit}: {experiment:?} {variant:?} {silent:?} [{shown}] [{withheld}] {name}")
                .unwrap();
        }
    }
    out
}

/// Asks as `asked` does, for all that it leaves open.
fn answers_of<D: AsRef<[u8]>>(recommender: &mut Recommender<D>, more: bool, asked: &Request<'_>) -> String {
    let placements: Vec<String> = recommender.placements().map(str::to_string).collect();
    let history = [PastPurchase { sku: "FILTER-L", days_ago: 250.0 }, PastPurchase { sku: "KETTLE", days_ago: 20.5 }];
    let mut out = String::new();
    for placement in &placements {
        let contexts = [
            (&["KETTLE", "DRIPPER"][..], None),
            (&["?"], Some("FILTER-S")),
            (&[], Some("SCALE")),
            (&[], None),
            (&["SCALE"], None),
        ];
        for (cart, product) in &contexts[..if more { 5 } else { 3 }] {
            let request = Request {
                placement,
                cart,
                product: *product,
                recent: &["DRIPPER"],
                history: &history,
                limit: Some(4),
                ..asked.clone()
            };
            let answer = recommender.recommend(&request).unwrap();
            write!(out, "{placement} {cart:?} {product:?}: {:?}", answer.fallback).unwrap();
            for pick in answer.picks {
                write!(out, " {}:{:08x}:{}", pick.item.0, pick.score.to_bits(), pick.reason.name()).unwrap();
            }
            if more {
                write!(out, " {:?} due {:?}", answer.fallback_reason, answer.due).unwrap();
            }
            out.push('\n');
        }
    }
    out
}

/// What a bundle says beside its answers: policies, terms, rules, and a line an item, a signature and a class.
fn read(bytes: &[u8]) -> String {
    let bundle = Bundle::open(bytes).unwrap();
    let mut out = format!("model {}\n", bundle.head().model);
    bundle.policies().iter().for_each(|policy| writeln!(out, "{policy:?}").unwrap());
    writeln!(out, "{:?}", bundle.terms()).unwrap();
    bundle.rules().iter().for_each(|rule| writeln!(out, "{rule:?}").unwrap());
    if !bundle.experiments().is_empty() {
        writeln!(out, "{:?}", bundle.experiments()).unwrap();
    }
    for item in (0..bundle.len() as u32).map(ItemId) {
        let days = (bundle.price(item), bundle.released(item), bundle.gap_days(item));
        let numbers = (bundle.brand(item), bundle.value(item), bundle.hidden(item), bundle.signature(item));
        writeln!(out, "item {}: {days:?} {numbers:?} {:08x}", item.0, bundle.prior(item).to_bits()).unwrap();
    }
    for number in 0..bundle.signatures().len() as u32 {
        let sets: Vec<u16> = bundle.signatures().sets_of_signature(number).collect();
        writeln!(out, "signature {number}: {sets:?}").unwrap();
    }
    for class in 1..=bundle.classes() as u32 {
        let pairs: Vec<u32> = bundle.class_pairs(class).map(|item| item.0).collect();
        writeln!(out, "class {class}: {} {} {pairs:?}", bundle.is_varied(class), bundle.is_sensitive(class)).unwrap();
    }
    out
}

/// What an overlay says: its head, and a line a change, a rule and a SKU of the rules.
fn read_overlay(bytes: &[u8]) -> String {
    let view = OverlayView::open(bytes).unwrap();
    let mut out =
        format!("{:?} {} {} {:?} {}\n", view.shop(), view.currency(), view.revision(), view.made_at(), view.edge());
    writeln!(out, "{:?} {:?} {:?} {:?}", view.placements(), view.switches(), view.policies(), view.terms()).unwrap();
    let mut changes = view.items();
    while let Some((sku, change)) = changes.next() {
        writeln!(out, "{}: {change:?}", String::from_utf8_lossy(sku)).unwrap();
    }
    view.experiments().iter().for_each(|change| writeln!(out, "{change:?}").unwrap());
    let Some(rules) = view.rules() else { return out };
    rules.rules.iter().zip(rules.names).for_each(|(rule, name)| writeln!(out, "{name}: {rule:?}").unwrap());
    let mut skus = rules.skus();
    while let Some((sku, signature)) = skus.next() {
        let sets: Vec<u16> = rules.signatures.sets_of_signature(signature).collect();
        writeln!(out, "{}: {signature} {sets:?}", String::from_utf8_lossy(sku)).unwrap();
    }
    out
}

/// A golden file and what is read from it, written once like [`golden`].
fn golden_read([file, text]: [&str; 2], written: Vec<u8>, bytes: &[u8], read: fn(&[u8]) -> String, expected: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|wanted| wanted == file) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/golden");
        std::fs::write(format!("{folder}/{text}"), read(&written)).unwrap();
        std::fs::write(format!("{folder}/{file}"), written).unwrap();
        return;
    }
    assert_eq!(read(bytes), expected);
    assert!(written == bytes, "the bytes of version 1 changed: that takes a new version");
}

/// The golden bundles were written by `UPDATE_GOLDEN=NAME cargo test --test format golden`, once each: `v1` when version
/// 1 was fixed, `v1_complete` when it got sections that are optional, `v1_rules.endcap` and `v1.overlay` when it got rules,
/// `v1_experiments.overlay` and `v1_experiments.endcap` when it got experiments.
fn golden(name: &str, draft: &endcap::bundle::Draft, bytes: &[u8], expected: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|wanted| wanted == name) {
        let bytes = write(draft).unwrap();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/golden");
        std::fs::write(format!("{folder}/{name}.answers.txt"), answers(&bytes, name != "v1")).unwrap();
        std::fs::write(format!("{folder}/{name}.endcap"), bytes).unwrap();
        return;
    }
    assert_eq!(verify(&Bundle::open(bytes).unwrap()), []);
    assert_eq!(answers(bytes, name != "v1"), expected);
    assert!(write(draft).unwrap() == bytes, "the bytes of version 1 changed: that takes a new version");
}

#[test]
fn the_golden_bundle_of_version_1_opens_and_answers_as_ever() {
    golden("v1", &support::six(), GOLDEN, ANSWERS);
}

#[test]
fn the_golden_bundle_with_every_section_opens_and_answers_as_ever() {
    golden("v1_complete", &support::complete(), COMPLETE, COMPLETE_ANSWERS);
}

#[test]
fn the_golden_bundle_with_rules_reads_as_ever() {
    let draft = Draft { private: None, ..without_experiments() };
    let files = ["v1_rules.endcap", "v1_rules.read.txt"];
    golden_read(files, write(&draft).unwrap(), RULES, read, RULES_READ);
    golden_read(
        ["v1_rules.endcap", "v1_rules.answers.txt"],
        write(&draft).unwrap(),
        RULES,
        ruled_answers,
        RULES_ANSWERS,
    );
    assert_eq!(verify(&Bundle::open(RULES).unwrap()), []);
}

#[test]
fn the_golden_overlay_reads_as_ever() {
    let written = OverlayDraft { experiments: Vec::new(), ..support::everything::overlay() };
    let written = overlay::encode(&written).unwrap();
    golden_read(["v1.overlay", "v1.overlay.read.txt"], written, OVERLAY, read_overlay, OVERLAY_READ);
}

#[test]
fn the_golden_experiments_assign_as_ever() {
    let files = ["v1_experiments.overlay", "v1_experiments.overlay.read.txt"];
    golden_read(
        files,
        overlay::encode(&change()).unwrap(),
        EXPERIMENTS_OVERLAY,
        read_overlay,
        EXPERIMENTS_OVERLAY_READ,
    );
    let draft = Draft { private: None, ..support::everything::everything() };
    let files = ["v1_experiments.endcap", "v1_experiments.read.txt"];
    golden_read(files, write(&draft).unwrap(), EXPERIMENTS, read, EXPERIMENTS_READ);
    let files = ["v1_experiments.endcap", "v1_experiments.answers.txt"];
    golden_read(files, write(&draft).unwrap(), EXPERIMENTS, dealt, EXPERIMENTS_ANSWERS);
    assert_eq!(verify(&Bundle::open(EXPERIMENTS).unwrap()), []);
}

#[test]
fn the_shop_with_everything_has_every_section() {
    let bytes = write(&support::everything::everything()).unwrap();
    let bundle = Bundle::open(&bytes).unwrap();
    let numbers: Vec<u32> = bundle.head().sections.iter().map(|section| section.number).collect();
    assert_eq!(numbers, SectionKind::ALL.map(|kind| kind as u32));
    for section in &bundle.head().sections {
        assert_eq!(section.flags & SECTION_REQUIRED != 0, section.kind().unwrap().required());
    }
}

#[test]
fn an_unknown_section_is_skipped_unless_it_is_required() {
    let bytes = write(&support::six()).unwrap();
    let cards = Bundle::open(&bytes).unwrap().head().sections.iter().position(|s| s.number == 13).unwrap();
    let entry = HEADER_BYTES + cards * ENTRY_BYTES;
    let mut optional = bytes.clone();
    optional[entry] = 99;
    let optional = support::damage::with_hashes(optional);
    assert!(!Bundle::open(&optional).unwrap().has_cards());
    let mut required = optional;
    required[entry + 4] = 1;
    assert_eq!(Bundle::open(support::damage::with_hashes(required)).err().unwrap().code(), "E_UNKNOWN_SECTION");
}

/// A reader that does not know a newer optional section reads the rest: so each may go by another number.
#[test]
fn every_section_that_is_not_needed_may_be_unknown() {
    let bytes = write(&support::complete()).unwrap();
    let last = Bundle::open(&bytes).unwrap().head().sections.len() - 1;
    for hidden in 0..3 {
        let mut without = bytes.clone();
        for n in 0..=hidden {
            without[HEADER_BYTES + (last - n) * ENTRY_BYTES] = 99 - n as u8;
        }
        let without = support::damage::with_hashes(without);
        let bundle = Bundle::open(&without).unwrap();
        let found = (bundle.calibrations().len(), bundle.gap_days(ItemId(0)).is_some(), bundle.pins().count());
        assert_eq!(found, [(3, true, 0), (3, false, 0), (0, false, 0)][hidden]);
    }
}
