# Opentrace: `make up` runs it, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENT := client/node_modules/.developers
.DEFAULT_GOAL := help

.PHONY: help up down status doctor check client-check client-test format test e2e chaos soak eval bench docs schema schema-release migrate lock clean

help:  ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(VENV)/local  ## Install what is missing and run everything on this machine, without keys
	@$(BIN)/python -m backend.cli up $(ARGS)

down:  ## Stop what `make up` started
	@if [ -e $(VENV)/local ]; then $(BIN)/python -m backend.cli down; else echo "Nothing was running."; fi

status: $(VENV)/local  ## Say what runs, and where
	@$(BIN)/python -m backend.cli status

doctor: $(VENV)/local  ## Check this machine, part by part, and say how to mend it
	@$(BIN)/python -m backend.cli doctor

check: $(VENV)/dev  ## Format, lint, types, arrows between rooms, drift of the schema
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m backend.cli export-schema --check
	@$(MAKE) --no-print-directory client-check

# The client's part of the checks and tests; a machine without Node says so and does the rest.
client-check client-test:
	@if node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' 2>/dev/null; \
	then $(MAKE) --no-print-directory $(CLIENT) && cd client && npm run --silent $(@:client-%=%); \
	else echo "The client is left out: Node 20.9 or newer and npm are not here."; fi

format: $(VENV)/dev  ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: check  ## Everything CI runs: the checks and every test but the long ones
	@$(MAKE) --no-print-directory client-test
	$(BIN)/python -m pytest -m "not chaos and not e2e" $(ARGS)
	OPENTRACE_TEST_POSTGRES=16 $(BIN)/python -m pytest tests/db $(ARGS)

e2e: $(VENV)/dev  ## The client in a real browser: the journey, and much of everything
	$(BIN)/python -m pytest tests/client $(ARGS)

chaos: $(VENV)/dev  ## Kill things for a long time and see that nothing is lost
	$(BIN)/python -m pytest -m chaos $(ARGS)

soak: $(VENV)/dev  ## Everything at once while servers are killed, slow and wrong: make soak MINUTES=30
	$(BIN)/python -m bench.soak --minutes $(or $(MINUTES),30) $(ARGS)

eval: $(VENV)/dev  ## Measure retrieval over a judged set: make eval DATA=FOLDER ARGS=--ladder
	$(BIN)/python -m backend.cli eval $(DATA) $(ARGS)

bench: $(VENV)/dev  ## Measure costs against their baselines (bench/README.md)
	$(BIN)/python -m bench

docs: $(VENV)/dev  ## Build the documentation into .site; a broken link fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

schema: $(VENV)/dev  ## Write backend/schema/schema.graphql anew
	$(BIN)/python -m backend.cli export-schema
	@if [ -e $(CLIENT) ]; then cd client && npm run --silent generate; fi

schema-release: check  ## Keep today's schema as the released one: from now on it must not break
	cp backend/schema/schema.graphql backend/schema/released.graphql

migrate: $(VENV)/local  ## Bring the database of OPENTRACE_DATABASE__URL up to date
	$(BIN)/python -m backend.cli migrate

lock: $(VENV)/dev  ## Resolve all dependencies anew; locks carry hashes and no addresses
	@sh locks/compile.sh $(BIN)/uv

clean: down  ## Stop everything; forget the virtual environment and all local data
	rm -rf $(VENV) .opentrace .site client/node_modules client/.next client/.build

# Two environments in one folder: what the product needs here, and on top of it what its developers need.
$(VENV)/local: locks/local.txt locks/weights.txt locks/uv.txt locks/install.sh
	@PYTHON="$(PYTHON)" sh locks/install.sh $(VENV) local
	@touch $@

$(VENV)/dev: locks/dev.txt locks/weights.txt locks/uv.txt locks/install.sh
	@PYTHON="$(PYTHON)" sh locks/install.sh $(VENV) dev
	@touch $@ $(VENV)/local

# What the client's developers need; `make up` by itself brings less.
$(CLIENT): client/package-lock.json
	cd client && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@sha256sum client/package-lock.json | cut -c1-64 > client/node_modules/.installed
	@touch $@
