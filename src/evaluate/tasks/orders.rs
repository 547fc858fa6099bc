//! The tasks of carts and product pages.

use super::{Assortment, Cold, Named, TaskScore, carts, score};
use crate::bundle::RelationKind;
use crate::bundle::{Blend, Draft, Knot, Strategy};
use crate::evaluate::answering::{Answer, Answering};
use crate::evaluate::draft::prior_of;
use crate::evaluate::draft::{line_of, shipped};
use crate::evaluate::models::{Model, baseline_blend};
use crate::evaluate::questions::{Fold, Question, cut};
use crate::evaluate::score::Prior;
use crate::train::Baskets;
use crate::train::baselines::Baseline;
use crate::train::pairs::{Pairs, Support};

/// Early orders below which a product is thin.
const THIN: u32 = 20;

/// One task's questions.
pub struct Asked {
    /// The task's name.
    pub task: &'static str,
    /// What it asks.
    pub questions: Vec<Question>,
    /// Late orders that could be asked about.
    askable: usize,
}

impl Asked {
    /// All tasks of a fold and the orders after it.
    fn all(fold: &Fold, late: &Baskets, count: &[u32], seed: u64) -> Vec<Self> {
        let sizes = (0..late.len()).map(|b| late.items(b).len());
        let of = |least: usize| sizes.clone().filter(|size| *size >= least).count();
        let smaller = |task, size| Self { task, questions: cut(fold.first_carts(), size, seed), askable: of(size + 1) };
        let thin = carts::thin(late, count, THIN, seed);
        vec![
            Self { task: "cart", questions: fold.first_carts().to_vec(), askable: of(2) },
            smaller("cart_1", 1),
            smaller("cart_2", 2),
            smaller("cart_3", 3),
            smaller("cart_5", 5),
            Self { task: "pdp", questions: fold.first_singles().to_vec(), askable: of(2) },
            Self { task: "pdp_thin", askable: thin.len(), questions: thin },
        ]
    }

    fn is_page(&self) -> bool {
        self.task.starts_with("pdp")
    }
}

/// Cart and product-page tasks of a draft that was trained on `fold.early`, and endcap's answers to `cart` and `pdp`.
pub fn orders(
    draft: &Draft,
    fold: &Fold,
    late: &Baskets,
    assortment: &Assortment,
    seed: u64,
) -> (Vec<TaskScore>, Vec<Named>) {
    let pairs = Pairs::count(&fold.early, Support::NONE);
    let asked = Asked::all(fold, late, &pairs.count, seed);
    let mut models: Vec<Vec<Named>> = own(draft, &asked).into_iter().map(|answers| vec![answers]).collect();
    let kept = [0, 5].map(|at| (asked[at].task, models[at][0].1.clone())).into();
    for (name, answers) in peers(&pairs, &asked) {
        models.iter_mut().zip(answers).for_each(|(models, answers)| models.extend(answers.map(|a| (name, a))));
    }
    let line = |asked: &Asked| -> Option<&[Knot]> {
        line_of(draft, if asked.is_page() { Strategy::BoughtTogether } else { Strategy::CartAddons })
    };
    let scored = asked.iter().zip(&models).filter(|(asked, _)| !asked.questions.is_empty() || asked.task == "cart");
    let scores = scored.map(|(asked, models)| {
        let cold = Cold::of((late.len(), asked.askable), &asked.questions, assortment);
        score(asked.task, cold, models, assortment, line(asked))
    });
    (scores.collect(), kept)
}

/// endcap's answers to each task.
fn own(draft: &Draft, asked: &[Asked]) -> Vec<Named> {
    let (cart, together) = (shipped(draft, RelationKind::Cart), shipped(draft, RelationKind::BoughtTogether));
    let prior = prior_of(draft);
    let tuning = &draft.tuning;
    let by_size = |question: &Question| tuning.cart[question.size_class()];
    let page = |_: &Question| tuning.product;
    let answer = |asked: &Asked| {
        let blend: &(dyn Fn(&Question) -> Blend + Sync) = if asked.is_page() { &page } else { &by_size };
        let answering = Answering { cart: &cart, together: &together, prior: &prior, blend, fading: None };
        ("endcap", answering.answer(&asked.questions))
    };
    asked.iter().map(answer).collect()
}

/// One simple method after another, so that the weights of one are in memory at a time; a method that does not fit a
/// task has no answers there.
fn peers<'a>(
    pairs: &'a Pairs,
    asked: &'a [Asked],
) -> impl Iterator<Item = (&'static str, Vec<Option<Vec<Answer>>>)> + use<'a> {
    let simple = Baseline::ALL.into_iter().map(|b| (b.name(), Model::Simple(b), baseline_blend(b), false));
    let only = Blend { cart: 1.0, together: 0.0, prior: 0.0 };
    let conditional = ("conditional", Model::DEFAULT_TOGETHER, only, true);
    let prior = Prior::shipped(&pairs.share);
    simple.chain([conditional]).map(move |(name, model, blend, pages_only)| {
        let rows = match model {
            Model::Simple(baseline) => baseline.fit(pairs),
            Model::Together(together) => together.fit(pairs),
            _ => vec![Vec::new(); prior.len()],
        };
        let none = vec![Vec::new(); prior.len()];
        let blend = move |_: &Question| blend;
        let answering = Answering { cart: &rows, together: &none, prior: &prior, blend: &blend, fading: None };
        let fits = |asked: &&Asked| !pages_only || asked.is_page();
        let answers =
            asked.iter().map(|asked| Some(asked).filter(fits).map(|asked| answering.answer(&asked.questions)));
        (name, answers.collect())
    })
}
