//! How good a list is, from the place at which it names what was hidden.

use serde::Serialize;

/// The place of the hidden item, 0 for the first; anything from the list's length on is a miss.
pub type Rank = u32;

/// What a choice between models goes by: HR@10 + NDCG@10, or HR@20 + MRR@20 for visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Lists of ten for carts and product pages.
    Basket,
    /// Lists of twenty for visits.
    Visit,
}

impl Goal {
    /// Length of the lists.
    pub fn cut(self) -> u32 {
        match self {
            Self::Basket => 10,
            Self::Visit => 20,
        }
    }

    /// 0 for a miss, 1 to 2 for a hit: the nearer to the top, the better.
    pub fn value(self, rank: Rank) -> f32 {
        match self {
            _ if rank >= self.cut() => 0.0,
            Self::Basket => (1.0 + discount(rank)) as f32,
            Self::Visit => (1.0 + 1.0 / (f64::from(rank) + 1.0)) as f32,
        }
    }
}

/// NDCG's discount of a place: `1 / log2(rank + 2)`.
pub fn discount(rank: Rank) -> f64 {
    1.0 / libm::log2(f64::from(rank) + 2.0)
}

/// A mean and its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// One standard error of it.
    pub error: f64,
}

impl Mean {
    /// Of independent values; 0 ± 0 for none.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let n = values.clone().count().max(1) as f64;
        let mean = values.clone().sum::<f64>() / n;
        let spread = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
        Self { mean, error: (spread / n).sqrt() }
    }
}

/// The usual figures of a set of questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Share of questions with the hidden item among the first four.
    pub hr4: Mean,
    /// … among the first ten.
    pub hr10: Mean,
    /// Mean of `1 / log2(place + 1)` among the first ten, places from 1.
    pub ndcg10: Mean,
    /// Mean of `1 / place` among the first ten.
    pub mrr10: Mean,
    /// Share of questions with the hidden item among the first twenty.
    pub hr20: Mean,
    /// Mean of `1 / place` among the first twenty.
    pub mrr20: Mean,
}

impl Figures {
    /// Of the places at which questions were answered.
    pub fn of(ranks: &[Rank]) -> Self {
        let mean = |cut: u32, gain: fn(Rank) -> f64| {
            Mean::of(ranks.iter().map(move |rank| if *rank < cut { gain(*rank) } else { 0.0 }))
        };
        let reciprocal = |rank: Rank| 1.0 / (f64::from(rank) + 1.0);
        Self {
            hr4: mean(4, |_| 1.0),
            hr10: mean(10, |_| 1.0),
            ndcg10: mean(10, discount),
            mrr10: mean(10, reciprocal),
            hr20: mean(20, |_| 1.0),
            mrr20: mean(20, reciprocal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_counts_one_and_the_third_half() {
        let figures = Figures::of(&[0, 2, 10, 99]);
        assert_eq!(figures.hr10.mean, 0.5);
        assert_eq!(figures.ndcg10.mean, (1.0 + 0.5) / 4.0);
        assert_eq!(figures.mrr10.mean, (1.0 + 1.0 / 3.0) / 4.0);
        assert_eq!(figures.hr20.mean, 0.75);
        assert_eq!(figures.hr10.error, 0.25);
    }

    #[test]
    fn a_goal_ends_at_its_list() {
        assert_eq!((Goal::Basket.value(0), Goal::Basket.value(10)), (2.0, 0.0));
        assert_eq!((Goal::Visit.value(1), Goal::Visit.value(20)), (1.5, 0.0));
    }

    #[test]
    fn nothing_asked_is_nothing_hit() {
        assert_eq!(Figures::of(&[]), Figures::default());
    }
}
