//! What was looked at.

use super::Timestamp;

/// One step of a visit, borrowed from the file that is being read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event<'a> {
    /// The visit it belongs to.
    pub session: &'a str,
    /// When, where the shop knows.
    pub at: Option<Timestamp>,
    /// The order within a visit where there is no time (column `seq`).
    pub seq: Option<i64>,
    /// What happened.
    pub kind: EventKind,
    /// To which product.
    pub sku: &'a str,
}

/// What a shopper did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Opened the product's page.
    View,
    /// Put it into the cart.
    AddToCart,
    /// Took it out again.
    RemoveFromCart,
    /// Bought it.
    Purchase,
    /// Was shown it in a placement.
    Impression,
    /// Clicked it in a placement.
    Click,
}
