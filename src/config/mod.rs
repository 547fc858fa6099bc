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
//! assert_eq!(config.policies.len(), 4); // the three others are built in
//!
//! let errors = config::parse("[placement.cart]\nlimt = 800\n", "endcap.toml").unwrap_err();
//! assert_eq!(
//!     errors.to_string(),
//!     "endcap.toml:2:1: expected one of strategy, limit, objective, same_category, min_relevance, fallback, \
//!      found the key `limt`; did you mean `limit`?"
//! );
//! ```
//!
//! # The keys of this version
//!
//! | Table | Key | Value | Left out |
//! |---|---|---|---|
//! | `[shop]` | `currency` | three letters of ISO 4217 | none |
//! | `[stock]` | `low_at` | 0 to 1,000,000 | 5 |
//! | `[train]` | `min_support` | 1 to 1,000 | 3 |
//! | | `min_customers` | 1, 2 | 2 |
//! | | `curated` | `prior`, `pins` | `prior` |
//! | | `cart_row`, `bought_together_row`, `similar_row` | 1 to 128 | 16, 16, 32 |
//! | `[placement.*]` | `strategy` | `cart_addons`, `bought_together`, `similar`, `replenish`, `popular` | the built-in placement's own; any other must name one |
//! | | `limit` | 1 to 100 | 10 |
//! | | `objective` | `relevance` | `relevance` |
//! | | `same_category` | `allow`, `block`, `unless_varied` | `allow` |
//! | | `min_relevance` | 0 to 1; a probability, where the placement has a calibration | 0 |
//! | | `fallback` | `[]` or `["popular"]` | `["popular"]` |
//!
//! # What it does not do
//!
//! It opens no file and looks at no catalog: whether a threshold suits the shop is for the preview to say.

mod error;
mod placements;
mod reader;

pub use error::{ConfigError, ConfigErrors, Problem};

use crate::bundle::Policy;
use crate::shop::{CuratedAs, Currency};
use reader::{Findings, Section};
use toml::de::DeTable;

/// What an `endcap.toml` says, complete with defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The currency of all prices; [`Currency::NONE`] where the file names none.
    pub currency: Currency,
    /// The count of units up to which stock is low.
    pub low_at: i64,
    /// How relations are trained.
    pub train: TrainOptions,
    /// One policy a placement, in the order of their names.
    pub policies: Vec<Policy>,
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
        let policies = placements::built_in();
        Self { currency: Currency::NONE, low_at: LOW_AT, train: TrainOptions::default(), policies }
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
    let mut findings = Findings::new(text, file);
    let (root, syntax) = DeTable::parse_recoverable(text);
    for error in &syntax {
        let message = error.message().to_owned();
        findings.add(error.span().unwrap_or(0..0), Problem::Syntax { message });
    }
    if !syntax.is_empty() {
        return Err(findings.into_errors());
    }
    let config = read(Section::root(root.get_ref()), &mut findings);
    if findings.is_empty() { Ok(config) } else { Err(findings.into_errors()) }
}

/// The configuration of a parsed file; where something is wrong, a default stands in and a finding says so.
fn read(root: Section<'_, '_>, findings: &mut Findings<'_>) -> Config {
    root.allow(&["shop", "train", "stock", "placement"], &["rule", "experiment", "cost"], findings);
    let mut config = Config { policies: Vec::new(), ..Config::default() };
    if let Some(shop) = root.section("shop", findings) {
        shop.allow(&["currency"], &["free_shipping_at", "max_live_placements", "sensitive"], findings);
        let expected = "three letters of ISO 4217 such as EUR";
        config.currency = shop.text("currency", expected, Currency::parse, findings).unwrap_or(Currency::NONE);
    }
    if let Some(stock) = root.section("stock", findings) {
        stock.allow(&["low_at"], &["stale_after", "when_stale", "price_jump"], findings);
        config.low_at = stock.integer("low_at", 0..=1_000_000, findings).unwrap_or(LOW_AT);
    }
    if let Some(train) = root.section("train", findings) {
        config.train = train_options(train, findings);
    }
    let placements = root.section("placement", findings);
    config.policies = placements::read(placements, findings);
    config
}

/// `[train]`.
fn train_options(train: Section<'_, '_>, findings: &mut Findings<'_>) -> TrainOptions {
    let keys = ["min_support", "min_customers", "cart_row", "bought_together_row", "similar_row", "curated"];
    train.allow(&keys, &[], findings);
    let usual = TrainOptions::default();
    let min_customers = train.integer("min_customers", 1..=2, findings).and_then(|n| u8::try_from(n).ok());
    let min_support = train.integer("min_support", 1..=1_000, findings).and_then(|n| u32::try_from(n).ok());
    let curated =
        train.word("curated", &[CuratedAs::Prior, CuratedAs::Pins].map(|word| (word.name(), word)), &[], findings);
    let mut row = |key, usual| {
        let read = train.integer(key, 1..=128, findings);
        read.and_then(|n| u16::try_from(n).ok()).unwrap_or(usual)
    };
    TrainOptions {
        min_support: min_support.unwrap_or(usual.min_support),
        min_customers: min_customers.unwrap_or(usual.min_customers),
        cart_row: row("cart_row", usual.cart_row),
        bought_together_row: row("bought_together_row", usual.bought_together_row),
        similar_row: row("similar_row", usual.similar_row),
        curated: curated.unwrap_or(usual.curated),
    }
}

#[cfg(test)]
mod tests;
