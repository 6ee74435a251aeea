# `make demo` cleans the articles in seeds/; `make test` runs every check. Each makes its own environment; only Python 3.11+
# and make are needed. The second run needs no network.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out/demo

.PHONY: demo test lint types clean bench

demo: $(VENV)/.ready
	$(BIN)/copydesk clean seeds/articles --out $(OUT) --exit-zero
	@echo "Open $(OUT)/report/index.html in a browser; the cleaned articles are in $(OUT)/corpus."

test: $(VENV)/.dev lint types
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --fail-under=95

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy src tests build_hook.py
	$(BIN)/mypy validators
	$(BIN)/mypy reports

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/speed.py

$(VENV)/.ready: pyproject.toml build_hook.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	$(BIN)/python -m compileall -q src validators reports # as pip does with a wheel: no first run has to
	touch $@

$(VENV)/.dev: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) out dist build .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache .pytest_cache
