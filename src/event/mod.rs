//! What shoppers saw, chose and bought, and to which arm of which experiment it belongs.
//!
//! # The problem
//!
//! An experiment is judged by what is written down while it runs, by browsers and servers that lose things, repeat things and
//! have clocks of their own. What is missing from the log on one side only looks like an effect.
//!
//! # The idea
//!
//! One event is one line that stands for itself: what happened, when, at which placement, to whom, and which arm they were in.
//! Who is in an arm is *exposed* in the moment in which their arm decides what the placement holds; that event comes from
//! the control, too, with what would have been shown. Everything else follows from it: whoever was never exposed counts
//! nowhere. An event has a random id, so what arrives twice counts once.
//!
//! Nobody's name stands in a log that is kept: what does is a [`UnitKey`], the unit's hash under a secret key that is fixed
//! for the life of an experiment and destroyed after it.
//!
//! # In small numbers
//!
//! A visitor of the treatment opens the cart: an [`EventName::Exposure`] and, once the block has been in view, a
//! [`EventName::ViewItemList`] of four products; taps one: [`EventName::SelectItem`]; puts it into the cart:
//! [`EventName::AddToCart`]; and pays: [`EventName::Purchase`] with the order's number and lines. A visitor of the control
//! leaves an exposure, whose items nobody saw, and the purchase.
//!
//! # What it holds
//!
//! The types, for whoever makes or counts events. With the feature `train` also `json` and `parquet`, the two forms of a log,
//! `key`, under which units are hashed, `attribute`, what an order carries, and `SCHEMA`. What a log holds of people, and
//! how long, is said in `PRIVACY.md` beside this file.
//!
//! # What it does not do
//!
//! It joins nothing and counts nothing: that is the report's work. It knows no address, no device and no page.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod attribute;
mod build;
mod error;
mod fields;
pub mod json;
pub mod key;
mod moment;
pub mod parquet;
mod value;

pub use build::FIELDS;
pub use error::EventError;

use crate::shop::{Money, Timestamp};
use std::fmt;

/// JSON Schema (draft 2020-12) of an event: whatever it accepts is read, and whatever is read it accepts. What no such schema
/// can say is that a field stands twice and that a moment's offset takes it out of 1971 to 2100.
pub const SCHEMA: &str = include_str!("event.schema.json");

/// The version of the schema that this program writes.
pub const VERSION: u32 = 1;

/// A moment of the log: whole milliseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// The second that it lies in.
    pub fn second(self) -> Timestamp {
        Timestamp(self.0.div_euclid(1_000))
    }
}

impl From<Timestamp> for Moment {
    /// The first millisecond of the second.
    fn from(at: Timestamp) -> Self {
        Self(at.0.saturating_mul(1_000))
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventName {
    /// The arm of the unit decided what the placement holds; told by every arm alike.
    Exposure,
    /// A list was in view: an impression.
    ViewItemList,
    /// A product of a list was opened: a click.
    SelectItem,
    /// A product of a list was put into the cart.
    AddToCart,
    /// An order was placed.
    Purchase,
}

impl EventName {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Exposure, Self::ViewItemList, Self::SelectItem, Self::AddToCart, Self::Purchase];

    /// The word in a log: GA4's, but for the first.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::ViewItemList => "view_item_list",
            Self::SelectItem => "select_item",
            Self::AddToCart => "add_to_cart",
            Self::Purchase => "purchase",
        }
    }

    /// What a word of a log names; `impression` and `click` too, as some call them.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "impression" => Some(Self::ViewItemList),
            "click" => Some(Self::SelectItem),
            _ => Self::ALL.into_iter().find(|name| name.name() == word),
        }
    }
}

/// A unit's hash under a secret key: whoever lacks the key cannot tell the unit from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitKey(pub [u8; 16]);

impl UnitKey {
    /// The hash of 32 hexadecimal digits in lower case; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let bits = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten()?;
        Some(Self(bits.to_be_bytes()))
    }
}

impl fmt::Display for UnitKey {
    /// 32 hexadecimal digits in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Whom an event or an order is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// The unit itself, 1 to 128 characters.
    Unit(String),
    /// Its hash.
    Key(UnitKey),
}

/// How much the visitor allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consent {
    /// That it is known whose it is: the event has a unit.
    Full,
    /// That it is counted: no unit.
    Anonymous,
}

impl Consent {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Full, Self::Anonymous];

    /// The word in a log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Anonymous => "anonymous",
        }
    }
}

/// One product of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventItem {
    /// The shop's key of it.
    pub sku: String,
    /// Its place in the list, from 0.
    pub index: Option<u32>,
    /// Pieces; below 0 for what came back.
    pub quantity: Option<i64>,
    /// Of one piece.
    pub price: Option<Money>,
}

/// One event of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Random: what arrives twice counts once.
    pub id: String,
    /// What happened.
    pub name: EventName,
    /// When, by the clock of whoever tells.
    pub at: Moment,
    /// When it arrived, by the clock of whoever wrote the log.
    pub received_at: Option<Moment>,
    /// The placement; none for a purchase.
    pub placement: Option<String>,
    /// Which answer it belongs to.
    pub recommendation: Option<String>,
    /// Hash of the model that answered.
    pub model: Option<String>,
    /// Whom it is about; none without their consent.
    pub who: Option<Who>,
    /// How much they allowed.
    pub consent: Consent,
    /// The experiment that decided, and the arm: without an experiment `global_holdout` for those held out of everything, and `served`
    /// for those who are not, where some are.
    pub experiment: Option<String>,
    /// See `experiment`.
    pub variant: Option<String>,
    /// The items are what would have been shown.
    pub withheld: bool,
    /// What the shop says of the visitor, key by key.
    pub segment: Vec<(String, String)>,
    /// The products.
    pub items: Vec<EventItem>,
    /// Of a purchase: the order's number.
    pub order: Option<String>,
    /// Of a purchase: what was paid for its goods, where that is told.
    pub value: Option<Money>,
    /// Of a purchase: the arms that the order carries, experiment by experiment.
    pub variants: Vec<(String, String)>,
}

#[cfg(all(test, feature = "train"))]
mod tests;
