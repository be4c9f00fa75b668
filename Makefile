# The two that matter: `make run` and `make test`. `make` alone lists them all.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test bench lint format install install-dev translations static migration lock clean

PY := .venv/bin/python
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/*.po)
COMPILED := .venv/.translations
STATIC := $(shell find app/static -type f \( -name "*.css" -o -name "*.js" -o -name "*.svg" \))
PACKED := .venv/.static

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install translations static ## install, migrate, fill an empty demonstration, serve on HOST:PORT (127.0.0.1:8000)
	@exec $(PY) .ci/serve.py

test: install-dev translations static ## install what tests need and run them all; ARGS go to pytest
	@exec $(PY) .ci/test.py $(ARGS)

bench: install-dev translations static ## measure pages against their budgets; ARGS="--help" lists the choices
	@exec $(PY) .ci/bench.py $(ARGS)

lint: install-dev translations ## style, types, import contracts, templates, dependencies
	@exec .ci/lint.sh

format: install-dev ## put the source into the one format
	@$(PY) -m ruff check --quiet --fix --exit-zero . && $(PY) -m ruff format --quiet .

install:
	@.ci/install.sh run

install-dev:
	@.ci/install.sh dev

translations: install $(COMPILED) ## compile the catalogues that changed

$(COMPILED): $(CATALOGUES)
	@$(PY) -m app.core.translations
	@touch $@

static: install $(PACKED) ## compress the style sheets and scripts that changed

$(PACKED): $(STATIC)
	@$(PY) -m whitenoise.compress --quiet app/static
	@touch $@

migration: install-dev ## write the next migration: make migration MESSAGE="Add the seal"
	@$(PY) -m flask db revision "$(MESSAGE)"

lock: install-dev ## pin requirements from pyproject.toml; ARGS=--upgrade takes newer versions
	@.ci/lock.sh $(ARGS)

clean: ## remove what the set-up made; keeps var/, where the data is
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find app -name '*.mo' -delete -o -path 'app/static/*' \( -name '*.gz' -o -name '*.br' \) -delete
