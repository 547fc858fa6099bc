//! The evaluation as lines of text, for a terminal.

use super::costs::RelationCost;
use super::placements::PlacementCoverage;
use super::profiles::loss;
use super::reliability::Reliability;
use super::run::Evaluation;
use super::tasks::{Cold, ModelScore, TaskScore};
use std::fmt::Write as _;

impl Evaluation {
    /// A table a task, then costs, reliability and coverage.
    pub fn to_text(&self) -> String {
        let mut parts: Vec<String> = self.tasks.iter().map(|task| task.to_text(&self.currency)).collect();
        parts.extend(self.costs.iter().map(RelationCost::to_text));
        parts.extend((!self.reliability.is_empty()).then(|| reliability(&self.reliability)));
        parts.extend((!self.coverage.is_empty()).then(|| coverage_text(&self.coverage)));
        parts.join("\n")
    }
}

impl TaskScore {
    fn to_text(&self, currency: &str) -> String {
        let mut out = format!("{}: {} questions; {}\n", self.task, self.questions, self.cold.to_text());
        let visits = self.task == "session";
        let head = ["HR@4", "HR@10", "NDCG@10", "MRR@10", "HR@20", "MRR@20"].map(|name| format!("{name:>15}")).concat();
        let against = if visits { "HR@20" } else { "HR@10" };
        let _ = writeln!(out, "{:<12}{head}{:>13}  endcap / it, {against}", "", "coverage@10");
        for model in &self.models {
            let f = &model.figures;
            let cells = [f.hr4, f.hr10, f.ndcg10, f.mrr10, f.hr20, f.mrr20];
            let cells = cells.map(|m| format!("  {:.4} ±{:.4}", m.mean, m.error)).concat();
            let ratio = model.endcap_ratio.map_or(String::new(), |r| format!("  {:.2} to {:.2}", r.lower, r.upper));
            let _ = writeln!(out, "{:<12}{cells}{:>13.4}{ratio}", model.name, model.lists.coverage10);
        }
        self.models.iter().take(1).for_each(|own| out.push_str(&own.beside(currency)));
        out
    }
}

impl ModelScore {
    /// What else is known of the lists of a model.
    fn beside(&self, currency: &str) -> String {
        let mut out = format!("  {}: {:.1} bits of novelty", self.name, self.lists.novelty10);
        if let Some(share) = self.lists.class_share10 {
            let _ = write!(out, ", {:.0} % of pairs of one class", 100.0 * share);
        }
        if let Some(recall) = self.recall10 {
            let _ = write!(out, ", recall@10 {:.4} ±{:.4}", recall.mean, recall.error);
        }
        if let Some(margins) = self.margins {
            let realised = margins.realised10;
            let _ = write!(out, ", realised margin@10 {:.3} ±{:.3} {currency}", realised.mean, realised.error);
            if let Some(expected) = margins.expected10 {
                let _ = write!(out, ", expected {:.3}", expected.mean);
            }
        }
        out + "\n"
    }
}

impl Cold {
    fn to_text(&self) -> String {
        let Self { late, askable, hidden, hidden_cold, known, known_cold, .. } = self;
        format!(
            "{askable} of {late} could be asked; cold: {hidden_cold} of {hidden} hidden, {known_cold} of {known} known"
        )
    }
}

impl RelationCost {
    fn to_text(&self) -> String {
        let mut out = format!("cost of {} on {} {} questions\n", self.relation, self.questions, self.task);
        for size in &self.sizes {
            let name = format!("{} {}x{}", size.name, size.row, size.bits);
            let bytes = size.bytes.map_or("f32".to_string(), |bytes| format!("{bytes} B"));
            let each = size.bytes_an_edge.map_or(String::new(), |each| format!("{each:.2} B an edge"));
            let (hr, order) = (loss(&size.hr_kept), loss(&size.order_kept));
            let _ = writeln!(out, "  {name:<18}{bytes:>12}  {each:<16}  HR {:.4} {hr}  order {order}", size.hr.mean);
        }
        for back in &self.buy_back {
            let loses = format!("{} loses {:.1} %, over {:.0} %", back.profile, 100.0 * back.loss, 100.0 * back.limit);
            let _ = match back.with {
                Some((row, bits, bytes)) => {
                    writeln!(out, "  {loses}: {row} edges in {bits} bits, {bytes} B, would not")
                }
                None => writeln!(out, "  {loses}: no size of the curve would not"),
            };
        }
        out
    }
}

fn reliability(curves: &[Reliability]) -> String {
    let mut out = String::from("probabilities, on questions later than those they were fitted to\n");
    for curve in curves {
        let Reliability { placement, shown, brier, brier_of_mean, calibration_error, .. } = curve;
        let _ = writeln!(
            out,
            "  {placement:<16} {shown} shown, Brier {brier:.5} (one probability for all: {brier_of_mean:.5}), calibration \
             error {calibration_error:.5}"
        );
    }
    out
}

/// A line a placement: how often it has a full list of its own.
pub fn coverage_text(placements: &[PlacementCoverage]) -> String {
    let mut out = String::from("live products with a full list, best sellers not counted\n");
    for placement in placements {
        let PlacementCoverage { placement, limit, asked, full, some, slots, .. } = placement;
        let [full, some, slots] = [full, some, slots].map(|share| 100.0 * share);
        let _ = writeln!(
            out,
            "  {placement:<16} {full:.1} % of {asked} have {limit} of {limit}, {some:.1} % at least one, {slots:.1} % of slots"
        );
    }
    out
}
