//! Which products have something in common: an inverted index with bounded work.

use super::traits::Traits;
use std::cmp::Reverse;

/// Products that may have a word before it is worth nothing.
pub const LONGEST_WORD: usize = 512;
/// Products of a category level or brand that are looked at: those nearest in price.
pub const WINDOW: usize = 256;

/// Who has a word, a category level, a brand.
#[derive(Clone, Debug)]
pub struct Lists {
    words: Index,
    levels: [Index; 3],
    brands: Index,
}

/// Lists behind one another.
#[derive(Clone, Debug)]
struct Index {
    starts: Vec<usize>,
    items: Vec<u32>,
    /// Where an item stands in the list of its only name.
    place: Vec<u32>,
}

impl Index {
    /// The items of each name up to `names`, in the given order of items.
    fn of<'a, N: IntoIterator<Item = u32> + 'a>(names: usize, order: &[u32], of: impl Fn(u32) -> N) -> Self {
        let mut starts = vec![0usize; names + 1];
        order.iter().flat_map(|item| of(*item)).for_each(|name| starts[name as usize + 1] += 1);
        (1..starts.len()).for_each(|name| starts[name] += starts[name - 1]);
        let mut next = starts.clone();
        let mut items = vec![0u32; starts.last().copied().unwrap_or(0)];
        let mut place = vec![0u32; order.len()];
        for item in order {
            for name in of(*item) {
                let at = &mut next[name as usize];
                items[*at] = *item;
                place[*item as usize] = (*at - starts[name as usize]) as u32;
                *at += 1;
            }
        }
        Self { starts, items, place }
    }

    fn list(&self, name: u32) -> &[u32] {
        &self.items[self.starts[name as usize]..self.starts[name as usize + 1]]
    }

    /// The part of a list in the order of prices that is nearest to `item`; for an item without a price the first of
    /// those that have none.
    fn window(&self, name: u32, item: usize, traits: &[Traits]) -> &[u32] {
        let list = self.list(name);
        if list.len() <= WINDOW {
            return list;
        }
        let from = match traits[item].price {
            Some(_) => (self.place[item] as usize).saturating_sub(WINDOW / 2),
            None => list.partition_point(|other| traits[*other as usize].price.is_some()),
        };
        let from = from.min(list.len() - WINDOW);
        &list[from..from + WINDOW]
    }
}

impl Lists {
    /// Files every product under what it has, by price, those seen more first among equals.
    pub fn of(traits: &[Traits], words: usize, seen: &[u32]) -> Self {
        let plain: Vec<u32> = (0..traits.len() as u32).collect();
        let mut by_price = plain.clone();
        by_price.sort_by(|a, b| {
            // Products without a price come last.
            let price = |item: u32| traits[item as usize].price.unwrap_or(f64::INFINITY);
            let rank = |item: u32| {
                let seen = seen.get(item as usize).copied().unwrap_or(0);
                (Reverse(seen), traits[item as usize].hash, item)
            };
            price(*a).total_cmp(&price(*b)).then_with(|| rank(*a).cmp(&rank(*b)))
        });
        let names = |of: &dyn Fn(&Traits) -> Option<u32>| {
            traits.iter().filter_map(of).max().map_or(0, |most| most as usize + 1)
        };
        let index =
            |of: &dyn Fn(&Traits) -> Option<u32>| Index::of(names(of), &by_price, |item| of(&traits[item as usize]));
        Self {
            words: Index::of(words, &plain, |item| traits[item as usize].words.iter().copied()),
            levels: [0, 1, 2].map(|level| index(&|traits| traits.levels[level])),
            brands: index(&|traits| traits.brand),
        }
    }

    /// Puts into `near` every product that has something in common with `item`, and the worth of their common words.
    pub fn around(&self, item: usize, traits: &[Traits], worth: &[f64], near: &mut Near) {
        let own = &traits[item];
        for word in &own.words {
            let square = worth[*word as usize] * worth[*word as usize];
            self.words.list(*word).iter().for_each(|other| near.add(*other, square));
        }
        let named = own.levels.iter().zip(&self.levels).chain([(&own.brand, &self.brands)]);
        for (name, index) in named {
            let Some(name) = name else { continue };
            index.window(*name, item, traits).iter().for_each(|other| near.add(*other, 0.0));
        }
    }
}

/// Sums towards the products met so far.
pub struct Near {
    sums: Vec<f64>,
    met: Vec<bool>,
    touched: Vec<u32>,
}

impl Near {
    /// Nothing met among `n` products. Memory: nine bytes a product.
    pub fn new(n: usize) -> Self {
        Self { sums: vec![0.0; n], met: vec![false; n], touched: Vec::new() }
    }

    fn add(&mut self, item: u32, worth: f64) {
        let at = item as usize;
        if !std::mem::replace(&mut self.met[at], true) {
            self.touched.push(item);
        }
        self.sums[at] += worth;
    }

    /// Hands out what was met, and forgets it.
    pub fn take(&mut self, mut each: impl FnMut(u32, f64)) {
        for item in self.touched.drain(..) {
            self.met[item as usize] = false;
            each(item, std::mem::take(&mut self.sums[item as usize]));
        }
    }
}
