#!/usr/bin/env bash
# The fast loop, on what differs from the last commit, or on the crates that are named. Its scratch database stays for the next time
# (scripts/scratch-postgres.sh stop).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
paths=$({ git diff --name-only HEAD; git ls-files --others --exclude-standard; })
changed=$(cut -d/ -f1 <<<"$paths" | sort -u)
crates=()
for crate in "$@"; do crates+=(--package "$crate"); done
for crate in sessions domain app server; do
  if grep -qx "$crate" <<<"$changed"; then crates+=(--package "$crate"); fi
done
if grep -q '^server/durable_streams/' <<<"$paths"; then crates+=(--package sessions-http); fi
if grep -qx migrations <<<"$changed"; then crates+=(--package domain --package sessions); fi
cargo fmt --check
if [ ${#crates[@]} = 0 ]; then say "No crate differs from the last commit"; exit; fi
scripts/setup.sh wasm postgres
cargo clippy "${crates[@]}" --all-targets -- -D warnings
DATABASE_URL=$(scripts/scratch-postgres.sh start) && export DATABASE_URL
cargo test "${crates[@]}" --lib
