#!/usr/bin/env bash
# Every command that `make` lists, in its smallest form: a command that stopped working is noticed here and not by whoever
# needs it.
#   commands.sh quick    what is built by the tests anyway: the list, run, doctor, faults; make test ends with it
#   commands.sh slow     benches, check and fuzz, of which something has to be built first; .ci/run ends with it
#   commands.sh long     sqlx, whose outcome make test's lints compare anyway, and the release binary, half an hour of a core
# test, test-agents and test-money are .ci/run's own.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

export SQLX_OFFLINE=true THROUGHLINE_LLM_URL=off
unset DATABASE_URL
# Postgres, as another user, goes through it.
work=$(mktemp -d)
chmod 711 "$work"
pid=
trap 'if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi; rm -rf "$work"' EXIT

# The commands of a part have to be those that make lists: a new one is named here, or this fails.
quick=(help run doctor faults)
slow=(bench check fuzz)
long=(sqlx release)
elsewhere=(test test-agents test-money commands)

listed() {
  local names
  names=$(make --no-print-directory help | awk '{ print $2 }' | sort)
  diff <(printf '%s\n' "${quick[@]}" "${slow[@]}" "${long[@]}" "${elsewhere[@]}" | sort) <(echo "$names") >&2 ||
    fail "make lists other commands than scripts/commands.sh tries."
}

# look COMMAND…: starts a portal, waits until it says where it is, looks at it and stops it; all of that has to go well.
look() {
  local address= code=0
  THROUGHLINE_DATA="$work/$1" THROUGHLINE_BIND=127.0.0.1:0 "${@:2}" >"$work/out" 2>"$work/err" &
  pid=$!
  for _ in $(seq 6000); do
    address=$(grep -om1 'http://127.0.0.1:[0-9]*' "$work/out" || true)
    [ -z "$address" ] || break
    kill -0 "$pid" 2>/dev/null || { tail -20 "$work/err" >&2; fail "$1 did not start."; }
    sleep 0.1
  done
  [ -n "$address" ] || { tail -20 "$work/err" >&2; fail "$1 does not say where it is."; }
  for path in / /sign-in /readyz /healthz; do
    curl --silent --show-error --fail --output /dev/null "$address$path" || fail "$1 does not answer at $path."
  done
  kill -TERM "$pid"
  wait "$pid" || code=$?
  pid=
  [ "$code" = 0 ] || { tail -20 "$work/err" >&2; fail "$1 ended with $code."; }
}

try_help() { listed; }

# By the script itself: make would answer for the signal.
try_run() { look run scripts/run.sh; }

try_doctor() {
  THROUGHLINE_DATA="$work/run" THROUGHLINE_BIND=127.0.0.1:0 make --no-print-directory doctor >"$work/out" || { cat "$work/out" >&2; fail "doctor found something."; }
  grep -q THROUGHLINE_BIND "$work/out" || fail "doctor names no settings."
}

try_bench() {
  export BENCH_PROFILE="${BENCH_PROFILE:-dev}"
  scripts/bench.sh --times 1 --clients 10
  BENCH_SERVERS=ours scripts/bench-streams.sh --rounds 1 --seconds 1 --only append-1 --followers 10 --follower-streams 1
}

# The smallest crate, on a checkout in which nothing differs.
try_check() { scripts/check.sh sessions; }

try_sqlx() {
  cp -r .sqlx "$work/sqlx"
  scripts/sqlx.sh refresh
  diff -rq "$work/sqlx" .sqlx >&2 || fail "make sqlx writes something else than what is committed."
}

try_faults() { THROUGHLINE_FAULT_ROUNDS=1 THROUGHLINE_HERMES_ROUNDS=1 scripts/faults.sh; }

# One target: the others are built of the same.
try_fuzz() { FUZZ_PROFILE=dev scripts/fuzz.sh 1 frames; }

try_release() {
  make --no-print-directory release
  look release "$(built release)/throughline" serve --demo
}

case "${1:-}" in
  quick) parts=("${quick[@]}") ;;
  slow) parts=("${slow[@]}") ;;
  long) parts=("${long[@]}") ;;
  all) parts=("${quick[@]}" "${slow[@]}" "${long[@]}") ;;
  *) fail "usage: commands.sh quick|slow|long|all" ;;
esac
for part in "${parts[@]}"; do
  say "make $part [$((SECONDS / 60)) min $((SECONDS % 60)) s]"
  make --no-print-directory --dry-run "$part" >/dev/null || fail "make does not know $part."
  "try_$part"
done
