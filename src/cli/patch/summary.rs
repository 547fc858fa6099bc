//! What an overlay changes, found by applying it to the bundle that it was made with.

use super::super::failure::Failure;
use super::super::inspect::ChangeRow;
use super::super::{bundle_file, output};
use super::items::News;
use crate::bundle::{Effect, OverlayDraft};
use crate::placement::Recommender;
use crate::shop::{Currency, ItemId, Money};
use serde::Serialize;
use std::path::Path;

/// SKUs that are named; more are counted.
const NAMED: usize = 5;

/// What an overlay changes.
#[derive(Serialize)]
pub(super) struct Summary {
    revision: u64,
    audience: &'static str,
    items: usize,
    unknown: usize,
    unknown_skus: Vec<String>,
    repeated: u64,
    bad_rows: u64,
    states_changed: usize,
    prices_changed: usize,
    hidden: usize,
    jumped: Vec<Jump>,
    switches: Vec<Switch>,
    policies: usize,
    rules: Option<usize>,
    experiments: Vec<ChangeRow>,
    bytes: usize,
}

/// A price too far from the trained one.
#[derive(Serialize)]
struct Jump {
    sku: String,
    trained: String,
    now: String,
}

#[derive(Serialize)]
struct Switch {
    placement: String,
    enabled: bool,
}

impl Summary {
    /// What the overlay in `bytes` changes of the bundle at `path`.
    pub fn of(path: &Path, draft: &OverlayDraft, bytes: &[u8], news: &News, hidden: usize) -> Result<Self, Failure> {
        let mut patched = bundle_file::recommender(path, &[], &[])?;
        patched.patch(bytes).map_err(|error| Failure::data(format!("{error} [{}]", error.code())))?;
        let base = patched.model().base();
        let known = |sku: &str| base.dictionary().and_then(|dictionary| dictionary.item_of(sku));
        let found: Vec<ItemId> = news.lines.keys().filter_map(|sku| known(sku)).collect();
        let unknown: Vec<&String> = news.lines.keys().filter(|sku| known(sku).is_none()).collect();
        let changed = |differs: &dyn Fn(ItemId) -> bool| found.iter().filter(|item| differs(**item)).count();
        let live = patched.live();
        Ok(Self {
            revision: draft.revision,
            audience: if draft.edge { "edge" } else { "public" },
            items: draft.items.len(),
            unknown: unknown.len(),
            unknown_skus: unknown.into_iter().take(NAMED).cloned().collect(),
            repeated: news.repeated,
            bad_rows: news.bad_rows,
            states_changed: changed(&|item| live.state(item) != base.stock(item)),
            prices_changed: changed(&|item| live.price(item) != base.price(item)),
            hidden,
            jumped: found.iter().filter(|item| live.has_jumped(**item)).map(|item| Jump::of(&patched, *item)).collect(),
            switches: draft
                .switches
                .iter()
                .map(|(name, on)| Switch { placement: name.clone(), enabled: *on })
                .collect(),
            policies: draft.policies.len(),
            rules: draft.rules.as_ref().map(|rules| rules.rules.len()),
            experiments: draft.experiments.iter().map(ChangeRow::of).collect(),
            bytes: bytes.len(),
        })
    }

    /// Says on stderr what somebody ought to look at.
    pub fn tell(&self, now: Option<i64>, path: &Path) -> Result<(), Failure> {
        if self.unknown > 0 {
            let (more, names) = (self.unknown - self.unknown_skus.len(), self.unknown_skus.join(", "));
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            eprintln!("left out: {} SKUs that the bundle does not know: {names}{more}", self.unknown);
        }
        for jump in &self.jumped {
            eprintln!(
                "price jumped: {} from {} to {}; it is hidden until the next training run, or until --confirm says that \
                 the price is meant",
                jump.sku, jump.trained, jump.now
            );
        }
        let bundle = bundle_file::open(path)?;
        if now.is_none() && bundle.terms().stale_after.is_some() {
            eprintln!("note: without --now the overlay has no age, and `stale_after` never holds for it");
        }
        let figures = bundle.private().filter(|_| self.rules.is_none() && self.items > 0);
        for rule in figures.iter().flat_map(|private| &private.rules) {
            if tests_figures(rule) && !hides(rule) {
                eprintln!(
                    "note: rule {:?} tests margins or stock counts: which products it is about follows with --config, or \
                     with the next training run",
                    rule.name
                );
            }
        }
        Ok(())
    }

    /// A few lines for a terminal.
    pub fn text(&self) -> String {
        let number = |n: usize| output::grouped(n as u64);
        let mut rows: Vec<(&str, String)> = vec![
            ("revision", self.revision.to_string()),
            ("audience", self.audience.into()),
            ("items", number(self.items)),
            ("unknown", number(self.unknown)),
            ("states changed", number(self.states_changed)),
            ("prices changed", number(self.prices_changed)),
            ("prices jumped", number(self.jumped.len())),
            ("hidden", number(self.hidden)),
            ("policies", number(self.policies)),
            ("rules", self.rules.map_or("as trained".into(), number)),
        ];
        rows.extend(self.switches.iter().map(|switch| {
            let state = if switch.enabled { "on" } else { "off" };
            (state, switch.placement.clone())
        }));
        let told = |change: &ChangeRow| ("experiment", format!("{}: {}", change.name, change.text()));
        rows.extend(self.experiments.iter().map(told));
        rows.push(("bytes", number(self.bytes)));
        output::table(&rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect::<Vec<_>>())
    }
}

impl Jump {
    fn of(patched: &Recommender<Vec<u8>>, item: ItemId) -> Self {
        let base = patched.model().base();
        let currency = base.manifest().map_or(Currency::NONE, |manifest| manifest.currency());
        let text = |minor: Option<i64>| Money::new(minor.unwrap_or(0), currency).to_string();
        Self {
            sku: base.dictionary().and_then(|dictionary| dictionary.to_sku(item)).unwrap_or_default(),
            trained: text(base.price(item)),
            now: text(patched.live().price(item)),
        }
    }
}

/// Whether a rule is about margins or counts.
fn tests_figures(rule: &crate::bundle::Rule) -> bool {
    use crate::bundle::Test;
    let tests = rule.matches.tests.iter().chain(&rule.matches.not);
    tests.into_iter().any(|test| matches!(test, Test::Margin(_) | Test::Count(_)))
}

/// Whether all that a rule does is hide items at all times.
fn hides(rule: &crate::bundle::Rule) -> bool {
    let plain = rule.when == Default::default() && rule.from.is_none() && rule.until.is_none();
    plain && rule.action == Effect::Exclude
}
