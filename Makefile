# Every target sets up what it needs; `make help` lists them.
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock"

.PHONY: help setup lock

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Get the Pulumi CLI and install the Python environment
	@$(PYTHON) -m toolchain

lock: setup ## Bring requirements.lock up to pyproject.toml (UPGRADE=1: newest versions)
	@$(UV_COMPILE) $(if $(UPGRADE),--upgrade) --group dev --group offline \
		--output-file requirements.lock pyproject.toml
