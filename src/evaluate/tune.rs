//! Settings that win on held-out orders, refitted to everything.

use super::again;
use super::alike;
use super::choose::Blends;
use super::curated;
use super::found::Found;
use super::options::{Options, Stage, Watch};
use super::orders;
use super::recipe::{renumber, renumbering};
use super::report::TrainReport;
use crate::bundle::{Blend, Draft, DraftItem, DraftRelation, Manifest, RelationNote, Tuning};
use crate::shop::ItemId;
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
pub fn train(history: &History, options: &Options, progress: &Watch<'_>) -> Result<Trained, TrainError> {
    let mut found = Vec::new();
    let mut blends = Blends { cart: [POPULAR; 5], product: POPULAR };
    let (mut support, mut season) = (None, None);
    if !history.baskets.is_empty() {
        let beside = orders::orders(history, options, progress, &mut found);
        (blends, support, season) = (beside.blends, beside.support, beside.season);
        alike::complete(history, options, &mut found);
    }
    progress(Stage::Similar.at(0, 1));
    let visit_model = alike::similar(history, options, &mut found);
    let again = again::choose(&history.baskets);
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
    let mut draft = Draft { pins, ..draft(history, options, tuning, found) };
    if let Some(season) = season {
        lean(&mut draft, &season.shares(&history.baskets));
    } else if !history.baskets.is_empty() {
        // Where campaigns count half the best seller may be another than the one that sold most.
        lean(&mut draft, &history.shares());
    }
    Ok(Trained { draft, report })
}

/// The blend of a shop whose orders hold no signal.
const POPULAR: Blend = Blend { cart: 0.0, together: 0.0, prior: 1.0 };

/// Renumbers a draft by other shares of popularity.
pub(super) fn lean(draft: &mut Draft, shares: &[f32]) {
    let numbers = renumbering(shares);
    let mut items: Vec<_> = std::mem::take(&mut draft.items).into_iter().zip(&numbers).zip(shares).collect();
    items.sort_unstable_by_key(|((_, number), _)| **number);
    draft.items = items.into_iter().map(|((item, _), share)| DraftItem { share: *share, ..item }).collect();
    draft.relations.iter_mut().for_each(|relation| relation.rows = renumber(&relation.rows, &numbers));
    let number = |item: ItemId| ItemId(numbers[item.index()]);
    draft.pins.iter_mut().for_each(|pin| (pin.product, pin.item) = (number(pin.product), number(pin.item)));
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
    }
}
