//! The cart attribute that joins an order to its experiments: which unit placed it, and which arms that unit was in.
//!
//! ```text
//! 1;0f3c5a…;cart_addons=b;pdp=control
//! ```
//!
//! The version, the unit, then `experiment=variant`; names are percent-encoded, so `;` and `=` part and nothing else. The
//! npm package writes it (`endcap/shopify`, `formatAttribute`), and what its `parseAttribute` reads is read here, and
//! nothing else: `tests/fixtures/event/attributes.json` holds both to that.

use super::value::Value;

/// Its key among the cart attributes of Shopify, and in the order meta of WooCommerce.
pub const ATTRIBUTE: &str = "_endcap";

const VERSION: &str = "1";
/// Of the whole, in UTF-16 units, as the package counts.
const LONGEST: usize = 1_000;
/// Of a name once encoded.
const LONGEST_NAME: usize = 128;
const MOST_EXPERIMENTS: usize = 32;

/// What an order says of experiments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The unit: 1 to 128 characters once encoded.
    pub unit: String,
    /// The arm of each experiment that the unit is in; at most 32, each experiment once.
    pub variants: Vec<(String, String)>,
}

/// Reads what the package wrote; `None` for anything else.
pub fn parse(text: &str) -> Option<Assignment> {
    if text.encode_utf16().take(LONGEST + 1).count() > LONGEST {
        return None;
    }
    let mut parts = text.split(';');
    if parts.next() != Some(VERSION) {
        return None;
    }
    let (unit, mut length) = name(parts.next()?)?;
    length += VERSION.len() + 1;
    let mut variants: Vec<(String, String)> = Vec::new();
    for member in parts {
        let (experiment, variant) = member.split_once('=').filter(|(_, variant)| !variant.contains('='))?;
        let ((experiment, left), (variant, right)) = (name(experiment)?, name(variant)?);
        if variants.iter().any(|(known, _)| *known == experiment) {
            return None;
        }
        length += left + right + 2;
        variants.push((experiment, variant));
    }
    (variants.len() <= MOST_EXPERIMENTS && length <= LONGEST).then_some(Assignment { unit, variants })
}

/// The attribute's text among others: lines of `name: value` as in Shopify's export, or JSON as its interface and
/// WooCommerce's have it (`[{"name" or "key": "_endcap", "value": …}]`, or an object of texts).
pub fn find(notes: &str) -> Option<String> {
    let notes = notes.trim();
    if notes.starts_with(['[', '{']) {
        return in_json(serde_json::from_str(notes).ok()?);
    }
    let mut lines = notes.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(name, _)| name.trim() == ATTRIBUTE).map(|(_, text)| text.trim().to_owned())
}

fn in_json(value: Value) -> Option<String> {
    let text = |value| if let Value::Text(text) = value { Some(text) } else { None };
    match value {
        Value::Object(members) => {
            members.into_iter().find(|(key, _)| key == ATTRIBUTE).and_then(|(_, value)| text(value))
        }
        Value::List(list) => list.into_iter().find_map(|entry| {
            let Value::Object(members) = entry else { return None };
            let named = |(key, value): &(String, Value)| {
                matches!(key.as_str(), "name" | "key") && *value == Value::Text(ATTRIBUTE.into())
            };
            let ours = members.iter().any(named);
            ours.then(|| members.into_iter().find(|(key, _)| key == "value").and_then(|(_, value)| text(value)))
                .flatten()
        }),
        _ => None,
    }
}

/// A name decoded, and how long it is encoded.
fn name(encoded: &str) -> Option<(String, usize)> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(byte);
    let length: usize = bytes.iter().map(|byte| if plain(byte) { 1 } else { 3 }).sum();
    let text = String::from_utf8(bytes).ok()?;
    (1..=LONGEST_NAME).contains(&length).then_some((text, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    /// Held to `parseAttribute` of the package too, by `tests/js/attribute.test.mjs`.
    #[test]
    fn what_the_package_reads_is_read_here() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/event/attributes.json");
        let vectors: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let vectors = vectors.as_array().unwrap();
        assert!(vectors.len() > 20);
        for vector in vectors {
            let parsed = parse(vector["text"].as_str().unwrap()).map(|found| {
                let variants: serde_json::Map<_, _> =
                    found.variants.into_iter().map(|(experiment, variant)| (experiment, variant.into())).collect();
                serde_json::json!({ "unit": found.unit, "variants": variants })
            });
            assert_eq!(parsed.unwrap_or_default(), vector["found"], "{vector}");
        }
    }

    #[test]
    fn the_attribute_is_found_among_others() {
        let text = Some("1;u;a=b".to_owned());
        for notes in [
            "gift: yes\n_endcap: 1;u;a=b\nnote: a:b",
            "_endcap:1;u;a=b",
            r#"[{"name":"gift","value":"yes"},{"name":"_endcap","value":"1;u;a=b"}]"#,
            r#"[{"id":7,"key":"other","value":{"a":1}},{"id":8,"key":"_endcap","value":"1;u;a=b"}]"#,
            r#"{"_endcap":"1;u;a=b","gift":7}"#,
        ] {
            assert_eq!(find(notes), text, "{notes}");
        }
        for notes in
            ["", "gift: _endcap", "endcap: 1;u", "[", "{}", "[7]", r#"[{"name":"_endcap"}]"#, r#"{"_endcap":7}"#]
        {
            assert_eq!(find(notes), None, "{notes}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "1;[%a-f0-9;=ä]{0,30}") {
            if let Some(found) = parse(&text) {
                prop_assert!(!found.unit.is_empty());
            }
            find(&text);
        }
    }
}
