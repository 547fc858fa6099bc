//! The `sample` room.
mod catalog;
mod dice;
