#!/usr/bin/env bash
# Builds the npm package into pkg/: sets up the tools, then the package's own script does the work.

. "$(dirname -- "$0")/env.sh"
.ci/setup.sh wasm npm
sh pkg-template/pack.sh
