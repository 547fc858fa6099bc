//! What became of every candidate, where somebody asks.

use crate::rank::Rejection;
use crate::shop::ItemId;

/// Most rejected candidates that are remembered.
const REMEMBERED: usize = 20_000;

/// Rejected candidates with their scores; nothing unless it is switched on.
#[derive(Debug, Default)]
pub(super) struct Trace {
    on: bool,
    rejected: Vec<(ItemId, f32, Rejection)>,
}

impl Trace {
    /// Starts an empty trace, on or off.
    pub fn start(&mut self, on: bool) {
        self.on = on;
        self.rejected.clear();
    }

    /// Whether anything is noted.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Notes why `item` of score `raw` is not shown.
    #[inline]
    pub fn reject(&mut self, item: ItemId, raw: f32, why: Rejection) {
        if self.on && self.rejected.len() < REMEMBERED {
            self.rejected.push((item, raw, why));
        }
    }

    /// What was noted, in the order of the steps.
    pub fn rejected(&self) -> &[(ItemId, f32, Rejection)] {
        &self.rejected
    }
}
