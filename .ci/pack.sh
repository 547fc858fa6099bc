#!/usr/bin/env bash
# Builds the npm package: the engine as wasm, its glue, the TypeScript of pkg-template/, all into pkg/.

. "$(dirname -- "$0")/env.sh"
.ci/setup.sh wasm npm

built=$TARGET_DIR/$WASM_TARGET/wasm
glue=$built/glue
bin=tests/js/node_modules/.bin

# cdylib only here: a native build pays nothing for it.
cargo rustc --lib --crate-type cdylib --profile wasm --no-default-features --features wasm --target "$WASM_TARGET"
rm -rf "$glue"
wasm-bindgen --target web --remove-name-section --remove-producers-section --out-dir "$glue" --out-name endcap "$built/endcap.wasm"
# No --all-features: it emits types that the browsers of two years ago refuse.
"$bin/wasm-opt" -Oz --strip-target-features --strip-producers "$glue/endcap_bg.wasm" -o "$glue/endcap_bg.opt.wasm"
mv "$glue/endcap_bg.opt.wasm" "$glue/endcap_bg.wasm"

node pkg-template/build.mjs --engine "$glue" --out pkg
