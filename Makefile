# `make` lists the targets. Everything runs in .venv and pwa/node_modules, which scripts/bootstrap.sh makes.
PORT ?= 8000
HOST ?= 127.0.0.1
PYTEST_ARGS ?=
TEST_PROCESSES ?= 2
SCREENSHOTS ?= .local/screenshots
VENV := .venv/bin
TIME_ZONE_OF_TESTS := Asia/Jayapura

.PHONY: help demo clean-demo test test-fast test-e2e screenshots test-pwa engine lint format types openapi lock bench
.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## Run everything with demo data: make demo PORT=8000
	@scripts/bootstrap.sh
	@$(VENV)/python manage.py demo --host $(HOST) --port $(PORT)

clean-demo: ## Stop the embedded PostgreSQL and delete the demo's data
	@scripts/bootstrap.sh
	@$(VENV)/python -m cerdas.embedded_postgres remove
	@rm -rf .local/media .local/static .local/secret_key

test: ## Run all tests: make test PYTEST_ARGS="-k feed"
	@scripts/bootstrap.sh --dev
	@$(MAKE) --no-print-directory test-pwa
	@TZ=$(TIME_ZONE_OF_TESTS) $(VENV)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --durations=40 $(PYTEST_ARGS)

test-fast: ## Run the tests that take seconds, without Chromium
	@scripts/bootstrap.sh --dev
	@TZ=$(TIME_ZONE_OF_TESTS) $(VENV)/python -m pytest -m "not slow and not e2e" $(PYTEST_ARGS)

test-e2e: ## Run the tests in Chromium
	@scripts/bootstrap.sh --dev
	@TZ=$(TIME_ZONE_OF_TESTS) $(VENV)/python -m pytest -m e2e $(PYTEST_ARGS)

screenshots: ## Picture every page and the app as each role: make screenshots SCREENSHOTS=folder
	@scripts/bootstrap.sh --dev
	@rm -rf $(SCREENSHOTS)
	@CERDAS_SCREENSHOTS=$(abspath $(SCREENSHOTS)) TZ=$(TIME_ZONE_OF_TESTS) $(VENV)/python -m pytest -q tests/e2e/test_accessibility_*.py tests/e2e/test_mobile_*.py $(PYTEST_ARGS)

test-pwa: ## Run the tests of engine, phone app and designer in Node
	@scripts/bootstrap.sh --dev
	@TZ=$(TIME_ZONE_OF_TESTS) scripts/node.sh run npm test --silent

engine: ## Build the form engine for the office
	@scripts/bootstrap.sh --dev

lint: ## Check style and form
	@scripts/bootstrap.sh --dev
	@scripts/node.sh run npm run --silent lint
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .

format: ## Correct style and form
	@scripts/bootstrap.sh --dev
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

types: ## Check types
	@scripts/bootstrap.sh --dev
	@scripts/node.sh run npm run --silent types
	@$(VENV)/mypy

openapi: ## Write docs/openapi.yaml from the code
	@scripts/bootstrap.sh --dev
	@$(VENV)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

lock: ## Lock requirements*.in with hashes (needs uv)
	@scripts/lock.sh

bench: ## List the benchmarks
	@scripts/bootstrap.sh
	@$(VENV)/python scripts/list_benchmarks.py
