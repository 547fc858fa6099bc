//! The file that a shop starts from: what holds without a file, written out, with the shop's own words and prices beside it.

use super::built_in;
use super::import::quoted;
use super::placements::Placement;
use crate::bundle::{Objective, Policy, Rung, SameBrand, SameCategory, StockUse, Strategy};
use crate::shop::{Currency, Money, StockState};
use std::fmt::Write;

/// What is known of a shop before it has a file. All of it may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The currency of all prices; [`Currency::NONE`] where it is not known.
    pub currency: Currency,
    /// Categories, those of most products first.
    pub categories: Vec<String>,
    /// Brands, those of most products first.
    pub brands: Vec<String>,
    /// Prices of products in minor units, in any order.
    pub prices: Vec<i64>,
    /// Values of orders in minor units, in any order.
    pub orders: Vec<i64>,
    /// Whether any product has a cost.
    pub costs: bool,
}

impl Default for Facts {
    /// Nothing is known.
    fn default() -> Self {
        Self {
            currency: Currency::NONE,
            categories: Vec::new(),
            brands: Vec::new(),
            prices: Vec::new(),
            orders: Vec::new(),
            costs: false,
        }
    }
}

/// The text of an `endcap.toml` that says what the built-in placements do, with comments fitted to the shop. It means the
/// same as no file, but for the currency.
pub fn starter(facts: &Facts) -> String {
    let mut text = String::from(HEAD);
    shop(&mut text, facts);
    text.push_str(STOCK_AND_TRAIN);
    for Placement { policy, note, .. } in built_in::all() {
        placement(&mut text, &policy, note.margin_floor == Some(0), facts);
    }
    rules(&mut text, facts);
    text
}

/// What stands above all.
const HEAD: &str = r#"#:schema ./endcap.schema.json
# What the recommendations of this shop do. Change a line, train again, look at the effect.
# Editors complete and check this file with the schema that `endcap init --schema > endcap.schema.json` writes.
# A key that is left out of a placement is neutral; a placement that is left out altogether is as it stands here.

"#;

/// What suits most shops as it is.
const STOCK_AND_TRAIN: &str = r#"
[stock]
low_at = 5                         # up to this many units on hand count as "low"
# stale_after = "6h"               # an overlay older than this is stale: m, h, d or w
# when_stale = "keep"              # keep | bury | hide: what is made of the products it spoke of
price_jump = 0.30                  # a live price further than this from the trained one hides the product; false: no guard

[train]
min_support = 3                    # orders that a pair needs
min_customers = 2                  # customers that a pair needs, where customers are known
cart_row = 16                      # neighbours kept a product
bought_together_row = 16
similar_row = 32
curated = "prior"                  # prior | pins: what hand-made pairs are
"#;

/// `[shop]`.
fn shop(text: &mut String, facts: &Facts) {
    text.push_str(
        "[shop]\n# name = \"My shop\"                 # an overlay that was made for another shop is refused\n",
    );
    let currency = facts.currency;
    let unknown = if currency == Currency::NONE { "# " } else { "" };
    let code = if currency == Currency::NONE { "EUR" } else { currency.code() };
    line(text, &format!("{unknown}currency = \"{code}\""), "of all prices, ISO 4217");
    line(text, "# timezone = \"Europe/Berlin\"", "in which times of rules without an offset are read");
    let (at, why) = match median(&facts.orders) {
        Some(median) => {
            let shown = Money::new(median, currency);
            (
                above(median),
                format!("half of the orders come to {shown} or more; a goal a third above that is within reach"),
            )
        }
        None => (50 * 10i64.pow(currency.decimals()), "lets the cart aim at the gap".to_owned()),
    };
    line(text, &format!("# free_shipping_at = {}", Money::new(at, currency)), &why);
    line(text, "# max_live_placements = 6", "blocks of a page that are filled at most");
    let category = facts.categories.first().map_or("Intimacy", String::as_str);
    let sensitive = format!("# sensitive = [{}]", quoted(category));
    line(text, &sensitive, "categories that are never a reason nor evidence, such as this one if it were");
}

/// A third above `value`, at a round number.
fn above(value: i64) -> i64 {
    let goal = value.max(0).saturating_add(value.max(0) / 3).max(1);
    let mut round = 1;
    while round <= goal / 100 {
        round *= 10;
    }
    (goal + round - 1) / round * round
}

/// The middle of values in any order.
fn median(values: &[i64]) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// A line with its comment at a fixed column, or above it where it is long.
fn line(text: &mut String, code: &str, comment: &str) {
    // Writing to a text does not fail.
    let _ = match (comment, code.chars().count() > COLUMN) {
        ("", _) => writeln!(text, "{code}"),
        (_, true) => writeln!(text, "# {comment}\n{code}"),
        (_, false) => writeln!(text, "{code:<COLUMN$} # {comment}"),
    };
}

/// Where comments start.
const COLUMN: usize = 34;

/// What a placement is for.
fn purpose(name: &str) -> &'static str {
    match name {
        "cart" => "Beside the cart: what completes it. All lines of the cart have a say.",
        "category" => "A category's page: the shop's own list, in which what fits this visitor moves up a little.",
        "checkout" => "At the checkout: little, cheap, and nothing that delays the order.",
        "email" => "In a letter: what this customer buys again.",
        "home" => "On the front page: best sellers of many kinds.",
        "pdp_complements" => "On a product's page: what is bought with it.",
        "pdp_similar" => "On a product's page: what others looked at next, at a like price.",
        "post_purchase" => "After the order: what this customer buys again.",
        _ => "Search results: the shop's own list, in which what fits this visitor moves up a little.",
    }
}

/// One placement: all keys that are not neutral. The cart, as the first, says what each is for.
fn placement(text: &mut String, policy: &Policy, no_losses: bool, facts: &Facts) {
    let _ = writeln!(text, "\n# {}\n[placement.{}]", purpose(&policy.placement), policy.placement);
    let is_cart = policy.placement == "cart";
    let mut say = |code: String, comment: &str| line(text, &code, if is_cart { comment } else { "" });
    let strategies = Strategy::ALL.map(Strategy::name).join(" | ");
    say(format!("strategy = \"{}\"", policy.strategy.name()), &strategies);
    say(format!("limit = {}", policy.limit), "products shown at most, 1 to 100");
    let objective = match policy.objective {
        Objective::Relevance => "relevance",
        Objective::Revenue => "revenue",
        Objective::Margin => "margin",
    };
    let without = "relevance | revenue | margin; margin needs a column `cost` in the catalog, which has none yet";
    let with = "relevance | revenue | margin";
    say(format!("objective = \"{objective}\""), if facts.costs { with } else { without });
    say(
        format!("max_relevance_loss = {}", policy.max_relevance_loss),
        "0 to 0.5: the most that the objective may cost",
    );
    if no_losses {
        say("margin_floor = 0.0".to_owned(), "share of the price that must remain; 0.0: no loss-makers");
    }
    price(policy, facts, &mut say);
    stock(policy, &mut say);
    caps(policy, facts, &mut say);
    let rungs: Vec<String> = policy.fallback.iter().map(|rung| quoted(rung.name())).collect();
    if policy.fallback != [Rung::Popular] {
        say(format!("fallback = [{}]", rungs.join(", ")), "what fills a list that comes short, in order");
    }
    if policy.strategy == Strategy::Rerank {
        say(format!("max_moves = {}", policy.max_moves), "");
    }
    say("# owner = \"CRM\"".to_owned(), "who answers for it; kpi and review_by (a date) go with it");
}

/// The window of prices, with what it means at the shop's own.
fn price(policy: &Policy, facts: &Facts, say: &mut dyn FnMut(String, &str)) {
    if let Some(share) = policy.price.max_share_of_cart {
        let comment = match (median(&facts.orders), facts.prices.len()) {
            (Some(order), products @ 1..) => {
                let most = (order as f64 * f64::from(share)).round() as i64;
                let within = facts.prices.iter().filter(|price| **price <= most).count() * 100 / products;
                let shown = Money::new(most, facts.currency);
                format!("of the subtotal: {shown} beside the middle order, and {within} % of the products cost no more")
            }
            _ => match median(&facts.prices) {
                Some(price) => {
                    format!("of the subtotal; half of the products cost {} or less", Money::new(price, facts.currency))
                }
                None => "of the subtotal".to_owned(),
            },
        };
        say(format!("price = {{ max_share_of_cart = {share} }}"), &comment);
    }
    if let (Some((low, high)), Some((wide_low, wide_high))) = (policy.price.relative_to_product, policy.price.relax_to)
    {
        let windows = format!("relative_to_product = [{low}, {high}], relax_to = [{wide_low}, {wide_high}]");
        say(format!("price = {{ {windows} }}"), "");
    }
}

/// What is made of states of stock, where that is not neutral.
fn stock(policy: &Policy, say: &mut dyn FnMut(String, &str)) {
    let word = |used| match used {
        StockUse::Show => "show",
        StockUse::Bury => "bury",
        StockUse::Hide => "hide",
    };
    let states = [StockState::Low, StockState::Backorder, StockState::Preorder, StockState::Out];
    let uses = states.map(|state| format!("{} = \"{}\"", state.name(), word(policy.stock_use(state))));
    say(format!("stock = {{ {} }}", uses.join(", ")), "show | bury | hide");
}

/// What may stand beside what.
fn caps(policy: &Policy, facts: &Facts, say: &mut dyn FnMut(String, &str)) {
    if policy.same_category == SameCategory::UnlessVaried {
        let example = facts
            .categories
            .first()
            .map(|category| format!("; in {} it is lifted if shoppers often take two", quoted(category)));
        let comment = format!("allow | block | unless_varied{}", example.unwrap_or_default());
        say("same_category = \"unless_varied\"".to_owned(), &comment);
    }
    if policy.placement == "cart" && policy.same_brand == SameBrand::Allow {
        say("same_brand = \"allow\"".to_owned(), "allow | only | block");
    }
    for (key, cap, neutral) in [
        ("max_per_category", policy.max_per_category, 0),
        ("max_per_brand", policy.max_per_brand, 0),
        ("max_per_group", policy.max_per_group, 1),
    ] {
        if cap != neutral {
            say(format!("{key} = {cap}"), "0: no cap");
        }
    }
    if policy.diversity > 0.0 {
        say(
            format!("diversity = {}", policy.diversity),
            "how much a product loses to one like it that is already shown",
        );
    }
}

/// Examples of rules in the shop's own words.
fn rules(text: &mut String, facts: &Facts) {
    let or = |list: &[String], at: usize, usual: &str| quoted(list.get(at).map_or(usual, String::as_str));
    let (first, second) = (or(&facts.categories, 0, "Gift cards"), or(&facts.categories, 1, "Cards"));
    let brand = or(&facts.brands, 0, "Own");
    let subtotal =
        Money::new(median(&facts.orders).unwrap_or(20 * 10i64.pow(facts.currency.decimals())), facts.currency);
    let _ = write!(
        text,
        r#"
# Rules: remove the `# ` in front of one and change it. A rule holds everywhere unless it names placements.

# [[rule]]
# name = "not beside small carts"
# placements = ["cart"]
# match = {{ category = [{first}], not = {{ brand = {brand} }} }}
# when = {{ cart_subtotal = {{ max = {subtotal} }} }}
# action = {{ exclude = true }}

# [[rule]]
# name = "a season"
# match = {{ category = {second}, stock = ["in_stock", "low"] }}
# action = {{ boost = 1.5 }}
# from = 2026-11-20T00:00:00+01:00
# until = 2026-12-01T00:00:00+01:00
"#
    );
}

#[cfg(test)]
mod tests {
    use super::super::{Config, parse};
    use super::*;

    fn facts() -> Facts {
        Facts {
            currency: Currency::parse("JPY").unwrap(),
            categories: vec!["Home > \"Tea\" \\ cups".to_owned(), "Coffee".to_owned()],
            brands: vec!["Møller".to_owned()],
            prices: vec![120, 4_000, 900],
            orders: vec![2_700, 5_000, 4_100],
            costs: true,
        }
    }

    /// The examples of rules, no longer comments.
    fn with_rules(text: &str) -> String {
        let (above, rules) = text.split_once("# [[rule]]").unwrap();
        let rules: String =
            rules.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect();
        format!("{above}[[rule]]{rules}")
    }

    #[test]
    fn it_means_what_no_file_means() {
        for facts in [Facts::default(), facts()] {
            let config = parse(&starter(&facts), "e.toml").unwrap_or_else(|errors| panic!("{errors}"));
            let usual = Config::default();
            assert_eq!((config.policies, config.notes), (usual.policies, usual.notes));
            assert_eq!((config.terms, config.train), (usual.terms, usual.train));
            assert_eq!(config.currency, facts.currency);
            assert_eq!(config.remarks, []);
        }
    }

    #[test]
    fn its_rules_hold_once_they_are_no_comments() {
        for facts in [Facts::default(), facts()] {
            let config = parse(&with_rules(&starter(&facts)), "e.toml").unwrap_or_else(|errors| panic!("{errors}"));
            assert_eq!((config.rules.len(), config.remarks.len()), (2, 0));
        }
    }

    #[test]
    fn it_speaks_of_the_shop() {
        let text = starter(&facts());
        for part in [
            "currency = \"JPY\"",
            "# free_shipping_at = 5500 ",
            "half of the orders come to 4100 or more",
            "1435 beside the middle order, and 66 % of the products",
            "Møller",
            "\\\"Tea\\\" \\\\ cups",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(text.starts_with("#:schema ./endcap.schema.json\n"));
    }
}
