//! Overlays from outside: what is written is read, what is damaged is refused, what is odd is survived.

mod support;

use endcap::bundle::overlay::encode;
use endcap::bundle::*;
use endcap::shop::StockState;
use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};
use proptest::strategy::Strategy as _;
use support::damage::{exercise_overlay, overlay_with_hash};
use support::everything::overlay;

/// The draft that an open overlay came from.
fn draft_of(view: &OverlayView<'_>) -> OverlayDraft {
    let (mut items, mut changes) = (Vec::new(), view.items());
    while let Some((sku, change)) = changes.next() {
        items.push(ItemChange {
            sku: String::from_utf8(sku.to_vec()).unwrap(),
            state: change.state,
            price: change.price,
            confirmed: change.confirmed,
            value: change.value,
            hidden: change.hidden,
            contribution: change.contribution,
            count: change.count,
        });
    }
    OverlayDraft {
        shop: view.shop(),
        currency: view.currency().into(),
        revision: view.revision(),
        made_at: view.made_at(),
        edge: view.edge(),
        placements: view.placements().to_vec(),
        items,
        switches: view.switches().to_vec(),
        policies: view.policies().to_vec(),
        terms: view.terms().cloned(),
        rules: view.rules().map(rules_of),
        experiments: view.experiments().to_vec(),
    }
}

fn rules_of(view: OverlayRulesView<'_>) -> OverlayRules {
    let mut rules = OverlayRules { rules: view.rules.to_vec(), names: view.names.to_vec(), ..OverlayRules::default() };
    let mut skus = view.skus();
    while let Some((sku, signature)) = skus.next() {
        rules.skus.push(String::from_utf8(sku.to_vec()).unwrap());
        rules.signature_of.push(signature);
    }
    let numbers = 0..view.signatures.len() as u32;
    rules.signatures = numbers.map(|number| view.signatures.sets_of_signature(number).collect()).collect();
    rules
}

/// The same overlay without what only a server may know.
fn public() -> OverlayDraft {
    let mut draft = overlay();
    draft.edge = false;
    draft.items.iter_mut().for_each(|item| (item.contribution, item.count) = (None, None));
    draft.rules.as_mut().unwrap().names.clear();
    draft
}

#[test]
fn what_is_written_is_read() {
    let nothing = OverlayDraft { currency: "XXX".into(), ..OverlayDraft::default() };
    for draft in [overlay(), public(), nothing] {
        let bytes = encode(&draft).unwrap();
        assert_eq!(draft_of(&OverlayView::open(&bytes).unwrap()), draft);
        assert_eq!(encode(&draft).unwrap(), bytes);
    }
}

fn change() -> impl proptest::strategy::Strategy<Value = ItemChange> {
    let state = prop::option::of((0u8..5).prop_map(StockState::from_byte));
    let worth = (prop::option::of(0i64..), any::<bool>(), prop::option::of(0u8..8), prop::option::of(0u64..8));
    let private = (prop::option::of(any::<i64>()), prop::option::of(any::<i64>()));
    (state, worth, private).prop_map(|(state, (price, confirmed, value, hidden), (contribution, count))| ItemChange {
        sku: String::new(),
        state,
        price,
        confirmed,
        value,
        hidden,
        contribution,
        count,
    })
}

proptest! {
    #[test]
    fn any_overlay_comes_back(
        items in prop::collection::btree_map("[a-c\u{e9}A-B0-9./ -]{1,12}", change(), 0..60),
        signed in prop::collection::btree_map("[a-c\u{e9}]{1,4}", 0u32..3, 0..20),
        shop: [u8; 16],
        revision: u64,
        made_at: Option<i64>,
    ) {
        let rules = OverlayRules {
            skus: signed.keys().cloned().collect(),
            signature_of: signed.values().copied().collect(),
            ..overlay().rules.unwrap()
        };
        let items = items.into_iter().map(|(sku, item)| ItemChange { sku, ..item }).collect();
        let draft = OverlayDraft { items, shop, revision, made_at, rules: Some(rules), ..overlay() };
        let bytes = encode(&draft).unwrap();
        prop_assert_eq!(draft_of(&OverlayView::open(&bytes).unwrap()), draft);
    }
}

#[test]
fn foreign_and_newer_files_are_named() {
    let code = |bytes: &[u8]| OverlayView::open(bytes).err().unwrap().code();
    assert_eq!(code(b"<!doctype html>"), "E_NOT_AN_OVERLAY");
    assert_eq!(code(b""), "E_NOT_AN_OVERLAY");
    assert_eq!(code(&write(&support::six()).unwrap()), "E_NOT_AN_OVERLAY");
    assert_eq!(code(&[0x89, b'E', b'N']), "E_TRUNCATED");
    let mut newer = encode(&overlay()).unwrap();
    newer[8] = 2;
    let error = OverlayView::open(&newer).err().unwrap();
    assert_eq!(error.code(), "E_NEWER_VERSION");
    assert!(error.to_string().contains("found 2") && error.to_string().contains("update endcap"));
}

#[test]
fn every_truncation_and_every_flipped_byte_is_refused() {
    let bytes = encode(&overlay()).unwrap();
    for length in 0..bytes.len() {
        let error = OverlayView::open(&bytes[..length]).err().expect("a truncated overlay must not open");
        assert!(["E_NOT_AN_OVERLAY", "E_TRUNCATED"].contains(&error.code()), "{length}: {error}");
        assert!(OverlayError::CODES.contains(&error.code()));
    }
    for at in 0..bytes.len() {
        for flip in 1..=255u8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            assert!(OverlayView::open(&damaged).is_err(), "byte {at} ^ {flip:#x} went unnoticed");
        }
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(OverlayView::open(&longer).err().unwrap().code(), "E_TRUNCATED");
}

#[test]
fn damage_with_a_hash_made_good_is_survived() {
    for draft in [overlay(), public()] {
        let bytes = encode(&draft).unwrap();
        for at in 8..bytes.len() {
            for flip in 1..=255u8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                exercise_overlay(&overlay_with_hash(damaged));
            }
        }
        for length in 0..bytes.len() {
            exercise_overlay(&overlay_with_hash(bytes[..length].to_vec()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]
    #[test]
    fn random_damage_with_a_hash_made_good_is_survived(
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30)
    ) {
        let mut bytes = encode(&overlay()).unwrap();
        for (at, value) in hits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        exercise_overlay(&overlay_with_hash(bytes));
    }
}

#[test]
fn a_draft_that_breaks_a_rule_is_refused() {
    let broken = |change: &dyn Fn(&mut OverlayDraft)| {
        let mut draft = overlay();
        change(&mut draft);
        let error = encode(&draft).expect_err("a broken overlay was written");
        assert_eq!(error.code(), "E_MALFORMED");
        error.to_string()
    };
    let rules = |change: &dyn Fn(&mut OverlayRules)| broken(&|d| change(d.rules.as_mut().unwrap()));
    assert!(broken(&|d| d.items.swap(0, 1)).contains("SKU \"CUP\": SKUs do not ascend"));
    assert!(broken(&|d| d.items[1].sku = "CUP".into()).contains("stands twice"));
    assert!(broken(&|d| d.items[0].sku = String::new()).contains("1 to 255 bytes"));
    assert!(broken(&|d| d.items[5].sku = "x".repeat(256)).contains("1 to 255 bytes"));
    assert!(broken(&|d| d.items[0].sku = "A\n".into()).contains("control"));
    assert!(broken(&|d| d.items[0].price = Some(-1)).contains("below zero"));
    assert!(broken(&|d| d.items[0].value = Some(8)).contains("above 7"));
    assert!(broken(&|d| d.items[0].hidden = Some(8)).contains("does not name"));
    assert!(broken(&|d| d.edge = false).contains("public overlay"));
    assert!(broken(&|d| d.currency = "Euro".into()).contains("three letters"));
    assert!(broken(&|d| d.placements[1] = "cart".into()).contains("twice"));
    assert!(broken(&|d| d.switches[1].0 = "cart".into()).contains("twice"));
    assert!(broken(&|d| d.policies[0].limit = 0).contains("limit"));
    assert!(broken(&|d| d.terms.as_mut().unwrap().stale_after = Some(0)).contains("above 0"));
    assert!(broken(&|d| d.placements.truncate(1)).contains("a placement that does not exist"));
    assert!(rules(&|r| r.names.truncate(1)).contains("a name a rule"));
    assert!(rules(&|r| r.skus.swap(0, 1)).contains("ascend"));
    assert!(rules(&|r| r.signature_of[0] = 3).contains("SKU \"FILTER-L\": a signature beyond the last"));
    assert!(rules(&|r| r.signature_of.truncate(1)).contains("one signature a SKU"));
    assert!(rules(&|r| r.signatures[2] = vec![1, 1]).contains("ascend"));
    assert!(rules(&|r| r.signatures[0] = vec![1]).contains("first signature"));
    let mut draft = public();
    draft.items[0].count = Some(1);
    assert!(encode(&draft).unwrap_err().to_string().contains("SKU \"CUP\": a contribution or a count"));
}

/// A hundred thousand SKUs merge with a bundle's dictionary in one pass.
#[test]
fn items_merge_with_the_dictionary_of_a_bundle() {
    let draft = support::noise(20_000, 0, 1);
    let bundle = Bundle::open(write(&Draft { relations: vec![], ..draft.clone() }).unwrap()).unwrap();
    let items =
        (0..100_000).map(|n| ItemChange { sku: format!("SKU-{n:05}"), price: Some(n), ..ItemChange::default() });
    let overlay = OverlayDraft { currency: "EUR".into(), items: items.collect(), ..OverlayDraft::default() };
    let bytes = encode(&overlay).unwrap();
    assert!(bytes.len() < 900_000, "{} bytes", bytes.len());
    let view = OverlayView::open(&bytes).unwrap();
    let (mut found, mut changes) = (0, view.items());
    let mut skus = bundle.dictionary().unwrap().in_order();
    let mut change = changes.next();
    while let Some((sku, item)) = skus.next() {
        while change.is_some_and(|(other, _)| other < sku) {
            change = changes.next();
        }
        if let Some((_, change)) = change.filter(|(other, _)| *other == sku) {
            assert_eq!(draft.items[item.index()].sku, format!("SKU-{:05}", change.price.unwrap()));
            found += 1;
        }
    }
    assert_eq!(found, 20_000);
}
