# Everything a newcomer needs. Only Python 3.11 or later and make must be there.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SUPERSET := .quotaline/superset/venv
COMPANIES ?= 1000
SEED ?= 1

.PHONY: demo test test-slow test-superset superset-bundle check fuzz mutations format setup ui clean

demo: setup ## Generate the demo company, run the whole pipeline, show what came out.
	@$(BIN)/quotaline generate
	@$(BIN)/quotaline run

test: setup ## All tests, a file at a time on each core.
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

test-slow: setup ## Tests that take minutes: twenty-four months closed one after another.
	@$(BIN)/python -m pytest -m slow

test-superset: setup $(SUPERSET)/.installed ## The dashboards in a real Superset (770 MB, once), looked at in Chromium.
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || \
		{ echo "Needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)"; exit 1; }
	@QUOTALINE_SUPERSET=$(abspath $(SUPERSET)/bin) $(BIN)/python -m pytest -m superset

superset-bundle: setup ## The dashboards as one zip for `superset import-dashboards`; SCHEMA=… for PostgreSQL.
	@$(BIN)/python dashboards/superset_bundle.py .quotaline/superset.zip $(SCHEMA)

check: setup ## Linters, types, dbt's deprecations.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint models dbt_project/tests --processes 2 --disable-progress-bar
	@QUOTALINE_AS_OF=2026-12-31 QUOTALINE_CODE_REVISION=check QUOTALINE_SOURCES=canonical,ledger,adventureworks \
		$(BIN)/dbt --quiet parse \
		--no-partial-parse --warn-error-options '{"error": ["Deprecations"]}' --target-path .quotaline/check

fuzz: setup ## Thousands of companies drawn at random against the oracle: make fuzz COMPANIES=2000 SEED=7
	@QUOTALINE_COMPANIES=$(COMPANIES) QUOTALINE_SEED=$(SEED) $(BIN)/python -m pytest tests/properties/test_language.py tests/properties/test_always.py

mutations: setup ## Break the SQL line by line in a copy, and show which test notices.
	@$(BIN)/python tests/mutations.py

format: setup ## Rewrite Python and SQL in the project's style.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix models dbt_project/tests --disable-progress-bar

ui: setup ## Dagster's web server and daemon for the demo company, on 127.0.0.1:3000.
	@$(BIN)/quotaline ui

setup: $(STAMP)

# The stamp is written last: an interrupted installation is taken up again.
$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Quotaline needs Python 3.11 or later; call make PYTHON=/path/to/python3.11")'
	@echo "Setting up .venv: about 180 pinned packages, a minute or two (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $(STAMP)

$(SUPERSET)/.installed: requirements/superset.txt
	@echo "Setting up Superset in an environment of its own: about 150 pinned packages"
	@$(PYTHON) -m venv $(SUPERSET)
	@$(SUPERSET)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/superset.txt
	@touch $@

clean: ## Delete what can be made again: the environment, the demo's landing files, warehouse and publications.
	rm -rf .venv .quotaline landing published
