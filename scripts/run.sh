#!/usr/bin/env bash
# From a fresh checkout to a portal with its demo.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
scripts/setup.sh wasm postgres
say "Building the browser's half"
case "${THROUGHLINE_FRONT:-}" in none) ;; small) scripts/front.sh front ;; *) scripts/front.sh ;; esac
say "Building the server"
cargo build --package server
export THROUGHLINE_DATA="${THROUGHLINE_DATA:-$(scripts/data-folder.sh)}"
# In place of this shell, so that signals reach the server itself.
exec "${CARGO_TARGET_DIR:-target}/debug/throughline" serve --demo
