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
//! # Who is shown it
//!
//! A request names the visitor it is for, its *unit*, and the bundle holds the experiments. Every list is made; then it is
//! decided who sees it:
//!
//! | The visitor | `experiment` | `variant` | The list |
//! |---|---|---|---|
//! | is in no arm: no unit, none of their segment, outside the window, beyond the shares | none | none; `served` for a unit where others are held out of everything | shown; kept back as `incumbent` where the placement's experiment has `control = "incumbent"` |
//! | is in an arm other than the control | its name | the arm | shown |
//! | is in the control | its name | `holdout` | kept back as `holdout`, or as `incumbent` where that is its control |
//! | is held out of everything | none | `global_holdout` | kept back at every placement, as for the control |
//!
//! What is kept back stands in [`Answer::withheld`]: it is what an arm that shows its list would have been given. On a page it
//! takes no product from later blocks and fills no place. An experiment that an overlay took back is as if it were not there. A
//! placement that is switched off, and a block of a page that is full, expose nobody: they have no variant. Each answer has a
//! name, its [`Recommendation`], the same on every machine.
//!
//! # What it does not do
//!
//! It remembers no visitor. It reads no clock, no file and no network, and it never fails: a request that makes no sense gets a list of best
//! sellers, or an empty one.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod explain;
mod fallback;
mod ladder;
mod page;
mod recommendation;
mod recommender;
mod request;
mod rerank;
mod trace;
mod trials;

pub use explain::{Explanation, Rejected, Shown, Vote};
pub use fallback::{Fallback, FallbackReason};
pub use page::Page;
pub use recommendation::Recommendation;
pub use recommender::{Answer, Recommender, Silence};
pub use request::{Amount, PastPurchase, Request};
pub use rerank::{Alternatives, Place, Reranked};
pub use trials::{opened, stored, stored_arms};
