#!/usr/bin/env bash
# The fast loop, on what differs from the last commit, or on the crates that are named. Its scratch database stays for the next time
# (scripts/scratch-postgres.sh stop).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# The crate that a file belongs to: that of the nearest manifest above it. Crates may lie in another's folder.
crate_of() {
  local folder=$1
  while folder=$(dirname "$folder") && [ "$folder" != . ]; do
    if [ -e "$folder/Cargo.toml" ]; then sed -n '/^name = /{s/.*"\(.*\)".*/\1/p;q}' "$folder/Cargo.toml"; return; fi
  done
}

names=$(printf '%s\n' "$@")
while read -r path; do
  case $path in
    sessions/* | domain/* | app/* | server/*) names+=$'\n'$(crate_of "$path") ;;
    migrations/*) names+=$'\ndomain\nsessions' ;;
  esac
done < <(git diff --name-only HEAD; git ls-files --others --exclude-standard)
crates=()
while read -r crate; do
  case $crate in
    '') ;;
    # As the server has them; what the browser has of them is checked below.
    islands) crates+=(--package islands --features islands/ssr) ;;
    *) crates+=(--package "$crate") ;;
  esac
done < <(sort -u <<<"$names")
cargo fmt --check
if [ ${#crates[@]} = 0 ]; then say "No crate differs from the last commit"; exit; fi
scripts/setup.sh wasm postgres
if grep -qxE 'islands|wire' <<<"$names"; then
  env -u RUSTFLAGS -u CARGO_BUILD_TARGET cargo check --package islands --features workshop \
    --target wasm32-unknown-unknown --target-dir "${CARGO_TARGET_DIR:-target}/front"
fi
cargo clippy "${crates[@]}" --all-targets -- -D warnings
DATABASE_URL=$(scripts/scratch-postgres.sh start) && export DATABASE_URL
cargo test "${crates[@]}" --lib
