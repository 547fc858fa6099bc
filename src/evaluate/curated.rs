//! Hand-made pairs in a trained model: relations that lean towards them, or pins.
//!
//! Relations are chosen and judged without the pairs; what ships leans towards them. A shop without orders, or one whose
//! orders hold no signal, ships relations of its own pairs alone: they are all that is known.

use super::choose::Blends;
use super::found::Found;
use super::judge::Trial;
use super::options::Options;
use crate::bundle::{Blend, DraftPin, RelationKind, Strategy, Verdict};
use crate::shop::CuratedAs;
use crate::train::History;
use crate::train::curated::{Claim, ORDERS, lean, with_implied};
use crate::train::prune::{Rows, Size, prune};
use serde::Serialize;

/// The model of a relation that holds hand-made pairs only.
pub(super) const MODEL: &str = "curated pairs";
/// Strategies that ask for complements.
const COMPLEMENTS: [Strategy; 2] = [Strategy::CartAddons, Strategy::BoughtTogether];
/// Strategies that ask a relation at all.
const RELATED: [Strategy; 3] = [Strategy::CartAddons, Strategy::BoughtTogether, Strategy::Similar];

/// What became of a shop's hand-made pairs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CuratedReport {
    /// `prior` or `pins`.
    pub used_as: &'static str,
    /// Lines read.
    pub lines: u64,
    /// Lines that name a product which is not known; left out.
    pub unknown_lines: u64,
    /// Distinct names of such products.
    pub unknown_names: u64,
    /// Pairs of known products, a group counted by its variants.
    pub pairs: u64,
    /// Pins in all placements; 0 for a prior.
    pub pins: u64,
    /// Pairs that no placement shows: none of that name, or best sellers stand there; as pins also those for which a
    /// product has no slot left.
    pub left_out: u64,
}

/// Leans what was found towards the shop's pairs, where they are a prior, and says what became of them.
pub(super) fn apply(
    history: &History,
    options: &Options,
    found: &mut Vec<Found>,
    blends: &mut Blends,
    pins: &[DraftPin],
) -> Option<CuratedReport> {
    let curated = &history.curated;
    if curated.lines == 0 {
        return None;
    }
    let left_out = match options.curated {
        CuratedAs::Prior => {
            lean_all(history, options, found, blends);
            curated.nowhere(&options.policies, &RELATED)
        }
        CuratedAs::Pins => curated.unpinned(pins),
    };
    Some(CuratedReport {
        used_as: options.curated.name(),
        lines: curated.lines,
        unknown_lines: curated.unknown_lines,
        unknown_names: curated.unknown_names,
        pairs: curated.pairs.len() as u64,
        pins: pins.len() as u64,
        left_out,
    })
}

/// The pins, where the pairs are pins.
pub(super) fn pins(history: &History, options: &Options) -> Vec<DraftPin> {
    match options.curated {
        CuratedAs::Prior => Vec::new(),
        CuratedAs::Pins => history.curated.pins(&options.policies),
    }
}

/// Leans all relations, and makes those that are wanted and missing.
fn lean_all(history: &History, options: &Options, found: &mut Vec<Found>, blends: &mut Blends) {
    let claims = |strategies: &[Strategy]| with_implied(history.curated.claims(&options.policies, strategies));
    let (complements, similar) = (claims(&COMPLEMENTS), claims(&[Strategy::Similar]));
    let orders = history.baskets.popularity();
    let active = orders.iter().filter(|count| **count > 0).count();
    let rows = options.rows;
    let cart = Leaning { claims: &complements, seen: &orders, size: Size::of(rows.cart, active, false) };
    let together = Leaning { size: Size::of(rows.together, active, false), ..cart };
    lean_kind(RelationKind::Cart, &cart, found);
    lean_kind(RelationKind::BoughtTogether, &together, found);
    if !complements.is_empty() {
        let silent = |blend: &Blend| blend.cart + blend.together == 0.0;
        if blends.cart.iter().any(silent) {
            replace(RelationKind::Cart, &cart, found);
        }
        if silent(&blends.product) {
            replace(RelationKind::BoughtTogether, &together, found);
        }
        // One unit a pair and the prior of best sellers beside it: pairs lead until their products have sold well.
        blends.cart.iter_mut().filter(|blend| silent(blend)).for_each(|blend| blend.cart = 1.0);
        if silent(&blends.product) {
            blends.product.together = 1.0;
        }
    }
    let viewed = history.visits.popularity();
    let count = viewed.iter().filter(|count| **count > 0).count();
    let visits = Leaning { claims: &similar, seen: &viewed, size: Size::of(rows.similar, count, true) };
    lean_kind(RelationKind::Similar, &visits, found);
    if !similar.is_empty() && !found.iter().any(|found| found.kind == RelationKind::Similar && found.shipped()) {
        replace(RelationKind::Similar, &visits, found);
    }
}

/// What one relation leans towards.
#[derive(Clone, Copy)]
struct Leaning<'a> {
    claims: &'a [Claim],
    seen: &'a [u32],
    size: Size,
}

impl Leaning<'_> {
    /// The rows leant, and pruned again.
    fn lean(&self, rows: &mut Rows) {
        lean(rows, self.seen, self.claims, ORDERS);
        prune(rows, self.size.row);
    }
}

/// Leans a relation that ships.
fn lean_kind(kind: RelationKind, leaning: &Leaning<'_>, found: &mut [Found]) {
    let shipped = found.iter_mut().find(|found| found.kind == kind && found.shipped());
    let Some(found) = shipped.filter(|_| !leaning.claims.is_empty()) else { return };
    leaning.lean(&mut found.rows);
    found.report.edges = found.rows.iter().map(|row| row.len() as u64).sum();
}

/// Puts a relation of hand-made pairs alone in the place of one that says nothing; what is known of its trial stays in
/// the report.
fn replace(kind: RelationKind, leaning: &Leaning<'_>, found: &mut Vec<Found>) {
    let mut rows: Rows = vec![Vec::new(); leaning.seen.len()];
    leaning.lean(&mut rows);
    let edges = rows.iter().map(|row| row.len() as u64).sum();
    match found.iter_mut().find(|found| found.kind == kind) {
        Some(known) => {
            (known.rows, known.verdict) = (rows, Verdict::Unproven);
            (known.report.model, known.report.edges) = (MODEL.into(), edges);
        }
        None => {
            found.push(Found::new(kind, MODEL.into(), Trial::unproven(0), rows, leaning.size, Vec::new()));
            found.sort_by_key(|found| found.kind);
        }
    }
}

impl CuratedReport {
    /// One or two lines for a terminal.
    pub(super) fn to_text(&self) -> String {
        let Self { used_as, lines, unknown_lines, unknown_names, pairs, pins, left_out } = self;
        let mut out = match *used_as {
            "pins" => format!("curated: {pins} pins from {lines} lines ({pairs} pairs of products)\n"),
            _ => format!(
                "curated: {pairs} pairs of products from {lines} lines, as a prior that orders and views overrule\n"
            ),
        };
        if *unknown_lines > 0 {
            out += &format!("  {unknown_lines} lines name {unknown_names} products that are not known; left out\n");
        }
        if *left_out > 0 {
            let also = if *used_as == "pins" { ", or it has no slot left (8 a product, and its limit)" } else { "" };
            out += &format!("  {left_out} pairs are shown by no placement: none of that name in endcap.toml{also}\n");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::evaluate::{Trained, train};
    use crate::shop::{CuratedLine, CuratedPlace, OrderLine, Product};
    use crate::train::Collector;

    /// A shop of 40 products; `pairs` put `P1` beside `P0`, `P3` beside `P2`, ….
    fn shop(orders: usize, pairs: usize) -> Collector {
        let mut shop = Collector::new();
        let names: Vec<String> = (0..40).map(|n| format!("P{n:02}")).collect();
        names.iter().for_each(|sku| shop.product(Product { sku: sku.clone(), ..Product::default() }));
        for n in 0..orders {
            let (order, first) = (format!("O{n:05}"), n * n % 20);
            for sku in [&names[first], &names[first + 20]] {
                shop.line(OrderLine { order: &order, sku, ..OrderLine::default() });
            }
        }
        for pair in 0..pairs {
            let (product, item) = (names[2 * pair].as_str(), names[2 * pair + 1].as_str());
            for place in [CuratedPlace::Complements, CuratedPlace::Similar] {
                shop.curated(CuratedLine { product, item, slot: None, place });
            }
        }
        shop
    }

    fn trained(shop: Collector, curated: CuratedAs) -> Trained {
        let options = Options { policies: Config::default().policies, curated, ..Options::default() };
        train(&shop.finish().unwrap(), &options, &|_| {}).unwrap()
    }

    /// The SKUs of a row, best first.
    fn row(trained: &Trained, kind: RelationKind, sku: &str) -> Vec<String> {
        let draft = &trained.draft;
        let at = draft.items.iter().position(|item| item.sku == sku).unwrap();
        let relation = draft.relations.iter().find(|relation| relation.kind == kind).unwrap();
        let mut row = relation.rows[at].clone();
        row.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        row.into_iter().map(|edge| draft.items[edge.item.0 as usize].sku.clone()).collect()
    }

    #[test]
    fn a_shop_without_orders_ships_its_own_pairs() {
        let trained = trained(shop(0, 10), CuratedAs::Prior);
        for kind in RelationKind::ALL {
            assert_eq!(row(&trained, kind, "P00"), ["P01"]);
        }
        assert!(trained.draft.tuning.product.together > 0.0 && trained.draft.tuning.cart.iter().all(|b| b.cart > 0.0));
        assert!(trained.draft.manifest.relations.iter().all(|note| note.model == MODEL));
        let text = trained.report.to_text();
        assert!(text.contains("curated: 20 pairs of products from 20 lines, as a prior"), "{text}");
    }

    #[test]
    fn orders_stand_beside_pairs_and_before_them_as_they_grow() {
        let few = trained(shop(20, 1), CuratedAs::Prior);
        assert_eq!(row(&few, RelationKind::BoughtTogether, "P00")[0], "P01");
        let many = trained(shop(2_000, 1), CuratedAs::Prior);
        let row = row(&many, RelationKind::BoughtTogether, "P00");
        let place = |sku: &str| row.iter().position(|other| other == sku).unwrap();
        assert!(place("P20") == 0 && place("P01") > 0, "{row:?}");
    }

    #[test]
    fn orders_without_signal_leave_the_pairs_to_speak() {
        let mut shop = shop(0, 10);
        for n in 0..1_000 {
            let (order, sku) = (format!("O{n:05}"), format!("P{:02}", n * n % 40));
            shop.line(OrderLine { order: &order, sku: &sku, ..OrderLine::default() });
        }
        let trained = trained(shop, CuratedAs::Prior);
        assert_eq!(row(&trained, RelationKind::Cart, "P00"), ["P01"]);
        assert_eq!(row(&trained, RelationKind::BoughtTogether, "P00"), ["P01"]);
        let tuning = &trained.draft.tuning;
        assert!(tuning.cart.iter().all(|blend| blend.cart > 0.0) && tuning.product.together > 0.0);
        assert!(trained.report.to_text().contains("the shop's own pairs"), "{}", trained.report.to_text());
    }

    #[test]
    fn pins_change_no_relation() {
        let (with, without) = (trained(shop(500, 10), CuratedAs::Pins), trained(shop(500, 0), CuratedAs::Pins));
        assert_eq!(with.draft.relations, without.draft.relations);
        assert_eq!((with.draft.pins.len(), without.draft.pins.len()), (40, 0));
        assert!(with.report.to_text().contains("40 pins from 20 lines"), "{}", with.report.to_text());
    }

    #[test]
    fn an_unknown_placement_and_unknown_products_are_reported() {
        let mut odd = shop(100, 0);
        let place = CuratedPlace::Placement("nowhere");
        odd.curated(CuratedLine { product: "P00", item: "P01", slot: None, place });
        odd.curated(CuratedLine { product: "P00", item: "GONE", slot: None, place });
        let text = trained(odd, CuratedAs::Prior).report.to_text();
        assert!(text.contains("1 lines name 1 products that are not known"), "{text}");
        assert!(text.contains("1 pairs are shown by no placement"), "{text}");
    }
}
