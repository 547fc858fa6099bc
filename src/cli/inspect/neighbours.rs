//! One product and its neighbours.

use super::super::failure::Failure;
use super::super::output;
use super::sku_of;
use crate::bundle::{Bundle, RelationKind};
use crate::shop::{Currency, ItemId};
use serde::Serialize;

#[derive(Serialize)]
struct Neighbours {
    sku: String,
    item: u32,
    relations: Vec<Neighbourhood>,
}

#[derive(Serialize)]
struct Neighbourhood {
    kind: &'static str,
    neighbours: Vec<Neighbour>,
}

#[derive(Serialize)]
struct Neighbour {
    sku: String,
    weight: f32,
    title: String,
}

/// Shows the neighbours of a product in every relation.
pub(super) fn neighbours(bundle: &Bundle<Vec<u8>>, sku: &str, json: bool) -> Result<(), Failure> {
    let item = bundle.dictionary().and_then(|dictionary| dictionary.item_of(sku));
    let item =
        item.ok_or_else(|| Failure::data(format!("expected a SKU of the bundle, found {sku:?}; --items lists them")))?;
    let relations = RelationKind::ALL.iter().filter_map(|kind| neighbourhood(bundle, *kind, item)).collect();
    let found = Neighbours { sku: sku.into(), item: item.0, relations };
    if json {
        return output::print_json(&found);
    }
    for relation in &found.relations {
        output::print(format!("{}, from {sku}:", relation.kind))?;
        let rows: Vec<Vec<String>> = relation
            .neighbours
            .iter()
            .map(|n| vec![n.sku.clone(), format!("{:.4}", n.weight), n.title.clone()])
            .collect();
        output::print(output::table(&rows))?;
    }
    Ok(())
}

/// The neighbours of `item`, heaviest first.
fn neighbourhood(bundle: &Bundle<Vec<u8>>, kind: RelationKind, item: ItemId) -> Option<Neighbourhood> {
    let title = |item| bundle.card(item, Currency::NONE).map(|card| card.title).unwrap_or_default();
    let row = bundle.relation(kind)?.row(item);
    let mut neighbours: Vec<Neighbour> =
        row.map(|(item, weight)| Neighbour { sku: sku_of(bundle, item), weight, title: title(item) }).collect();
    neighbours.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    Some(Neighbourhood { kind: kind.name(), neighbours })
}
