//! endcap ranks cart add-ons and product complements where the shopper is: in the browser or at the CDN edge, in
//! WebAssembly, in microseconds.
//!
//! A shop trains once, from the orders, clicks and catalog that it has, and ships one compact file. Every page asks that
//! file with the live cart; no network call is made per view.
//!
//! # The way of the data
//!
//! ```text
//! feed → train → bundle → rank → placement → event → report
//! ```
//!
//! One way, one hinge: [`bundle`]. Training drafts a bundle, ranking reads one; they meet only in `evaluate`, where
//! settings are chosen. The plain nouns that all rooms share are in [`shop`]. What shoppers did is told as events, and what
//! comes of it is a report, whose verdict is a change of the shop's own file or an overlay.
//!
//! # From orders to add-ons
//!
#![cfg_attr(feature = "train", doc = "```")]
#![cfg_attr(not(feature = "train"), doc = "```ignore")]
//! use endcap::evaluate;
//! use endcap::placement::{Recommender, Request};
//! use endcap::shop::OrderLine;
//! use endcap::train::Collector;
//! use endcap::{bundle, config::Config};
//!
//! // Sixty orders: a dripper goes with filters, a mug goes alone.
//! let mut orders = Collector::new();
//! for n in 0..60 {
//!     let order = n.to_string();
//!     let skus: &[&str] = if n % 3 == 0 { &["MUG"] } else { &["DRIPPER", "FILTERS"] };
//!     for sku in skus {
//!         orders.line(OrderLine { order: &order, sku, ..OrderLine::default() });
//!     }
//! }
//! let history = orders.finish()?;
//! let options = evaluate::Options { policies: Config::default().policies, ..Default::default() };
//! let trained = evaluate::train(&history, &options, &|_stage| {})?;
//! let file: Vec<u8> = bundle::write(&trained.draft)?;
//!
//! // Elsewhere, with nothing but the file:
//! let mut recommender = Recommender::open(file)?;
//! let answer = recommender.recommend(&Request { placement: "cart", cart: &["DRIPPER"], ..Default::default() });
//! let best = answer.and_then(|answer| answer.picks.first().copied()).map(|pick| pick.item);
//! let dictionary = recommender.model().base().dictionary();
//! assert_eq!(best.zip(dictionary).and_then(|(item, skus)| skus.to_sku(item)).as_deref(), Some("FILTERS"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! * none: the engine alone: [`bundle`], [`rank`], [`placement`], [`experiment`], and the form of an [`event`].
//! * `train`: reading files, training, evaluation, logs of events, reports, simulated months.
//! * `cli` (default): the `endcap` command.
//! * `wasm`: the surface of the npm package.

pub mod bundle;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "train")]
pub mod config;
#[cfg(feature = "train")]
pub mod evaluate;
#[cfg(feature = "train")]
pub mod event;
pub mod experiment;
#[cfg(feature = "train")]
pub mod feed;
#[cfg(feature = "train")]
pub mod page;
pub mod placement;
pub mod rank;
#[cfg(feature = "train")]
pub mod report;
pub mod rules;
#[cfg(feature = "train")]
pub mod sample;
pub mod shop;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "wasm")]
pub mod wasm;
