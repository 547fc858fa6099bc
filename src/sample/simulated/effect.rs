//! What a treatment does to an order, so that the expected effect is exact.
//!
//! An order has revenue R, cost C and margin M = R − C. With a lift l and a margin drag g it is to have, in expectation and
//! whatever it holds,
//!
//! ```text
//! revenue  (1 + l) R        margin  (1 + l)(1 − g) M        cost  (1 + l)(R − (1 − g) M)
//! ```
//!
//! As this holds of each order, it holds of the sums: the average order rises by l, the margin rate falls by g, and the
//! margin an order rises by (1 + l)(1 − g) − 1.
//!
//! *More cost is wanted*: a product of the catalog is added with the probability q that makes its expected cost the missing
//! one, at the price that makes its expected revenue l R: a margin below the usual is an add-on at a better price. Among a few
//! products that of the fitting mark-up is taken, so that the price is near the catalog's. Where it is not within
//! [`BELIEVABLE`], it is added at the catalog's price and all prices of the order are scaled instead.
//!
//! *Less cost is wanted*: with the probability that saves it the order shrinks to its smallest line (one of a single line: to
//! the cheapest product), and all prices are scaled. Prices are rounded to cents up or down at random, so that their
//! expectation stays.

use super::basket::{Basket, BasketLine};
use super::chance::Chance;
use super::shelf::{Good, Shelf};

/// What an add-on may cost the shopper, as a multiple of the catalog's price.
const BELIEVABLE: std::ops::RangeInclusive<f64> = 0.6..=1.25;
/// How often an add-on of the wanted size is taken: the smaller, the dearer it is.
const ATTACH: f64 = 0.25;
/// Products that are looked at for the best mark-up.
const CANDIDATES: usize = 16;
/// How far from the wanted cost they stand, in places of the shelf.
const AROUND: i64 = 20;
/// An add-on that would be taken oftener than this is taken in several pieces.
const MOST_OFTEN: f64 = 0.9;
/// Most of an order's cost that may be saved: beyond it an order would have to vanish.
pub(super) const MOST_SAVED: f64 = 0.5;

/// The combined effect of all treatments on one order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Effect {
    /// Expected revenue as a multiple: 1 + l.
    pub(super) revenue: f64,
    /// Expected margin rate as a multiple: 1 − g.
    pub(super) rate: f64,
}

impl Effect {
    /// None.
    pub(super) const NONE: Self = Self { revenue: 1.0, rate: 1.0 };

    /// Both, one after the other.
    pub(super) fn and(self, lift: f64, margin_drag: f64) -> Self {
        Self { revenue: self.revenue * (1.0 + lift), rate: self.rate * (1.0 - margin_drag) }
    }

    /// Does it to an order; gives the product that was added as a recommended one, if any.
    pub(super) fn work(self, basket: &mut Basket, shelf: &Shelf, chance: &mut Chance) -> Option<BasketLine> {
        if self == Self::NONE {
            return None;
        }
        let (revenue, cost) = (basket.revenue() as f64, basket.cost() as f64);
        let wanted = self.revenue * revenue;
        let missing = wanted - self.revenue * self.rate * (revenue - cost) - cost;
        if missing > 0.0 {
            self.add(basket, missing, wanted - revenue, shelf, chance)
        } else {
            let expected = shrink(basket, -missing, shelf, chance);
            scale(basket, wanted / expected, chance);
            None
        }
    }

    /// Adds a product of the expected cost `missing` and the expected revenue `gain`.
    fn add(
        self,
        basket: &mut Basket,
        missing: f64,
        gain: f64,
        shelf: &Shelf,
        chance: &mut Chance,
    ) -> Option<BasketLine> {
        let mark_up = gain / missing;
        let good = fitting(shelf, missing / ATTACH, mark_up, chance)?;
        let pieces = (missing / (good.cost as f64 * MOST_OFTEN)).ceil().max(1.0);
        let probability = missing / (good.cost as f64 * pieces);
        let taken = chance.happens(probability);
        let mut line = BasketLine::of(good, pieces as i64);
        let price = good.cost as f64 * mark_up;
        let is_believable = BELIEVABLE.contains(&(price / good.price as f64));
        let cents = chance.whole(price);
        if is_believable {
            line.price = cents;
        } else {
            let before = basket.revenue() as f64;
            let factor = (before + gain) / (before + probability * pieces * good.price as f64);
            line.price = chance.whole(factor * good.price as f64);
            scale(basket, factor, chance);
        }
        taken.then(|| basket.lines.push(line.clone()))?;
        Some(line)
    }
}

/// A product of about this cost, whose price by cost is nearest to `mark_up` among a few; any of them where that is not above 0.
fn fitting<'s>(shelf: &'s Shelf, cost: f64, mark_up: f64, chance: &mut Chance) -> Option<&'s Good> {
    let good = |place: i64| shelf.by_cost.get(usize::try_from(place).ok()?).and_then(|&at| shelf.goods.get(at));
    let place = shelf.by_cost.partition_point(|&at| shelf.goods.get(at).is_some_and(|good| (good.cost as f64) < cost));
    let last = shelf.by_cost.len() as i64 - 1;
    let strain = |good: &Good| {
        let ratio = good.price as f64 / good.cost as f64 / mark_up;
        if mark_up > 0.0 { ratio.max(1.0 / ratio) } else { 1.0 }
    };
    let drawn =
        (0..CANDIDATES).filter_map(|_| good((place as i64 + chance.between(-AROUND, AROUND)).clamp(0, last.max(0))));
    drawn.min_by(|a, b| strain(a).total_cmp(&strain(b)))
}

/// Saves an expected cost; gives the expected revenue.
fn shrink(basket: &mut Basket, saved: f64, shelf: &Shelf, chance: &mut Chance) -> f64 {
    let (revenue, cost) = (basket.revenue() as f64, basket.cost() as f64);
    let least = match basket.lines.as_slice() {
        [] | [_] => shelf.cheapest().map(|good| BasketLine::of(good, 1)),
        lines => lines.iter().min_by_key(|line| line.quantity * line.cost).cloned(),
    };
    let Some(least) = least.filter(|_| saved > 0.0) else { return revenue };
    let (its_revenue, its_cost) = ((least.quantity * least.price) as f64, (least.quantity * least.cost) as f64);
    let probability = saved / (cost - its_cost);
    if chance.happens(probability) {
        basket.lines = vec![least];
    }
    revenue - probability * (revenue - its_revenue)
}

/// Multiplies all prices.
fn scale(basket: &mut Basket, factor: f64, chance: &mut Chance) {
    for line in &mut basket.lines {
        line.price = chance.whole(factor * line.price as f64);
    }
}
