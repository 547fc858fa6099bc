#!/usr/bin/env bash
# The minute-to-minute loop: format, clippy, unit tests, the golden bundle, codes and architecture.

. "$(dirname -- "$0")/env.sh"
. .ci/steps.sh
.ci/setup.sh rust

format() { cargo fmt --check; }
clippy() { cargo clippy --all-targets -- -D warnings; }

unit() {
  local golden=()
  for file in tests/format.rs tests/codes.rs tests/architecture.rs; do [ ! -f "$file" ] || golden+=(--test "$(basename "$file" .rs)"); done
  if have cargo-nextest; then
    cargo nextest run --no-fail-fast --lib "${golden[@]}"
  else
    cargo test --no-fail-fast --lib "${golden[@]}"
  fi
}

step "format" format
step "clippy" clippy
step "unit, golden and architecture tests" unit
summary
