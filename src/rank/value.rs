//! Steps 3 and 4 of the order of operations: what a score is worth, and what an item is worth beyond it.
//!
//! The value of an item is `p · (1 + δ · φ)` with `δ = ε / (1 − ε)` and φ from 0 to 1, so that no item can pass another
//! whose relevance is more than `1 / (1 − ε)` times its own: whatever objective and boosts say, at every place the chosen
//! item has at least `1 − ε` of the relevance that the best free one has.
//!
//! φ is what the item is worth to the shop (the class of its contribution or price, 0 to 1), plus what boosts add, plus a
//! half where it closes the gap to free shipping; at most 1.

use crate::bundle::{Calibration, Objective, Policy, Span, Strategy};
use crate::rules::Live;
use crate::shop::ItemId;

/// What closing the gap to free shipping adds to φ: half of what the worthiest class does.
const CLOSES_GAP: f32 = 0.5;

/// What scores and items are worth in one question.
#[derive(Clone, Copy, Debug)]
pub struct Worth<'a> {
    calibration: Option<&'a Calibration>,
    objective: Objective,
    delta: f32,
    /// Prices that close the gap to free shipping and do not go far beyond it.
    gap: Option<Span>,
}

impl<'a> Worth<'a> {
    /// Of a question at a placement with `policy`, whose cart is worth `subtotal`.
    pub fn of(policy: &Policy, live: &Live, calibration: Option<&'a Calibration>, subtotal: Option<i64>) -> Self {
        let epsilon = policy.max_relevance_loss;
        let gap = live.terms().free_shipping_at.zip(subtotal).map(|(at, subtotal)| at.saturating_sub(subtotal));
        let aims = policy.strategy == Strategy::CartAddons;
        Self {
            calibration,
            objective: policy.objective,
            delta: if epsilon > 0.0 { epsilon / (1.0 - epsilon) } else { 0.0 },
            gap: gap.filter(|gap| aims && *gap > 0).map(|gap| Span { min: gap, max: gap.saturating_mul(2) }),
        }
    }

    /// The probability that a score stands for; the score itself where the placement is not calibrated.
    #[inline]
    pub fn probability(&self, score: f32) -> f32 {
        self.calibration.map_or(score, |calibration| calibration.probability(score))
    }

    /// What a score stands for.
    #[inline]
    pub fn meaning(&self, score: f32) -> Meaning {
        let Some(calibration) = self.calibration else { return Meaning { probability: score, rising: score } };
        match calibration.knots.last() {
            Some(last) if score > last.score && last.score > 0.0 => {
                Meaning { probability: last.probability, rising: last.probability * (score / last.score) }
            }
            _ => {
                let probability = calibration.probability(score);
                Meaning { probability, rising: probability }
            }
        }
    }

    /// φ of `item`, of which rules say `boost`.
    #[inline]
    pub fn phi(&self, live: &Live, item: ItemId, boost: f32) -> f32 {
        if self.delta == 0.0 {
            return 0.0;
        }
        let closes = self.gap.is_some_and(|gap| live.price(item).is_some_and(|price| gap.holds(price)));
        let shipping = if closes { CLOSES_GAP } else { 0.0 };
        let phi = live.value(item, self.objective) + boost + shipping;
        if phi < 1.0 { phi } else { 1.0 } // `min` is a call in WebAssembly, for the sake of NaN
    }

    /// The value of an item of this relevance and φ.
    #[inline]
    pub fn value(&self, relevance: f32, phi: f32) -> f32 {
        relevance * (1.0 + self.delta * phi)
    }

    /// The most that a score of this meaning can be worth.
    #[inline]
    pub fn most(&self, meaning: Meaning) -> f32 {
        self.value(meaning.rising, 1.0)
    }
}

/// What a score stands for.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The probability; the score itself where the placement is not calibrated.
    pub probability: f32,
    /// The probability, rising on beyond the last knot in proportion to the score. A plateau there would let the smallest
    /// boost turn the head of a list upside down.
    rising: f32,
}

impl Meaning {
    /// What a list is ordered by: the probability, rising on beyond the last knot where nothing buries the item.
    ///
    /// What is buried does not rise on. Its score would be told from the last knot and its place decided far beyond, so that
    /// it could stand before an item of twice its probability.
    #[inline]
    pub fn relevance(self, bury: f32) -> f32 {
        if bury < 1.0 { self.probability * bury } else { self.rising }
    }
}

#[cfg(test)]
mod tests {
    use super::{Calibration, Live, Policy, Worth};
    use crate::bundle::{Knot, Strategy as Placed};
    use proptest::prelude::{prop, prop_assert, proptest};

    proptest! {
        /// A higher score is never worth less, on the line and beyond it.
        #[test]
        fn worth_never_falls(
            scores in prop::collection::btree_set(1u32..0x4500_0000, 2..=8),
            asked in prop::collection::vec(0u32..0x4a00_0000, 1..100),
        ) {
            let knots: Vec<Knot> = scores.iter().enumerate()
                .map(|(n, bits)| Knot { score: f32::from_bits(*bits), probability: (n + 1) as f32 / 9.0 }).collect();
            let line = Calibration { placement: "cart".into(), knots };
            let policy = Policy { max_relevance_loss: 0.3, ..Policy::neutral("cart", Placed::CartAddons) };
            let worth = Worth::of(&policy, &Live::default(), Some(&line), None);
            let mut all: Vec<u32> = asked.into_iter().chain(scores.iter().flat_map(|s| [s - 1, *s, s + 1])).collect();
            all.sort_unstable();
            let found: Vec<f32> = all.iter().map(|bits| worth.most(worth.meaning(f32::from_bits(*bits)))).collect();
            prop_assert!(found.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }
}
