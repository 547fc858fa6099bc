//! Windows of prices, in minor units and without floats: a share of 0.35 of 10.00 is 3.50 and not a cent less.

use super::rejection::Rejection;
use crate::bundle::{Policy, Span};
use crate::rules::Live;
use crate::shop::ItemId;

/// Parts of a share.
const MILLION: f64 = 1_000_000.0;

/// Which prices may be shown, and which may if a list comes short.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    narrow: Option<Span>,
    wide: Option<Span>,
}

impl Window {
    /// The window of a question: none without a subtotal or a price of the product, and none in a shop without prices.
    pub fn of(policy: &Policy, live: &Live, product: Option<ItemId>, subtotal: Option<i64>) -> Self {
        let price = product.and_then(|product| live.price(product));
        if !live.is_priced() {
            return Self::default();
        }
        let share = policy.price.max_share_of_cart.zip(subtotal);
        let most = share.map(|(share, subtotal)| Span { min: i64::MIN, max: part(share, subtotal, false) });
        let around = |shares: Option<(f32, f32)>| {
            let (shares, price) = shares.zip(price)?;
            Some(Span { min: part(shares.0, price, true), max: part(shares.1, price, false) })
        };
        let narrow = both(most, around(policy.price.relative_to_product));
        let wide = around(policy.price.relax_to).filter(|_| policy.price.relative_to_product.is_some());
        Self { narrow, wide: wide.map(|wide| both(most, Some(wide)).unwrap_or(wide)) }
    }

    /// Whether `item` passes by the wider window only.
    ///
    /// # Errors
    ///
    /// [`Rejection::Price`] where it passes by neither.
    #[inline]
    pub fn lets_pass(&self, live: &Live, item: ItemId) -> Result<bool, Rejection> {
        let Some(narrow) = self.narrow else { return Ok(false) };
        match live.price(item) {
            Some(price) if narrow.holds(price) => Ok(false),
            Some(price) if self.wide.is_some_and(|wide| wide.holds(price)) => Ok(true),
            _ => Err(Rejection::Price),
        }
    }
}

/// What both windows let pass.
fn both(one: Option<Span>, other: Option<Span>) -> Option<Span> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Span { min: one.min.max(other.min), max: one.max.min(other.max) }),
        (one, other) => one.or(other),
    }
}

/// A share of an amount, in whole minor units: rounded up where it is the least, down where it is the most.
fn part(share: f32, amount: i64, up: bool) -> i64 {
    let millionths = i128::from((f64::from(share) * MILLION + 0.5) as i64);
    let product = i128::from(amount) * millionths;
    let whole = product.div_euclid(1_000_000) + i128::from(up && product.rem_euclid(1_000_000) > 0);
    i64::try_from(whole).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_to_the_cent() {
        assert_eq!((part(0.35, 1000, false), part(0.35, 1001, false), part(0.35, 1001, true)), (350, 350, 351));
        assert_eq!((part(0.7, 990, true), part(1.25, 990, false)), (693, 1237));
        assert_eq!(part(1e9, i64::MAX, false), i64::MAX);
        assert_eq!(part(0.1, -5, false), -1);
    }

    #[test]
    fn two_windows_are_one_where_both_hold() {
        let span = |min, max| Some(Span { min, max });
        assert_eq!(both(span(1, 5), span(3, 9)), span(3, 5));
        assert_eq!(both(None, span(3, 9)), span(3, 9));
        assert_eq!(both(None, None), None);
    }
}
