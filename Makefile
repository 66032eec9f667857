# On a fresh machine with Python 3.11+ and make, `make run` and `make test` do all the set-up themselves.
.DEFAULT_GOAL := help
.PHONY: help run test check format bench faults-short faults reliability tables lock clean reset ready ready-dev ready-bench

# Every command starts the program anew: kept bytecode saves it two seconds of each start.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ready ## Start everything with a synthetic council at http://127.0.0.1:8000 (PORT=9000 for another port)
	@exec $(BIN)/missing-coord serve --demo $(if $(PORT),--port $(PORT))

test: ready-dev ## Run the tests; what cannot run here is named (REQUIRE_ALL=1: it is a failure)
	$(PYTEST) -m "not bench and not faults" -n 2 --dist loadfile $(ARGS)

check: ready-dev ## Lint, types, import contracts, habits
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -q tests/habits

format: ready-dev ## Put the code into its usual shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: ready-bench ## Measure speed and memory, and print them
	$(PYTEST) -m bench -s -q -p no:randomly tests/benchmarks $(ARGS)

faults-short: ready-dev ## Kill processes at random points: the round that fits into every acceptance of a change
	$(PYTEST) -m faults -n 2 --dist loadfile $(ARGS)

faults: ready-dev ## Kill processes at random points, many times, for hours
	FAULT_ROUNDS=$(or $(FAULT_ROUNDS),100) FAULT_OPEN=$(or $(FAULT_OPEN),100000) $(PYTEST) -m faults --timeout=3600 $(ARGS)
	LIFE_CYCLES=$(or $(LIFE_CYCLES),200) ROWS_TAKEN_AWAY=$(or $(ROWS_TAKEN_AWAY),40) SWEEPS=$(or $(SWEEPS),2000) \
		SHUFFLES=$(or $(SHUFFLES),20) HISTORIES=$(or $(HISTORIES),200) \
		PLAN_HUNDREDS=$(or $(PLAN_HUNDREDS),20) RANDOM_RETURNS=$(or $(RANDOM_RETURNS),40) NEW_EXAMPLES=1 \
		$(PYTEST) --timeout=7200 tests/acceptance/test_whole_life_cycles.py \
		tests/acceptance/test_any_row_taken_away.py tests/acceptance/test_intake_any_order.py \
		tests/acceptance/test_decisions_any_order.py tests/integration/test_sweep_rules.py \
		tests/integration/test_report_oracle.py tests/integration/test_ssda903_export.py \
		tests/unit/test_planning_solve.py $(ARGS)

tables: ready-dev ## Write the first migration's tables from the metadata
	$(BIN)/python -m missing_coord.storage.migrations.tables_sql

reliability: ready-dev ## Measure how long work stands still after each fault, and write it into docs/reliability.md
	UPDATE_RELIABILITY=1 $(PYTEST) -m bench -s tests/faults/test_kafka_recovery.py $(ARGS)

lock: ## Renew the lock files from requirements*.in (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade requirements.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade --constraint requirements.lock requirements-dev.in -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade --constraint requirements-dev.lock requirements-bench.in -o requirements-bench.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade --constraint requirements-dev.lock requirements-image.in -o requirements-image.lock

clean: ## Delete the virtual environment and caches; data stay
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

reset: ready ## Delete the embedded database of MISSING_COORD_HOME (default ./var) for good
	$(BIN)/python -c 'from missing_coord.settings import load_settings as load; \
		from missing_coord.storage.embedded.cluster import discard_embedded as discard; \
		settings = load(); discard(settings.home, system_folder=settings.server_folder)'

ready:
	@.ci/prepare requirements.lock

ready-dev:
	@.ci/prepare requirements-dev.lock

ready-bench:
	@.ci/prepare requirements-bench.lock
