//! What is attributed to which placement: by the last click on a product, and by all that showed it.
//!
//! In small numbers: a grinder was in view in the cart on Monday, clicked on a product page on Tuesday at noon and bought on
//! Wednesday morning. By last click, within 24 hours, the product page has all of it; assisted, within 7 days, both have. The
//! two are never added up, and neither is what the placements brought.

use super::line_margin;
use crate::report::frame::Frame;
use crate::report::intake::{Kind, Line, NameId, Told};
use rustc_hash::FxHashMap;

/// When, where and how each product was met: in order of time.
#[derive(Default)]
pub(super) struct Touches(FxHashMap<NameId, Vec<Touch>>);

#[derive(Clone, Copy)]
struct Touch {
    at: i64,
    placement: NameId,
    clicked: bool,
}

/// What of one order is attributed to which placement, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Credits {
    /// Each placement once.
    pub last_click: Vec<(NameId, i64)>,
    /// Each placement once.
    pub assisted: Vec<(NameId, i64)>,
    /// What `assisted` is made of.
    pub products: Vec<Credit>,
}

/// One product of an order that a placement showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Credit {
    pub placement: NameId,
    pub sku: NameId,
    pub revenue: i64,
    pub margin: i64,
}

impl Touches {
    /// Of events in order of time.
    pub fn of(events: &[(i64, &Told)]) -> Self {
        let mut all = Self::default();
        for (at, told) in events {
            let clicked = match told.kind {
                Kind::Exposure => continue,
                Kind::Impression => false,
                Kind::Click | Kind::Add => true,
            };
            let touch = Touch { at: *at, placement: told.placement, clicked };
            told.skus.iter().for_each(|sku| all.0.entry(*sku).or_default().push(touch));
        }
        all
    }

    /// Those of a product before a moment and within a window, the last first.
    fn before(&self, sku: NameId, at: i64, window: i64) -> impl Iterator<Item = &Touch> {
        let all = self.0.get(&sku).map_or(&[][..], Vec::as_slice);
        let end = all.partition_point(|touch| touch.at <= at);
        all[..end].iter().rev().take_while(move |touch| touch.at >= at - window)
    }
}

impl Credits {
    /// Of an order at a moment, whose lines are in the order of their products; what came back is taken off.
    pub fn of(frame: &Frame, touches: &Touches, at: i64, lines: &[Line]) -> Self {
        let mut credits = Self::default();
        let products = lines.chunk_by(|a, b| a.sku == b.sku).filter(|lines| lines.iter().any(|line| line.bought));
        for lines in products {
            let Some(Line { sku, .. }) = lines.first().copied() else { continue };
            let sum = |of: &dyn Fn(&Line) -> i64| lines.iter().fold(0i64, |sum, line| sum.saturating_add(of(line)));
            let revenue = sum(&|line| line.revenue);
            let margin = sum(&|line| line_margin(frame, line.revenue, line.margin));
            let last = touches.before(sku, at, frame.last_click).find(|touch| touch.clicked);
            last.into_iter().for_each(|touch| add(&mut credits.last_click, touch.placement, revenue));
            let mut placements: Vec<NameId> =
                touches.before(sku, at, frame.assisted).map(|touch| touch.placement).collect();
            placements.sort_unstable();
            placements.dedup();
            for placement in placements {
                add(&mut credits.assisted, placement, revenue);
                credits.products.push(Credit { placement, sku, revenue, margin });
            }
        }
        credits
    }

    /// What a placement has by last click, and assisted.
    pub fn of_placement(&self, placement: NameId) -> [i64; 2] {
        let of =
            |credits: &[(NameId, i64)]| credits.iter().find(|(name, _)| *name == placement).map_or(0, |(_, sum)| *sum);
        [of(&self.last_click), of(&self.assisted)]
    }
}

fn add(sums: &mut Vec<(NameId, i64)>, placement: NameId, revenue: i64) {
    match sums.iter_mut().find(|(name, _)| *name == placement) {
        Some((_, sum)) => *sum = sum.saturating_add(revenue),
        None => sums.push((placement, revenue)),
    }
}
