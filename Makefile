# Everything from a bare Python: `make run`, `make test`. PYTHON=python3.12 chooses another one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# An environment that uv made has none.
HAS_PIP := @$(BIN)/python -c 'import pip' 2>/dev/null || $(BIN)/python -m ensurepip >/dev/null
INPUTS := pyproject.toml constraints.txt

.PHONY: run test test-peers bench bench-dashboard pictures clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed
	$(BIN)/rnn-tui

test: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m 'not threads'
	$(BIN)/python -m pytest -m threads

test-peers: $(VENV)/.installed-peers
	$(BIN)/python -m pytest tests/peers

# A training step beside PyTorch's; BENCH='--quick' is short. benchmarks/README.md explains the table.
bench: $(VENV)/.installed-peers
	$(BIN)/python benchmarks/train_step.py $(BENCH)

# What the screen costs beside training without one; the ten minutes of benchmarks/soak.py are apart.
bench-dashboard: $(VENV)/.installed
	$(BIN)/python benchmarks/dashboard.py $(BENCH)

# The pictures in README.md: the app itself, training.
pictures: $(VENV)/.installed
	$(BIN)/python docs/pictures.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says which extras are in the environment and is as old as the installation; a newer
# pyproject.toml, constraints.txt or Python makes it stale.
$(VENV)/.installed: $(INPUTS) $(VENV)/bin/python
	$(HAS_PIP)
	$(INSTALL) --editable .
	touch $@

$(VENV)/.installed-dev: $(INPUTS) $(VENV)/bin/python
	$(HAS_PIP)
	$(INSTALL) --editable '.[dev]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-peers: $(INPUTS) $(VENV)/bin/python
	$(HAS_PIP)
	$(INSTALL) --editable '.[dev,peers]'
	touch $@ $(VENV)/.installed $(VENV)/.installed-dev

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: $(PYTHON) is not on the PATH: install Python 3.11 or newer, or run make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $$($(PYTHON) --version) is too old: rnn-tui needs Python 3.11 or newer, as in make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "make: $(PYTHON) lacks the module venv: install it (Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
