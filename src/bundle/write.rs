//! A draft becomes bytes.

use super::draft::{Draft, DraftItem};
use super::error::DraftError;
use super::hash::{ModelId, hash};
use super::head::{Content, assemble};
use super::layout::*;
use super::quantise::{step_code, step_value};
use super::rule_table::{self, placements_exist};
use super::structured::{PlainPolicy, Structured};
use super::{cards, class_pairs, columns, dictionary, experiments, facts, gap, hidden, pins, relation_writer, terms};

/// The bytes of a bundle that holds all of `draft`: an edge bundle where `draft` has a private part.
///
/// The same draft gives the same bytes, always. The private part changes neither the model's name nor a byte of any other
/// section.
///
/// # Errors
///
/// [`DraftError`] where the draft breaks a rule of the format: unordered items, SKUs that repeat or are too long, rows that
/// do not ascend, constants that are not finite.
pub fn write(draft: &Draft) -> Result<Vec<u8>, DraftError> {
    if draft.items.len() > MAX_ITEMS {
        return Err(DraftError::TooMany { what: "items", found: draft.items.len(), limit: MAX_ITEMS });
    }
    let mut contents = vec![
        content(SectionKind::Manifest, draft.manifest.encode()?),
        content(SectionKind::Tuning, draft.tuning.encode()?),
        content(SectionKind::Policies, draft.policies.iter().map(PlainPolicy::of).collect::<Vec<_>>().encode()?),
        content(SectionKind::Prior, prior(&draft.items)?),
        content(SectionKind::Stock, draft.items.iter().map(|item| item.stock as u8).collect()),
    ];
    contents.extend(classes(draft)?);
    let groups: Vec<u32> = draft.items.iter().map(|item| item.group.unwrap_or(0)).collect();
    if groups.iter().any(|group| *group > 0) {
        contents.push(content(SectionKind::Group, columns::encode(&groups)));
    }
    let skus: Vec<&str> = draft.items.iter().map(|item| item.sku.as_str()).collect();
    contents.push(content(SectionKind::Dictionary, dictionary::encode(&skus)?));
    for relation in &draft.relations {
        let bytes = relation_writer::encode(relation, draft.items.len())?;
        contents.push(content(relation.kind.section(), bytes));
    }
    if draft.items.iter().any(|item| item.card != Default::default()) {
        let bytes = cards::encode(draft.items.iter().map(|item| &item.card));
        contents.push(content(SectionKind::Cards, bytes));
    }
    contents.extend(optional(draft)?);
    contents.extend(trade(draft)?);
    let experiments = experiments::encode(&draft.experiments, &draft.policies)?;
    contents.extend(experiments.map(|bytes| content(SectionKind::Experiments, bytes)));
    contents.extend(private(draft)?);
    contents.sort_by_key(|content| content.number);
    Ok(assemble(0, model_of(&contents), draft.items.len(), &contents))
}

/// What a bundle may do without: calibration, gaps and pins.
fn optional(draft: &Draft) -> Result<Vec<Content>, DraftError> {
    let calibration = (!draft.calibration.is_empty()).then(|| draft.calibration.encode()).transpose()?;
    let pins = pins::encode(&draft.pins, &draft.policies, draft.items.len())?;
    let found = [
        (SectionKind::Calibration, calibration),
        (SectionKind::Gap, gap::encode(&draft.items)),
        (SectionKind::Pins, pins),
    ];
    Ok(present(found))
}

/// What the shop adds to relevance: each section only where there is something to tell, and prices only where another of
/// these sections is, so that a shop without policies and rules keeps the bytes it always had.
fn trade(draft: &Draft) -> Result<Vec<Content>, DraftError> {
    let (items, placements) = (&draft.items, draft.policies.len());
    if !placements_exist(&draft.rules.rules, placements) {
        return Err(DraftError::Structured {
            section: "rules",
            rule: "a rule holds at a placement that does not exist",
        });
    }
    let rules = (!draft.rules.rules.is_empty()).then(|| draft.rules.rules.encode()).transpose()?;
    let mut found = present([
        (SectionKind::Terms, terms::encode(draft)?),
        (SectionKind::Brand, columns::known(items, |item| item.brand)),
        (SectionKind::Value, columns::values(items)?),
        (SectionKind::Released, columns::releases(draft)),
        (SectionKind::Hidden, hidden::encode(items, placements)?),
        (SectionKind::Rules, rules),
        (SectionKind::Sets, rule_table::encode_sets(&draft.rules.sets, items.len())?),
        (SectionKind::ClassPairs, class_pairs::encode(&draft.class_pairs, draft.classes.len(), items.len())?),
    ]);
    if !found.is_empty() {
        found.extend(columns::prices(items).map(|bytes| content(SectionKind::Price, bytes)));
    }
    Ok(found)
}

/// What an edge bundle holds and a public one lacks.
fn private(draft: &Draft) -> Result<Vec<Content>, DraftError> {
    let Some(private) = &draft.private else { return Ok(Vec::new()) };
    if private.origins.len() != draft.rules.rules.len() {
        return Err(DraftError::Structured { section: "private", rule: "one origin a compiled rule is expected" });
    }
    let facts = draft.items.iter().any(|item| item.facts != Default::default());
    let facts = facts.then(|| facts::encode(draft.items.iter().map(|item| &item.facts)));
    Ok(present([(SectionKind::Private, Some(private.encode()?)), (SectionKind::Facts, facts)]))
}

fn present<const N: usize>(found: [(SectionKind, Option<Vec<u8>>); N]) -> Vec<Content> {
    found.into_iter().filter_map(|(kind, bytes)| Some(content(kind, bytes?))).collect()
}

/// A section of this version, marked as required where a reader must not pass it over.
fn content(kind: SectionKind, bytes: Vec<u8>) -> Content {
    Content { number: kind as u32, flags: if kind.required() { SECTION_REQUIRED } else { 0 }, bytes }
}

/// The model's name covers every public section of the whole bundle: number, length and hash of each.
fn model_of(contents: &[Content]) -> ModelId {
    let mut all = Vec::new();
    for content in contents.iter().filter(|content| content.number < FIRST_PRIVATE) {
        all.extend(content.number.to_le_bytes());
        all.extend((content.bytes.len() as u64).to_le_bytes());
        all.extend(hash(&content.bytes));
    }
    ModelId(hash(&all))
}

/// The best seller's share as f32, then each item's share as a logarithmic step below it.
fn prior(items: &[DraftItem]) -> Result<Vec<u8>, DraftError> {
    let top = items.first().map_or(0.0, |item| item.share);
    let mut out = top.to_le_bytes().to_vec();
    let mut before = f32::INFINITY;
    for (at, item) in items.iter().enumerate() {
        if !(item.share >= 0.0 && item.share <= before) {
            return Err(DraftError::Unordered { item: at as u32 });
        }
        before = item.share;
        out.push(prior_code(top, item.share));
    }
    Ok(out)
}

/// Code 255 is an item that was never bought; the steps 0 to 254 are all others.
fn prior_code(top: f32, share: f32) -> u8 {
    if share <= 0.0 { NO_PRIOR } else { step_code(top, share).min(NO_PRIOR - 1) }
}

/// The share that a prior code stands for.
#[inline]
pub(crate) fn prior_value(top: f32, code: u8) -> f32 {
    if code == NO_PRIOR { 0.0 } else { step_value(top, code) }
}

fn classes(draft: &Draft) -> Result<Vec<Content>, DraftError> {
    let count = draft.classes.len();
    let numbers: Vec<u32> = draft.items.iter().map(|item| item.class.map_or(0, |class| class + 1)).collect();
    if let Some(found) = numbers.iter().find(|number| **number as usize > count) {
        return Err(DraftError::TooMany { what: "classes", found: *found as usize, limit: count });
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let flags =
        draft.classes.iter().map(|class| flag(class.varied, CLASS_VARIED) | flag(class.sensitive, CLASS_SENSITIVE));
    let flags = flags.collect();
    Ok(vec![content(SectionKind::Class, columns::encode(&numbers)), content(SectionKind::ClassFlags, flags)])
}
