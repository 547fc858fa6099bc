//! Rules from a sheet.

use super::*;

const NOTHING: Target<'static> = Target { text: "", file: "endcap.toml" };

/// The lines of the errors of a sheet.
fn refused(sheet: &str, target: &str) -> Vec<String> {
    let target = Target { text: target, file: "endcap.toml" };
    import(sheet, "r.csv", target).unwrap_err().to_string().lines().map(str::to_owned).collect()
}

/// The rules of a sheet.
fn imported(sheet: &str) -> Vec<Rule> {
    let toml = import(sheet, "r.csv", NOTHING).unwrap_or_else(|errors| panic!("{errors}"));
    parse(&toml, "r.toml").unwrap_or_else(|errors| panic!("{toml}\n{errors}")).rules
}

#[test]
fn a_sheet_becomes_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config/rules.csv");
    let rules = imported(&std::fs::read_to_string(path).unwrap());
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
    assert_eq!(rules.len(), 3);
    assert_eq!(rules[0].placements, ["cart", "checkout"]);
    assert_eq!(rules[0].matches.tests, [Test::Category(texts(&["Gift cards", "Vouchers"]))]);
    assert_eq!(rules[0].matches.not, [Test::Brand(texts(&["Own"]))]);
    assert_eq!((rules[0].action, rules[0].from), (Effect::Exclude, None));
    assert_eq!((rules[1].name.as_str(), rules[1].action), ("a \"season\"", Effect::Boost(1.5)));
    assert_eq!(rules[1].matches.tests[1], Test::State(0b11));
    assert_eq!(rules[1].from, Some(1_795_129_200));
    assert_eq!(rules[2].action, Effect::Pin(1));
    assert_eq!(rules[2].matches.tests[1], Test::Price(Span { min: i64::MIN, max: 750 }));
    let when = &rules[2].when;
    assert_eq!(when.cart_contains_any.as_ref().unwrap().tests, [Test::Category(texts(&["Cups"]))]);
    let segment = [("country".to_owned(), texts(&["CH"])), ("device".to_owned(), texts(&["mobile", "tablet"]))];
    assert_eq!(when.segment, segment);
}

#[test]
fn every_column_is_read_and_leads_to_a_key_that_the_parser_knows() {
    let columns = "name placements action value sku title category brand tag group price_min price_max margin_min margin_max \
                   stock_min stock_max age_min age_max not_sku not_title not_category not_brand not_tag not_group \
                   cart_any_sku cart_any_title cart_any_category cart_any_brand cart_any_tag cart_any_group \
                   cart_all_sku cart_all_title cart_all_category cart_all_brand cart_all_tag cart_all_group \
                   cart_none_sku cart_none_title cart_none_category cart_none_brand cart_none_tag cart_none_group \
                   product_sku product_title product_category product_brand product_tag product_group \
                   subtotal_min subtotal_max lines_min lines_max segment from until";
    let columns: Vec<&str> = columns.split_whitespace().collect();
    let cell = |column: &&str| match *column {
        "placements" => "cart",
        "action" => "bury",
        "value" => "0.5",
        "segment" => "a=b",
        "from" => "2026-01-01T00:00:00Z",
        "until" => "2027-01-01T00:00:00Z",
        column if column.starts_with("not_") => "other",
        column if column.ends_with("_min") => "0",
        column if column.ends_with("_max") => "1",
        _ => "a",
    };
    let row: Vec<&str> = columns.iter().map(cell).collect();
    // As spreadsheets in many countries write it.
    let rules = imported(&format!(
        "\u{feff}{}\r\n{}\r\n",
        columns.join(";"),
        row.join("\t").replace('\t', ";").replace("a=b", "\"a=b\"")
    ));
    assert_eq!((rules[0].matches.tests.len(), rules[0].matches.not.len()), (10, 6));
    assert_eq!(rules[0].when.cart_contains_all.as_ref().unwrap().tests.len(), 6);
    assert!(rules[0].when.cart_subtotal.is_some() && rules[0].until.is_some());
}

#[test]
fn every_error_names_the_cell() {
    for (sheet, expected) in [
        ("", "r.csv:1:1: not TOML: no line with the names of columns"),
        ("name,action,colour\n", "r.csv:1:13: expected one of name, placements, action"),
        ("name,action,categroy\n", "r.csv:1:13: expected one of name, placements, action"),
        ("name,action,sku,sku\n", "r.csv:1:17: `header`: expected each column once, found `sku` twice; remove one"),
        ("name,sku\nx,A\n", "r.csv:1:1: [header]: expected `action`, found none"),
        (
            "name,action,sku\nx,hide,A\n",
            "r.csv:2:3: `action`: expected one of exclude, include_only, boost, bury, pin, found `hide`",
        ),
        (
            "name,action,sku\nx,boost,A\n",
            "r.csv:2:3: `value`: expected a number such as 1.5, 0.5 or slot 1, found none; fill",
        ),
        ("name,action,value,sku\nx,boost,3,A\n", "r.csv:2:9: `boost`: expected a factor above 1, at most 2, found `3`"),
        ("name,action,value,sku\nx,exclude,1,A\n", "r.csv:2:11: `value`: expected none for `exclude`, found one"),
        ("name,action,value,sku\nx,,1,A\n", "r.csv:2:4: `value`: expected an `action`, found none; add it"),
        ("name,action,sku\nx,,A\n", "r.csv:2:1: [[rule]]: expected `action`, found none"),
        ("name,action,sku\n,exclude,A\n", "r.csv:2:1: [[rule]]: expected `name`, found none"),
        (
            "name,action,price_min\nx,exclude,\"12,5\"\n",
            "r.csv:2:11: `match.price.min`: expected a number with a point",
        ),
        ("name,action,price_min\nx,exclude,-1\n", "r.csv:2:11: `min`: expected an amount of 0 or more"),
        ("name,action,sku,from\nx,exclude,A,soon\n", "r.csv:2:13: `from`: expected a date with a time"),
        ("name,action,sku,from\nx,exclude,A,2026-01-01T00:00:00\n", "r.csv:2:13: `from`: expected a time with a zone"),
        ("name,action,sku,segment\nx,exclude,A,mobile\n", "r.csv:2:13: `when.segment`: expected key=value"),
        (
            "name,action,stock,stock_min\nx,exclude,low,3\n",
            "r.csv:2:15: `stock`: expected states or a count, found both",
        ),
        ("name,action,sku\nx,exclude,A,B\n", "r.csv:2:13: `row`: expected 3 cells, found one more; remove it"),
        ("name,action,sku\nx,exclude,\"A\n", "r.csv:2:11: not TOML: a quotation that starts here and has no end"),
        ("name,action,sku\nx,exclude,|\n", "r.csv:2:11: `sku`: expected 1 to 10000 texts, found an empty list"),
        ("name,action,placements,sku\n\"a\nb\",exclude,cart,A\nx,pin,,A\n", "r.csv:4:3: `value`: expected a number"),
        ("name,action,placements,sku\nx,exclude,\"cart|crat\",A\n", "r.csv:2:11: `placements`: expected one of cart"),
        ("name,action,sku\nx,exclude,A\nx,exclude,B\n", "r.csv:3:1: `name`: expected a name of its own, found `x`"),
    ] {
        let found = refused(sheet, "");
        assert!(found.len() == 1 && found[0].starts_with(expected), "{sheet}\n{found:#?}\n{expected}");
    }
    assert!(refused("name,action,categroy\n", "")[0].ends_with("did you mean `category`?"));
}

#[test]
fn rows_are_read_beside_the_file_they_go_to() {
    let target = "[shop]\ncurrency = \"JPY\"\ntimezone = \"Asia/Tokyo\"\n[placement.shelf]\nstrategy = \"popular\"\n\
                  [[rule]]\nname = \"x\"\nmatch = { sku = \"A\" }\naction = { exclude = true }";
    let sheet = "name,action,placements,price_max,from\ny,exclude,shelf,1500,2026-01-01 09:00\n";
    let toml = import(sheet, "r.csv", Target { text: target, file: "endcap.toml" }).unwrap();
    let rules = parse(&format!("{target}\n{toml}"), "e.toml").unwrap().rules;
    assert_eq!(rules[1].matches.tests, [Test::Price(Span { min: i64::MIN, max: 1_500 })]);
    assert_eq!(rules[1].from, Some(1_767_225_600));
    assert!(
        refused(&sheet.replace("\ny,", "\nx,"), target)[0].starts_with("r.csv:2:1: `name`: expected a name of its own")
    );
    assert!(refused(sheet, "[shop]\ncurency = 1")[0].starts_with("endcap.toml:2:1: expected one of"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_cell_is_read_to_the_letter_or_refused(cell in "\\PC{1,12}") {
        let sheet = format!("name,action,brand\nx,exclude,\"{}\"\n", cell.replace('"', "\"\""));
        match import(&sheet, "r.csv", NOTHING) {
            Ok(toml) => {
                let expected: Vec<String> = cell.split('|').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
                prop_assert_eq!(&parse(&toml, "r.toml").unwrap().rules[0].matches.tests, &[Test::Brand(expected)]);
            }
            Err(found) => prop_assert!(found.errors.iter().all(|error| error.line == 2), "{}", found),
        }
    }
}
