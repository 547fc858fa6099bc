//! A spot on a page asks, a list of products answers.
//!
//! # The problem
//!
//! A page knows SKUs, a placement's name and what the shopper does. Ranking knows items and relations. Here the one is
//! turned into the other: the policy of the placement decides which evidence is asked, how many products are shown, what
//! the context rules out, and what fills a list that comes short.
//!
//! # A worked example
//!
//! The placement `cart` has the strategy `cart_addons` and a limit of 4. The request's cart holds `KETTLE-1` and
//! `UNKNOWN-9`. The unknown SKU is dropped; the kettle votes; three products have evidence and may be shown; the fourth
//! place is filled with the best seller that may be shown, its reason is `popular`, and the answer's `fallback` says so,
//! with the reason `short`.
//!
//! # The order of the rungs
//!
//! Evidence, with at most one new product in four places; what only the wider window of prices lets pass; the rungs of the
//! policy, in its order: what goes with the categories of the context, best sellers of these categories, best sellers of the
//! shop, by their share of orders; new products with evidence that had to wait; new products without. Caps and eligibility hold
//! on every rung. The floor `min_relevance` is held against a pick's score: its probability where the placement is calibrated, and for
//! what a rung brings its share of orders; what the context says too little for is not brought by a rung either. A share is
//! lowered to the probability of the pick before it, so that a list never seems to get better towards
//! its end. Pins come last, outside every rule but eligibility, one variant a product, and the list's length.
//!
//! # Several blocks, a list of the shop's own, and why
//!
//! [`Page`] answers several placements without showing a product twice, [`Recommender::rerank`] moves the entries of a list within
//! bounds, [`Recommender::explain`] tells what became of every candidate, [`Recommender::patch`] lets an overlay take effect.
//!
//! # What it does not do
//!
//! It reads no clock, no file and no network, and it never fails: a request that makes no sense gets a list of best
//! sellers, or an empty one.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod explain;
mod fallback;
mod ladder;
mod page;
mod recommender;
mod request;
mod rerank;
mod trace;

pub use explain::{Explanation, Rejected, Shown, Vote};
pub use fallback::{Fallback, FallbackReason};
pub use page::Page;
pub use recommender::{Answer, Recommender, Silence};
pub use request::{Amount, PastPurchase, Request};
pub use rerank::{Alternatives, Place, Reranked};
