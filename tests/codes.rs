//! The codes that cross into JavaScript: one list in Rust, the same in TypeScript.

use endcap::bundle::OpenError;
use endcap::placement::{Fallback, FallbackReason};
use endcap::rank::Reason;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pkg-template/src/codes.ts");

fn list(names: &[&str]) -> String {
    let one_line = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    if names.len() <= 4 {
        return format!("[{one_line}]");
    }
    let lines: String = names.iter().map(|name| format!("  \"{name}\",\n")).collect();
    format!("[\n{lines}]")
}

/// Everything up to the codes that JavaScript itself adds.
fn generated() -> String {
    let reasons = Reason::ALL.map(Reason::name);
    let fallbacks = [Fallback::Popular.name()];
    format!(
        "// Up to HOST_ERRORS written by `UPDATE_CODES=1 cargo test --test codes` from the lists in Rust.\n\n\
         /** Why an item is shown, in the order of the engine's numbers. */\n\
         export const REASONS = {} as const;\n\n\
         /** Rungs of the fallback ladder, in the order of the engine's numbers from 1. */\n\
         export const FALLBACKS = {} as const;\n\n\
         /** Why a list fell back, in the order of the engine's numbers from 1. */\n\
         export const FALLBACK_REASONS = {} as const;\n\n\
         /** What the engine can say about bytes it was given. */\n\
         export const ENGINE_ERRORS = {} as const;\n\n",
        list(&reasons),
        list(&fallbacks),
        list(&FallbackReason::ALL.map(FallbackReason::name)),
        list(&OpenError::CODES),
    )
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
    for (n, reason) in Reason::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, n);
    }
    assert_eq!(Fallback::Popular as usize, 1);
    for (n, reason) in FallbackReason::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, n + 1);
    }
}
