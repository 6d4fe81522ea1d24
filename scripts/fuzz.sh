#!/usr/bin/env bash
# Feeds hostile input to what reads and writes the log's protocols: each target of fuzz/ for some seconds, one after
# another, or the named ones. What breaks something is left under fuzz/artifacts.
#   fuzz.sh [SECONDS [TARGET…]]      60 seconds and all targets by default
# FUZZ_PROFILE: dev, to see only whether it works; built in half the time, it looks at a tenth of the input.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

seconds=${1:-60}
shift || true
profile=(--release)
if [ "${FUZZ_PROFILE:-}" = dev ]; then profile=(--dev); fi
tools=${CARGO_TARGET_DIR:-$PWD/target}/tools
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
# The instruments are the compiler's own, and not called stable yet.
export RUSTC_BOOTSTRAP=1 SQLX_OFFLINE=true PATH="$tools/bin:$PATH"
# The engine is C++.
command -v c++ >/dev/null || apt_install g++
if ! cargo fuzz --version >/dev/null 2>&1; then
  say "installing cargo-fuzz"
  RUSTC_BOOTSTRAP=0 cargo install --locked --root "$tools" cargo-fuzz
fi
targets=("$@")
if [ ${#targets[@]} = 0 ]; then mapfile -t targets < <(cargo fuzz list); fi
for target in "${targets[@]}"; do
  say "$target, $seconds seconds"
  # What it would hardly come upon by itself.
  corpora=("fuzz/corpus/$target")
  if [ -d "fuzz/seeds/$target" ]; then corpora+=("fuzz/seeds/$target"); fi
  mkdir -p "${corpora[0]}"
  # There is no unsafe code of ours for a sanitizer to find anything in.
  nice cargo fuzz run --sanitizer none "${profile[@]}" "$target" "${corpora[@]}" -- -max_total_time="$seconds" -max_len=4096 -print_final_stats=1
done
