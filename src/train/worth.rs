//! What an item is worth to the shop, in eight classes: all that a public file tells of costs.
//!
//! Amounts are parted into eight classes of equal count, by seven knots that training freezes: an item's class is the
//! number of knots that its amount reaches. Equal amounts are of one class. Two shops whose items stand in the same order
//! of contribution have the same classes, whatever they earn.
//!
//! In small numbers: sixteen items that bring 1, 2, … 16 have the knots 3, 5, 7, … 15; what brings 1 or 2 is of class 0, what
//! brings 15 or more of class 7, and so will be next week's item that brings 99: no other item moves.

use crate::bundle::VALUE_CLASSES;
use crate::shop::Product;

/// Price less cost in minor units, where both are known.
pub fn contribution(product: &Product) -> Option<i64> {
    product.price.zip(product.cost).map(|(price, cost)| price.minor() - cost.minor())
}

/// Seven ascending amounts that part `amounts` into eight classes of equal count; none where there is no amount.
///
/// Cost: a sort.
pub fn knots(amounts: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut amounts: Vec<i64> = amounts.collect();
    amounts.sort_unstable();
    if amounts.is_empty() {
        return Vec::new();
    }
    let classes = usize::from(VALUE_CLASSES);
    (1..classes).map(|class| amounts[class * amounts.len() / classes]).collect()
}

/// The class of an amount, 0 to 7: how many knots it reaches. `None` without knots.
pub fn class(knots: &[i64], amount: i64) -> Option<u8> {
    (!knots.is_empty()).then(|| knots.iter().filter(|knot| **knot <= amount).count().min(7) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sixteen_amounts_fall_into_eight_pairs() {
        let knots = knots(1..=16);
        assert_eq!(knots, [3, 5, 7, 9, 11, 13, 15]);
        let classes: Vec<u8> = (1..=16).filter_map(|amount| class(&knots, amount)).collect();
        assert_eq!(classes, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
        assert_eq!((class(&knots, 99), class(&knots, -5), class(&[], 1)), (Some(7), Some(0), None));
    }

    proptest! {
        #[test]
        fn only_the_order_of_amounts_counts(amounts in prop::collection::vec(-50i64..50, 1..60), factor in 1i64..9, shift in -90i64..90) {
            let classes = |amounts: &[i64]| -> Vec<Option<u8>> {
                let knots = knots(amounts.iter().copied());
                amounts.iter().map(|amount| class(&knots, *amount)).collect()
            };
            let other: Vec<i64> = amounts.iter().map(|a| a * factor + shift + a.signum()).collect();
            prop_assert_eq!(classes(&amounts), classes(&other));
        }
    }
}
