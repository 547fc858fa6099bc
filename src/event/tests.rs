//! The JSON Schema accepts what the reader accepts.

use super::json::{self, tests::any_event};
use super::*;
use crate::shop::Currency;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

/// Whether the reader and the schema accept a value; other currencies are in order.
fn both(value: &Value) -> (bool, bool) {
    let read = json::read(value.to_string().as_bytes(), Currency::parse("EUR").unwrap());
    (!matches!(read, Err(ref error) if !matches!(error, EventError::OtherCurrency { .. })), VALIDATOR.is_valid(value))
}

/// An event with every field.
fn whole() -> Value {
    json!({
        "v": 1, "id": "7c1e", "name": "purchase", "at": "2026-11-22T10:00:00.250Z", "received_at": "2026-11-22T10:00:01Z",
        "item_list_id": "cart", "recommendation_id": "c1f0", "model": "9f2c", "unit": "u", "consent": "full",
        "experiment": "e", "variant": "treatment", "withheld": false, "segment": {"device": "mobile"},
        "items": [{"item_id": "A", "index": 0, "quantity": -2, "price": 9.5}], "transaction_id": "1", "value": -19.0,
        "currency": "EUR", "experiments": {"e": "treatment"},
    })
}

/// Values of which some hold for some field.
fn values() -> Vec<Value> {
    let texts = ["", "a", "full", "anonymous", "purchase", "click", "exposure", "EUR", "usd", "EURO", "ÄÖÜ", "é"];
    let moments = [
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:00:00.123456789+01:00",
        "2026-02-29T10:00:00Z",
        "2024-02-29T10:00:00Z",
        "2026-11-22T10:00:60Z",
        "2026-11-22T23:59:59-23:59",
        "2026-11-22 10:00:00Z",
        "2026-11-22T10:00:00",
        "1970-06-01T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-13-01T00:00:00Z",
    ];
    let mut values: Vec<Value> = texts.iter().chain(&moments).map(|text| json!(text)).collect();
    values.extend([json!("00112233445566778899aabbccddeeff"), json!("00112233445566778899AABBCCDDEEFF")]);
    values.extend(["ä".repeat(128), "ä".repeat(129), "🛒".repeat(255), "x".repeat(256)].map(Value::from));
    values.extend(
        [0, 1, 2, -1, 1_000_000, 1_000_001, 4_294_967_295, 4_294_967_296, 9_000_000_000, 9_000_000_001_i64]
            .map(Value::from),
    );
    values.extend([0.5, 1.0, -0.0, 9.99, 1e300, -9e9, 1e-300].map(Value::from));
    values.extend([
        json!(u64::MAX),
        json!(null),
        json!(true),
        json!(false),
        json!([]),
        json!({}),
        json!([null]),
        json!([{}]),
    ]);
    values.extend([json!({"a": "b"}), json!({"a": null}), json!({"a": ""}), json!({"": "b"}), json!({"a": 1})]);
    values.extend([json!({"x".repeat(129): "a"}), json!({"a": "x".repeat(129)})]);
    values.extend([json!({"": null}), json!({"x".repeat(129): null}), json!({"x".repeat(128): null})]);
    let many = |n: usize| Value::Object((0..n).map(|n| (format!("e{n}"), json!("v"))).collect());
    values.extend([many(32), many(33)]);
    let items = |n: usize| json!(vec![json!({"item_id": "A"}); n]);
    values.extend([items(200), items(201), json!([{"item_id": "A", "colour": [1]}])]);
    values
}

#[test]
fn both_say_the_same_whatever_stands_in_a_field() {
    let mut tried = 0;
    for field in FIELDS {
        for value in values() {
            for bare in [false, true] {
                let mut event =
                    if bare { json!({"id": "a", "name": "click", "at": "2026-11-22T10:00:00Z"}) } else { whole() };
                event[field] = value.clone();
                let (read, valid) = both(&event);
                assert_eq!(
                    read,
                    valid,
                    "{field}: {value}, bare: {bare}: {:?}",
                    json::read(event.to_string().as_bytes(), Currency::NONE)
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn both_say_the_same_whatever_stands_in_a_product() {
    for field in ["item_id", "index", "quantity", "price", "colour"] {
        for value in values() {
            let mut event = whole();
            event["items"][0][field] = value.clone();
            let (read, valid) = both(&event);
            assert_eq!(read, valid, "{field}: {value}");
        }
    }
}

#[test]
fn both_say_the_same_where_fields_are_missing() {
    let event = whole();
    for field in FIELDS {
        let mut less = event.clone();
        less.as_object_mut().unwrap().remove(field);
        for other in FIELDS {
            let mut less = less.clone();
            less.as_object_mut().unwrap().remove(other);
            let (read, valid) = both(&less);
            assert_eq!(read, valid, "without {field} and {other}");
        }
    }
    for value in values() {
        assert_eq!(both(&value).0, both(&value).1, "{value}");
    }
}

#[test]
fn the_schema_knows_every_field_and_no_other() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut known: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    let mut fields = FIELDS.to_vec();
    known.sort();
    fields.sort_unstable();
    assert_eq!(known, fields);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_the_schema_accepts(event in any_event()) {
        let mut line = Vec::new();
        json::write(&event, &mut line).unwrap();
        let value: Value = serde_json::from_slice(&line).unwrap();
        let wrong: Vec<String> = VALIDATOR.iter_errors(&value).map(|error| format!("{error} at {}", error.instance_path())).collect();
        prop_assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn both_say_the_same_of_two_changes(
        fields in prop::collection::vec((prop::sample::select(FIELDS.to_vec()), prop::sample::select(values())), 2),
    ) {
        let mut event = whole();
        for (field, value) in fields {
            event[field] = value;
        }
        let (read, valid) = both(&event);
        prop_assert_eq!(read, valid, "{}", event);
    }
}
