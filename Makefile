# Everything a machine needs is installed here, into .venv, from the hashed lock.
UV = 0.13.9
BIN = .venv/bin
export UV_COMPILE_BYTECODE = 1
# Dozens of processes of ours are started by the tests: they need not compile it all again.
export PYTHONDONTWRITEBYTECODE =
.DEFAULT_GOAL := help
.PHONY: help setup demo test again check fix words lock bench simulate soak chaos

help:    ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 10

setup: .venv/done    ## install everything into .venv

.venv/done: requirements.txt pyproject.toml
	test -x $(BIN)/python || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	$(BIN)/uv pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

demo: setup    ## three chats in one page, and the bot in them
	@$(BIN)/tocsin demo

test: setup    ## every test, on SQLite and on PostgreSQL
	$(BIN)/pytest -n 3 --dist worksteal || { test $$? = 1 && $(MAKE) --no-print-directory again; }

again:
	@echo "What failed is tried once more, beside nothing else. What passes now failed by chance: a defect, to be found."
	$(BIN)/pytest -n 0 -vv -x --last-failed --last-failed-no-failures none

check: setup    ## format, lint, types, imports, catalogues, image, lock
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/words.py check
	$(BIN)/python scripts/commands.py check
	$(BIN)/hadolint Dockerfile
	$(BIN)/python scripts/lock.py check

fix: setup    ## format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

words: setup    ## bring the catalogues and the README's table up to date with the code
	$(BIN)/python scripts/commands.py write
	$(BIN)/python scripts/words.py update

lock: setup    ## resolve the dependencies anew
	$(BIN)/python scripts/lock.py write

bench: setup    ## every benchmark, with its figures
	for each in command growth memory pages schedule timers; do $(BIN)/python bench/$$each.py || exit 1; done

SEED = $(shell shuf -i 1-999999 -n 1)
WEEKS = 2
simulate: setup    ## weeks of a town's life on a pushed clock, with faults from SEED: no page may be lost, late or doubled
	$(BIN)/python bench/simulate.py --seed $(SEED) --weeks $(WEEKS)

soak: WEEKS = 1
soak: simulate    ## the same for a week, a busy hour over the wire in five minutes, and the fuzzers with what nobody has tried
	$(BIN)/python bench/soak.py --seed $(SEED)
	$(BIN)/pytest -n 2 --hypothesis-profile=wild $$(grep -rl hypothesis tests --include='test_*.py')

chaos: setup    ## two real processes on PostgreSQL, killed, frozen, cut off for two minutes: no page may be lost
	$(BIN)/python bench/chaos.py --seed $(SEED)
