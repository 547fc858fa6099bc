//! Which ids were met lately.

use rustc_hash::FxHashSet;
use std::collections::VecDeque;

/// How many ids are remembered: some hundred megabytes would be more than a duplicate is worth.
pub(super) const REMEMBERED: usize = 1 << 21;

/// The last [`REMEMBERED`] ids, each as 128 bits of a hash. Memory of about 100 MB at most.
pub(super) struct Recent {
    known: FxHashSet<u128>,
    order: VecDeque<u128>,
    most: usize,
}

impl Recent {
    pub fn new() -> Self {
        Self::of(REMEMBERED)
    }

    fn of(most: usize) -> Self {
        Self { known: FxHashSet::default(), order: VecDeque::new(), most }
    }

    /// Whether an id is new, as far as is remembered; from then on it is not.
    pub fn is_new(&mut self, id: &str) -> bool {
        let hash = blake3::hash(id.as_bytes());
        let hash = hash.as_bytes().iter().take(16).fold(0, |bits, byte| (bits << 8) | u128::from(*byte));
        if !self.known.insert(hash) {
            return false;
        }
        if self.order.len() == self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(hash);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_ago_is_forgotten_and_nothing_else() {
        let mut recent = Recent::of(3);
        let new = ["a", "b", "a", "c", "b", "d", "b", "a"].map(|id| recent.is_new(id));
        assert_eq!(new, [true, true, false, true, false, true, false, true]);
        assert_eq!((recent.known.len(), recent.order.len()), (3, 3));
    }
}
