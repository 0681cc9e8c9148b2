# glancesd. `make help` lists what there is. Needs Python 3.7 or later and, to install, nothing that BusyBox lacks.

PYTHON = python3
# The Python that the installed command starts (empty: the one above, by its full path).
INTERPRETER =
PREFIX = /usr/local
DESTDIR =
# 1: install-openwrt installs the sources, too, which every Python runs.
SOURCES =
UNITDIR = $(PREFIX)/lib/systemd/system
# More arguments: make run ARGS="-p 0", make bench ARGS=…
ARGS =

INSTALL = sh glancesd/services/install.sh
# To the shell by its environment, because a path may hold blanks and quotes.
export PYTHON INTERPRETER PREFIX UNITDIR DESTDIR SOURCES
# Where uninstall looks when the command line names no PREFIX.
uninstall: export ELSEWHERE = $(if $(filter file,$(origin PREFIX)),/usr)

.PHONY: help run test check golden bench soak fuzz pyz install install-openwrt install-openrc uninstall clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' Makefile
	@echo 'Variables: PYTHON=$(PYTHON) PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) ARGS=$(ARGS)'

run: ## serve this machine's figures on port 61208
	$(PYTHON) -m glancesd $(ARGS)

test: ## the tests, and what was skipped and why
	$(PYTHON) -m tests

check: ## byte-compile, test, and lint and type-check where ruff and mypy are installed
	$(PYTHON) -m compileall -q glancesd tests
	@if command -v ruff >/dev/null; then set -x; ruff check --no-cache --config .ci/ruff.toml .; \
	else echo 'not linted: ruff is not installed'; fi
	@if command -v mypy >/dev/null; then set -x; mypy --config-file .ci/mypy.ini --cache-dir /dev/null glancesd tests; \
	else echo 'not type-checked: mypy is not installed'; fi
	$(PYTHON) -m tests

golden: ## write the expected answers of the fixture hosts anew (then read the diff)
	$(PYTHON) -m tests.golden $(ARGS)

bench: ## what it costs, beside what else there is (BENCH_PEERS=DIR with their virtual environments)
	$(PYTHON) -m tests.bench.bench $(ARGS)

soak: ## a long run under load: memory, threads, descriptors must not grow
	$(PYTHON) -m tests.bench.soak $(ARGS)

fuzz: ## every parser on mutated kernel files, the server on mutated requests: a long run
	$(PYTHON) -m tests.fuzz $(ARGS)

pyz: ## glancesd.pyz, the daemon in one file
	$(PYTHON) glancesd/services/pyz.py glancesd.pyz

install: ## the command, glancesd.conf and the systemd units (DESTDIR= PREFIX= PYTHON= INTERPRETER= UNITDIR=)
	@$(INSTALL) systemd

install-openwrt: PREFIX = /usr
install-openwrt: INTERPRETER = /usr/bin/python3
install-openwrt: ## the command, glancesd.conf and the procd service, into /usr (SOURCES=1: for any Python)
	@$(INSTALL) openwrt

install-openrc: ## the command, glancesd.conf and the OpenRC service
	@$(INSTALL) openrc

uninstall: ## take away what an install put there, except changed files in /etc (same DESTDIR=, PREFIX=)
	@$(INSTALL) uninstall

clean: ## what the targets above leave in this folder
	rm -rf glancesd.pyz .mypy_cache .ruff_cache
	find . -name __pycache__ -exec rm -rf {} +
