//! The relation of what is alike: from visits where there are some, filled by the catalog; from the catalog alone where
//! there are none.

use super::answering;
use super::calibrate::Lines;
use super::found::Found;
use super::judge::{ENOUGH, Trial};
use super::metrics::Goal;
use super::options::{Options, Stage, Watch};
use super::visit_model::{Catalog, VisitModel};
use super::visits::VisitBench;
use crate::bundle::{DraftClass, RelationKind, Strategy, Verdict};
use crate::train::History;
use crate::train::assemble::Classes;
use crate::train::attributes::Attributes;
use crate::train::cold::fill_cold;
use crate::train::pairs::Pairs;
use crate::train::prune::Size;
use crate::train::separate::{complements, direction_gate, keeps_apart};

/// The relation, of products that `sold` orders hold, pushed to `found` where anything is known to make it of, and the model of visits.
pub fn similar(
    history: &History,
    sold: &[u32],
    options: &Options,
    progress: &Watch<'_>,
    found: &mut Vec<Found>,
    lines: &mut Lines,
) -> VisitModel {
    progress(Stage::Similar.at(0, 1));
    if history.visits.is_empty() {
        found.extend(from_catalog(history, sold, options));
        return VisitModel::default();
    }
    from_visits(history, options, progress, found, lines)
}

/// Products like one without a row that may lend theirs.
const LENDERS: usize = 8;
/// Edges that a product without a row of its own is given at most: more than a page shows, fewer than evidence earns; and
/// fewer where there are many such products, down to a page's worth, so that they do not outweigh the rest.
const LENT: usize = 16;
const LENT_IN_ALL: usize = 160_000;
const A_PAGE: usize = 4;

/// What is known of orders beside their relations.
pub struct Orders<'a> {
    /// The pairs of all orders.
    pub pairs: &'a Pairs,
    /// Which classes shoppers buy several of.
    pub varied: Vec<DraftClass>,
}

/// Takes out of the relations of orders what no placement of the shop could show, and lends products without a row those
/// of products like them.
pub fn complete(history: &History, options: &Options, orders: &Orders<'_>, found: &mut [Found]) {
    if found.iter().all(|found| found.rows.iter().all(Vec::is_empty)) {
        return;
    }
    let classes = Classes::of(&history.products);
    let apart = keeps_apart(&options.policies).then_some(orders);
    let alike = Attributes::of(&history.products, &orders.pairs.count).rows(LENDERS);
    for found in found {
        if let Some(Orders { pairs, varied }) = apart {
            for rows in std::iter::once(&mut found.rows).chain(&mut found.unpruned) {
                complements(rows, &classes, varied);
                if found.kind == RelationKind::BoughtTogether {
                    direction_gate(rows, pairs, &history.products);
                }
            }
        }
        let rows = &mut found.rows;
        let without = rows.iter().filter(|row| row.is_empty()).count();
        fill_cold(rows, &alike, &classes, (LENT_IN_ALL / without.max(1)).clamp(A_PAGE, LENT));
        found.recount();
    }
}

/// What the catalog alone says. Nothing can be asked of it before there are visits.
fn from_catalog(history: &History, sold: &[u32], options: &Options) -> Option<Found> {
    let size = Size { row: options.rows.similar, ..Size::of(options.rows.similar, history.products.len(), true) };
    let rows = Attributes::of(&history.products, sold).rows(size.row);
    let any = rows.iter().any(|row| !row.is_empty());
    any.then(|| Found::new(RelationKind::Similar, "attributes".into(), Trial::unproven(0), rows, size, Vec::new()))
}

/// Chooses, judges and fits the relation of visits.
fn from_visits(
    history: &History,
    options: &Options,
    progress: &Watch<'_>,
    found: &mut Vec<Found>,
    lines: &mut Lines,
) -> VisitModel {
    let (visits, products) = (&history.visits, &history.products);
    let viewed = visits.shares().iter().filter(|share| **share > 0.0).count();
    let size = Size::of(options.rows.similar, viewed, true);
    let bought = |orders: usize| {
        let orders = history.baskets.slice(0..orders);
        (!orders.is_empty()).then(|| Pairs::count(&orders, options.support()))
    };
    // Validation may not know what was bought later.
    let early = bought(history.baskets.len() * 9 / 10);
    let bench = VisitBench::new(visits, Catalog { products, pairs: early.as_ref() }, size, options.seed, progress);
    let (mut trial, mut tried) = (Trial::unproven(bench.questions.len()), Vec::new());
    let pairs = bought(history.baskets.len());
    let beside = Catalog { products, pairs: pairs.as_ref() }.beside(visits, size);
    let mut model = VisitModel::untried(&beside);
    if bench.questions.len() >= ENOUGH {
        let climbed = bench.climb();
        let mine = bench.ranks(&climbed.rows, &climbed.model.fading());
        let fading = climbed.model.fading();
        let small = bench.ranks(&size.small(RelationKind::Similar, &climbed.rows), &fading);
        trial = Trial::of(&mine, &bench.simple(), Goal::Visit, options.seed).with_small(&mine, &small, Goal::Visit);
        if trial.verdict != Verdict::NoSignal {
            lines.learn(Strategy::Similar, &answering::visits(&bench.questions, &climbed.rows, &fading));
        }
        (tried, model) = (climbed.tried, climbed.model);
    }
    let rows = beside.rows(&model, visits);
    if rows.iter().all(Vec::is_empty) {
        trial.without_edges();
    }
    let unpruned = options.keep_unpruned.then(|| beside.unpruned(&model, visits));
    let similar = Found::new(RelationKind::Similar, model.describe(), trial, rows, size, tried);
    found.push(Found { unpruned, ..similar });
    model
}
