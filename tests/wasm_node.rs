//! The engine's surface in Node, over the bindings that the npm package ships.
#![cfg(all(target_arch = "wasm32", feature = "studio"))]

#[path = "support/engine.rs"]
mod engine;
mod support;
#[path = "guarantees/vectors.rs"]
mod vectors;
