//! endcap ranks cart add-ons and product complements where the shopper is.

pub mod bundle;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "train")]
pub mod config;
#[cfg(feature = "train")]
pub mod evaluate;
#[cfg(feature = "train")]
pub mod feed;
pub mod placement;
pub mod rank;
#[cfg(feature = "train")]
pub mod sample;
pub mod shop;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "wasm")]
pub mod wasm;
