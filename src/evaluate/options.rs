//! What a training run is told, and where it is.

use crate::bundle::{Experiments, PlacementNote, Policy, Rule, ShopTerms};
use crate::shop::{CuratedAs, Currency};
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
    /// What holds for the shop as a whole.
    pub terms: ShopTerms,
    /// The shop's rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// Who is in which arm of which experiment, as it goes into the bundle.
    pub experiments: Experiments,
    /// What is said of placements beside their policies.
    pub notes: Vec<PlacementNote>,
    /// Categories whose products are no reason and no evidence; a name holds for what is below it too.
    pub sensitive: Vec<String>,
    /// Whether the draft may hold what only a server may know. The public part is the same either way.
    pub edge: bool,
    /// Draws the validation questions.
    pub seed: u64,
    /// Ship a relation although a simple method beats it.
    pub allow_weak: bool,
    /// What hand-made pairs are.
    pub curated: CuratedAs,
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
            terms: ShopTerms::default(),
            rules: Vec::new(),
            experiments: Experiments::default(),
            notes: Vec::new(),
            sensitive: Vec::new(),
            edge: false,
            seed: 7,
            allow_weak: false,
            curated: CuratedAs::Prior,
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

/// A part of a training run, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Counting pairs.
    Pairs,
    /// Trying settings of the product page.
    Together,
    /// Trying settings of the cart relation.
    Cart,
    /// Fitting the winners to everything.
    Refit,
    /// Trying settings of the visit relation.
    Similar,
    /// Asking all models about what came later.
    Asking,
    /// Asking smaller and larger relations.
    Costs,
}

/// Stages of orders with their shares of the time that a shop of orders and visits takes; the rest is `Similar`.
///
/// Measured by `node tests/bench/train.bench.mjs`, which prints each stage's share. They only have to be near enough for
/// an estimate of the time left.
const SHARES: [(Stage, f64); 5] =
    [(Stage::Pairs, 0.03), (Stage::Together, 0.11), (Stage::Cart, 0.25), (Stage::Refit, 0.12), (Stage::Similar, 0.49)];

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

    /// Where a run is that has finished `done` of this stage's `total` steps; a total of 0 is a stage without steps.
    pub fn at(self, done: usize, total: usize) -> Progress {
        Progress { stage: self, done: done.min(total), total }
    }
}

/// Where a training run is, for progress bars: a stage, and how many of its steps are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The stage.
    pub stage: Stage,
    /// Steps done, for example candidates tried; at most `total`.
    pub done: usize,
    /// Steps in all; 0 where a stage has none.
    pub total: usize,
}

/// Is told where a run is, at each stage's start and after each of its steps. May be called from any thread; cheap calls
/// only, it holds the run up.
pub type Watch<'a> = dyn Fn(Progress) + Sync + 'a;

impl Progress {
    /// The share of the whole run that lies behind, 0 to 1, for a shop with orders, visits or both.
    ///
    /// An estimate: by the time that the stages take on a middling shop.
    pub fn share(self, orders: bool, visits: bool) -> f64 {
        let comes = |stage: Stage| if stage == Stage::Similar { visits } else { orders };
        let sum = |stages: &[(Stage, f64)]| -> f64 {
            stages.iter().filter(|(stage, _)| comes(*stage)).map(|(_, share)| share).sum()
        };
        // What comes after training has no share of it.
        let Some(at) = SHARES.iter().position(|(stage, _)| *stage == self.stage) else { return 1.0 };
        let within = self.done as f64 / self.total.max(1) as f64;
        let behind = sum(&SHARES[..at]) + sum(&SHARES[at..=at]) * within;
        behind / sum(&SHARES).max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_grow_from_nothing_to_all() {
        let run = |stages: &[Stage], orders, visits| -> Vec<f64> {
            stages.iter().flat_map(|stage| (0..=4).map(|done| stage.at(done, 4).share(orders, visits))).collect()
        };
        let all: Vec<Stage> = SHARES.iter().map(|(stage, _)| *stage).collect();
        for shares in [run(&all, true, true), run(&all[..4], true, false), run(&all[4..], false, true)] {
            assert_eq!(shares[0], 0.0);
            assert!((shares[shares.len() - 1] - 1.0).abs() < 1e-12, "{shares:?}");
            assert!(shares.windows(2).all(|two| two[0] <= two[1]), "{shares:?}");
        }
    }

    #[test]
    fn a_stage_is_never_past_its_end() {
        assert_eq!(Stage::Cart.at(5, 4), Stage::Cart.at(4, 4));
        assert_eq!(Stage::Pairs.at(1, 0).share(true, true), 0.0);
    }
}
