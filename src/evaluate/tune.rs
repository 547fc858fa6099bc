//! Settings that win on held-out orders, refitted to everything.

use super::again;
use super::alike;
use super::choose::Blends;
use super::found::Found;
use super::options::{Options, Stage};
use super::orders;
use super::report::TrainReport;
use crate::bundle::{Blend, Draft, DraftRelation, Manifest, RelationNote, Tuning};
use crate::train::prune::BITS;
use crate::train::{History, TrainError, assemble};

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
        alike::complete(history, options, &mut found);
    }
    progress(Stage::Similar);
    let visit_model = alike::similar(history, options, &mut found);
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
