# Portolan's front door. `make help` lists what can be asked for; CMakePresets.json holds the builds.
# Every set-up step leaves a stamp, so that a second run compares dates and does nothing else.
SHELL := /bin/bash
.DEFAULT_GOAL := help
JOBS ?= $(shell nproc)
SECONDS ?= 60
PREFIX ?= /usr/local
DATA ?= ../shared/data
export JOBS

STAMPS := build/stamps
PACKAGES := $(STAMPS)/packages-
DUCKDB := .deps/duckdb/stamp
WEB_SOURCES := $(shell find web -name node_modules -prune -o -name dist -prune -o -type f -print)
READY := $(PACKAGES)build $(DUCKDB) $(STAMPS)/web-dist

# --- what a newcomer needs ------------------------------------------------------------------------

.PHONY: help
help: ## this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14

.PHONY: demo
demo: build/dev/portolan ## a company in demo/: its exports loaded, audited, modelled, reviewed; the console on it
	@tools/demo whole demo

.PHONY: demo-company
demo-company: build/dev/portolan ## demo-company/, from an invented company's raw exports by `portolan start`
	@tools/demo company demo-company

.PHONY: demo-real
demo-real: build/dev/portolan ## demo-real/, from public files in DATA=folder: deals, contacts, a panel, orders
	@tools/demo real demo-real "$(DATA)"

.PHONY: test
test: build-dev $(PACKAGES)test ## every test but the browser's; T=name for one
	@tools/test --build build/dev $(T)

.PHONY: test-web
test-web: build-dev $(STAMPS)/web-tests ## the charts and the review in Chromium
	@tools/test --build build/dev --browser $(T)

.PHONY: test-all
test-all: ## test, test-web, lint, asan, tsan, each with its long tests
	@POINTS=200 PTL_LONG=1 TEST_SECONDS=3600 tools/phases test "make test" browser "make test-web" lint "make lint" asan "make asan" tsan "make tsan"

.PHONY: asan
asan: build-asan ## the test programs under the address and undefined-behaviour sanitizers; T=name
	@tools/test --build build/asan --programs $(T)

.PHONY: tsan
tsan: build-tsan ## the tests of base and store under the thread sanitizer; T=name
	@tools/test --build build/tsan --programs --kind unit,store $(T)

.PHONY: lint
lint: build-dev build/asan/build.ninja ## checks of the tree, layout of the code, clang without warnings
	@tools/lint

.PHONY: format
format: $(PACKAGES)clang ## lays out all C files
	@find src include tests tools bench fuzz -name '*.[ch]' -print0 | xargs -0r clang-format -i

.PHONY: fuzz
fuzz: build-asan ## feeds F=target with made-up input for SECONDS=60
	@tools/fuzz "$(F)" "$(SECONDS)"

.PHONY: bench
bench: build-release ## measures candidates against baselines; B=name for one
	@tools/bench $(B)

.PHONY: install
install: build-release ## into PREFIX=/usr/local, below DESTDIR
	@DESTDIR="$(DESTDIR)" cmake --install build/release --prefix "$(PREFIX)"

.PHONY: clean
clean: ## removes what was built; .deps and web/node_modules stay
	@rm -rf build web/dist demo demo-real demo-company

# --- builds: one folder below build/ for each preset ------------------------------------------------

build-asan build/asan/build.ninja: | $(PACKAGES)clang

build/%/build.ninja: CMakePresets.json | $(READY)
	@tools/quietly "configuring build/$*" cmake --preset $*

.PHONY: build-dev build-release build-asan build-tsan
build-dev build-release build-asan build-tsan: build-%: build/%/build.ninja $(READY)
	@tools/build $*

.PHONY: build/dev/portolan
build/dev/portolan: build/dev/build.ninja $(READY)
	@tools/build dev portolan

# --- set-up, each step stamped ------------------------------------------------------------------------

.PRECIOUS: $(PACKAGES)%
$(PACKAGES)%: tools/packages
	@tools/packages install $*
	@mkdir -p $(@D) && touch $@

$(DUCKDB): tools/setup | $(PACKAGES)build
	@tools/setup duckdb

$(STAMPS)/web-packages: web/package.json web/package-lock.json tools/setup | $(PACKAGES)build
	@tools/quietly "fetching the web packages" tools/setup web
	@touch $@

$(STAMPS)/web-tests: tests/web/package.json tests/web/package-lock.json tools/setup | $(PACKAGES)browser
	@tools/quietly "fetching what the browser tests need" tools/setup web-tests
	@touch $@

$(STAMPS)/web-dist: $(STAMPS)/web-packages $(WEB_SOURCES)
	@tools/quietly "building web/dist" npm --prefix web run --silent build
	@touch $@
