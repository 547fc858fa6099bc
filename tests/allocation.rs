//! Ranking takes its memory once: after the first calls, an answer allocates nothing.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use allocation_counter::measure;
use endcap::bundle::{Blend, Calibration, DraftPin, Knot, write};
use endcap::placement::{PastPurchase, Recommender, Request};
use endcap::shop::ItemId;
use support::noise;

const PLACEMENTS: [&str; 5] = ["cart", "pdp_complements", "pdp_similar", "post_purchase", "bestsellers"];

/// A model whose every relation, prior and optional section is asked.
fn recommender() -> (Recommender<Vec<u8>>, Vec<String>) {
    let mut draft = noise(2000, 16, 17);
    draft.tuning.cart = [Blend { cart: 1.0, together: 0.3, prior: 0.1 }; 5];
    draft.tuning.product = Blend { cart: 0.5, together: 1.0, prior: 0.1 };
    draft.tuning.repeat.prior = 0.1;
    let knots = [(0.0, 0.01), (1.0, 0.5)].map(|(score, probability)| Knot { score, probability }).to_vec();
    draft.calibration = PLACEMENTS.map(|name| Calibration { placement: name.into(), knots: knots.clone() }).to_vec();
    for (n, item) in draft.items.iter_mut().enumerate() {
        item.gap_days = (n % 2 == 0).then_some(9);
        item.share = if n < 500 { item.share } else { 0.0 };
    }
    let pin = |n: u32| DraftPin {
        placement: PLACEMENTS[n as usize % 5].into(),
        product: ItemId(n / 8),
        slot: (n / 3 % 9) as u8 + 1,
        item: ItemId((n / 8 + 1 + n * 37 % 1500) % 2000),
    };
    draft.pins = (0..16_000).map(pin).collect();
    let skus = draft.items.iter().map(|item| item.sku.clone()).collect();
    (Recommender::open(write(&draft).unwrap()).unwrap(), skus)
}

fn ask(recommender: &mut Recommender<Vec<u8>>, words: &[&str], history: &[PastPurchase<'_>]) {
    for placement in PLACEMENTS {
        let (product, recent, exclude) = (words.first().copied(), words, words.get(1..3).unwrap_or_default());
        let request = Request { placement, cart: words, product, recent, history, exclude, ..Request::default() };
        let answer = recommender.recommend(&request).unwrap();
        assert!(!answer.picks.is_empty());
        let request = Request { placement, history, ..Request::default() };
        assert!(!recommender.recommend(&request).unwrap().picks.is_empty());
    }
}

#[test]
fn an_answer_allocates_nothing() {
    let (mut recommender, skus) = recommender();
    let words: Vec<&str> = skus.iter().map(String::as_str).collect();
    let history: Vec<_> = words.iter().map(|sku| PastPurchase { sku, days_ago: 9.0 }).collect();
    // The largest first: it grows whatever must grow.
    ask(&mut recommender, &words[..64], &history[..64]);
    for lines in 1..=64 {
        let start = lines * 29;
        let (words, history) = (&words[start..start + lines], &history[start..start + lines]);
        let found = measure(|| ask(&mut recommender, words, history));
        assert_eq!((found.count_total, found.bytes_total), (0, 0), "{lines} lines");
    }
}

/// The counter counts: the first answer does allocate, and so does a string.
#[test]
fn the_counter_sees_an_allocation() {
    let (mut recommender, skus) = recommender();
    let words: Vec<&str> = skus[..64].iter().map(String::as_str).collect();
    assert!(measure(|| ask(&mut recommender, &words, &[])).count_total > 0);
    assert_eq!(measure(|| drop(std::hint::black_box(String::from("kettle")))).count_total, 1);
}
