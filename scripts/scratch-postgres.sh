#!/usr/bin/env bash
# A throw-away Postgres for tests, fast and forgetful: scratch-postgres.sh start|stop|url
# start prints its DATABASE_URL. THROUGHLINE_SCRATCH: its folder, one of the checkout's own unless set.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

folder="${THROUGHLINE_SCRATCH:-${TMPDIR:-/tmp}/throughline-scratch-$(id -u)-$(cksum <<<"$PWD" | cut -d' ' -f1)}"
url="postgres://throughline@localhost/postgres?host=$folder"

start() {
  local bin; bin=$(scripts/postgres-bin.sh) || fail "No Postgres 15 or later was found; run scripts/setup.sh postgres."
  if as_postgres "$bin/pg_ctl" -D "$folder/data" status >/dev/null 2>&1; then echo "$url"; return; fi
  rm -rf "$folder"
  mkdir -m 700 "$folder"
  [ -z "$(postgres_user)" ] || chown "$(postgres_user)" "$folder"
  as_postgres "$bin/initdb" -D "$folder/data" -U throughline -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  as_postgres "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -s start -o \
    "-k '$folder' -c listen_addresses= -c max_connections=200 -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=4GB -c jit=off -c log_min_messages=fatal" \
    >/dev/null || fail "The scratch Postgres did not start: $(tail -3 "$folder/log")"
  echo "$url"
}

stop() {
  local bin
  if [ -d "$folder/data" ] && bin=$(scripts/postgres-bin.sh); then
    as_postgres "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop || true
  fi
  rm -rf "$folder"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  url) echo "$url" ;;
  *) fail "usage: scratch-postgres.sh start|stop|url" ;;
esac
