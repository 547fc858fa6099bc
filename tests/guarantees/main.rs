//! The promises of the order of operations, each on 100,000 random cases and judged on answers alone. What an answer may hold
//! is looked up in the shop it came from; nothing here ranks.
#![cfg(not(target_arch = "wasm32"))]

mod changes;
#[path = "../support/oracle.rs"]
#[allow(dead_code)] // of the oracle only the half that knows the shop is asked
mod oracle;
mod order;
mod requests;
#[path = "../support/mod.rs"]
mod support;
mod vectors;

use endcap::bundle::{Draft, write};
use endcap::placement::Recommender;
use endcap::rank::Pick;
use support::shops::Question;

/// Cases of each promise.
const CASES: u32 = 100_000;

/// Cases of one promise, and those in which it broke.
struct Tally {
    promise: &'static str,
    cases: u32,
    violations: u32,
    first: String,
}

impl Tally {
    fn of(promise: &'static str) -> Self {
        Self { promise, cases: 0, violations: 0, first: String::new() }
    }

    fn is_done(&self) -> bool {
        self.cases >= CASES
    }

    /// Counts a case to which the promise applies.
    fn case(&mut self, holds: bool, told: impl FnOnce() -> String) {
        self.cases += 1;
        if !holds {
            self.violations += 1;
            self.first = if self.first.is_empty() { told() } else { std::mem::take(&mut self.first) };
        }
    }

    fn end(self) {
        println!("{}: {} cases, {} violations", self.promise, self.cases, self.violations);
        assert_eq!(self.violations, 0, "{} of {} cases; the first: {}", self.promise, self.cases, self.first);
    }
}

fn opened(draft: &Draft) -> Recommender<Vec<u8>> {
    Recommender::open(write(draft).unwrap()).unwrap()
}

/// The list that is shown.
fn ask(recommender: &mut Recommender<Vec<u8>>, question: &Question) -> Vec<Pick> {
    question.with(|request| recommender.recommend(request).unwrap().picks.to_vec())
}

fn items(picks: &[Pick]) -> Vec<u32> {
    picks.iter().map(|pick| pick.item.0).collect()
}
