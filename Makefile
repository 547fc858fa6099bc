# Two commands matter: `make demo` and `make test`. Every target sets up what it needs; see .ci/.
# Tools are kept outside the clone, in $XDG_CACHE_HOME/endcap or ~/.cache/endcap.

.DEFAULT_GOAL := help
.PHONY: help demo test check bench pack setup fuzz clean
SHELL := bash

help: ## print this
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo "Needed beforehand: rustup (https://rustup.rs), Node.js 20 or newer with npm, make. CONTRIBUTING.md says more."

demo: ## train on the sample shop and open the demo store; SHOP=DIR for your own files, PORT=8080
	@SHOP="$(SHOP)" PORT="$(PORT)" .ci/demo.sh

test: ## everything, as CI runs it
	@.ci/test.sh

check: ## the quick loop: format, clippy, unit and golden tests
	@.ci/check.sh

bench: ## measure speed and sizes beside the peers
	@.ci/bench.sh

pack: ## build the npm packages into pkg/ and pkg-cli/
	@.ci/pack.sh

setup: ## install what the other targets need, without running them
	@.ci/setup.sh

fuzz: ## fuzz the reader of bundles; SECONDS_EACH=60 a target
	@SECONDS_EACH="$(SECONDS_EACH)" .ci/fuzz.sh

clean: ## delete what was built here; the tools in the cache folder stay
	@rm -rf target pkg pkg-cli demo www/dist tests/output tests/fuzz/target tests/fuzz/artifacts
	@for link in tests/js/node_modules tests/matrix/node_modules; do if [ -L $$link ]; then rm $$link; fi; done
