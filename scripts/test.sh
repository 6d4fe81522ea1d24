#!/usr/bin/env bash
# Everything that has to hold. Ends with what the runners themselves say.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

work=$(mktemp -d)
chmod 711 "$work"
# The browser's half as it is released: the browser tests weigh it.
export THROUGHLINE_SCRATCH="$work/pg" SQLX_OFFLINE=true THROUGHLINE_FRONT=small
# The same stories each time, so that what fails was broken by what changed. `make faults` and `cargo test` draw their own.
export THROUGHLINE_FAULT_SEED="${THROUGHLINE_FAULT_SEED:-1789}" PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-1789}"
trap 'scripts/scratch-postgres.sh stop; rm -rf "$work"' EXIT
step() { say "$* [$((SECONDS / 60)) min $((SECONDS % 60)) s]"; }

step "Installing what is missing"
scripts/setup.sh wasm
# Before Postgres, whose stand-in from npm would go with npm's old packages.
if [ -e end2end/package.json ]; then scripts/setup.sh browser; fi
scripts/setup.sh postgres nats promtool nginx faketime

step "Format"
cargo fmt --check

step "What is shipped to run it with"
scripts/check-deploy.sh

step "The browser's half knows no database, no rule and no server"
tree=$(cargo tree --package islands --features workshop --target wasm32-unknown-unknown --edges normal --prefix none)
if grep -E '^((tokio|sqlx|axum|hyper)[a-z-]*|sessions|domain|app|server) v' <<<"$tree"; then fail "These must not be in the wasm's tree."; fi
scripts/front.sh front

step "Lints, and the queries against a fresh database"
DATABASE_URL=$(scripts/scratch-postgres.sh start) && export DATABASE_URL
scripts/sqlx.sh lint

step "cargo test"
# Each test has a database of its own, a copy of this one: what is migrated already is not migrated a thousand times.
DATABASE_URL=${DATABASE_URL/\/postgres?/\/template1?} cargo run --quiet --package migrate
cargo test --workspace --no-fail-fast 2>&1 | tee "$work/cargo"

if [ -e end2end/package.json ]; then
  step "Playwright"
  cargo build --package server
  (cd end2end && env -u DATABASE_URL npx playwright test) 2>&1 | tee "$work/playwright"
fi

step "What others wrote, against our protocol"
scripts/peers.sh 2>&1 | tee "$work/peers"

step "Every call of the API, against its document"
scripts/schemathesis.sh 2>&1 | tee "$work/schemathesis"

step "The commands that make lists"
scripts/commands.sh quick

step "Passed"
grep -h '^test result' "$work/cargo" | grep -v ' 0 passed; 0 failed; 0 ignored' || true
if [ -e "$work/playwright" ]; then tail -n 1 "$work/playwright"; fi
grep -E '^ *Tests ' "$work/peers" || true
