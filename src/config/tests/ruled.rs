//! `[[rule]]`: every key, every error, windows in local time, and many rules.

use super::*;
use std::fmt::Write;

/// A rule's line and what follows it.
fn rule(keys: &str) -> String {
    format!("[[rule]]\nname = \"r\"\n{keys}")
}

/// The rules of a text.
fn rules(text: &str) -> Vec<Rule> {
    parse(text, "e.toml").unwrap_or_else(|errors| panic!("{text}\n{errors}")).rules
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_key_of_a_rule_is_read() {
    let config = fixture("every_key.toml");
    let tests = vec![
        Test::Sku(texts(&["A-1", "a-1"])),
        Test::Title(texts(&["gift card"])),
        Test::Category(texts(&["Gift cards", "Home > Cards"])),
        Test::Brand(texts(&["Own"])),
        Test::Tag(texts(&["new", "sale"])),
        Test::Group(texts(&["G"])),
        Test::Price(Span { min: 990, max: 2_000 }),
        Test::Margin(Span { min: i64::MIN, max: -50 }),
        Test::State(0b1_0010),
        Test::Age(Span { min: i64::MIN, max: 30 }),
    ];
    let not = vec![Test::Sku(texts(&["A-2"])), Test::Count(Span { min: 1, max: 3 })];
    let of = |test| Some(Match { tests: vec![test], not: vec![] });
    let when = When {
        cart_contains_any: Some(Match {
            tests: vec![Test::Category(texts(&["Cards"]))],
            not: vec![Test::Brand(texts(&["Own"]))],
        }),
        cart_contains_all: of(Test::Sku(texts(&["A-3", "A-4"]))),
        cart_contains_none: of(Test::Tag(texts(&["heavy"]))),
        product: of(Test::Brand(texts(&["Other"]))),
        cart_subtotal: Some(Span { min: i64::MIN, max: 2_000 }),
        cart_lines: Some(Span { min: 1, max: 9 }),
        segment: vec![("country".into(), texts(&["CH", "LI"])), ("device".into(), texts(&["mobile"]))],
    };
    let expected = Rule {
        name: "every test".into(),
        placements: texts(&["cart", "empty-basket"]),
        matches: Match { tests, not },
        when,
        action: Effect::Exclude,
        from: Some(1_795_129_200),
        until: Some(1_796_079_600),
    };
    assert_eq!(config.rules[0], expected);
    assert_eq!((config.rules[1].placements.len(), config.rules[1].action), (0, Effect::Boost(1.5)));
    assert_eq!(config.rule_places.iter().map(|place| place.line).collect::<Vec<_>>(), [55, 84]);
}

#[test]
fn each_action_is_read() {
    for (action, expected) in [
        ("exclude = true", Effect::Exclude),
        ("include_only = true", Effect::IncludeOnly),
        ("boost = 2", Effect::Boost(2.0)),
        ("bury = 0.5", Effect::Bury(0.5)),
        ("pin = 100", Effect::Pin(100)),
    ] {
        let text = rule(&format!("match = {{ brand = \"B\" }}\naction = {{ {action} }}"));
        assert_eq!(rules(&text)[0].action, expected);
    }
}

#[test]
fn an_exclusion_of_everything_is_one_that_says_so_and_ends() {
    let text = rule("match = {}\nwhen = { segment = { club = \"gold\" } }\naction = { exclude = true }");
    assert_eq!(rules(&text)[0].matches, Match::default());
    for (keys, expected) in [
        (
            "action = { exclude = true }",
            "1:1: `match`: expected a match such as { category = \"Gift cards\" } for `exclude`, found none; add it; `enabled = false` under",
        ),
        (
            "match = {}\naction = { exclude = true }",
            "3:9: `match`: expected a match such as { category = \"Gift cards\" } for `exclude`, found an empty one; add it; `enabled",
        ),
        (
            "when = { cart_lines = { min = 2 } }\naction = { exclude = true }",
            "1:1: `match`: expected a match such as { category = \"Gift cards\" } for `exclude`, found none; add it, or `match = {}` if",
        ),
        (
            "action = { boost = 1.5 }",
            "1:1: `match`: expected a match such as { category = \"Gift cards\" } for `boost`, found none; add it: what",
        ),
        ("match = {}\naction = { include_only = true }", "3:9: `match`: expected a match"),
        ("action = { pin = 1 }", "1:1: `match`: expected a match"),
    ] {
        let found = errors(&rule(keys));
        assert!(found.len() == 1 && found[0].starts_with(&format!("e.toml:{expected}")), "{found:#?}\n{expected}");
    }
}

#[test]
fn every_error_of_a_rule_has_its_place() {
    let whole = |keys: &str| format!("{keys}\naction = {{ exclude = true }}");
    let test = |test: &str| whole(&format!("match = {{ {test} }}"));
    let when = |when: &str| whole(&format!("match = {{ sku = \"A\" }}\nwhen = {{ {when} }}"));
    let act = |action: &str| format!("match = {{ sku = \"A\" }}\naction = {{ {action} }}");
    for (keys, expected) in [
        (
            test("price = { min = -1 }"),
            "3:27: `min`: expected an amount of 0 or more with at most 2 decimals, found `-1`",
        ),
        (test("price = { min = 1.001 }"), "3:27: `min`: expected an amount"),
        (test("price = 20"), "3:19: `price`: expected a table such as { min = 1, max = 2 }, found a whole number"),
        (test("price = {}"), "3:19: `price`: expected `min`, `max` or both, found neither; give one"),
        (
            test("price = { min = 2, max = 1 }"),
            "3:19: `price`: expected `min` to be at most `max`, found it above; exchange",
        ),
        (test("price = { most = 1 }"), "3:21: expected one of min, max, found the key `most`"),
        (test("margin = { max = -1.001 }"), "3:28: `max`: expected a share from -1 to 1 with at most 3 decimals"),
        (test("age = { max = 1.5 }"), "3:25: `max`: expected a whole number, found a number with decimals"),
        (test("age = { min = -1 }"), "3:25: `min`: expected a whole number from 0 to 36500, found `-1`"),
        (test("stock = []"), "3:19: `stock`: expected 1 to 5 states of stock, found an empty list"),
        (
            test("stock = \"sold\""),
            "3:19: `stock`: expected one of in_stock, low, backorder, preorder, out, found `sold`",
        ),
        (test("stock = { min = -2 }"), "3:27: `min`: expected a whole number from 0 to 1000000000"),
        (test("stock = 3"), "3:19: `stock`: expected a list of texts, found a whole number"),
        (
            test("category = []"),
            "3:22: `category`: expected 1 to 10000 texts, found an empty list; name one, or remove the key",
        ),
        (test("category = [\"A\", 3]"), "3:28: `category`: expected a text, found a whole number"),
        (test("category = \"A > > B\""), "3:22: `category`: expected a letter or a digit to compare, found `A > > B`"),
        (test("title = \"!?\""), "3:19: `title`: expected a letter or a digit to compare, found `!?`"),
        (
            test("colour = \"red\""),
            "3:11: expected one of sku, title, category, brand, tag, group, price, margin, stock, age, not, found",
        ),
        (test("sku = \"A\", not = {}"), "3:28: `not`: expected a test such as brand = \"Own\", found none; add one"),
        (test("sku = \"A\", not = { not = {} }"), "3:30: expected one of sku"),
        (
            test("brand = [\"Own\", \"own\"], not = { brand = \"OWN\" }"),
            "3:9: `match`: expected a match that some item can pass, found one that `not` takes all of; widen it",
        ),
        (test("price = { min = 5 }, not = { price = { min = 4 } }"), "3:9: `match`: expected a match that some"),
        (
            test("not = { stock = [\"in_stock\", \"low\", \"backorder\", \"preorder\", \"out\"] }"),
            "3:9: `match`: expected a match that",
        ),
        (when("cart_subtotal = { max = -5 }"), "4:34: `max`: expected an amount of 0 or more"),
        (
            when("cart_contains_any = { price = { min = 1 } }"),
            "4:32: expected one of sku, title, category, brand, tag, group, not",
        ),
        (when("cart_contains_any = {}"), "4:30: `cart_contains_any`: expected a test such as"),
        (
            when("cart_contains_all = { not = { sku = \"A\" } }"),
            "4:32: expected one of sku, title, category, brand, tag, group, found",
        ),
        (when("product = \"A\""), "4:20: `product`: expected a table, found a text"),
        (when("segment = {}"), "4:20: `segment`: expected 1 to 64 keys such as device = \"mobile\", found 0 of them"),
        (when("segment = { device = 3 }"), "4:31: `device`: expected a text or a list of texts, found a whole number"),
        (when("segment = { \"\" = \"a\", b = \"c\" }"), "4:22: `segment`: expected a text of 1 to 200 bytes"),
        (when(""), "4:8: `when`: expected a condition such as cart_lines = { min = 1 }, found none"),
        (act(""), "4:10: `action`: expected exactly one of exclude, include_only, boost, bury, pin, found none"),
        (
            act("exclude = true, pin = 1"),
            "4:10: `action`: expected exactly one of exclude, include_only, boost, bury, pin, found exclude, pin",
        ),
        (act("exclude = false"), "4:22: `exclude`: expected true, found false; remove the rule"),
        (act("boost = 1"), "4:20: `boost`: expected a factor above 1, at most 2, found `1`"),
        (act("boost = 1.000000001"), "4:20: `boost`: expected a factor above 1"),
        (act("bury = 1.0"), "4:19: `bury`: expected a factor above 0, below 1"),
        (act("bury = 0"), "4:19: `bury`: expected a factor above 0, below 1"),
        (act("pin = 0"), "4:18: `pin`: expected a whole number from 1 to 100"),
        (act("hide = true"), "4:12: expected one of exclude, include_only, boost, bury, pin, found the key `hide`"),
        (
            whole("match = { sku = \"A\" }\nplacements = \"crat\""),
            "4:14: `placements`: expected one of cart, category, checkout,",
        ),
        (whole("match = { sku = \"A\" }\nplacements = []"), "4:14: `placements`: expected 1 to 10000 texts"),
        (
            whole("match = { sku = \"A\" }\nenabled = true"),
            "4:1: expected one of name, placements, match, when, action",
        ),
        (whole("match = 3"), "3:9: `match`: expected a table, found a whole number"),
        (
            "match = { sku = \"A\" }".to_owned(),
            "1:1: [[rule]]: expected `action`, found none; add it with { exclude = true }",
        ),
    ] {
        let found = errors(&rule(&keys));
        let at_first = found.first().is_some_and(|first| first.starts_with(&format!("e.toml:{expected}")));
        assert!(at_first && found.len() <= 2, "{keys}\n{found:#?}\n{expected}");
    }
    assert!(
        errors(&rule(&whole("placements = \"crat\"\nmatch = { sku = \"A\" }")))[0].ends_with("did you mean `cart`?")
    );
    assert!(errors("rule = 3")[0].starts_with("e.toml:1:8: `rule`: expected a list of tables"));
    let nameless = "[[rule]]\nmatch = { sku = \"A\" }\naction = { exclude = true }";
    assert!(errors(nameless)[0].starts_with("e.toml:1:1: [[rule]]: expected `name`, found none"));
}

#[test]
fn names_are_unique() {
    let one = rule("match = { sku = \"A\" }\naction = { exclude = true }\n");
    let found = errors(&format!("{one}{one}"));
    let expected = "e.toml:6:8: `name`: expected a name of its own, found `r`, the name of rule 1 as well; rename one";
    assert_eq!(found, [expected]);
}

/// What becomes of a window's start in a zone.
fn start(zone: &str, from: &str) -> Result<i64, String> {
    let text = format!(
        "[shop]\n{zone}\n{}",
        rule(&format!("from = {from}\nmatch = {{ sku = \"A\" }}\naction = {{ pin = 1 }}"))
    );
    parse(&text, "e.toml").map(|config| config.rules[0].from.unwrap()).map_err(|errors| errors.to_string())
}

#[test]
fn local_times_are_read_where_the_shop_is() {
    let berlin = "timezone = \"Europe/Berlin\"";
    assert_eq!(start("", "2026-11-20T00:00:00+01:00"), Ok(1_795_129_200));
    assert_eq!(start("", "2026-11-19T23:00:00Z"), Ok(1_795_129_200));
    assert_eq!(start(berlin, "2026-11-20T00:00:00"), Ok(1_795_129_200));
    assert_eq!(start(berlin, "2026-11-20 00:00:00"), Ok(1_795_129_200));
    assert_eq!(start(berlin, "2026-07-01T02:00:00"), Ok(1_782_864_000));
    // Twelve hours away, at the other end of the year.
    assert_eq!(start("timezone = \"Pacific/Auckland\"", "2026-07-01T12:00:00"), Ok(1_782_864_000));
    assert_eq!(start("timezone = \"UTC\"", "2026-07-01T00:00:00"), Ok(1_782_864_000));
}

#[test]
fn times_that_clocks_skip_or_repeat_are_refused_with_the_offsets_that_would_do() {
    let berlin = "timezone = \"Europe/Berlin\"";
    for (zone, from, expected) in [
        (
            berlin,
            "2026-03-29T02:30:00",
            "e.toml:5:8: `from`: expected a time that happens once in Europe/Berlin, found a time that clocks there skip; write it with +01:00 or +02:00",
        ),
        (
            berlin,
            "2026-10-25T02:30:00",
            "e.toml:5:8: `from`: expected a time that happens once in Europe/Berlin, found a time that happens twice there; write it with +02:00 or +01:00",
        ),
        (
            "timezone = \"America/St_Johns\"",
            "2026-11-01T01:30:00",
            "e.toml:5:8: `from`: expected a time that happens once in America/St_Johns, found a time that happens twice there; write it with -02:30 or -03:30",
        ),
        (
            "",
            "2026-11-20T00:00:00",
            "e.toml:5:8: `from`: expected a time with a zone, found a local time; add an offset such as +01:00, or `timezone = \"Europe/Berlin\"` to [shop]",
        ),
        (
            berlin,
            "2026-11-20",
            "e.toml:5:8: `from`: expected a date with a time such as 2026-11-20T00:00:00+01:00, found a date alone; write both",
        ),
        (
            berlin,
            "12:00:00",
            "e.toml:5:8: `from`: expected a date with a time such as 2026-11-20T00:00:00+01:00, found a time alone; write both",
        ),
        (
            berlin,
            "1926-11-20T00:00:00",
            "e.toml:5:8: `from`: expected whole seconds of a day from 1970 to 2100, found `1926-11-20T00:00:00`; correct the value",
        ),
        (
            berlin,
            "2026-11-20T00:00:00.5",
            "e.toml:5:8: `from`: expected whole seconds of a day from 1970 to 2100, found `2026-11-20T00:00:00.5`; correct the value",
        ),
        (
            berlin,
            "\"now\"",
            "e.toml:5:8: `from`: expected a date with a time such as 2026-11-20T00:00:00+01:00, found a text; correct the value",
        ),
    ] {
        assert_eq!(start(zone, from), Err(expected.to_owned()));
    }
    assert_eq!(
        start(berlin, "2026-10-25T02:30:00+02:00").map(|at| at + 3_600),
        start(berlin, "2026-10-25T02:30:00+01:00")
    );
}

#[test]
fn a_window_ends_after_it_starts() {
    let times = "from = 2026-11-20T00:00:00Z\nuntil = 2026-11-20T01:00:00+01:00";
    let found = errors(&rule(&format!("match = {{ sku = \"A\" }}\naction = {{ pin = 1 }}\n{times}")));
    assert_eq!(
        found,
        ["e.toml:6:9: `until`: expected a time after `from`, found none that is later; exchange or correct them"]
    );
}

#[test]
fn what_looks_like_a_pattern_is_literal_and_remarked_on() {
    for (text, odd) in [
        (".*", true),
        ("gift.*card", true),
        ("^gift", true),
        ("card$", true),
        ("[a-z]+", true),
        ("[^0-9]x", true),
        ("Gift*", true),
        ("*card", true),
        ("A$AP", false),
        ("$", false),
        ("5 * 3", false),
        ("[sale]", false),
        ("C-[x]", false),
        ("3.5 mm", false),
    ] {
        let config =
            parse(&rule(&format!("match = {{ brand = '{text}' }}\naction = {{ pin = 1 }}")), "e.toml").unwrap();
        assert_eq!(config.rules[0].matches.tests, [Test::Brand(vec![text.to_owned()])]);
        assert_eq!(config.remarks.len(), usize::from(odd), "{text}");
        assert!(
            config.remarks.iter().all(|r| r.place == Place { line: 3, column: 19 } && r.severity == Severity::Warning)
        );
    }
}

#[test]
fn rules_come_in_thousands_and_not_in_more() {
    let text = |count: usize, action: &str| {
        let mut text = String::new();
        for n in 0..count {
            writeln!(text, "[[rule]]\nname = \"r{n}\"\nmatch = {{ sku = \"S{n}\" }}\naction = {{ {action} }}").unwrap();
        }
        text
    };
    let config = parse(&text(10_000, "exclude = true"), "e.toml").unwrap();
    assert_eq!((config.rules.len(), config.rule_places[9_999]), (10_000, Place { line: 39_997, column: 1 }));
    let found = errors(&text(10_001, "exclude = true"));
    let expected = "e.toml:40001:1: `rule`: expected at most 10000 tables, found 10001 of them; merge rules that do the same: each key takes a list";
    assert_eq!(found, [expected]);
    assert_eq!(rules(&text(4_096, "boost = 1.5")).len(), 4_096);
    let found = errors(&text(4_097, "boost = 1.5"));
    assert!(
        found.len() == 1 && found[0].starts_with("e.toml:16385:1: `rule`: expected at most 4096 rules that are asked"),
        "{found:?}"
    );
}

#[test]
fn rules_on_one_line_have_their_places_in_good_time() {
    let rules: String = (0..10_000)
        .map(|n| format!("{{ name = \"ä{n}\", match = {{ sku = \"S{n}\" }}, action = {{ exclude = true }} }}, "))
        .collect();
    let config = parse(&format!("rule = [ {rules} ]"), "e.toml").unwrap();
    assert_eq!(config.rule_places[0], Place { line: 1, column: 10 });
    assert_eq!(
        config.rule_places[1].column,
        10 + "{ name = \"ä0\", match = { sku = \"S0\" }, action = { exclude = true } }, ".chars().count()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_file_is_read_or_refused_and_never_worse(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "\\PC{0,3}"), 1..4),
    ) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config/every_key.toml");
        let mut chars: Vec<char> = std::fs::read_to_string(path).unwrap().chars().collect();
        for (at, length, put) in cuts {
            let at = at.index(chars.len());
            let end = (at + length.index(6)).min(chars.len());
            chars.splice(at..end, put.chars());
        }
        let text: String = chars.into_iter().collect();
        match parse(&text, "e.toml") {
            Ok(config) => prop_assert_eq!(config.rules.len(), config.rule_places.len()),
            Err(found) => prop_assert!(!found.errors.is_empty()),
        }
    }
}
