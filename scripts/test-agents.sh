#!/usr/bin/env bash
# The agents' backends against the real programs, whose model is a script (server/tests/programs). Installs the programs
# into end2end/agents, where git ignores them. Further arguments go to the tests: test-agents.sh hermes
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

work=$(mktemp -d)
chmod 711 "$work"
export THROUGHLINE_SCRATCH="$work/pg" SQLX_OFFLINE=true
# Nobody looks at a page here.
export THROUGHLINE_FRONT="${THROUGHLINE_FRONT:-none}"
# All of the tests together strike with the same faults every time; make faults, which names its tests, draws others.
if [ $# -eq 0 ]; then export THROUGHLINE_FAULT_SEED="${THROUGHLINE_FAULT_SEED:-4711}"; fi
trap 'scripts/scratch-postgres.sh stop; rm -rf "$work"' EXIT

agents=$PWD/end2end/agents
scripts/setup.sh wasm postgres agents small_model

# What could not be installed is named; its tests say the same and pass over it.
for program in venv/bin/hermes venv/bin/hermes-acp node_modules/.bin/claude-agent-acp \
  node_modules/@anthropic-ai/claude-code-linux-x64/claude \
  small-model/SmolLM2-135M-Instruct.Q4_1.gguf small-model/node_modules/node-llama-cpp; do
  [ -e "$agents/$program" ] || say "SKIPPED: $program could not be installed here, so nothing is tested with it"
done

say "The backends against real programs"
DATABASE_URL=$(scripts/scratch-postgres.sh start) && export DATABASE_URL
THROUGHLINE_AGENTS=$agents cargo test --workspace --test programs -- --ignored --nocapture --test-threads "${THROUGHLINE_AGENTS_AT_ONCE:-3}" "$@"

# A word that chooses among the tests chooses among those above.
if [ $# -eq 0 ]; then THROUGHLINE_AGENTS=$agents scripts/mcp-peers.sh; fi
