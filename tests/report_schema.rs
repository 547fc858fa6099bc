//! `report.schema.json` is held to what a report says: all that is said is in the schema, and all of the schema is said.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/reports/mod.rs"]
mod reports;

use endcap::report::SCHEMA;
use endcap::report::statistics::Reason;
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn validator() -> Validator {
    let schema = schema();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn reports_of_every_kind_are_accepted() {
    let validator = validator();
    for (name, report) in [("full", reports::full()), ("empty", reports::empty()), ("hostile", reports::hostile())] {
        let value = serde_json::to_value(&report).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

#[test]
fn every_reason_is_in_the_schema_and_no_other() {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let said: BTreeSet<String> =
        Reason::ALL.iter().map(|reason| text(&serde_json::to_value(reason).unwrap())).collect();
    let known: BTreeSet<String> = schema()["$defs"]["Reason"]["enum"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(said, known);
}

/// The definition that a part of the schema stands for, and its name; the root has none.
fn resolved<'a>(schema: &'a Value, part: &'a Value) -> (&'a str, &'a Value) {
    let reference = part["$ref"].as_str().or_else(|| part["anyOf"][0]["$ref"].as_str());
    match reference.and_then(|reference| reference.strip_prefix("#/$defs/")) {
        Some(name) => (name, &schema["$defs"][name]),
        None => ("", part),
    }
}

/// Instances of each object of the schema, with where they are.
type Found<'a> = BTreeMap<&'a str, Vec<(String, &'a Map<String, Value>)>>;

/// For each object of the schema, its instances in the value, with where they are.
fn instances<'a>(value: &'a Value, at: String, schema: &'a Value, part: &'a Value, found: &mut Found<'a>) {
    let (name, part) = resolved(schema, part);
    match value {
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                let items = if part["items"].is_null() { &part["anyOf"][0]["items"] } else { &part["items"] };
                instances(value, format!("{at}/{n}"), schema, items, found);
            }
        }
        Value::Object(object) => {
            found.entry(name).or_default().push((at.clone(), object));
            for (key, value) in object {
                instances(value, format!("{at}/{key}"), schema, &part["properties"][key], found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_property_of_the_schema_is_said_and_none_is_always_null() {
    let (schema, value) = (schema(), serde_json::to_value(reports::full()).unwrap());
    let mut found = BTreeMap::new();
    instances(&value, String::new(), &schema, &schema, &mut found);
    let objects = schema["$defs"].as_object().unwrap().iter().filter(|(_, part)| part["type"] == "object");
    for (name, part) in objects.map(|(name, part)| (name.as_str(), part)).chain([("", &schema)]) {
        let said: BTreeSet<&String> = found
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in the full report"))
            .iter()
            .flat_map(|(_, object)| object.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key))
            .collect();
        assert_eq!(said, part["properties"].as_object().unwrap().keys().collect(), "{name}");
        let required: BTreeSet<&str> =
            part["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        assert_eq!(required, said.iter().map(|key| key.as_str()).collect(), "{name}: required");
    }
}

#[test]
fn a_field_more_or_less_is_refused_in_every_object() {
    let (schema, validator) = (schema(), validator());
    let value = serde_json::to_value(reports::full()).unwrap();
    let mut found = BTreeMap::new();
    instances(&value, String::new(), &schema, &schema, &mut found);
    assert!(found.len() > 35, "{}", found.len());
    for (name, places) in &found {
        let (at, object) = &places[0];
        // One object alone, so that a report need not be checked for each.
        let alone = if name.is_empty() { schema.clone() } else { only(&schema, name) };
        let one = if name.is_empty() { validator.clone() } else { jsonschema::draft202012::new(&alone).unwrap() };
        let valid = |object: &Map<String, Value>| one.is_valid(&Value::Object(object.clone()));
        assert!(valid(object), "{name} at {at}");
        let mut more = (*object).clone();
        more.insert("something_else".into(), Value::Null);
        assert!(!valid(&more), "{name} with a field more");
        for key in object.keys() {
            let mut less = (*object).clone();
            less.remove(key);
            assert!(!valid(&less), "{name} without {key}");
        }
    }
}

/// A schema of one definition.
fn only(schema: &Value, name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"] })
}
