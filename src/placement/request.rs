//! What a page asks.

/// One question, in the shop's own words. Unknown SKUs are ignored, lists may repeat, order matters in `recent` and
/// `history` only (oldest first).
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The placement's name.
    pub placement: &'a str,
    /// SKUs in the cart. Where the strategies `cart_addons` and `bought_together` know neither cart nor product, the
    /// customer's last order stands in for it: see [`Self::history`].
    pub cart: &'a [&'a str],
    /// SKU of the product whose page is open.
    pub product: Option<&'a str>,
    /// SKUs looked at before, oldest first.
    pub recent: &'a [&'a str],
    /// What this customer bought, oldest first. `replenish` asks it what is bought again. In an explore list, what goes with
    /// the last order (the purchases of the smallest age), nothing is shown that stands here.
    pub history: &'a [PastPurchase<'a>],
    /// SKUs that must not be shown.
    pub exclude: &'a [&'a str],
    /// How many pieces of each line of the cart, and at what price: in the order of `cart`. Lines beyond its end are one piece
    /// at the price that is known. They count in the subtotal only.
    pub amounts: &'a [Amount],
    /// The moment, in seconds since 1970: without it no window holds and nothing is old.
    pub now: Option<i64>,
    /// What is said of the visitor, for rules and experiments: keys and values.
    pub segment: &'a [(&'a str, &'a str)],
    /// The name under which the visitor is counted in experiments, to the byte; without one they are in no arm.
    pub unit: Option<&'a str>,
    /// The shop's own list, for `rerank`; read by [`Recommender::rerank`](super::Recommender::rerank) alone.
    pub list: &'a [&'a str],
    /// Most products wanted; the policy's own limit holds where it is lower or nothing is given.
    pub limit: Option<u32>,
}

/// Pieces and price of one line of a cart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amount {
    /// Pieces; anything but a number above 0 counts as one.
    pub quantity: f64,
    /// Price of one piece in minor units, where the shop's page knows better than the bundle.
    pub price: Option<i64>,
}

impl Default for Amount {
    /// One piece at the price that is known.
    fn default() -> Self {
        Self { quantity: 1.0, price: None }
    }
}

/// One line of a customer's history.
#[derive(Clone, Copy, Debug)]
pub struct PastPurchase<'a> {
    /// What was bought.
    pub sku: &'a str,
    /// How many days ago; anything but a number ≥ 0 counts as today.
    pub days_ago: f32,
}
