#!/usr/bin/env bash
# Runs each fuzz target of tests/fuzz for SECONDS_EACH seconds (60). Needs a nightly compiler; `make test` does not.

. "$(dirname -- "$0")/env.sh"
.ci/setup.sh fuzz

[ -f tests/fuzz/Cargo.toml ] || die "tests/fuzz/Cargo.toml is not there" "run this in a complete clone"
for target in $(cargo +nightly fuzz list --fuzz-dir tests/fuzz); do
  say "=== $target"
  cargo +nightly fuzz run --fuzz-dir tests/fuzz "$target" -- "-max_total_time=${SECONDS_EACH:-60}" -max_len=65536
done
