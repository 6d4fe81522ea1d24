#!/usr/bin/env bash
# What others wrote, against a throw-away database: the suite of the Durable Streams protocol and its official client
# against `throughline streams`, the AI SDK's and AG-UI's clients against a portal with the demo.
# Further arguments go to vitest: peers.sh -t 'SSE', peers.sh chat
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

work=$(mktemp -d)
chmod 711 "$work"
server=
export THROUGHLINE_SCRATCH="$work/pg" SQLX_OFFLINE=true
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  scripts/scratch-postgres.sh stop
  rm -rf "$work"
}
trap stop EXIT

command -v npm >/dev/null || fail "The peers' tests need Node 20 or later."
scripts/setup.sh postgres
if ! cmp -s end2end/peers/package-lock.json end2end/peers/node_modules/.throughline-lock; then
  say "Installing the peers' packages"
  (cd end2end/peers && again npm ci --ignore-scripts --no-audit --no-fund >&2)
  cp end2end/peers/package-lock.json end2end/peers/node_modules/.throughline-lock
fi
cargo build --quiet --package server

url=$(scripts/scratch-postgres.sh start)
# Port 0 takes any that is free; the log says which.
DATABASE_URL=$url THROUGHLINE_DATA="$work/data" THROUGHLINE_LOG_FORMAT=json \
  "${CARGO_TARGET_DIR:-target}/debug/throughline" streams --listen 127.0.0.1:0 --long-poll 1500 >"$work/log" 2>&1 &
server=$!
touch "$work/log"
address=
for _ in $(seq 300); do
  address=$(sed -n 's/.*"message":"ready","address":"\([^"]*\)".*/\1/p' "$work/log")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || fail "The server did not start: $(tail -3 "$work/log")"
  sleep 0.1
done
[ -n "$address" ] || fail "The server did not become ready: $(tail -3 "$work/log")"

say "The Durable Streams suite against $address, and official clients"
(cd end2end/peers && NO_COLOR=1 FORCE_COLOR=0 DATABASE_URL=$url STREAMS_URL="http://$address" npx vitest run "$@") || { tail -5 "$work/log" >&2; exit 1; }
