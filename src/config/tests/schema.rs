//! The JSON Schema accepts what the parser accepts.

use super::*;
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The schema, as an editor reads it.
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::draft202012::new(&schema).unwrap()
});

/// A file as editors see it: times are texts.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(list) => list.into_iter().map(json).collect(),
        toml::Value::Table(table) => Value::Object(object(table)),
    }
}

fn object(table: toml::Table) -> Map<String, Value> {
    table.into_iter().map(|(key, value)| (key, json(value))).collect()
}

/// Whether the schema accepts a text; `None` where it is no TOML.
fn accepts(text: &str) -> Option<bool> {
    Some(VALIDATOR.is_valid(&Value::Object(object(text.parse::<toml::Table>().ok()?))))
}

#[test]
fn every_fixture_is_accepted_by_both() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(parse(&text, "e.toml").is_ok(), "{}", path.display());
            let value = Value::Object(object(text.parse().unwrap()));
            let wrong: Vec<String> =
                VALIDATOR.iter_errors(&value).map(|error| format!("{error} at {}", error.instance_path())).collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
            read += 1;
        }
    }
    assert!(read >= 2, "{read}");
    assert_eq!(accepts(&starter(&Facts::default())), Some(true));
}

/// Keys of placements, rules and experiments beside values of which some hold.
const LINES: [&str; 75] = [
    "[shop]\ncurrency = \"EUR\"",
    "[shop]\ncurrency = \"Euro\"",
    "[shop]\nfree_shipping_at = 0x10",
    "[shop]\nfree_shipping_at = 0",
    "[shop]\nsensitive = \"A\"",
    "[shop]\nsensitive = []",
    "[shop]\ncolour = 1",
    "[stock]\nprice_jump = false",
    "[stock]\nprice_jump = true",
    "[stock]\nprice_jump = 10.0000000001",
    "[stock]\nstale_after = \"6h\"\nwhen_stale = \"hide\"",
    "[stock]\nwhen_stale = \"hide\"",
    "[stock]\nlow_at = -1",
    "[train]\ncart_row = 129",
    "[placement.cart]\nlimit = 101",
    "[placement.cart]\nlimit = 100",
    "[placement.cart]\nstrategy = \"rerank\"\nmax_moves = 100",
    "[placement.cart]\nmax_relevance_loss = 0.6",
    "[placement.cart]\nmargin_floor = -1",
    "[placement.cart]\nprice = { relax_to = [0.5, 2] }",
    "[placement.cart]\nprice = { relative_to_product = [0.5] }",
    "[placement.cart]\nprice = {}",
    "[placement.cart]\nstock = { out = \"show\" }",
    "[placement.cart]\nfallback = [\"popular\", \"popular\"]",
    "[placement.cart]\nreview_by = 2027-03-31",
    "[placement.\"a b\"]\nstrategy = \"popular\"",
    "[placement]\ncart = 4",
    "rule = 3",
    "rule = []",
    "[[rule]]\nname = \"r\"\nmatch = { stock = \"low\" }\naction = { pin = 1 }",
    "[[rule]]\nname = \"r\"\nmatch = { stock = { min = 3 } }\naction = { boost = 2.0000000001 }",
    "[[rule]]\nname = \"r\"\nmatch = { stock = [] }\naction = { pin = 1 }",
    "[[rule]]\nname = \"r\"\nmatch = { age = {} }\naction = { pin = 1 }",
    "[[rule]]\nname = \"r\"\nmatch = { price = { min = -1 } }\naction = { pin = 1 }",
    "[[rule]]\nname = \"r\"\nmatch = {}\nwhen = { cart_lines = { min = 1 } }\naction = { exclude = true }",
    "[[rule]]\nname = \"r\"\nmatch = { sku = \"A\" }\naction = { exclude = true, pin = 1 }",
    "[[rule]]\nname = \"r\"\nmatch = { sku = \"A\" }\naction = { exclude = false }",
    "[[rule]]\nname = \"r\"\naction = { exclude = true }",
    "[[rule]]\nname = \"r\"\nmatch = { sku = \"A\" }\nwhen = { segment = { a = [] } }\naction = { pin = 1 }",
    "[[rule]]\nname = \"r\"\nmatch = { sku = \"A\" }\nfrom = \"soon\"\naction = { pin = 1 }",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"",
    "[[experiment]]\nname = \"e f\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }",
    "[[experiment]]\nname = \"global_holdout\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { control = 0.5, a = 0.5 }",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0 }",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, \"a b\" = 0.5 }",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nkill = \"aov_lift < 0.1\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nkill = \" margin_drag>-.1 \"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nkill = \"aov_lift > 0.1\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nkill = \"aov < 0.1\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nkill = \"aov_lift < 3%\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nmetric = \"profit\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nunit = \"session\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nminimum_detectable_effect = 0.0009",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\ndays = 6",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\ndays = 365",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nwinsorise = 0.89",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nlooks = 0",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nplan = \"0123456789abcdef0123456789abcdef\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nplan = \"0123\"",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nwhen = { cart_lines = { min = 1 } }",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nwhen = {}",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nstart = 2026-01-01T00:00:00Z",
    "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nfollows = \"e f\"",
    "experiment = []",
    "[experiment]\nname = \"e\"",
    "[experiments]\nglobal_holdout = 0.5",
    "[experiments]\nglobal_holdout = 0.51",
    "[[experiments]]\nname = \"e\"",
    "[cost]\nhours_a_month = 0\nrate = 0",
    "[cost]\nrate = 10",
    "[cost]\nhours_a_month = -1\nrate = 10",
    "[[calendar]]\nname = \"a\"\nfrom = 2026-01-01T00:00:00Z\nuntil = 2026-01-02T00:00:00Z",
    "[[calendar]]\nname = \"a\"\nfrom = 2026-01-01T00:00:00Z",
];

#[test]
fn both_say_the_same_of_a_table_of_texts() {
    for text in LINES {
        let (parsed, accepted) = (parse(text, "e.toml").is_ok(), accepts(text).unwrap());
        assert_eq!(parsed, accepted, "{text}");
    }
}

/// What only the parser can refuse: relations between keys, exact decimals, names, and what never holds.
#[test]
fn the_parser_refuses_more() {
    for text in [
        "[shop]\nfree_shipping_at = 1.999",
        "[shop]\ntimezone = \"Mars/Olympus\"",
        "[stock]\nstale_after = \"99w\"",
        "[placement.shelf]\nlimit = 4",
        "[placement.cart]\nmargin_floor = 0.0001",
        "[placement.cart]\nprice = { relative_to_product = [2, 1] }",
        "[placement.cart]\nreview_by = \"2027-03-31\"",
        "[[rule]]\nname = \"r\"\nplacements = \"shelf\"\nmatch = { sku = \"A\" }\naction = { pin = 1 }",
        "[[rule]]\nname = \"r\"\nmatch = {}\naction = { pin = 1 }",
        "[[rule]]\nname = \"r\"\nmatch = { title = \"!\" }\naction = { pin = 1 }",
        "[[rule]]\nname = \"r\"\nmatch = { sku = \"A\" }\nfrom = 2026-01-01T00:00:00\naction = { pin = 1 }",
        "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.6 }\n",
        "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.00001 }\n",
        "[[experiment]]\nname = \"e\"\nplacement = \"shelf\"\nallocation = { holdout = 0.5, a = 0.5 }\n",
        "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\n[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\n",
        "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\nkill = \"aov_lift < 2\"",
        "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\nallocation = { holdout = 0.5, a = 0.5 }\ncap = 1.005",
        "[[calendar]]\nname = \"a\"\nfrom = 2026-01-01T00:00:00Z\nuntil = 2026-01-01T00:00:00Z",
    ] {
        assert!(parse(text, "e.toml").is_err() && accepts(text).unwrap(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_the_schema_refuses_the_parser_refuses(
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            "0", "1", "-1", "0.5", "1.5", "100", "1e9", "true", "false", "\"\"", "\"a\"", "\" a \"", "[]", "[\"a\"]", "{}", "[1, 2]",
            "\"hide\"", "\"popular\"", "[\"popular\"]", "{ min = 1 }", "{ max = 0.5 }", "{ sku = \"A\" }", "{ exclude = true }",
            "2026-01-01", "2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\"", "\"6h\"", "nan", "inf",
        ]),
    ) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config/every_key.toml");
        let text = std::fs::read_to_string(path).unwrap();
        let keys: Vec<usize> = text.lines().enumerate().filter(|(_, line)| line.contains(" = ") && !line.starts_with('#')).map(|(n, _)| n).collect();
        let changed = keys[at.index(keys.len())];
        let put = |(n, line): (usize, &str)| match line.split_once(" = ") {
            Some((key, _)) if n == changed => format!("{key} = {value}\n"),
            _ => format!("{line}\n"),
        };
        let text: String = text.lines().enumerate().map(put).collect();
        let accepted = accepts(&text);
        prop_assert!(parse(&text, "e.toml").is_err() || accepted == Some(true), "{text}");
    }
}
