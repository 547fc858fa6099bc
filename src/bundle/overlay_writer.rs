//! A draft of an overlay becomes bytes.

use super::error::DraftError;
use super::hash::hash_of_two;
use super::layout::*;
use super::overlay::{ItemChange, OverlayDraft, OverlayRules};
use super::overlay_error::{OverlayError, malformed};
use super::overlay_head::OverlayHead;
use super::overlay_skus::{SkuWriter, put_number, put_signed};
use super::overlay_view::bit;
use super::policy::VALUE_CLASSES;
use super::rule_table::{encode_signatures, mask_fits, signatures_rule};
use super::structured::Structured;

/// The bytes of an overlay that holds all of `draft`. The same draft gives the same bytes, always.
///
/// # Errors
///
/// [`OverlayError::Malformed`] where the draft breaks a rule of the format: SKUs that do not ascend, values out of range,
/// what only a server may know in a public overlay.
pub fn encode(draft: &OverlayDraft) -> Result<Vec<u8>, OverlayError> {
    let head = head_of(draft);
    if let Some(rule) = head.rule_beyond(draft.edge, draft.rules.is_some(), !draft.experiments.is_empty()) {
        return Err(malformed("terms", rule));
    }
    let head = head.encode().map_err(|error| match error {
        DraftError::Structured { rule, .. } => malformed("terms", rule),
        _ => malformed("terms", "cannot be encoded"),
    })?;
    let items = items(draft)?;
    let (skus, signatures) = draft.rules.as_ref().map(rules).transpose()?.unwrap_or_default();
    assemble(draft, [&head, &items, &skus, &signatures])
}

fn head_of(draft: &OverlayDraft) -> OverlayHead {
    let rules = draft.rules.as_ref();
    OverlayHead {
        currency: draft.currency.clone(),
        placements: draft.placements.clone(),
        switches: draft.switches.clone(),
        policies: draft.policies.clone(),
        terms: draft.terms.clone(),
        rules: rules.map(|rules| rules.rules.clone()).unwrap_or_default(),
        names: rules.map(|rules| rules.names.clone()).unwrap_or_default(),
        experiments: draft.experiments.clone(),
    }
}

fn items(draft: &OverlayDraft) -> Result<Vec<u8>, OverlayError> {
    let (mut out, mut skus) = (Vec::new(), SkuWriter::default());
    for item in &draft.items {
        let bad = |rule| OverlayError::Malformed { part: "items", rule, sku: Some(item.sku.clone()) };
        skus.put(&mut out, &item.sku).map_err(bad)?;
        check_item(item, draft).map_err(bad)?;
        put_change(&mut out, item);
    }
    Ok(out)
}

fn check_item(item: &ItemChange, draft: &OverlayDraft) -> Result<(), &'static str> {
    if item.price.is_some_and(|price| price < 0) {
        return Err("a price below zero");
    }
    if item.value.is_some_and(|value| value >= VALUE_CLASSES) {
        return Err("a value class above 7");
    }
    if item.hidden.is_some_and(|mask| !mask_fits(mask, draft.placements.len())) {
        return Err("hidden at a placement that the overlay does not name");
    }
    if !draft.edge && (item.contribution.is_some() || item.count.is_some()) {
        return Err("a contribution or a count in a public overlay");
    }
    Ok(())
}

fn put_change(out: &mut Vec<u8>, item: &ItemChange) {
    let known = [
        (item.state.is_some(), bit::STATE),
        (item.price.is_some(), bit::PRICE),
        (item.confirmed, bit::CONFIRMED),
        (item.value.is_some(), bit::VALUE),
        (item.hidden.is_some(), bit::HIDDEN),
        (item.contribution.is_some(), bit::CONTRIBUTION),
        (item.count.is_some(), bit::COUNT),
    ];
    out.push(known.iter().filter(|(known, _)| *known).map(|(_, bit)| bit).sum());
    out.extend(item.state.map(|state| state as u8));
    item.price.iter().for_each(|price| put_number(out, *price as u64));
    out.extend(item.value);
    item.hidden.iter().for_each(|mask| put_number(out, *mask));
    item.contribution.iter().chain(&item.count).for_each(|number| put_signed(out, *number));
}

/// The SKUs with their signatures, and the signatures; both empty where no SKU is in a set.
fn rules(rules: &OverlayRules) -> Result<(Vec<u8>, Vec<u8>), OverlayError> {
    let bad = |rule| malformed("rules", rule);
    if rules.signature_of.len() != rules.skus.len() {
        return Err(bad("one signature a SKU is expected"));
    }
    signatures_rule(&rules.signatures).map_or(Ok(()), |rule| Err(bad(rule)))?;
    let (mut out, mut skus) = (Vec::new(), SkuWriter::default());
    for (sku, signature) in rules.skus.iter().zip(&rules.signature_of) {
        let bad = |rule| OverlayError::Malformed { part: "rules", rule, sku: Some(sku.clone()) };
        skus.put(&mut out, sku).map_err(bad)?;
        if *signature as usize >= rules.signatures.len() {
            return Err(bad("a signature beyond the last"));
        }
        put_number(&mut out, u64::from(*signature));
    }
    let signatures = if rules.signatures.is_empty() { Vec::new() } else { encode_signatures(&rules.signatures) };
    Ok((out, signatures))
}

fn assemble(draft: &OverlayDraft, parts: [&[u8]; 4]) -> Result<Vec<u8>, OverlayError> {
    let body = parts.concat();
    let skus = draft.rules.as_ref().map_or(0, |rules| rules.skus.len());
    if draft.items.len() > MAX_ITEMS || skus > MAX_ITEMS || u32::try_from(body.len()).is_err() {
        return Err(malformed("items", "more than 16,777,216 items, or 4 GiB of them"));
    }
    let flag = |set: bool, flag: u16| if set { flag } else { 0 };
    let flags = flag(draft.edge, OVERLAY_EDGE)
        | flag(draft.made_at.is_some(), OVERLAY_DATED)
        | flag(draft.rules.is_some(), OVERLAY_RULES)
        | flag(!draft.experiments.is_empty(), OVERLAY_EXPERIMENTS);
    let mut file = OVERLAY_MAGIC.to_vec();
    file.extend(OVERLAY_VERSION.to_le_bytes());
    file.extend(flags.to_le_bytes());
    file.extend((draft.items.len() as u32).to_le_bytes());
    file.extend(((OVERLAY_HEADER_BYTES + body.len()) as u64).to_le_bytes());
    file.extend(draft.revision.to_le_bytes());
    file.extend(draft.made_at.unwrap_or(0).to_le_bytes());
    file.extend(draft.shop);
    parts.iter().take(3).for_each(|part| file.extend((part.len() as u32).to_le_bytes()));
    file.extend((skus as u32).to_le_bytes());
    file.extend([0; 8]);
    let own = hash_of_two(&file, &body);
    file.extend(own);
    file.extend(body);
    Ok(file)
}
