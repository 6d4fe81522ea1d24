#!/usr/bin/env bash
# Builds the browser's wasm as server/build.rs does, but with cargo's progress to be seen; the build script then finds
# it done. Profile: dev (quick) or front (small, and twice: with every island, and without those of few pages).
set -euo pipefail
cd "$(dirname "$0")/.."
build() {
  env -u RUSTFLAGS -u CARGO_BUILD_TARGET cargo rustc --package islands --lib --crate-type cdylib --features "$2" \
    --profile "$1" --target wasm32-unknown-unknown --target-dir "${CARGO_TARGET_DIR:-target}/front"
}
build "${1:-dev}" workshop
if [ "${1:-dev}" = front ]; then build front hydrate; fi
