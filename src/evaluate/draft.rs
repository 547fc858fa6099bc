//! What a draft holds, as it will be read.

use crate::bundle::quantise::Quantiser;
use crate::bundle::{Draft, Knot, RelationKind, Strategy};
use crate::train::prune::Rows;

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
