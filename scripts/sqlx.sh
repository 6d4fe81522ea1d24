#!/usr/bin/env bash
# .sqlx holds what Postgres says of every checked query, so that a build needs no database.
#   sqlx.sh refresh          write it anew, and docs/schema.sql, the schema as it is to be read
#   sqlx.sh lint             lint everything, and fail when .sqlx or docs/schema.sql is not what Postgres says now
# Needs DATABASE_URL of an empty database for lint; refresh starts a scratch one.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

work=$(mktemp -d)
mkdir "$work/fresh" "$work/times"
files() { grep -rlE 'query(_as|_scalar)?(_unchecked)?!|query_file' --include='*.rs' app domain server sessions || true; }

# Files are touched so that cargo checks them again, and get their times back so that nothing else is built again.
cleanup() {
  while read -r file; do
    if [ -e "$work/times/$file" ]; then touch -r "$work/times/$file" "$file"; fi
  done < <(files)
  rm -rf "$work"
}
trap cleanup EXIT

ask_postgres() {
  SQLX_OFFLINE=true cargo run --quiet --package migrate
  while read -r file; do
    mkdir -p "$work/times/$(dirname "$file")"
    touch -r "$file" "$work/times/$file"
    touch "$file"
  done < <(files)
  env -u SQLX_OFFLINE SQLX_OFFLINE_DIR="$work/fresh" "$@"
}

schema() {
  local psql; psql=$(command -v psql || echo "$(scripts/postgres-bin.sh)/psql")
  "$psql" "$DATABASE_URL" --no-psqlrc --quiet --file scripts/schema.sql
}

case "${1:-}" in
  refresh)
    export THROUGHLINE_SCRATCH="$work/pg"
    trap 'scripts/scratch-postgres.sh stop; cleanup' EXIT
    chmod 711 "$work"
    DATABASE_URL=$(scripts/scratch-postgres.sh start) && export DATABASE_URL
    ask_postgres cargo check --workspace --all-targets
    rm -rf .sqlx
    mv "$work/fresh" .sqlx
    schema >docs/schema.sql
    say "$(find .sqlx -type f | wc -l) queries written to .sqlx"
    ;;
  lint)
    ask_postgres cargo clippy --workspace --all-targets -- -D warnings
    mkdir -p .sqlx
    diff -rq .sqlx "$work/fresh" >&2 || fail ".sqlx is not what Postgres says of the queries. Run make sqlx and commit it."
    schema >"$work/schema.sql"
    # Another major version spells definitions its own way.
    if [ "$(sed -n 3p docs/schema.sql)" != "$(sed -n 3p "$work/schema.sql")" ]; then say "Passed over: docs/schema.sql was written by another Postgres"; exit; fi
    diff docs/schema.sql "$work/schema.sql" >&2 || fail "docs/schema.sql is not what the migrations come to. Run make sqlx and commit it."
    ;;
  *) fail "usage: sqlx.sh refresh|lint" ;;
esac
