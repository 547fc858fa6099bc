//! What a draft holds, as it will be read.

use super::score::Prior;
use crate::bundle::quantise::Quantiser;
use crate::bundle::{Draft, DraftItem, Edge, Knot, RelationKind, Strategy};
use crate::shop::ItemId;
use crate::train::prune::Rows;

/// Popularity as it ships.
pub fn prior_of(draft: &Draft) -> Prior {
    Prior::shipped(&draft.items.iter().map(|item| item.share).collect::<Vec<_>>())
}

/// A draft with every item `i` called `numbers[i]`, in the sets it was in. A bundle wants its items by falling share.
pub fn renumbered(mut draft: Draft, numbers: &[u32]) -> Draft {
    let mut items: Vec<(DraftItem, u32)> = draft.items.into_iter().zip(numbers.iter().copied()).collect();
    items.sort_unstable_by_key(|(_, number)| *number);
    draft.items = items.into_iter().map(|(item, _)| item).collect();
    draft.relations.iter_mut().for_each(|relation| relation.rows = renumber(&relation.rows, numbers));
    let number = |item: ItemId| ItemId(numbers[item.index()]);
    draft.pins.iter_mut().for_each(|pin| (pin.product, pin.item) = (number(pin.product), number(pin.item)));
    draft.class_pairs.iter_mut().flatten().for_each(|item| *item = number(*item));
    let old = draft.rules.sets.signature_of.clone();
    for (signature, number) in old.into_iter().zip(numbers) {
        draft.rules.sets.signature_of[*number as usize] = signature;
    }
    draft
}

/// The rows with every item `i` called `numbers[i]`.
fn renumber(rows: &Rows, numbers: &[u32]) -> Rows {
    let mut out = vec![Vec::new(); rows.len()];
    for (row, number) in rows.iter().zip(numbers) {
        let edge = |edge: &Edge| Edge { item: ItemId(numbers[edge.item.index()]), ..*edge };
        let mut row: Vec<Edge> = row.iter().map(edge).collect();
        row.sort_unstable_by_key(|edge| edge.item);
        out[*number as usize] = row;
    }
    out
}

/// A trained draft in the numbers of its history again.
pub fn restored(draft: &Draft, numbers: &[u32]) -> Draft {
    let mut back = vec![0; numbers.len()];
    numbers.iter().enumerate().for_each(|(item, number)| back[*number as usize] = item as u32);
    renumbered(draft.clone(), &back)
}

/// A relation of a draft as it will be read; empty rows where it is not shipped.
pub fn shipped(draft: &Draft, kind: RelationKind) -> Rows {
    let none = || vec![Vec::new(); draft.items.len()];
    draft.relations.iter().find(|relation| relation.kind == kind).map_or_else(none, |relation| {
        let quantiser = Quantiser::fit(relation.bits, &relation.rows);
        relation.rows.iter().map(|row| quantiser.round(row)).collect()
    })
}

/// The line from score to probability of the first placement with `strategy`.
pub fn line_of(draft: &Draft, strategy: Strategy) -> Option<&[Knot]> {
    let of = |placement: &str| draft.policies.iter().find(|policy| policy.placement == placement);
    let mine = |placement: &str| of(placement).is_some_and(|policy| policy.strategy == strategy);
    draft.calibration.iter().find(|line| mine(&line.placement)).map(|line| line.knots.as_slice())
}
