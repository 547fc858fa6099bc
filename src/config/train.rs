//! `[train]`: how relations are trained.

use super::TrainOptions;
use super::findings::Findings;
use super::reader::Section;
use crate::shop::CuratedAs;

/// The options of the table, complete with defaults.
pub(super) fn options(train: Section<'_, '_>, findings: &mut Findings<'_>) -> TrainOptions {
    let keys = ["min_support", "min_customers", "cart_row", "bought_together_row", "similar_row", "curated"];
    train.allow(&keys, &[], findings);
    let usual = TrainOptions::default();
    let min_customers = train.integer("min_customers", 1..=2, findings).and_then(|n| u8::try_from(n).ok());
    let min_support = train.integer("min_support", 1..=1_000, findings).and_then(|n| u32::try_from(n).ok());
    let curated =
        train.word("curated", &[CuratedAs::Prior, CuratedAs::Pins].map(|word| (word.name(), word)), &[], findings);
    let mut row = |key, usual| {
        let read = train.integer(key, 1..=128, findings);
        read.and_then(|n| u16::try_from(n).ok()).unwrap_or(usual)
    };
    TrainOptions {
        min_support: min_support.unwrap_or(usual.min_support),
        min_customers: min_customers.unwrap_or(usual.min_customers),
        cart_row: row("cart_row", usual.cart_row),
        bought_together_row: row("bought_together_row", usual.bought_together_row),
        similar_row: row("similar_row", usual.similar_row),
        curated: curated.unwrap_or(usual.curated),
    }
}
