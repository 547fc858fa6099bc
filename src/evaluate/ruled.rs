//! The shop's own knowledge in a draft: rules, floors, sensitive categories, and what only an edge bundle holds.
//!
//! It comes last, for sets and masks follow the numbers of the draft.

use super::options::Options;
use crate::bundle::{Draft, ItemFacts, PlacementNote, Private, Rule};
use crate::rules::{self, CompileError, Facts, Plan, Rulebook};
use crate::train::{History, TrainError, assemble};

/// Whether the rules can be read at all: known before anything is trained.
///
/// # Errors
///
/// [`TrainError::Rules`].
pub fn check(options: &Options) -> Result<(), TrainError> {
    Plan::of(&book(options)).map(|_| ()).map_err(problem)
}

/// A draft in its last numbers with all that the shop says.
///
/// # Errors
///
/// [`TrainError::Rules`] where there are more rules than a bundle holds.
pub fn ruled(mut draft: Draft, history: &History, options: &Options) -> Result<Draft, TrainError> {
    if draft.terms.price_knots.is_empty() {
        draft.terms.price_knots = assemble::price_knots(&history.products);
    }
    mark_sensitive(&mut draft, &options.sensitive);
    forget_wide(&mut draft);
    let facts = |item: crate::shop::ItemId| draft.items.get(item.index()).map(Facts::from).unwrap_or_default();
    let compiled = rules::compile(&book(options), draft.items.len(), facts).map_err(problem)?;
    draft.rules = compiled.table;
    draft.items.iter_mut().zip(compiled.hidden).for_each(|(item, hidden)| item.hidden = hidden);
    draft.private = options.edge.then(|| Private {
        low_at: options.low_at,
        value_knots: assemble::value_knots(&history.products),
        rules: options.rules.clone(),
        origins: compiled.origins,
        placements: options.notes.clone(),
    });
    if !options.edge {
        draft.items.iter_mut().for_each(|item| item.facts = ItemFacts::default());
    }
    Ok(draft)
}

fn book(options: &Options) -> Rulebook<'_> {
    let (rules, notes): (&[Rule], &[PlacementNote]) = (&options.rules, &options.notes);
    Rulebook { rules, notes, policies: &options.policies }
}

fn problem(error: CompileError) -> TrainError {
    TrainError::Rules { problem: error.to_string() }
}

/// Flags the classes of sensitive categories: they are no reason and no evidence, so nothing is bought with them either.
fn mark_sensitive(draft: &mut Draft, sensitive: &[String]) {
    for item in &draft.items {
        let Some(class) = item.class.and_then(|class| draft.classes.get_mut(class as usize)) else { continue };
        class.sensitive |= sensitive.iter().any(|name| rules::in_category(&item.card.category, name));
    }
    let flagged = draft.class_pairs.iter_mut().zip(&draft.classes).filter(|(_, class)| class.sensitive);
    flagged.for_each(|(pairs, _)| pairs.clear());
}

/// Takes the class off the items of one that holds more than half of all: where a shop files everything under one category,
/// "of the same category" says nothing, and caps by category would leave lists empty. One that is sensitive stays.
fn forget_wide(draft: &mut Draft) {
    let mut members = vec![0; draft.classes.len()];
    for class in draft.items.iter().filter_map(|item| item.class) {
        members[class as usize] += 1;
    }
    let wide = |class: usize| members[class] * 2 > draft.items.len() && !draft.classes[class].sensitive;
    let Some(wide) = (0..members.len()).find(|class| wide(*class)) else { return };
    let held = draft.items.iter_mut().map(|item| &mut item.class).filter(|class| **class == Some(wide as u32));
    held.for_each(|class| *class = None);
    draft.class_pairs.get_mut(wide).into_iter().for_each(Vec::clear);
}

#[cfg(test)]
mod tests {
    use super::super::{Trained, train};
    use super::*;
    use crate::bundle::{Effect, Match, Policy, Strategy, Test, When};
    use crate::shop::{Currency, Money, OrderLine, Product};
    use crate::train::Collector;

    /// Sixty orders of a dripper with filters or of a mug alone; the mug sells less. Costs are given per product.
    fn history(costs: [i64; 3], counts: [i64; 3]) -> History {
        let mut shop = Collector::new();
        let titles = [("DRIPPER", "Coffee > Brewing"), ("FILTERS", "Coffee > Paper"), ("MUG", "Mugs")];
        for (((sku, category), cost), count) in titles.into_iter().zip(costs).zip(counts) {
            let money = |minor| Some(Money::new(minor, Currency::NONE));
            shop.product(Product {
                sku: sku.into(),
                category: Some(category.into()),
                brand: Some("Own".into()),
                price: money(1_000),
                cost: money(cost),
                stock: Some(count),
                ..Product::default()
            });
        }
        for n in 0..60 {
            let order = n.to_string();
            let skus: &[&str] = if n % 3 == 0 { &["MUG"] } else { &["DRIPPER", "FILTERS"] };
            skus.iter().for_each(|sku| shop.line(OrderLine { order: &order, sku, ..OrderLine::default() }));
        }
        shop.finish().unwrap()
    }

    fn rule(name: &str, tests: Vec<Test>, action: Effect) -> Rule {
        Rule {
            name: name.into(),
            placements: vec!["home".into()],
            matches: Match { tests, not: Vec::new() },
            when: When::default(),
            action,
            from: None,
            until: None,
        }
    }

    fn options(edge: bool) -> Options {
        let mugs = vec![Test::Category(vec!["mugs".into()])];
        let own = vec![Test::Brand(vec!["own".into()]), Test::Price(crate::bundle::Span { min: 0, max: 5_000 })];
        let note = PlacementNote { placement: "cart".into(), margin_floor: Some(100), ..PlacementNote::default() };
        Options {
            policies: vec![Policy::neutral("cart", Strategy::CartAddons), Policy::neutral("home", Strategy::Popular)],
            rules: vec![rule("no mugs", mugs, Effect::Exclude), rule("own first", own, Effect::Boost(1.5))],
            notes: vec![note],
            sensitive: vec!["Paper".into()],
            edge,
            ..Options::default()
        }
    }

    fn draft(history: &History, options: &Options) -> Draft {
        let Trained { draft, .. } = train(history, options, &|_| {}).unwrap();
        draft
    }

    #[test]
    fn a_draft_says_what_the_shop_says() {
        let draft = draft(&history([400, 950, 500], [9, 9, 9]), &options(true));
        let of = |sku: &str| draft.items.iter().find(|item| item.sku == sku).unwrap();
        assert_eq!(["DRIPPER", "FILTERS", "MUG"].map(|sku| of(sku).hidden), [0, 1, 2]);
        assert_eq!(draft.rules.rules.len(), 1);
        let private = draft.private.as_ref().unwrap();
        assert_eq!((private.origins.as_slice(), private.rules.len(), private.low_at), (&[1u16][..], 2, 5));
        assert_eq!(private.value_knots, [50, 50, 500, 500, 500, 600, 600]);
        assert_eq!(of("FILTERS").facts.contribution, Some(50));
        assert_eq!(draft.terms.price_knots, [1_000; 7]);
        let class = |sku: &str| of(sku).class.unwrap() as usize;
        let sensitive: Vec<bool> = draft.classes.iter().map(|class| class.sensitive).collect();
        assert_eq!(sensitive.iter().filter(|flag| **flag).count(), 1);
        assert!(sensitive[class("FILTERS")] && draft.class_pairs[class("FILTERS")].is_empty());
        let with = |sku: &str| draft.class_pairs[class(sku)].iter().map(|item| &draft.items[item.index()].sku);
        assert_eq!(with("DRIPPER").collect::<Vec<_>>(), ["FILTERS"]);
        assert!(with("MUG").next().is_none());
    }

    #[test]
    fn a_public_draft_knows_no_figure() {
        // The same order of contributions, the same side of floor and low_at.
        let one = draft(&history([400, 950, 500], [9, 2, 0]), &options(false));
        let other = draft(&history([1, 1_900, 899], [70, 5, 0]), &options(false));
        assert_eq!(one, other);
        assert!(one.private.is_none() && one.items.iter().all(|item| item.facts == ItemFacts::default()));

        let mut edge = draft(&history([1, 1_900, 899], [70, 5, 0]), &options(true));
        assert!(edge.private.take().is_some());
        edge.items.iter_mut().for_each(|item| item.facts = ItemFacts::default());
        assert_eq!(edge, one);
    }

    #[test]
    fn a_category_of_more_than_half_of_the_products_is_none_unless_it_is_sensitive() {
        let mut history = history([400, 950, 500], [9, 9, 9]);
        let classed = |draft: &Draft| -> Vec<bool> {
            let sensitive = |class: u32| draft.classes[class as usize].sensitive;
            draft.items.iter().filter_map(|item| item.class.map(sensitive)).collect()
        };
        assert_eq!(classed(&draft(&history, &options(false))).len(), 3, "a third of the products each");
        history.products.iter_mut().for_each(|product| product.category = Some("Mugs".into()));
        let free = draft(&history, &options(false));
        assert!(classed(&free).is_empty() && free.class_pairs.iter().all(Vec::is_empty));
        let spared = draft(&history, &Options { sensitive: vec!["mugs".into()], ..options(false) });
        assert_eq!(classed(&spared), [true; 3]);
    }

    #[test]
    fn rules_that_cannot_be_read_stop_a_run_before_it_begins() {
        let mut options = options(false);
        options.rules[0].placements = vec!["till".into()];
        let error = train(&history([1; 3], [1; 3]), &options, &|_| panic!("trained")).unwrap_err();
        assert!(error.to_string().contains("rule \"no mugs\""), "{error}");
    }
}
