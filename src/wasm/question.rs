//! A question on its way in.

use crate::placement::{Amount, PastPurchase, Request};
use crate::shop::Currency;

/// A question, taken apart.
pub(super) struct Question<'a> {
    cart: Vec<&'a str>,
    amounts: Vec<Amount>,
    recent: Vec<&'a str>,
    history: Vec<PastPurchase<'a>>,
    exclude: Vec<&'a str>,
    segment: Vec<(&'a str, &'a str)>,
    unit: Option<&'a str>,
}

impl<'a> Question<'a> {
    #[allow(clippy::too_many_arguments)] // as flat as the calls it serves
    pub fn read(
        cart: &'a str,
        amounts: &[f64],
        recent: &'a str,
        history: &'a str,
        days: &[f32],
        exclude: &'a str,
        segment: &'a str,
        unit: &'a str,
        currency: Currency,
    ) -> Self {
        let ages = days.iter().copied().chain(std::iter::repeat(0.0));
        let past = lines(history).into_iter().zip(ages).map(|(sku, days_ago)| PastPurchase { sku, days_ago });
        Self {
            cart: lines(cart),
            amounts: amounts.as_chunks().0.iter().map(|line| amount(*line, currency)).collect(),
            recent: lines(recent),
            history: past.collect(),
            exclude: lines(exclude),
            segment: lines(segment).into_iter().filter_map(|line| line.split_once(super::FIELD)).collect(),
            unit: (!unit.is_empty()).then_some(unit),
        }
    }

    /// The request that it makes.
    pub fn request<'r>(&'r self, placement: &'r str, product: &'r str, now: f64) -> Request<'r> {
        Request {
            placement,
            cart: &self.cart,
            amounts: &self.amounts,
            product: (!product.is_empty()).then_some(product),
            recent: &self.recent,
            history: &self.history,
            exclude: &self.exclude,
            segment: &self.segment,
            unit: self.unit,
            now: given(now).map(seconds),
            ..Request::default()
        }
    }
}

/// Quantity and price of a line, as they cross.
fn amount([quantity, price]: [f64; 2], currency: Currency) -> Amount {
    Amount { quantity, price: given(price).and_then(|price| currency.to_minor(price)) }
}

/// NaN is what was not given.
pub(super) fn given(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

/// Whole seconds: a moment belongs to the second that it falls in.
pub(super) fn seconds(moment: f64) -> i64 {
    moment.floor() as i64
}

/// The entries of a list that crosses as one text.
pub(super) fn lines(joined: &str) -> Vec<&str> {
    if joined.is_empty() { Vec::new() } else { joined.split('\n').collect() }
}
