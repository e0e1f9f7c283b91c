# The same targets on a laptop and in CI. `make` alone lists them.
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

.PHONY: help environment demo run serve test check fix planted-bugs kill-test cursor-test bench simulate simulate-coverage permissions pictures schemathesis fuzz translations

help:
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

environment:
	@test -n "$(PYTHON)" || { echo "crmdesk needs Python 3.11, 3.12 or 3.13 on the PATH."; exit 1; }
	@$(PYTHON) packaging/bootstrap.py

demo: environment ## a day in a dead zone, synced, resolved and reviewed (HEADLESS=1: no window)
	@$(BIN)/python packaging/demo/story.py

run: environment ## open the desktop
	@$(BIN)/crmdesk

serve: environment ## serve the company in ./company (make one with: .venv/bin/crmdesk-server init)
	@$(BIN)/crmdesk-server serve

test: environment ## the whole fast suite
	@$(BIN)/python -m pytest -n 3 --dist worksteal

bench: environment ## measure speed and memory; make bench ONLY=first_paint for one
	@$(BIN)/python -m tests.bench $(ONLY)

SEEDS ?= 200
START ?= 0
simulate: environment ## whole days of trouble by seed: make simulate SEEDS=2000 START=0 DATABASE=postgresql; TRACE=1 prints what happens
	@$(BIN)/python -m tests.simulation.campaign --seeds $(SEEDS) --start $(START) --database $(or $(DATABASE),sqlite) \
		$(if $(JOBS),--jobs $(JOBS)) $(if $(TRACE),--trace)

SCENARIOS ?= 200
permissions: environment ## the product against a model of who may see and write what: make permissions SCENARIOS=2000 START=0 DATABASE=postgresql
	@$(BIN)/python -m tests.permissions.campaign --scenarios $(SCENARIOS) --start $(START) \
		--database $(or $(DATABASE),sqlite) $(if $(STEPS),--steps $(STEPS)) $(if $(JOBS),--jobs $(JOBS)) $(if $(TRACE),--trace)

schemathesis: environment ## what nobody thought of, asked of every route as everybody: make schemathesis EXAMPLES=100 DATABASE=postgresql
	@CRMDESK_EXAMPLES=$(or $(EXAMPLES),100) CRMDESK_STORE=$(DATABASE) $(BIN)/python -m pytest -q --timeout 0 \
		tests/sync_server/test_described_routes.py

SECONDS ?= 60
fuzz: environment ## every parser of foreign bytes under spoilt ones: make fuzz SECONDS=600; TARGET=push for one, SEED= or FILE= again
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(if $(TARGET),--target $(TARGET)) $(if $(SEED),--seed $(SEED)) \
		$(if $(FILE),--file $(FILE))

COVERAGE := $(BIN)/python -m coverage
simulate-coverage: environment ## how much of the way of an edit the simulator alone runs through; less than 90 % fails
	@mkdir -p bench-output
	@$(COVERAGE) run --rcfile tests/simulation/coverage.ini -m tests.simulation.campaign --jobs 1 --seeds 150
	@$(COVERAGE) run --rcfile tests/simulation/coverage.ini --append -m tests.simulation.campaign --jobs 1 --seeds 20 \
		--start 3000 --database postgresql
	@$(COVERAGE) report --rcfile tests/simulation/coverage.ini

planted-bugs: environment ## break every assumption of sync on purpose and name the seed that finds it; NOTE=1 keeps the seeds, UNITS=1 runs unit tests too
	@$(BIN)/python -m tests.support.planted
	@$(BIN)/python -m tests.simulation.bugs $(BUGS) $(if $(NOTE),--note) $(if $(UNITS),--units)
	@$(BIN)/python -m tests.permissions.bugs $(if $(NOTE),--note)

pictures: environment ## every page of access and administration in every look, into ./pictures; what is cut is printed
	@for scale in 1 1.5; do $(BIN)/python -m tests.support.company_gallery pictures both zh_CN,en light,dark $$scale || exit 1; done

cursor-test: environment ## 8 writers with pauses, 2 server processes, a reader that may miss nothing; ROWS=1000000
	@$(BIN)/python -m tests.support.cursor_completeness $(or $(ROWS),1000000)

kill-test: environment ## kill -9 of real processes at random points; make kill-test ROUNDS=200 SEED=1 DATABASE=postgresql
	@$(BIN)/python -m tests.kill $(or $(ROUNDS),50) --seed $(or $(SEED),1) --database $(or $(DATABASE),sqlite)

check: environment ## ruff, mypy strict, import walls, translations, papers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/house

fix: environment ## format and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
