//! Settings that win on held-out orders, refitted to everything.

use super::again;
use super::alike;
use super::calibrate::Lines;
use super::choose::Blends;
use super::curated;
use super::draft::renumbered;
use super::found::Found;
use super::options::{Options, Watch};
use super::orders;
use super::questions::by_popularity;
use super::report::TrainReport;
use super::ruled;
use crate::bundle::{Blend, Draft, DraftRelation, Manifest, RelationKind, RelationNote, RuleTable, Tuning};
use crate::train::class_pairs::class_pairs;
use crate::train::prune::Rows;
use crate::train::{History, TrainError, assemble};

/// A trained model.
#[derive(Clone, Debug)]
pub struct Trained {
    /// What `bundle` writes.
    pub draft: Draft,
    /// What was chosen, and how it did.
    pub report: TrainReport,
    /// The shipped relations with all their weights, where [`Options::keep_unpruned`] asks for them.
    pub unpruned: Vec<(RelationKind, Rows)>,
    /// What the draft calls each item of the history.
    pub numbers: Vec<u32>,
}

/// Trains a bundle on everything in `history`, with the settings that win on its last tenth.
///
/// Uses all threads of the current rayon pool; their number changes nothing in the result.
///
/// # Errors
///
/// [`TrainError::Weak`] where a simple method beats a relation beyond doubt and `allow_weak` is not set;
/// [`TrainError::Rules`] where the shop's rules cannot be compiled.
pub fn train(history: &History, options: &Options, progress: &Watch<'_>) -> Result<Trained, TrainError> {
    ruled::check(options)?;
    let mut found = Vec::new();
    let mut blends = Blends { cart: [POPULAR; 5], product: POPULAR };
    let (mut support, mut season, mut lines) = (None, None, Lines::default());
    if !history.baskets.is_empty() {
        let beside = orders::orders(history, options, progress, &mut found);
        (blends, support, season, lines) = (beside.blends, beside.support, beside.season, beside.lines);
    }
    let visit_model = alike::similar(history, &history.baskets.popularity(), options, progress, &mut found, &mut lines);
    let again = again::choose(&history.baskets);
    lines.join(again.lines);
    if !options.allow_weak {
        found.iter().try_for_each(Found::strong_enough)?;
    }
    let pins = curated::pins(history, options);
    let curated = curated::apply(history, options, &mut found, &mut blends, &pins);
    let report = TrainReport {
        counts: history.counts,
        relations: found.iter().map(|relation| relation.report.clone()).collect(),
        support,
        season: season.map(|season| season.describe()),
        repeat_half_life_days: again.repeat.half_life_days,
        repeat_questions: again.questions,
        curated,
    };
    let tuning =
        Tuning { cart: blends.cart, product: blends.product, view_decay: visit_model.fading(), repeat: again.repeat };
    let calibration = lines.of_placements(&options.policies);
    let keep = |found: &mut Found| Some((found.kind, found.unpruned.take()?));
    let unpruned = found.iter_mut().filter(|found| found.shipped()).filter_map(keep).collect();
    let class_pairs = class_pairs(&history.baskets, &assemble::Classes::of(&history.products), options.support());
    let draft = Draft { pins, calibration, class_pairs, ..draft(history, options, tuning, found) };
    // Where campaigns count half the best seller may be another than the one that sold most.
    let shares = season.map_or_else(|| history.shares(), |season| season.shares(&history.baskets));
    let numbers = by_popularity(&shares);
    let draft = ruled::ruled(lean(draft, &shares, &numbers), history, options)?;
    Ok(Trained { draft, report, unpruned, numbers })
}

/// The blend of a shop whose orders hold no signal.
const POPULAR: Blend = Blend { cart: 0.0, together: 0.0, prior: 1.0 };

/// A draft with other shares of popularity, numbered by them.
pub(super) fn lean(mut draft: Draft, shares: &[f32], numbers: &[u32]) -> Draft {
    draft.items.iter_mut().zip(shares).for_each(|(item, share)| item.share = *share);
    renumbered(draft, numbers)
}

pub(super) fn draft(history: &History, options: &Options, tuning: Tuning, found: Vec<Found>) -> Draft {
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
            .map(|found| DraftRelation { kind: found.kind, bits: found.bits, rows: found.rows })
            .collect(),
        calibration: Vec::new(),
        pins: Vec::new(),
        terms: options.terms.clone(),
        rules: RuleTable::default(),
        class_pairs: Vec::new(),
        experiments: options.experiments.clone(),
        private: None,
    }
}
