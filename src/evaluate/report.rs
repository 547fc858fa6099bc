//! What a training run chose, and how it did.

use super::bootstrap::Interval;
use super::choose::{SupportCost, Tried};
use super::curated::CuratedReport;
use super::metrics::Figures;
use super::profiles::{self, ProfileReport};
use crate::train::Counts;
use serde::Serialize;
use std::fmt::Write as _;

/// Share of the value from which the cost of support is not worth a line.
const CHEAP: f64 = 0.95;

/// How one relation came to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RelationReport {
    /// `cart`, `bought_together` or `similar`.
    pub relation: &'static str,
    /// The winner with its settings.
    pub model: String,
    /// `signal`, `unproven` or `no_signal`.
    pub verdict: &'static str,
    /// Held-out questions that decided.
    pub questions: usize,
    /// Figures of the winner as it ships, with its blend, on those questions.
    pub figures: Option<Figures>,
    /// Figures of the simple methods, all their weights kept.
    pub baselines: Vec<BaselineReport>,
    /// 95 % interval of the value gained over popularity.
    pub over_popularity: Option<Interval>,
    /// Edges kept an item at most.
    pub row: usize,
    /// Bits a weight.
    pub bits: u8,
    /// What the relation takes and gives in each profile; empty where it is not shipped.
    pub profiles: Vec<ProfileReport>,
    /// Edges in all; 0 where the relation is not shipped.
    pub edges: u64,
    /// Every candidate and its worth.
    pub tried: Vec<Tried>,
}

/// One simple method on the same questions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaselineReport {
    /// Its name.
    pub name: &'static str,
    /// Its figures.
    pub figures: Figures,
    /// 95 % interval of relation ÷ baseline.
    pub ratio: Interval,
}

/// Summary of a training run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainReport {
    /// What was read.
    pub counts: Counts,
    /// One entry a relation that was tried.
    pub relations: Vec<RelationReport>,
    /// What `min_support` costs, where it is above 1 and there were questions.
    pub support: Option<SupportCost>,
    /// How popularity leans to the season, where that is clearly better.
    pub season: Option<String>,
    /// Days in which a purchase loses half of its weight; 0: it never does.
    pub repeat_half_life_days: f32,
    /// Customers that decided it.
    pub repeat_questions: usize,
    /// What became of hand-made pairs, where there are any.
    pub curated: Option<CuratedReport>,
}

impl TrainReport {
    /// The report as lines of text, for a terminal.
    pub fn to_text(&self) -> String {
        let c = &self.counts;
        let elsewhere = c.order_lines == 0 && c.orders > 0;
        let mut out = if elsewhere {
            format!("{} products, {} orders counted elsewhere, {} visits\n", c.items, c.orders, c.visits)
        } else {
            format!(
                "{} products, {} orders ({} with two or more), {} customers, {} visits\n",
                c.items, c.orders, c.orders_of_two, c.customers, c.visits
            )
        };
        if c.repeated_products > 0 {
            let _ = writeln!(out, "{} catalog lines repeat a SKU; one of each was kept", c.repeated_products);
        }
        if c.unknown_lines > 0 {
            let (lines, skus) = (c.unknown_lines, c.unknown_skus);
            let _ = writeln!(out, "{lines} lines of {skus} SKUs that the catalog lacks were left out");
        }
        if let Some(curated) = &self.curated {
            out.push_str(&curated.to_text());
        } else if c.orders == 0 {
            out.push_str("no orders: nothing is bought together yet; `cart` and product pages show best sellers\n");
        }
        for relation in &self.relations {
            relation.write(&mut out);
        }
        if let Some(SupportCost { with, without }) = self.support.filter(|cost| cost.with < CHEAP * cost.without) {
            let share = 100.0 * with / without;
            let _ = writeln!(
                out,
                "min_support keeps {share:.0} % of what all pairs would find: the rest are pairs of few orders or of one \
                 customer; `min_support = 1` under [train] ships them too, `min_customers = 1` those of three orders"
            );
        }
        if let Some(season) = &self.season {
            let _ = writeln!(out, "popularity leans: {season}");
        }
        let _ = match self.repeat_half_life_days {
            0.0 => writeln!(out, "replenish: purchases never fade ({} customers asked)", self.repeat_questions),
            days => writeln!(out, "replenish: half-life {days} days ({} customers asked)", self.repeat_questions),
        };
        out
    }
}

impl RelationReport {
    fn write(&self, out: &mut String) {
        let Self { relation, model, verdict, questions, edges, .. } = self;
        let _ = writeln!(out, "{relation}: {model}, {edges} edges, {verdict} on {questions} held-out questions");
        match (*verdict, self.questions) {
            _ if model == super::curated::MODEL => {
                out.push_str("  the shop's own pairs: behaviour says nothing here yet\n")
            }
            ("no_signal", 0) => out
                .push_str("  not shipped: no pair of products has support; its placements fall back to best sellers\n"),
            ("no_signal", _) => {
                out.push_str("  not shipped: no better than best sellers, to which its placements fall back\n")
            }
            ("unproven", _) => out.push_str("  shipped on trust: too few questions to tell\n"),
            _ => {}
        }
        let visits = *relation == "similar";
        let line = |name: &str, figures: &Figures| {
            let (hr, second, label) = match visits {
                true => (figures.hr20, figures.mrr20, ["HR@20", "MRR@20"]),
                false => (figures.hr10, figures.ndcg10, ["HR@10", "NDCG@10"]),
            };
            format!("  {name:<12} {} {:.4} ±{:.4}  {} {:.4}", label[0], hr.mean, hr.error, label[1], second.mean)
        };
        if let Some(figures) = &self.figures {
            let _ = writeln!(out, "{}", line("endcap", figures));
        }
        if !self.profiles.is_empty() {
            let _ = writeln!(out, "  {}", profiles::line(&self.profiles));
        }
        for baseline in &self.baselines {
            let Interval { lower, upper } = baseline.ratio;
            let _ =
                writeln!(out, "{}  endcap is {lower:.2} to {upper:.2} of it", line(baseline.name, &baseline.figures));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Verdict;

    #[test]
    fn the_text_names_the_choice_and_the_verdict() {
        let relation = RelationReport {
            relation: "cart",
            model: "slim l1 0.1 l2 10".into(),
            verdict: Verdict::Unproven.name(),
            questions: 12,
            figures: Some(Figures::default()),
            baselines: vec![],
            over_popularity: None,
            row: 16,
            bits: 4,
            profiles: vec![],
            edges: 4,
            tried: vec![],
        };
        let report = TrainReport {
            counts: Counts::default(),
            relations: vec![relation],
            support: Some(SupportCost { with: 0.2, without: 0.4 }),
            season: None,
            repeat_half_life_days: 150.0,
            repeat_questions: 0,
            curated: None,
        };
        let text = report.to_text();
        assert!(text.contains("cart: slim l1 0.1 l2 10, 4 edges, unproven on 12"), "{text}");
        assert!(text.contains("keeps 50 %"), "{text}");
        assert!(serde_json::to_string(&report).unwrap().contains("\"verdict\":\"unproven\""));
    }
}
