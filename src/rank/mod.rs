//! A bundle and a context become scored candidates.
//!
//! # The idea
//!
//! Every item of the context votes: its row in a relation adds weight to each neighbour. Votes are summed into one number
//! an item and popularity is added; the best are asked whether they may be shown, and what they are worth to the shop beyond
//! their relevance; place after place is filled with the most valuable that caps let in. There is no I/O, no clock, no
//! randomness and no error: whatever comes in, a list comes out.
//!
//! # The order of operations
//!
//! 1. Candidates and their scores: [`Evidence`], [`Scores`], lined up by [`Queue`].
//! 2. Hard eligibility, before any cut: [`Eligibility`], with a [`Rejection`] for whatever fails it.
//! 3. The probability that a score stands for, and 4. the objective, bounded: [`Worth`].
//! 5. Filling under caps and for variety: [`Selection`].
//! 6. [`Pins`], outside every guarantee.
//!
//! What steps 2 to 5 promise: raising what an item is worth never lowers its rank; at every place the chosen item has at
//! least `(1 − ε)(1 − η)` of the relevance of the best that is free; ε = 0 is the order of relevance; a list is shorter than its
//! limit only where nothing else may be shown.
//!
//! # A worked example
//!
//! The cart holds a kettle and a dripper. The kettle's row says filters 0.2 and a scale 0.1, the dripper's says filters
//! 0.5. Filters score 0.7, the scale 0.1; with `prior` 0.5 and filters in 4 % of all orders, filters end at 0.72. The
//! kettle itself, though the dripper votes for it, is in the cart and so no candidate.
//!
//! # Beside the scores
//!
//! A product that nobody bought yet gets at most one place in four; what the shop pinned stands where the shop wants it; a
//! product of the customer's history is called due around the time of its repurchase gap. Where a placement is calibrated,
//! a pick's score is a probability: without an objective that changes no order.
//!
//! # Determinism
//!
//! Scores are sums of f32 in a fixed order (context in item order, rows in item order) of products with a fixed order of
//! factors; only + − × ÷ and comparisons are used, so every platform gives the same bits. Equal scores are in item order.
//!
//! # What it does not do
//!
//! It knows no placement, no SKU and no request: that is the `placement` room.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod context;
mod due;
mod eligible;
mod evidence;
mod heap;
mod pick;
mod pins;
mod queue;
mod rejection;
mod scores;
mod select;
mod value;
mod window;

pub use context::{Context, Purchase};
pub use due::{due_items, is_due};
pub use eligible::{Eligibility, Standing};
pub use evidence::{Evidence, because};
pub use pick::{MAX_BECAUSE, Parts, Pick, Reason};
pub use pins::Pins;
pub use queue::{CHECKED, Queue};
pub use rejection::Rejection;
pub use scores::Scores;
pub use select::{Candidate, NEW_IN, Selection};
pub use value::{Meaning, Worth};
