# Religa: two commands do all the set-up, `make run` and `make test`.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
UV := $(shell command -v uv || echo .tools/bin/uv)
BIN := .venv/bin
TESTS ?= tests
# Half of the tests wait for a process or a page: one more than there are processors, but not more than memory holds.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN); echo $$(( n < 4 ? n + 1 : 4 )))

.PHONY: help run reset test bench lint format lock setup

help: ## Shows the commands.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /: /' | awk -F': ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: setup ## Starts the whole system here, with a phone page to talk to the bot. Ctrl-C stops it.
	@PATH="$(CURDIR)/.tools/bin:$$PATH" exec $(BIN)/python supervisor.py

reset: setup ## Forgets the state of `make run`.
	@$(BIN)/python supervisor.py reset

test: setup ## Runs the tests, and says what was skipped and why.
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m nlu.environment
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m nlu.train
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(TESTS)

bench: setup ## Measures speed and memory here.
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m nlu.environment
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m nlu.train
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m bench

lint: setup ## Checks style, types and training data.
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/python -m nlu.lint

format: setup ## Formats the code.
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock: setup ## Pins the dependencies anew, with hashes.
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements.in -o requirements.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-tools.in -o requirements-tools.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-voice.in -c requirements.txt -o requirements-voice.txt
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements-ocr.in -c requirements-dev.txt -o requirements-ocr.txt

setup: .venv/.stamp

.venv/.stamp: requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "É preciso Python 3.11 ou mais novo: instale-o e rode de novo (ou PYTHON=/caminho make run)."; exit 1; }
	@command -v uv >/dev/null || test -x .tools/bin/uv || { echo "criando as ferramentas (.tools)"; $(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --require-hashes -r requirements-tools.txt; }
	@echo "criando o ambiente da aplicação (.venv)"
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch .venv/.stamp
