//! The blends, and whether popularity does better when it leans to the season.

use super::choose::{Bench, Blends, blends};
use super::metrics::{Goal, Mean};
use super::orders::places;
use super::questions::Question;
use super::score::Prior;
use crate::bundle::Blend;
use crate::train::prune::Rows;
use crate::train::season::Season;

/// What is tried: the last four weeks, the last quarter.
const SEASONS: [Season; 2] = [Season { days: 28.0, past: 28.0 }, Season { days: 91.0, past: 91.0 }];
/// Standard errors of the gain that a season must show; a prior that leans is one more thing that may go wrong.
const CLEAR: f64 = 2.0;

/// Questions of a bench and what answers them.
pub struct View<'a> {
    /// The questions.
    pub bench: &'a Bench,
    /// The cart relation as shipped.
    pub cart: &'a Rows,
    /// The bought-together relation as shipped.
    pub together: &'a Rows,
    /// Popularity as shipped.
    pub prior: Prior,
}

/// What was chosen.
pub struct Leaning {
    /// The season, where one is clearly better than none.
    pub season: Option<Season>,
    /// Blends that go with it.
    pub blends: Blends,
    /// Popularity of the first bench as it leans.
    pub prior: Prior,
    /// The value of each question.
    values: Vec<f64>,
}

impl View<'_> {
    fn values(&self, blends: &Blends) -> Vec<f64> {
        let value = |questions: &[Question], blend: &dyn Fn(&Question) -> Blend| -> Vec<f64> {
            let places = places(questions, self.cart, self.together, &self.prior, blend);
            places.into_iter().map(|place| f64::from(Goal::Basket.value(place))).collect()
        };
        let fold = &self.bench.fold;
        let mut all = value(&fold.carts, &|question| blends.cart[question.size_class()]);
        all.extend(value(&fold.singles, &|_| blends.product));
        all
    }
}

/// The best blends over all benches, with popularity as it leans to `season`.
fn answered(benches: &[&Bench], cart: &[Rows], together: &[Rows], season: Option<Season>) -> Leaning {
    let rows = cart.iter().zip(together);
    let mut views: Vec<View<'_>> = Vec::new();
    for (bench, (cart, together)) in benches.iter().zip(rows) {
        let leant = season.map(|season| Prior::shipped(&season.shares(&bench.fold.early)));
        views.push(View { bench, cart, together, prior: leant.unwrap_or_else(|| bench.prior.clone()) });
    }
    let blends = blends(&views);
    let values = views.iter().flat_map(|view| view.values(&blends)).collect();
    Leaning { season, blends, prior: views.swap_remove(0).prior, values }
}

/// The best blends over all benches, under the season that is clearly better than none.
pub fn choose(benches: &[&Bench], cart: &[Rows], together: &[Rows]) -> Leaning {
    let mut best = answered(benches, cart, together, None);
    let early = &benches[0].fold.early;
    if (0..early.len()).all(|b| early.at(b).is_none()) {
        return best;
    }
    let plain = best.values.clone();
    let mut most = 0.0;
    for season in SEASONS {
        let leaning = answered(benches, cart, together, Some(season));
        let gain = Mean::of(leaning.values.iter().zip(&plain).map(|(new, old)| new - old));
        if gain.mean > CLEAR * gain.error && gain.mean > most {
            (best, most) = (leaning, gain.mean);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::questions::Fold;
    use crate::shop::Timestamp;
    use crate::train::Baskets;
    use crate::train::pairs::Support;

    /// Six orders of two a day; what sells is drawn from twenty products for two months, then from others (or from all).
    fn chosen(seasonal: bool) -> Leaning {
        let mut baskets = Baskets::new(60);
        for day in 0..360i64 {
            for n in 0..6i64 {
                let draw = |salt: i64, most: i64| (day * 31 + n * 17 + salt * 7 + day * n) % most;
                let month = if seasonal { (day / 60 % 3) * 20 } else { 0 };
                let most = if seasonal { 20 } else { 60 };
                let mut items = [month + draw(1, most), month + draw(5, most)].map(|item| item as u32);
                items.sort_unstable();
                if items[0] != items[1] {
                    baskets.push(&items, None, Some(Timestamp(day * 86_400)));
                }
            }
        }
        let cut = baskets.len() * 14 / 15;
        let bench = Bench::new(Fold::new(&baskets, cut, baskets.len(), 7), Support::NONE, &[None; 60]);
        let none = [vec![Vec::new(); 60]];
        choose(&[&bench], &none, &none)
    }

    #[test]
    fn popularity_leans_where_seasons_pass() {
        assert!(chosen(true).season.is_some());
        assert!(chosen(false).season.is_none());
    }
}
