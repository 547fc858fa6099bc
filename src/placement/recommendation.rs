//! The name of an answer: the same for the same answer to the same question, on every machine.

use super::request::Request;
use crate::rank::{Context, Pick};
use crate::shop::ItemId;
use std::fmt;

/// What is hashed first, so that no other hash of endcap can equal one of these.
const RECOMMENDATION: &[u8] = b"endcap/recommendation/1";

/// The name of an answer: the first 16 bytes of a BLAKE3 hash over the model, the overlay's revision, the request (the
/// placement, the time, the segment, and the question as the model understood it), the products and the arm. Events carry
/// it, so that a click and what it was a click on belong together within a unit. The unit is not in it: whoever knows a unit
/// could else find its lines in a log that names nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Recommendation(pub [u8; 16]);

impl fmt::Display for Recommendation {
    /// Thirty-two hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a name is made of.
pub(super) struct Naming {
    hasher: blake3::Hasher,
}

impl Naming {
    /// What is known before the question is read. Nothing is allocated.
    pub fn new(model: [u8; 16], revision: Option<u64>, request: &Request<'_>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(RECOMMENDATION).update(&model);
        let mut naming = Self { hasher };
        naming.number(revision.map(|revision| revision as i64));
        naming.number(request.now);
        naming.text(request.placement);
        // A segment is a set: the order of its keys means nothing, and no memory is taken to sort them.
        let mut sum = 0u128;
        for (key, value) in request.segment {
            let mut pair = Self { hasher: blake3::Hasher::new() };
            pair.text(key);
            pair.text(value);
            sum = sum.wrapping_add(u128::from_le_bytes(pair.end().0));
        }
        naming.hasher.update(&sum.to_le_bytes());
        naming
    }

    /// The question as the model understood it.
    pub fn question(&mut self, context: &Context, subtotal: Option<i64>, lines: usize) {
        for list in [&context.cart, &context.recent, &context.exclude] {
            self.number(Some(list.len() as i64));
            self.items(list.iter().copied());
        }
        self.number(context.product.map(|item| i64::from(item.0)));
        self.number(Some(context.history.len() as i64));
        for past in &context.history {
            self.hasher.update(&past.item.0.to_le_bytes()).update(&past.days_ago.to_bits().to_le_bytes());
        }
        self.number(subtotal);
        self.number(Some(lines as i64));
    }

    /// The experiment and the arm, where there are any.
    pub fn arm(&mut self, (experiment, variant): (Option<&str>, Option<&str>)) {
        self.text(experiment.unwrap_or_default());
        self.text(variant.unwrap_or_default());
    }

    /// The products of a list, in its order.
    pub fn picks(&mut self, picks: &[Pick]) {
        self.items(picks.iter().map(|pick| pick.item));
    }

    fn items(&mut self, items: impl Iterator<Item = ItemId>) {
        for item in items {
            self.hasher.update(&item.0.to_le_bytes());
        }
    }

    /// A text, with its length in front.
    pub fn text(&mut self, text: &str) {
        // No text is longer than 2⁶⁴ bytes.
        self.hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }

    /// A number that may be missing.
    pub fn number(&mut self, number: Option<i64>) {
        self.hasher.update(&[u8::from(number.is_some())]).update(&number.unwrap_or(0).to_le_bytes());
    }

    /// The name.
    pub fn end(self) -> Recommendation {
        let mut name = [0; 16];
        name.copy_from_slice(self.hasher.finalize().as_bytes().first_chunk::<16>().unwrap_or(&[0; 16]));
        Recommendation(name)
    }
}
