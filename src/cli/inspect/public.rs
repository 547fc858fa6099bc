//! What a competitor can read: everything in the public slice of a bundle, in words and with examples.

use super::super::failure::Failure;
use super::super::output;
use super::{experiments, policies::settings, sku_of};
use crate::bundle::{
    Audience, Bundle, CompiledRule, Condition, Cut, EVERY_ITEM, EVERY_STATE, Profile, RelationKind, Selector, Span,
    layout::WHOLE, slice,
};
use crate::shop::{Currency, ItemId, Money, StockState};
use serde::Serialize;

/// Examples of each kind.
const EXAMPLES: usize = 3;

/// One thing that can be read, and examples of it.
#[derive(Serialize)]
struct Readable {
    what: String,
    examples: Vec<String>,
}

/// All that can be read.
#[derive(Serialize)]
struct Report {
    file: String,
    bytes: usize,
    readable: Vec<Readable>,
    not_there: Vec<&'static str>,
}

/// What no public file holds.
const NOT_THERE: [&str; 9] = [
    "costs, margins and margin floors",
    "stock counts, and the count below which stock is low",
    "how many orders or customers there are, and how many bought two products together",
    "names of rules and campaigns, and the words that they match by",
    "what a rule tests of margins and stock counts",
    "owners, targets and review dates of placements",
    "plans of experiments: by which figure and when they are decided",
    "tags, and the names of brands and variant groups",
    "dates, paths and settings of the training run",
];

/// Shows what the public slice of `bundle` gives away.
pub(super) fn public(file: &str, bundle: &Bundle<Vec<u8>>, json: bool) -> Result<(), Failure> {
    let cut = Cut {
        relations: RelationKind::ALL.into_iter().filter(|kind| bundle.relation(*kind).is_some()).collect(),
        cards: bundle.has_cards(),
        addition: bundle.head().is_addition(),
        profile: Profile::Standard,
        audience: Audience::Public,
    };
    let bytes = slice(bundle, &cut)?;
    let public = Bundle::open(bytes).map_err(Failure::machine)?;
    let report = Report {
        file: file.into(),
        bytes: public.bytes().len(),
        readable: Reader::of(&public).all(),
        not_there: NOT_THERE.to_vec(),
    };
    if json { output::print_json(&report) } else { output::print(report.text()) }
}

impl Report {
    fn text(&self) -> String {
        let bytes = output::grouped(self.bytes as u64);
        let mut lines = vec![format!("{}: what anyone who loads the public slice ({bytes} bytes) can read", self.file)];
        for readable in &self.readable {
            lines.push(format!("\n{}", readable.what));
            lines.extend(readable.examples.iter().map(|example| format!("  {example}")));
        }
        lines.push("\nwhat is not there:".into());
        lines.extend(self.not_there.iter().map(|what| format!("  {what}")));
        lines.join("\n")
    }
}

/// Reads a public bundle as a competitor would.
struct Reader<'a> {
    bundle: &'a Bundle<Vec<u8>>,
    currency: Currency,
}

impl<'a> Reader<'a> {
    fn of(bundle: &'a Bundle<Vec<u8>>) -> Self {
        let currency = bundle.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
        Self { bundle, currency }
    }

    fn all(&self) -> Vec<Readable> {
        let mut all = Vec::new();
        if self.bundle.dictionary().is_some() {
            all.extend([self.skus(), self.states(), self.classes()]);
        }
        all.extend(self.prices());
        all.extend(self.values());
        all.extend(RelationKind::ALL.into_iter().filter_map(|kind| self.relation(kind)));
        if self.bundle.has_cards() {
            let title = |item| self.bundle.card(item, self.currency).map(|card| card.title).unwrap_or_default();
            let what = "titles, categories, links, pictures, cart ids and prices, on the products' cards";
            all.push(Readable { what: what.into(), examples: self.first().map(title).collect() });
        }
        all.extend(self.rules());
        all.extend(self.experiments());
        all.extend(self.hidden());
        all.extend(self.repeats());
        all.extend(self.policies());
        all
    }

    fn items(&self) -> impl Iterator<Item = ItemId> {
        (0..self.bundle.len() as u32).map(ItemId)
    }

    fn first(&self) -> impl Iterator<Item = ItemId> {
        self.items().take(EXAMPLES)
    }

    fn skus(&self) -> Readable {
        let count = output::grouped(self.bundle.len() as u64);
        let ranked = |item: ItemId| {
            let share = 100.0 * self.bundle.prior(item);
            format!("{}: rank {}, in about {share:.1} % of orders", sku_of(self.bundle, item), item.0 + 1)
        };
        let what =
            format!("all {count} SKUs in the order of their sales, and the share of orders that hold each, within 4 %");
        Readable { what, examples: self.first().map(ranked).collect() }
    }

    fn states(&self) -> Readable {
        let states =
            [StockState::InStock, StockState::Low, StockState::Backorder, StockState::Preorder, StockState::Out];
        let count = |state| self.items().filter(|item| self.bundle.stock(*item) == state).count();
        let counts = states.map(|state| format!("{} {}", output::grouped(count(state) as u64), state.name()));
        Readable { what: "the state of stock of each product".into(), examples: vec![counts.join(", ")] }
    }

    fn classes(&self) -> Readable {
        let brands = self.items().map(|item| self.bundle.brand(item)).max().unwrap_or(0);
        let groups = self.items().map(|item| self.bundle.group(item)).max().unwrap_or(0);
        let example = format!("{} categories, {brands} brands, {groups} groups of variants", self.bundle.classes());
        let what = "which products share a category, a brand or a variant group, as numbers without names";
        Readable { what: what.into(), examples: vec![example] }
    }

    fn prices(&self) -> Option<Readable> {
        let priced = self.items().filter_map(|item| Some((item, self.bundle.price(item)?)));
        let text = |(item, minor)| format!("{}: {}", sku_of(self.bundle, item), self.money(minor));
        let examples: Vec<String> = priced.take(EXAMPLES).map(text).collect();
        (!examples.is_empty()).then(|| Readable { what: "the price of each product".into(), examples })
    }

    fn values(&self) -> Option<Readable> {
        let valued = self.items().filter_map(|item| Some((item, self.bundle.value(item)?)));
        let text = |(item, class)| format!("{}: class {class}", sku_of(self.bundle, item));
        let examples: Vec<String> = valued.take(EXAMPLES).map(text).collect();
        let what = "which eighth of the products each belongs to by what it gains a unit: the rank, not the amount";
        (!examples.is_empty()).then(|| Readable { what: what.into(), examples })
    }

    fn relation(&self, kind: RelationKind) -> Option<Readable> {
        let relation = self.bundle.relation(kind)?;
        let strongest = |item: ItemId| {
            let best = relation.row(item).max_by(|a, b| a.1.total_cmp(&b.1))?;
            Some(format!("{} → {}: {:.4}", sku_of(self.bundle, item), sku_of(self.bundle, best.0), best.1))
        };
        let edges = output::grouped(relation.edges() as u64);
        let what = match kind {
            RelationKind::Cart => format!("what completes a cart: {edges} pairs with weights"),
            RelationKind::BoughtTogether => format!("what is bought with one product: {edges} pairs with weights"),
            RelationKind::Similar => format!("what is looked at next to a product: {edges} pairs with weights"),
        };
        Some(Readable { what, examples: self.items().filter_map(strongest).take(EXAMPLES).collect() })
    }

    fn rules(&self) -> Option<Readable> {
        let rules = self.bundle.rules();
        let text = |(n, rule): (usize, &CompiledRule)| format!("rule {}: {}", n + 1, self.rule(rule));
        let what = "rules as numbers: where and when they hold, which products they are about, what they do";
        let examples: Vec<String> = rules.iter().enumerate().map(text).collect();
        (!examples.is_empty()).then(|| Readable { what: what.into(), examples })
    }

    fn rule(&self, rule: &CompiledRule) -> String {
        let at = self.bundle.policies().iter().enumerate().filter(|(n, _)| rule.placements >> n & 1 == 1);
        let at: Vec<&str> = at.map(|(_, policy)| policy.placement.as_str()).collect();
        let mut text = format!("{} {} at {}", rule.effect.name(), self.selected(&rule.selector), at.join(", "));
        if let Some(unless) = &rule.unless {
            text.push_str(&format!(", but not {}", self.selected(unless)));
        }
        text + &conditions(&rule.when)
    }

    fn selected(&self, selector: &Selector) -> String {
        let signatures = self.bundle.signatures();
        let within =
            |item: &ItemId| signatures.sets_of_signature(self.bundle.signature(*item)).any(|set| set == selector.set);
        let mut text = match selector.set {
            EVERY_ITEM => "every product".to_owned(),
            _ => format!("{} products", self.items().filter(within).count()),
        };
        if let Some(price) = selector.price {
            text.push_str(&format!(" priced {}", span(price, |minor| self.money(minor))));
        }
        if selector.states != EVERY_STATE {
            text.push_str(" in some states of stock");
        }
        if let Some(age) = selector.age {
            text.push_str(&format!(" released {} days ago", span(age, |days| days.to_string())));
        }
        text
    }

    fn experiments(&self) -> Option<Readable> {
        let rows = experiments::rows(self.bundle);
        let held_out = self.bundle.experiments().held_out;
        let global = (held_out > 0)
            .then(|| format!("{} of all visitors are held out of everything", f64::from(held_out) / f64::from(WHOLE)));
        let examples: Vec<String> = rows.iter().map(|row| row.cells().join("; ")).chain(global).collect();
        let what = "experiments: where, when and for whom they run, and how large their arms are";
        (!examples.is_empty()).then(|| Readable { what: what.into(), examples })
    }

    fn hidden(&self) -> Option<Readable> {
        let policies = self.bundle.policies().iter().enumerate();
        let count = |n: usize| self.items().filter(|item| self.bundle.hidden(*item) >> n & 1 == 1).count();
        let told = |(n, policy): (usize, &crate::bundle::Policy)| {
            Some(format!("{} at {}", count(n), policy.placement)).filter(|_| count(n) > 0)
        };
        let examples: Vec<String> = policies.filter_map(told).collect();
        let what = "which products are hidden at which placement whatever is asked, and not by what";
        (!examples.is_empty()).then(|| Readable { what: what.into(), examples })
    }

    fn repeats(&self) -> Option<Readable> {
        let again = self.items().filter_map(|item| Some((item, self.bundle.gap_days(item)?)));
        let text = |(item, days)| format!("{}: about {days:.0} days", sku_of(self.bundle, item));
        let examples: Vec<String> = again.take(EXAMPLES).map(text).collect();
        let what = "after how many days a product is usually bought again";
        (!examples.is_empty()).then(|| Readable { what: what.into(), examples })
    }

    fn policies(&self) -> Option<Readable> {
        let told = |policy: &crate::bundle::Policy| {
            format!("{}: {}; {}", policy.placement, policy.strategy.name(), settings(policy).join("; "))
        };
        let examples: Vec<String> = self.bundle.policies().iter().map(told).collect();
        let what = "the placements: strategy, limit, objective, bounds, and how often their products are taken";
        (!examples.is_empty()).then(|| Readable { what: what.into(), examples })
    }

    fn money(&self, minor: i64) -> String {
        Money::new(minor, self.currency).to_string()
    }
}

/// When a compiled rule holds, in words.
fn conditions(when: &Condition) -> String {
    let mut parts = Vec::new();
    let plain = |number: i64| number.to_string();
    if when.cart_any.is_some() || !when.cart_all.is_empty() || when.cart_none.is_some() {
        parts.push("by what lies in the cart".to_owned());
    }
    if when.product.is_some() {
        parts.push("by the product whose page is open".into());
    }
    parts.extend(when.subtotal.map(|subtotal| format!("at a subtotal {} in minor units", span(subtotal, plain))));
    parts.extend(when.lines.map(|lines| format!("at {} lines", span(lines, plain))));
    parts.extend(when.segment.iter().map(|(key, values)| format!("where {key} is {}", values.join(" or "))));
    let date = |at: i64| jiff::Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_string());
    parts.extend(when.from.map(|from| format!("from {}", date(from))));
    parts.extend(when.until.map(|until| format!("until {}", date(until))));
    if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) }
}

fn span(span: Span, text: impl Fn(i64) -> String) -> String {
    match (span.min, span.max) {
        (i64::MIN, max) => format!("at most {}", text(max)),
        (min, i64::MAX) => format!("at least {}", text(min)),
        (min, max) => format!("{} to {}", text(min), text(max)),
    }
}
