#!/usr/bin/env bash
# Speed and sizes beside the peers: the Rust benches, then those in JavaScript. Figures, no verdicts: see README.md.

. "$(dirname -- "$0")/env.sh"
.ci/setup.sh rust wasm npm chromium

ran=0
if grep -q '^\[\[bench\]\]' Cargo.toml; then
  cargo bench
  ran=1
fi
if compgen -G 'tests/bench/*.bench.mjs' > /dev/null; then
  [ -d demo/models ] && [ -d pkg ] || DEMO_SERVE=0 .ci/demo.sh
  CHROMIUM=$(find_chromium)
  ENDCAP=${ENDCAP:-$TARGET_DIR/release/endcap}
  export CHROMIUM ENDCAP
  for file in tests/bench/*.bench.mjs; do
    say "=== $file"
    node "$file"
  done
  ran=1
fi
[ $ran = 1 ] || die "nothing to measure: no [[bench]] in Cargo.toml and no tests/bench/*.bench.mjs" "add one of them"
