//! One order without any effect: lines of the catalog that together are worth about as much as was drawn.

use super::chance::Chance;
use super::shelf::{Good, Shelf};
use std::sync::Arc;

/// Orders by lines, from one line on.
const LINES: [f64; 5] = [0.38, 0.30, 0.18, 0.09, 0.05];
/// How often a line is for two pieces.
const PAIR: f64 = 0.15;
/// How far from the wanted price a product may stand, in places of the shelf.
const NEAR: i64 = 4;

/// One line of an order that is being made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BasketLine {
    /// The product.
    pub(super) sku: Arc<str>,
    /// Pieces, from 1.
    pub(super) quantity: i64,
    /// Cents of one piece, as paid.
    pub(super) price: i64,
    /// Cents of one piece, as the shop paid.
    pub(super) cost: i64,
}

impl BasketLine {
    pub(super) fn of(good: &Good, quantity: i64) -> Self {
        Self { sku: good.sku.clone(), quantity, price: good.price, cost: good.cost }
    }
}

/// An order that is being made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Basket {
    /// What it holds.
    pub(super) lines: Vec<BasketLine>,
}

impl Basket {
    /// One to five lines worth about `value` cents together. Each but the last is a quarter to three quarters of what is
    /// left; the product is drawn from those that stand nearest to that price.
    pub(super) fn fill(shelf: &Shelf, value: f64, chance: &mut Chance) -> Self {
        let count = chance.weighted(LINES.iter().copied()) + 1;
        let mut basket = Self { lines: Vec::with_capacity(count + 1) };
        let mut left = value;
        for line in 1..=count {
            let wanted = if line == count { left } else { left * (0.25 + 0.5 * chance.share()) };
            let pieces = if chance.happens(PAIR) { 2 } else { 1 };
            let Some(good) = near(shelf, wanted / pieces as f64, chance) else { break };
            if line > 1 && left < good.price as f64 / 2.0 {
                break;
            }
            let pieces = pieces.max((wanted / good.price as f64).round() as i64);
            left -= (good.price * pieces) as f64;
            basket.add(good, pieces);
        }
        basket
    }

    /// Puts pieces of a product in.
    pub(super) fn add(&mut self, good: &Good, pieces: i64) {
        match self.lines.iter_mut().find(|line| line.sku == good.sku) {
            Some(line) => line.quantity += pieces,
            None => self.lines.push(BasketLine::of(good, pieces)),
        }
    }

    /// Cents paid.
    pub(super) fn revenue(&self) -> i64 {
        self.lines.iter().map(|line| line.quantity * line.price).sum()
    }

    /// Cents that the shop paid.
    pub(super) fn cost(&self) -> i64 {
        self.lines.iter().map(|line| line.quantity * line.cost).sum()
    }
}

/// A staple of about this price.
fn near<'s>(shelf: &'s Shelf, price: f64, chance: &mut Chance) -> Option<&'s Good> {
    let good = |place: usize| shelf.staples.get(place).and_then(|&at| shelf.goods.get(at));
    let place =
        shelf.staples.partition_point(|&at| shelf.goods.get(at).is_some_and(|good| (good.price as f64) < price));
    let last = shelf.staples.len() as i64 - 1;
    let drawn = (place as i64 + chance.between(-NEAR, NEAR)).clamp(0, last.max(0));
    good(usize::try_from(drawn).unwrap_or(0))
}
