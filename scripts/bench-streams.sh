#!/usr/bin/env bash
# Our Durable Streams server beside Electric's and the Node reference, all durable, on this machine: about eight minutes.
# What is given to it goes to the tool (bench-streams --help): --rounds 1 --only append-1,readers-1000, --deep, --json FILE.
# BENCH_SERVERS: whom to measure, "ours electric node" unless set. BENCH_PEERS: where Electric's server is kept.
# THROUGHLINE_BIN: a server of ours that is built already. BENCH_PROFILE: dev, to see only whether it works.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
read -ra servers <<<"${BENCH_SERVERS:-ours electric node}"
peers="${BENCH_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/throughline/peers}"
profile="${BENCH_PROFILE:-measure}"
built=$(built "$profile")
electric_version=0.1.5
export SQLX_OFFLINE=true
# Ours brings its own Postgres.
unset DATABASE_URL

work=$(mktemp -d "${TMPDIR:-/tmp}/throughline-bench-XXXXXX")
# Postgres, as another user, goes through it.
chmod 711 "$work"
pids=()
stop() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop EXIT

chosen() { [[ " ${servers[*]} " == *" $1 "* ]]; }

build() {
  say "Building"
  cargo build --profile "$profile" --package bench-streams
  if chosen ours; then
    scripts/setup.sh wasm postgres
    [ -n "${THROUGHLINE_BIN:-}" ] || cargo build --profile "$profile" --package server
  fi
  if chosen electric; then electric; fi
  if chosen node; then node_packages; fi
}

# Electric's server, from cargo as it was locked by its authors.
electric() {
  grep -qs "^\"durable-streams $electric_version " "$peers/.crates.toml" && return
  say "Installing Electric's server (some minutes, once)"
  mkdir -p "$peers"
  # Away from this checkout, whose flags for the compiler are not theirs.
  (cd "$peers" && CARGO_TARGET_DIR="$work/electric" cargo install durable-streams --version "$electric_version" --locked --root "$peers")
}

# The Node reference and the official client.
node_packages() {
  local folder=bench/streams/peers
  command -v npm >/dev/null || fail "The Node reference needs Node 20 or later; without it: BENCH_SERVERS=\"ours electric\"."
  cmp -s $folder/package-lock.json $folder/node_modules/.throughline-lock && return
  say "Installing the Node reference"
  (cd $folder && npm ci --no-audit --no-fund >&2)
  cp $folder/package-lock.json $folder/node_modules/.throughline-lock
}

# A port that nobody listens on, below those that connections take for themselves.
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# start NAME PATH COMMAND…: starts it, waits until it answers, and tells the tool of it. PORT stands for its port.
start() {
  local name=$1 path=$2 port; shift 2
  port=$(free_port)
  "${@//PORT/$port}" >"$work/$name.log" 2>&1 &
  local pid=$! roots=$!
  pids+=("$pid")
  for _ in $(seq 600); do
    kill -0 "$pid" 2>/dev/null || fail "$name did not start: $(tail -5 "$work/$name.log")"
    # Ours listens while it still makes its database, and answers once it is there.
    curl -s -o /dev/null --max-time 120 "http://127.0.0.1:$port/" && break
    sleep 0.1
  done
  # Postgres is counted wherever it hangs in the tree of processes.
  while read -r file; do roots+=,$(head -1 "$file"); done < <(find "$work/$name" -name postmaster.pid 2>/dev/null)
  tool+=(--server "$name=http://127.0.0.1:$port$path" --pids "$name=$roots")
}

build
# A connection for each of 10,000 followers, in the servers and in the tool.
ulimit -n "$(ulimit -Hn)"
tool=("$built/bench-streams")
for name in "${servers[@]}"; do
  case $name in
    ours) THROUGHLINE_DATA="$work/ours" start ours /v1/stream \
      "${THROUGHLINE_BIN:-$built/throughline}" streams --listen 127.0.0.1:PORT ;;
    electric) start electric /v1/stream \
      "$peers/bin/durable-streams-server" --port PORT --data-dir "$work/electric-data" --durability wal ;;
    node) mkdir "$work/node-data"; start node /v1/stream node bench/streams/peers/server.mjs PORT "$work/node-data" ;;
    *) fail "There is no server $name; there are ours, electric and node." ;;
  esac
done
if [ -e bench/streams/peers/node_modules ]; then tool+=(--official-client bench/streams/peers/official-producer.mjs); fi
# Its file store takes seconds for an append that a thousand follow, and is still busy with it in the others' turns.
if chosen node; then tool+=(--spare node); fi
if chosen electric && [ ${#servers[@]} -gt 1 ]; then tool+=(--peer electric); fi
case $(stat -f -c %T "$work") in tmpfs | ramfs) say "$work is in memory: nothing here is durable. Set TMPDIR to a disk." ;; esac
say "Measuring"
"${tool[@]}" "$@"
