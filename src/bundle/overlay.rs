//! Overlays: what changed since training, in a file of its own.
//!
//! An overlay speaks in SKUs and names of placements, so that it survives a retrain, and says whose it is, which revision
//! and how old. FORMAT.md describes its bytes, [`encode`] writes them and [`OverlayView`] reads them.

use super::experiments::ExperimentChange;
pub use super::overlay_error::OverlayError;
pub use super::overlay_view::{Changes, OverlayRulesView, OverlayView, SignedSkus};
pub use super::overlay_writer::encode;
use super::policy::{Policy, ShopTerms};
use super::rule::CompiledRule;
use crate::shop::StockState;

/// An overlay before it is bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverlayDraft {
    /// Whose it is, as in [`ShopTerms::shop`].
    pub shop: [u8; 16],
    /// The currency of its prices; `XXX` where the shop names none.
    pub currency: String,
    /// An older one is refused, the same is a no-op.
    pub revision: u64,
    /// When it was made, in seconds since 1970.
    pub made_at: Option<i64>,
    /// Whether it holds what only a server may know.
    pub edge: bool,
    /// The placements that masks speak of, by bit.
    pub placements: Vec<String>,
    /// What changed of items, ascending by SKU, no SKU twice.
    pub items: Vec<ItemChange>,
    /// Placements switched on or off.
    pub switches: Vec<(String, bool)>,
    /// Policies that take the place of those of the same placement.
    pub policies: Vec<Policy>,
    /// What takes the place of the shop's terms.
    pub terms: Option<ShopTerms>,
    /// What takes the place of all rules.
    pub rules: Option<OverlayRules>,
    /// Experiments that assign nobody any more, or again, or by other shares; no name twice.
    pub experiments: Vec<ExperimentChange>,
}

/// What changed of one item; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemChange {
    /// The item.
    pub sku: String,
    /// Whether it can be sold.
    pub state: Option<StockState>,
    /// Price in minor units, ≥ 0.
    pub price: Option<i64>,
    /// Whether a price that jumped is meant.
    pub confirmed: bool,
    /// Class of what it is worth to the shop, 0 to 7.
    pub value: Option<u8>,
    /// Bit n: it is hidden at the n-th of [`OverlayDraft::placements`].
    pub hidden: Option<u64>,
    /// Price less cost in minor units; in edge overlays only.
    pub contribution: Option<i64>,
    /// Units on hand; in edge overlays only.
    pub count: Option<i64>,
}

/// What an open overlay says of one item; `None` leaves it as it is. [`ItemChange`] describes the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Whether it can be sold.
    pub state: Option<StockState>,
    /// Price in minor units, ≥ 0.
    pub price: Option<i64>,
    /// Whether a price that jumped is meant.
    pub confirmed: bool,
    /// Class of what it is worth to the shop, 0 to 7.
    pub value: Option<u8>,
    /// Bit n: it is hidden at the n-th placement of the overlay.
    pub hidden: Option<u64>,
    /// Price less cost in minor units.
    pub contribution: Option<i64>,
    /// Units on hand.
    pub count: Option<i64>,
}

/// Rules that speak in SKUs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverlayRules {
    /// The rules; their placements are bits of [`OverlayDraft::placements`].
    pub rules: Vec<CompiledRule>,
    /// Their names, in edge overlays only; otherwise empty.
    pub names: Vec<String>,
    /// Every SKU that is in a set, ascending.
    pub skus: Vec<String>,
    /// The signature of each of these.
    pub signature_of: Vec<u32>,
    /// The sets of each signature, ascending; the first is empty. None at all where no SKU is in a set.
    pub signatures: Vec<Vec<u16>>,
}
