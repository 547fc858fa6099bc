use super::*;
use crate::bundle::{Strategy, *};
use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use std::path::Path;

mod imported;
mod refused;
mod ruled;
mod schema;
mod tried;

/// The lines of the errors of `text`.
fn errors(text: &str) -> Vec<String> {
    parse(text, "e.toml").unwrap_err().to_string().lines().map(str::to_owned).collect()
}

/// The configuration of a fixture.
fn fixture(name: &str) -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config").join(name);
    parse(&std::fs::read_to_string(path).unwrap(), name).unwrap()
}

/// The policy of a placement.
fn policy(text: &str, placement: &str) -> Policy {
    let config = parse(text, "e.toml").unwrap();
    config.policies.into_iter().find(|policy| policy.placement == placement).unwrap()
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(parse("", "e.toml"), Ok(Config::default()));
    let names: Vec<_> = Config::default().policies.into_iter().map(|p| (p.placement, p.limit)).collect();
    let expected = [
        ("cart", 4),
        ("category", 100),
        ("checkout", 2),
        ("email", 6),
        ("home", 8),
        ("pdp_complements", 3),
        ("pdp_similar", 6),
        ("post_purchase", 6),
        ("search", 100),
    ];
    assert_eq!(names, expected.map(|(name, limit)| (name.to_owned(), limit)));
}

#[test]
fn a_file_with_every_key_is_read_to_the_last() {
    let config = fixture("every_key.toml");
    assert_eq!(config.currency.code(), "CHF");
    assert_eq!(config.low_at, 2);
    let curated = CuratedAs::Pins;
    let rows = TrainOptions {
        min_support: 2,
        min_customers: 1,
        cart_row: 24,
        bought_together_row: 12,
        similar_row: 48,
        curated,
    };
    assert_eq!(config.train, rows);
    let terms = ShopTerms {
        shop: config.terms.shop,
        free_shipping_at: Some(4_990),
        max_live_placements: 6,
        stale_after: Some(5_400),
        when_stale: StockUse::Bury,
        price_jump: Some(0.5),
        price_knots: vec![],
    };
    assert_eq!(config.terms, terms);
    assert_eq!(config.terms.shop[..4], blake3::hash(b"Kaffeehaus").as_bytes()[..4]);
    assert_eq!(config.sensitive, ["Intimacy", "Health > Tests"]);
    assert_eq!(config.remarks, []);
}

#[test]
fn every_key_of_a_placement_is_read() {
    let config = fixture("every_key.toml");
    let cart = Policy {
        enabled: false,
        limit: 5,
        objective: Objective::Margin,
        max_relevance_loss: 0.25,
        same_category: SameCategory::Block,
        same_brand: SameBrand::Only,
        min_relevance: 0.25,
        price: PriceWindow {
            max_share_of_cart: Some(0.5),
            relative_to_product: Some((0.7, 1.25)),
            relax_to: Some((0.5, 1.5)),
        },
        stock: [StockUse::Bury, StockUse::Hide, StockUse::Bury, StockUse::Hide, StockUse::Bury],
        max_per_category: 1,
        max_per_brand: 2,
        max_per_group: 0,
        diversity: 0.25,
        fallback: vec![],
        ..Policy::neutral("cart", Strategy::CartAddons)
    };
    assert_eq!(config.policies[0], cart);
    let note = PlacementNote {
        placement: "cart".into(),
        margin_floor: Some(-125),
        owner: "CRM".into(),
        kpi: "attach_rate".into(),
        review_by: Some(20_908),
    };
    assert_eq!(config.notes[0], note);
    let own = config.policies.iter().position(|p| p.placement == "empty-basket").unwrap();
    assert_eq!(config.policies[own].fallback, [Rung::CategoryPairs, Rung::PopularInCategory]);
    assert_eq!(config.placement_places[own], Some(Place { line: 48, column: 12 }));
    let search = config.policies.last().unwrap();
    assert_eq!((search.strategy, search.max_moves, search.limit), (Strategy::Rerank, 5, 10));
    assert_eq!(config.policies.len(), 10);
    assert_eq!(config.notes.len(), 10);
    assert_eq!(config.placement_places.iter().filter(|place| place.is_none()).count(), 7);
}

#[test]
fn built_in_placements_keep_loss_makers_from_carts() {
    let config = Config::default();
    let cart = &config.policies[0];
    assert_eq!((cart.objective, cart.max_relevance_loss, cart.diversity), (Objective::Margin, 0.2, 0.2));
    assert_eq!((cart.price.max_share_of_cart, cart.fallback.len()), (Some(0.35), 3));
    assert_eq!((cart.max_per_category, cart.max_per_brand, cart.max_per_group), (1, 2, 1));
    let floors: Vec<&str> =
        config.notes.iter().filter(|n| n.margin_floor == Some(0)).map(|n| n.placement.as_str()).collect();
    assert_eq!(floors, ["cart", "checkout", "pdp_complements"]);
    assert!(config.policies.iter().all(|policy| policy.stock[StockUse::Hide as usize + 2] == StockUse::Hide));
}

#[test]
fn a_file_that_opens_every_placement_wide_is_read() {
    let config = fixture("relevance_alone.toml");
    let written = config.policies.iter().zip(&config.placement_places).filter(|(_, place)| place.is_some());
    let written: Vec<_> = written.map(|(policy, _)| policy).collect();
    assert_eq!(written.len(), 4);
    assert!(written.iter().all(|p| p.limit == 20 && p.same_category == SameCategory::Allow));
}

#[test]
fn a_key_left_out_of_a_placement_is_neutral() {
    let cart = policy("[placement.cart]", "cart");
    assert_eq!((cart.limit, cart.same_category, cart.min_relevance), (10, SameCategory::Allow, 0.0));
    assert_eq!(cart.fallback, [Rung::Popular]);
    assert!(policy("[placement.cart]\nfallback = []", "cart").fallback.is_empty());
    assert_eq!(policy("[placement.cart]\nmin_relevance = 1", "cart").min_relevance, 1.0);
    assert_eq!(policy("placement = { cart = { limit = 0x10 } }", "cart").limit, 16);
}

#[test]
fn every_kind_of_error_has_its_line_and_column() {
    for (text, expected) in [
        ("[shop]\ncurrency = EUR", "e.toml:2:12: not TOML: "),
        (
            "[shop]\n  curency = \"EUR\"",
            "e.toml:2:3: expected one of name, currency, timezone, free_shipping_at, max_live_placements, sensitive, found the key `curency`; did you mean `currency`?",
        ),
        (
            "[shops]\n",
            "e.toml:1:2: expected one of shop, train, stock, placement, rule, experiment, experiments, cost, calendar, found the key `shops`; did you mean `shop`?",
        ),
        (
            "[xyzzy]\n",
            "e.toml:1:2: expected one of shop, train, stock, placement, rule, experiment, experiments, cost, calendar, found the key `xyzzy`; remove or correct it",
        ),
        (
            "[placement.cart]\nstrategy = \"cart_addon\"",
            "e.toml:2:12: `strategy`: expected one of cart_addons, bought_together, similar, replenish, popular, alternatives, rerank, found `cart_addon`; did you mean `cart_addons`?",
        ),
        (
            "[placement.cart]\nlimit = \"4\"",
            "e.toml:2:9: `limit`: expected a whole number, found a text; correct the value",
        ),
        (
            "[placement.cart]\nlimit = 4.0",
            "e.toml:2:9: `limit`: expected a whole number, found a number with decimals; correct the value",
        ),
        (
            "[placement.cart]\nlimit = 0",
            "e.toml:2:9: `limit`: expected a whole number from 1 to 100, found `0`; correct the value",
        ),
        (
            "[placement.cart]\nlimit = 101",
            "e.toml:2:9: `limit`: expected a whole number from 1 to 100, found `101`; correct the value",
        ),
        (
            "[placement.cart]\nlimit = 99999999999999999999",
            "e.toml:2:9: `limit`: expected a whole number from 1 to 100, found `99999999999999999999`; correct the value",
        ),
        (
            "[placement.cart]\nmin_relevance = nan",
            "e.toml:2:17: `min_relevance`: expected a number from 0 to 1, found `nan`; correct the value",
        ),
        (
            "[placement.cart]\nmin_relevance = inf",
            "e.toml:2:17: `min_relevance`: expected a number from 0 to 1, found `inf`; correct the value",
        ),
        (
            "[placement.cart]\nmin_relevance = -0.1",
            "e.toml:2:17: `min_relevance`: expected a number from 0 to 1, found `-0.1`; correct the value",
        ),
        (
            "[placement.cart]\nfallback = \"popular\"",
            "e.toml:2:12: `fallback`: expected a list of texts, found a text; correct the value",
        ),
        (
            "[placement.shelf]\nlimit = 4",
            "e.toml:1:12: [placement.shelf]: expected `strategy`, found none; add it with one of cart_addons, bought_together, similar, replenish, popular, alternatives, rerank",
        ),
        (
            "[placement.\"a b\"]\nstrategy = \"popular\"",
            "e.toml:1:12: `placement`: expected a name of 1 to 64 letters a to z, digits, `_` and `-`, found `a b`; correct the value",
        ),
        ("[placement]\ncart = 4", "e.toml:2:8: `cart`: expected a table, found a whole number; correct the value"),
        ("shop = true", "e.toml:1:8: `shop`: expected a table, found true or false; correct the value"),
        (
            "[shop]\ncurrency = \"Euro\"",
            "e.toml:2:12: `currency`: expected three letters of ISO 4217 such as EUR, found `\"Euro\"`; correct the value",
        ),
        (
            "[stock]\nlow_at = -1",
            "e.toml:2:10: `low_at`: expected a whole number from 0 to 1000000, found `-1`; correct the value",
        ),
        (
            "[train]\nmin_support = 1001",
            "e.toml:2:15: `min_support`: expected a whole number from 1 to 1000, found `1001`; correct the value",
        ),
        (
            "[train]\nsimilar_row = 129",
            "e.toml:2:15: `similar_row`: expected a whole number from 1 to 128, found `129`; correct the value",
        ),
        (
            "[train]\ncart_row = 2026-01-01",
            "e.toml:2:12: `cart_row`: expected a whole number, found a date; correct the value",
        ),
    ] {
        let found = errors(text);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{text}\n  {found:#?}\n  {expected}");
    }
}

#[test]
fn what_holds_and_does_nothing_is_remarked_on() {
    let remarks = |text: &str| -> Vec<String> {
        parse(text, "e.toml").unwrap().remarks.iter().map(ToString::to_string).collect()
    };
    for (text, expected) in [
        ("[shop]\nsensitive = \"^Gift\"", "e.toml:2:13: warning: `sensitive`: `^Gift` looks like a pattern"),
        ("[placement.cart]\nobjective = \"revenue\"", "e.toml:2:13: warning: `objective` may cost no relevance"),
        ("[placement.cart]\nmax_moves = 2", "e.toml:2:13: warning: `max_moves` is for"),
        ("[placement.cart]\nfallback = [\"popular\", \"category_pairs\"]", "e.toml:2:12: warning: `popular` fills"),
    ] {
        let found = remarks(text);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{found:#?}");
    }
}

#[test]
fn prices_are_guarded_unless_the_file_says_not() {
    let jump = |text| parse(text, "e.toml").unwrap().terms.price_jump;
    assert_eq!(jump(""), Some(0.3));
    assert_eq!(jump("[stock]\nlow_at = 1"), Some(0.3));
    assert_eq!(jump("[stock]\nprice_jump = false"), None);
    assert_eq!(jump("[stock]\nprice_jump = 10"), Some(10.0));
}

#[test]
fn the_most_placements_are_as_many_as_a_bundle_holds() {
    let text = |count: usize| -> String {
        (0..count).map(|n| format!("[placement.p{n}]\nstrategy = \"popular\"\n")).collect()
    };
    assert_eq!(parse(&text(55), "e.toml").unwrap().policies.len(), 64);
    let found = errors(&text(56));
    assert!(found.len() == 1 && found[0].starts_with("e.toml:111:12: `placement`: expected at most 64"), "{found:?}");
}

#[test]
fn all_errors_are_reported_in_the_order_of_the_file() {
    let text =
        "# ä comment\n[stock]\nlow_at = -1\n[placement.cart]\nlimit = 0\n\"ä\" = 1\nprice = 1\n[train]\ncart_row = 0\n";
    let found = errors(text);
    let starts = ["e.toml:3:10: ", "e.toml:5:9: ", "e.toml:6:1: ", "e.toml:7:9: ", "e.toml:9:12: "];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (line, start) in found.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[test]
fn columns_count_characters() {
    assert!(errors("placement = { \"ä\" = 1, cart = 2 }")[1].starts_with("e.toml:1:31: "));
}

#[test]
fn a_flood_of_errors_is_counted_and_not_kept() {
    let text: String = (0..1000).map(|n| format!("k{n} = 1\n")).collect();
    let found = parse(&text, "e.toml").unwrap_err();
    assert_eq!((found.errors.len(), found.more), (ConfigErrors::KEPT, 1000 - ConfigErrors::KEPT));
    assert!(found.to_string().ends_with("\nand 950 more"));
}

#[test]
fn every_key_of_a_placement_is_known_now_or_later() {
    let design = "strategy limit objective max_relevance_loss min_relevance margin_floor price stock same_category \
                  same_brand max_per_category max_per_brand max_per_group diversity fallback owner kpi review_by enabled max_moves";
    for key in design.split_whitespace() {
        let found = parse(&format!("[placement.cart]\n{key} = [{{}}]"), "e.toml").unwrap_err();
        let problem = &found.errors[0].problem;
        assert!(!matches!(problem, Problem::UnknownKey { .. }), "{key}: {problem:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_with_a_place_inside_it(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "[placement.cart]\n", "[shop]\n", "[train]\n", "limit = ", "fallback = ", "cart_row", " = ", "1", "\n",
                    "[", "]", "{", "}", "\"", "\"popular\"", "nan", "0.5", "[[rule]]\n", "[[experiment]]\nname = \"e\"\nplacement = \"cart\"\n", "allocation = { holdout = 0.5, a = 0.5 }\n",
                    "kill = \"aov_lift < 0.1\"\n", "[experiments]\n", "[cost]\n", "[[calendar]]\n", "until = 2026-03-29T02:30:00Z\n", "match = ", "when = ", "action = { exclude = true }\n",
                    "from = 2026-03-29T02:30:00\n", "stock", "price", "min", "-1", "{ min = 2, max = 1 }", ",", ".", "ä", "#",
                ])
                .prop_map(str::to_owned),
                "\\PC{0,4}",
            ],
            0..20,
        ),
    ) {
        let text = pieces.concat();
        if let Err(found) = parse(&text, "e.toml") {
            prop_assert!(!found.errors.is_empty());
            for error in &found.errors {
                let lines: Vec<&str> = text.split('\n').collect();
                prop_assert!((1..=lines.len()).contains(&error.line), "{error}");
                prop_assert!((1..=lines[error.line - 1].chars().count() + 1).contains(&error.column), "{error}");
            }
        }
    }
}
