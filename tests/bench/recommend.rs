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
    let mut carts = owned.iter().map(|cart| cart.iter().map(String::as_str).collect::<Vec<_>>()).collect::<Vec<_>>();
    carts.rotate_left(1);
    let mut next = carts.iter().cycle();
    bencher.bench_local(|| {
        let request = Request { placement: "cart", cart: next.next().expect("a cycle"), ..Request::default() };
        recommender.recommend(black_box(&request)).map(|answer| answer.picks.len())
    });
}

#[divan::bench(args = SIZES)]
fn recommend_of_10_000(bencher: Bencher, size: usize) {
    recommend(bencher, SMALL, size);
}

#[divan::bench(args = SIZES)]
fn recommend_of_1_000_000(bencher: Bencher, size: usize) {
    recommend(bencher, LARGE, size);
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
