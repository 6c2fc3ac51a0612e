# Everything sets itself up: what is needed is Python 3.11+, Go 1.26+, Java 17+ and Maven.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Where it is set, each of a hundred starts of the operator would compile all of it again.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help demo test check lint fast fast-computing fast-waiting fast-rest e2e oldest long bench soak commands policies scale mutants simulate reverted switches image lock crds chart schema sbom audit tools clean

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
IMAGE ?= groupaccess:$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
PYTEST := $(BIN)/pytest
# Beside the built programs: half a minute less in a fresh clone.
MYPY_CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/groupaccess/mypy
# Each worker of `e2e` has servers of its own, and mostly waits for them.
WORKERS ?=
E2E_WORKERS := $(or $(WORKERS),4)
EXAMPLES ?= 2000
SIZE ?= 1000
SHARED ?= 10
BINDINGS ?= 1
MINUTES ?= 30
SEED := $(or $(SEED),$(shell echo $$RANDOM))
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# `$(call install,PYTHON,ARGUMENTS)`: uv takes seconds where pip takes a minute; pip, where uv cannot download.
install = $(BIN)/uv pip install --quiet --compile-bytecode --python $(1) --require-hashes $(2) \
  || $(PIP) --python $(1) install --require-hashes $(2)

help: ## List the targets
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' Makefile | expand -t 10

demo: $(INSTALLED) ## Show the main job on a real cluster and a real Keycloak (KEEP=1: stay up)
	@PYTHONPATH=e2e $(BIN)/python e2e/demo.py

# The oldest Kubernetes beside the newest: both mostly wait. What it says comes at the end. No program is
# built beside a test: some have seconds.
test: check ## Run every test: the fast ones, and those on real servers
	@PYTHONPATH=e2e $(BIN)/python -m testbed.tools kubernetes kubernetes-1.34 keycloak >/dev/null
	@said=$$(mktemp); $(MAKE) --no-print-directory oldest >"$$said" 2>&1 & oldest=$$!; \
	trap 'test -z "$$oldest" || kill $$oldest 2>/dev/null || true; rm -f "$$said"' EXIT; \
	passed=yes; $(MAKE) --no-print-directory e2e || passed=no; wait $$oldest || passed=no; oldest=; \
	cat "$$said"; test $$passed = yes

check: tools ## The fast loop: lint, format, types, layers, tests without a cluster
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target lint $(FAST)

lint: $(INSTALLED) ## Lint, format, types, layers and dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --cache-dir=$(MYPY_CACHE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry operator

# Three plain processes beside each other: workers that report to one another take a third more.
COMPUTING := tests/growth tests/simulation
WAITING := tests/adapters tests/cli
FAST := fast-computing fast-waiting fast-rest

fast: tools ## The tests that need no cluster
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target $(FAST)

fast-computing: tools
	@$(PYTEST) --quiet $(COMPUTING)

fast-waiting: tools
	@$(PYTEST) --quiet $(WAITING)

fast-rest: tools
	@$(PYTEST) --quiet tests $(addprefix --ignore=,$(COMPUTING) $(WAITING))

# Each worker has a cluster and a Keycloak of its own; what is built is shown, and built once.
e2e: $(INSTALLED) ## The tests on a real cluster and a real Keycloak (ARGS='-m story', WORKERS=0: one)
	@PYTHONPATH=e2e $(BIN)/python -m testbed.tools kubernetes keycloak helm >/dev/null
	$(PYTEST) e2e --numprocesses=$(E2E_WORKERS) --dist=loadfile \
	  --no-loadscope-reorder $(ARGS)

oldest: $(INSTALLED) ## The main job on the oldest Kubernetes that is tested
	$(PYTEST) e2e -m 'story or crd or chart$(if $(LONG), or empty)' --kubernetes=oldest --cluster=local

long: ## All tests with the long variants of those that have one: more than an hour
	@LONG=1 $(MAKE) --no-print-directory test

bench: $(INSTALLED) ## Measure the operator beside bare requests (SIZE=1000 SHARED=10 BINDINGS=1)
	@PYTHONPATH=e2e $(BIN)/python -m bench.convergence --size $(SIZE) --shared $(SHARED) --bindings $(BINDINGS)

soak: $(INSTALLED) ## Change 500 objects for half an hour; what grows, and is the end exact? (MINUTES=30)
	@PYTHONPATH=e2e $(BIN)/python -m bench.soak --minutes $(MINUTES)

commands: $(INSTALLED) ## Measure why and doctor beside 10,000 bindings
	@PYTHONPATH=e2e $(BIN)/python -m bench.commands

policies: $(INSTALLED) ## Measure what the admission policies cost whoever writes a GroupAccess
	@PYTHONPATH=e2e $(BIN)/python -m bench.guards

scale: $(INSTALLED) ## Measure what large realms cost Keycloak (ARGS='--sizes 100 10000')
	@PYTHONPATH=e2e $(BIN)/python -m bench.scale $(ARGS)

mutants: $(INSTALLED) ## Change the domain in many small ways; the tests must notice
	$(BIN)/python tests/mutants.py

simulate: $(INSTALLED) ## Play many scenarios against the whole operator (EXAMPLES=2000, SEED=0)
	@echo "seed $(SEED)"
	@PYTHONHASHSEED=0 EXAMPLES=$(EXAMPLES) SEED=$(SEED) $(PYTEST) tests/simulation -p no:cacheprovider

reverted: $(INSTALLED) ## Take back the mend of each defect; the simulation must notice (SEED=1)
	$(BIN)/python tests/switches.py --simulation --seed=$(SEED) $(ARGS)

switches: $(INSTALLED) ## Take away each guard; a test must notice (ARGS=--fast: without servers)
	$(BIN)/python tests/switches.py $(ARGS)

image: ## Build the container image
	@command -v docker >/dev/null || { echo "error: docker is missing: install a container engine" >&2; exit 1; }
	docker build --tag $(IMAGE) .

lock: $(INSTALLED) ## Renew the locked versions of all dependencies
	for group in runtime build install dev; do \
	  case $$group in runtime) from="pyproject.toml";; build | install) from="--group $$group";; \
	    dev) from="pyproject.toml --group dev --constraint requirements/runtime.txt";; esac; \
	  $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header $$from --output-file requirements/$$group.txt; \
	done

crds: $(INSTALLED) ## Write the CRDs anew from the models
	$(BIN)/python -m groupaccess.api.crd.generate crds deploy/helm/groupaccess/crds

chart: $(INSTALLED) ## Write the values in the chart's README anew from their comments
	@PYTHONPATH=tests $(BIN)/python -m chart.readme

schema: $(INSTALLED) ## Write the JSON schema of why and doctor anew from the models
	$(BIN)/python -m groupaccess.cli.diagnosis.output.schema docs/command-line.schema.json

sbom: $(INSTALLED) ## Write dist/sbom.json: what the image holds of Python, as CycloneDX
	@mkdir -p dist && scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT; \
	$(BIN)/uv venv --quiet --python $(PYTHON) "$$scratch/venv"; \
	$(call install,"$$scratch/venv/bin/python",--no-deps --requirement requirements/runtime.txt); \
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
	  --output-file dist/sbom.json "$$scratch/venv"
	@echo dist/sbom.json

audit: $(INSTALLED) ## Look for known vulnerabilities in what the image holds of Python
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements/runtime.txt

tools: $(INSTALLED)
	@PYTHONPATH=e2e $(BIN)/python -m testbed.tools helm >/dev/null

$(INSTALLED): .venv/.dependencies pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dependencies: requirements/install.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "error: Python 3.11 or newer is needed: install it, or name it with PYTHON=" >&2; exit 1; }
	@echo "setting up .venv …"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes --requirement requirements/install.txt
	@$(call install,$(BIN)/python,--requirement requirements/dev.txt)
	@touch $@

clean: ## Remove what was made here (the built programs stay in the cache)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis mutants dist
