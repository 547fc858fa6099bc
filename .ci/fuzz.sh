#!/usr/bin/env bash
# Runs each fuzz target of tests/fuzz for SECONDS_EACH seconds (60). Needs a nightly compiler; `make test` does not.

. "$(dirname -- "$0")/env.sh"
.ci/setup.sh fuzz

[ -f tests/fuzz/Cargo.toml ] || die "tests/fuzz/Cargo.toml is not there" "run this in a complete clone"
[ -n "${SECONDS_EACH:-}" ] || SECONDS_EACH=60
# The golden files are where mutation begins; what it finds new stays in tests/fuzz/corpus, out of git.
mkdir -p tests/fuzz/corpus/open_bundle tests/fuzz/corpus/damaged_bundle tests/fuzz/corpus/open_overlay
for bundle in tests/fixtures/*.endcap tests/fixtures/*/*.endcap; do
  [ ! -f "$bundle" ] || cp "$bundle" tests/fuzz/corpus/open_bundle/
done
cp tests/fixtures/golden/*.overlay tests/fuzz/corpus/open_overlay/
for target in $(cargo +nightly fuzz list --fuzz-dir tests/fuzz); do
  say "=== $target"
  cargo +nightly fuzz run --fuzz-dir tests/fuzz "$target" -- "-max_total_time=$SECONDS_EACH" -max_len=65536
done
