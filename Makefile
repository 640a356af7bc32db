# Inroad. `make run` is all a newcomer needs; every target makes .venv when it is missing.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# `dagster` and the command look for dagster.yaml here.
export DAGSTER_HOME := $(CURDIR)
# Containers often set it: then each of the hundred processes that the tests start would compile 60,000 lines anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install run demo test test-all lint bench bench-dagster bench-discovery bench-contacts bench-matching bench-postings bench-cvs bench-guard bench-domains lock clean

install: $(STAMP)

# The lock pins every package with its hashes; the project itself is linked, so that edits take effect.
$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or name it with make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

run: $(STAMP)
	$(BIN)/inroad demo

demo: $(STAMP)
	$(BIN)/inroad demo --once

# Compiled once, before four workers do it at the same moment.
test: $(STAMP)
	$(BIN)/python -m compileall -q -j 0 assets examples inroad pipeline_defs resources sensors
	$(BIN)/python -m pytest -m "not slow" -n auto --dist loadscope --no-loadscope-reorder

test-all: $(STAMP)
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: bench-dagster bench-discovery bench-contacts bench-matching bench-postings bench-cvs bench-guard bench-domains

bench-dagster: $(STAMP)
	$(BIN)/python benchmarks/bench_dagster.py

bench-discovery: $(STAMP)
	$(BIN)/python benchmarks/bench_discovery.py

# The peers live in an environment of their own; without the network they are left out, and picture and README stay as they are.
bench-contacts: $(STAMP)
	test -x .peers/bin/extruct || { $(PYTHON) -m venv .peers && .peers/bin/pip install --quiet 'crawlee[parsel]' extruct; } || true
	$(BIN)/python benchmarks/bench_contacts.py --peers .peers/bin/python --svg docs/images/contacts.svg --readme benchmarks/contacts/README.md

bench-matching: $(STAMP)
	$(BIN)/python -m benchmarks.matching.agreement

bench-postings: $(STAMP)
	$(BIN)/python -m benchmarks.postings.score --misses 40

bench-cvs: $(STAMP)
	$(BIN)/python benchmarks/bench_cvs.py

bench-guard: $(STAMP)
	$(BIN)/python benchmarks/bench_guard.py

# A thousand small companies end to end, and Dagster's share of the time: some minutes.
bench-domains: $(STAMP)
	$(BIN)/python benchmarks/bench_domains.py

# Renews requirements.lock from pyproject.toml; needs uv on the PATH.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-strip-extras --custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
