//! Whether popularity does better when it leans to the season.

use super::choose::{Bench, Blends, blends};
use super::metrics::{Goal, Mean, Rank};
use super::orders::places;
use super::questions::Question;
use super::recipe::{renumber, renumbering};
use super::score::shipped_prior;
use crate::bundle::Blend;
use crate::train::prune::Rows;
use crate::train::season::Season;

/// What is tried: the last four weeks, the last quarter.
const SEASONS: [Season; 2] = [Season { days: 28.0, past: 28.0 }, Season { days: 91.0, past: 91.0 }];
/// Standard errors of the gain that a season must show; a prior that leans is one more thing that may go wrong.
const CLEAR: f64 = 2.0;

/// Questions and relations in the numbers of a prior, which never rises along items.
pub struct View {
    /// Carts with one item hidden.
    pub carts: Vec<Question>,
    /// Single products.
    pub singles: Vec<Question>,
    /// The cart relation as shipped.
    pub cart: Rows,
    /// The bought-together relation as shipped.
    pub together: Rows,
    /// Popularity as shipped.
    pub prior: Vec<f32>,
}

/// What was chosen.
pub struct Leaning {
    /// The season, where one is clearly better than none.
    pub season: Option<Season>,
    /// Blends that go with it.
    pub blends: Blends,
    /// By bench, the place of each target, of carts and of single products.
    pub places: Vec<[Vec<Rank>; 2]>,
}

impl View {
    /// The questions of `bench` as they are.
    pub fn new(bench: &Bench, cart: Rows, together: Rows) -> Self {
        let (carts, singles) = (bench.fold.carts.clone(), bench.fold.singles.clone());
        Self { carts, singles, cart, together, prior: bench.prior.clone() }
    }

    /// The same with the items of `bench` numbered by their popularity in `season`.
    fn leaning(&self, bench: &Bench, season: Season) -> Self {
        let shares = season.shares(&bench.fold.early);
        let numbers = renumbering(&shares);
        let mut prior = vec![0f32; shares.len()];
        numbers.iter().zip(shares).for_each(|(number, share)| prior[*number as usize] = share);
        let question = |question: &Question| {
            let mut known: Vec<u32> = question.known.iter().map(|item| numbers[*item as usize]).collect();
            known.sort_unstable();
            Question { known, target: numbers[question.target as usize] }
        };
        Self {
            carts: self.carts.iter().map(question).collect(),
            singles: self.singles.iter().map(question).collect(),
            cart: renumber(&self.cart, &numbers),
            together: renumber(&self.together, &numbers),
            prior: shipped_prior(&prior),
        }
    }

    /// Where `blends` put the targets of carts and of single products.
    fn places(&self, blends: &Blends) -> [Vec<Rank>; 2] {
        let place = |questions: &[Question], blend: &dyn Fn(&Question) -> Blend| {
            places(questions, &self.cart, &self.together, &self.prior, blend)
        };
        [place(&self.carts, &|q| blends.cart[q.size_class()]), place(&self.singles, &|_| blends.product)]
    }
}

/// The best blends of `views` and where they put the targets.
fn answered(views: &[View], season: Option<Season>) -> Leaning {
    let blends = blends(views);
    Leaning { season, places: views.iter().map(|view| view.places(&blends)).collect(), blends }
}

/// The best blends, under the season that is clearly better than none.
pub fn choose(benches: &[&Bench], cart: Vec<Rows>, together: Vec<Rows>) -> Leaning {
    let rows = cart.into_iter().zip(together);
    let views: Vec<View> = benches.iter().zip(rows).map(|(bench, (c, t))| View::new(bench, c, t)).collect();
    let plain = answered(&views, None);
    let early = &benches[0].fold.early;
    if (0..early.len()).all(|b| early.at(b).is_none()) {
        return plain;
    }
    let leaning = SEASONS.map(|season| {
        let leaning: Vec<View> = benches.iter().zip(&views).map(|(bench, view)| view.leaning(bench, season)).collect();
        answered(&leaning, Some(season))
    });
    let gain = |leaning: &Leaning| {
        let values = |one: &Leaning| {
            one.places.iter().flatten().flatten().map(|rank| f64::from(Goal::Basket.value(*rank))).collect()
        };
        let (new, old): (Vec<f64>, Vec<f64>) = (values(leaning), values(&plain));
        let gain = Mean::of(new.iter().zip(&old).map(|(new, old)| new - old));
        (gain.mean > CLEAR * gain.error).then_some(gain.mean)
    };
    let gains = leaning.each_ref().map(gain);
    let best = gains[1] > gains[0];
    let [weeks, quarter] = leaning;
    match (if best { quarter } else { weeks }, gains[usize::from(best)]) {
        (leaning, Some(_)) => leaning,
        _ => plain,
    }
}
