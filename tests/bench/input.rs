//! What the JavaScript benches need from the bundle's own code.
//!
//!     input edges BUNDLE         the edges, SKUs and constants of a bundle as one JSON text, for peers to work on
//!     input draw ITEMS FILE      a bundle drawn at random

mod draw;

use endcap::bundle::{Blend, Bundle, RelationKind};
use endcap::shop::{ItemId, StockState};
use serde_json::{Map, Value, json};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["edges", file] => println!("{}", edges(&Bundle::open(std::fs::read(file)?)?)),
        ["draw", items, file] => std::fs::write(file, draw::bundle(items.parse()?)?)?,
        _ => return Err("expected: edges BUNDLE, or: draw ITEMS FILE".into()),
    }
    Ok(())
}

/// A row is a flat list: neighbour, weight, neighbour, weight, …
fn edges(bundle: &Bundle<Vec<u8>>) -> Value {
    let items = || (0..bundle.len() as u32).map(ItemId);
    let skus: Vec<String> = items().filter_map(|item| bundle.dictionary()?.to_sku(item)).collect();
    let rows = |kind| -> Option<Value> {
        let relation = bundle.relation(kind)?;
        let row =
            |item| -> Value { relation.row(item).flat_map(|(to, weight)| [json!(to.0), json!(weight)]).collect() };
        Some(items().map(row).collect())
    };
    let relations: Map<String, Value> =
        RelationKind::ALL.into_iter().filter_map(|kind| Some((kind.name().to_string(), rows(kind)?))).collect();
    let blend = |b: &Blend| json!([b.cart, b.together, b.prior]);
    json!({
        "skus": skus,
        "priors": items().map(|item| bundle.prior(item)).collect::<Vec<_>>(),
        "out": items().filter(|item| bundle.stock(*item) == StockState::Out).map(|item| item.0).collect::<Vec<_>>(),
        "cart_blend": bundle.tuning().map(|tuning| tuning.cart.iter().map(blend).collect::<Vec<_>>()),
        "relations": relations,
    })
}
