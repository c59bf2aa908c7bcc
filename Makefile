# Every target makes the environment by itself. Behind each is a `gongkai` command; without make see README.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help reports test browser check bench lab lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

reports: $(READY) ## read and check data/reports, make a page for every agency (the main job)
	@$(BIN)/gongkai reports || [ $$? -eq 1 ] # 1 says that the reports have errors, not that the job failed

test: $(READY) ## run all tests, notebooks too
	@$(BIN)/gongkai test

browser: $(READY) ## test pages and JupyterLab in headless Chromium; installs what that needs
	@$(BIN)/python -c 'import playwright' 2>/dev/null \
	  || $(BIN)/uv pip install --quiet --python $(BIN)/python -c requirements.lock -e '.[browser,lab]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[browser,lab]'
	@sh tests/browser/install.sh
	@$(BIN)/python -m pytest tests/browser -n 2 --dist loadfile

check: $(READY) ## check style, format and types of code and notebooks
	@$(BIN)/gongkai lint

bench: $(READY) ## compare the speed of reading with other libraries; measure what the checks see of planted errors
	@PYTHONPATH=tests $(BIN)/python -m bench
	@PYTHONPATH=tests $(BIN)/python -m bench.detect
	@PYTHONPATH=tests $(BIN)/python -m bench.statistics
	@PYTHONPATH=tests $(BIN)/python -m bench.pages

lab: $(READY) ## open JupyterLab with the project's kernel
	@$(BIN)/gongkai lab

lock: $(READY) ## renew requirements.lock after a change of pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-header --no-annotate -o requirements.lock pyproject.toml

clean: ## remove the environment and everything derived
	rm -rf $(VENV) data/derived

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("gongkai needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=…" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || echo "uv is not to be had; going on with pip"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e . \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(READY)
