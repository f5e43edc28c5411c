# SPDX-License-Identifier: Apache-2.0
# Two commands are enough on a fresh machine: `make run` and `make test`.

PYTHON_IN := .venv/bin/python
PYTEST := $(PYTHON_IN) -m pytest --quiet
POSTGRES := $(PYTHON_IN) tools/postgres.py run
JOBS ?= 2
SEED ?= 1
SLICE ?=
SLICED = --may-be-empty --seed $(SEED) $(SLICE:%=--slice %)
# Locks are compiled by the uv on the PATH. Neither registry addresses nor machine paths go into them.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

CHECKS := check-types check-architecture check-migrations check-imports check-lint check-format check-docs
SUITES := test-sqlite test-postgres prove-sqlite prove-postgres prove-properties

# The checks read Weir's settings, and must leave alone what an operator keeps at the usual place.
check $(CHECKS) migrations docs: export WEIR_HOME := $(CURDIR)/.mypy_cache/weir-home

.DEFAULT_GOAL := help
.PHONY: help setup setup-all run test check format prove bench docs vendor lock migrations clean needs setup-run $(CHECKS) $(SUITES)

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv with everything for working on Weir (quick when nothing changed)
	@tools/setup.sh dev

setup-run:
	@tools/setup.sh run

setup-all: setup needs ## as setup, and what the system lacks: sandbox, compiler, browser, PostgreSQL

needs:
	@$(PYTHON_IN) tools/system_packages.py

run: setup-run ## start Weir with a small made-up world; needs only Python
	@.venv/bin/weir up --demo

check: setup ## formatting, lint, types, imports, migrations, architecture, docs: under 40 s
	@$(MAKE) --no-print-directory --keep-going --jobs=$(JOBS) --output-sync=target $(CHECKS)

check-types:
	@.venv/bin/mypy

check-architecture:
	@$(PYTEST) -p no:schemathesis tests/architecture --ignore=tests/architecture/test_tutorial.py

check-migrations:
	@$(PYTHON_IN) tools/migrations.py --check

check-imports:
	@.venv/bin/lint-imports

check-lint:
	@.venv/bin/ruff check --output-format=concise .

check-format:
	@.venv/bin/ruff format --check --output-format=concise .

check-docs:
	@.venv/bin/weir docs --check

format: setup ## let ruff format and mend what it can
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix-only --quiet .

test: setup needs ## everything but the long proofs: on SQLite, and on PostgreSQL what may differ there
	@$(MAKE) --no-print-directory --keep-going test-sqlite test-postgres

test-sqlite:
	$(PYTEST) -n $(JOBS) -m "not prove" --enforce-budgets

# A cluster for each worker: the horizon below which entries are sequenced is the whole cluster's, so a test's open
# transaction would hold back what another one waits for.
test-postgres:
	$(POSTGRES) --clusters $(JOBS) -- env WEIR_TEST_DATABASE=postgres \
		$(PYTEST) -n $(JOBS) -m "both_databases and not prove" --enforce-budgets --may-be-empty

prove: setup needs ## the long proofs (SLICE=240 SEED=7: so many seconds of them on each database)
	@$(MAKE) --no-print-directory --keep-going prove-properties prove-sqlite prove-postgres

prove-properties:
	$(PYTEST) -n $(JOBS) -m "properties and not prove" --hypothesis-profile=search --hypothesis-seed=$(SEED) $(SLICED)

prove-sqlite:
	$(PYTEST) -m prove $(SLICED)

prove-postgres:
	$(POSTGRES) --honest -- env WEIR_TEST_DATABASE=postgres $(PYTEST) -m "both_databases and prove" $(SLICED)

bench: setup needs ## every measurement, side by side with its peer; writes bench/RESULTS.md
	$(PYTHON_IN) -m bench all --write

docs: setup ## write the generated pages of docs/ anew
	.venv/bin/weir docs

vendor: setup ## fetch, verify and trim the files of other projects that our pages use
	$(PYTHON_IN) -m tools.vendor

lock: ## compile requirements/*.txt from pyproject.toml (UPGRADE=1 takes newer versions)
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements/base.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt
	$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt

migrations: setup ## write the migrations that the models ask for
	$(PYTHON_IN) tools/migrations.py

clean: ## remove what was built or cached; .venv and data stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
