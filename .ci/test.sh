#!/usr/bin/env bash
# Everything that must hold before a change is taken. The cheap steps come first.

. "$(dirname -- "$0")/env.sh"
. .ci/steps.sh

# Nothing is built twice on the way, so the notes of incremental builds would only cost time.
[ "${CI:-}" != true ] || export CARGO_INCREMENTAL=0
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$WASM_BINDGEN_DIR/bin/wasm-bindgen-test-runner
engine=(--no-default-features --target "$WASM_TARGET" --features)

setup() { .ci/setup.sh rust wasm wasi npm matrix chromium firefox deny; }
format() { cargo fmt --check; }
clippy_native() { cargo clippy --all-targets -- -D warnings; }
clippy_wasm() { cargo clippy --lib "${engine[@]}" wasm -- -D warnings && cargo clippy --lib "${engine[@]}" studio -- -D warnings; }
engine_alone() { cargo clippy --lib --no-default-features -- -D warnings; }

# Unit, property, golden, architecture and FORMAT.md tests, and those of the binary, in one profile.
native() {
  if have cargo-nextest; then cargo nextest run --no-fail-fast; else cargo test --no-fail-fast --lib --bins --tests; fi
}
documentation() { cargo test --doc; }
rustdoc() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet; }
deny() { cargo deny check bans licenses sources; }

# The test runner refuses --quiet, so no `cargo test -q` here.
wasm_in() {
  [ -f "tests/$1.rs" ] || skip "tests/$1.rs is not there"
  cargo test "${engine[@]}" studio --test "$1"
}
wasm_node() { wasm_in wasm_node; }
wasm_browser() { wasm_in wasm_browser; }

# The demo as a user makes it, with the binary that the native tests have built.
demo() { DEMO_SERVE=0 SHOP='' ENDCAP=$TARGET_DIR/debug/endcap .ci/demo.sh; }

# The same program for machines without Rust.
command_line() { .ci/pack.sh endcap-cli; }
rust_at_the_edge() { .ci/pack.sh fastly; }

# The package's own sources are checked when it is packed, against the declarations of the engine built just then.
types() {
  local project checked=0
  for project in tests/js/tsconfig.json www/tsconfig.json; do
    [ -f "$project" ] || continue
    tests/js/node_modules/.bin/tsc --noEmit -p "$project"
    checked=1
  done
  [ $checked = 1 ] || skip "no tsconfig.json in tests/js or www"
}

# The packed tarball in Node and workerd, and the page in Chromium; screenshots stay in tests/output.
javascript() {
  compgen -G 'tests/js/*.test.mjs' > /dev/null || skip "no tests/js/*.test.mjs"
  mkdir -p tests/output
  CHROMIUM=$(find_chromium) ENDCAP=$TARGET_DIR/debug/endcap node --test --test-reporter=spec --test-concurrency=1 tests/js/*.test.mjs
}

# The packed tarball in each runtime and out of each bundler; the table stays in tests/output/matrix.md.
matrix() {
  compgen -G 'tests/matrix/*.test.mjs' > /dev/null || skip "no tests/matrix/*.test.mjs"
  CHROMIUM=$(find_chromium) FIREFOX=$(find_firefox) node --test --test-reporter=spec tests/matrix/*.test.mjs
}

shell_checks() {
  local file
  for file in tests/*.sh; do
    printf -- '--- %s\n' "$file"
    bash "$file"
  done
}

step "set-up" setup
step "format" format
step "shell checks" shell_checks
step "clippy, native" clippy_native
step "clippy, the engine without features" engine_alone
step "clippy, wasm" clippy_wasm
step "licences, bans, sources" deny
step "native tests" native
step "tests in the documentation" documentation
step "the documentation itself" rustdoc
step "wasm in Node" wasm_node
step "wasm in headless Chromium" wasm_browser
step "demo: sample shop, model, package, page" demo
step "the command line as WebAssembly" command_line
step "the example of a Rust service" rust_at_the_edge
step "TypeScript" types
step "JavaScript: package in Node and workerd, page in Chromium" javascript
step "matrix: runtimes and bundlers" matrix
summary
