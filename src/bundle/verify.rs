//! A second look at an open bundle: what opening does not need to know.

use super::draft::RelationKind;
use super::layout::{LAST_GAP, MAX_PINS_A_PRODUCT, NO_GAP, SectionKind};
use super::open::Bundle;
use super::pins::Pin;
use super::structured::MAX_LIMIT;
use super::verify_trade::verify_trade;
use crate::shop::ItemId;

/// Something that a sound writer would not have written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The section.
    pub section: &'static str,
    /// What is wrong, and where.
    pub message: String,
}

/// Findings of one kind that are listed; more are counted.
const LISTED: usize = 20;

/// Checks what rows, dictionary, priors, classes, pins, masks, sets and rules mean, not only where they lie.
///
/// An empty list is a sound bundle. A bundle with findings can still be read: reading is total.
///
/// # Cost
///
/// Every row and every SKU is read once.
pub fn verify<D: AsRef<[u8]>>(bundle: &Bundle<D>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for kind in RelationKind::ALL {
        verify_relation(bundle, kind, &mut findings);
    }
    if !bundle.head().is_addition() {
        verify_dictionary(bundle, &mut findings);
        verify_items(bundle, &mut findings);
        verify_placements(bundle, &mut findings);
        verify_gaps(bundle, &mut findings);
        verify_pins(bundle, &mut findings);
        verify_trade(bundle, &mut findings);
    }
    findings
}

pub(super) fn note(findings: &mut Vec<Finding>, section: &'static str, message: String) {
    if findings.iter().filter(|finding| finding.section == section).count() < LISTED {
        findings.push(Finding { section, message });
    }
}

fn verify_relation<D: AsRef<[u8]>>(bundle: &Bundle<D>, kind: RelationKind, findings: &mut Vec<Finding>) {
    let Some(relation) = bundle.relation(kind) else { return };
    let mut edges = 0;
    for item in (0..bundle.len() as u32).map(ItemId) {
        let row = relation.row(item);
        let promised = row.size_hint().1.unwrap_or(0);
        let mut read = 0;
        for (neighbour, _) in row {
            read += 1;
            if neighbour == item {
                note(findings, kind.name(), format!("row {} names itself", item.0));
            }
        }
        if read != promised {
            note(
                findings,
                kind.name(),
                format!("row {}: {promised} neighbours promised, {read} within the bundle", item.0),
            );
        }
        edges += read;
    }
    if edges != relation.edges() {
        note(findings, kind.name(), format!("{} edges promised, {edges} found", relation.edges()));
    }
}

fn verify_dictionary<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    let Some(dictionary) = bundle.dictionary() else { return };
    let mut sku = String::new();
    for item in (0..bundle.len() as u32).map(ItemId) {
        if !dictionary.sku_of(item, &mut sku) {
            note(findings, "dictionary", format!("item {} has no SKU", item.0));
        } else if dictionary.item_of(&sku) != Some(item) {
            note(findings, "dictionary", format!("SKU {sku:?} of item {} leads elsewhere", item.0));
        }
    }
}

fn verify_items<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    let mut before = f32::INFINITY;
    let classes = section(bundle, SectionKind::ClassFlags).len();
    for item in (0..bundle.len() as u32).map(ItemId) {
        let prior = bundle.prior(item);
        if prior > before {
            note(findings, "prior", format!("item {} has a higher prior than the one before it", item.0));
        }
        before = prior;
        if bundle.class(item) as usize > classes {
            note(
                findings,
                "class",
                format!("item {} has class {}, but there are {classes}", item.0, bundle.class(item)),
            );
        }
    }
}

/// The bytes of the section of `kind`; none where it is missing.
pub(super) fn section<D: AsRef<[u8]>>(bundle: &Bundle<D>, kind: SectionKind) -> &[u8] {
    let found = bundle.head().sections.iter().find(|section| section.number == kind as u32);
    found.map_or(&[], |found| bundle.section(found))
}

fn verify_placements<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    for calibration in bundle.calibrations() {
        if !bundle.policies().iter().any(|policy| policy.placement == calibration.placement) {
            note(findings, "calibration", format!("{:?} is no placement of this bundle", calibration.placement));
        }
    }
}

fn verify_gaps<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    for (item, code) in section(bundle, SectionKind::Gap).iter().enumerate() {
        if *code > LAST_GAP && *code != NO_GAP {
            note(findings, "gap", format!("item {item} has code {code}, a gap of less than a day"));
        }
    }
}

fn verify_pins<D: AsRef<[u8]>>(bundle: &Bundle<D>, findings: &mut Vec<Finding>) {
    let (mut before, mut of_product) = (None::<Pin>, 0);
    for pin in bundle.pins() {
        let (items, slot) = ([pin.product, pin.item], u16::from(pin.slot));
        let there = items.iter().all(|item| item.index() < bundle.len());
        if !there || usize::from(pin.placement) >= bundle.policies().len() || !(1..=MAX_LIMIT).contains(&slot) {
            note(findings, "pins", format!("{pin:?} leads nowhere"));
        }
        if before.is_some_and(|before| before >= pin) {
            note(findings, "pins", format!("{pin:?} does not ascend"));
        }
        let same = before.is_some_and(|other| (other.placement, other.product) == (pin.placement, pin.product));
        of_product = if same { of_product + 1 } else { 1 };
        if of_product > MAX_PINS_A_PRODUCT {
            note(findings, "pins", format!("{pin:?} is one too many for its product"));
        }
        before = Some(pin);
    }
}
