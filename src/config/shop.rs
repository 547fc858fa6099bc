//! `[shop]` and `[stock]`: what holds for the shop as a whole.

use super::amounts;
use super::findings::Findings;
use super::reader::{Section, single, wrong_type};
use super::texts::{self, LONGEST};
use super::times::{self, Zone};
use super::{Config, LOW_AT};
use crate::bundle::{ShopTerms, StockUse};
use crate::shop::Currency;

/// `price_jump` where the file says nothing.
const PRICE_JUMP: f32 = 0.30;
/// Words of `when_stale`.
const WHEN_STALE: [(&str, StockUse); 3] =
    [("keep", StockUse::Show), ("bury", StockUse::Bury), ("hide", StockUse::Hide)];

/// The terms of a file that says nothing: no name, no cap, no age, and a price that jumps by 30 % is not believed.
pub(super) fn usual_terms() -> ShopTerms {
    ShopTerms { price_jump: Some(PRICE_JUMP), ..ShopTerms::default() }
}

/// `[shop]`; the zone of local times is returned, for it holds while the file is read only.
pub(super) fn shop(shop: Section<'_, '_>, config: &mut Config, findings: &mut Findings<'_>) -> Option<Zone> {
    let keys = ["name", "currency", "timezone", "free_shipping_at", "max_live_placements", "sensitive"];
    shop.allow(&keys, &[], findings);
    let expected = "three letters of ISO 4217 such as EUR";
    config.currency = shop.text("currency", expected, Currency::parse, findings).unwrap_or(Currency::NONE);
    config.terms.shop = texts::said(shop, "name", findings).map_or([0; 16], |(name, _)| shop_id(&name));
    config.terms.free_shipping_at = amounts::amount(shop, "free_shipping_at", config.currency, 1, findings);
    let live = shop.integer("max_live_placements", 1..=64, findings);
    config.terms.max_live_placements = live.and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
    let sensitive = texts::texts(shop, "sensitive", LONGEST, findings).unwrap_or_default();
    texts::remark_on_patterns("sensitive", &sensitive, findings);
    config.sensitive = sensitive.into_iter().map(|(text, _)| text).collect();
    times::zone(shop, findings)
}

/// The first 16 bytes of the BLAKE3 hash of a shop's name.
pub(super) fn shop_id(name: &str) -> [u8; 16] {
    let hash = blake3::hash(name.as_bytes());
    std::array::from_fn(|n| hash.as_bytes().get(n).copied().unwrap_or(0))
}

/// `[stock]`.
pub(super) fn stock(stock: Section<'_, '_>, config: &mut Config, findings: &mut Findings<'_>) {
    stock.allow(&["low_at", "stale_after", "when_stale", "price_jump"], &[], findings);
    config.low_at = stock.integer("low_at", 0..=1_000_000, findings).unwrap_or(LOW_AT);
    config.terms.stale_after = times::length(stock, "stale_after", findings);
    config.terms.when_stale = stock.word("when_stale", &WHEN_STALE, &[], findings).unwrap_or(StockUse::Show);
    if stock.has("when_stale") && !stock.has("stale_after") {
        stock.missing("stale_after", "stock", "an age such as \"6h\"", findings);
    }
    config.terms.price_jump = price_jump(stock, findings);
}

/// `price_jump`: a share, or `false` for no guard of prices.
fn price_jump(stock: Section<'_, '_>, findings: &mut Findings<'_>) -> Option<f32> {
    let Some(value) = stock.get("price_jump") else { return Some(PRICE_JUMP) };
    let expected = "a share above 0, at most 10, or false";
    match value.get_ref().as_bool() {
        Some(false) => None,
        Some(true) => wrong_type("price_jump", expected, value, findings),
        None => single("price_jump", value, expected, |share| share > 0.0 && share <= 10.0, findings),
    }
}
