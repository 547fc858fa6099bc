//! After how many days a customer buys the same thing again.
//!
//! A bag of coffee lasts three weeks, a filter cartridge two months: that is when a reminder is welcome. The figure is
//! the median over customers of each customer's own median gap, so that one who comes every day counts no more than one
//! who came twice; where fewer than [`CUSTOMERS`] came back nothing is said, for it would be the habit of a few. A gap is
//! a trigger and a reason, never a filter: on real orders it foretells the next purchase poorly.
//!
//! In small numbers: five customers bought a cartridge again after 50, 55, 60, 60 and 90 days; its gap is 60.

use super::history::{Baskets, NOBODY};
use super::pairs::Holders;
use rayon::prelude::*;

/// Customers who bought an item again, below which it has no gap.
pub const CUSTOMERS: usize = 5;
/// The longest gap in days: who comes back after more than two years did not run out.
pub const LONGEST: i64 = 730;
/// Seconds of a day.
const DAY: i64 = 86_400;

/// The usual days between two purchases of each item by one customer, 1 to [`LONGEST`]; `None` where fewer than
/// [`CUSTOMERS`] known customers bought it on two days or more.
///
/// Days are those of UTC; purchases on one day count once, longer gaps than [`LONGEST`] not at all. Of two middle
/// values the smaller one is taken.
///
/// Cost: the order lines, sorted item by item; on all threads of the current pool.
pub fn gaps(baskets: &Baskets) -> Vec<Option<u16>> {
    let holders = Holders::of(baskets);
    (0..baskets.n_items).into_par_iter().with_min_len(64).map(|item| gap(baskets, holders.of_item(item))).collect()
}

/// The gap of one item, given the orders that hold it.
fn gap(baskets: &Baskets, orders: &[u32]) -> Option<u16> {
    let bought = |order: &u32| {
        let order = *order as usize;
        let customer = Some(baskets.customers[order]).filter(|customer| *customer != NOBODY)?;
        Some((customer, baskets.at(order)?.0.div_euclid(DAY)))
    };
    let mut days: Vec<(u32, i64)> = orders.iter().filter_map(bought).collect();
    days.sort_unstable();
    days.dedup();
    let mut own: Vec<i64> = days.chunk_by(|a, b| a.0 == b.0).filter_map(of_customer).collect();
    if own.len() < CUSTOMERS {
        return None;
    }
    median(&mut own).and_then(|days| u16::try_from(days).ok())
}

/// The median gap of one customer, whose days ascend.
fn of_customer(days: &[(u32, i64)]) -> Option<i64> {
    let mut gaps: Vec<i64> = days.windows(2).map(|pair| pair[1].1 - pair[0].1).filter(|gap| *gap <= LONGEST).collect();
    median(&mut gaps)
}

/// The middle value, of two the smaller.
fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Timestamp;
    use proptest::prelude::*;

    /// Purchases of one item: customer and hour.
    fn shop(bought: &[(u32, i64)]) -> Baskets {
        let mut baskets = Baskets::new(1);
        bought.iter().for_each(|(who, hour)| baskets.push(&[0], Some(*who), Some(Timestamp(hour * 3_600))));
        baskets
    }

    /// Each customer buys on day 0 and again after so many days.
    fn twice(gaps: &[i64]) -> Vec<(u32, i64)> {
        let visits = |(who, gap): (usize, &i64)| [(who as u32, 5), (who as u32, gap * 24 + 5)];
        gaps.iter().enumerate().flat_map(visits).collect()
    }

    #[test]
    fn five_customers_with_a_cartridge_every_two_months() {
        assert_eq!(gaps(&shop(&twice(&[50, 90, 60, 55, 60]))), [Some(60)]);
        assert_eq!(gaps(&shop(&twice(&[50, 90, 60, 55]))), [None], "four are too few");
    }

    #[test]
    fn one_who_comes_every_day_has_one_voice() {
        let mut bought = twice(&[30, 30, 30, 30]);
        bought.extend((0..500).map(|day| (99, day * 24)));
        assert_eq!(gaps(&shop(&bought)), [Some(30)]);
    }

    #[test]
    fn the_same_day_and_after_three_years_is_no_repurchase() {
        let mut bought = twice(&[20, 20, 20, 20]);
        bought.extend([(7, 1), (7, 2), (8, 0), (8, 24 * 1_100)]);
        assert_eq!(gaps(&shop(&bought)), [None]);
        bought.extend([(9, 0), (9, 24 * 20)]);
        assert_eq!(gaps(&shop(&bought)), [Some(20)]);
    }

    #[test]
    fn strangers_and_orders_without_a_time_say_nothing() {
        let mut baskets = shop(&twice(&[10, 10, 10, 10]));
        (0..9).for_each(|day| baskets.push(&[0], None, Some(Timestamp(day * DAY))));
        (0..9).for_each(|_| baskets.push(&[0], Some(50), None));
        assert_eq!(gaps(&baskets), [None]);
    }

    proptest! {
        #[test]
        fn neither_the_order_of_rows_nor_the_names_of_customers_matter(
            bought in prop::collection::vec((0u32..9, 0i64..20_000), 0..60), turn in 0usize..60,
        ) {
            let found = gaps(&shop(&bought));
            prop_assert!(found[0].is_none_or(|days| (1..=LONGEST).contains(&i64::from(days))));
            let mut other: Vec<_> = bought.iter().rev().map(|(who, hour)| (100 - who, *hour)).collect();
            let by = turn % other.len().max(1);
            other.rotate_left(by);
            prop_assert_eq!(gaps(&shop(&other)), found);
        }
    }
}
