//! The rules table and its live overlay: what may be shown, what counts for more or less, and what changed an hour ago.

mod active;
mod book;
mod live;
mod patch;

pub use active::{Active, Barred, Bearing, Situation};
pub use book::Book;
pub use live::{Applied, Live};
pub use patch::{PatchError, Patched};
