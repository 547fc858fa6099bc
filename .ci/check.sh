#!/usr/bin/env bash
# The minute-to-minute loop: format, clippy, unit tests, golden bundles.

. "$(dirname -- "$0")/env.sh"
. .ci/steps.sh
.ci/setup.sh rust

format() { cargo fmt --check; }
clippy() { cargo clippy --all-targets -- -D warnings; }

unit() {
  local golden=()
  for file in tests/golden*.rs; do [ ! -f "$file" ] || golden+=(--test "$(basename "$file" .rs)"); done
  if have cargo-nextest; then
    cargo nextest run --no-fail-fast --lib "${golden[@]}"
  else
    cargo test --no-fail-fast --lib "${golden[@]}"
  fi
}

step "format" format
step "clippy" clippy
step "unit and golden tests" unit
summary
