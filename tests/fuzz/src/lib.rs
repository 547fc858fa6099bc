//! What the fuzz targets share with the tests: a small sound bundle, hashes made good after damage, every question there is.

#[path = "../../support/mod.rs"]
mod support;

pub use support::damage::{exercise, with_hashes};

/// A bundle of six items with every relation and cards.
pub fn sound_bundle() -> Vec<u8> {
    endcap::bundle::write(&support::six()).expect("a sound draft")
}
