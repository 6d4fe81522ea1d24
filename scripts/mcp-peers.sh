#!/usr/bin/env bash
# /mcp against programs that are not ours: the protocol's official suites and inspector, and Hermes Agent where it is
# installed (scripts/test-agents.sh does that). Installs the first into end2end/mcp. Needs DATABASE_URL; starts a scratch
# Postgres without one.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

command -v npm >/dev/null || fail "The official suites need npm."
if ! cmp -s end2end/mcp/package-lock.json end2end/mcp/node_modules/.throughline-lock; then
  say "Installing the official suites"
  (cd end2end/mcp && again npm ci --ignore-scripts --no-audit --no-fund >&2)
  cp end2end/mcp/package-lock.json end2end/mcp/node_modules/.throughline-lock
fi

export SQLX_OFFLINE=true THROUGHLINE_FRONT="${THROUGHLINE_FRONT:-none}"
export THROUGHLINE_AGENTS="${THROUGHLINE_AGENTS:-$PWD/end2end/agents}"
if [ -z "${DATABASE_URL:-}" ]; then
  work=$(mktemp -d)
  # Postgres runs as somebody else where this is root.
  chmod 711 "$work"
  export THROUGHLINE_SCRATCH="$work/pg"
  trap 'scripts/scratch-postgres.sh stop; rm -rf "$work"' EXIT
  DATABASE_URL=$(scripts/scratch-postgres.sh start) && export DATABASE_URL
fi

say "What is said at /mcp against the official suites, the inspector and Hermes"
cargo test --workspace --test mcp -- --ignored --nocapture "$@"
