//! A second look at an open bundle: what opening does not need to know.

use super::draft::RelationKind;
use super::open::Bundle;
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

/// Checks what rows, dictionary, priors and classes mean, not only where they lie.
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
    }
    findings
}

fn note(findings: &mut Vec<Finding>, section: &'static str, message: String) {
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
    let classes = bundle.head().sections.iter().find(|s| s.number == super::layout::SectionKind::ClassFlags as u32);
    let classes = classes.map_or(0, |section| section.range.len());
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
