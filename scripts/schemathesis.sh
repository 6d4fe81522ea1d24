#!/usr/bin/env bash
# Feeds every call of the API what its document allows and what it does not, for an agent's token and an operator's,
# against a real server with the demo: no 5xx, and every answer as the document says.
# Further arguments go to schemathesis: schemathesis.sh --include-operation-id claim
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# The second checks our webhooks' signatures, in server/tests/protocols/webhooks.rs.
packages="schemathesis==4.32.5 standardwebhooks==1.0.1" seed=20261123
venv=$PWD/end2end/api/.venv
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

scripts/setup.sh postgres
if [ "$(cat "$venv/.installed" 2>/dev/null)" != "$packages" ]; then
  say "Installing schemathesis"
  # shellcheck disable=SC2086
  python_home "$venv" $packages || fail "schemathesis could not be installed. It needs Python 3.10 or later, with venv and pip."
  echo "$packages" >"$venv/.installed"
fi
cargo build --quiet --package server

url=$(scripts/scratch-postgres.sh start)
DATABASE_URL=$url THROUGHLINE_LLM_URL=off THROUGHLINE_DATA="$work/data" THROUGHLINE_LOG_FORMAT=json THROUGHLINE_BIND=127.0.0.1:0 \
  "${CARGO_TARGET_DIR:-target}/debug/throughline" serve --demo --quiet >"$work/log" 2>&1 &
server=$!
address=
for _ in $(seq 600); do
  address=$(sed -n 's/.*"message":"ready","address":"\([^"]*\)".*/\1/p' "$work/log")
  [ -z "$address" ] || break
  kill -0 "$server" 2>/dev/null || fail "The server did not start: $(tail -3 "$work/log")"
  sleep 0.1
done
[ -n "$address" ] || fail "The server did not become ready: $(tail -3 "$work/log")"

# Two tokens as the desk makes them, and a run that waits for the agent's.
psql=$(command -v psql || echo "$(scripts/postgres-bin.sh)/psql")
"$psql" --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$url" <<'SQL'
CREATE TEMP TABLE who AS
    SELECT a.workspace_id, a.id AS agent, m.person_id AS operator FROM agent a
    JOIN membership m ON m.workspace_id = a.workspace_id AND m.role = 'operator' AND m.removed_at IS NULL LIMIT 1;
UPDATE agent SET backend = 'pull' WHERE id = (SELECT agent FROM who);
UPDATE run SET agent_id = (SELECT agent FROM who);
INSERT INTO token (id, workspace_id, agent_id, name, hash, rights, made_by, created_at)
    SELECT gen_random_uuid(), workspace_id, agent, 'Agent', sha256('tl_agent'), '{work}'::text[], operator, now() FROM who
    UNION ALL SELECT gen_random_uuid(), workspace_id, NULL, 'Desk', sha256('tl_desk'), '{read,write,dangerous}'::text[], operator, now() FROM who;
SQL
queued=$("$psql" --no-psqlrc -At "$url" -c "SELECT 'run_' || replace(id::text, '-', '') FROM run ORDER BY queued_at DESC LIMIT 1")
asked=$("$psql" --no-psqlrc -At "$url" -c "SELECT 'req_' || replace(id::text, '-', '') FROM request ORDER BY created_at DESC LIMIT 1")
client=$("$psql" --no-psqlrc -At "$url" -c "SELECT 'cli_' || replace(id::text, '-', '') FROM client ORDER BY created_at LIMIT 1")
curl -sS --fail -X POST "http://$address/v1/runs/claim" -H 'Authorization: Bearer tl_agent' \
  -H 'Content-Type: application/json' --data '{"lease": 600}' >"$work/claimed" || true
cat >"$work/schemathesis.toml" <<TOML
[parameters]
run = "$queued"
request = "$asked"
"query.client" = "$client"
TOML

for token in tl_agent tl_desk; do
  say "schemathesis with the token of $token against $address"
  SCHEMATHESIS_HOOKS=end2end.api.hooks PYTHONPATH=$PWD PYTHONDONTWRITEBYTECODE=1 \
    "$venv/bin/schemathesis" --config-file "$work/schemathesis.toml" run "http://$address/v1/openapi.json" \
    --header "Authorization: Bearer $token" --seed "$seed" --max-examples 20 --phases examples,coverage,fuzzing \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --rate-limit 40/s --request-timeout 20 --no-color "$@" || { grep '"level":"ERROR"' "$work/log" | tail -5 >&2; exit 1; }
done
