//! In how many orders two products were bought: counted from the orders themselves, for no bundle holds it.

use super::super::failure::Failure;
use super::super::progress::Talk;
use super::told::Told;
use crate::feed;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

/// Tells each vote in how many orders voter and product stand together. Memory: eight bytes an order and product that any
/// explanation names.
pub(super) fn count<'t>(paths: &[PathBuf], told: impl Iterator<Item = &'t mut Told>) -> Result<(), Failure> {
    if paths.is_empty() {
        return Ok(());
    }
    let mut told: Vec<&mut Told> = told.collect();
    let shown = told.iter().flat_map(|told| &told.shown);
    let named = shown.flat_map(|shown| std::iter::once(&shown.sku).chain(shown.votes.iter().map(|vote| &vote.sku)));
    let mut orders: HashMap<String, HashSet<u64>> = named.map(|sku| (sku.clone(), HashSet::new())).collect();
    let talk = Talk::new();
    for path in paths {
        let bar = talk.reading(path);
        let position = |bytes| bar.set_position(bytes);
        let options = feed::Options { progress: Some(&position), ..feed::Options::default() };
        let summary = feed::read_orders(path, &options, &mut |line| {
            if let Some(of_sku) = orders.get_mut(line.sku) {
                of_sku.insert(number(line.order));
            }
        });
        bar.finish_and_clear();
        talk.file_read(&summary?);
    }
    let none = HashSet::new();
    for shown in told.iter_mut().flat_map(|told| &mut told.shown) {
        let own = orders.get(&shown.sku).unwrap_or(&none);
        for vote in &mut shown.votes {
            vote.orders = Some(orders.get(&vote.sku).unwrap_or(&none).intersection(own).count());
        }
    }
    Ok(())
}

/// An order's number, shortened to eight bytes.
fn number(order: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    order.hash(&mut hasher);
    hasher.finish()
}
