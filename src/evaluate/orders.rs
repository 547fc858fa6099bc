//! The two relations of orders: chosen on late orders, judged, fitted to everything.

use super::alike::{self, Orders};
use super::answering::Answering;
use super::calibrate::Lines;
use super::choose::{self, Bench, Blends, SupportCost, Tried};
use super::found::Found;
use super::judge::{ENOUGH, Trial};
use super::metrics::{Goal, Rank};
use super::models::{Model, baseline_blend};
use super::options::{Options, Stage, Watch};
use super::questions::{Fold, Question};
use super::recipe::{Recipe, Source};
use super::refine::Refiner;
use super::score::{Prior, ranks};
use super::season;
use crate::bundle::{Blend, RelationKind, Strategy, Verdict};
use crate::train::assemble::{self, Classes};
use crate::train::baselines::Baseline;
use crate::train::pairs::{Pairs, Support};
use crate::train::prune::{Rows, Size, prune};
use crate::train::season::Season;
use crate::train::{Baskets, History};

/// Tenths of the orders that choose the product page's relation.
const FOLDS: usize = 3;
/// Order lines beyond which one tenth has to do.
const ONE_FOLD: usize = 600_000;
/// Order lines up to which all choices are made on several tenths.
const FEW: usize = 200_000;

/// A relation's recipe and what was found out about it.
pub(super) struct Choice {
    recipe: Recipe,
    trial: Trial,
    tried: Vec<Tried>,
}

/// How much of each relation ships.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub(super) cart: Size,
    pub(super) together: Size,
}

impl Sizes {
    /// For a catalog of which `active` products are sold.
    pub(super) fn of(active: usize, options: &Options) -> Self {
        Self {
            cart: Size::of(options.rows.cart, active, false),
            together: Size::of(options.rows.together, active, false),
        }
    }
}

/// What [`orders`] found beside the relations.
pub struct Beside {
    /// The blends that belong to them.
    pub blends: Blends,
    /// What the rule of support costs, where there were questions and a rule.
    pub support: Option<SupportCost>,
    /// How popularity leans, where leaning helps.
    pub season: Option<Season>,
    /// From score to probability.
    pub lines: Lines,
}

/// What validation decided.
pub(super) struct Decided {
    cart: Choice,
    together: Choice,
    blends: Option<Blends>,
    support: Option<SupportCost>,
    season: Option<Season>,
    lines: Lines,
}

/// Both relations, pushed to `found`, and what belongs to them.
pub fn orders(history: &History, options: &Options, progress: &Watch<'_>, found: &mut Vec<Found>) -> Beside {
    let baskets = &history.baskets;
    let classes = Classes::of(&history.products);
    let class = &classes.of;
    let active = baskets.popularity().iter().filter(|count| **count > 0).count();
    let sizes = Sizes::of(active, options);
    let decided = decide(baskets, class, options, sizes, progress);
    progress(Stage::Refit.at(0, 1));
    let all = || Fold::new(baskets, 0, baskets.len(), options.seed);
    let pairs = Pairs::count(baskets, options.support());
    let beside = refit(decided, Source { baskets, pairs: &pairs, class }, options, sizes, all, found);
    let varied = assemble::varied(history, &classes);
    alike::complete(history, options, &Orders { pairs: &pairs, varied }, found);
    beside
}

/// Fits the winners to everything; `questions` are asked for where the blends are not yet decided.
pub(super) fn refit(
    decided: Decided,
    source: Source<'_>,
    options: &Options,
    sizes: Sizes,
    questions: impl Fn() -> Fold,
    found: &mut Vec<Found>,
) -> Beside {
    let Decided { mut cart, mut together, blends, support, season, lines } = decided;
    let fit = |choice: &mut Choice, size: Size| {
        let mut rows = choice.recipe.fit(source, options.support());
        let unpruned = options.keep_unpruned.then(|| rows.clone());
        prune(&mut rows, size.row);
        if rows.iter().all(Vec::is_empty) {
            choice.trial.without_edges();
        }
        (rows, unpruned)
    };
    let (cart_rows, cart_all) = fit(&mut cart, sizes.cart);
    let (together_rows, together_all) = fit(&mut together, sizes.together);
    let blends = blends.unwrap_or_else(|| {
        let all = questions();
        let top = source.pairs.share.first().copied().unwrap_or(1.0);
        choose::default_blends(&all.carts, &all.singles, &cart_rows, &together_rows, top)
    });
    let shipped = |choice: &Choice| choice.trial.verdict != Verdict::NoSignal;
    let keep = (shipped(&cart), shipped(&together));
    let cart = cart.found(RelationKind::Cart, cart_rows, sizes.cart);
    let together = together.found(RelationKind::BoughtTogether, together_rows, sizes.together);
    found.push(Found { unpruned: cart_all, ..cart });
    found.push(Found { unpruned: together_all, ..together });
    let blends = Blends { cart: blends.cart.map(|blend| without(blend, keep)), product: without(blends.product, keep) };
    Beside { blends, support, season, lines }
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
    fn found(self, kind: RelationKind, rows: Rows, size: Size) -> Found {
        Found::new(kind, self.recipe.describe(), self.trial, rows, size, self.tried)
    }

    fn default(recipe: Recipe, questions: usize) -> Self {
        Self { recipe, trial: Trial::unproven(questions), tried: Vec::new() }
    }
}

impl Decided {
    /// The default settings.
    pub(super) fn untried(asked: usize) -> Self {
        Self {
            cart: Choice::default(Recipe::DEFAULT_CART, asked),
            together: Choice::default(Recipe::DEFAULT_TOGETHER, asked),
            blends: None,
            support: None,
            season: None,
            lines: Lines::default(),
        }
    }
}

fn decide(baskets: &Baskets, class: &[Option<u32>], options: &Options, sizes: Sizes, progress: &Watch<'_>) -> Decided {
    progress(Stage::Pairs.at(0, 1));
    let support = options.support();
    let tenth = |k: usize| baskets.len() * (10 - k) / 10;
    let bench = |k: usize| Bench::new(Fold::new(baskets, tenth(k), tenth(k - 1), options.seed), support, class);
    let main = bench(1);
    let asked = main.fold.orders;
    if asked < ENOUGH {
        return Decided::untried(asked);
    }
    progress(Stage::Together.at(0, 1));
    let folds = if baskets.items.len() > ONE_FOLD { 1 } else { FOLDS };
    let others: Vec<Bench> = (2..=folds).map(bench).collect();
    let benches: Vec<&Bench> = std::iter::once(&main).chain(&others).collect();
    let (model, tried) = choose::together(&benches, sizes.together, progress);
    // Fits take longer than counts: few orders are asked about three times, many once.
    let benches = if baskets.items.len() > FEW { &benches[..1] } else { &benches[..] };
    // All pairs of many orders take longer to count than the answer is worth.
    let asks = support != Support::NONE && baskets.items.len() <= ONE_FOLD;
    let cost = asks.then(|| choose::support_cost(&main, sizes.cart));
    Decided { support: cost, ..judge(benches, sizes, (model, tried), options, progress) }
}

/// Refines the product page's model, chooses the cart's, the blends and the season, and judges what would ship.
pub(super) fn judge(
    benches: &[&Bench],
    sizes: Sizes,
    (model, tried): (Model, Vec<Tried>),
    options: &Options,
    progress: &Watch<'_>,
) -> Decided {
    let questions: fn(&Bench) -> &[Question] = |bench| &bench.fold.singles;
    let refiner = Refiner { benches, questions, size: sizes.together, support: options.support(), classes: true };
    let together = refiner.refine(model).after(tried);
    progress(Stage::Cart.at(0, 1));
    let (model, tried) = choose::cart(benches, sizes.cart, progress);
    let questions: fn(&Bench) -> &[Question] = |bench| &bench.fold.carts;
    let cart = Refiner { questions, size: sizes.cart, classes: false, ..refiner }.refine(model).after(tried);
    let leaning = season::choose(benches, &cart.rows, &together.rows);
    // The newest orders judge.
    let newest = Newest { bench: benches[0], prior: &leaning.prior, blends: &leaning.blends };
    let rows = (&cart.rows[0], &together.rows[0]);
    let small =
        (sizes.cart.small(RelationKind::Cart, rows.0), sizes.together.small(RelationKind::BoughtTogether, rows.1));
    let (whole, small) = (newest.places(rows), newest.places((&small.0, &small.1)));
    let trials: [Trial; 2] = std::array::from_fn(|task| newest.trial(task, &whole[task], &small[task], options.seed));
    let lines = newest.lines(rows, trials.each_ref().map(|trial| trial.verdict != Verdict::NoSignal));
    let [of_carts, of_singles] = trials;
    Decided {
        cart: Choice { trial: of_carts, recipe: cart.recipe, tried: cart.tried },
        together: Choice { trial: of_singles, recipe: together.recipe, tried: together.tried },
        blends: Some(leaning.blends),
        support: None,
        season: leaning.season,
        lines,
    }
}

/// The newest held-out orders and what was chosen for them. Intervals want independent questions: one an order.
struct Newest<'a> {
    bench: &'a Bench,
    prior: &'a Prior,
    blends: &'a Blends,
}

impl Newest<'_> {
    /// Of carts and of single products.
    fn questions(&self) -> [&[Question]; 2] {
        [self.bench.fold.first_carts(), self.bench.fold.first_singles()]
    }

    fn places(&self, (cart, together): (&Rows, &Rows)) -> [Vec<Rank>; 2] {
        let [carts, singles] = self.questions();
        let by_size = |question: &Question| self.blends.cart[question.size_class()];
        [
            places(carts, cart, together, self.prior, by_size),
            places(singles, cart, together, self.prior, |_| self.blends.product),
        ]
    }

    fn trial(&self, task: usize, mine: &[Rank], small: &[Rank], seed: u64) -> Trial {
        let simple = simple(self.bench, self.questions()[task]);
        Trial::of(mine, &simple, Goal::Basket, seed).with_small(mine, small, Goal::Basket)
    }

    /// From score to probability, by what ships; none where neither relation does.
    fn lines(&self, (cart, together): (&Rows, &Rows), keep: [bool; 2]) -> Lines {
        let keep = (keep[0], keep[1]);
        let [carts, singles] = self.questions();
        let answers = |questions: &[Question], blend: &(dyn Fn(&Question) -> Blend + Sync)| {
            Answering { cart, together, prior: self.prior, blend, fading: None }.answer(questions)
        };
        let mut lines = Lines::default();
        if keep != (false, false) {
            let of_carts = answers(carts, &|question| without(self.blends.cart[question.size_class()], keep));
            lines.learn(Strategy::CartAddons, &of_carts);
            lines.learn(Strategy::BoughtTogether, &answers(singles, &|_| without(self.blends.product, keep)));
        }
        lines
    }
}

/// The place of each target, each question under a blend of its own.
pub fn places(
    questions: &[Question],
    cart: &Rows,
    together: &Rows,
    prior: &Prior,
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
