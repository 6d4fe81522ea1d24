#!/usr/bin/env bash
# Prints the data folder of `make run`: .data in the checkout; for root, when the user that Postgres runs as cannot
# enter the checkout (root's home is closed), a folder of this checkout's own where services keep theirs.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
user=$(postgres_user)
if [ -z "$user" ] || as_postgres test -x "$PWD"; then
  echo "$PWD/.data"
else
  echo "/var/lib/throughline/$(basename "$PWD")-$(cksum <<<"$PWD" | cut -d' ' -f1)"
fi
