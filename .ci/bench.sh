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
# What is measured in a page is left out where there is no browser.
CHROMIUM=$(find_chromium)
export CHROMIUM

say "=== tests/bench/recommend.rs"
cargo bench --bench recommend | tee "$out/native.txt"
# The peers have a package of their own, with their own lock file; only here are they built.
say "=== tests/bench/peers"
data=${ENDCAP_DATA:-$ROOT/../shared/data}
shops=("sample=$out/sample")
[ -d "$out/sample" ] || "$ENDCAP" sample "$out/sample" > /dev/null
for name in uci_retail_2009_2010 yoochoose_100k; do
  if [ -d "$data/$name" ]; then shops+=("$name=$data/$name"); else say "not measured: $name is not there; name its parent folder by ENDCAP_DATA"; fi
done
cargo run --release --locked --manifest-path tests/bench/peers/Cargo.toml --target-dir "$TARGET_DIR/peers" -- "$out/peers.json" "${shops[@]}"
for file in tests/bench/*.bench.mjs; do
  say "=== $file"
  node "$file"
done
