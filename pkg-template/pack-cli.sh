#!/bin/sh
# Builds the npm package `endcap-cli` into pkg-cli/: the command line as WebAssembly, and the few lines of Node that run it.
set -eu
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
# Paths of this machine stay here.
export CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/="
cargo build --quiet --bin endcap --target wasm32-wasip1 --profile wasi

version() { sed -n "s/$1/\\1/p" "$2" | head -n 1; }
[ "$(version '^version = "\(.*\)"$' Cargo.toml)" = "$(version '^  "version": "\(.*\)",$' pkg-template/cli/package.json)" ] || {
    echo "pack-cli: pkg-template/cli/package.json must have the version of Cargo.toml" >&2
    exit 1
}
rm -rf pkg-cli
mkdir pkg-cli
cp pkg-template/cli/* LICENSE-* pkg-cli/
cp "$target/wasm32-wasip1/wasi/endcap.wasm" pkg-cli/
chmod 755 pkg-cli/endcap.js
chmod 644 pkg-cli/endcap.wasm
