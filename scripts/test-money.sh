#!/usr/bin/env bash
# Payments against what others wrote: Stripe World behind our own labeled page for Checkout, localstripe, which pushes signed
# webhooks, and Stripe's client for Node, which signs and checks. All of them listen on this machine alone, on ports that are free.
# Installs them into target/tools and end2end/money, where git ignores them. What cannot be had here is named, and passed over.
#   STRIPE_TEST_KEY=rk_test_…   runs the same against a real test account at api.stripe.com as well
# Further arguments go to the tests: test-money.sh refund
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

tools=${THROUGHLINE_TOOLS:-$PWD/target/tools}
mkdir -p "$tools"
world=$tools/stripe-world
localstripe=$tools/localstripe
WORLD=seahaven-stripe-world[http]==0.3.0
LOCAL=localstripe==1.15.10

# A Python 3.13, which Stripe World can be brought back to; none (1) where there is none to be had.
python313() {
  local found
  for found in python3.13 "$HOME"/.pyenv/versions/3.13.*/bin/python3.13 "$(command -v uv >/dev/null && uv python find 3.13 2>/dev/null || true)"; do
    if [ -n "$found" ] && "$found" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then echo "$found"; return; fi
  done
  if command -v uv >/dev/null && uv python install 3.13 >&2; then uv python find 3.13 && return; fi
  apt_install python3.13 python3.13-venv && command -v python3.13
}

# installed FOLDER WHAT: whether that is there whole.
installed() { [ "$(cat "$1/.throughline" 2>/dev/null)" = "$2" ]; }

# It is written for Python 3.14; end2end/money/backport.py says what is changed.
if ! installed "$world" "$WORLD"; then
  say "Installing Stripe World"
  rm -rf "$world"
  if python=$(python313) && "$python" -m venv "$world" >&2 &&
    again "$world/bin/pip" install --quiet --disable-pip-version-check --ignore-requires-python "$WORLD" >&2; then
    "$world/bin/python" end2end/money/backport.py "$world"/lib/python3.13/site-packages/{seahaven,seahaven_stripe_world}
    echo "$WORLD" >"$world/.throughline"
  else
    rm -rf "$world"
  fi
fi
if ! installed "$localstripe" "$LOCAL"; then
  say "Installing localstripe"
  if python_home "$localstripe" "$LOCAL"; then echo "$LOCAL" >"$localstripe/.throughline"; else rm -rf "$localstripe"; fi
fi
if command -v npm >/dev/null && ! cmp -s end2end/money/package-lock.json end2end/money/node_modules/.throughline-lock; then
  say "Installing Stripe's client"
  (cd end2end/money && again npm ci --ignore-scripts --no-audit --no-fund >&2)
  cp end2end/money/package-lock.json end2end/money/node_modules/.throughline-lock
fi

work=$(mktemp -d)
chmod 711 "$work"
peers=
export THROUGHLINE_SCRATCH="$work/pg" SQLX_OFFLINE=true THROUGHLINE_FRONT="${THROUGHLINE_FRONT:-small}"
scripts/setup.sh wasm
if [ $# -eq 0 ]; then scripts/setup.sh browser; fi
scripts/setup.sh postgres
stop() {
  # They end with what they read from, should this end unasked; whatever was started here may hold that open.
  exec 3>&- || true
  if [ -n "$peers" ]; then kill "$peers" 2>/dev/null || true; wait "$peers" 2>/dev/null || true; fi
  scripts/scratch-postgres.sh stop
  rm -rf "$work"
}
trap stop EXIT
mkfifo "$work/in"
python3 end2end/money/peers.py "$tools" <"$work/in" >"$work/peers" 2>&1 &
peers=$!
exec 3>"$work/in"
for _ in $(seq 600); do
  if grep -qx ready "$work/peers"; then break; fi
  kill -0 "$peers" 2>/dev/null || fail "The stand-ins did not start: $(tail -20 "$work/peers")"
  sleep 0.1
done
grep -qx ready "$work/peers" || fail "The stand-ins did not become ready: $(tail -20 "$work/peers")"
STRIPE_STAND_IN=$(sed -n 's/^STRIPE_STAND_IN=//p' "$work/peers")
LOCALSTRIPE=$(sed -n 's/^LOCALSTRIPE=//p' "$work/peers")
export STRIPE_STAND_IN LOCALSTRIPE

[ -n "$STRIPE_STAND_IN" ] || say "PASSED OVER: there is no Python 3.13 here for Stripe World, so no charge, refund or dispute is tried"
[ -n "$LOCALSTRIPE" ] || say "PASSED OVER: localstripe could not be installed here, so no pushed webhook is tried"
[ -d end2end/money/node_modules/stripe ] || say "PASSED OVER: Stripe's client could not be installed here, so its signatures are not tried"
[ -n "${STRIPE_TEST_KEY:-}" ] || say "PASSED OVER: STRIPE_TEST_KEY is not set, so nothing is tried against Stripe itself"

say "Payments against the stand-ins"
if [ -z "${DATABASE_URL:-}" ]; then DATABASE_URL=$(scripts/scratch-postgres.sh start 3>&-) && export DATABASE_URL; fi
cargo test --workspace --test money -- --include-ignored --nocapture "$@"

# A word that chooses among the tests chooses among those above.
if [ $# -eq 0 ] && [ -n "$STRIPE_STAND_IN" ] && compgen -G "end2end/money/*.spec.ts" >/dev/null; then
  say "A stranger with a card, in a browser"
  cargo build --package server
  (cd end2end && env -u DATABASE_URL npx playwright test --project money)
fi
