#!/usr/bin/env bash
# Speed and sizes beside the peers: the Rust benches, then those in JavaScript. Figures, no verdicts: see README.md.

. "$(dirname -- "$0")/env.sh"
.ci/setup.sh rust wasm npm

out=tests/output/bench
mkdir -p "$out"

# What is measured is what the sources say now. ENDCAP names another binary to train with.
cargo build --release --bin endcap --example bench_input
.ci/pack.sh
export ENDCAP=${ENDCAP:-$TARGET_DIR/release/endcap}

say "=== tests/bench/recommend.rs"
cargo bench --bench recommend | tee "$out/native.txt"
for file in tests/bench/*.bench.mjs; do
  say "=== $file"
  node "$file"
done
