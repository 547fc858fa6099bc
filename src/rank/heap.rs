//! Scored items, the best first, as far as anybody asks.

use crate::shop::ItemId;

/// A heap of scored items: the best on top, ties by item. Sorting what nobody looks at would cost more than ranking does.
#[derive(Debug, Default)]
pub(super) struct Heap {
    /// The score's bits, which ascend as numbers ≥ 0 do, before the item's bits turned over: one comparison tells both.
    keys: Vec<u64>,
}

#[inline]
fn key(score: f32, item: ItemId) -> u64 {
    u64::from(score.to_bits()) << 32 | u64::from(!item.0)
}

#[inline]
fn scored(key: u64) -> (f32, ItemId) {
    (f32::from_bits((key >> 32) as u32), ItemId(!(key as u32)))
}

impl Heap {
    /// Room for `items` items.
    pub fn with_capacity(items: usize) -> Self {
        Self { keys: Vec::with_capacity(items) }
    }

    /// Empties the heap.
    pub fn clear(&mut self) {
        self.keys.clear();
    }

    /// Adds an item of a score ≥ 0; the heap is in no order until [`arrange`](Self::arrange).
    #[inline]
    pub fn push(&mut self, score: f32, item: ItemId) {
        self.keys.push(key(score, item));
    }

    /// Puts the items in order.
    pub fn arrange(&mut self) {
        (0..self.keys.len() / 2).rev().for_each(|at| self.sink(at));
    }

    /// The best item.
    #[inline]
    pub fn top(&self) -> Option<(f32, ItemId)> {
        self.keys.first().copied().map(scored)
    }

    /// Takes the best item.
    pub fn pop(&mut self) -> Option<(f32, ItemId)> {
        let last = self.keys.pop()?;
        let Some(first) = self.keys.first_mut() else { return Some(scored(last)) };
        let top = std::mem::replace(first, last);
        self.sink(0);
        Some(scored(top))
    }

    fn sink(&mut self, mut at: usize) {
        let Some(moving) = self.keys.get(at).copied() else { return };
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            let Some(one) = self.keys.get(left).copied() else { break };
            let (child, best) = match self.keys.get(right).copied() {
                Some(other) if other > one => (right, other),
                _ => (left, one),
            };
            if best <= moving {
                break;
            }
            if let Some(place) = self.keys.get_mut(at) {
                *place = best;
            }
            at = child;
        }
        if let Some(place) = self.keys.get_mut(at) {
            *place = moving;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn items_come_best_first(scores in prop::collection::vec(0u8..9, 0..60)) {
            let mut heap = Heap::default();
            scores.iter().enumerate().for_each(|(n, s)| heap.push(f32::from(*s), ItemId(n as u32)));
            heap.arrange();
            let mut sorted: Vec<(u8, usize)> = scores.iter().copied().zip(0..).collect();
            sorted.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            for (score, item) in sorted {
                prop_assert_eq!(heap.pop(), Some((f32::from(score), ItemId(item as u32))));
            }
            prop_assert_eq!(heap.pop(), None);
        }
    }
}
