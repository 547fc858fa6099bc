//! An order of the simulated shop.

use super::basket::BasketLine;
use crate::shop::{Money, Timestamp};
use std::sync::Arc;

/// An order, as the shop's own system has it.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedOrder {
    /// Its number.
    pub id: String,
    /// The account, where there is one.
    pub customer: Option<String>,
    /// When; before the start of the experiments for a visitor's history.
    pub at: Timestamp,
    /// What it holds.
    pub lines: Vec<SimulatedLine>,
    /// The unit that it carries; none without consent, and where the attribute was lost.
    pub unit: Option<String>,
    /// The arms that it carries, experiment by experiment.
    pub variants: Vec<(String, String)>,
    /// When it came back as a whole, if it did.
    pub returned: Option<Timestamp>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedLine {
    /// The product.
    pub sku: Arc<str>,
    /// Pieces, from 1.
    pub quantity: i64,
    /// What the shopper paid for one.
    pub unit_price: Money,
    /// What the shop paid for one.
    pub unit_cost: Money,
}

impl SimulatedOrder {
    /// What was paid for the goods, in minor units.
    pub fn revenue(&self) -> i64 {
        self.lines.iter().map(|line| line.quantity * line.unit_price.minor()).sum()
    }

    /// That less what the goods cost the shop, in minor units.
    pub fn margin(&self) -> i64 {
        self.lines.iter().map(|line| line.quantity * (line.unit_price.minor() - line.unit_cost.minor())).sum()
    }

    /// The cart attribute `_endcap`: `1;UNIT;experiment=variant;…`, empty without a unit. All names are of letters, digits,
    /// `_` and `-`, which stand for themselves.
    pub fn attribute(&self) -> String {
        let Some(unit) = &self.unit else { return String::new() };
        let mut members: Vec<String> =
            self.variants.iter().map(|(experiment, variant)| format!(";{experiment}={variant}")).collect();
        members.sort();
        format!("1;{unit}{}", members.concat())
    }
}

impl SimulatedLine {
    /// A line in the currency of `like`.
    pub(super) fn of(line: BasketLine, like: Money) -> Self {
        let money = |minor| Money::new(minor, like.currency());
        Self { sku: line.sku, quantity: line.quantity, unit_price: money(line.price), unit_cost: money(line.cost) }
    }
}
