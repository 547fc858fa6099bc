//! What the fuzz targets share with the tests: a small sound bundle, hashes made good after damage, every question there is.

#[path = "../../support/mod.rs"]
mod support;

pub use support::damage::{exercise, with_hashes};

/// A bundle of six items with every section there is.
pub fn sound_bundle() -> Vec<u8> {
    endcap::bundle::write(&support::complete()).expect("a sound draft")
}
