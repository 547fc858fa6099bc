//! Candidates waiting to be opened, the highest score first.

use super::evidence::Evidence;
use super::heap::Heap;
use super::scores::{MOST, Scores};
use crate::bundle::Model;
use crate::shop::ItemId;

/// Most items that popularity alone may bring.
pub const CHECKED: u32 = 4096;

/// What is voted for, and what popularity alone lifts, as one stream.
#[derive(Debug, Default)]
pub struct Queue {
    voted: Heap,
    /// The first item that popularity has not brought yet, and where it stops.
    popular: std::ops::Range<u32>,
    head: Option<(f32, ItemId)>,
}

impl Queue {
    /// Room for all that the rows of one question can name, out of `items` items.
    pub fn new(items: usize) -> Self {
        Self { voted: Heap::with_capacity(items.min(MOST)), ..Self::default() }
    }

    /// Lines up everything with a score above zero.
    pub fn line_up<D: AsRef<[u8]>>(&mut self, model: &Model<D>, evidence: &Evidence, scores: &Scores) {
        self.voted.clear();
        for item in scores.touched() {
            let score = scores.of(*item) + evidence.prior_of(model, *item);
            if score > 0.0 {
                self.voted.push(score, *item);
            }
        }
        self.voted.arrange();
        self.popular = 0..CHECKED.min(model.base().len() as u32);
        self.advance(model, evidence, scores);
    }

    /// The best that waits.
    #[inline]
    pub fn top(&self) -> Option<(f32, ItemId)> {
        match (self.voted.top(), self.head) {
            (Some(voted), Some(popular)) if is_before(popular, voted) => Some(popular),
            (Some(voted), _) => Some(voted),
            (None, popular) => popular,
        }
    }

    /// Takes away the best that waits, which is `item`.
    pub fn pop<D: AsRef<[u8]>>(&mut self, item: ItemId, model: &Model<D>, evidence: &Evidence, scores: &Scores) {
        if self.head.is_some_and(|(_, popular)| popular == item) {
            self.advance(model, evidence, scores);
        } else {
            self.voted.pop();
        }
    }

    /// Finds the next item that popularity alone lifts: the prior never rises along items.
    fn advance<D: AsRef<[u8]>>(&mut self, model: &Model<D>, evidence: &Evidence, scores: &Scores) {
        self.head = None;
        for item in self.popular.by_ref().map(ItemId) {
            let score = evidence.prior_of(model, item);
            if score <= 0.0 {
                self.popular = 0..0;
                return;
            }
            if !scores.has(item) {
                self.head = Some((score, item));
                return;
            }
        }
    }
}

fn is_before(one: (f32, ItemId), other: (f32, ItemId)) -> bool {
    one.0 > other.0 || (one.0 == other.0 && one.1 < other.1)
}
