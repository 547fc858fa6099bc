//! What is bought with products of a class and is not of it: the rung that fills a list before best sellers do.
//!
//! For class C and item j outside C: of the orders that hold any product of C, the share that hold j, drawn towards j's
//! share of all orders as if twenty more orders with C had been seen:
//! `P(j|C) = (n(j, C) + 20 · n(j) / N) / (n(C) + 20)`. An order counts once, however many products of C it holds; a pair
//! needs the orders and the customers that pairs of items need. The sixteen likeliest stay, the rest is popularity's.
//!
//! In small numbers: of 100 orders 10 hold tea. A pot is in 4 of these and 5 in all, a bag in 4 of these and 60 in all:
//! (4 + 1) / 30 for the pot, (4 + 12) / 30 for the bag. In tea the bag comes first, for it is likelier there; where nobody
//! buys a bag with tea it does not come at all.
//!
//! Cost: for each class the votes of its orders, of which each counts at most 100 items; an order is looked at once for
//! each class it holds. Memory: 16 bytes an item and thread.

use super::assemble::Classes;
use super::history::Baskets;
use super::pairs::Support;
use crate::shop::ItemId;
use rayon::prelude::*;

/// Items kept a class.
const KEPT: usize = 16;
/// Orders as which popularity counts.
const DOUBT: f64 = 20.0;

/// For each class what is bought with it, best first; nothing at all where no class has any.
pub fn class_pairs(baskets: &Baskets, classes: &Classes, support: Support) -> Vec<Vec<ItemId>> {
    let orders = orders_of(baskets, classes);
    let popular = Popular { count: baskets.popularity(), orders: baskets.len().max(1) as f64 };
    let rows: Vec<Vec<ItemId>> = (0..classes.len)
        .into_par_iter()
        .map_init(
            || Row::new(baskets.n_items),
            |row, class| {
                orders[class].iter().for_each(|order| row.take(*order as usize, class as u32, baskets, classes));
                row.best(support, &popular)
            },
        )
        .collect();
    if rows.iter().all(Vec::is_empty) { Vec::new() } else { rows }
}

/// Which orders hold each class, oldest first.
fn orders_of(baskets: &Baskets, classes: &Classes) -> Vec<Vec<u32>> {
    let mut orders = vec![Vec::new(); classes.len];
    for b in 0..baskets.len() {
        for class in baskets.votes(b).iter().filter_map(|item| classes.of[*item as usize]) {
            let own: &mut Vec<u32> = &mut orders[class as usize];
            if own.last() != Some(&(b as u32)) {
                own.push(b as u32);
            }
        }
    }
    orders
}

struct Popular {
    count: Vec<u32>,
    orders: f64,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    orders: u32,
    two_customers: bool,
    first: u64,
}

/// Sums towards every item while one class's row is made.
struct Row {
    sums: Vec<Sum>,
    touched: Vec<u32>,
}

impl Row {
    fn new(n: usize) -> Self {
        Self { sums: vec![Sum::default(); n], touched: Vec::new() }
    }

    fn take(&mut self, order: usize, class: u32, baskets: &Baskets, classes: &Classes) {
        let customer = baskets.customer(order);
        for &item in baskets.votes(order).iter().filter(|item| classes.of[**item as usize] != Some(class)) {
            let sum = &mut self.sums[item as usize];
            if sum.orders == 0 {
                self.touched.push(item);
                sum.first = customer;
            }
            sum.two_customers |= customer != sum.first;
            sum.orders += 1;
        }
    }

    /// The likeliest items; the buffers are empty again afterwards. Within one class the divisor changes no order.
    fn best(&mut self, support: Support, popular: &Popular) -> Vec<ItemId> {
        let mut list = Vec::new();
        for item in self.touched.drain(..) {
            let sum = std::mem::take(&mut self.sums[item as usize]);
            if sum.orders >= support.orders && (sum.two_customers || !support.two_customers) {
                let share = f64::from(popular.count[item as usize]) / popular.orders;
                list.push((f64::from(sum.orders) + DOUBT * share, item));
            }
        }
        list.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
        list.into_iter().take(KEPT).map(|(_, item)| ItemId(item)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(items: &[u32]) -> Vec<ItemId> {
        items.iter().map(|item| ItemId(*item)).collect()
    }

    #[test]
    fn the_essays_example_holds() {
        // Tea 0 and 1, pot 2, bag 3.
        let classes = Classes { of: vec![Some(0), Some(0), None, Some(1)], len: 2 };
        let mut baskets = Baskets::new(4);
        let mut push = |times: usize, items: &[u32]| (0..times).for_each(|_| baskets.push(items, None, None));
        push(4, &[0, 1, 2, 3]);
        push(6, &[1]);
        push(1, &[2]);
        push(56, &[3]);
        push(33, &[]);
        let pairs = class_pairs(&baskets, &classes, Support::of(3));
        assert_eq!(pairs, [ids(&[3, 2]), ids(&[1, 2, 0])], "an order of two teas is one order with tea");
        assert_eq!(class_pairs(&baskets, &classes, Support::of(5)), Vec::<Vec<ItemId>>::new());
    }

    #[test]
    fn what_one_customer_buys_together_is_no_pair() {
        let classes = Classes { of: vec![Some(0), None], len: 1 };
        let mut baskets = Baskets::new(2);
        (0..9).for_each(|_| baskets.push(&[0, 1], Some(7), None));
        assert!(class_pairs(&baskets, &classes, Support::of(3)).is_empty());
        baskets.push(&[0, 1], Some(8), None);
        assert_eq!(class_pairs(&baskets, &classes, Support::of(3)), [ids(&[1])]);
    }

    proptest! {
        #[test]
        fn rows_equal_those_of_brute_force(
            orders in prop::collection::vec(prop::collection::btree_set(0u32..30, 0..6), 0..60),
            of in prop::collection::vec(prop::option::of(0u32..3), 30),
        ) {
            let mut baskets = Baskets::new(30);
            orders.iter().for_each(|order| baskets.push(&order.iter().copied().collect::<Vec<_>>(), None, None));
            let classes = Classes { of: of.clone(), len: 3 };
            let got = class_pairs(&baskets, &classes, Support { orders: 2, two_customers: false });
            for class in 0..3u32 {
                let with: Vec<_> = orders.iter().filter(|order| order.iter().any(|i| of[*i as usize] == Some(class))).collect();
                let both = |item: u32| with.iter().filter(|order| order.contains(&item)).count();
                let worth = |item: u32| {
                    let all = orders.iter().filter(|order| order.contains(&item)).count();
                    both(item) as f64 + 20.0 * (f64::from(all as u32) / orders.len() as f64)
                };
                let mut want: Vec<u32> = (0..30).filter(|i| of[*i as usize] != Some(class) && both(*i) >= 2).collect();
                want.sort_by(|a, b| worth(*b).total_cmp(&worth(*a)).then(a.cmp(b)));
                want.truncate(16);
                prop_assert_eq!(got.get(class as usize).cloned().unwrap_or_default(), ids(&want));
            }
        }
    }
}
