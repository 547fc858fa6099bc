//! Experiments of a bundle, and what an overlay makes of them.

use super::super::output;
use crate::bundle::{Bundle, ExperimentChange, StoredControl, StoredExperiment};
use crate::experiment::BasisPoints;
use serde::Serialize;
use std::collections::BTreeMap;

/// One experiment.
#[derive(Serialize)]
pub(super) struct ExperimentRow {
    name: String,
    placement: String,
    allocation: BTreeMap<String, f64>,
    control: &'static str,
    segment: BTreeMap<String, Vec<String>>,
    from: Option<String>,
    until: Option<String>,
}

/// What an overlay says of one experiment.
#[derive(Serialize)]
pub(in super::super) struct ChangeRow {
    pub name: String,
    enabled: Option<bool>,
    /// The shares that hold from then on; none: as they were.
    allocation: Option<BTreeMap<String, f64>>,
}

/// The experiments of a bundle.
pub(super) fn rows(bundle: &Bundle<Vec<u8>>) -> Vec<ExperimentRow> {
    bundle.experiments().list.iter().map(ExperimentRow::of).collect()
}

/// The experiments for a terminal; nothing where there are none.
pub(super) fn lines(rows: &[ExperimentRow], held_out: f64) -> Vec<String> {
    let mut lines = Vec::new();
    if !rows.is_empty() {
        let heads = ["experiment", "placement", "arms", "control", "for", "window"].map(String::from).to_vec();
        let table: Vec<Vec<String>> = std::iter::once(heads).chain(rows.iter().map(ExperimentRow::cells)).collect();
        lines.extend([String::new(), output::table(&table)]);
    }
    if held_out > 0.0 {
        lines.extend([String::new(), format!("held out of every placement: {held_out} of all visitors")]);
    }
    lines
}

impl ExperimentRow {
    fn of(stored: &StoredExperiment) -> Self {
        let date = |at: i64| jiff::Timestamp::from_second(at).map_or_else(|_| at.to_string(), |at| at.to_string());
        Self {
            name: stored.name.clone(),
            placement: stored.placement.clone(),
            allocation: allocation(&stored.arms),
            control: match stored.control {
                StoredControl::None => "none",
                StoredControl::Incumbent => "incumbent",
            },
            segment: stored.segment.iter().cloned().collect(),
            from: stored.from.map(date),
            until: stored.until.map(date),
        }
    }

    pub fn cells(&self) -> Vec<String> {
        let segment = self.segment.iter().map(|(key, values)| format!("{key} {}", values.join(" or ")));
        let segment: Vec<String> = segment.collect();
        let window = match (&self.from, &self.until) {
            (None, None) => "always".to_owned(),
            (Some(from), None) => format!("from {from}"),
            (None, Some(until)) => format!("until {until}"),
            (Some(from), Some(until)) => format!("{from} to {until}"),
        };
        vec![
            self.name.clone(),
            self.placement.clone(),
            shares(&self.allocation),
            self.control.to_owned(),
            if segment.is_empty() { "everybody".to_owned() } else { segment.join(", ") },
            window,
        ]
    }
}

impl ChangeRow {
    pub fn of(change: &ExperimentChange) -> Self {
        let arms = Some(&change.arms).filter(|arms| !arms.is_empty());
        Self { name: change.name.clone(), enabled: change.enabled, allocation: arms.map(|arms| allocation(arms)) }
    }

    /// `off`, `on, holdout 0.05, treatment 0.15`.
    pub fn text(&self) -> String {
        let on = self.enabled.map(|enabled| if enabled { "on".to_owned() } else { "off".to_owned() });
        on.into_iter().chain(self.allocation.as_ref().map(shares)).collect::<Vec<_>>().join(", ")
    }
}

/// Shares of arms as fractions.
fn allocation(arms: &[(String, u16)]) -> BTreeMap<String, f64> {
    arms.iter().map(|(arm, share)| (arm.clone(), BasisPoints(i32::from(*share)).to_fraction())).collect()
}

fn shares(allocation: &BTreeMap<String, f64>) -> String {
    allocation.iter().map(|(arm, share)| format!("{arm} {share}")).collect::<Vec<_>>().join(", ")
}
