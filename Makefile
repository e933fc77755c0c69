# Two commands to know: `make run` starts the main job, `make test` proves that it works.
# `make test` is for every change; `make test-slow` is the rest of the tests. CI runs both.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Processes of pytest; one more than cores, such as `make test JOBS=3`, where tests wait for servers and programs.
JOBS   ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal

.PHONY: run test test-slow install demo lint coverage quality chaos bench screenshots messages docs dist clean

run: install                ## the main job, with config/, at http://127.0.0.1:8080
	$(BIN)/aggregator run

demo: install               ## everything at once on sample sources, no network needed
	$(BIN)/aggregator demo

install: $(VENV)/.installed ## the program, into .venv

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "aggregator needs Python 3.11 or newer; try: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[semantic]'
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

test: lint                  ## lint, types, import contracts, the quick tests
	$(PYTEST)

test-slow: $(VENV)/.installed-test ## the tests of the group `slow`: attacks, crashes, a year, a million entries
	$(PYTEST) -m slow

coverage: $(VENV)/.installed-test ## which lines the tests reach
	$(PYTEST) -m "slow or not slow" --cov --cov-report=term:skip-covered

lint: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

quality: $(VENV)/.installed-test ## how good the judgments are, on labelled samples
	$(BIN)/python -m tests.quality

chaos: $(VENV)/.installed-test ## processes killed at a thousand random steps, and workers on one PostgreSQL for a minute
	$(BIN)/python -m tests.kills
	$(BIN)/python -m tests.chaos

bench: $(VENV)/.installed-test ## reproducible benchmarks; they print ratios
	$(BIN)/python -m bench

screenshots: $(VENV)/.installed-test ## the pictures in docs/img; needs Chromium
	$(BIN)/python -m bench.screenshots

CATALOGUES := aggregator/text/catalogues

messages: $(VENV)/.installed-test ## what pages and messages say: new sentences into the catalogues, and those compiled
	mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --keywords 'marked plural:1,2' --add-location file \
		--sort-by-file --project aggregator --output-file build/messages.pot .
	$(BIN)/pybabel --quiet update --input-file build/messages.pot --output-dir $(CATALOGUES) --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel compile --directory $(CATALOGUES) --statistics

docs: $(VENV)/.installed-test ## the site of the documentation, into build/docs; a warning is an error
	$(BIN)/sphinx-build --builder html --fail-on-warning --keep-going --quiet docs build/docs

dist: $(VENV)/.installed-test ## wheel and source distribution, into dist
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist

clean:
	rm -rf $(VENV) build dist
