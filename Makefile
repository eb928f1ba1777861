# The verbs of this project. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: help demo code test test-servers check format nightly bench clean

help: ## list the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: ## set everything up, run the main job on a demonstration upstream, print the board, serve (ONCE=1: print and exit)
	@$(PYTHON) bootstrap.py runtime
	@PENSTOCK_VAR=$${PENSTOCK_VAR:-var/demo} PENSTOCK_TICK_S=1 $(PY) manage.py demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

code: ## the code that the demonstration asks for after a password (FOR=ADDRESS)
	@PENSTOCK_VAR=$${PENSTOCK_VAR:-var/demo} $(PY) manage.py demo_code $(FOR)

test: ## the whole suite; with CI=true in Chromium too, and again on PostgreSQL and Redis
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m pytest -n auto --dist worksteal $(ARGS)
	@if [ "$$CI" = true ]; then $(MAKE) --no-print-directory test-servers; fi

# What another database can't change: pure rooms, pages in a browser, the demonstration.
ASKS_NO_DATABASE = tests/releases/engine tests/demo tests/browser tests/architecture tests/bench tests/csaf \
	tests/advisories/formats tests/advisories/calendar tests/advisories/openpgp
# Thousands of addresses asked one after the other: every day on SQLite, on PostgreSQL too by night.
BY_NIGHT = tests/rights tests/leaks/test_crawl.py tests/leaks/test_forms.py tests/leaks/test_planted.py

test-servers:
	@test -n "$$PENSTOCK_TEST_DATABASE_URL" || { echo "PENSTOCK_TEST_DATABASE_URL names no PostgreSQL"; exit 1; }
	@test -n "$$PENSTOCK_TEST_BROKER_URL" || { echo "PENSTOCK_TEST_BROKER_URL names no Redis"; exit 1; }
	@PENSTOCK_DATABASE_URL=$$PENSTOCK_TEST_DATABASE_URL PENSTOCK_BROKER_URL=$$PENSTOCK_TEST_BROKER_URL \
		$(PY) -m pytest -n auto --dist worksteal $(addprefix --ignore ,$(ASKS_NO_DATABASE) $(BY_NIGHT)) $(ARGS)

check: ## linting, typing, import contracts, templates, migrations, deployment checks
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy .
	@.venv/bin/lint-imports
	@git ls-files '*.html' | xargs .venv/bin/djade --check --target-version 5.2
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py collectstatic --no-input --verbosity 0
	@PENSTOCK_HTTPS=true $(PY) manage.py check --deploy --fail-level WARNING

format: ## put code and templates into shape
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@git ls-files '*.html' | xargs .venv/bin/djade --target-version 5.2

nightly: export HYPOTHESIS_PROFILE = nightly
nightly: ## the engine against git apply, ten thousand cases; every right in every state; every change tried by everyone
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m pytest -n auto --dist worksteal --timeout=3600 tests/releases/engine $(BY_NIGHT)
	@if [ -n "$$PENSTOCK_TEST_DATABASE_URL" ]; then PENSTOCK_DATABASE_URL=$$PENSTOCK_TEST_DATABASE_URL \
		PENSTOCK_BROKER_URL=$$PENSTOCK_TEST_BROKER_URL $(PY) -m pytest -n auto --dist worksteal --timeout=3600 $(BY_NIGHT); fi

bench: ## measure the engine against git, in the same run; writes bench/README.md (REPO=GIT_DIR ARGS=...: a real one)
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m bench $(if $(REPO),--repo $(REPO)) $(ARGS)

clean: ## forget the demonstration and the virtual environment
	rm -rf .venv var
