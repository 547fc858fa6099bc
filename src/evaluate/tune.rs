//! Settings that win on held-out orders, refitted to everything.

use super::again;
use super::answering;
use super::calibrate::Lines;
use super::choose::Blends;
use super::costs::small;
use super::found::Found;
use super::judge::{ENOUGH, Trial};
use super::metrics::Goal;
use super::options::{Options, Stage};
use super::orders;
use super::report::TrainReport;
use super::visits::{VisitBench, VisitModel};
use crate::bundle::{Blend, Draft, DraftRelation, Manifest, RelationKind, RelationNote, Strategy, Tuning, Verdict};
use crate::train::prune::{BITS, Rows, prune, row_budget};
use crate::train::{History, TrainError, Visits, assemble};

/// A trained model.
#[derive(Clone, Debug)]
pub struct Trained {
    /// What `bundle` writes.
    pub draft: Draft,
    /// What was chosen, and how it did.
    pub report: TrainReport,
    /// The shipped relations with all their weights, where [`Options::keep_unpruned`] asks for them.
    pub unpruned: Vec<(RelationKind, Rows)>,
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
    let (mut support, mut lines) = (None, Lines::default());
    if !history.baskets.is_empty() {
        let beside = orders::orders(&history.baskets, options, progress, &mut found);
        (blends, support, lines) = (beside.blends, beside.support, beside.lines);
    }
    let mut visit_model = VisitModel::default();
    if !history.visits.is_empty() {
        progress(Stage::Similar);
        visit_model = visits(&history.visits, options, &mut found, &mut lines);
    }
    let again = again::choose(&history.baskets);
    lines.join(again.lines);
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
    let calibration = lines.of_placements(&options.policies);
    let keep = |found: &mut Found| Some((found.kind, found.unpruned.take()?));
    let unpruned = found.iter_mut().filter(|found| found.shipped()).filter_map(keep).collect();
    Ok(Trained { draft: Draft { calibration, ..draft(history, options, tuning, found) }, report, unpruned })
}

/// The blend of a shop whose orders hold no signal.
const POPULAR: Blend = Blend { cart: 0.0, together: 0.0, prior: 1.0 };

/// Chooses, judges and fits the relation of visits.
fn visits(visits: &Visits, options: &Options, found: &mut Vec<Found>, lines: &mut Lines) -> VisitModel {
    let viewed = visits.shares().iter().filter(|share| **share > 0.0).count();
    let row = row_budget(options.rows.similar, viewed, true);
    let bench = VisitBench::new(visits, row, options.seed);
    let (mut trial, mut tried, mut model) = (Trial::unproven(bench.questions.len()), Vec::new(), VisitModel::default());
    if bench.questions.len() >= ENOUGH {
        let climbed = bench.climb();
        let mine = bench.ranks(&climbed.rows, &climbed.model.fading());
        trial = Trial::of(&mine, &bench.simple(), Goal::Visit, options.seed);
        let small = bench.ranks(&small(&climbed.rows, RelationKind::Similar), &climbed.model.fading());
        trial = trial.with_small(&mine, &small, Goal::Visit);
        if trial.verdict != Verdict::NoSignal {
            lines
                .learn(Strategy::Similar, &answering::visits(&bench.questions, &climbed.rows, &climbed.model.fading()));
        }
        (tried, model) = (climbed.tried, climbed.model);
    }
    let mut rows = model.fit(visits);
    let unpruned = options.keep_unpruned.then(|| rows.clone());
    prune(&mut rows, row);
    if rows.iter().all(Vec::is_empty) {
        trial.without_edges();
    }
    let similar = Found::new(RelationKind::Similar, model.describe(), trial, rows, row, tried);
    found.push(Found { unpruned, ..similar });
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
        calibration: Vec::new(),
        pins: Vec::new(),
    }
}
