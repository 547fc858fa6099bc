//! The two relations of orders: chosen on late orders, judged, fitted to everything.

use super::answering::Answering;
use super::calibrate::Lines;
use super::choose::{self, Bench, Blends, SupportCost, Tried};
use super::costs::small;
use super::found::Found;
use super::judge::{ENOUGH, Trial};
use super::metrics::{Goal, Rank};
use super::models::{Model, baseline_blend};
use super::options::{Options, Stage};
use super::questions::{Fold, Question};
use super::score::ranks;
use crate::bundle::{Blend, RelationKind, Strategy, Verdict};
use crate::train::Baskets;
use crate::train::baselines::Baseline;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{BITS, Rows, as_shipped, prune, row_budget};

/// Tenths of the orders that choose the product page's relation.
const FOLDS: usize = 3;
/// Order lines beyond which one tenth has to do.
const ONE_FOLD: usize = 2_000_000;

/// A relation's model and what was found out about it.
struct Choice {
    model: Model,
    trial: Trial,
    tried: Vec<Tried>,
}

/// Edges kept an item.
#[derive(Clone, Copy)]
struct Budgets {
    cart: usize,
    together: usize,
}

/// What [`orders`] found beside the relations.
pub struct Beside {
    /// The blends that belong to them.
    pub blends: Blends,
    /// What the rule of support costs, where there were questions and a rule.
    pub support: Option<SupportCost>,
    /// From score to probability.
    pub lines: Lines,
}

/// What validation decided.
struct Decided {
    cart: Choice,
    together: Choice,
    blends: Option<Blends>,
    support: Option<SupportCost>,
    lines: Lines,
}

/// Both relations, pushed to `found`, and what belongs to them.
pub fn orders(baskets: &Baskets, options: &Options, progress: &dyn Fn(Stage), found: &mut Vec<Found>) -> Beside {
    let active = baskets.popularity().iter().filter(|count| **count > 0).count();
    let budgets = Budgets {
        cart: row_budget(options.rows.cart, active, false),
        together: row_budget(options.rows.together, active, false),
    };
    let Decided { mut cart, mut together, blends, support, lines } = decide(baskets, options, budgets, progress);
    progress(Stage::Refit);
    let pairs = Pairs::count(baskets, options.support());
    let fit = |choice: &mut Choice, budget: usize| {
        let mut rows = choice.model.fit(baskets, &pairs);
        let unpruned = options.keep_unpruned.then(|| rows.clone());
        prune(&mut rows, budget);
        if rows.iter().all(Vec::is_empty) {
            choice.trial.without_edges();
        }
        (rows, unpruned)
    };
    let (cart_rows, cart_all) = fit(&mut cart, budgets.cart);
    let (together_rows, together_all) = fit(&mut together, budgets.together);
    let blends = blends.unwrap_or_else(|| {
        let all = Fold::new(baskets, 0, baskets.len(), options.seed);
        let top = pairs.share.first().copied().unwrap_or(1.0);
        choose::default_blends(&all.carts, &all.singles, &cart_rows, &together_rows, top)
    });
    let shipped = |choice: &Choice| choice.trial.verdict != Verdict::NoSignal;
    let keep = (shipped(&cart), shipped(&together));
    let cart = cart.found(RelationKind::Cart, cart_rows, budgets.cart);
    let together = together.found(RelationKind::BoughtTogether, together_rows, budgets.together);
    found.push(Found { unpruned: cart_all, ..cart });
    found.push(Found { unpruned: together_all, ..together });
    let blends = Blends { cart: blends.cart.map(|blend| without(blend, keep)), product: without(blends.product, keep) };
    Beside { blends, support, lines }
}

/// A blend that does not ask relations which are not there.
fn without(blend: Blend, (cart, together): (bool, bool)) -> Blend {
    let blend = Blend {
        cart: if cart { blend.cart } else { 0.0 },
        together: if together { blend.together } else { 0.0 },
        prior: blend.prior,
    };
    // Popularity alone needs a factor above zero to be an order at all.
    if blend.cart + blend.together > 0.0 { blend } else { Blend { prior: 1.0, ..blend } }
}

impl Choice {
    fn found(self, kind: RelationKind, rows: Rows, row: usize) -> Found {
        Found::new(kind, self.model.describe(), self.trial, rows, row, self.tried)
    }

    fn default(model: Model, questions: usize) -> Self {
        Self { model, trial: Trial::unproven(questions), tried: Vec::new() }
    }
}

fn decide(baskets: &Baskets, options: &Options, budgets: Budgets, progress: &dyn Fn(Stage)) -> Decided {
    progress(Stage::Pairs);
    let tenth = |k: usize| baskets.len() * (10 - k) / 10;
    let bench = |k: usize| Bench::new(Fold::new(baskets, tenth(k), tenth(k - 1), options.seed), options.support());
    let main = bench(1);
    let asked = main.fold.carts.len();
    if asked < ENOUGH {
        return Decided {
            cart: Choice::default(Model::DEFAULT_CART, asked),
            together: Choice::default(Model::DEFAULT_TOGETHER, asked),
            blends: None,
            support: None,
            lines: Lines::default(),
        };
    }
    progress(Stage::Together);
    let folds = if baskets.items.len() > ONE_FOLD { 1 } else { FOLDS };
    let others: Vec<Bench> = (2..=folds).map(bench).collect();
    let benches: Vec<&Bench> = std::iter::once(&main).chain(&others).collect();
    let (model, tried) = choose::together(&benches, budgets.together);
    drop(others);
    progress(Stage::Cart);
    let support = (options.support() != Support::NONE).then(|| choose::support_cost(&main, budgets.cart));
    Decided { support, ..judge(&main, budgets, (model, tried), options.seed) }
}

/// Chooses the cart relation and the blends, and judges what would ship.
fn judge(bench: &Bench, budgets: Budgets, together: (Model, Vec<Tried>), seed: u64) -> Decided {
    let (model, rows, tried) = choose::cart(bench, budgets.cart);
    let page = as_shipped(together.0.fit(&bench.fold.early, &bench.pairs), budgets.together, BITS);
    let blends = choose::blends(bench, &rows, &page);
    let carts = places(&bench.fold.carts, &rows, &page, &bench.prior, |q| blends.cart[q.size_class()]);
    let singles = places(&bench.fold.singles, &rows, &page, &bench.prior, |_| blends.product);
    let (rows_small, page_small) = (small(&rows, RelationKind::Cart), small(&page, RelationKind::BoughtTogether));
    let small = |questions: &[Question], blend: &dyn Fn(&Question) -> Blend| {
        places(questions, &rows_small, &page_small, &bench.prior, blend)
    };
    let carts_small = small(&bench.fold.carts, &|q| blends.cart[q.size_class()]);
    let singles_small = small(&bench.fold.singles, &|_| blends.product);
    let trial = |mine: &[Rank], questions: &[Question], small: &[Rank]| {
        Trial::of(mine, &simple(bench, questions), Goal::Basket, seed).with_small(mine, small, Goal::Basket)
    };
    let (carts, singles) =
        (trial(&carts, &bench.fold.carts, &carts_small), trial(&singles, &bench.fold.singles, &singles_small));
    let cart = Choice { model, trial: carts, tried };
    let together = Choice { model: together.0, trial: singles, tried: together.1 };
    let lines = lines(bench, &blends, [(&cart, &rows), (&together, &page)]);
    Decided { cart, together, blends: Some(blends), support: None, lines }
}

/// From score to probability, by what ships; none where neither relation does.
fn lines(bench: &Bench, blends: &Blends, [cart, together]: [(&Choice, &Rows); 2]) -> Lines {
    let keep = [cart, together].map(|(choice, _)| choice.trial.verdict != Verdict::NoSignal);
    let keep = (keep[0], keep[1]);
    let answers = |questions: &[Question], blend: &(dyn Fn(&Question) -> Blend + Sync)| {
        Answering { cart: cart.1, together: together.1, prior: &bench.prior, blend, fading: None }.answer(questions)
    };
    let mut lines = Lines::default();
    if keep != (false, false) {
        let of_carts = answers(&bench.fold.carts, &|q| without(blends.cart[q.size_class()], keep));
        lines.learn(Strategy::CartAddons, &of_carts);
        lines.learn(Strategy::BoughtTogether, &answers(&bench.fold.singles, &|_| without(blends.product, keep)));
    }
    lines
}

/// The place of each target, each question under a blend of its own.
pub fn places(
    questions: &[Question],
    cart: &Rows,
    together: &Rows,
    prior: &[f32],
    blend: impl Fn(&Question) -> Blend,
) -> Vec<Rank> {
    let mut out = vec![0; questions.len()];
    let mut blends: Vec<Blend> = Vec::new();
    let at: Vec<usize> = questions
        .iter()
        .map(|question| {
            let own = blend(question);
            blends.iter().position(|known| *known == own).unwrap_or_else(|| {
                blends.push(own);
                blends.len() - 1
            })
        })
        .collect();
    let all = ranks(questions, cart, together, prior, &blends);
    out.iter_mut().zip(all.iter().zip(at)).for_each(|(out, (line, at))| *out = line[at]);
    out
}

/// The places that simple methods give, popularity first, all their weights kept.
fn simple(bench: &Bench, questions: &[Question]) -> Vec<(&'static str, Vec<Rank>)> {
    let none = vec![Vec::new(); bench.prior.len()];
    let place = |baseline: Baseline| {
        let rows = baseline.fit(&bench.pairs);
        (baseline.name(), places(questions, &rows, &none, &bench.prior, |_| baseline_blend(baseline)))
    };
    Baseline::ALL.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blend_without_relations_is_popularity() {
        let blend = Blend { cart: 1.0, together: 0.5, prior: 0.0 };
        assert_eq!(without(blend, (true, true)), blend);
        assert_eq!(without(blend, (false, true)), Blend { cart: 0.0, ..blend });
        assert_eq!(without(blend, (false, false)), Blend { cart: 0.0, together: 0.0, prior: 1.0 });
    }
}
