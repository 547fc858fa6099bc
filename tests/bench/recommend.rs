//! Answering and opening without WebAssembly: `cargo bench --bench recommend`.
//!
//! Bundles are drawn at random (see `draw.rs`). The peer of opening is parsing the same edges from JSON.

mod draw;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use endcap::bundle::{Bundle, RelationKind};
use endcap::placement::{Recommender, Request};
use endcap::shop::ItemId;
use std::sync::OnceLock;

const SMALL: u32 = 10_000;
const LARGE: u32 = 1_000_000;
const SIZES: [usize; 3] = [1, 3, 10];
/// Carts that are asked in turn, so that no row stays in the processor's first cache by being asked again.
const CARTS: usize = 4096;

fn main() {
    divan::main();
}

fn bundle(items: u32) -> &'static [u8] {
    static DRAWN: [OnceLock<Vec<u8>>; 2] = [OnceLock::new(), OnceLock::new()];
    DRAWN[usize::from(items == LARGE)].get_or_init(|| draw::bundle(items).expect("a sound draft"))
}

fn carts(items: u32, size: usize) -> Vec<Vec<String>> {
    let mut dice = draw::Dice(7);
    (0..CARTS).map(|_| (0..size).map(|_| draw::sku(dice.item(items))).collect()).collect()
}

fn recommend(bencher: Bencher, items: u32, size: usize) {
    let mut recommender = Recommender::open(bundle(items)).expect("a sound bundle");
    let owned = carts(items, size);
    let carts: Vec<Vec<&str>> = owned.iter().map(|cart| cart.iter().map(String::as_str).collect()).collect();
    let mut next = carts.iter().cycle();
    bencher.bench_local(|| {
        let request = Request { placement: "cart", cart: next.next().expect("a cycle"), ..Request::default() };
        recommender.recommend(black_box(&request)).map(|answer| answer.picks.len())
    });
}

#[divan::bench(args = SIZES, sample_count = 100, sample_size = 64)]
fn recommend_of_10_000(bencher: Bencher, size: usize) {
    recommend(bencher, SMALL, size);
}

#[divan::bench(args = SIZES, sample_count = 100, sample_size = 64)]
fn recommend_of_1_000_000(bencher: Bencher, size: usize) {
    recommend(bencher, LARGE, size);
}

/// The part of an answer that turns ten SKUs into items.
#[divan::bench(args = [SMALL, LARGE], sample_count = 100, sample_size = 64)]
fn part_ten_skus(bencher: Bencher, items: u32) {
    let bundle = Bundle::open(bundle(items)).expect("a sound bundle");
    let dictionary = bundle.dictionary().expect("items");
    let carts = carts(items, 10);
    let mut next = carts.iter().cycle();
    bencher.bench_local(|| {
        let cart = next.next().expect("a cycle");
        cart.iter().filter_map(|sku| dictionary.item_of(black_box(sku))).map(|item| u64::from(item.0)).sum::<u64>()
    });
}

/// The part of an answer that reads the twenty rows of ten lines, without adding up what they say.
#[divan::bench(args = [SMALL, LARGE], sample_count = 100, sample_size = 64)]
fn part_twenty_rows(bencher: Bencher, items: u32) {
    let bundle = Bundle::open(bundle(items)).expect("a sound bundle");
    let relations = [RelationKind::Cart, RelationKind::BoughtTogether].map(|kind| bundle.relation(kind));
    let mut dice = draw::Dice(7);
    let carts: Vec<Vec<ItemId>> = (0..CARTS).map(|_| (0..10).map(|_| dice.item(items)).collect()).collect();
    let mut next = carts.iter().cycle();
    bencher.bench_local(|| {
        let cart = next.next().expect("a cycle");
        let rows = relations.iter().flatten().flat_map(|relation| cart.iter().map(|item| relation.row(*item)));
        rows.flatten().map(|(_, weight)| weight).sum::<f32>()
    });
}

#[divan::bench(args = [SMALL, LARGE], sample_count = 20, sample_size = 1)]
fn open(bencher: Bencher, items: u32) {
    let bytes = bundle(items);
    bencher.counter(BytesCount::new(bytes.len())).bench(|| Recommender::open(black_box(bytes)).is_ok());
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn parse_json_of_10_000(bencher: Bencher) {
    let bundle = Bundle::open(bundle(SMALL)).expect("a sound bundle");
    let rows = |kind| -> Vec<Vec<(u32, f32)>> {
        let relation = bundle.relation(kind).expect("a relation");
        (0..SMALL).map(|item| relation.row(ItemId(item)).map(|(to, weight)| (to.0, weight)).collect()).collect()
    };
    let json = serde_json::to_vec(&[rows(RelationKind::Cart), rows(RelationKind::BoughtTogether)]).expect("numbers");
    bencher
        .counter(BytesCount::new(json.len()))
        .bench(|| serde_json::from_slice::<Vec<Vec<Vec<(u32, f32)>>>>(black_box(&json)).is_ok());
}
