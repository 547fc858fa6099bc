//! Ranking takes its memory once: after the first calls, an answer allocates nothing.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use allocation_counter::measure;
use endcap::bundle::{Blend, Calibration, Draft, DraftPin, Knot, overlay::encode, write};
use endcap::placement::{Answer, PastPurchase, Recommender, Request};
use endcap::shop::ItemId;
use support::everything::experiments;
use support::noise;
use support::shops::{ALL, CALIBRATED, Dice, PLACEMENTS, Question, SWITCHES, dress, overlay, question};

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

/// Shops with everything on: each has other rules, windows, caps and rungs.
fn everything_on(seed: u64) -> (Recommender<Vec<u8>>, Draft) {
    let mut draft = noise(2000, 16, seed);
    dress(&mut draft, seed, ALL & !SWITCHES & !CALIBRATED);
    draft.policies.iter_mut().for_each(|policy| policy.limit = 20);
    draft.experiments = experiments();
    let knots = [(0.1, 0.01), (1.0, 0.5)].map(|(score, probability)| Knot { score, probability }).to_vec();
    draft.calibration = PLACEMENTS.map(|name| Calibration { placement: name.into(), knots: knots.clone() }).to_vec();
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    recommender.patch(&encode(&overlay(&draft, seed, 1)).unwrap()).unwrap();
    PLACEMENTS.iter().for_each(|placement| assert!(recommender.set_enabled(placement, true)));
    (recommender, draft)
}

/// A question alone and as the first block of a page; how many products are shown or withheld.
fn ask_twice(recommender: &mut Recommender<Vec<u8>>, request: &Request<'_>) -> usize {
    let products = |answer: Answer<'_>| answer.picks.len() + answer.withheld.len();
    let alone = products(recommender.recommend(request).unwrap());
    recommender.start_page();
    alone + products(recommender.block(request).unwrap())
}

#[test]
fn an_answer_with_everything_on_allocates_nothing() {
    let (mut shown, mut rules) = (0, 0);
    for seed in 0..24 {
        let (mut recommender, draft) = everything_on(seed);
        rules += recommender.live().book().rules().len();
        let mut dice = Dice::new(seed, 5);
        // Of visitors who are dealt to arms: that takes no memory either.
        let mut ask = |n: u32| Question { unit: Some(format!("u{n}")), ..question(&mut dice, &draft) };
        let questions: Vec<Question> = (0..200).map(&mut ask).collect();
        // What must grow grows with the first round; the second, in the other order, finds it grown.
        let round = |recommender: &mut Recommender<Vec<u8>>, question: &Question| {
            question.with(|request| {
                let mut shown = 0;
                let found = measure(|| shown = ask_twice(recommender, request));
                (found.count_total, shown)
            })
        };
        for question in &questions {
            round(&mut recommender, question);
        }
        for question in questions.iter().rev() {
            let (count, picks) = round(&mut recommender, question);
            assert_eq!(count, 0, "shop {seed}: {question:?}");
            shown += picks;
        }
    }
    assert!(shown > 10_000 && rules > 60, "{shown} products, {rules} rules");
}

/// The counter counts: the first answer does allocate, and so does a string.
#[test]
fn the_counter_sees_an_allocation() {
    let (mut recommender, skus) = recommender();
    let words: Vec<&str> = skus[..64].iter().map(String::as_str).collect();
    assert!(measure(|| ask(&mut recommender, &words, &[])).count_total > 0);
    assert_eq!(measure(|| drop(std::hint::black_box(String::from("kettle")))).count_total, 1);
}
