# Every target sets up what it needs; `make help` lists them.
.DEFAULT_GOAL := help

# Without compiled bytecode every preview would compile the AWS SDK anew: 5 s.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
STACK ?= local
PROVIDERS ?= stand-in

UV_COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock"
OFFLINE_STACK := .venv/bin/python -m offline
TOOLS_FIRST := cli="$$($(PYTHON) -m toolchain path)" && PATH="$(CURDIR)/.venv/bin:$$cli:$$PATH"

# Groups of tests that belong together are named in tests/conftest.py; the order of the files is kept.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

.PHONY: help setup up preview down test lint bench drill lock real-account

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Get the Pulumi CLI and install the Python environment
	@$(PYTHON) -m toolchain

ifneq ($(filter up preview down,$(MAKECMDGOALS)),)
# A slip such as OFFLINE=true must not reach a real account.
ifneq ($(filter-out 1,$(OFFLINE)),)
$(error OFFLINE is "$(OFFLINE)": set it to 1 to rehearse a stack without an account, or leave it out)
endif
ifneq ($(filter-out 1,$(YES)),)
$(error YES is "$(YES)": set it to 1 to bring a stack up unasked, or leave it out)
endif
ifneq ($(words $(STACK)),1)
$(error STACK is "$(STACK)": name one stack, such as local)
endif
ifeq ($(wildcard Pulumi.$(STACK).yaml),)
$(error There is no Pulumi.$(STACK).yaml. \
	The stacks are: $(patsubst Pulumi.%.yaml,%,$(wildcard Pulumi.*.yaml)))
endif
endif

# STACK=local always runs on emulated AWS, any other stack with OFFLINE=1.
ifneq ($(filter local,$(STACK))$(filter 1,$(OFFLINE)),)

up: setup ## Bring a stack up (STACK=local; others: OFFLINE=1 without an account, YES=1 unasked)
	@$(OFFLINE_STACK) up --stack $(STACK) --providers $(PROVIDERS)

preview: setup ## Show what `up` would change
	@$(OFFLINE_STACK) preview --stack $(STACK) --providers $(PROVIDERS)

down: setup ## Destroy a stack
	@$(OFFLINE_STACK) down --stack $(STACK)

else

# The engine shows its plan and asks before it touches the account. YES=1 is for a deployment that
# somebody has approved elsewhere: on the command line only, not left over in a shell.
APPROVED := $(if $(findstring command,$(origin YES)),--yes)

up: real-account
	@$(TOOLS_FIRST) pulumi up --stack $(STACK) --policy-pack policies $(APPROVED)

preview: real-account
	@$(TOOLS_FIRST) pulumi preview --stack $(STACK) --policy-pack policies

down: real-account
	@$(TOOLS_FIRST) pulumi destroy --stack $(STACK)

# With any of these from .offline/env the engine would meet a stand-in, the emulated account, its
# credentials or its state.
real-account: setup
	@found=$$(env | LC_ALL=C sed -nE \
		-e 's/^(PULUMI_DEBUG_PROVIDERS|AWS_ENDPOINT_URL[A-Z0-9_]*)=.+/\1/p' \
		-e 's/^(AWS_ACCESS_KEY_ID)=offline$$/\1/p' \
		-e 's|^(PULUMI_[A-Z_]+)=.*/\.offline/.*|\1|p'); \
	if [ -n "$$found" ]; then \
		echo "This shell points at emulated AWS (it sets" $$found"), and stack $(STACK) is for a real" \
			"account. Use a new shell, or add OFFLINE=1." >&2; \
		exit 2; \
	fi
	@.venv/bin/python -m settings check Pulumi.$(STACK).yaml
	@$(TOOLS_FIRST) && export PATH && \
	if ! PULUMI_SKIP_UPDATE_CHECK=1 pulumi whoami --non-interactive >/dev/null 2>&1; then \
		echo "There is no Pulumi backend for stack $(STACK) yet: see Environments in README.md, or add" \
			"OFFLINE=1 to rehearse the stack without an account." >&2; \
		exit 2; \
	fi

endif

test: setup lint ## Check format, lint and types, then run every test
	@$(TOOLS_FIRST) .venv/bin/python -m pytest $(SIDE_BY_SIDE)

lint: setup ## Check format, lint and types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/basedpyright --level error

bench: setup ## Measure against the bare engine and other tools; results in benchmarks/results/
	@$(TOOLS_FIRST) .venv/bin/python -m benchmarks

drill: setup ## Lose a PostgreSQL primary under load, on this machine; count what that costs
	@.venv/bin/ops drill

lock: setup ## Bring the locks up to pyproject.toml (UPGRADE=1: newest versions)
	@$(UV_COMPILE) $(if $(UPGRADE),--upgrade) --group dev --group offline \
		--output-file requirements.lock pyproject.toml
	@$(UV_COMPILE) --constraint requirements.lock --group ops --output-file requirements-ops.lock
