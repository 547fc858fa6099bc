use super::super::{Consent, EventName, UnitKey};
use super::*;
use proptest::prelude::*;

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn of(text: &str) -> Result<Event, EventError> {
    read(text.as_bytes(), euro())
}

/// A line with these members beside those that every event needs.
fn with(members: &str) -> Result<Event, EventError> {
    of(&format!("{{\"id\":\"a\",\"name\":\"click\",\"at\":\"2026-11-22T10:00:00Z\",{members}}}"))
}

const WHOLE: &str = r#"{"v":1,"id":"7c1e","name":"purchase","at":"2026-11-22T10:00:00.250Z","received_at":"2026-11-22T10:00:01.000Z","item_list_id":"cart","recommendation_id":"c1f0","model":"9f2c","unit_key":"00112233445566778899aabbccddeeff","consent":"full","experiment":"cart-addons-q1","variant":"treatment","withheld":true,"segment":{"device":"mobile","region":""},"items":[{"item_id":"A-1","index":0,"quantity":-2,"price":9.50},{"item_id":"B"}],"transaction_id":"1001","value":-19.00,"currency":"EUR","experiments":{"z":"b","cart-addons-q1":"treatment"}}
"#;

#[test]
fn a_whole_event_is_read_and_written_to_the_byte() {
    let event = of(WHOLE).unwrap();
    assert_eq!(event.name, EventName::Purchase);
    assert_eq!(event.at, Moment(1_795_341_600_250));
    assert_eq!(event.who, UnitKey::parse("00112233445566778899aabbccddeeff").map(Who::Key));
    assert_eq!(event.consent, Consent::Full);
    assert_eq!(event.items[0].price, Some(Money::new(950, euro())));
    assert_eq!((event.items[0].quantity, event.value.map(Money::minor)), (Some(-2), Some(-1900)));
    assert_eq!(event.variants[0], ("z".into(), "b".into()));
    let mut written = Vec::new();
    write(&event, &mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), WHOLE);
}

#[test]
fn absent_and_null_are_one_and_other_words_are_understood() {
    let event = of(
        r#"{"id":"a","event":"impression","timestamp":"2026-11-22T11:00:00+01:00","v":null,"unit":null,"items":null,"colour":7}"#,
    );
    let event = event.unwrap();
    assert_eq!(
        (event.name, event.at, event.consent),
        (EventName::ViewItemList, Moment(1_795_341_600_000), Consent::Anonymous)
    );
    assert_eq!(with(r#""unit":"u""#).map(|event| event.consent), Ok(Consent::Full));
    let (_, unknown) =
        read_with_unknown(br#"{"id":"a","name":"click","at":"2026-11-22T10:00:00Z","colour":{"a":[1]}}"#, euro())
            .unwrap();
    assert_eq!(unknown, ["colour"]);
}

#[test]
fn amounts_are_those_that_were_written() {
    for (written, minor) in [
        ("9.5", 950),
        ("9.50", 950),
        ("1.005", 101),
        ("0.1", 10),
        ("1e2", 10_000),
        ("0.29", 29),
        ("1234.565", 123_457),
        ("8.115", 812),
        ("9000000000", 900_000_000_000),
    ] {
        let event = with(&format!("\"value\":{written}")).unwrap();
        assert_eq!(event.value.map(Money::minor), Some(minor), "{written}");
    }
    let yen = Currency::parse("JPY").unwrap();
    let event =
        read(br#"{"id":"a","name":"click","at":"2026-11-22T10:00:00Z","value":1234,"currency":"jpy"}"#, yen).unwrap();
    assert_eq!(event.value, Some(Money::new(1234, yen)));
}

#[test]
fn without_a_currency_of_the_shop_each_event_keeps_its_own() {
    let line = br#"{"id":"a","name":"click","at":"2026-11-22T10:00:00Z","value":1.234,"currency":"KWD"}"#;
    let event = read(line, Currency::NONE).unwrap();
    assert_eq!(event.value, Currency::parse("KWD").map(|dinar| Money::new(1234, dinar)));
    let other = read(line, euro()).unwrap_err();
    assert_eq!(other, EventError::OtherCurrency { found: "KWD".into(), expected: "EUR".into() });
    assert_eq!(
        other.to_string(),
        "field `currency`: expected the currency of the shop, EUR, found KWD; convert its amounts before, or report each currency apart"
    );
}

#[test]
fn an_error_names_the_field_what_was_expected_and_what_was_found() {
    for (members, text) in [
        (
            r#""index":0,"items":[{"item_id":"A"},{"item_id":"B","price":"9.50"}]"#,
            "field `items[1].price`: expected a number from 0 to 9,000,000,000, found `9.50`; correct it where the event is made",
        ),
        (
            r#""items":[{"price":1}]"#,
            "field `items[0].item_id`: expected a SKU: a text of 1 to 255 characters, found none",
        ),
        (r#""items":{}"#, "field `items`: expected a list of at most 200 products, found an object of 0"),
        (r#""items":[7]"#, "field `items[0]`: expected an object, found 7"),
        (
            r#""items":[{"item_id":"A","index":-1}]"#,
            "field `items[0].index`: expected a place in the list, from 0, found -1",
        ),
        (
            r#""items":[{"item_id":"A","quantity":1.5}]"#,
            "expected a whole number of at most 1,000,000 pieces either way, found 1.5",
        ),
        (r#""withheld":"true""#, "field `withheld`: expected true or false, found `true`"),
        (
            r#""segment":{"device":7}"#,
            "field `segment.device`: expected an object of at most 32 texts, of at most 128 characters each, found 7",
        ),
        (r#""consent":"maybe""#, "expected full or anonymous, found `maybe`"),
        (
            r#""consent":"anonymous","unit":"u""#,
            "field `consent`: expected `full` where a unit stands, found `anonymous` beside one",
        ),
        (
            r#""unit":"u","unit_key":"00112233445566778899aabbccddeeff""#,
            "field `unit`: expected either `unit` or `unit_key`, found both",
        ),
        (
            r#""unit_key":"00112233445566778899AABBCCDDEEFF""#,
            "field `unit_key`: expected 32 digits, 0 to 9 and a to f, found a text of 32 characters",
        ),
        (r#""at":"2026-11-22T10:00:00Z""#, "field `at`: expected each field once, found it twice"),
        (r#""timestamp":"2026-11-22T10:00:00Z""#, "field `at`: expected each field once, found `timestamp` beside it"),
        (
            r#""received_at":1795341600"#,
            "field `received_at`: expected a moment from 1971 to 2100 with its zone, as 2026-11-22T10:00:00.000Z, found 1795341600",
        ),
        (r#""v":2"#, "field `v`: expected schema 1, found 2; read it with a newer endcap"),
        (r#""currency":"EURO""#, "field `currency`: expected three letters of ISO 4217, found `EURO`"),
        (r#""value":1e300"#, "field `value`: expected a number of at most 9,000,000,000 either way, found "),
        (r#""experiments":{"a":"b","a":"c"}"#, "field `experiments.a`: expected"),
        (r#""model":"\ud800""#, "expected one JSON object a line, found something else ("),
    ] {
        let error = with(members).unwrap_err().to_string();
        assert!(error.contains(text), "{members}: {error}");
    }
}

#[test]
fn a_line_that_is_no_object_says_what_it_is() {
    for (line, text) in [
        (b"[1]".as_slice(), "found a list of 1;"),
        (b"7", "found a number;"),
        (b"", "found something else (EOF while parsing a value at column 0);"),
        (b"{\"id\":", "found something else (EOF while parsing a value at column 6);"),
        (b"{} {}", "found something else (trailing characters at column 4);"),
        (b"{\"id\":\"\xff\"}", "found no UTF-8 from byte 8 on;"),
    ] {
        let error = read(line, euro()).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[test]
fn an_error_repeats_no_unit() {
    let unit = "x".repeat(129);
    for members in
        [format!("\"unit\":\"{unit}\""), "\"unit\":4711".to_owned(), "\"unit_key\":\"visitor-xxxx\"".to_owned()]
    {
        let error = with(&members).unwrap_err().to_string();
        assert!(!error.contains("xxxx") && !error.contains("4711"), "{error}");
    }
}

#[test]
fn sizes_are_bounded() {
    let (name, sku) = ("ä".repeat(128), "ä".repeat(255));
    let items = |many: usize| format!("\"items\":[{}]", vec!["{\"item_id\":\"A\"}"; many].join(","));
    let variants = |many: usize| {
        let members: Vec<String> = (0..many).map(|n| format!("\"e{n}\":\"v\"")).collect();
        format!("\"experiments\":{{{}}}", members.join(","))
    };
    for fits in
        [format!("\"unit\":\"{name}\""), format!("\"items\":[{{\"item_id\":\"{sku}\"}}]"), items(200), variants(32)]
    {
        assert!(with(&fits).is_ok(), "{fits}");
    }
    for exceeds in
        [format!("\"unit\":\"{name}a\""), format!("\"items\":[{{\"item_id\":\"{sku}a\"}}]"), items(201), variants(33)]
    {
        assert!(with(&exceeds).is_err(), "{exceeds}");
    }
}

#[test]
fn what_no_line_can_say_is_not_written() {
    let mut event = of(WHOLE).unwrap();
    event.items[0].price = Some(Money::new(1, Currency::NONE));
    assert_eq!(write(&event, &mut Vec::new()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    let event = Event { at: Moment(i64::MAX), ..of(WHOLE).unwrap() };
    assert_eq!(write(&event, &mut Vec::new()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(event in any_event()) {
        let mut line = Vec::new();
        write(&event, &mut line).unwrap();
        prop_assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        prop_assert_eq!(read(&line, euro()), Ok(event.clone()));
        prop_assert_eq!(read(&line, Currency::NONE).map(|read| read.who), Ok(event.who));
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, euro());
    }

    #[test]
    fn no_damage_is_too_odd(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut line = WHOLE.as_bytes().to_vec();
        let at = at.index(line.len());
        line[at] = byte;
        if let Err(error) = read(&line, euro()) {
            prop_assert!(error.to_string().contains("expected"));
        }
    }
}

/// Any event that a log can hold, in euro.
pub(in crate::event) fn any_event() -> impl Strategy<Value = Event> {
    let text = || "\\PC{1,12}".prop_map(|text| text.chars().take(12).collect::<String>());
    let maybe = move || prop::option::of(text());
    let moment = || (31_536_000_000_i64..4_133_980_800_000).prop_map(Moment);
    let texts = move || {
        prop::collection::btree_map(text(), text(), 0..4).prop_map(|texts| texts.into_iter().collect::<Vec<_>>())
    };
    let money = |least: i64| (least..=900_000_000_000).prop_map(|minor| Money::new(minor, euro()));
    let item = (
        text(),
        prop::option::of(any::<u32>()),
        prop::option::of(-1_000_000_i64..=1_000_000),
        prop::option::of(money(0)),
    );
    let item = item.prop_map(|(sku, index, quantity, price)| EventItem { sku, index, quantity, price });
    let who = prop_oneof![
        Just(None),
        text().prop_map(|unit| Some(Who::Unit(unit))),
        any::<[u8; 16]>().prop_map(|key| Some(Who::Key(UnitKey(key)))),
    ];
    let name = prop::sample::select(EventName::ALL.to_vec());
    let head = (text(), name, moment(), prop::option::of(moment()), maybe(), maybe(), maybe());
    let arm = (who, any::<bool>(), maybe(), maybe(), any::<bool>(), texts());
    let tail = (prop::collection::vec(item, 0..5), maybe(), prop::option::of(money(-900_000_000_000)), texts());
    (head, arm, tail).prop_map(|(head, arm, tail)| {
        let (id, name, at, received_at, placement, recommendation, model) = head;
        let (who, full, experiment, variant, withheld, segment) = arm;
        let (items, order, value, variants) = tail;
        let order = if name == EventName::Purchase { order.or(Some("1".into())) } else { order };
        let consent = if who.is_some() || full { Consent::Full } else { Consent::Anonymous };
        Event {
            id,
            name,
            at,
            received_at,
            placement,
            recommendation,
            model,
            who,
            consent,
            experiment,
            variant,
            withheld,
            segment,
            items,
            order,
            value,
            variants,
        }
    })
}
