//! What hides a product at a placement whatever is asked, by name where the bundle tells.

use crate::bundle::Private;
use crate::placement::Recommender;
use crate::rules::{Facts, HiddenBy, Plan, Rulebook};
use crate::shop::{Currency, ItemId, Money};

/// The rules and floors of an edge bundle; nothing of a public one.
pub(super) struct Hiders {
    plan: Option<(Plan, Private)>,
    /// Whether an overlay brought rules in their place.
    replaced: bool,
}

impl Hiders {
    pub fn of(recommender: &Recommender<Vec<u8>>, replaced: bool) -> Self {
        let private = recommender.model().base().private().cloned();
        let plan = private.and_then(|private| {
            let policies = recommender.live().policies();
            let book = Rulebook { rules: &private.rules, notes: &private.placements, policies };
            Some((Plan::of(&book).ok()?, private))
        });
        Self { plan: plan.filter(|_| !replaced), replaced }
    }

    /// What hides `item` at the placement of this number, in words.
    pub fn of_item(&self, recommender: &Recommender<Vec<u8>>, item: ItemId, placement: usize) -> Vec<String> {
        let Some((plan, private)) = &self.plan else {
            let why =
                if self.replaced { "a rule or margin floor of the overlay" } else { "a rule or the margin floor" };
            let told = if self.replaced { "" } else { "; the edge bundle tells which" };
            return vec![format!("{why}{told}")];
        };
        let facts = Facts::of(recommender.model(), recommender.live(), item);
        let manifest = recommender.model().base().manifest();
        let currency = manifest.map_or(Currency::NONE, |manifest| manifest.currency());
        let by = plan.hidden_by(&facts, placement).into_iter().map(|by| match by {
            HiddenBy::Rule(rule) => {
                format!("rule {:?}", private.rules.get(rule).map(|rule| rule.name.as_str()).unwrap_or_default())
            }
            HiddenBy::MarginFloor(note) => floor(private, note, &facts, currency),
        });
        let by: Vec<String> = by.collect();
        if by.is_empty() { vec!["what an overlay says of it".into()] } else { by }
    }
}

/// `the margin floor of 10 %: 0.35 of 9.50 are gained`.
fn floor(private: &Private, note: usize, facts: &Facts<'_>, currency: Currency) -> String {
    let floor = private.placements.get(note).and_then(|note| note.margin_floor).unwrap_or(0);
    let money = |minor: Option<i64>| minor.map_or("?".into(), |minor| Money::new(minor, currency).to_string());
    let (gain, price) = (money(facts.contribution.flatten()), money(facts.price));
    format!("the margin floor of {} %: it gains {gain} at a price of {price}", floor as f64 / 10.0)
}
