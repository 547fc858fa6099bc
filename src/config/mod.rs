//! `endcap.toml`: what the merchandiser owns.
//!
//! # The problem
//!
//! The file decides what shoppers see, and the person who edits it is no programmer. A misspelt key that is ignored, a
//! limit that is silently cut to size, a rule that this version does not obey yet: each looks like a working setting and
//! is none.
//!
//! # The idea
//!
//! What stands in the file holds, and what cannot hold is refused with its line and column: unknown keys and values with
//! the nearest known name, keys of later versions by name, numbers out of range as errors and never clamped. All errors
//! are collected, so that one run shows them all. A placement written in the file stands as written: a key left out is
//! neutral. Placements that the file does not mention get a working policy of their own.
//!
//! # A worked example
//!
//! ```
//! use endcap::bundle::{SameCategory, Strategy};
//! use endcap::config;
//!
//! let config = config::parse("[placement.cart]\nlimit = 8\n", "endcap.toml").unwrap();
//! let cart = config.policies.iter().find(|policy| policy.placement == "cart").unwrap();
//! assert_eq!((cart.strategy, cart.limit), (Strategy::CartAddons, 8));
//! assert_eq!(cart.same_category, SameCategory::Allow); // neutral: the file names the placement but not this key
//! assert_eq!(config.policies.len(), 9); // the eight others are built in
//!
//! let errors = config::parse("[stock]\nlow_att = 800\n", "endcap.toml").unwrap_err();
//! assert_eq!(
//!     errors.to_string(),
//!     "endcap.toml:2:1: expected one of low_at, stale_after, when_stale, price_jump, \
//!      found the key `low_att`; did you mean `low_at`?"
//! );
//! ```
//!
//! # The keys of this version
//!
//! A text may stand where a list of texts is expected. Amounts are in major units and have no more decimals than the
//! currency; shares of the price have at most three. Neither is ever rounded.
//!
//! | Table | Key | Value | Left out |
//! |---|---|---|---|
//! | `[shop]` | `name` | a text; an overlay of a shop of another name is refused | none |
//! | | `currency` | three letters of ISO 4217 | none, two decimals |
//! | | `timezone` | an IANA name, of the edition that is built in | local times are refused |
//! | | `free_shipping_at` | an amount above 0 | none |
//! | | `max_live_placements` | 1 to 64 | no cap |
//! | | `sensitive` | categories | none |
//! | `[stock]` | `low_at` | 0 to 1,000,000 | 5 |
//! | | `stale_after` | a number and `m`, `h`, `d` or `w`; 1m to 52w | never |
//! | | `when_stale` | `keep`, `bury`, `hide`; with `stale_after` only | `keep` |
//! | | `price_jump` | above 0, at most 10; `false`: no guard | 0.30 |
//! | `[train]` | `min_support` | 1 to 1,000 | 3 |
//! | | `min_customers` | 1, 2 | 2 |
//! | | `curated` | `prior`, `pins` | `prior` |
//! | | `cart_row`, `bought_together_row`, `similar_row` | 1 to 128 | 16, 16, 32 |
//! | `[placement.*]` | `strategy` | `cart_addons`, `bought_together`, `similar`, `replenish`, `popular`, `alternatives`, `rerank` | the built-in placement's own; any other must name one |
//! | | `enabled` | `true`, `false` | `true` |
//! | | `limit` | 1 to 100 | 10 |
//! | | `objective` | `relevance`, `revenue`, `margin` | `relevance` |
//! | | `max_relevance_loss` | 0 to 0.5 | 0 |
//! | | `min_relevance` | 0 to 1; a probability, where the placement has a calibration | 0 |
//! | | `margin_floor` | −1 to 1, a share of the price | no floor |
//! | | `price` | `max_share_of_cart` above 0, at most 100; `relative_to_product` and the wider `relax_to`, each two ascending shares from 0 to 100 | no window |
//! | | `stock` | for `in_stock`, `low`, `backorder`, `preorder`, `out`: `show`, `bury`, `hide` | `show`; `out`: `hide` |
//! | | `same_category` | `allow`, `block`, `unless_varied` | `allow` |
//! | | `same_brand` | `allow`, `only`, `block` | `allow` |
//! | | `max_per_category`, `max_per_brand`, `max_per_group` | 0 to 100; 0: no cap | 0, 0, 1 |
//! | | `diversity` | 0 to 1 | 0 |
//! | | `fallback` | rungs in order, each once: `category_pairs`, `popular_in_category`, `popular` | `["popular"]` |
//! | | `max_moves` | 0 to 100; for `rerank` | 3 |
//! | | `owner`, `kpi` | texts | none |
//! | | `review_by` | a date | none |
//! | `[[rule]]` | `name` | a text, unique | must be there |
//! | | `placements` | names of placements | everywhere |
//! | | `match` | `sku`, `title`, `category`, `brand`, `tag`, `group`: texts; `price`, `margin`, `age` (days): `{ min, max }`; `stock`: states or a count `{ min, max }`; `not`: the same | must be there; `{}` is every product, for exclusions that hold at times |
//! | | `when` | `cart_contains_any`, `cart_contains_all`, `cart_contains_none`, `product`: tests of texts; `cart_subtotal`, `cart_lines`: `{ min, max }`; `segment`: texts by key | always |
//! | | `action` | one of `exclude = true`, `include_only = true`, `boost` (above 1, at most 2), `bury` (above 0, below 1), `pin` (1 to 100) | must be there |
//! | | `from`, `until` | a date with a time; the first moment within, the first beyond | no window |
//! | `[[experiment]]` | `name` | 1 to 64 letters a to z, digits, `_` and `-`, unique; not `global_holdout` | must be there |
//! | | `placement` | a placement; one experiment at a time for the same visitors | must be there |
//! | | `allocation` | shares by arm, 2 to 8 of them, `holdout` among them, each above 0, together at most 1, at most four decimals; who is left is in no arm | must be there |
//! | | `control` | `none`, `incumbent`: what `holdout` shows | `none` |
//! | | `salt` | a text; another deals the visitors anew | the name |
//! | | `unit` | `visitor`, `customer` | `visitor` |
//! | | `metric` | `contribution_margin_per_visitor`, `aov`, `revenue_per_visitor`, `attach_rate`, `conversion` | `contribution_margin_per_visitor` |
//! | | `minimum_detectable_effect` | 0.001 to 1, at most four decimals | 0.03 |
//! | | `days` | 7 to 365 | 30 |
//! | | `kill` | `aov_lift_net_of_margin_drag` or a metric followed by `_lift`, `<` and a number from −1 to 1; or `margin_drag`, `>` and one | `"aov_lift_net_of_margin_drag < 0.03"` |
//! | | `winsorise` | 0.9 to 1, the quantile at which values of a unit are cut off; 1: not at all | 0.99 |
//! | | `cap` | an amount above 0: the value at that quantile before the start | not yet looked up |
//! | | `looks` | 1 to 52 | 4 |
//! | | `min_units` | 1 to 1,000,000,000 an arm | 200 |
//! | | `when` | `segment`: texts by key | everybody |
//! | | `from`, `until` | as for a rule | no window |
//! | | `follows` | an experiment that ended before at the same placement: this one judges its KEEP again | follows none |
//! | | `plan` | 32 hexadecimal digits, which `endcap plan` writes | not registered |
//! | `[experiments]` | `global_holdout` | 0 to 0.5, at most four decimals: visitors that no placement serves | 0 |
//! | | `salt` | a text | `global_holdout` |
//! | `[cost]` | `hours_a_month` | 0 to 10,000, at most two decimals | must be there |
//! | | `rate` | an amount an hour | must be there |
//! | `[[calendar]]` | `name` | a text: a promotion that reports mark | must be there |
//! | | `from`, `until` | as for a rule | must be there |
//!
//! Texts are compared literally and without regard to case. One that looks like a pattern is kept as it is and told in
//! [`Config::remarks`], beside what holds and changes nothing.
//!
//! # What it does not do
//!
//! It opens no file and looks at no catalog: whether a threshold suits the shop, and whether a rule matches anything, is for
//! the preview to say. Nor does it know the day: whether an experiment can be decided with the shop's traffic is for
//! `endcap plan` to say, which reads [`Config::experiments`], [`Config::cost`] and [`Config::calendar`]. Nor does it assign
//! anybody: the bundle takes the experiments along, without their plans, and answers assign.

mod amounts;
mod built_in;
mod calendar;
mod concurrent;
mod conditions;
mod error;
mod experiments;
mod findings;
mod import;
mod matches;
mod placements;
mod reader;
mod rules;
mod sheet;
mod shop;
mod starter;
mod texts;
mod times;
mod train;

pub use error::{ConfigError, ConfigErrors, Place, Problem, Remark, Severity};
pub use import::{Target, import};
pub use starter::{Facts, starter};

use crate::bundle::{PlacementNote, Policy, Rule, ShopTerms};
use crate::experiment::{GlobalHoldout, Planned, RunningCost};
use crate::shop::{CuratedAs, Currency, Promotion};
use findings::Findings;
use placements::Placement;
use reader::Section;
use toml::de::DeTable;

/// The JSON Schema (draft 2020-12) of `endcap.toml`, for editors. It accepts whatever [`parse`] accepts; what it cannot
/// say (relations between keys, exact decimals, names of zones and placements) is for the parser to refuse.
pub const SCHEMA: &str = include_str!("endcap.schema.json");

/// What an `endcap.toml` says, complete with defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The currency of all prices; [`Currency::NONE`] where the file names none.
    pub currency: Currency,
    /// What holds for the shop as a whole. Price classes come from training.
    pub terms: ShopTerms,
    /// Categories whose products are never shown as a reason nor used as evidence.
    pub sensitive: Vec<String>,
    /// The count of units up to which stock is low.
    pub low_at: i64,
    /// How relations are trained.
    pub train: TrainOptions,
    /// One policy a placement, in the order of their names.
    pub policies: Vec<Policy>,
    /// What is said of each placement and is nobody else's business, in the same order.
    pub notes: Vec<PlacementNote>,
    /// Where each placement stands, in the same order; `None` for one that is built in.
    pub placement_places: Vec<Option<Place>>,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// Where each rule stands.
    pub rule_places: Vec<Place>,
    /// The experiments with their plans, in the order of the file; `endcap plan` reads them.
    pub experiments: Vec<Planned>,
    /// Where each experiment stands.
    pub experiment_places: Vec<Place>,
    /// Who is held out of every placement; nobody where the file says nothing.
    pub global_holdout: GlobalHoldout,
    /// What looking after recommendations costs, where the file says so; for `endcap plan`.
    pub cost: Option<RunningCost>,
    /// The promotions of the shop's year, in the order of the file; for `endcap plan`.
    pub calendar: Vec<Promotion>,
    /// The name of the zone in which local times are read, and by whose days reports count; none where the file names none.
    pub timezone: Option<String>,
    /// What holds and is perhaps not meant, in the order of the file.
    pub remarks: Vec<Remark>,
}

/// `[train]`: how relations are trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainOptions {
    /// Orders that a pair of products needs, 1 to 1,000.
    pub min_support: u32,
    /// Distinct customers that a pair needs where customers are known, 1 or 2. With 1 a public bundle may show the habits of
    /// a single customer.
    pub min_customers: u8,
    /// Neighbours kept an item in `cart`, 1 to 128.
    pub cart_row: u16,
    /// Neighbours kept an item in `bought_together`, 1 to 128.
    pub bought_together_row: u16,
    /// Neighbours kept an item in `similar`, 1 to 128.
    pub similar_row: u16,
    /// What hand-made pairs are.
    pub curated: CuratedAs,
}

impl Default for TrainOptions {
    /// A pair needs 3 orders of 2 customers; rows of 16, 16 and 32; hand-made pairs are a prior.
    fn default() -> Self {
        Self {
            min_support: 3,
            min_customers: 2,
            cart_row: 16,
            bought_together_row: 16,
            similar_row: 32,
            curated: CuratedAs::Prior,
        }
    }
}

impl Default for Config {
    /// The configuration of an empty file: the built-in placements.
    fn default() -> Self {
        let mut config = Self::bare();
        config.take(built_in::all(), |_| None);
        config
    }
}

impl Config {
    /// The defaults, without any placement.
    fn bare() -> Self {
        Self {
            currency: Currency::NONE,
            terms: shop::usual_terms(),
            sensitive: Vec::new(),
            low_at: LOW_AT,
            train: TrainOptions::default(),
            policies: Vec::new(),
            notes: Vec::new(),
            placement_places: Vec::new(),
            rules: Vec::new(),
            rule_places: Vec::new(),
            experiments: Vec::new(),
            experiment_places: Vec::new(),
            global_holdout: GlobalHoldout::default(),
            cost: None,
            calendar: Vec::new(),
            timezone: None,
            remarks: Vec::new(),
        }
    }

    /// Takes the placements over, with their places.
    fn take(&mut self, placements: Vec<Placement>, place: impl Fn(usize) -> Option<Place>) {
        for placement in placements {
            self.policies.push(placement.policy);
            self.notes.push(placement.note);
            self.placement_places.push(placement.place.and_then(&place));
        }
    }
}

/// `low_at` where the file says nothing.
const LOW_AT: i64 = 5;

/// Reads the text of an `endcap.toml`; `file` is its name in errors.
///
/// # Errors
///
/// [`ConfigErrors`] with everything that is wrong, each with line and column. Where the text is no TOML only that is
/// reported.
///
/// # Cost
///
/// Time and memory in proportion to the text.
pub fn parse(text: &str, file: &str) -> Result<Config, ConfigErrors> {
    let (config, findings) = examine(text, file);
    config.filter(|_| findings.is_empty()).ok_or_else(|| findings.into_errors())
}

/// Reads a text; there is no configuration where it is no TOML, and no good one where something was found.
fn examine<'t>(text: &'t str, file: &'t str) -> (Option<Config>, Findings<'t>) {
    let mut findings = Findings::new(text, file);
    let (root, syntax) = DeTable::parse_recoverable(text);
    for error in &syntax {
        let message = error.message().to_owned();
        findings.add(error.span().unwrap_or(0..0), Problem::Syntax { message });
    }
    if !syntax.is_empty() {
        return (None, findings);
    }
    let config = read(Section::root(root.get_ref()), &mut findings);
    (Some(config), findings)
}

/// What a file may hold.
const TABLES: [&str; 9] =
    ["shop", "train", "stock", "placement", "rule", "experiment", "experiments", "cost", "calendar"];

/// The configuration of a parsed file; where something is wrong, a default stands in and a finding says so.
fn read(root: Section<'_, '_>, findings: &mut Findings<'_>) -> Config {
    root.allow(&TABLES, &[], findings);
    let mut config = Config::bare();
    let zone = root.section("shop", findings).and_then(|table| shop::shop(table, &mut config, findings));
    config.timezone = zone.as_ref().map(|zone| zone.name().to_owned());
    if let Some(table) = root.section("stock", findings) {
        shop::stock(table, &mut config, findings);
    }
    if let Some(table) = root.section("train", findings) {
        config.train = train::options(table, findings);
    }
    let placements = placements::read(root.section("placement", findings), findings);
    let around = rules::Around {
        currency: config.currency,
        zone: zone.as_ref(),
        placements: placements.iter().map(|placement| placement.policy.placement.as_str()).collect(),
    };
    let (starts, rules): (Vec<usize>, Vec<Rule>) = rules::read(root, &around, findings).into_iter().unzip();
    config.rules = rules;
    config.rule_places = findings.places(starts.into_iter());
    experiments::read(root, &around, &mut config, findings);
    config.cost = root.section("cost", findings).and_then(|table| calendar::cost(table, &around, findings));
    config.calendar = calendar::calendar(root, &around, findings);
    config.take(placements, |at| findings.places(std::iter::once(at)).pop());
    config.remarks = findings.remarks();
    config
}

#[cfg(test)]
mod tests;
