//! What is in an overlay.

use super::super::failure::Failure;
use super::super::output;
use super::ChangeRow;
use crate::bundle::OverlayView;
use crate::shop::{Currency, Money};
use serde::Serialize;

/// SKUs that a table names; more are counted.
const LISTED: usize = 20;

/// What is in an overlay.
#[derive(Serialize)]
struct Contents {
    file: String,
    bytes: usize,
    audience: &'static str,
    revision: u64,
    made_at: Option<String>,
    currency: String,
    placements: Vec<String>,
    switches: Vec<Switch>,
    policies: Vec<String>,
    terms: bool,
    rules: Option<usize>,
    rule_names: Vec<String>,
    experiments: Vec<ChangeRow>,
    items: usize,
    changes: Vec<Row>,
}

#[derive(Serialize)]
struct Switch {
    placement: String,
    enabled: bool,
}

/// What it says of one item.
#[derive(Serialize)]
struct Row {
    sku: String,
    state: Option<&'static str>,
    price: Option<String>,
    confirmed: bool,
    value: Option<u8>,
    hidden_at: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contribution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
}

/// Shows what is in the overlay `bytes`.
pub(super) fn overlay(file: &str, bytes: &[u8], json: bool) -> Result<(), Failure> {
    let view = OverlayView::open(bytes);
    let view = view.map_err(|error| Failure::data(format!("{file}: {error} [{}]", error.code())))?;
    let contents = Contents::of(file, bytes.len(), &view);
    if json { output::print_json(&contents) } else { output::print(contents.text()) }
}

impl Contents {
    fn of(file: &str, bytes: usize, view: &OverlayView<'_>) -> Self {
        let date = |at: i64| jiff::Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_string());
        Self {
            file: file.into(),
            bytes,
            audience: if view.edge() { "edge" } else { "public" },
            revision: view.revision(),
            made_at: view.made_at().map(date),
            currency: view.currency().into(),
            placements: view.placements().to_vec(),
            switches: view
                .switches()
                .iter()
                .map(|(name, on)| Switch { placement: name.clone(), enabled: *on })
                .collect(),
            policies: view.policies().iter().map(|policy| policy.placement.clone()).collect(),
            terms: view.terms().is_some(),
            rules: view.rules().map(|rules| rules.rules.len()),
            rule_names: view.rules().map(|rules| rules.names.to_vec()).unwrap_or_default(),
            experiments: view.experiments().iter().map(ChangeRow::of).collect(),
            items: view.len(),
            changes: rows(view),
        }
    }

    fn text(&self) -> String {
        let made = self.made_at.as_ref().map_or("without an age".into(), |at| format!("made at {at}"));
        let mut lines = vec![format!(
            "{}: {} bytes, a {} overlay, revision {}, {made}, {} items",
            self.file,
            output::grouped(self.bytes as u64),
            self.audience,
            self.revision,
            output::grouped(self.items as u64)
        )];
        lines.extend(
            self.switches
                .iter()
                .map(|switch| format!("switches {} {}", switch.placement, if switch.enabled { "on" } else { "off" })),
        );
        if !self.policies.is_empty() {
            lines.push(format!("policies of {}", self.policies.join(", ")));
        }
        if self.terms {
            lines.push("terms of the shop".into());
        }
        if let Some(rules) = self.rules {
            lines.push(format!("{rules} rules, in the place of all before"));
        }
        lines.extend(self.experiments.iter().map(|change| format!("experiment {}: {}", change.name, change.text())));
        if !self.changes.is_empty() {
            let mut rows = vec![["SKU", "state", "price", "value", "hidden at"].map(String::from).to_vec()];
            rows.extend(self.changes.iter().take(LISTED).map(Row::cells));
            lines.extend([String::new(), output::table(&rows)]);
        }
        if self.changes.len() > LISTED {
            lines.push(format!("and {} more; --json lists them", self.changes.len() - LISTED));
        }
        lines.join("\n")
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".into());
        vec![
            self.sku.clone(),
            or_dash(self.state.map(String::from)),
            or_dash(self.price.clone()),
            or_dash(self.value.map(|value| value.to_string())),
            or_dash(self.hidden_at.as_ref().map(|names| names.join(", "))),
        ]
    }
}

fn rows(view: &OverlayView<'_>) -> Vec<Row> {
    let currency = Currency::parse(view.currency()).unwrap_or(Currency::NONE);
    let money = |minor: i64| Money::new(minor, currency).to_string();
    let named = |mask: u64| {
        let hidden = |(n, _): &(usize, &String)| mask.checked_shr(*n as u32).is_some_and(|mask| mask & 1 == 1);
        view.placements().iter().enumerate().filter(hidden).map(|(_, name)| name.clone()).collect()
    };
    let mut rows = Vec::new();
    let mut changes = view.items();
    while let Some((sku, change)) = changes.next() {
        rows.push(Row {
            sku: String::from_utf8_lossy(sku).into_owned(),
            state: change.state.map(|state| state.name()),
            price: change.price.map(money),
            confirmed: change.confirmed,
            value: change.value,
            hidden_at: change.hidden.map(named),
            contribution: change.contribution.map(money),
            count: change.count,
        });
    }
    rows
}
