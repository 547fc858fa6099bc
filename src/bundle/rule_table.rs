//! Rules and their sets as bytes. Rules are a structured section; sets are read where they lie.
//!
//! Items in the same sets share a *signature*. The section lists the sets of each signature and, in a column, the
//! signature of each item, so that a rule is looked up once a signature and never for each candidate.

use super::bits::u32_at;
use super::columns::{self, ColumnShape};
use super::error::{DraftError, OpenError};
use super::layout::{MAX_ALTERNATIVES, MAX_RULES_BYTES};
use super::rule::*;
use super::structured::{MAX_LIMIT, Structured, is_text};
use std::ops::Range;

impl Structured for Vec<CompiledRule> {
    const NAME: &'static str = "rules";
    const LIMIT: usize = MAX_RULES_BYTES;

    fn broken_rule(&self) -> Option<&'static str> {
        rules_rule(self)
    }
}

/// The rule of the format that compiled `rules` break, if they break one.
pub(super) fn rules_rule(rules: &[CompiledRule]) -> Option<&'static str> {
    if rules.len() > MAX_RULES {
        return Some("more than 4,096 rules");
    }
    rules.iter().find_map(|rule| {
        effect_rule(rule.effect)
            .or_else(|| selector_rule(&rule.selector))
            .or_else(|| rule.unless.as_ref().and_then(selector_rule))
            .or_else(|| condition_rule(&rule.when))
    })
}

/// The rule that an effect breaks, if it breaks one.
pub(super) fn effect_rule(effect: Effect) -> Option<&'static str> {
    let sound = match effect {
        Effect::Exclude | Effect::IncludeOnly => true,
        Effect::Boost(factor) => factor > 1.0 && factor <= 2.0,
        Effect::Bury(factor) => factor > 0.0 && factor < 1.0,
        Effect::Pin(slot) => (1..=MAX_LIMIT).contains(&slot),
    };
    (!sound).then_some("a boost of 1 to 2, a bury of 0 to 1 or a slot of 1 to 100 is expected")
}

fn selector_rule(selector: &Selector) -> Option<&'static str> {
    if selector.states > EVERY_STATE {
        return Some("a state of stock that does not exist");
    }
    set_rule([selector.set].iter()).or_else(|| spans_rule([selector.price, selector.age]))
}

fn set_rule<'a>(mut sets: impl Iterator<Item = &'a u16>) -> Option<&'static str> {
    let sound = sets.all(|set| usize::from(*set) < MAX_SETS || *set == EVERY_ITEM);
    (!sound).then_some("a set from 8,192 on")
}

fn spans_rule<const N: usize>(spans: [Option<Span>; N]) -> Option<&'static str> {
    let sound = spans.into_iter().flatten().all(|span| span.min <= span.max);
    (!sound).then_some("a span ends before it begins")
}

fn condition_rule(when: &Condition) -> Option<&'static str> {
    if when.cart_all.len() > MAX_ALTERNATIVES {
        return Some("more than 64 sets that a cart must hold");
    }
    set_rule([&when.cart_any, &when.cart_none, &when.product].into_iter().flatten().chain(&when.cart_all))
        .or_else(|| spans_rule([when.subtotal, when.lines]))
        .or_else(|| segment_rule(&when.segment))
        .or_else(|| window_rule(when.from, when.until))
}

/// The rule that the keys and values of a segment break, if they break one.
pub(super) fn segment_rule(segment: &[(String, Vec<String>)]) -> Option<&'static str> {
    if segment.len() > MAX_ALTERNATIVES || segment.iter().any(|(_, values)| values.len() > MAX_ALTERNATIVES) {
        return Some("more than 64 keys of a segment, or values of one");
    }
    let words = |(key, values): &(String, Vec<String>)| is_text(key) && values.iter().all(|value| is_text(value));
    (!segment.iter().all(words)).then_some("a word is longer than 200 bytes or holds control characters")
}

/// The rule that a window of time breaks, if it breaks one.
pub(super) fn window_rule(from: Option<i64>, until: Option<i64>) -> Option<&'static str> {
    from.zip(until).is_some_and(|(from, until)| from >= until).then_some("a window ends before it begins")
}

/// Whether `rules` hold at none but the first `placements` placements.
pub(super) fn placements_exist(rules: &[CompiledRule], placements: usize) -> bool {
    rules.iter().all(|rule| mask_fits(rule.placements, placements))
}

/// Whether a mask has no bit beyond the first `placements`.
pub(super) fn mask_fits(mask: u64, placements: usize) -> bool {
    placements >= 64 || mask >> placements == 0
}

/// The rule that signatures break, if they break one: the first is empty, and the sets of each ascend.
pub(super) fn signatures_rule(signatures: &[Vec<u16>]) -> Option<&'static str> {
    if signatures.first().is_some_and(|first| !first.is_empty()) {
        return Some("the first signature is not empty");
    }
    let ascend =
        |sets: &Vec<u16>| sets.is_sorted_by(|a, b| a < b) && sets.iter().all(|set| usize::from(*set) < MAX_SETS);
    (!signatures.iter().all(ascend)).then_some("sets of a signature do not ascend below 8,192")
}

/// Bytes before the offsets of signatures.
const SIGNATURES_HEADER_BYTES: usize = 8;

/// The bytes of signatures: how many, how many sets they list together, an offset each and one at the end, the sets.
pub(super) fn encode_signatures(signatures: &[Vec<u16>]) -> Vec<u8> {
    let mut out = (signatures.len() as u32).to_le_bytes().to_vec();
    let total: usize = signatures.iter().map(Vec::len).sum();
    out.extend((total as u32).to_le_bytes());
    let mut offset = 0u32;
    out.extend(offset.to_le_bytes());
    for sets in signatures {
        offset += sets.len() as u32;
        out.extend(offset.to_le_bytes());
    }
    signatures.iter().flatten().for_each(|set| out.extend(set.to_le_bytes()));
    out
}

/// The bytes of section `sets`; `None` where no item is in a set.
pub(super) fn encode_sets(sets: &Sets, items: usize) -> Result<Option<Vec<u8>>, DraftError> {
    let bad = |rule| DraftError::Structured { section: "sets", rule };
    if sets.signatures.len() <= 1 && sets.signature_of.iter().all(|signature| *signature == 0) {
        return Ok(None);
    }
    if sets.signature_of.len() != items {
        return Err(bad("one signature an item is expected"));
    }
    if sets.signature_of.iter().any(|signature| *signature as usize >= sets.signatures.len()) {
        return Err(bad("a signature beyond the last"));
    }
    if let Some(rule) = signatures_rule(&sets.signatures) {
        return Err(bad(rule));
    }
    let mut out = encode_signatures(&sets.signatures);
    out.extend(columns::encode(&sets.signature_of));
    Ok(Some(out))
}

/// The sets of each signature, where they lie.
#[derive(Clone, Copy, Debug)]
pub struct Signatures<'a> {
    offsets: &'a [u8],
    sets: &'a [u8],
}

impl<'a> Signatures<'a> {
    /// One signature, in no set: what all items have where there are no sets.
    pub(super) const NONE: Signatures<'static> = Signatures { offsets: &[0; 8], sets: &[] };

    /// The signatures at the beginning of `bytes`, and their length.
    pub(super) fn check(bytes: &'a [u8]) -> Result<(Self, usize), &'static str> {
        let (count, total) = (u32_at(bytes, 0).unwrap_or(0) as usize, u32_at(bytes, 4).unwrap_or(0) as usize);
        let sets = (count as u64 + 1) * 4 + SIGNATURES_HEADER_BYTES as u64;
        let end = sets + total as u64 * 2;
        if count == 0 || end > bytes.len() as u64 {
            return Err("its length does not fit its counts");
        }
        let (sets, end) = (sets as usize, end as usize);
        let offsets = bytes.get(SIGNATURES_HEADER_BYTES..sets).unwrap_or_default();
        let offset = |n: usize| u32_at(offsets, n * 4).unwrap_or(0) as usize;
        let sound = offset(0) == 0 && offset(1) == 0 && offset(count) == total;
        if !sound || (0..count).any(|n| offset(n) > offset(n + 1)) {
            return Err("offsets do not ascend from 0 to the end, or the first signature is not empty");
        }
        Ok((Self { offsets, sets: bytes.get(sets..end).unwrap_or_default() }, end))
    }

    /// Whether the sets of every signature ascend and exist.
    pub(super) fn is_sound(&self) -> bool {
        (0..self.len() as u32).all(|number| {
            let mut least = 0;
            self.sets_of_signature(number).all(|set| {
                let ascends = set >= least && usize::from(set) < MAX_SETS;
                least = set.saturating_add(1);
                ascends
            })
        })
    }

    /// Number of signatures, at least one: number 0 is that of items in no set.
    pub fn len(&self) -> usize {
        (self.offsets.len() / 4).saturating_sub(1)
    }

    /// Whether no signature but the empty one exists.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// The sets of a signature, ascending; none for a number that does not exist.
    pub fn sets_of_signature(&self, number: u32) -> impl Iterator<Item = u16> + use<'a> {
        let offset = |at: usize| Some(u32_at(self.offsets, at.checked_mul(4)?)? as usize * 2);
        let number = number as usize;
        let range = offset(number).zip(number.checked_add(1).and_then(offset));
        let sets = range.and_then(|(start, end)| self.sets.get(start..end)).unwrap_or_default();
        sets.chunks_exact(2).map(|set| set.iter().rev().fold(0, |number, byte| number << 8 | u16::from(*byte)))
    }
}

/// Where section `sets` lies.
#[derive(Clone, Debug)]
pub(super) struct SetsShape {
    signatures: Range<usize>,
    column: ColumnShape,
}

impl SetsShape {
    /// Checks counts, offsets and the column of the section at `range`.
    pub fn check(file: &[u8], range: Range<usize>, items: usize) -> Result<Self, OpenError> {
        let bad = |rule| OpenError::Malformed { section: "sets", rule };
        let (_, length) = Signatures::check(file.get(range.clone()).unwrap_or_default()).map_err(bad)?;
        let column = range.start + length;
        let shape = ColumnShape::check(file, column..range.end, items, "sets")?;
        Ok(Self { signatures: range.start..column, column: shape })
    }

    /// All signatures.
    pub fn signatures<'a>(&self, file: &'a [u8]) -> Signatures<'a> {
        let bytes = file.get(self.signatures.clone()).unwrap_or_default();
        let count = u32_at(bytes, 0).unwrap_or(0) as usize;
        let (offsets, sets) = bytes
            .get(SIGNATURES_HEADER_BYTES..)
            .and_then(|rest| rest.split_at_checked((count + 1) * 4))
            .unwrap_or((Signatures::NONE.offsets, &[]));
        Signatures { offsets, sets }
    }

    /// The signature of an item as it is written, even where there is no such signature.
    #[inline]
    pub fn of(&self, file: &[u8], item: usize) -> u32 {
        self.column.at(file, item)
    }

    /// Number of signatures.
    pub fn len(&self, file: &[u8]) -> usize {
        u32_at(file, self.signatures.start).unwrap_or(0) as usize
    }
}
