# Read by every script here with `. .ci/env.sh`: where the tools lie, which versions, and how we talk.
# Nothing is installed by reading this file; that is .ci/setup.sh.

set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# Tools built or fetched for the project lie outside the clone, a folder a version, so a second clone finds them.
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/endcap

# The command line of wasm-bindgen must be the crate's version to the digit, so the lock file decides.
WASM_BINDGEN=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock)
CARGO_DENY=0.20.2
CARGO_FUZZ=0.13.2
OLDEST_RUST=$(awk -F'"' '/^rust-version/ { print $2; exit }' Cargo.toml)
OLDEST_NODE=20

WASM_BINDGEN_DIR=$CACHE/wasm-bindgen-$WASM_BINDGEN
WASM_TARGET=wasm32-unknown-unknown
WASI_TARGET=wasm32-wasip1
export PATH="$WASM_BINDGEN_DIR/bin:$CACHE/cargo-deny-$CARGO_DENY/bin:$CACHE/cargo-fuzz-$CARGO_FUZZ/bin:$PATH"

# The build of one profile, native; the tests build the binary too, and the JavaScript suites use that one.
TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}

say() { printf '%s\n' "$*" >&2; }

# die MESSAGE [REMEDY]: what is missing, then how to get it.
die() {
  say "error: $1"
  [ $# -lt 2 ] || say "  how: $2"
  exit 1
}

have() { command -v "$1" > /dev/null 2>&1; }

# at_least WANTED FOUND: true when version FOUND is WANTED or newer.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# find_browser VARIABLE WHAT NAME…: the browser that the variable names, else the first that is installed, or nothing.
find_browser() {
  local variable=$1 what=$2 name
  shift 2
  if [ -n "${!variable:-}" ]; then
    command -v "${!variable}" || die "$variable=${!variable} is not a program" "give the path of $what binary, or unset it"
    return
  fi
  for name in "$@"; do
    ! command -v "$name" || return 0
  done
}

find_chromium() { find_browser CHROMIUM "a Chromium or Chrome" chromium chromium-browser google-chrome google-chrome-stable; }
find_firefox() { find_browser FIREFOX "a Firefox" firefox-esr firefox; }
