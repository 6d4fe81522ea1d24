# `make` lists the commands. Each is a script in scripts/, or one line of cargo.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run check test test-agents test-money faults fuzz sqlx release bench doctor commands

# Queries are checked against .sqlx, never against whatever DATABASE_URL points to.
export SQLX_OFFLINE := true

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing, build, and start the portal with its demo on http://127.0.0.1:3000
	@exec scripts/run.sh

check: ## The fast loop: format, lints and unit tests of the crates that you changed
	@exec scripts/check.sh

test: ## Everything, browser tests included, on a throw-away database
	@exec scripts/test.sh

test-agents: ## Install real agents (Hermes, Claude Code, one by ACP) beside the tests and let them work, their model a script
	@exec scripts/test-agents.sh

test-money: ## Pay, decline, refund and dispute against stand-ins for Stripe, and against Stripe with STRIPE_TEST_KEY
	@exec scripts/test-money.sh

faults: ## Kill agents, nodes and Postgres for 200 rounds (THROUGHLINE_FAULT_SEED, THROUGHLINE_FAULT_ROUNDS) and look what is lost
	@exec scripts/faults.sh

fuzz: ## Feed hostile input to what reads and writes the log's protocols, a minute each (FOR=600 for longer)
	@exec scripts/fuzz.sh $(or $(FOR),60)

sqlx: ## Write .sqlx anew after a query or a migration was changed
	@exec scripts/sqlx.sh refresh

release: ## Build the one self-contained binary, small and fast
	@scripts/setup.sh wasm
	@scripts/front.sh front
	cargo build --release --package server
	@ls -lh "$${CARGO_TARGET_DIR:-target}/release/throughline"

bench: ## Measure the pages beside a small and a big install, and the streams beside their peers
	@scripts/bench.sh
	@exec scripts/bench-streams.sh

commands: ## Try every command of this list in its smallest form (PARTS=quick, slow or long for some of them)
	@exec scripts/commands.sh $(or $(PARTS),all)

doctor: ## Say what is set, what is wrong and how to mend it
	@THROUGHLINE_DATA="$${THROUGHLINE_DATA:-$$(scripts/data-folder.sh)}" cargo run --quiet --package server -- doctor
