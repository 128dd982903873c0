# The commands of the README.
#
#   make            build the translator, translate the example target, run it
#   make test       everything the project checks (what .ci/run runs)
#   make bench      CPU time against the C twins
#   make test-all   also the suites that are not yet green everywhere: stress, untranslated, tests/suites/*
#   make lint       clippy

CARGO ?= cargo
CC ?= gcc
JOBS ?= 2
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
TRANSLATE := $(TARGET_DIR)/release/translate

.PHONY: all build example deps test test-all lint check unit conformance stress sanitize untranslated bench clean

all: example

deps:
	tools/install-deps

build: deps
	$(CARGO) build --release

example: build
	$(TRANSLATE) --output $(TARGET_DIR)/hello targets/hello.py
	$(TARGET_DIR)/hello RPython

check: deps
	$(CARGO) fmt --all --check

lint: deps
	$(CARGO) clippy --workspace --all-targets -q

unit: deps
	$(CARGO) test --workspace -q

conformance: build
	tests/run-areas default

stress: build
	tests/run-areas stress

untranslated: build
	tests/run-areas untranslated

test: check unit build
	tests/run-areas default

test-all: test
	tests/run-all

bench: build
	bench/run

clean:
	$(CARGO) clean
