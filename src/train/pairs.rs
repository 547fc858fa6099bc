//! What pairs of items have in common: the sums that every model of orders is made of.

use super::history::Baskets;
use rayon::prelude::*;

/// What a pair needs to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Support {
    /// Orders that hold both.
    pub orders: u32,
    /// Whether they must come from two distinct customers. An order whose customer is unknown stands for a customer
    /// of its own.
    pub two_customers: bool,
}

impl Support {
    /// Every pair counts.
    pub const NONE: Self = Self { orders: 1, two_customers: false };

    /// The rule of `min_support`: that many orders and, from 2 on, two customers.
    pub fn of(min_support: u32) -> Self {
        Self { orders: min_support, two_customers: min_support >= 2 }
    }
}

/// Sums over the orders that hold both items of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The other item.
    pub to: u32,
    /// How many orders hold both.
    pub orders: u32,
    /// Σ size^-½: an order of many items says less about each pair.
    pub weight: f32,
    /// Σ (size − 1)^-½: of the chances that an order has, those that fall to this pair.
    pub corrected: f32,
    /// Σ size^-0.7: a random walk from item to order to item.
    pub walk: f32,
    /// Σ idf²: orders with few items are telling words.
    pub telling: f32,
}

/// The supported pairs of all items, and what single items have in common with themselves.
#[derive(Clone, Debug)]
pub struct Pairs {
    pub(super) starts: Vec<usize>,
    pub(super) pairs: Vec<Pair>,
    /// How many orders hold each item.
    pub count: Vec<u32>,
    /// How much the orders that hold each item say together: its count, where none is aged.
    pub said: Vec<f64>,
    /// Share of orders that hold each item.
    pub share: Vec<f32>,
    /// Σ size^-½ over the orders that hold each item.
    pub self_weight: Vec<f32>,
    /// Mean of size^-½ over all orders: the unit of penalties.
    pub mean_weight: f64,
}

/// What an order adds to each of its pairs.
struct Weights {
    weight: Vec<f64>,
    corrected: Vec<f64>,
    walk: Vec<f64>,
    telling: Vec<f64>,
}

impl Weights {
    fn of(baskets: &Baskets, items: usize) -> Self {
        let sizes: Vec<f64> = (0..baskets.len()).map(|b| baskets.votes(b).len().max(1) as f64).collect();
        let all = (items.max(2) as f64, sizes.iter());
        let map = |f: &dyn Fn(f64) -> f64| all.1.clone().enumerate().map(|(b, s)| baskets.say(b) * f(*s)).collect();
        Self {
            weight: map(&|s| 1.0 / s.sqrt()),
            corrected: map(&|s| 1.0 / (s - 1.0).max(1.0).sqrt()),
            walk: map(&|s| libm::pow(s, -0.7)),
            telling: map(&|s| {
                let idf = libm::log(all.0) - libm::log(1.0 + s);
                idf * idf
            }),
        }
    }
}

/// Which orders hold each item, oldest first.
pub(crate) struct Holders {
    starts: Vec<usize>,
    baskets: Vec<u32>,
}

impl Holders {
    pub(crate) fn of(baskets: &Baskets) -> Self {
        let mut starts = vec![0usize; baskets.n_items + 1];
        for b in 0..baskets.len() {
            baskets.votes(b).iter().for_each(|item| starts[*item as usize + 1] += 1);
        }
        (1..starts.len()).for_each(|i| starts[i] += starts[i - 1]);
        let mut next = starts.clone();
        let mut list = vec![0u32; starts.last().copied().unwrap_or(0)];
        for b in 0..baskets.len() {
            for item in baskets.votes(b) {
                list[next[*item as usize]] = b as u32;
                next[*item as usize] += 1;
            }
        }
        Self { starts, baskets: list }
    }

    pub(crate) fn of_item(&self, item: usize) -> &[u32] {
        &self.baskets[self.starts[item]..self.starts[item + 1]]
    }
}

/// Sums towards every other item while one item's row is made.
struct Row {
    sums: Vec<Sums>,
    touched: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    orders: u32,
    two_customers: bool,
    first: u64,
    weight: f64,
    corrected: f64,
    walk: f64,
    telling: f64,
}

impl Row {
    fn new(n: usize) -> Self {
        Self { sums: vec![Sums::default(); n], touched: Vec::new() }
    }

    fn take(&mut self, item: u32, holders: &Holders, baskets: &Baskets, weights: &Weights) {
        for &b in holders.of_item(item as usize) {
            let b = b as usize;
            let customer = baskets.customer(b);
            for &other in baskets.votes(b).iter().filter(|other| **other != item) {
                let sums = &mut self.sums[other as usize];
                if sums.orders == 0 {
                    self.touched.push(other);
                    sums.first = customer;
                }
                sums.two_customers |= customer != sums.first;
                sums.orders += 1;
                sums.weight += weights.weight[b];
                sums.corrected += weights.corrected[b];
                sums.walk += weights.walk[b];
                sums.telling += weights.telling[b];
            }
        }
    }

    /// The supported pairs, ascending; the buffers are empty again afterwards.
    fn finish(&mut self, support: Support) -> Vec<Pair> {
        self.touched.sort_unstable();
        let mut out = Vec::new();
        for to in self.touched.drain(..) {
            let sums = std::mem::take(&mut self.sums[to as usize]);
            if sums.orders >= support.orders && (sums.two_customers || !support.two_customers) {
                out.push(Pair {
                    to,
                    orders: sums.orders,
                    weight: sums.weight as f32,
                    corrected: sums.corrected as f32,
                    walk: sums.walk as f32,
                    telling: sums.telling as f32,
                });
            }
        }
        out
    }
}

impl Pairs {
    /// Counts the pairs of `baskets`, on all threads of the current pool.
    ///
    /// Cost: the sum of squared order sizes, of which each counts at most 100 items; memory:
    /// 24 bytes a supported pair in either direction, and 56 bytes an item and thread.
    pub fn count(baskets: &Baskets, support: Support) -> Self {
        let n = baskets.n_items;
        let count = baskets.popularity();
        let active = count.iter().filter(|c| **c > 0).count();
        let weights = Weights::of(baskets, active);
        let holders = Holders::of(baskets);
        let rows: Vec<Vec<Pair>> = (0..n as u32)
            .into_par_iter()
            .with_min_len(64)
            .map_init(
                || Row::new(n),
                |row, item| {
                    row.take(item, &holders, baskets, &weights);
                    row.finish(support)
                },
            )
            .collect();
        let self_weight = (0..n)
            .map(|i| holders.of_item(i).iter().map(|b| weights.weight[*b as usize]).sum::<f64>() as f32)
            .collect();
        let mean_weight = weights.weight.iter().sum::<f64>() / weights.weight.len().max(1) as f64;
        let mut starts = Vec::with_capacity(n + 1);
        starts.push(0);
        let mut pairs = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        for row in rows {
            pairs.extend(row);
            starts.push(pairs.len());
        }
        Self { starts, pairs, count, said: baskets.said(), share: baskets.shares(), self_weight, mean_weight }
    }

    /// How many items.
    pub fn n_items(&self) -> usize {
        self.count.len()
    }

    /// One more than the last item that some order holds. Where items ascend by falling popularity this is how many
    /// are sold at all.
    pub fn active(&self) -> usize {
        self.count.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1)
    }

    /// The supported pairs of an item, ascending by the other one.
    pub fn of(&self, item: usize) -> &[Pair] {
        &self.pairs[self.starts[item]..self.starts[item + 1]]
    }
}

/// The Gram matrix `Σ size^-½` of the first `n` items, dense, with its diagonal; `weight` of an order's size.
///
/// Unlike [`Pairs`] it holds every pair: what is rarely bought together is evidence too. Memory: 4n² bytes.
pub fn dense_gram(baskets: &Baskets, n: usize, weight: impl Fn(usize) -> f64 + Sync) -> Vec<f32> {
    let holders = Holders::of(baskets);
    let weights: Vec<f64> = (0..baskets.len()).map(|b| baskets.say(b) * weight(baskets.votes(b).len())).collect();
    let mut gram = vec![0f32; n * n];
    gram.par_chunks_mut(n.max(1)).enumerate().for_each_init(
        || vec![0f64; baskets.n_items],
        |sums, (item, row)| {
            sums.fill(0.0);
            for &b in holders.of_item(item) {
                let add = weights[b as usize];
                baskets.votes(b as usize).iter().for_each(|other| sums[*other as usize] += add);
            }
            row.iter_mut().zip(sums.iter()).for_each(|(cell, sum)| *cell = *sum as f32);
        },
    );
    gram
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn small() -> Baskets {
        let mut baskets = Baskets::new(3);
        baskets.push(&[0, 1], Some(1), None);
        baskets.push(&[0, 1], Some(2), None);
        baskets.push(&[0, 2], Some(1), None);
        baskets.push(&[0, 2], Some(1), None);
        baskets
    }

    #[test]
    fn a_pair_of_one_customer_has_no_support() {
        let pairs = Pairs::count(&small(), Support::of(2));
        assert_eq!(pairs.of(0).iter().map(|p| p.to).collect::<Vec<_>>(), [1]);
        assert!(pairs.of(2).is_empty());
        assert_eq!(Pairs::count(&small(), Support::NONE).of(0).len(), 2);
    }

    #[test]
    fn an_order_of_two_adds_one_over_root_two() {
        let pairs = Pairs::count(&small(), Support::NONE);
        let pair = pairs.of(1)[0];
        assert_eq!((pair.to, pair.orders, pair.corrected), (0, 2, 2.0));
        assert!((pair.weight - 2f32.sqrt()).abs() < 1e-6);
        assert!((pairs.mean_weight - 0.5f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn customers_unknown_means_each_order_its_own() {
        let mut baskets = Baskets::new(2);
        baskets.push(&[0, 1], None, None);
        baskets.push(&[0, 1], None, None);
        assert_eq!(Pairs::count(&baskets, Support::of(2)).of(0).len(), 1);
    }

    fn any_baskets() -> impl Strategy<Value = Baskets> {
        let basket = (prop::collection::btree_set(0u32..12, 1..6), 0u32..4);
        prop::collection::vec(basket, 1..40).prop_map(|list| {
            let mut baskets = Baskets::new(12);
            for (items, customer) in list {
                baskets.push(&items.into_iter().collect::<Vec<_>>(), Some(customer), None);
            }
            baskets
        })
    }

    proptest! {
        #[test]
        fn counts_equal_those_of_brute_force(baskets in any_baskets(), support in 1u32..4) {
            let pairs = Pairs::count(&baskets, Support::of(support));
            for i in 0..12u32 {
                for j in (0..12u32).filter(|j| *j != i) {
                    let both: Vec<usize> = (0..baskets.len())
                        .filter(|b| baskets.items(*b).contains(&i) && baskets.items(*b).contains(&j))
                        .collect();
                    let mut who: Vec<u64> = both.iter().map(|b| baskets.customer(*b)).collect();
                    who.sort_unstable();
                    who.dedup();
                    let kept = both.len() >= support as usize && (support < 2 || who.len() >= 2);
                    let found = pairs.of(i as usize).iter().find(|p| p.to == j);
                    prop_assert_eq!(found.map(|p| p.orders as usize), kept.then_some(both.len()));
                    let weight: f64 = both.iter().map(|b| 1.0 / (baskets.items(*b).len() as f64).sqrt()).sum();
                    if let Some(pair) = found {
                        prop_assert!((f64::from(pair.weight) - weight).abs() < 1e-5);
                    }
                    let gram = dense_gram(&baskets, 12, |s| 1.0 / (s as f64).sqrt());
                    prop_assert!((f64::from(gram[(i * 12 + j) as usize]) - weight).abs() < 1e-5);
                }
            }
        }
    }
}
