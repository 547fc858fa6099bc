//! What is known when a question is asked, as items.

use crate::shop::{ItemId, sort};
use std::cmp::Ordering;

/// The context of one question. Lists may be empty, repeat items or hold items that the bundle does not have.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// What lies in the cart.
    pub cart: Vec<ItemId>,
    /// The product whose page is open.
    pub product: Option<ItemId>,
    /// What was looked at, oldest first, without [`Self::product`].
    pub recent: Vec<ItemId>,
    /// What this customer bought.
    pub history: Vec<Purchase>,
    /// What must not be shown.
    pub exclude: Vec<ItemId>,
}

/// One past purchase; ordered by item, then by age.
#[derive(Clone, Copy, Debug)]
pub struct Purchase {
    /// What was bought.
    pub item: ItemId,
    /// How many days ago; anything but a number ≥ 0 counts as today.
    pub days_ago: f32,
}

impl Purchase {
    /// The bits of numbers ≥ 0 ascend as they do.
    fn key(&self) -> (ItemId, u32) {
        (self.item, self.days_ago.to_bits())
    }
}

impl PartialEq for Purchase {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Purchase {}

impl PartialOrd for Purchase {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Purchase {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// Most cart lines that vote: of more, those of lowest item number.
pub(super) const MAX_CART: usize = 64;
/// Most purchases that count, the newest ones (lists are oldest first).
const MAX_HISTORY: usize = 4096;

impl Context {
    /// Empties all lists and keeps their memory.
    pub fn clear(&mut self) {
        self.cart.clear();
        self.product = None;
        self.recent.clear();
        self.history.clear();
        self.exclude.clear();
    }

    /// Puts the lists into the order in which they are summed: cart lines by item, each once, at most 64; purchases by
    /// item and age, at most the last 4,096.
    pub fn normalise(&mut self) {
        sort(&mut self.cart);
        self.cart.dedup();
        if self.history.len() > MAX_HISTORY {
            self.history.drain(..self.history.len() - MAX_HISTORY);
        }
        for purchase in &mut self.history {
            let sane = purchase.days_ago.is_finite() && purchase.days_ago > 0.0;
            purchase.days_ago = if sane { purchase.days_ago } else { 0.0 };
        }
        sort(&mut self.history);
    }

    /// Takes the customer's last order for the cart, and bars all that the history holds: what is asked for is new to
    /// this customer. The lists must be normalised; does nothing without a history.
    pub fn take_last_order(&mut self) {
        let newest = self.history.iter().map(|purchase| purchase.days_ago).fold(f32::INFINITY, f32::min);
        let last = self.history.iter().filter(|purchase| purchase.days_ago == newest);
        self.cart.extend(last.map(|purchase| purchase.item));
        self.cart.dedup();
        self.exclude.extend(self.history.iter().map(|purchase| purchase.item));
    }

    /// The purchases of `item`, the newest first, where the lists are normalised.
    pub(super) fn purchases(&self, item: ItemId) -> &[Purchase] {
        let first = self.history.partition_point(|purchase| purchase.item < item);
        let rest = self.history.get(first..).unwrap_or_default();
        rest.get(..rest.partition_point(|purchase| purchase.item == item)).unwrap_or_default()
    }

    /// The cart lines that vote.
    pub fn voters(&self) -> &[ItemId] {
        self.cart.get(..MAX_CART).unwrap_or(&self.cart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_put_in_order() {
        let mut context = Context {
            cart: [9, 3, 9, 1].map(ItemId).to_vec(),
            history: vec![
                Purchase { item: ItemId(2), days_ago: f32::NAN },
                Purchase { item: ItemId(1), days_ago: 7.0 },
                Purchase { item: ItemId(1), days_ago: -3.0 },
            ],
            ..Context::default()
        };
        context.normalise();
        assert_eq!(context.cart, [1, 3, 9].map(ItemId));
        let ages: Vec<_> = context.history.iter().map(|p| (p.item.0, p.days_ago)).collect();
        assert_eq!(ages, [(1, 0.0), (1, 7.0), (2, 0.0)]);
    }

    #[test]
    fn the_last_order_is_what_was_bought_most_recently() {
        let bought = |item, days_ago| Purchase { item: ItemId(item), days_ago };
        let history = vec![bought(8, 40.0), bought(3, 9.0), bought(7, 9.0), bought(3, 9.0), bought(7, 80.0)];
        let mut context = Context { history, ..Context::default() };
        context.normalise();
        context.take_last_order();
        assert_eq!(context.cart, [3, 7].map(ItemId));
        assert_eq!(context.exclude, [3, 3, 7, 7, 8].map(ItemId));
        let ages: Vec<f32> = context.purchases(ItemId(7)).iter().map(|purchase| purchase.days_ago).collect();
        assert_eq!(ages, [9.0, 80.0]);
        assert!(context.purchases(ItemId(4)).is_empty() && context.purchases(ItemId(9)).is_empty());
    }

    #[test]
    fn of_many_lines_the_sixty_four_of_lowest_item_vote() {
        let mut context = Context { cart: (0..10_000).rev().map(ItemId).collect(), ..Context::default() };
        context.normalise();
        assert_eq!(context.voters().len(), 64);
        assert_eq!(context.voters().last(), Some(&ItemId(63)));
        assert_eq!(context.cart.len(), 10_000);
    }
}
