#!/bin/sh
# Builds the npm package into pkg/: cargo, wasm-bindgen, wasm-opt, then build.mjs. Quiet unless something is wrong; the
# same sources give the same files. Steps whose input is unchanged are skipped.
set -eu
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
bindgen_version=0.2.130
bindgen=${XDG_CACHE_HOME:-$HOME/.cache}/endcap/wasm-bindgen-$bindgen_version
bindings=$target/wasm-bindgen
optimised=$target/wasm-bindgen-optimised

need() { # what, how to get it
    echo "pack: $1 is missing. Get it with: $2" >&2
    exit 1
}
command -v node >/dev/null || need "Node 20 or newer" "your package manager, or nodejs.org"
command -v cargo >/dev/null || need cargo "rustup.rs"
[ -x "$bindgen/bin/wasm-bindgen" ] || need "wasm-bindgen $bindgen_version" \
    "cargo install wasm-bindgen-cli --version $bindgen_version --no-default-features --root $bindgen"
if [ ! -d tests/js/node_modules/binaryen ]; then
    npm ci --prefix tests/js --silent --no-progress || need "tests/js/node_modules" "npm ci --prefix tests/js"
fi

cargo rustc --quiet --lib --crate-type cdylib --no-default-features --features wasm \
    --target wasm32-unknown-unknown --profile wasm

# The path of the default module is left out so that no bundler emits a second copy of the wasm.
rm -rf "$bindings"
"$bindgen/bin/wasm-bindgen" --target web --omit-default-module-path --remove-name-section --remove-producers-section \
    --out-dir "$bindings" --out-name endcap "$target/wasm32-unknown-unknown/wasm/endcap.wasm"

# The target_features section says what is allowed: --all-features would emit what browsers do not run.
mkdir -p "$optimised"
if ! cmp -s "$bindings/endcap_bg.wasm" "$optimised/input.wasm"; then
    rm -f "$optimised/input.wasm"
    tests/js/node_modules/.bin/wasm-opt -Oz --strip-target-features --strip-producers \
        "$bindings/endcap_bg.wasm" -o "$optimised/output.wasm"
    cp "$bindings/endcap_bg.wasm" "$optimised/input.wasm"
fi
cp "$optimised/output.wasm" "$bindings/endcap_bg.wasm"

node pkg-template/build.mjs "$bindings" pkg
