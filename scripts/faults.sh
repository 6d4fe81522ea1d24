#!/usr/bin/env bash
# The fault run (server/tests/faults), whole: 200 rounds, of a seed that it prints.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
scripts/setup.sh wasm postgres
# Nobody looks at a page here.
export THROUGHLINE_FRONT="${THROUGHLINE_FRONT:-none}" THROUGHLINE_FAULT_ROUNDS="${THROUGHLINE_FAULT_ROUNDS:-200}"
exec cargo test --package server --test faults
