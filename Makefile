# The verbs of this project. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
PY := .venv/bin/python

.PHONY: help demo serve test check format nightly bench clean

help: ## list the verbs
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: ## set everything up, run the main job on a demonstration upstream, print the board, serve (ONCE=1: print and exit)
	@$(PYTHON) bootstrap.py runtime
	@$(PY) manage.py demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

test: ## the whole suite, on SQLite; with CI=true again on PostgreSQL, Redis and in Chromium
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m pytest -n auto $(ARGS)

check: ## linting, typing, import contracts, templates, migrations, deployment checks
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy .
	@.venv/bin/lint-imports
	@git ls-files '*.html' | xargs $(PY) -m djade --check --target-version 5.2
	@$(PY) manage.py makemigrations --check --dry-run
	@PENSTOCK_HTTPS=true $(PY) manage.py check --deploy --fail-level WARNING

format: ## put code and templates into shape
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@git ls-files '*.html' | xargs $(PY) -m djade --target-version 5.2

nightly: ## the engine against git apply, ten thousand cases
	@$(PYTHON) bootstrap.py develop
	@HYPOTHESIS_PROFILE=nightly $(PY) -m pytest -n auto --timeout=3600 tests/releases/engine

bench: ## measure the engine against git, in the same run; writes bench/README.md
	@$(PYTHON) bootstrap.py develop
	@$(PY) -m bench

clean: ## forget the demonstration and the virtual environment
	rm -rf .venv var
