//! The bundle: one compact file that holds a trained model, and the only room that knows its bytes.
//!
//! # The problem
//!
//! A page needs some 160,000 neighbours with weights, 10,000 SKUs and a handful of settings: as JSON nine megabytes that
//! must be parsed into objects before the first question. A bundle holds them in a tenth of that, is checked once, and is
//! read where it lies.
//!
//! # The way
//!
//! A [`Draft`] is what training hands over; [`write()`] makes it bytes; [`Bundle::open`] checks the bytes and reads them in
//! place; [`slice()`] cuts a smaller bundle of the same model, and [`Model`] joins slices again. FORMAT.md, in this folder,
//! is the normative description.
//!
//! What changes by the hour does not wait for a training: an [`OverlayDraft`] holds it, [`overlay::encode`] makes it bytes,
//! and [`OverlayView::open`] checks and reads them. Both files come in two kinds: public ones tell nothing that a shop's
//! rival should not know, edge ones are for the shop's own servers.
//!
//! # A worked example
//!
//! A row with the neighbours 3, 4 and 9 and the weights 0.5, 0.02 and 0.125 is stored as the gaps 3, 0 and 4, the scale
//! 0.5, and four-bit codes of √(w / 0.5): 15, 2 and 7. With Rice parameter 1 the gaps take 3, 2 and 4 bits; the row takes
//! 9 + 12 bits and a header of about 20, five bytes and a bit for three neighbours.
//!
//! # What it does not do
//!
//! It does not decide which neighbours are worth keeping (training), nor what a placement makes of them (ranking).

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod bits;
mod calibration;
mod cards;
mod class_pairs;
mod columns;
mod dictionary;
mod draft;
mod error;
mod experiments;
mod facts;
mod gap;
mod hash;
mod head;
mod hidden;
pub mod layout;
mod model;
mod open;
pub mod overlay;
mod overlay_error;
mod overlay_head;
mod overlay_skus;
mod overlay_view;
mod overlay_writer;
mod pins;
mod policy;
mod private;
pub mod quantise;
mod relation;
mod relation_writer;
mod row_plan;
mod rule;
mod rule_table;
mod slice;
mod stored;
mod structured;
mod terms;
mod trade;
mod verify;
mod verify_trade;
mod write;

pub use dictionary::{Dictionary, SkusInOrder};
pub use draft::*;
pub use error::{DraftError, OpenError};
pub use experiments::{ExperimentChange, Experiments, StoredControl, StoredExperiment};
pub use hash::{Hash, ModelId};
pub use head::{Head, Section};
pub use model::Model;
pub use open::Bundle;
pub use overlay::{
    Change, Changes, ItemChange, OverlayDraft, OverlayError, OverlayRules, OverlayRulesView, OverlayView, SignedSkus,
};
pub use pins::Pin;
pub use policy::*;
pub use private::*;
pub use relation::{Relation, Row};
#[cfg(feature = "train")]
pub(crate) use relation_writer::encode as relation_bytes;
pub use rule::*;
pub use rule_table::Signatures;
#[cfg(feature = "train")]
pub(crate) use slice::small_size;
pub use slice::{Audience, Cut, Profile, slice};
pub use structured::{FADE_STEPS, MAX_LIMIT, MAX_VIEWS};
pub use verify::{Finding, verify};
pub use write::write;
