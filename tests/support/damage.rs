//! Damage whose hashes were made good, and every question there is to a bundle that opens in spite of it.

use endcap::bundle::layout::{BLOCK_BYTES, ENTRY_BYTES, HASH_BYTES, HEADER_BYTES, MAX_SECTIONS, OVERLAY_HEADER_BYTES};
use endcap::bundle::{Bundle, OverlayView, verify};
use endcap::placement::{PastPurchase, Recommender, Request};
use endcap::shop::ItemId;

/// Items that are asked for one by one; a fuzzed header may claim millions.
const ASKED_ITEMS: usize = 1000;

/// The same bytes with the hashes of the blocks and of the head computed anew, where the head's lengths allow it.
pub fn with_hashes(mut bytes: Vec<u8>) -> Vec<u8> {
    let _ = make_good(&mut bytes);
    bytes
}

fn make_good(bytes: &mut [u8]) -> Option<()> {
    let word = |bytes: &[u8], at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let (sections, head) = (word(bytes, 12)?, word(bytes, 24)?);
    let own = head.checked_sub(HASH_BYTES)?;
    let blocks: Vec<u8> = bytes.get(head..)?.chunks(BLOCK_BYTES).flat_map(short_hash).collect();
    let hashes = HEADER_BYTES + sections.min(MAX_SECTIONS) * ENTRY_BYTES;
    if hashes + blocks.len() != own {
        return None;
    }
    bytes[hashes..own].copy_from_slice(&blocks);
    let hash = short_hash(&bytes[..own]);
    bytes[own..head].copy_from_slice(&hash);
    Some(())
}

fn short_hash(bytes: &[u8]) -> [u8; HASH_BYTES] {
    let mut short = [0; HASH_BYTES];
    short.copy_from_slice(&blake3::hash(bytes).as_bytes()[..HASH_BYTES]);
    short
}

/// Opens the bytes and, where they open, asks everything of them.
pub fn exercise(bytes: &[u8]) {
    let Ok(mut recommender) = Recommender::open(bytes) else { return };
    verify(recommender.model().base());
    let items = recommender.model().base().len();
    let placements: Vec<String> = recommender.placements().map(str::to_owned).collect();
    for placement in &placements {
        ask(&mut recommender, placement, items);
    }
    for item in 0..items.min(ASKED_ITEMS) {
        let item = ItemId(item as u32);
        let _ = (recommender.model().card(item), recommender.model().base().stock(item));
        ask_trade(recommender.model().base(), item);
    }
}

/// What rules and objectives ask of an item, and of the class, the signature and the SKU of the same number.
fn ask_trade<D: AsRef<[u8]>>(bundle: &Bundle<D>, item: ItemId) {
    let _ = (bundle.price(item), bundle.brand(item), bundle.released(item), bundle.facts(item), bundle.hidden(item));
    assert!(bundle.value(item).is_none_or(|value| value < 8));
    assert!((bundle.signature(item) as usize) < bundle.signatures().len());
    let _ = bundle.signatures().sets_of_signature(item.0).count();
    assert!(bundle.class_pairs(item.0).count() <= 16 && bundle.class_pairs(item.0).all(|i| i.index() < bundle.len()));
    let _ = bundle.experiments();
    let _ = (bundle.is_sensitive(item.0), bundle.classes(), bundle.terms(), bundle.private(), bundle.rules());
    let (mut skus, mut read) = (bundle.dictionary().unwrap().in_order(), 0);
    while item.0 == 0 && skus.next().is_some_and(|(sku, _)| sku.len() < 256) {
        read += 1;
    }
    assert!(read <= bundle.len());
}

fn ask(recommender: &mut Recommender<&[u8]>, placement: &str, items: usize) {
    let history = [PastPurchase { sku: "SCALE", days_ago: 3.0 }, PastPurchase { sku: "KETTLE", days_ago: f32::NAN }];
    let request = Request {
        placement,
        cart: &["KETTLE", "FILTER-S", "?"],
        product: Some("DRIPPER"),
        recent: &["SCALE"],
        history: &history,
        exclude: &["CUP"],
        limit: Some(8),
        unit: Some("0f3c5a"),
        ..Request::default()
    };
    // Once with all that a page may know, once with a history alone: then the last order votes.
    let [nobody, history] =
        [Request { unit: None, ..request.clone() }, Request { cart: &[], product: None, ..request.clone() }];
    for request in [nobody, history, request] {
        let answer = recommender.recommend(&request).expect("a placement that the bundle names");
        assert!(answer.withheld.is_empty() || (answer.picks.is_empty() && answer.silent.is_some()));
        assert!(answer.picks.len() <= 8 && answer.withheld.len() <= 8 && answer.due.unwrap_or(0) <= 2);
        assert!(answer.picks.iter().all(|pick| pick.item.index() < items && !pick.score.is_nan()));
    }
}

/// The bytes of an overlay with its length and its hash made good.
pub fn overlay_with_hash(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len() as u64;
    let end = OVERLAY_HEADER_BYTES - HASH_BYTES;
    if bytes.len() >= OVERLAY_HEADER_BYTES {
        bytes[16..24].copy_from_slice(&length.to_le_bytes());
        let all: Vec<u8> = bytes[..end].iter().chain(&bytes[OVERLAY_HEADER_BYTES..]).copied().collect();
        bytes[end..OVERLAY_HEADER_BYTES].copy_from_slice(&short_hash(&all));
    }
    bytes
}

/// Opens the bytes as an overlay and, where they open, reads all of it; nothing that the header promises may be missing.
pub fn exercise_overlay(bytes: &[u8]) {
    let Ok(overlay) = OverlayView::open(bytes) else { return };
    let (mut items, mut read, mut before) = (overlay.items(), 0, Vec::new());
    while let Some((sku, change)) = items.next() {
        assert!(sku > &before[..] && std::str::from_utf8(sku).is_ok());
        assert!(change.value.is_none_or(|value| value < 8) && change.price.is_none_or(|price| price >= 0));
        assert!(overlay.edge() || (change.contribution.is_none() && change.count.is_none()));
        (before, read) = (sku.to_vec(), read + 1);
    }
    assert_eq!(read, overlay.len());
    for change in overlay.experiments() {
        let total: u32 = change.arms.iter().map(|(_, share)| u32::from(*share)).sum();
        assert!(total <= 10_000 && change.arms.len() <= 8 && !change.name.is_empty());
    }
    let Some(rules) = overlay.rules() else { return };
    let (mut skus, mut read) = (rules.skus(), 0);
    while let Some((_, signature)) = skus.next() {
        assert!(rules.signatures.sets_of_signature(signature).is_sorted());
        read += 1;
    }
    assert_eq!(read, rules.len());
}
