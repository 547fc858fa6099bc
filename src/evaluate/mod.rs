//! Where training is judged: settings are chosen and models compared on orders and visits that they have not seen.
//!
//! # The problem
//!
//! A model that fits the past may still be useless tomorrow, and no setting is right for every shop: a grocer's carts
//! follow popularity, a gift shop's do not. So nothing is decided by taste.
//!
//! # The idea
//!
//! Hide the last tenth of the orders. Learn from the rest, and ask about each hidden order: these lines are in the
//! cart, which one is missing? The place at which a model names it is the only judge. Every candidate is measured as
//! it would ship, with few edges and few bits a weight, and simple methods are candidates like any other. The winner is
//! then refined (`refine`): old orders may count less, rows may lean to their class, popularity to the season (`season`),
//! each only where it helps or, for what keeps lists sensible, where it costs next to nothing. Small shops, whose last tenth
//! says little, are asked about several tenths.
//!
//! # In small numbers
//!
//! Ten questions; the model names the hidden item first, third and never eight times: HR@10 is 0.2, NDCG@10 is
//! (1 + 0.5) / 10 = 0.15. With so few questions nothing is certain, so the verdict is `unproven`; from a hundred on it
//! says whether the model beats plain popularity beyond doubt.
//!
//! # What it answers
//!
//! `run` asks several tasks (`tasks`), weighs each relation in several sizes (`costs`), holds probabilities (`calibrate`)
//! against later orders (`reliability`), asks the engine what each placement covers (`placements`), and says all of it as
//! text, JSON or a page with plots (`page`).
//!
//! # What it does not do
//!
//! It never looks at the hidden part while it learns, and it says nothing about money: whether shoppers buy more is
//! found out by an experiment in the shop.

mod again;
mod alike;
mod answering;
pub mod bootstrap;
mod calibrate;
mod choose;
mod costs;
mod counted;
mod curated;
mod draft;
mod found;
mod judge;
mod lists;
pub mod metrics;
mod models;
mod options;
mod orders;
mod page;
mod placements;
mod preview;
mod profiles;
#[cfg(test)]
mod promises;
mod questions;
mod recipe;
mod refine;
mod reliability;
mod report;
mod ruled;
mod run;
mod score;
mod season;
mod tasks;
mod text;
mod tune;
mod visit_model;
mod visits;

pub use crate::page::PageError;
pub use choose::{SupportCost, Tried};
pub use costs::{BuyBack, Kept, RelationCost, Size};
pub use counted::train_counted;
pub use curated::CuratedReport;
pub use lists::{Lists, Margins};
pub use models::Model;
pub use options::{Options, Progress, RowLengths, Stage, Watch};
pub use page::page;
pub use placements::{PlacementCoverage, coverage};
pub use preview::{PlacementPreview, Showing, preview};
pub use profiles::ProfileReport;
pub use reliability::{Observed, Reliability};
pub use report::{BaselineReport, RelationReport, TrainReport};
pub use run::{Evaluation, run};
pub use tasks::{Cold, ModelScore, TaskScore};
pub use text::coverage_text;
pub use tune::{Trained, train};
