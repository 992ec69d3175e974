# make demo   install, start the service, play telling sign-ins, print the decisions, keep serving
# make test   install everything the tests need (a PostgreSQL server too) and run them all
# make check  lint, types, floors and the fast tests

PYTHON ?= python3
BIN := .venv/bin
PYTEST_WORKERS ?= 2
DEMO_ARGS ?=

.PHONY: demo test check lint format clean

.venv/demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo]'
	@touch $@

.venv/dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo,dev,train]'
	@touch $@ .venv/demo

demo: .venv/demo
	$(BIN)/riskengine demo $(DEMO_ARGS)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/riskengine generate --check

check: lint
	HYPOTHESIS_PROFILE=quick $(BIN)/pytest -n $(PYTEST_WORKERS) -m 'not slow'

test: lint
	$(BIN)/pytest -n $(PYTEST_WORKERS)

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
