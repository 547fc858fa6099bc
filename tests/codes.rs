//! The codes that cross into JavaScript: one list in Rust, the same in TypeScript.

use endcap::bundle::{OpenError, OverlayError, RelationKind, Strategy};
use endcap::placement::{Fallback, FallbackReason, Silence};
use endcap::rank::{Reason, Rejection};
use endcap::rules::{CompileError, PatchError};
use endcap::shop::StockState;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/src/codes.ts");

fn list(names: &[&str]) -> String {
    let one_line = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    if names.len() <= 4 {
        return format!("[{one_line}]");
    }
    let lines: String = names.iter().map(|name| format!("  \"{name}\",\n")).collect();
    format!("[\n{lines}]")
}

fn states() -> [&'static str; 5] {
    [0, 1, 2, 3, 4].map(|byte| StockState::from_byte(byte).name())
}

/// Every code of the engine, each once.
fn errors() -> Vec<&'static str> {
    let mut all: Vec<&str> = Vec::new();
    let lists = [&OpenError::CODES[..], &OverlayError::CODES, &PatchError::CODES, &CompileError::CODES];
    for code in lists.into_iter().flatten() {
        if !all.contains(code) {
            all.push(code);
        }
    }
    all
}

/// Everything up to the codes that JavaScript itself adds.
fn generated() -> String {
    let lists: [(&str, &str, &[&str]); 9] = [
        ("REASONS", "Why an item is shown, in the order of the engine's numbers.", &Reason::ALL.map(Reason::name)),
        (
            "FALLBACKS",
            "Rungs of the fallback ladder, in the order of the engine's numbers from 1.",
            &Fallback::ALL.map(Fallback::name),
        ),
        (
            "FALLBACK_REASONS",
            "Why a list fell back, in the order of the engine's numbers from 1.",
            &FallbackReason::ALL.map(FallbackReason::name),
        ),
        (
            "SILENCES",
            "Why a block stays empty by decision, in the order of the engine's numbers from 1.",
            &Silence::ALL.map(Silence::name),
        ),
        (
            "REJECTIONS",
            "Why an item is not shown, in the order of the engine's numbers from 1.",
            &Rejection::ALL.map(Rejection::name),
        ),
        ("STRATEGIES", "Strategies, in the order of the engine's numbers.", &Strategy::ALL.map(Strategy::name)),
        ("RELATIONS", "Relations, in the order of the engine's numbers.", &RelationKind::ALL.map(RelationKind::name)),
        ("STOCK_STATES", "Whether an item can be sold, in the order of the engine's numbers.", &states()),
        ("ENGINE_ERRORS", "What the engine can say about bytes, rules and changes that it was given.", &errors()),
    ];
    let head = "// Up to HOST_ERRORS written by `UPDATE_CODES=1 cargo test --test codes` from the lists in Rust.\n\n";
    let written =
        lists.map(|(name, says, names)| format!("/** {says} */\nexport const {name} = {} as const;\n\n", list(names)));
    head.to_string() + &written.concat()
}

#[test]
fn typescript_has_the_codes_of_the_engine() {
    let found = std::fs::read_to_string(FILE).unwrap();
    let own = found.find("/** What the JavaScript around the engine can say. */").unwrap();
    if std::env::var_os("UPDATE_CODES").is_some() {
        std::fs::write(FILE, generated() + &found[own..]).unwrap();
        return;
    }
    assert_eq!(&found[..own], generated(), "run UPDATE_CODES=1 cargo test --test codes");
}

#[test]
fn numbers_are_places_in_the_lists() {
    fn places(numbers: impl IntoIterator<Item = usize>, first: usize) {
        numbers.into_iter().enumerate().for_each(|(n, number)| assert_eq!(number, n + first));
    }
    places(Reason::ALL.map(|reason| reason as usize), 0);
    places(Strategy::ALL.map(|strategy| strategy as usize), 0);
    places(RelationKind::ALL.map(|kind| kind as usize), 0);
    places(Fallback::ALL.map(|rung| rung as usize), 1);
    places(FallbackReason::ALL.map(|reason| reason as usize), 1);
    places(Silence::ALL.map(|why| why as usize), 1);
    places(Rejection::ALL.map(|why| why as usize), 1);
}
