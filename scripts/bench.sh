#!/usr/bin/env bash
# The pages beside a small and a big install. Takes some minutes and a few gigabytes of temporary space.
# What is given to it goes to the tool (bench pages --help). BENCH_PROFILE: dev, to see only whether it works.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
work=$(mktemp -d)
chmod 711 "$work"
export THROUGHLINE_SCRATCH="$work/pg" SQLX_OFFLINE=true
trap 'scripts/scratch-postgres.sh stop; rm -rf "$work"' EXIT
scripts/setup.sh wasm postgres
cargo build --profile "${BENCH_PROFILE:-measure}" --package bench
url=$(scripts/scratch-postgres.sh start)
DATABASE_URL=$url "$(built "${BENCH_PROFILE:-measure}")/bench" pages "$@"
