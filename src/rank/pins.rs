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

    /// Puts what may be shown into its slots: what rules pin, in the order of the file, then what is pinned to products, the
    /// lower slot first, then by item. A slot that is taken gives way to the next free one, and a list that is shorter is
    /// continued at its end. `by_rules` are
    /// slots, rules and the items of their sets; `pick_of` tells what may be shown, and what the rule is about, as it would
    /// have been ranked.
    pub fn place<'a>(
        &mut self,
        selection: &mut Selection,
        by_rules: impl Iterator<Item = (u16, u16, &'a [u32])>,
        mut pick_of: impl FnMut(ItemId, Option<u16>) -> Option<Pick>,
    ) {
        self.taken.clear();
        for (slot, rule, items) in by_rules {
            let mut picks = items.iter().filter_map(|item| pick_of(ItemId(*item), Some(rule)));
            let free = picks.find(|pick| self.is_free(pick)).map(|pick| pick.pinned_by(None));
            self.take(selection.limit(), usize::from(slot), free);
        }
        for at in 0..self.wanted.len() {
            let Some(Wanted { slot, item, by }) = self.wanted.get(at).copied() else { break };
            let free = pick_of(item, None).map(|pick| pick.pinned_by(Some(by))).filter(|pick| self.is_free(pick));
            self.take(selection.limit(), usize::from(slot), free);
        }
        if !self.taken.is_empty() {
            selection.pin(&self.taken);
        }
    }

    /// Whether no rival was pinned before.
    fn is_free(&self, pick: &Pick) -> bool {
        !self.taken.iter().any(|(_, other)| other.is_rival_of(pick))
    }

    /// Puts `pick` into the first free slot from `slot` on, within the list.
    fn take(&mut self, limit: usize, slot: usize, pick: Option<Pick>) {
        let Some(pick) = pick else { return };
        let mut slot = slot.max(1);
        let mut place = self.taken.partition_point(|(other, _)| *other < slot);
        while self.taken.get(place).is_some_and(|(other, _)| *other == slot) {
            slot += 1;
            place += 1;
        }
        if slot <= limit {
            self.taken.insert(place, (slot, pick));
        }
    }
}
