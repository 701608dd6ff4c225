# Hygie: the commands of every day. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

DATA ?= var/demo
MINUTES ?= 30
PORT ?= 8000
SEED ?=
PEOPLE ?=
ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
CATALOGS := $(patsubst %.po,%.mo,$(wildcard hygie/locale/*/LC_MESSAGES/django.po))
# Tools that load the settings must not write the demonstration's keys in its folder.
TOOLS := HYGIE_MODE=demo HYGIE_DATA=var/tools

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@echo "make demo takes PORT=8000 DATA=var/demo SEED=1 PEOPLE=200; make campaign takes MINUTES=30; make test, make bench and make campaign take ARGS=…"

setup: $(READY) programs clients $(CATALOGS) ## set everything up: Python environment, programs for the tests, English texts

demo: $(READY) english ## make the fictive country if needed, and serve it on http://127.0.0.1:8000
	@$(BIN)/hygie demo --port $(PORT) --data $(DATA) $(if $(SEED),--seed $(SEED)) $(if $(PEOPLE),--people $(PEOPLE)) $(ARGS)

test: setup ## all tests, on SQLite and on a PostgreSQL of the run's own (ARGS=… goes to pytest)
	@scripts/test $(ARGS)

lint: $(READY) ## format, style, types, import contracts, templates, spelling
	@$(TOOLS) scripts/lint

fix: $(READY) ## put right what the formatter and the linter can
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: $(READY) programs ## speed measurements of bench/, on a PostgreSQL of their own
	@$(BIN)/python -m bench $(ARGS)

campaign: $(READY) programs ## the laws on random cases for MINUTES=30, on PostgreSQL, then on SQLite (docs: tests/laws/README.md)
	@HYGIE_CAMPAIGN_MINUTES=$(or $(HYGIE_CAMPAIGN_MINUTES),$(MINUTES)) scripts/campaign $(ARGS)

settings: $(READY) ## write docs/reference/settings.md again from hygie/config/env.py
	@$(BIN)/python -m hygie.config.settings_page > docs/reference/settings.md

clean: ## remove the environment, caches and what tools wrote; the demonstration's data stay (rm -r var/demo)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist var/tools var/test
	@find hygie tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	@rm -f hygie/locale/*/LC_MESSAGES/django.mo

programs:
	@scripts/programs chromium postgresql gettext

clients: $(READY)
	@scripts/clients

# French needs no catalogue: without gettext the demonstration works, in French only.
english:
	@scripts/programs gettext && $(MAKE) --no-print-directory --silent $(CATALOGS) english-done || true
english-done:

%.mo: %.po
	@msgfmt --check-format -o $@ $<

$(READY): pyproject.toml uv.lock scripts/environment
	@scripts/environment && touch $@

.PHONY: help setup demo test lint fix bench campaign settings clean programs clients english english-done
