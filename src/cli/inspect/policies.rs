//! One page that says which strategy runs where, who answers for it, and what success is.

use super::super::failure::Failure;
use super::super::output;
use crate::bundle::{Bundle, Objective, PlacementNote, Policy, SameBrand, SameCategory, StockUse, Strategy};
use crate::shop::StockState;
use serde::Serialize;

/// What is documented of one placement.
#[derive(Serialize)]
struct Documented {
    placement: String,
    enabled: bool,
    strategy: &'static str,
    does: &'static str,
    settings: Vec<String>,
    success: String,
    /// Known in an edge bundle only.
    owner: Option<String>,
    kpi: Option<String>,
    review_by: Option<String>,
    margin_floor: Option<f64>,
}

/// The page.
#[derive(Serialize)]
struct Page {
    file: String,
    model: String,
    /// Whether owners, targets and reviews are told at all.
    notes: bool,
    placements: Vec<Documented>,
}

/// Shows the policies of a bundle.
pub(super) fn policies(file: &str, bundle: &Bundle<Vec<u8>>, json: bool) -> Result<(), Failure> {
    let notes = bundle.private().map(|private| private.placements.as_slice());
    let note = |name: &str| notes.unwrap_or_default().iter().find(|note| note.placement == name);
    let page = Page {
        file: file.into(),
        model: bundle.head().model.to_string(),
        notes: notes.is_some(),
        placements: bundle.policies().iter().map(|policy| Documented::of(policy, note(&policy.placement))).collect(),
    };
    if json { output::print_json(&page) } else { output::print(page.text()) }
}

impl Documented {
    fn of(policy: &Policy, note: Option<&PlacementNote>) -> Self {
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let kpi = note.and_then(|note| text(&note.kpi));
        Self {
            placement: policy.placement.clone(),
            enabled: policy.enabled,
            strategy: policy.strategy.name(),
            does: does(policy.strategy),
            settings: settings(policy),
            success: match &kpi {
                Some(kpi) => format!("{kpi}: {}", success(policy.strategy)),
                None => success(policy.strategy).into(),
            },
            owner: note.and_then(|note| text(&note.owner)),
            kpi,
            review_by: note.and_then(|note| note.review_by).map(date),
            margin_floor: note.and_then(|note| note.margin_floor).map(|floor| floor as f64 / 1000.0),
        }
    }

    fn lines(&self, notes: bool) -> Vec<String> {
        let off = if self.enabled { "" } else { " (switched off)" };
        let mut lines = vec![
            format!("## {}{off}", self.placement),
            format!("strategy   {}: {}", self.strategy, self.does),
            format!("settings   {}", self.settings.join("; ")),
            format!("success    {}", self.success),
        ];
        if notes {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "nobody yet".into());
            lines.push(format!("owner      {}", or_none(&self.owner)));
            lines.push(format!("review by  {}", self.review_by.clone().unwrap_or_else(|| "no date yet".into())));
            lines.extend(self.margin_floor.map(|floor| format!("floor      {:.1} % of the price", floor * 100.0)));
        }
        lines
    }
}

impl Page {
    fn text(&self) -> String {
        let mut lines = vec![format!("# What runs where: {}, model {}", self.file, self.model)];
        for placement in &self.placements {
            lines.push(String::new());
            lines.extend(placement.lines(self.notes));
        }
        if !self.notes {
            lines.push("\nowners, targets, reviews and margin floors stand in the edge bundle".into());
        }
        lines.join("\n")
    }
}

/// What a strategy does.
fn does(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::CartAddons => "every line of the cart votes for what is bought with it",
        Strategy::BoughtTogether => "the open product votes for what is bought with it",
        Strategy::Similar => "what is looked at next, from the last ten views",
        Strategy::Replenish => "what this customer buys again",
        Strategy::Popular => "best sellers",
        Strategy::Alternatives => "what can be bought instead of the open product",
        Strategy::Rerank => "the shop's own list, reordered within bounds",
    }
}

/// What a strategy is judged by.
fn success(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::CartAddons => "more contribution an order than without, and no fewer orders",
        Strategy::BoughtTogether => "more orders with both products, and more contribution a visitor",
        Strategy::Similar | Strategy::Alternatives => {
            "more visitors who buy what they looked for, or something like it"
        }
        Strategy::Replenish => "more customers who come back in time",
        Strategy::Popular => "more visitors who open a product",
        Strategy::Rerank => "more visitors who buy from the list",
    }
}

/// What a policy sets, in words; what is neutral is left out.
pub(super) fn settings(policy: &Policy) -> Vec<String> {
    let mut out = vec![format!("at most {}", policy.limit)];
    let share = |share: f32| format!("{:.0} %", share * 100.0);
    let objective = match policy.objective {
        Objective::Relevance => None,
        Objective::Revenue => Some("price"),
        Objective::Margin => Some("margin"),
    };
    let loss = share(policy.max_relevance_loss);
    out.extend(objective.map(|what| format!("{what} may cost {loss} of the relevance")));
    if policy.min_relevance > 0.0 {
        out.push(format!("nothing below a relevance of {}", policy.min_relevance));
    }
    out.extend(policy.price.max_share_of_cart.map(|max| format!("at most {} of the cart", share(max))));
    let window = policy.price.relative_to_product;
    out.extend(window.map(|(min, max)| format!("{} to {} of the product's price", share(min), share(max))));
    let wider = policy.price.relax_to;
    out.extend(wider.map(|(min, max)| format!("{} to {} where the list is short", share(min), share(max))));
    out.extend(stock(policy));
    out.extend(match policy.same_category {
        SameCategory::Allow => None,
        SameCategory::Block => Some("nothing of the same category".into()),
        SameCategory::UnlessVaried => {
            Some("nothing of the same category, unless several of it are often bought".into())
        }
    });
    out.extend(match policy.same_brand {
        SameBrand::Allow => None,
        SameBrand::Only => Some("the same brand only".into()),
        SameBrand::Block => Some("nothing of the same brand".into()),
    });
    let caps =
        [("category", policy.max_per_category), ("brand", policy.max_per_brand), ("product", policy.max_per_group)];
    out.extend(caps.iter().filter(|(_, cap)| *cap > 0).map(|(what, cap)| format!("at most {cap} of a {what}")));
    if policy.diversity > 0.0 {
        out.push(format!("likeness costs up to {}", share(policy.diversity)));
    }
    let rungs: Vec<&str> = policy.fallback.iter().map(|rung| rung.name()).collect();
    out.push(if rungs.is_empty() {
        "not filled up".into()
    } else {
        format!("filled up with {}", rungs.join(", then "))
    });
    if policy.strategy == Strategy::Rerank {
        out.push(format!("nothing moves more than {} places", policy.max_moves));
    }
    out
}

/// What is buried or hidden by its stock.
fn stock(policy: &Policy) -> Vec<String> {
    let of = |wanted: StockUse| {
        let states = (0..policy.stock.len() as u8).map(StockState::from_byte);
        states.filter(|state| policy.stock_use(*state) == wanted).map(StockState::name).collect::<Vec<_>>()
    };
    let told = |(wanted, word): (StockUse, &str)| {
        let states = of(wanted);
        (!states.is_empty()).then(|| format!("{word} {}", states.join(", ")))
    };
    [(StockUse::Bury, "buries"), (StockUse::Hide, "hides")].into_iter().filter_map(told).collect()
}

/// A day since 1970 as a date.
fn date(day: i32) -> String {
    let at = jiff::Timestamp::from_second(i64::from(day) * 86_400);
    at.map_or_else(|_| day.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}
