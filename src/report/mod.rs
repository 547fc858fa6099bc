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
//! # The way of the data
//!
//! 1. [`Intake`] takes products, order lines and events, row by row, in any order. Order lines and purchases become one order
//!    each; orders and events are dealt to shards by the unit they are about, on disk where memory is short.
//! 2. One shard after the other is looked at unit by unit: first exposure, arm, what was ordered from then on, what was clicked
//!    before. What a unit adds is whole numbers, so a report is the same for any order of files, shards and threads.
//! 3. [`Reporter`] judges: the sizes of the arms, the join of orders, lifts with intervals by visitor, and the registered rule.
//! 4. [`told`] is the report as values; [`page()`] and [`text()`] show them to people.
//!
//! # What counts
//!
//! A unit counts from its first exposure in an arm on, with all its orders until the end of the plan. Attached is an order with
//! a product that the arm showed, or would have shown, in the days before: the same question in both arms. A margin is what
//! was paid less what it cost; where few costs are known it is that of the others, and where most are not, revenue stands in
//! for it. Large orders are cut off as a whole, at the registered cap on what the rule looks at. History, for CUPED, are the
//! unit's own orders before its first exposure: those of the same customer without the unit are not, since only who orders
//! again could be linked to them, and that the experiment may have changed.
//!
//! What was first exposed after the plan's days counts for days and segments of nothing. An unclear test gets thirty days
//! more and is then decided by all of them; segments, promotions and novelty stay those of the plan's days.
//!
//! # What it holds beside
//!
//! [`statistics`]: the numbers that experiments are judged by, as pure functions. [`past`]: what the orders so far say of the
//! noise. [`feasible`]: what a plan can decide with it. [`inputs`]: logs and orders as they stand in files.
//!
//! # What it does not do
//!
//! It assigns nobody to an arm, and it adds up no attribution: what is attributed to a placement and what the placement brought
//! are two figures. Several treatments of one experiment are each held to the rule by itself.
//!
//! # Example
//!
//! ```
//! use endcap::report::{Reporter, Settings, Sources};
//!
//! let reporter = Reporter::new(Settings::default());
//! let intake = reporter.intake(None); // give it products, order lines and events
//! let report = reporter.report(intake, Sources::default())?;
//! assert_eq!(report.quality.findings[0].code, "no_events");
//! # Ok::<(), std::io::Error>(())
//! ```

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod days;
mod faults;
pub mod feasible;
mod frame;
pub mod inputs;
mod intake;
mod judged;
mod moments;
mod page;
pub mod past;
mod placements;
mod quality;
mod quarterly;
mod reporter;
mod settings;
pub mod statistics;
mod tally;
mod text;
pub mod told;
mod units;
mod words;

pub use crate::page::PageError;
pub use intake::Intake;
pub use page::page;
pub use quality::ReadFaults;
pub use quarterly::Beside;
pub use reporter::{Reporter, Sources};
pub use settings::{Place, Settings};
pub use text::text;

/// JSON Schema (2020-12) of a report as JSON, version [`told::VERSION`]: for whoever reads it by a program.
pub const SCHEMA: &str = include_str!("report.schema.json");
