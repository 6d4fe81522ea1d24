#!/usr/bin/env bash
# Builds the browser's wasm as server/build.rs does, but with cargo's progress to be seen; the build script then finds
# it done. Profile: dev (quick) or front (small).
set -euo pipefail
cd "$(dirname "$0")/.."
env -u RUSTFLAGS -u CARGO_BUILD_TARGET cargo rustc --package app --lib --crate-type cdylib --features hydrate \
  --profile "${1:-dev}" --target wasm32-unknown-unknown --target-dir "${CARGO_TARGET_DIR:-target}/front"
