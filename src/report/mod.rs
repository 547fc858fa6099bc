//! What an experiment in the shop has shown: from events and orders to lift, margin and a verdict.
//!
//! # The problem
//!
//! Held-out orders say which model names the missing product; only an experiment says whether the shop earns more. And
//! an experiment is easily misread: orders of one visitor resemble each other, one wholesale order outweighs a week, and
//! whoever looks every day sees a winner sooner or later.
//!
//! # The idea
//!
//! Visitors are drawn, so visitors are counted: each is one observation, with all that they bought. Every figure comes
//! with an interval, every rule is fixed before the start, and what the numbers cannot decide is called that.
//!
//! # In small numbers
//!
//! 20,000 orders an arm, the average order 5 % larger with recommendations, the margin rate down from 30 % to 29.1 %:
//! the margin an order rose by 1.05 × 0.97 − 1 = 1.85 %. The registered rule asks for 3 %: REVERT.
//!
//! # What it holds
//!
//! [`statistics`]: the numbers that experiments are judged by, as pure functions. [`past`]: what the orders so far say of the
//! noise. [`feasible`]: what a plan can decide with it. [`told`]: what a report says, as values; [`page()`] and [`text()`] show
//! them to people.
//!
//! # What it does not do
//!
//! It assigns nobody to an arm.

pub mod feasible;
mod page;
pub mod past;
pub mod statistics;
mod text;
pub mod told;
mod words;

pub use crate::page::PageError;
pub use page::page;
pub use text::text;

/// JSON Schema (2020-12) of a report as JSON, version [`told::VERSION`]: for whoever reads it by a program.
pub const SCHEMA: &str = include_str!("report.schema.json");
