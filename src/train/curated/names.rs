//! Lines of hand-made pairs to pairs of items: which item a name means.

use super::{CuratedPair, CuratedPairs, Place};
use crate::shop::{CuratedLine, CuratedPlace, Product, StockState};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Lines as they were read.
#[derive(Debug, Default)]
pub struct CuratedLines {
    lines: Vec<Line>,
    names: FxHashSet<Arc<str>>,
}

/// A line as it was read, its names kept once.
#[derive(Debug)]
struct Line {
    product: Arc<str>,
    item: Arc<str>,
    slot: Option<u16>,
    place: Place,
}

impl CuratedLines {
    /// Takes a line.
    pub fn push(&mut self, line: CuratedLine<'_>) {
        let place = match line.place {
            CuratedPlace::Complements => Place::Complements,
            CuratedPlace::Similar => Place::Similar,
            CuratedPlace::Placement(name) => Place::Placement(self.name(name)),
        };
        let (product, item) = (self.name(line.product), self.name(line.item));
        self.lines.push(Line { product, item, slot: line.slot, place });
    }

    /// The one copy of a name.
    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        self.names.insert(name.clone());
        name
    }

    /// The pairs of known products, each once; of two lines for one pair the smaller slot holds.
    pub fn resolve(self, products: &[Product]) -> CuratedPairs {
        let mut out = CuratedPairs { lines: self.lines.len() as u64, ..CuratedPairs::default() };
        if self.lines.is_empty() {
            return out;
        }
        let names = Directory::of(products);
        let mut unknown: FxHashSet<&Arc<str>> = FxHashSet::default();
        let mut found = Vec::new();
        for (at, Line { product, item, slot, place }) in self.lines.iter().enumerate() {
            let (pages, shown) = (names.pages(product), names.shown(item));
            unknown.extend(pages.is_empty().then_some(product));
            unknown.extend(shown.is_none().then_some(item));
            out.unknown_lines += u64::from(pages.is_empty() || shown.is_none());
            let Some(shown) = shown else { continue };
            let others = pages.into_iter().filter(|page| *page != shown);
            // Slots come before the order of the file; with a slot equal claims are settled by item.
            let order = slot.map_or((u16::MAX, at), |slot| (slot, 0));
            found.extend(others.map(|page| (page, place, order, shown, *slot)));
        }
        out.unknown_names = unknown.len() as u64;
        found.sort_unstable();
        let mut seen = FxHashSet::default();
        found.retain(|(page, place, _, shown, _)| seen.insert((*page, *place, *shown)));
        let pair = |(product, place, _, item, slot): (u32, &Place, _, u32, Option<u16>)| CuratedPair {
            product,
            item,
            slot,
            place: place.clone(),
        };
        out.pairs = found.into_iter().map(pair).collect();
        out
    }
}

/// Which items a name means.
struct Directory<'a> {
    products: &'a [Product],
    skus: FxHashMap<&'a str, u32>,
    groups: FxHashMap<&'a str, Vec<u32>>,
}

impl<'a> Directory<'a> {
    fn of(products: &'a [Product]) -> Self {
        let mut groups: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        for (item, product) in products.iter().enumerate() {
            if let Some(group) = product.group.as_deref().map(str::trim) {
                groups.entry(group).or_default().push(item as u32);
            }
        }
        let skus = products.iter().enumerate().map(|(item, product)| (product.sku.as_str(), item as u32)).collect();
        Self { products, skus, groups }
    }

    /// The items on whose pages a pair for `name` stands: the SKU, and the variants of the group.
    fn pages(&self, name: &str) -> Vec<u32> {
        let variants = self.groups.get(name).into_iter().flatten().copied();
        let mut pages: Vec<u32> = self.skus.get(name).copied().into_iter().chain(variants).collect();
        pages.sort_unstable();
        pages.dedup();
        pages
    }

    /// The item that is shown for `name`: the SKU, or the best-selling variant; what is sold out only for want of another.
    fn shown(&self, name: &str) -> Option<u32> {
        let variants = self.groups.get(name).into_iter().flatten();
        let mut all = self.skus.get(name).into_iter().chain(variants).copied();
        let first = all.clone().next();
        let sold_out = |item: u32| {
            self.products
                .get(item as usize)
                .is_none_or(|p| StockState::of(p.availability, p.stock, 0) == StockState::Out)
        };
        all.find(|item| !sold_out(*item)).or(first)
    }
}
