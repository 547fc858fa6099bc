//! A bundle from sums alone: what a warehouse counted, or orders whose settings are not to be chosen.
//!
//! Nothing here looks at an order, so that the same sums make the same model wherever they were made.

use super::alike::{self, Orders};
use super::choose::{self, Bench};
use super::found::Found;
use super::judge::ENOUGH;
use super::options::{Options, Stage, Watch};
use super::orders::{self, Beside, Decided, Sizes};
use super::questions::{Fold, Question, by_popularity};
use super::recipe::Source;
use super::report::TrainReport;
use super::ruled;
use super::score::Prior;
use super::tune::{self, Trained};
use crate::bundle::{Draft, DraftClass, Tuning};
use crate::train::assemble::{self, Classes};
use crate::train::counted::{Counted, Early};
use crate::train::pairs::Pairs;
use crate::train::{Baskets, History, TrainError, repeat};

/// Questions that stand for the carts of a shop where only the units of its relations are wanted.
const STAND_INS: usize = 1_024;
/// Orders that a class must appear in before its variety is judged.
const ENOUGH_ORDERS: u64 = 20;

/// Trains a bundle on sums of orders, and on the visits of `history`.
///
/// With an early part of at least a hundred questions the settings are those that win on it; without one the default
/// settings ship, on trust. Orders that `history` holds serve for the varied classes alone; without any these are
/// estimated from the pairs, which is exact where no order holds three products of a class. Uses all threads of the
/// current rayon pool; their number changes nothing in the result.
///
/// # Errors
///
/// As [`train`](super::train).
pub fn train_counted(
    history: &History,
    counted: Counted,
    options: &Options,
    progress: &Watch<'_>,
) -> Result<Trained, TrainError> {
    ruled::check(options)?;
    let mut found = Vec::new();
    let Counted { pairs, early } = counted;
    let mut beside = relations(history, &pairs, early, options, progress, &mut found);
    let visit_model = alike::similar(history, &pairs.count, options, progress, &mut found, &mut beside.lines);
    if !options.allow_weak {
        found.iter().try_for_each(Found::strong_enough)?;
    }
    let report = TrainReport {
        counts: history.counts,
        relations: found.iter().map(|relation| relation.report.clone()).collect(),
        support: None,
        season: None,
        curated: None,
        repeat_half_life_days: repeat::DEFAULT_HALF_LIFE as f32,
        repeat_questions: 0,
    };
    let tuning = Tuning {
        cart: beside.blends.cart,
        product: beside.blends.product,
        view_decay: visit_model.fading(),
        repeat: repeat::repeat(repeat::DEFAULT_HALF_LIFE, repeat::DEFAULT_PRIOR / f64::from(top(&pairs))),
    };
    let mut draft = Draft {
        calibration: beside.lines.of_placements(&options.policies),
        ..tune::draft(history, options, tuning, found)
    };
    draft.classes = varied_classes(history, &pairs);
    let numbers = by_popularity(&pairs.share);
    let draft = ruled::ruled(tune::lean(draft, &pairs.share, &numbers), history, options)?;
    Ok(Trained { draft, report, unpruned: Vec::new(), numbers })
}

/// Both relations of orders.
fn relations(
    history: &History,
    pairs: &Pairs,
    early: Option<Early>,
    options: &Options,
    progress: &Watch<'_>,
    found: &mut Vec<Found>,
) -> Beside {
    let sold = |pairs: &Pairs| pairs.count.iter().filter(|count| **count > 0).count();
    let class = Classes::of(&history.products).of;
    let sizes = Sizes::of(sold(pairs), options);
    let decided = match early {
        None => Decided::untried(0),
        Some(early) => decide(early, &class, sizes, options, progress),
    };
    progress(Stage::Refit.at(0, 1));
    let baskets = Baskets::new(pairs.n_items());
    let source = Source { baskets: &baskets, pairs, class: &class };
    let beside = orders::refit(decided, source, options, sizes, || stand_ins(pairs), found);
    let varied = varied_classes(history, pairs);
    alike::complete(history, options, &Orders { pairs, varied }, found);
    beside
}

/// What wins on the late orders, learned from the early ones.
fn decide(early: Early, class: &[Option<u32>], sizes: Sizes, options: &Options, progress: &Watch<'_>) -> Decided {
    // Cut at 0: all of these orders are late, and they have their numbers.
    let fold = Fold::new(&early.late, 0, early.late.len(), options.seed);
    if fold.orders < ENOUGH {
        return Decided::untried(fold.orders);
    }
    let mut own = vec![None; class.len()];
    class.iter().zip(&early.numbers).for_each(|(class, number)| own[*number as usize] = *class);
    let bench = Bench { fold, prior: Prior::shipped(&early.pairs.share), pairs: early.pairs, class: own };
    progress(Stage::Together.at(0, 1));
    let together = choose::together(&[&bench], sizes.together, progress);
    orders::judge(&[&bench], sizes, together, options, progress)
}

/// Carts of one product, drawn by its share of all order lines.
fn stand_ins(pairs: &Pairs) -> Fold {
    let all: u64 = pairs.count.iter().map(|count| u64::from(*count)).sum();
    let (mut item, mut passed) = (0, u64::from(pairs.count.first().copied().unwrap_or(0)));
    let mut asked = Vec::with_capacity(STAND_INS);
    for n in 0..STAND_INS as u64 {
        let wanted = u128::from(all) * u128::from(2 * n + 1) / (2 * STAND_INS as u128);
        while u128::from(passed) <= wanted && item + 1 < pairs.n_items() {
            item += 1;
            passed += u64::from(pairs.count[item]);
        }
        asked.push(Question { known: vec![item as u32], target: item as u32 });
    }
    let numbers = (0..pairs.n_items() as u32).collect();
    Fold { early: Baskets::new(pairs.n_items()), orders: asked.len(), carts: asked.clone(), singles: asked, numbers }
}

fn top(pairs: &Pairs) -> f32 {
    pairs.share.iter().copied().fold(0.0, f32::max).max(1e-9)
}

/// Which classes shoppers buy several of: by the orders where they are at hand, else as far as pairs can tell.
fn varied_classes(history: &History, pairs: &Pairs) -> Vec<DraftClass> {
    let classes = Classes::of(&history.products);
    if history.baskets.is_empty() { varied(pairs, &classes) } else { assemble::varied(history, &classes) }
}

/// Which classes shoppers buy several of, as far as pairs can tell: an order with two products of a class has one pair
/// there, so orders with one or more are lines less pairs.
fn varied(pairs: &Pairs, classes: &Classes) -> Vec<DraftClass> {
    let (mut lines, mut several) = (vec![0u64; classes.len], vec![0u64; classes.len]);
    for (item, class) in classes.of.iter().enumerate() {
        let Some(class) = class else { continue };
        lines[*class as usize] += u64::from(pairs.count[item]);
        let same = |to: u32| to as usize > item && classes.of[to as usize] == Some(*class);
        let own = pairs.of(item).iter().filter(|pair| same(pair.to)).map(|pair| u64::from(pair.orders));
        several[*class as usize] += own.sum::<u64>();
    }
    let judged = lines.iter().zip(several).map(|(lines, two)| {
        let orders = lines.saturating_sub(two).max(1);
        DraftClass { varied: orders >= ENOUGH_ORDERS && two * 4 >= orders, sensitive: false }
    });
    judged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::pairs::Support;

    fn pairs(orders: &[&[u32]]) -> Pairs {
        let mut baskets = Baskets::new(3);
        orders.iter().for_each(|order| baskets.push(order, None, None));
        Pairs::count(&baskets, Support::NONE)
    }

    #[test]
    fn stand_ins_are_drawn_by_popularity() {
        let fold = stand_ins(&pairs(&[&[0], &[0], &[0, 1]]));
        let of = |item: u32| fold.carts.iter().filter(|question| question.known == [item]).count();
        assert_eq!((of(0), of(1), of(2)), (768, 256, 0));
    }

    #[test]
    fn a_class_is_varied_from_a_quarter_of_twenty_orders_as_pairs_tell() {
        let classes = Classes { of: vec![Some(0), Some(0), None], len: 1 };
        let judged = |two: usize, one: usize| {
            let orders: Vec<&[u32]> =
                std::iter::repeat_n(&[0u32, 1][..], two).chain(std::iter::repeat_n(&[0u32, 2][..], one)).collect();
            varied(&pairs(&orders), &classes)[0].varied
        };
        assert!(judged(5, 15));
        assert!(!judged(4, 16));
        assert!(!judged(10, 5), "fifteen orders are too few");
    }
}
