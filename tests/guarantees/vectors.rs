//! The same questions to the same shops on every platform: items, score bits, reasons and relaxed prices as the fixture has
//! them. `UPDATE=1 cargo test --test guarantees vectors` writes it anew.

use crate::support::shops::{ALL, Dice, overlay, question, shop};
use endcap::bundle::{overlay::encode, write};
use endcap::placement::{Answer, Recommender};
use std::fmt::Write;

const SHOPS: u64 = 150;
const QUESTIONS: usize = 20;
const FIXTURE: &str = include_str!("../fixtures/guarantees.txt");

/// One line an answer: item, score bits, reason and a star for a relaxed price of each pick.
fn line(answer: &Answer<'_>) -> String {
    let mut line = answer.silent.map_or(String::new(), |why| format!("{} ", why.name()));
    for pick in answer.picks {
        let star = if pick.relaxed { "*" } else { "" };
        write!(line, "{}:{:x}:{}{star} ", pick.item.0, pick.score.to_bits(), pick.reason as u8).unwrap();
    }
    line.truncate(line.trim_end().len());
    line
}

/// The answers of one shop, the later half of them after an overlay.
fn answers(seed: u64) -> Vec<String> {
    // Three shops in four lack some of what there is, for with everything on many lists are empty.
    let features = if seed.is_multiple_of(4) { ALL } else { Dice::new(seed, 8).roll() as u32 & ALL };
    let draft = shop(seed, features);
    let mut recommender = Recommender::open(write(&draft).unwrap()).unwrap();
    let mut dice = Dice::new(seed, 9);
    let mut lines = Vec::new();
    for n in 0..QUESTIONS {
        if n == QUESTIONS / 2 {
            recommender.patch(&encode(&overlay(&draft, seed, 1)).unwrap()).unwrap();
        }
        let question = question(&mut dice, &draft);
        lines.push(question.with(|request| line(&recommender.recommend(request).unwrap())));
    }
    lines
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn answers_are_those_of_the_fixture() {
    let found: Vec<String> = (0..SHOPS).flat_map(answers).collect();
    if std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/guarantees.txt");
        std::fs::write(path, found.join("\n") + "\n").unwrap();
        return;
    }
    assert_eq!(FIXTURE.lines().count(), found.len());
    for (n, (found, expected)) in found.iter().zip(FIXTURE.lines()).enumerate() {
        assert_eq!(found, expected, "shop {}, question {}", n / QUESTIONS, n % QUESTIONS);
    }
}
