# `make run` starts the product, `make test` proves it; both need Python 3.11 or newer and nothing else.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check bench requirements

help: ## Show these lines
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 24

run: $(VENV)/.requirements .env ## Install what is missing and start everything on http://127.0.0.1:${PORT:-8000}
	@exec $(BIN)/python manage.py up

test: $(VENV)/.requirements-dev ## Lint, types, layers and all tests, on real PostgreSQL, Valkey and Chromium
	@exec $(BIN)/python -m tests.environment

check: $(VENV)/.requirements-dev ## Lint, types and layers only
	@exec $(BIN)/python -m tests.environment --check-only

bench: $(VENV)/.requirements-dev ## Measure against baselines of the same run
	@exec $(BIN)/python -m bench

requirements: $(VENV)/.requirements-dev ## Compile requirements*.txt anew from requirements*.in
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--custom-compile-command "make requirements" $$name.in --output-file $$name.txt || exit 1; \
	done

.env: .env.example | environment
	@$(BIN)/python telephony_connector/processes/env_file.py

# The stamps hold the hash of what is installed, so that a fresh checkout's file times mean nothing.
# --no-deps: the files name everything, and older pips look past a pin where a dependency asks for an extra.
$(VENV)/.requirements: FORCE | environment
	@$(call install,requirements.txt,$@)

$(VENV)/.requirements-dev: FORCE | environment
	@$(call install,requirements-dev.txt,$@)

define install
wanted=$$($(BIN)/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest(), sys.version)' $(1)); \
if [ "$$(cat $(2) 2>/dev/null)" != "$$wanted" ]; then \
	echo "Installing $(1) ..."; \
	$(PIP) install --no-deps --require-hashes --requirement $(1) && printf '%s\n' "$$wanted" > $(2); \
fi
endef

# A Python that was named on the command line replaces an environment made with another version.
.PHONY: environment
environment:
	@if [ -x $(BIN)/python ] && { [ "$(origin PYTHON)" != "command line" ] || \
		[ "$$($(BIN)/python --version)" = "$$($(PYTHON) --version)" ]; }; then exit 0; fi; \
	command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is not installed; install Python 3.11 or newer, or name one: make run PYTHON=/path/to/python3." >&2; exit 1; }; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old; Python 3.11 or newer is needed: make run PYTHON=python3.11." >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "This Python has no venv module; install it (on Debian and Ubuntu: apt-get install python3-venv) and try again." >&2; exit 1; }; \
	rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

FORCE:
