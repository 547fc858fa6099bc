//! How alike two products are by what the catalog says of them: for shops without visits, and for products that nobody
//! has looked at or bought yet.
//!
//! # The problem
//!
//! Views say best what stands in for what. A new shop has none, and a new product never has any: it would be shown
//! nowhere, and its own page would show best sellers.
//!
//! # The idea
//!
//! A catalog says four things that shoppers compare by: the category, the words of title and tags, the price, the brand.
//! Each gives a likeness of 0 to 1, and a mean of those that the product has, category and words first, is the likeness of
//! two products. Rare words tell more than common ones (`ln(N / n)`, cosine of the two sets), numbers and single letters
//! little. Prices are alike by their ratio: 1 where they are equal, 0 from four times on. Variants of one product are
//! never neighbours, and of another product's variants two are kept.
//!
//! # In small numbers
//!
//! `Tea > Green > "Sencha, 100 g"` at 8.00 and `Tea > Green > "Sencha in a tin"` at 10.00: the same category (1), the
//! words share the telling one (say 0.6), the prices stand at 1.25 (0.84). (0.4 · 1 + 0.35 · 0.6 + 0.15 · 0.84) / 0.9
//! is 0.82. A weight is the fourth power of that, 0.45: likenesses lie close to one another at the upper end, where four
//! bits a weight tell them apart badly.
//!
//! # What it does not do
//!
//! It reads no pictures and no meaning: *sofa* and *couch* are different words. It says nothing about how often anything
//! was sold; only ties go to the better seller. It cannot tell a product from its accessory where the shop files both in
//! one category under the same words.
//!
//! # Cost
//!
//! Products are compared with those that share a word, a category level or a brand. A word that more than 512
//! products have is worth nothing; of a longer category or brand the 256 products nearest in price are looked at. So an
//! item costs some thousand comparisons at most, whatever the size of the catalog: 65,000 products take seconds.
//! Memory: some 100 bytes a product, and 8 an edge.

mod lists;
mod traits;

use super::prune::Rows;
use crate::bundle::Edge;
use crate::shop::{ItemId, Product};
use lists::{Lists, Near};
use rayon::prelude::*;
use std::cmp::Reverse;
use traits::Traits;

/// What each field counts where a product has it. Category and words carry the meaning; price and brand order what is
/// alike. Chosen by sense, not fitted: no shop is like another here.
const CATEGORY: f64 = 0.4;
const WORDS: f64 = 0.35;
const PRICE: f64 = 0.15;
const BRAND: f64 = 0.1;
/// Likeness of two categories that share all but the last level, and of two that share the first.
const SAME_PARENT: f64 = 0.5;
const SAME_ROOT: f64 = 0.2;
/// ln 4: prices that stand at one to four are not alike.
const FAR: f64 = 1.386_294_361_119_890_6;
/// Variants of one product that a row keeps: one more than is shown, in case one is sold out.
const A_GROUP: usize = 2;
/// Cold neighbours that a row keeps beside the others.
pub const COLD: usize = 3;
/// Edges of all rows together at most, so that millions of products fit into memory.
const EDGES: usize = 16_000_000;

/// A catalog made ready for comparing.
#[derive(Clone, Debug)]
pub struct Attributes {
    traits: Vec<Traits>,
    /// How often each item was seen; empty where none ever was.
    seen: Vec<u32>,
    /// What a word is worth.
    worth: Vec<f64>,
    lists: Lists,
}

impl Attributes {
    /// Reads the catalog's fields; the position of a product is its item number. `seen` is how often each was bought or
    /// viewed: of products equally alike the one seen more comes first, and one never seen is cold. Where none was ever
    /// seen, nothing is colder than the rest.
    pub fn of(products: &[Product], seen: &[u32]) -> Self {
        let (traits, worth) = traits::read(products);
        let lists = Lists::of(&traits, worth.len(), seen);
        let seen = if seen.iter().all(|n| *n == 0) { Vec::new() } else { seen.to_vec() };
        Self { traits, seen, worth, lists }
    }

    /// Whether an item was never seen although others were.
    pub fn is_cold(&self, item: ItemId) -> bool {
        self.seen.get(item.index()).is_some_and(|n| *n == 0)
    }

    /// How alike `j` is to `i`, 0 to 1; 0 for itself and its variants. Not the same both ways: what `i` lacks is left out
    /// of the mean.
    pub fn likeness(&self, i: ItemId, j: ItemId) -> f64 {
        let Some((a, b)) = self.traits.get(i.index()).zip(self.traits.get(j.index())) else { return 0.0 };
        if i == j || a.is_variant_of(b) {
            return 0.0;
        }
        a.likeness(b, a.common(b, &self.worth))
    }

    /// How near the categories of two products are: 1 the same, less for a shared parent or first level, 0 for none;
    /// `None` where either has no category.
    pub fn kinship(&self, i: ItemId, j: ItemId) -> Option<f64> {
        let (a, b) = (self.traits.get(i.index())?, self.traits.get(j.index())?);
        (a.levels[0].is_some() && b.levels[0].is_some()).then(|| a.kinship(b))
    }

    /// The row of every item: the `most` products most alike that are not cold, and beside them the best few cold ones.
    /// Weights are fourth powers of the likeness, above 0 and at most 1; rows ascend.
    pub fn rows(&self, most: usize) -> Rows {
        let most = most.min((EDGES / self.traits.len().max(1)).max(4));
        (0..self.traits.len())
            .into_par_iter()
            .with_min_len(64)
            .map_init(|| Near::new(self.traits.len()), |near, item| self.row(item, most, near))
            .collect()
    }

    fn row(&self, item: usize, most: usize, near: &mut Near) -> Vec<Edge> {
        let own = &self.traits[item];
        self.lists.around(item, &self.traits, &self.worth, near);
        let mut found: Vec<(f64, u32)> = Vec::new();
        near.take(|other, common| {
            let other_traits = &self.traits[other as usize];
            if other as usize != item && !own.is_variant_of(other_traits) {
                found.push((own.likeness(other_traits, common), other));
            }
        });
        found.retain(|(likeness, _)| *likeness > 0.0);
        let new = if self.seen.contains(&0) { COLD } else { 0 };
        let mut row = Row { most, cold: new, groups: Vec::new(), edges: Vec::new() };
        let order =
            |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then_with(|| self.rank(a.1).cmp(&self.rank(b.1)));
        // The best few of thousands nearly always fill a row: only they are sorted.
        let few = found.len().min(4 * (most + new));
        if few < found.len() {
            found.select_nth_unstable_by(few, order);
        }
        let (best, rest) = found.split_at_mut(few);
        for part in [best, rest].into_iter().filter(|part| !part.is_empty()) {
            if row.most + row.cold > 0 {
                part.sort_unstable_by(order);
                let offer = |(likeness, other): &(f64, u32)| {
                    row.offer(*likeness, *other, self.is_cold(ItemId(*other)), self.traits[*other as usize].group);
                };
                part.iter().for_each(offer);
            }
        }
        row.edges.sort_unstable_by_key(|edge| edge.item);
        row.edges
    }

    /// What settles ties: the product seen more, then a hash of the SKU. Item numbers would not do: they follow all that
    /// was ever sold, and validation must not know that.
    fn rank(&self, item: u32) -> (Reverse<u32>, u64, u32) {
        let seen = self.seen.get(item as usize).copied().unwrap_or(0);
        (Reverse(seen), self.traits[item as usize].hash, item)
    }
}

/// A row as it fills: how many more it takes, and which groups it holds.
struct Row {
    most: usize,
    cold: usize,
    groups: Vec<u32>,
    edges: Vec<Edge>,
}

impl Row {
    fn offer(&mut self, likeness: f64, other: u32, is_cold: bool, group: Option<u32>) {
        let room = if is_cold { &mut self.cold } else { &mut self.most };
        if *room == 0 {
            return;
        }
        if let Some(group) = group {
            if self.groups.iter().filter(|known| **known == group).count() >= A_GROUP {
                return;
            }
            self.groups.push(group);
        }
        *room -= 1;
        let square = likeness * likeness;
        self.edges.push(Edge { item: ItemId(other), weight: (square * square) as f32 });
    }
}

#[cfg(test)]
mod tests;
