//! Pairs that were counted elsewhere: sums by SKU, checked, numbered, mirrored.

mod error;
#[cfg(test)]
mod tests;

pub use error::CountError;

use super::history::Baskets;
use super::pairs::{Pair, Pairs, Support};
use crate::bundle::layout::MAX_ITEMS;
use crate::shop::{ItemCount, PairCount, Product, QuestionLine};
use error::{PARTNERS, ROUNDING, count, within};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Most that an order adds to Σ idf²: the square of the logarithm of all 32-bit numbers.
const MOST_TELLING: f64 = 500.0;
/// The least mean of size^-½ that orders of a hundred products could come to.
const LEAST_WEIGHT: f64 = 0.1;
/// Questions kept; the SQL draws 3,000.
const MOST_QUESTIONS: usize = 100_000;

/// What a shop's orders come to, where only sums of them are known.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The pairs of all orders; items as in the history they belong to.
    pub pairs: Pairs,
    /// What settings may be chosen by.
    pub early: Option<Early>,
}

/// The early orders as sums, and some of the orders after them.
#[derive(Clone, Debug)]
pub struct Early {
    /// The pairs of the early orders; items are numbered by *their* popularity.
    pub pairs: Pairs,
    /// Late orders, in the same numbers.
    pub late: Baskets,
    /// What the early orders call each item of the whole.
    pub numbers: Vec<u32>,
}

/// Takes the rows of an items and a pairs table, items first, in any order of rows.
///
/// Memory: 28 bytes a pair, a product its name and some 80 bytes.
#[derive(Debug, Default)]
pub struct Tally {
    numbers: FxHashMap<Arc<str>, u32>,
    items: Vec<Item>,
    shop: Option<(u64, f64)>,
    lines: u64,
    pair_orders: u64,
    pairs: Vec<Undirected>,
    questions: FxHashMap<u64, Vec<u32>>,
}

#[derive(Debug)]
struct Item {
    sku: Arc<str>,
    orders: u32,
    weight: f32,
}

/// A pair whose `ends` are numbers of the tally.
#[derive(Clone, Copy, Debug)]
struct Undirected {
    ends: [u32; 2],
    orders: u32,
    sums: [f32; 4],
}

impl Tally {
    /// A tally of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a row of items.
    ///
    /// # Errors
    ///
    /// A product that was taken before, a number out of range, another shop.
    pub fn item(&mut self, item: &ItemCount<'_>) -> Result<(), CountError> {
        let shop = (item.shop_orders, item.shop_weight);
        let all = count("shop_orders", shop.0, u64::MAX)?;
        within("shop_weight", shop.1, LEAST_WEIGHT * f64::from(all), f64::from(all))?;
        let first = *self.shop.get_or_insert(shop);
        if first.0 != shop.0 || (first.1 - shop.1).abs() > ROUNDING * first.1 {
            return Err(CountError::Shop { first, found: shop });
        }
        let orders = count("orders", item.orders, shop.0)?;
        let weight = within("weight", item.weight, 0.0, f64::from(orders))?;
        let sku: Arc<str> = item.sku.into();
        if self.numbers.insert(sku.clone(), self.items.len() as u32).is_some() {
            return Err(CountError::ItemTwice { sku: item.sku.into() });
        }
        if self.items.len() >= MAX_ITEMS {
            return Err(CountError::TooManyItems { most: MAX_ITEMS });
        }
        self.lines += u64::from(orders);
        self.items.push(Item { sku, orders, weight });
        Ok(())
    }

    /// Takes a row of pairs; all items were taken before.
    ///
    /// # Errors
    ///
    /// A product that the items lack, a product with itself, a number out of range, more pairs than there can be.
    pub fn pair(&mut self, pair: &PairCount<'_>) -> Result<(), CountError> {
        let ends = [self.known(pair.sku_a)?, self.known(pair.sku_b)?];
        if ends[0] == ends[1] {
            return Err(CountError::PairOfOne { sku: pair.sku_a.into() });
        }
        let least_sold = ends.map(|end| u64::from(self.items[end as usize].orders)).into_iter().min().unwrap_or(0);
        let orders = count("orders", pair.orders, least_sold)?;
        let n = f64::from(orders);
        // An order of two products adds most.
        let sums = [
            within("weight", pair.weight, 0.0, n * 0.5f64.sqrt())?,
            within("corrected", pair.corrected, 0.0, n)?,
            within("walk", pair.walk, 0.0, 0.616 * n)?,
            within("telling", pair.telling, 0.0, MOST_TELLING * n)?,
        ];
        self.pair_orders += u64::from(orders);
        if self.pair_orders > self.lines.saturating_mul(PARTNERS) / 2 {
            return Err(CountError::TooManyPairs { most: self.lines.saturating_mul(PARTNERS) / 2 });
        }
        self.pairs.push(Undirected { ends, orders, sums });
        Ok(())
    }

    /// Takes a row of questions; all items were taken before. A product that only late orders hold asks nothing.
    ///
    /// # Errors
    ///
    /// More questions than are ever asked.
    pub fn question(&mut self, line: &QuestionLine<'_>) -> Result<(), CountError> {
        let Some(item) = self.numbers.get(line.sku).copied() else { return Ok(()) };
        self.questions.entry(line.question).or_default().push(item);
        if self.questions.len() > MOST_QUESTIONS {
            return Err(CountError::TooManyQuestions { most: MOST_QUESTIONS });
        }
        Ok(())
    }

    fn known(&self, sku: &str) -> Result<u32, CountError> {
        self.numbers.get(sku).copied().ok_or_else(|| CountError::UnknownItem { sku: sku.into() })
    }

    /// The products and how many orders hold each.
    pub fn sold(&self) -> impl Iterator<Item = (&str, u32)> {
        self.items.iter().map(|item| (&*item.sku, item.orders))
    }

    /// All orders.
    pub fn orders(&self) -> u64 {
        self.shop.map_or(0, |shop| shop.0)
    }

    /// The pairs in the numbers of `products`; those of products that are not among them are left out.
    ///
    /// # Errors
    ///
    /// [`CountError::Nothing`], [`CountError::PairTwice`].
    pub fn pairs(&self, products: &[Product], support: Support) -> Result<Pairs, CountError> {
        self.numbered(&self.items_of(products), products.len(), support)
    }

    /// The item of each product of the tally.
    fn items_of(&self, products: &[Product]) -> Vec<Option<u32>> {
        let mut items = vec![None; self.items.len()];
        for (item, product) in products.iter().enumerate() {
            if let Some(number) = self.numbers.get(product.sku.as_str()) {
                items[*number as usize] = Some(item as u32);
            }
        }
        items
    }

    /// The same of an early part: pairs and late orders, numbered by early popularity.
    ///
    /// # Errors
    ///
    /// As [`pairs`](Self::pairs).
    pub fn early(&self, products: &[Product], support: Support) -> Result<Early, CountError> {
        let whole = self.items_of(products);
        // By early orders descending, then as the whole numbers them.
        let mut order: Vec<(std::cmp::Reverse<u32>, u32)> =
            (0..products.len() as u32).map(|item| (std::cmp::Reverse(0), item)).collect();
        for (number, item) in whole.iter().enumerate() {
            if let Some(item) = item {
                order[*item as usize].0 = std::cmp::Reverse(self.items[number].orders);
            }
        }
        order.sort_unstable();
        let mut renumbered = vec![0; products.len()];
        order.iter().enumerate().for_each(|(to, (_, from))| renumbered[*from as usize] = to as u32);
        let items: Vec<Option<u32>> = whole.iter().map(|item| item.map(|item| renumbered[item as usize])).collect();
        let pairs = self.numbered(&items, products.len(), support)?;
        Ok(Early { pairs, late: self.late(&items, products.len()), numbers: renumbered })
    }

    /// The questions as orders, in the order of their numbers.
    fn late(&self, items: &[Option<u32>], n_items: usize) -> Baskets {
        let mut asked: Vec<(&u64, &Vec<u32>)> = self.questions.iter().collect();
        asked.sort_unstable();
        let mut late = Baskets::new(n_items);
        for (_, lines) in asked {
            let mut set: Vec<u32> = lines.iter().filter_map(|line| items[*line as usize]).collect();
            set.sort_unstable();
            set.dedup();
            late.push(&set, None, None);
        }
        late
    }

    fn numbered(&self, items: &[Option<u32>], n: usize, support: Support) -> Result<Pairs, CountError> {
        let Some((shop_orders, shop_weight)) = self.shop else { return Err(CountError::Nothing) };
        let all = shop_orders.max(1) as f64;
        let (mut count, mut self_weight) = (vec![0u32; n], vec![0f32; n]);
        for (item, to) in self.items.iter().zip(items) {
            if let Some(to) = to {
                (count[*to as usize], self_weight[*to as usize]) = (item.orders, item.weight);
            }
        }
        let share = count.iter().map(|n| (f64::from(*n) / all) as f32).collect();
        let (starts, pairs) = self.mirrored(items, n, support)?;
        let said = count.iter().map(|n| f64::from(*n)).collect();
        Ok(Pairs { starts, pairs, count, said, share, self_weight, mean_weight: shop_weight / all })
    }

    /// Both directions of every supported pair, ascending.
    fn mirrored(
        &self,
        items: &[Option<u32>],
        n: usize,
        support: Support,
    ) -> Result<(Vec<usize>, Vec<Pair>), CountError> {
        let supported = self.pairs.iter().filter(|pair| pair.orders >= support.orders);
        let ends = |pair: &Undirected| Some([items[pair.ends[0] as usize]?, items[pair.ends[1] as usize]?]);
        let mut starts = vec![0usize; n + 1];
        for [a, b] in supported.clone().filter_map(ends) {
            starts[a as usize + 1] += 1;
            starts[b as usize + 1] += 1;
        }
        (1..=n).for_each(|item| starts[item] += starts[item - 1]);
        let nothing = Pair { to: 0, orders: 0, weight: 0.0, corrected: 0.0, walk: 0.0, telling: 0.0 };
        let mut pairs = vec![nothing; starts[n]];
        let mut next = starts.clone();
        for pair in supported {
            let Some([a, b]) = ends(pair) else { continue };
            let [weight, corrected, walk, telling] = pair.sums;
            for (from, to) in [(a, b), (b, a)] {
                pairs[next[from as usize]] = Pair { to, orders: pair.orders, weight, corrected, walk, telling };
                next[from as usize] += 1;
            }
        }
        for item in 0..n {
            let row = &mut pairs[starts[item]..starts[item + 1]];
            row.sort_unstable_by_key(|pair| pair.to);
            if let Some(twice) = row.windows(2).find(|two| two[0].to == two[1].to) {
                return Err(self.twice(items, item as u32, twice[0].to));
            }
        }
        Ok((starts, pairs))
    }

    fn twice(&self, items: &[Option<u32>], a: u32, b: u32) -> CountError {
        let sku = |item: u32| {
            let number = items.iter().position(|to| *to == Some(item));
            number.map(|number| self.items[number].sku.to_string()).unwrap_or_default()
        };
        CountError::PairTwice { a: sku(a), b: sku(b) }
    }
}

impl Pairs {
    /// A dense matrix of the supported pairs among the first `n` items: `cell` of each pair, `own` on the diagonal, 0
    /// elsewhere. Memory: 4n² bytes.
    pub fn gram(&self, n: usize, own: impl Fn(usize) -> f32, cell: impl Fn(&Pair) -> f32) -> Vec<f32> {
        let mut gram = vec![0f32; n * n];
        for (item, row) in gram.chunks_mut(n.max(1)).enumerate() {
            for pair in self.of(item).iter().filter(|pair| (pair.to as usize) < n) {
                row[pair.to as usize] = cell(pair);
            }
            row[item] = own(item);
        }
        gram
    }
}
