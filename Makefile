# `make demo` and `make test` need Python 3.11 or newer with venv, nothing else: the rest goes into .venv.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input install
# Tests share a machine with other work more often than not, so never more than the cores that are there.
JOBS ?= auto
TESTS ?= tests
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help demo test test-radio check format lint types layers docs docs-check fuzz bench requirements clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

# -- environment: the stamps lie inside .venv, so removing it removes them too ------------------------------

$(VENV)/stamp-runtime: requirements/runtime.txt requirements/build.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with the venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	@touch $@

$(VENV)/stamp-program: $(VENV)/stamp-runtime pyproject.toml
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/stamp-dev: $(VENV)/stamp-program requirements/dev.txt
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# -- what people run ----------------------------------------------------------------------------------------

demo: $(VENV)/stamp-program ## audit a simulated shop over SSH on loopback; stops by itself
	@$(BIN)/python -m demo

test: $(VENV)/stamp-dev ## run all tests
	@$(BIN)/python -m pytest -n $(JOBS) $(TESTS)

test-radio: $(VENV)/stamp-dev ## real access points and stations in a virtual machine
	@$(BIN)/python -m pytest -m radio -o faulthandler_timeout=0 tests/lab/radio

check: lint types layers docs-check ## formatting, lint, types, layers, generated pages

lint: $(VENV)/stamp-dev ## ruff: formatting and lint
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --diff --quiet .; echo "run: make format" >&2; exit 1; }
	@$(BIN)/ruff check .

types: $(VENV)/stamp-dev ## mypy, without its cache: a stale one has hidden errors
	@$(BIN)/mypy --cache-dir=/dev/null

layers: $(VENV)/stamp-dev ## import-linter: who may import whom
	@$(BIN)/lint-imports --no-cache --no-logo

docs-check: $(VENV)/stamp-dev ## are the generated pages what the code generates?
	@$(BIN)/python -m tools.generate_docs --check

docs: $(VENV)/stamp-dev ## write the generated pages
	@$(BIN)/python -m tools.generate_docs

format: $(VENV)/stamp-dev ## format, and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

fuzz: $(VENV)/stamp-dev ## property tests with many random examples
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n $(JOBS) -m hypothesis $(TESTS)

# Cannot be installed beside what the tests need.
build/bench-ciscoconfparse2/stamp: requirements/bench-ciscoconfparse2.txt
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip -qq --disable-pip-version-check --no-input install --require-hashes -r $<
	@touch $@

bench: $(VENV)/stamp-dev build/bench-ciscoconfparse2/stamp ## configurations a second, memory, ratio to a baseline, growth with hostile texts
	@$(BIN)/python -m bench
	@$(BIN)/python -m pytest -q -m growth tests/security tests/syntax

requirements: ## pin anew from requirements/*.in; needs uv
	$(COMPILE) --upgrade requirements/dev.in -o requirements/dev.txt
	$(COMPILE) requirements/runtime.in -c requirements/dev.txt -o requirements/runtime.txt
	$(COMPILE) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	$(COMPILE) --upgrade requirements/bench-ciscoconfparse2.in -o requirements/bench-ciscoconfparse2.txt

clean: ## remove the environment and everything generated that is not kept
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
