# Each target is enough on its own: it makes .venv and installs what it needs, once, and again when a lock changes.
#   make run    Clew, with an MLflow of its own unless MLFLOW_TRACKING_URI is set
#   make test   all checks and tests

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint lint-javascript lock licences train-deps ray translations hooks clean chromium compiler nginx prometheus
SHELL := /bin/sh
.SHELLFLAGS := -euc
# If it is set, each of the many processes of a test run compiles the same files again.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
STAMPS := $(VENV)/stamps
RAY := .venv-ray
JAVASCRIPT := tests/javascript
# The first of these that is 3.11 or newer is taken; `make run PYTHON=/path/to/python` names another.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
FOUND = $(firstword $(foreach name,$(PYTHON),$(shell \
    $(name) -c 'import sys; sys.version_info >= (3, 11) and print(sys.executable)' 2>/dev/null)))
HAS_UV := $(shell uv --version >/dev/null 2>&1 && echo yes)
# The locks are complete, so nothing is left for an installer to resolve, and nothing is built here: a library without a
# wheel for this machine is named at once, instead of after minutes. Only errors are shown. What `make run` needs is not
# compiled beforehand: Python does it with what is really imported, a tenth of all files. The tests import most of them.
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-input --no-deps --only-binary :all:
# uv takes a quarter of pip's time, so pip installs it if it is missing. It gets its package indexes from pip's
# configuration; if uv fails all the same, pip installs.
ifeq ($(HAS_UV),yes)
  UV := uv
else
  UV = { $(PY) -m uv --version >/dev/null 2>&1 || $(PIP) -r requirements-uv.txt; } && $(PIP_SETTINGS) && $(PY) -m uv
endif
# $(call install,lock,options of uv,options of pip)
install = { $(UV) pip install --quiet --python $(PY) --no-deps --only-binary :all: $(2) -r $(1); } \
  || { echo "uv could not install it; pip tries …"; $(PIP) $(3) -r $(1); }
define PIP_SETTINGS
settings=$$($(PY) -m pip config list) && \
  option() { printf '%s\n' "$$settings" | sed -n "s/^[^=]*\.$$1='\(.*\)'$$/\1/p" | head -n 1 | sed 's/\\n/ /g'; } && \
  export_set() { [ -z "$$2" ] || export "$$1=$$2"; } && \
  export_set UV_DEFAULT_INDEX "$$(option index-url)" && export_set UV_INDEX "$$(option extra-index-url)" && \
  export_set UV_FIND_LINKS "$$(option find-links | tr ' ' ',')" && export_set SSL_CERT_FILE "$$(option cert)" && \
  export UV_INDEX_STRATEGY=unsafe-best-match
endef

WITH_NODE := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
IN_JAVASCRIPT := cd $(JAVASCRIPT) && $(WITH_NODE) npm run --silent

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: $(STAMPS)/run ## Start Clew; Ctrl-C stops it
	@exec $(PY) -m services.processes.launcher

# Five processes on two cores: tests mostly wait for an MLflow, a browser or a clock. A file's tests run in one process.
# ARGS="-m ''" adds the tests marked `thorough`, which test the same in one more way.
test: lint chromium compiler nginx prometheus ## Run all checks and tests; ARGS="-k name" goes to pytest
	@$(IN_JAVASCRIPT) test
	@$(PY) -m pytest -n 5 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(STAMPS)/dev lint-javascript ## ruff, mypy, and the same for JavaScript: biome and tsc
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || { echo "Run '$(PY) -m ruff format .' to lay these out."; exit 1; }
	@$(PY) -m mypy

lint-javascript: $(JAVASCRIPT)/node_modules/.package-lock.json
	@$(IN_JAVASCRIPT) lint
	@$(IN_JAVASCRIPT) types

train-deps: $(STAMPS)/train ## Install what `python -m training` needs (torch and more)

ray: $(STAMPS)/ray ## Install a Ray into .venv-ray (380 MB), for the tests of trainings on a cluster; Clew itself needs none

translations: $(STAMPS)/dev ## Bring each language's texts in line with the source: new ones come in empty, unused ones go
	@pot=$$(mktemp); $(VENV)/bin/pybabel -q extract -k _ -k template --no-location --sort-output -o $$pot components pages callbacks domain/errors domain/trainings; \
	for code in $$($(PY) -c 'from domain.languages import LANGUAGES; print(*LANGUAGES[1:])'); do \
	  if [ -d components/translations/$$code ]; then \
	    $(VENV)/bin/pybabel -q update -i $$pot -d components/translations -l $$code --no-fuzzy-matching --ignore-obsolete; \
	  else $(VENV)/bin/pybabel -q init -i $$pot -d components/translations -l $$code; fi; \
	  $(VENV)/bin/pybabel compile -d components/translations -l $$code --statistics; \
	done; rm $$pot

licences: $(STAMPS)/dev ## Write docs/licences.md anew, after `make lock` or new files of others in assets/
	@$(PY) -m tests.rules.licences

hooks: $(STAMPS)/dev ## Have git run the checks before each commit
	@$(PY) -m pre_commit install

clean: ## Remove what was installed and cached; var/, with your data, stays
	rm -rf $(VENV) $(RAY) $(JAVASCRIPT)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/venv:
	@$(if $(FOUND),:,echo "Clew needs Python 3.11 or newer, and none of these is: $(PYTHON). On Debian or Ubuntu:" \
	  "sudo apt-get install python3 python3-venv. Else name one: make run PYTHON=/path/to/python3.12" >&2; exit 1)
	@echo "Making the virtual environment in $(VENV) …"
	@{ $(PY) -c '$(NEW_ENOUGH)' && $(PY) -m pip --version; } >/dev/null 2>&1 || $(MAKE_VENV) \
	  || { $(MAY_GET) && { $(GET_VENV); } && $(MAKE_VENV); } || { \
	  echo "$(FOUND) cannot make a virtual environment: its venv or ensurepip module is missing." \
	    "On Debian or Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

ifeq ($(HAS_UV),yes)
  MAKE_VENV := uv venv --quiet --allow-existing --seed --python "$(FOUND)" $(VENV)
else
  MAKE_VENV := "$(FOUND)" -m venv $(VENV) >/dev/null
endif

$(STAMPS)/run: requirements.txt $(STAMPS)/venv
	@echo "Installing Clew's libraries; the first time this takes up to a minute …"
	@$(call install,$<,,--no-compile)
	@touch $@

$(STAMPS)/dev: requirements-dev.txt $(STAMPS)/venv
	@echo "Installing the libraries for checks and tests; the first time this takes a minute or two …"
	@$(call install,$<,--compile-bytecode)
	@touch $@ $(STAMPS)/run

# Node.js comes with requirements-dev.txt. npm writes this list of what it installed.
$(JAVASCRIPT)/node_modules/.package-lock.json: $(JAVASCRIPT)/package-lock.json $(STAMPS)/dev
	@echo "Installing the checkers of JavaScript with npm …"
	@cd $(JAVASCRIPT) && $(WITH_NODE) npm ci --silent --no-audit --no-fund
	@touch $@

# torch by pip, and on its own: pip's configuration is where a machine selects the CPU build.
$(STAMPS)/train: requirements-train.txt $(STAMPS)/run
	@echo "Installing torch with pip, then the trainer's libraries; this can take some minutes …"
	@$(PY) -m pip install -qq --disable-pip-version-check --no-input "$$(grep '^torch==' $<)"
	@$(call install,$<,--compile-bytecode)
	@touch $@

# In an environment of its own, because of the versions that Ray pins.
$(STAMPS)/ray: requirements-ray.txt $(STAMPS)/venv
	@echo "Installing Ray; this can take a minute or two …"
	@$(MAKE_RAY) -r $<
	@touch $@

ifeq ($(HAS_UV),yes)
  MAKE_RAY := uv venv --quiet --allow-existing --python $(PY) $(RAY) && \
    uv pip install --quiet --python $(RAY)/bin/python --no-deps --compile-bytecode
else
  MAKE_RAY := $(PY) -m venv $(RAY) && \
    $(RAY)/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps
endif

# Checked each time: it is installed on the machine, not in the virtual environment.
chromium:
	@if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then $(GET_CHROMIUM); fi

compiler: # for the fake driver library that the GPU monitor is tested with
	@if ! command -v gcc >/dev/null && ! command -v cc >/dev/null; then $(GET_COMPILER); fi

nginx: # for the tests of docs/deploy; Debian starts it at once and at each boot, which is not wanted
	@if [ -z "$$(PATH="$$PATH:/usr/sbin" command -v nginx)" ]; then $(GET_NGINX); \
	  if command -v systemctl >/dev/null; then $(SUDO) systemctl disable --now nginx >/dev/null 2>&1 || :; fi; fi

prometheus: # for the tests of the GPUs' history; Debian starts it at once and at each boot, which is not wanted
	@if ! command -v prometheus >/dev/null || ! command -v promtool >/dev/null; then $(GET_PROMETHEUS); \
	  if command -v systemctl >/dev/null; then $(SUDO) systemctl disable --now prometheus >/dev/null 2>&1 || :; fi; fi

IS_ROOT := $(filter 0,$(shell id -u))
SUDO := $(if $(IS_ROOT),,$(shell command -v sudo))
MAY_GET := command -v apt-get >/dev/null && [ -n "$(IS_ROOT)$(SUDO)" ]
# $(call get,packages,what for,which commands)
define get
  echo "Installing $(2) with $(if $(SUDO),sudo )apt-get …"; \
  log=$$(mktemp); \
  { $(SUDO) apt-get update && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
      apt-get install --yes --no-install-recommends $(1); } >"$$log" 2>&1 || { \
    tail -n 5 "$$log" >&2; \
    echo "Could not install $(2). It takes $(3);" \
      "on Debian: apt-get install $(1), as an administrator." >&2; exit 1; }
endef
# Debian's Python has none of its own, and makes a virtual environment only with it.
GET_VENV = $(call get,python3-venv,Python's ensurepip,the module ensurepip)
GET_CHROMIUM = $(call get,chromium chromium-driver,Chromium for the browser tests,the commands chromium and chromedriver on PATH)
GET_COMPILER = $(call get,gcc libc6-dev,a C compiler for the tests of the GPU monitor,the command gcc on PATH)
GET_PROMETHEUS = $(call get,prometheus,Prometheus for the tests of the history of GPUs,the commands prometheus and promtool on PATH)
GET_NGINX = $(call get,nginx,nginx for the tests of docs/deploy,the command nginx on PATH)

# uv alone can resolve for all systems at once. The train lock holds what the extra adds; torch's own libraries are left
# to pip, since they differ between its CPU and its GPU builds.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url pyproject.toml
# The tests use only the script of axe-playwright-python, in their own browser.
NO_PLAYWRIGHT := --no-emit-package playwright --no-emit-package pyee --no-emit-package greenlet
# Dependencies of the mlflow package that its tracking server, client and pages do not import: models of scikit-learn, jobs, containers.
# tests/launcher starts all of Clew without them. A trainer's libraries may bring some of them again.
WITHOUT := $(addprefix --no-emit-package ,scikit-learn joblib threadpoolctl skops prettytable wcwidth docker huey)
NO_MATPLOTLIB := $(addprefix --no-emit-package ,matplotlib contourpy cycler fonttools kiwisolver pyparsing)
NO_SCIPY := --no-emit-package scipy
# dash[testing] wants selenium 4.2 and with it urllib3 1.26, under which the embedded MLflow logs a traceback at each write to
# its registry; dash_duo works with newer ones. (As `override-dependencies` it would also loosen the pin at `uv pip install`.)
NEWER_SELENIUM := selenium>=4.30,<5
lock: ## Write the requirements files anew, with uv; UPGRADE=--upgrade takes newer versions
	@$(if $(HAS_UV),:,echo "make lock needs uv: pip install uv" >&2; exit 1)
	echo '$(NEWER_SELENIUM)' | $(COMPILE) $(UPGRADE) --overrides - --extra dev $(NO_PLAYWRIGHT) $(WITHOUT) $(NO_MATPLOTLIB) --output-file requirements-dev.txt >/dev/null
	echo uv | uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url $(UPGRADE) - --output-file requirements-uv.txt >/dev/null
	$(COMPILE) --constraints requirements-dev.txt $(WITHOUT) $(NO_MATPLOTLIB) $(NO_SCIPY) --output-file requirements.txt >/dev/null
	@all=$$(mktemp); $(COMPILE) --extra train --constraints requirements-dev.txt --constraints requirements-train.txt \
	  $(WITHOUT) $(NO_SCIPY) >"$$all"; grep -vxFf requirements.txt "$$all" \
	  | grep -vE '^(nvidia-|cuda-|triton|filelock|fsspec|mpmath|networkx|setuptools|sympy)' >"$$all.train"; \
	  mv "$$all.train" requirements-train.txt; rm "$$all"
