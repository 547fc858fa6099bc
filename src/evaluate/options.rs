//! What a training run is told, and where it is.

use crate::bundle::Policy;
use crate::shop::Currency;
use crate::train::pairs::Support;

/// Neighbours kept an item at 10,000 items; smaller catalogs keep more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowLengths {
    /// Of `cart`.
    pub cart: usize,
    /// Of `bought_together`.
    pub together: usize,
    /// Of `similar`.
    pub similar: usize,
}

impl Default for RowLengths {
    fn default() -> Self {
        Self { cart: 16, together: 16, similar: 32 }
    }
}

/// What a training run is told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Orders that a pair needs; from 2 on also two distinct customers, unless `two_customers` is off.
    pub min_support: u32,
    /// Whether a pair needs two distinct customers where customers are known. Without it a bundle may show the habits
    /// of a single customer.
    pub two_customers: bool,
    /// Neighbours kept.
    pub rows: RowLengths,
    /// Units on hand up to which stock is low.
    pub low_at: i64,
    /// Of the cards' prices.
    pub currency: Currency,
    /// Policies of the placements, as they go into the bundle.
    pub policies: Vec<Policy>,
    /// Draws the validation questions.
    pub seed: u64,
    /// Ship a relation although a simple method beats it.
    pub allow_weak: bool,
    /// Hand out the winners' rows with all their weights too; they may take a hundred times the memory.
    pub keep_unpruned: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_support: 3,
            two_customers: true,
            rows: RowLengths::default(),
            low_at: 5,
            currency: Currency::NONE,
            policies: Vec::new(),
            seed: 7,
            allow_weak: false,
            keep_unpruned: false,
        }
    }
}

impl Options {
    /// What a pair needs to count.
    pub fn support(&self) -> Support {
        let rule = Support::of(self.min_support);
        Support { two_customers: rule.two_customers && self.two_customers, ..rule }
    }
}

/// Where a training run is, for progress bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Counting pairs.
    Pairs,
    /// Trying settings of the cart relation.
    Cart,
    /// Trying settings of the product page.
    Together,
    /// Trying settings of the visit relation.
    Similar,
    /// Fitting the winners to everything.
    Refit,
    /// Asking all models about what came later.
    Asking,
    /// Asking smaller and larger relations.
    Costs,
}

impl Stage {
    /// The stage in a few words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Pairs => "counting pairs",
            Self::Cart => "fitting what completes a cart",
            Self::Together => "fitting what is bought together",
            Self::Similar => "fitting what is looked at next",
            Self::Refit => "fitting the winners to everything",
            Self::Asking => "asking about what came later",
            Self::Costs => "measuring what pruning and quantising cost",
        }
    }
}
