//! What questions hold that the early part never saw: counted, never dropped.

use super::Assortment;
use crate::evaluate::questions::Question;
use crate::shop::ItemId;
use serde::Serialize;

/// SKUs named as examples.
const EXAMPLES: usize = 5;

/// How many late orders (visits, customers) there are, how many can be asked about, and what of it is cold.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cold {
    /// Late orders (visits; customers with a late order).
    pub late: usize,
    /// Those that can be asked about: an order of two, a visit with a second product, a customer with three orders.
    pub askable: usize,
    /// Hidden products, one a question but in `next_basket`.
    pub hidden: usize,
    /// Hidden products that the early part never saw: misses of every model of orders.
    pub hidden_cold: usize,
    /// Known products.
    pub known: usize,
    /// Known products that the early part never saw: they cast no vote.
    pub known_cold: usize,
    /// The cold products hidden most often.
    pub examples: Vec<String>,
}

impl Cold {
    /// Counts hidden and known products of questions about `late` orders of which `askable` could be asked.
    pub fn count<'a>(
        (late, askable): (usize, usize),
        questions: impl Iterator<Item = (&'a [u32], &'a [u32])>,
        assortment: &Assortment,
    ) -> Self {
        let mut found = Self { late, askable, ..Self::default() };
        let mut times = std::collections::BTreeMap::new();
        let cold = |item: &&u32| assortment.is_cold(ItemId(**item));
        for (known, hidden) in questions {
            found.known += known.len();
            found.known_cold += known.iter().filter(cold).count();
            found.hidden += hidden.len();
            for item in hidden.iter().filter(cold) {
                found.hidden_cold += 1;
                *times.entry(*item).or_insert(0u32) += 1;
            }
        }
        let mut often: Vec<(u32, u32)> = times.into_iter().collect();
        often.sort_by_key(|(item, times)| (std::cmp::Reverse(*times), *item));
        let sku = |(item, _): &(u32, u32)| assortment.sku.get(*item as usize).cloned();
        found.examples = often.iter().take(EXAMPLES).filter_map(sku).collect();
        found
    }

    /// Of questions with one hidden item each.
    pub fn of(counts: (usize, usize), questions: &[Question], assortment: &Assortment) -> Self {
        let parts = questions.iter().map(|q| (q.known.as_slice(), std::slice::from_ref(&q.target)));
        Self::count(counts, parts, assortment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Product;

    #[test]
    fn cold_products_are_counted_on_either_side() {
        let products = ["a", "b", "c"].map(|sku| Product { sku: sku.into(), ..Product::default() });
        let assortment = Assortment::new(&products, &[1.0, 0.0, 0.0], 10);
        let question = |known: &[u32], target| Question { known: known.to_vec(), target };
        let asked = [question(&[0, 1], 2), question(&[0], 2), question(&[2], 1), question(&[1], 0)];
        let cold = Cold::of((9, 6), &asked, &assortment);
        assert_eq!((cold.late, cold.askable, cold.hidden, cold.hidden_cold), (9, 6, 4, 3));
        assert_eq!((cold.known, cold.known_cold), (5, 3));
        assert_eq!(cold.examples, ["c", "b"]);
    }
}
