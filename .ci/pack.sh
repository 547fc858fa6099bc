#!/usr/bin/env bash
# Builds the npm packages named as arguments, both unless told: endcap into pkg/, endcap-cli into pkg-cli/. Sets up the tools,
# then the packages' own scripts do the work.

. "$(dirname -- "$0")/env.sh"

[ $# -gt 0 ] || set -- endcap endcap-cli
for package in "$@"; do
  case $package in
    endcap)
      .ci/setup.sh wasm npm
      sh pkg-template/pack.sh
      ;;
    endcap-cli)
      .ci/setup.sh wasi
      sh pkg-template/pack-cli.sh
      ;;
    # Not a package: the example of a Rust service, built as its README builds it.
    fastly)
      .ci/setup.sh wasi
      cargo build --quiet --release --target "$WASI_TARGET" --bins --target-dir "$TARGET_DIR/fastly" --manifest-path pkg-template/examples/fastly/Cargo.toml
      ;;
    *) die "pack: unknown package $package" "one of: endcap endcap-cli fastly" ;;
  esac
done
