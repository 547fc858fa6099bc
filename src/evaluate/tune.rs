//! Settings that win on held-out orders.

use crate::bundle::{Blend, Draft, DraftRelation, Manifest, Policy, RelationKind, RelationNote, Tuning, Verdict};
use crate::shop::Currency;
use crate::train::pairs::Pairs;
use crate::train::prune::{BITS, Rows, prune, row_budget};
use crate::train::slim::{Gram, Penalty};
use crate::train::together::Together;
use crate::train::{History, TrainError, assemble, coview::CoView, repeat, slim};

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
    /// Orders that a pair needs; from 2 on also two distinct customers.
    pub min_support: u32,
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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_support: 3,
            rows: RowLengths::default(),
            low_at: 5,
            currency: Currency::NONE,
            policies: Vec::new(),
            seed: 7,
            allow_weak: false,
        }
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
        }
    }
}

/// A trained model.
#[derive(Clone, Debug)]
pub struct Trained {
    /// What `bundle` writes.
    pub draft: Draft,
}

/// Trains a bundle on everything in `history`.
///
/// # Errors
///
/// [`TrainError::Weak`] where a simple method beats a relation beyond doubt.
pub fn train(history: &History, options: &Options, progress: &dyn Fn(Stage)) -> Result<Trained, TrainError> {
    let mut relations = Vec::new();
    let mut notes = Vec::new();
    let mut blend = Blend { cart: 0.0, together: 0.0, prior: 1.0 };
    let mut ship = |kind, mut rows: Rows, row: usize, active: usize, model: String| {
        prune(&mut rows, row_budget(row, active, kind == RelationKind::Similar));
        relations.push(DraftRelation { kind, bits: BITS, rows });
        notes.push(RelationNote { kind, model, verdict: Verdict::Unproven });
    };
    if !history.baskets.is_empty() {
        progress(Stage::Pairs);
        let pairs = Pairs::count(&history.baskets, options.min_support);
        progress(Stage::Cart);
        let gram = Gram::of(&history.baskets, &pairs);
        let penalty = Penalty { l1: 0.1, l2: 10.0 };
        let rows = slim::fit(&gram, &pairs, &[penalty]).remove(0);
        ship(RelationKind::Cart, rows, options.rows.cart, pairs.active(), "slim l1 0.1 l2 10".into());
        progress(Stage::Together);
        let together = Together::Corrected { beta: 0.2, kappa: 10.0 };
        let (rows, model) = (together.fit(&pairs), together.describe());
        ship(RelationKind::BoughtTogether, rows, options.rows.together, pairs.active(), model);
        blend = Blend { cart: 1.0, together: 0.05, prior: 0.02 };
    }
    if !history.visits.is_empty() {
        progress(Stage::Similar);
        let settings = CoView::default();
        let viewed = history.visits.shares().iter().filter(|share| **share > 0.0).count();
        let rows = settings.fit(&history.visits);
        ship(RelationKind::Similar, rows, options.rows.similar, viewed, settings.describe());
    }
    let classes = assemble::Classes::of(&history.products);
    let draft = Draft {
        manifest: Manifest {
            generator: concat!("endcap ", env!("CARGO_PKG_VERSION")).into(),
            currency: options.currency.code().into(),
            relations: notes,
        },
        tuning: Tuning {
            cart: [blend; 5],
            product: Blend { cart: 0.0, together: blend.together.max(blend.cart), prior: blend.prior },
            view_decay: (0..10).map(|age| libm::exp(-f64::from(age) / 2.0) as f32).collect(),
            repeat: repeat::repeat(repeat::DEFAULT_HALF_LIFE, repeat::DEFAULT_PRIOR),
        },
        policies: options.policies.clone(),
        items: assemble::items(history, &classes, options.low_at),
        classes: assemble::varied(history, &classes),
        relations,
    };
    Ok(Trained { draft })
}
