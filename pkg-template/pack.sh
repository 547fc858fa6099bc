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

# Inlining is kept lower than the compiler keeps it where it builds for size: 2 % less to download. Paths of this machine
# stay here.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Cllvm-args=--inline-threshold=25 \
--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/="

# Two engines of the same sources: what pages download, built small, and all there is, built fast.
# The path of the default module is left out so that no bundler emits a second copy of the wasm.
# The target_features section says what is allowed: --all-features would emit what browsers do not run.
for engine in wasm studio; do
    case $engine in wasm) level=s ;; *) level=3 ;; esac
    CARGO_PROFILE_WASM_OPT_LEVEL=$level cargo rustc --quiet --lib --crate-type cdylib --no-default-features --features "$engine" \
        --target wasm32-unknown-unknown --profile wasm
    rm -rf "$bindings/$engine"
    "$bindgen/bin/wasm-bindgen" --target web --omit-default-module-path --remove-name-section --remove-producers-section \
        --out-dir "$bindings/$engine" --out-name endcap "$target/wasm32-unknown-unknown/wasm/endcap.wasm"
    mkdir -p "$optimised/$engine"
    if ! cmp -s "$bindings/$engine/endcap_bg.wasm" "$optimised/$engine/input.wasm"; then
        rm -f "$optimised/$engine/input.wasm"
        tests/js/node_modules/.bin/wasm-opt -Oz --strip-target-features --strip-producers \
            "$bindings/$engine/endcap_bg.wasm" -o "$optimised/$engine/output.wasm"
        cp "$bindings/$engine/endcap_bg.wasm" "$optimised/$engine/input.wasm"
    fi
    cp "$optimised/$engine/output.wasm" "$bindings/$engine/endcap_bg.wasm"
done

# A trained shop comes along, so that there is something to ask before one of your own is.
endcap=${ENDCAP:-$target/debug/endcap}
[ -n "${ENDCAP:-}" ] || cargo build --quiet --bin endcap
if [ ! "$bindings/sample.endcap" -nt "$endcap" ]; then
    sample=$target/sample
    rm -rf "$sample"
    "$endcap" sample "$sample" >/dev/null
    "$endcap" train --catalog "$sample/catalog.csv" --orders "$sample/orders.csv" --events "$sample/events.csv" \
        --config "$sample/endcap.toml" -o "$sample/model.endcap" >/dev/null 2>&1
    "$endcap" slice "$sample/model.endcap" --relations cart,bought_together,similar,cards --profile small \
        -o "$sample/sample.endcap" 2>/dev/null
    mv "$sample/sample.endcap" "$bindings/sample.endcap"
fi

node pkg-template/build.mjs "$bindings" pkg
