//! What was bought.

use super::{Money, Timestamp};

/// One line of an order, borrowed from the file that is being read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderLine<'a> {
    /// The order's number; lines of one order may stand apart.
    pub order: &'a str,
    /// Who bought, where the shop knows.
    pub customer: Option<&'a str>,
    /// When, where the shop knows.
    pub at: Option<Timestamp>,
    /// What.
    pub sku: &'a str,
    /// How many, always above zero.
    pub quantity: f64,
    /// What one unit cost the shopper.
    pub unit_price: Option<Money>,
    /// Whether the order came by a campaign: a newsletter, a coupon, a promotion.
    pub campaign: bool,
}

impl Default for OrderLine<'_> {
    /// One piece of nothing, of which nothing more is known: for `OrderLine { order, sku, ..OrderLine::default() }`.
    fn default() -> Self {
        Self { order: "", customer: None, at: None, sku: "", quantity: 1.0, unit_price: None, campaign: false }
    }
}
