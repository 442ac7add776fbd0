# Two commands do all set-up on a fresh machine (Debian, Python 3.11):
#   make example   sets up and scans the shipped example
#   make test      sets up and passes the tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EXAMPLE ?= examples/assistant

.PHONY: example test check evals bench clean

$(VENV)/run.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/dev.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@ $(VENV)/run.stamp

example: $(VENV)/run.stamp
	$(BIN)/provenance scan $(EXAMPLE) --exit-zero

test: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/provenance registry validate
	$(BIN)/python -m pytest -q -n auto

evals: $(VENV)/dev.stamp
	$(BIN)/python evals/run.py

bench: $(VENV)/dev.stamp
	$(BIN)/python bench/run.py

clean:
	rm -rf $(VENV) dist build
