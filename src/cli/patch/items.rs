//! What changed of products: from figures to states, value classes and what is hidden.

use super::super::failure::Failure;
use crate::bundle::{ItemChange, Model, OverlayDraft, Private, VALUE_CLASSES};
use crate::config::Config;
use crate::feed::{ChangeLine, MarginSaid};
use crate::placement::Recommender;
use crate::rules::{Facts, Live, Plan, Rulebook};
use crate::shop::{Availability, ItemId, Money, StockState};
use std::collections::BTreeMap;
use std::path::Path;

/// What the input says, by SKU.
#[derive(Default)]
pub(super) struct News {
    pub lines: BTreeMap<String, ChangeLine>,
    /// Rows of a SKU that another row has too; of each figure the last one holds.
    pub repeated: u64,
    pub bad_rows: u64,
    pub files: Vec<String>,
}

impl News {
    /// Takes a row; what it says holds over what earlier ones said.
    pub fn take(&mut self, line: ChangeLine) {
        let Some(known) = self.lines.get_mut(&line.sku) else {
            self.lines.insert(line.sku.clone(), line);
            return;
        };
        self.repeated += 1;
        known.stock = line.stock.or(known.stock);
        known.availability = line.availability.or(known.availability);
        known.price = line.price.or(known.price);
        if line.cost.is_some() || line.margin.is_some() {
            (known.cost, known.margin) = (line.cost, line.margin);
        }
    }
}

/// The bundle that changes are held against.
pub(super) struct Shop<'a> {
    pub model: &'a Model<Vec<u8>>,
    pub live: &'a Live,
    pub private: Option<&'a Private>,
    /// Whether the overlay tells figures.
    pub edge: bool,
    low_at: i64,
    /// What hides items, where no settings take its place.
    plan: Option<Plan>,
}

impl<'a> Shop<'a> {
    pub fn of(recommender: &'a Recommender<Vec<u8>>, edge: bool, config: Option<&Config>) -> Self {
        let (model, live) = (recommender.model(), recommender.live());
        let private = model.base().private();
        let hides = |private: &&Private| {
            !private.rules.is_empty() || private.placements.iter().any(|note| note.margin_floor.is_some())
        };
        let plan = private.filter(|_| config.is_none()).filter(hides).and_then(|private| {
            let book = Rulebook { rules: &private.rules, notes: &private.placements, policies: live.policies() };
            Plan::of(&book).ok()
        });
        let low_at = config.map(|config| config.low_at).or(private.map(|private| private.low_at)).unwrap_or(0);
        Self { model, live, private, edge, low_at, plan }
    }

    /// A draft that says whose it is and nothing else.
    pub fn blank(&self) -> OverlayDraft {
        let manifest = self.model.base().manifest();
        OverlayDraft {
            shop: self.live.terms().shop,
            currency: manifest.map_or_else(|| "XXX".to_owned(), |manifest| manifest.currency().code().to_owned()),
            edge: self.edge,
            placements: self.live.policies().iter().map(|policy| policy.placement.clone()).collect(),
            ..OverlayDraft::default()
        }
    }

    /// Whether this bundle can say what the input asks of it.
    pub fn check(&self, news: &News, bundle: &Path) -> Result<(), Failure> {
        if self.private.is_some() {
            return self.check_known(news);
        }
        let bundle = bundle.display();
        let remedy = "make it with the edge bundle (`endcap train --audience edge`)";
        if self.edge {
            return Err(Failure::data(format!(
                "--audience edge: expected an edge bundle, found the public one {bundle}; {remedy} [E_PUBLIC_BUNDLE]"
            )));
        }
        let figure = |line: &ChangeLine| match line {
            ChangeLine { stock: Some(_), .. } => Some("a stock count"),
            ChangeLine { cost: Some(_), .. } => Some("a cost"),
            ChangeLine { margin: Some(_), .. } => Some("a margin"),
            _ => None,
        };
        if let Some((sku, found)) = news.lines.values().find_map(|line| Some((&line.sku, figure(line)?))) {
            return Err(Failure::data(format!(
                "{}: expected words of availability and prices alone, for {bundle} is a public bundle, found {found} \
                 (SKU {sku:?}); {remedy} [E_PUBLIC_BUNDLE]",
                news.files.join(", ")
            )));
        }
        self.check_known(news)
    }

    fn check_known(&self, news: &News) -> Result<(), Failure> {
        let known = news.lines.is_empty() || news.lines.keys().any(|sku| self.item(sku).is_some());
        if known {
            return Ok(());
        }
        let first: Vec<&str> = news.lines.keys().take(3).map(String::as_str).collect();
        Err(Failure::data(format!(
            "{}: expected SKUs of the bundle, found {} and none of them known, {} among them; look whether the files \
             belong to one shop [E_OTHER_SHOP]",
            news.files.join(", "),
            news.lines.len(),
            first.join(", ")
        )))
    }

    pub fn item(&self, sku: &str) -> Option<ItemId> {
        self.model.base().dictionary()?.item_of(sku)
    }

    /// What changed of each product that the bundle knows, by SKU.
    pub fn changes(&self, news: &News, confirm: bool) -> BTreeMap<String, ItemChange> {
        let known = news.lines.values().filter_map(|line| Some((line, self.item(&line.sku)?)));
        let changes = known.map(|(line, item)| self.change(line, item, confirm));
        let says = |change: &ItemChange| *change != ItemChange { sku: change.sku.clone(), ..ItemChange::default() };
        changes.filter(says).map(|change| (change.sku.clone(), change)).collect()
    }

    fn change(&self, line: &ChangeLine, item: ItemId, confirm: bool) -> ItemChange {
        let facts = self.facts(item, Some(line));
        let spoken = line.stock.is_some() || line.availability.is_some();
        let repriced = line.price.is_some() || line.cost.is_some() || line.margin.is_some();
        let contribution = facts.contribution.flatten().filter(|_| repriced);
        let hides = self.plan.as_ref().filter(|_| repriced || spoken);
        ItemChange {
            sku: line.sku.clone(),
            state: spoken.then_some(facts.state),
            price: line.price.map(Money::minor),
            confirmed: confirm && line.price.is_some(),
            value: contribution.and_then(|contribution| self.value_class(contribution)),
            hidden: hides.map(|plan| plan.judge(&facts).hidden),
            contribution: contribution.filter(|_| self.edge),
            count: line.stock.filter(|_| self.edge),
        }
    }

    /// What holds of an item with what the input says of it.
    pub fn facts(&self, item: ItemId, line: Option<&ChangeLine>) -> Facts<'static> {
        let mut facts = Facts::of(self.model, self.live, item);
        let Some(line) = line else { return facts };
        let trained = facts.price;
        facts.price = line.price.map(Money::minor).or(trained);
        if let Some(known) = &mut facts.contribution {
            let moved = facts.price.zip(trained).map_or(0, |(now, then)| now - then);
            let said = contribution(line, facts.price);
            *known = said.or(known.map(|contribution| contribution + moved));
        }
        if let Some(count) = &mut facts.count {
            *count = line.stock.or(*count);
        }
        if line.stock.is_some() || line.availability.is_some() {
            facts.state = self.state(line, facts.state);
        }
        facts
    }

    /// The state that count and word give; where a count stands alone, a product on preorder or backorder stays sold so.
    fn state(&self, line: &ChangeLine, trained: StockState) -> StockState {
        let kept = match trained {
            StockState::Preorder => Some(Availability::Preorder),
            StockState::Backorder => Some(Availability::Backorder),
            StockState::InStock | StockState::Low | StockState::Out => None,
        };
        StockState::of(line.availability.or(kept), line.stock, self.low_at)
    }

    fn value_class(&self, contribution: i64) -> Option<u8> {
        let knots = self.private.map(|private| private.value_knots.as_slice()).filter(|knots| !knots.is_empty())?;
        Some(knots.partition_point(|knot| *knot <= contribution).min(usize::from(VALUE_CLASSES - 1)) as u8)
    }

    /// How many of the changed items are hidden somewhere.
    pub fn hidden_among(&self, items: &BTreeMap<String, ItemChange>) -> usize {
        items.values().filter(|change| change.hidden.is_some_and(|mask| mask != 0)).count()
    }
}

/// What one unit gains by the words of a row; a price alone says nothing.
fn contribution(line: &ChangeLine, price: Option<i64>) -> Option<i64> {
    if let Some(cost) = line.cost {
        return price.map(|price| price - cost.minor());
    }
    match line.margin? {
        MarginSaid::Amount(amount) => Some(amount.minor()),
        MarginSaid::Share(share) => price.map(|price| (price as f64 * share).round() as i64),
    }
}
