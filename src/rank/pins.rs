//! Pins: what the shop itself puts beside a product stands where the shop wants it.

use super::context::{Context, MAX_CART};
use super::pick::Pick;
use super::select::Selection;
use crate::bundle::Bundle;
use crate::bundle::layout::MAX_PINS_A_PRODUCT;
use crate::shop::ItemId;

/// The pins of one question.
#[derive(Debug, Default)]
pub struct Pins {
    wanted: Vec<Wanted>,
    taken: Vec<(usize, Pick)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    slot: u8,
    item: ItemId,
    by: ItemId,
}

impl Pins {
    /// Room for the pins of any question.
    pub fn new() -> Self {
        let most = MAX_CART * MAX_PINS_A_PRODUCT;
        Self { wanted: Vec::with_capacity(most), taken: Vec::with_capacity(most) }
    }

    /// Takes up the pins of the product, or without one of the cart lines that vote, at the placement of this number.
    pub fn collect<D: AsRef<[u8]>>(&mut self, bundle: &Bundle<D>, placement: usize, context: &Context) {
        self.wanted.clear();
        if !bundle.has_pins() {
            return;
        }
        let lines = if context.product.is_some() { &[] } else { context.voters() };
        for by in context.product.iter().chain(lines) {
            for pin in bundle.pins_of(placement, *by) {
                let wanted = Wanted { slot: pin.slot, item: pin.item, by: *by };
                let place = self.wanted.partition_point(|other| *other < wanted);
                self.wanted.insert(place, wanted);
            }
        }
    }

    /// Puts what may be shown into its slots: the lower slot first, then by item; a slot that is taken gives way to the
    /// next free one, and a list that is shorter is continued at its end. `pick_of` tells what may be shown, as it would
    /// have been ranked.
    pub fn place(&mut self, selection: &mut Selection, pick_of: impl Fn(ItemId) -> Option<Pick>) {
        self.taken.clear();
        let mut free = 1;
        for wanted in &self.wanted {
            let slot = free.max(usize::from(wanted.slot));
            if slot > selection.limit() {
                break;
            }
            let pick = pick_of(wanted.item).map(|pick| pick.pinned_by(wanted.by));
            let Some(pick) = pick.filter(|pick| !self.taken.iter().any(|(_, other)| other.is_rival_of(pick))) else {
                continue;
            };
            self.taken.push((slot, pick));
            free = slot + 1;
        }
        if !self.taken.is_empty() {
            selection.pin(&self.taken);
        }
    }
}
