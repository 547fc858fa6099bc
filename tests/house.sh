#!/usr/bin/env bash
# The clone itself: nothing strange at the top level, scripts that parse, documents whose links lead somewhere.
set -euo pipefail
cd -- "$(dirname -- "$0")/.."
failed=0
wrong() { printf 'wrong: %s\n' "$*"; failed=1; }

expected=' .ci .gitattributes .gitignore CHANGELOG.md CONTRIBUTING.md Cargo.lock Cargo.toml LICENSE-APACHE LICENSE-MIT Makefile README.md SECURITY.md deny.toml pkg-template rust-toolchain.toml rustfmt.toml src tests www '
for name in $(git ls-files | cut -d/ -f1 | sort -u); do
  case $expected in *" $name "*) ;; *) wrong "$name lies at the top level; tests/house.sh lists what may" ;; esac
done

for script in $(git ls-files '*.sh' .ci/run); do
  bash -n "$script" || wrong "$script does not parse"
done
for script in .ci/run .ci/setup.sh .ci/demo.sh .ci/test.sh .ci/check.sh .ci/pack.sh .ci/bench.sh .ci/fuzz.sh; do
  [ -x "$script" ] || wrong "$script cannot be started: chmod +x"
done

# [text](path) and [text](path#anchor), from the document's own folder; addresses with a scheme are not followed.
for document in $(git ls-files '*.md'); do
  while read -r link; do
    path=${link%%#*}
    [ -z "$path" ] || [ -e "$(dirname "$document")/$path" ] || wrong "$document links to $path, which is not there"
  done < <({ grep -o '](\([^)]*\))' "$document" || true; } | sed 's/^](//; s/)$//' | { grep -v '^[a-z]*:' || true; })
done

for target in $(sed -n 's/^\.PHONY: //p' Makefile); do
  make -n "$target" > /dev/null || wrong "make knows no target $target"
done
[ $failed = 0 ] && echo "house: fine"
exit $failed
