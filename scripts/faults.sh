#!/usr/bin/env bash
# The fault run (server/tests/faults), whole: 200 rounds, of a seed that it prints. Then rounds with Hermes as the agent
# (server/tests/programs/faults.rs), where scripts/test-agents.sh has installed it; faults.sh --hermes plays those alone,
# and installs it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
# Nobody looks at a page here.
export THROUGHLINE_FRONT="${THROUGHLINE_FRONT:-none}" THROUGHLINE_FAULT_ROUNDS="${THROUGHLINE_FAULT_ROUNDS:-200}"

hermes() {
  THROUGHLINE_AGENTS_AT_ONCE=1 THROUGHLINE_HERMES_ROUNDS="${THROUGHLINE_HERMES_ROUNDS:-25}" scripts/test-agents.sh faults::
}

if [ "${1:-}" = --hermes ]; then
  hermes
  exit
fi
scripts/setup.sh wasm postgres
cargo test --workspace --test faults
if [ -x end2end/agents/venv/bin/hermes ]; then hermes; else say "Hermes is not installed (make test-agents), so it plays no rounds"; fi
