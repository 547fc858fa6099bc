//! Settings that win on held-out orders, refitted to everything.

use super::again;
use super::choose::{Blends, Tried};
use super::judge::{ENOUGH, Trial};
use super::metrics::Goal;
use super::orders;
use super::report::{RelationReport, TrainReport};
use super::visits::{VisitBench, VisitModel};
use crate::bundle::{Blend, Draft, DraftRelation, Manifest, Policy, RelationKind, RelationNote, Tuning, Verdict};
use crate::shop::Currency;
use crate::train::pairs::Support;
use crate::train::prune::{BITS, Rows, prune, row_budget};
use crate::train::{History, TrainError, Visits, assemble};

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
    /// What was chosen, and how it did.
    pub report: TrainReport,
}

/// Trains a bundle on everything in `history`, with the settings that win on its last tenth.
///
/// Uses all threads of the current rayon pool; their number changes nothing in the result.
///
/// # Errors
///
/// [`TrainError::Weak`] where a simple method beats a relation beyond doubt and `allow_weak` is not set.
pub fn train(history: &History, options: &Options, progress: &dyn Fn(Stage)) -> Result<Trained, TrainError> {
    let mut found = Vec::new();
    let mut blends = Blends { cart: [POPULAR; 5], product: POPULAR };
    let mut support = None;
    if !history.baskets.is_empty() {
        let beside = orders::orders(&history.baskets, options, progress, &mut found);
        (blends, support) = (beside.blends, beside.support);
    }
    let mut visit_model = VisitModel::default();
    if !history.visits.is_empty() {
        progress(Stage::Similar);
        visit_model = visits(&history.visits, options, &mut found);
    }
    let again = again::choose(&history.baskets);
    if !options.allow_weak {
        found.iter().try_for_each(Found::strong_enough)?;
    }
    let report = TrainReport {
        counts: history.counts,
        relations: found.iter().map(|relation| relation.report.clone()).collect(),
        support,
        repeat_half_life_days: again.repeat.half_life_days,
        repeat_questions: again.questions,
    };
    let tuning =
        Tuning { cart: blends.cart, product: blends.product, view_decay: visit_model.fading(), repeat: again.repeat };
    Ok(Trained { draft: draft(history, options, tuning, found), report })
}

/// The blend of a shop whose orders hold no signal.
const POPULAR: Blend = Blend { cart: 0.0, together: 0.0, prior: 1.0 };

/// A relation, fitted and judged.
pub(super) struct Found {
    kind: RelationKind,
    verdict: Verdict,
    rows: Rows,
    report: RelationReport,
}

impl Found {
    pub(super) fn new(
        kind: RelationKind,
        model: String,
        trial: Trial,
        rows: Rows,
        row: usize,
        tried: Vec<Tried>,
    ) -> Self {
        let shipped = trial.verdict != Verdict::NoSignal;
        let edges = if shipped { rows.iter().map(|row| row.len() as u64).sum() } else { 0 };
        let report = RelationReport {
            relation: kind.name(),
            model,
            verdict: trial.verdict.name(),
            questions: trial.questions,
            figures: trial.figures,
            baselines: trial.baselines,
            over_popularity: trial.over_popularity,
            row,
            edges,
            tried,
        };
        Self { kind, verdict: trial.verdict, rows, report }
    }

    fn strong_enough(&self) -> Result<(), TrainError> {
        let best = self.report.baselines.iter().min_by(|a, b| a.ratio.upper.total_cmp(&b.ratio.upper));
        match best.filter(|best| self.verdict == Verdict::Signal && best.ratio.upper < 1.0) {
            None => Ok(()),
            Some(best) => Err(TrainError::Weak {
                relation: self.kind.name(),
                baseline: best.name.into(),
                upper: best.ratio.upper,
            }),
        }
    }

    fn shipped(&self) -> bool {
        self.verdict != Verdict::NoSignal
    }
}

/// Chooses, judges and fits the relation of visits.
fn visits(visits: &Visits, options: &Options, found: &mut Vec<Found>) -> VisitModel {
    let viewed = visits.shares().iter().filter(|share| **share > 0.0).count();
    let row = row_budget(options.rows.similar, viewed, true);
    let bench = VisitBench::new(visits, row, options.seed);
    let (mut trial, mut tried, mut model) = (Trial::unproven(bench.questions.len()), Vec::new(), VisitModel::default());
    if bench.questions.len() >= ENOUGH {
        let climbed = bench.climb();
        let mine = bench.ranks(&climbed.rows, &climbed.model.fading());
        trial = Trial::of(&mine, &bench.simple(), Goal::Visit, options.seed);
        (tried, model) = (climbed.tried, climbed.model);
    }
    let mut rows = model.fit(visits);
    prune(&mut rows, row);
    if rows.iter().all(Vec::is_empty) {
        trial.without_edges();
    }
    found.push(Found::new(RelationKind::Similar, model.describe(), trial, rows, row, tried));
    model
}

fn draft(history: &History, options: &Options, tuning: Tuning, found: Vec<Found>) -> Draft {
    let classes = assemble::Classes::of(&history.products);
    let note =
        |found: &Found| RelationNote { kind: found.kind, model: found.report.model.clone(), verdict: found.verdict };
    Draft {
        manifest: Manifest {
            generator: concat!("endcap ", env!("CARGO_PKG_VERSION")).into(),
            currency: options.currency.code().into(),
            relations: found.iter().map(note).collect(),
        },
        tuning,
        policies: options.policies.clone(),
        items: assemble::items(history, &classes, options.low_at),
        classes: assemble::varied(history, &classes),
        relations: found
            .into_iter()
            .filter(Found::shipped)
            .map(|found| DraftRelation { kind: found.kind, bits: BITS, rows: found.rows })
            .collect(),
    }
}
