//! The engine's surface in a real browser: the tests of `wasm_node.rs`, there.
#![cfg(all(target_arch = "wasm32", feature = "studio"))]

#[path = "support/engine.rs"]
mod engine;
mod support;
#[path = "guarantees/vectors.rs"]
mod vectors;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
