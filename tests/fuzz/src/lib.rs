//! What the fuzz targets share with the tests: a small sound bundle, hashes made good after damage, every question there is.

#[path = "../../support/mod.rs"]
mod support;

pub use support::damage::{exercise, exercise_overlay, overlay_with_hash, with_hashes};

/// A bundle of six items with every section there is.
pub fn sound_bundle() -> Vec<u8> {
    endcap::bundle::write(&support::everything::everything()).expect("a sound draft")
}

/// An overlay that says everything an overlay can say.
pub fn sound_overlay() -> Vec<u8> {
    endcap::bundle::overlay::encode(&support::everything::overlay()).expect("a sound draft")
}
