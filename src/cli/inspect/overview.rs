//! The overview: sections, sizes, relations, placements, and what anyone can read.

use super::super::output;
use super::experiments::{self, ExperimentRow};
use crate::bundle::{Bundle, RelationKind, layout};
use crate::shop::ItemId;
use serde::Serialize;

/// What is in a bundle.
#[derive(Serialize)]
pub(super) struct Overview {
    file: String,
    bytes: usize,
    model: String,
    addition: bool,
    items: usize,
    generator: Option<String>,
    currency: Option<String>,
    sections: Vec<SectionRow>,
    relations: Vec<RelationRow>,
    placements: Vec<PlacementRow>,
    experiments: Vec<ExperimentRow>,
    global_holdout: f64,
    public: Vec<&'static str>,
}

#[derive(Serialize)]
struct SectionRow {
    name: &'static str,
    bytes: usize,
    required: bool,
}

#[derive(Serialize)]
struct RelationRow {
    kind: &'static str,
    edges: Option<usize>,
    bits: Option<u8>,
    signed: Option<bool>,
    bytes: Option<usize>,
    bytes_an_edge: Option<f64>,
    model: Option<String>,
    verdict: Option<&'static str>,
}

#[derive(Serialize)]
struct PlacementRow {
    placement: String,
    strategy: String,
    limit: u16,
}

impl Overview {
    pub fn of(file: String, bundle: &Bundle<Vec<u8>>) -> Self {
        let head = bundle.head();
        let sections = head.sections.iter().map(|section| SectionRow {
            name: section.kind().map_or("unknown", |kind| kind.name()),
            bytes: section.range.len(),
            required: section.flags & layout::SECTION_REQUIRED != 0,
        });
        let placements = bundle.policies().iter().map(|policy| PlacementRow {
            placement: policy.placement.clone(),
            strategy: policy.strategy.name().into(),
            limit: policy.limit,
        });
        Self {
            file,
            bytes: bundle.bytes().len(),
            model: head.model.to_string(),
            addition: head.is_addition(),
            items: bundle.len(),
            generator: bundle.manifest().map(|manifest| manifest.generator.clone()),
            currency: bundle.manifest().map(|manifest| manifest.currency.clone()),
            sections: sections.collect(),
            relations: RelationKind::ALL.iter().filter_map(|kind| RelationRow::of(bundle, *kind)).collect(),
            placements: placements.collect(),
            experiments: experiments::rows(bundle),
            global_holdout: f64::from(bundle.experiments().held_out) / f64::from(layout::WHOLE),
            public: readable(bundle),
        }
    }

    /// The overview for a terminal.
    pub fn text(&self) -> String {
        let number = |n: usize| output::grouped(n as u64);
        let mut lines = vec![format!(
            "{}: {} bytes, {} items, model {}",
            self.file,
            number(self.bytes),
            number(self.items),
            self.model
        )];
        if self.addition {
            lines.push("an addition: open another slice of the model first, then add this one".into());
        }
        if let (Some(generator), Some(currency)) = (&self.generator, &self.currency) {
            lines.push(format!("trained by {generator}, currency {currency}"));
        }
        let mut rows = vec![["section", "bytes", "share"].map(String::from).to_vec()];
        rows.extend(self.sections.iter().map(|section| {
            let share = 100.0 * section.bytes as f64 / self.bytes.max(1) as f64;
            vec![section.name.into(), number(section.bytes), format!("{share:.1} %")]
        }));
        lines.extend([String::new(), output::table(&rows)]);
        let mut rows =
            vec![["relation", "edges", "bits", "bytes an edge", "verdict", "model"].map(String::from).to_vec()];
        rows.extend(self.relations.iter().map(RelationRow::cells));
        lines.extend([String::new(), output::table(&rows)]);
        let mut rows = vec![["placement", "strategy", "limit"].map(String::from).to_vec()];
        rows.extend(self.placements.iter().map(|p| vec![p.placement.clone(), p.strategy.clone(), p.limit.to_string()]));
        if rows.len() > 1 {
            lines.extend([String::new(), output::table(&rows)]);
        }
        lines.extend(experiments::lines(&self.experiments, self.global_holdout));
        lines.extend([String::new(), "anyone who loads this file can read:".into()]);
        lines.extend(self.public.iter().map(|what| format!("  {what}")));
        lines.join("\n")
    }
}

impl RelationRow {
    /// The relation as it is held, as the manifest tells of it, or both.
    fn of(bundle: &Bundle<Vec<u8>>, kind: RelationKind) -> Option<Self> {
        let note = bundle.manifest().and_then(|manifest| manifest.relations.iter().find(|note| note.kind == kind));
        let held = bundle.relation(kind);
        if note.is_none() && held.is_none() {
            return None;
        }
        let section = bundle.head().sections.iter().find(|section| section.kind() == Some(kind.section()));
        let bytes = section.map(|section| section.range.len());
        Some(Self {
            kind: kind.name(),
            edges: held.map(|relation| relation.edges()),
            bits: held.map(|relation| relation.bits()),
            signed: held.map(|relation| relation.is_signed()),
            bytes,
            bytes_an_edge: held.zip(bytes).map(|(relation, bytes)| bytes as f64 / relation.edges().max(1) as f64),
            model: note.map(|note| note.model.clone()),
            verdict: note.map(|note| note.verdict.name()),
        })
    }

    fn cells(&self) -> Vec<String> {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "–".into());
        vec![
            self.kind.into(),
            or_dash(self.edges.map(|edges| output::grouped(edges as u64))),
            or_dash(self.bits.map(|bits| format!("{bits}{}", if self.signed == Some(true) { " + sign" } else { "" }))),
            or_dash(self.bytes_an_edge.map(|bytes| format!("{bytes:.2}"))),
            or_dash(self.verdict.map(String::from)),
            or_dash(self.model.clone()),
        ]
    }
}

/// What of prices, values and rules the file gives away.
fn traded(bundle: &Bundle<Vec<u8>>) -> Vec<&'static str> {
    let any = |holds: &dyn Fn(ItemId) -> bool| (0..bundle.len() as u32).any(|item| holds(ItemId(item)));
    let told = [
        (any(&|item| bundle.price(item).is_some()), "the price of each product"),
        (
            any(&|item| bundle.value(item).is_some()),
            "which eighth of the products each belongs to by what it gains a unit",
        ),
        (any(&|item| bundle.hidden(item) != 0), "which products are hidden at which placement, and not by what"),
        (
            !bundle.rules().is_empty(),
            "rules as numbers: where and when they hold, what they do, which products they are about",
        ),
        (
            !bundle.experiments().is_empty(),
            "which experiments run where, when and for whom, and how large their arms are",
        ),
    ];
    told.into_iter().filter(|(told, _)| *told).map(|(_, what)| what).collect()
}

/// What the file gives away, in a shopkeeper's words.
fn readable(bundle: &Bundle<Vec<u8>>) -> Vec<&'static str> {
    let mut out = Vec::new();
    if bundle.dictionary().is_some() {
        out.push("every SKU, and the order of products by popularity (the prior: their share of orders within 4 %)");
        out.push("whether each product is in stock, low, on backorder, on preorder or sold out");
        out.push("which products share a category and which are variants of one product, without names");
        out.push("the placements' names, strategies and limits");
    }
    if !bundle.calibrations().is_empty() {
        out.push("for each placement, how often its products are taken: the probability that a score stands for");
    }
    if bundle.head().sections.iter().any(|section| section.kind() == Some(layout::SectionKind::Gap)) {
        out.push("after how many days each product is usually bought again");
    }
    if bundle.has_pins() {
        out.push("which products the shop itself puts beside which");
    }
    if RelationKind::ALL.iter().any(|kind| bundle.relation(*kind).is_some()) {
        out.push("which products go together, and how strongly within a row");
    }
    if bundle.has_cards() {
        out.push("titles, categories, links, pictures, cart ids and prices");
    }
    out.extend(traded(bundle));
    out.push(match bundle.private() {
        Some(_) => "THIS IS AN EDGE BUNDLE: contributions, stock counts, brands, tags, rules by name; it never leaves the server",
        None => "not: costs, margins, stock counts, numbers of orders or customers",
    });
    out
}
