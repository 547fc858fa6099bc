//! What the first ten of a list are like, whether or not they hit: how much of the shop they show, how surprising they
//! are, how alike, and what they earn.

use super::answering::Answer;
use super::calibrate::probability;
use super::metrics::{Mean, discount};
use super::tasks::Assortment;
use crate::bundle::Knot;
use serde::Serialize;

/// Figures of first tens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Lists {
    /// Share of the products that were sold (or viewed) before that stand on any list.
    pub coverage10: f64,
    /// Mean of −log2 of the popularity of what is shown, in bits: 0 if everybody buys it, 10 if one in a thousand does.
    pub novelty10: f64,
    /// Share of the pairs on a list that are of one class; `None` where no two products shown have classes.
    pub class_share10: Option<f64>,
}

impl Lists {
    /// Of one model's answers.
    pub fn of(answers: &[Answer], assortment: &Assortment) -> Self {
        let mut shown = vec![false; assortment.cold.len()];
        let (mut bits, mut listed, mut alike, mut pairs) = (0.0, 0u64, 0u64, 0u64);
        for answer in answers {
            for (at, (item, _)) in answer.list.iter().enumerate() {
                let item = *item as usize;
                shown[item] = true;
                bits += assortment.surprise[item];
                listed += 1;
                let Some(class) = assortment.class[item] else { continue };
                let above = answer.list[..at].iter().filter_map(|(other, _)| assortment.class[*other as usize]);
                above.for_each(|other| (alike, pairs) = (alike + u64::from(other == class), pairs + 1));
            }
        }
        let seen = shown.iter().zip(&assortment.cold).filter(|(shown, cold)| **shown && !**cold).count();
        Self {
            coverage10: seen as f64 / assortment.seen.max(1) as f64,
            novelty10: bits / listed.max(1) as f64,
            class_share10: (pairs > 0).then(|| alike as f64 / pairs as f64),
        }
    }
}

/// Money of first tens, in units of the catalog's currency. A product without price or cost earns nothing here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Margins {
    /// Share of what is shown whose margin is known.
    pub known: f64,
    /// Share of what is shown that loses money on every unit.
    pub negative: f64,
    /// Σ over the list of `1 / log2(place + 1)` · unit margin.
    pub shown10: Mean,
    /// Σ over the list of `1 / log2(place + 1)` · probability · unit margin, where scores have probabilities.
    pub expected10: Option<Mean>,
    /// Unit margin of what was shown and taken.
    pub realised10: Mean,
}

impl Margins {
    /// Of one model's answers; `None` where no product shown has both price and cost.
    pub fn of(answers: &[Answer], assortment: &Assortment, line: Option<&[Knot]>) -> Option<Self> {
        let margins =
            || answers.iter().flat_map(|answer| &answer.list).map(|(item, _)| assortment.margin[*item as usize]);
        let (listed, known) = (margins().count(), margins().flatten().count());
        let negative = margins().flatten().filter(|margin| *margin < 0.0).count();
        let sum = |answer: &Answer, weight: &dyn Fn(usize, f32) -> f64| -> f64 {
            let places = answer.list.iter().enumerate();
            places.map(|(at, (item, s))| weight(at, *s) * assortment.margin[*item as usize].unwrap_or(0.0)).sum()
        };
        let mean = |weight: &dyn Fn(&Answer, usize, f32) -> f64| {
            let sums: Vec<f64> = answers.iter().map(|answer| sum(answer, &|at, s| weight(answer, at, s))).collect();
            Mean::of(sums.into_iter())
        };
        (known > 0).then(|| Self {
            known: known as f64 / listed.max(1) as f64,
            negative: negative as f64 / listed.max(1) as f64,
            shown10: mean(&|_, at, _| discount(at as u32)),
            expected10: line.map(|knots| mean(&|_, at, score| discount(at as u32) * probability(knots, score))),
            realised10: mean(&|answer, at, _| f64::from(answer.found >> at & 1)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assortment() -> Assortment {
        Assortment {
            surprise: vec![1.0, 2.0, 3.0, 6.0],
            class: vec![Some(0), Some(0), Some(1), None],
            margin: vec![Some(2.0), None, Some(-1.0), Some(4.0)],
            cold: vec![false, false, false, true],
            seen: 3,
            sku: vec![String::new(); 4],
        }
    }

    fn answer(items: &[u32], found: u16) -> Answer {
        Answer { rank: 0, list: items.iter().map(|item| (*item, 0.5)).collect(), found, wanted: 1 }
    }

    #[test]
    fn lists_by_hand() {
        let lists = Lists::of(&[answer(&[0, 1, 2], 0), answer(&[0, 3], 0)], &assortment());
        assert_eq!(lists.coverage10, 1.0, "three of three; the cold one does not count");
        assert_eq!(lists.novelty10, (1.0 + 2.0 + 3.0 + 1.0 + 6.0) / 5.0);
        assert_eq!(lists.class_share10, Some(1.0 / 3.0), "0 and 1 of the pairs 01, 02, 12");
        assert_eq!(Lists::of(&[answer(&[3], 0)], &assortment()).class_share10, None);
    }

    #[test]
    fn margins_by_hand() {
        let knots = [(0.25, 0.1), (0.75, 0.3)].map(|(score, probability)| Knot { score, probability });
        let answers = [answer(&[0, 1, 2], 0b001), answer(&[3], 0)];
        let found = Margins::of(&answers, &assortment(), Some(&knots)).unwrap();
        assert_eq!((found.known, found.negative), (3.0 / 4.0, 1.0 / 4.0));
        // 2 at the first place, -1 at the third, which counts half; and 4 at the first.
        assert_eq!(found.shown10.mean, (2.0 - 0.5 + 4.0) / 2.0);
        assert!((found.expected10.unwrap().mean - 0.2 * (2.0 - 0.5 + 4.0) / 2.0).abs() < 1e-7);
        assert_eq!(found.realised10, Mean { mean: 1.0, error: (0.5f64).sqrt() });
        assert_eq!(Margins::of(&[answer(&[1], 1)], &assortment(), None), None);
        assert_eq!(Margins::of(&answers, &assortment(), None).unwrap().expected10, None);
    }
}
