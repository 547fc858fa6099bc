//! From what a shop sold and what its visitors looked at to relations worth shipping.
//!
//! # The problem
//!
//! A cart holds a few products; which others belong to it? The orders know: products that complete one another were
//! bought together before. But counts alone mislead. The best seller is in every order, so it was bought with
//! everything; and an order of eighty lines says less about each of its pairs than an order of two.
//!
//! # The idea
//!
//! Every model here ends as the same thing: one short row of weighted neighbours a product. Scoring a cart adds up the
//! rows of its lines. They differ in what a weight means:
//!
//! * [`together`]: how likely is j in an order that holds i. Good for one product.
//! * [`slim`]: what i adds about j once the other lines of the cart have spoken. Good for many lines, because their
//!   votes overlap: two lines that say the same thing share one vote.
//! * [`ease`]: the same for small catalogs with weights below zero, which is how "one of these two is enough" is said.
//! * [`coview`]: what is looked at near i in a visit. Good for "similar products".
//! * [`curated`]: what the shop itself put beside i, until shoppers say otherwise.
//! * [`attributes`]: what is like i by category, words, price and brand, where nobody has looked yet; [`cold`] brings it
//!   into thin rows, and [`separate`] tells what completes a product from what replaces it.
//!
//! A model's rows are then completed: [`significant`] drops what may be chance, [`smooth`] draws the rows of rarely bought
//! products towards their class, and [`season`] lets popularity lean to what sells now. Which of these help is measured, not
//! assumed.
//!
//! # In small numbers
//!
//! Four orders: {pot, filter}, {pot, filter}, {pot, mug}, {mug}. The pair (pot, filter) has two orders. The chance of
//! a filter given a pot is 2 of 3, of a mug 1 of 3: the row of `pot` is filter 0.67, mug 0.33. With orders weighed by
//! their size and rare products shrunk towards nothing this is what `bought_together` holds.
//!
//! Sums that a warehouse made take the place of the orders: [`counted`].
//!
//! Beside the relations stand [`class_pairs`], what goes with a whole class, and [`worth`], what an item is worth to the shop.
//!
//! # What it does not do
//!
//! It reads no files and makes no choices: which settings win on held-out orders is decided by
//! [`evaluate`](crate::evaluate), which calls the fits here. It keeps no profile of a customer; customers only serve to
//! see that a pair is the habit of two and not of one.
//!
//! # Determinism
//!
//! Baskets are sorted by time and number before any sum, items by popularity and SKU; every row is summed by one
//! thread in that order. Neither the number of threads nor the order of lines in a file changes a bit of the result.

pub mod assemble;
pub mod attributes;
pub mod baselines;
pub mod class_pairs;
pub mod cold;
mod collect;
pub mod counted;
pub mod coview;
pub mod curated;
pub mod ease;
mod error;
pub mod gaps;
pub mod history;
pub mod pairs;
pub mod prune;
pub mod repeat;
pub mod season;
pub mod separate;
pub mod significant;
pub mod slim;
pub mod smooth;
pub mod together;
pub mod worth;

pub use collect::Collector;
pub use curated::CuratedPairs;
pub use error::TrainError;
pub use history::{Baskets, Counts, History, Visits};
