//! Hand-made pairs: what the shop itself put beside a product, as pins or as a prior that shoppers overrule.
//!
//! A merchant knows on the first day that this strap fits that watch; the orders know it after a year. As a prior a pair
//! counts like [`ORDERS`] orders of the product that hold the other one: it leads where nothing is known, and the more
//! often its product is bought (or viewed), the more its own record decides.
//!
//! `w′ = w + max(0, u·c − w) · κ / (n + κ)`
//!
//! * `w` is the weight that behaviour gave the pair, 0 where there is none;
//! * `u` the weight of a sure neighbour in this relation's own units: the largest of the product's row, or the median of
//!   the rows' largest where that is more, or 1 where no row has any;
//! * `c` the credit of the pair's place among the product's, ((17 − place) / 16)², the ninth and all after it 1/4: the
//!   steps in which weights are stored, so that the shop's order holds while nothing speaks against it;
//! * `n` the orders (or visits) that hold the product, `κ` = [`ORDERS`]: with κ pseudo-orders that all hold the other
//!   item, `(n·w + κ·u·c) / (n + κ)` is the mean of what was seen and what was claimed. A claim never lowers a weight.
//!
//! In small numbers: neighbours of strong rows weigh 0.3. A strap that nobody bought yet with a watch of no orders gets
//! 0.3; after 20 orders of the watch without the strap 0.15, after 380 orders 0.015, below everything that was bought with
//! it. The same strap bought in a fifth of them would by then stand on its own 0.2.
//!
//! Products that share some of their pairs are guessed to share the rest, see [`with_implied`]; as pins only what the
//! shop made stands.
//!
//! A shop names products as it likes: a name is a SKU, or the group that its variants share. A pair for a group is a pair
//! for each variant; of a group that is to be shown, the parent or the best-selling variant that is not sold out is.

mod implied;
mod names;

pub use implied::with_implied;
pub(super) use names::CuratedLines;

use super::prune::Rows;
use crate::bundle::{DraftPin, Edge, Policy, Strategy};
use crate::shop::ItemId;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Orders of the product that hold the other item, which one pair counts like.
pub const ORDERS: f64 = 20.0;
/// Most pins of a product in one placement.
pub const PINS: usize = 8;
/// Most pins of a bundle: beyond them the later slots go first.
const ALL_PINS: usize = 100_000;

/// Where a pair is shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// In the placement of this name.
    Placement(Arc<str>),
    /// Wherever complements are.
    Complements,
    /// Wherever similar products are.
    Similar,
}

impl Place {
    /// Whether a pair for this place stands in a placement.
    fn is_in(&self, policy: &Policy) -> bool {
        match self {
            Self::Placement(name) => **name == *policy.placement,
            Self::Complements => matches!(policy.strategy, Strategy::CartAddons | Strategy::BoughtTogether),
            Self::Similar => policy.strategy == Strategy::Similar,
        }
    }
}

/// One hand-made pair of known products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CuratedPair {
    /// The product whose page is open or that lies in the cart.
    pub product: u32,
    /// What stands beside it.
    pub item: u32,
    /// The slot, from 1, where the shop says.
    pub slot: Option<u16>,
    /// Where.
    pub place: Place,
}

/// All hand-made pairs of a shop, and what became of the lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CuratedPairs {
    /// By product and place; within these with slots first, then in the order of the file. No pair twice.
    pub pairs: Vec<CuratedPair>,
    /// Lines read.
    pub lines: u64,
    /// Lines that name a product that is not known.
    pub unknown_lines: u64,
    /// Distinct names of such products.
    pub unknown_names: u64,
}

/// What a relation is to believe of one pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Claim {
    /// The product.
    pub product: u32,
    /// What stands beside it.
    pub item: u32,
    /// By its place among the product's, above 0 to 1.
    pub credit: f64,
}

impl CuratedPairs {
    /// The same pairs with every item `i` called `numbers[i]`.
    pub fn renumbered(&self, numbers: &[u32]) -> Self {
        let mut out = self.clone();
        for pair in &mut out.pairs {
            (pair.product, pair.item) = (numbers[pair.product as usize], numbers[pair.item as usize]);
        }
        // Stable: within a product and place the shop's order stays.
        out.pairs.sort_by(|a, b| (a.product, &a.place).cmp(&(b.product, &b.place)));
        out
    }

    /// The claims of pairs that stand in a placement of `policies` whose strategy is one of `strategies`: by product, then
    /// item, each once with its best credit.
    pub fn claims(&self, policies: &[Policy], strategies: &[Strategy]) -> Vec<Claim> {
        let asked = |place: &Place| policies.iter().any(|p| strategies.contains(&p.strategy) && place.is_in(p));
        let mut claims = Vec::new();
        for run in self.pairs.chunk_by(|a, b| (a.product, &a.place) == (b.product, &b.place)) {
            if asked(&run[0].place) {
                let claim = |(at, pair): (usize, &CuratedPair)| Claim {
                    product: pair.product,
                    item: pair.item,
                    credit: credit(at),
                };
                claims.extend(run.iter().enumerate().map(claim));
            }
        }
        claims.sort_by(|a, b| (a.product, a.item).cmp(&(b.product, b.item)).then(b.credit.total_cmp(&a.credit)));
        claims.dedup_by_key(|claim| (claim.product, claim.item));
        claims
    }

    /// Pairs that no placement of `policies` shows under one of `strategies`.
    pub fn nowhere(&self, policies: &[Policy], strategies: &[Strategy]) -> u64 {
        let shown = |place: &Place| policies.iter().any(|p| strategies.contains(&p.strategy) && place.is_in(p));
        self.pairs.iter().filter(|pair| !shown(&pair.place)).count() as u64
    }

    /// The pins of all placements, by placement, product and slot: at most [`PINS`] a product and no more than the
    /// placement shows.
    ///
    /// A slot that two pairs want goes to the item that sells better, the other one takes the next that is free. Pairs
    /// without a slot fill the first free ones in the order of the file.
    pub fn pins(&self, policies: &[Policy]) -> Vec<DraftPin> {
        let mut pins: Vec<DraftPin> = policies.iter().flat_map(|policy| self.pins_in(policy)).collect();
        let place = |pin: &DraftPin| (pin.placement.clone(), pin.product, pin.slot);
        pins.sort_by_cached_key(|pin| (pin.slot, place(pin)));
        pins.truncate(ALL_PINS);
        pins.sort_by_cached_key(place);
        pins
    }

    /// Pairs of which none of `pins` was made.
    pub fn unpinned(&self, pins: &[DraftPin]) -> u64 {
        let pinned: FxHashSet<(u32, u32)> = pins.iter().map(|pin| (pin.product.0, pin.item.0)).collect();
        self.pairs.iter().filter(|pair| !pinned.contains(&(pair.product, pair.item))).count() as u64
    }

    /// The pins of one placement.
    fn pins_in(&self, policy: &Policy) -> Vec<DraftPin> {
        let last = usize::from(policy.limit).min(PINS);
        let mut pins = Vec::new();
        for of_product in self.pairs.chunk_by(|a, b| a.product == b.product) {
            let slots = slots(of_product.iter().filter(|pair| pair.place.is_in(policy)), last);
            let pin = |(at, item): (usize, Option<u32>)| {
                Some(DraftPin {
                    placement: policy.placement.clone(),
                    product: ItemId(of_product[0].product),
                    slot: at as u8 + 1,
                    item: ItemId(item?),
                })
            };
            pins.extend(slots.into_iter().enumerate().filter_map(pin));
        }
        pins
    }
}

/// The credit of a pair's place, from 0: a step of four bits less for each place, down to a quarter.
fn credit(place: usize) -> f64 {
    let step = (16 - place.min(8)) as f64 / 16.0;
    step * step
}

/// What stands in each of `last` slots.
fn slots<'a>(pairs: impl Iterator<Item = &'a CuratedPair>, last: usize) -> Vec<Option<u32>> {
    let mut wishes: Vec<&CuratedPair> = pairs.collect();
    // Stable: of pairs without a slot the order of the file stays, places one after another.
    wishes.sort_by_key(|pair| pair.slot.map_or((u16::MAX, 0), |slot| (slot, pair.item)));
    let mut slots = vec![None; last];
    for pair in wishes {
        let from = pair.slot.map_or(0, |slot| usize::from(slot).saturating_sub(1));
        let free = (from..last).find(|at| slots[*at].is_none());
        if let Some(at) = free.filter(|_| !slots.contains(&Some(pair.item))) {
            slots[at] = Some(pair.item);
        }
    }
    slots
}

/// Leans the rows of a relation towards what the shop claims, see the module's formula; `seen` counts the orders (or
/// visits) that hold each item. Rows ascend by item before and after. Without claims nothing changes.
pub fn lean(rows: &mut Rows, seen: &[u32], claims: &[Claim], strength: f64) {
    let usual = usual_top(rows);
    for of_product in claims.chunk_by(|a, b| a.product == b.product) {
        let product = of_product[0].product as usize;
        let Some(row) = rows.get_mut(product) else { continue };
        let sure = usual.max(top(row));
        let n = f64::from(seen.get(product).copied().unwrap_or(0));
        for claim in of_product {
            raise(row, ItemId(claim.item), |own| {
                own + (sure * claim.credit - own).max(0.0) * strength / (n + strength)
            });
        }
    }
}

/// Gives an item of a row the weight that `to` makes of its own, which is 0 where it has none.
fn raise(row: &mut Vec<Edge>, item: ItemId, to: impl Fn(f64) -> f64) {
    match row.binary_search_by_key(&item, |edge| edge.item) {
        Ok(at) => row[at].weight = to(f64::from(row[at].weight)) as f32,
        Err(at) => row.insert(at, Edge { item, weight: to(0.0) as f32 }),
    }
}

/// The largest weight of a row, 0 where none is above.
fn top(row: &[Edge]) -> f64 {
    row.iter().map(|edge| f64::from(edge.weight)).fold(0.0, f64::max)
}

/// The median of the rows' largest weights; 1 where no row has any.
fn usual_top(rows: &Rows) -> f64 {
    let mut tops: Vec<f64> = rows.iter().map(|row| top(row)).filter(|top| *top > 0.0).collect();
    tops.sort_by(f64::total_cmp);
    tops.get(tops.len() / 2).copied().unwrap_or(1.0)
}

#[cfg(test)]
mod tests;
