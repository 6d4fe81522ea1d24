#!/usr/bin/env bash
# Whether those who will read deploy/ can: systemd its unit, Prometheus its rules, a shell the settings. What checks one of
# them and is not installed is named and passed over.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if command -v systemd-analyze >/dev/null; then
  # The program itself need not be installed here.
  sed "s|^ExecStart=[^ ]*|ExecStart=$(type -P true)|" deploy/throughline.service >"$work/throughline.service"
  systemd-analyze verify --man=no "$work/throughline.service" || fail "systemd does not understand deploy/throughline.service."
  # 1.5 of 10: nothing of the machine but its own folder and the network.
  systemd-analyze security --offline=true --no-pager --threshold=15 "$work/throughline.service" >"$work/exposure" ||
    { cat "$work/exposure" >&2; fail "deploy/throughline.service may do more than it needs."; }
  tail -1 "$work/exposure" >&2
else
  say "There is no systemd-analyze here, so the unit is not checked"
fi

promtool=$(type -P promtool || echo "${CARGO_TARGET_DIR:-target}/tools/bin/promtool")
if [ -x "$promtool" ]; then
  cp deploy/prometheus/*.yml "$work"
  : >"$work/throughline.token"
  "$promtool" check config "$work/prometheus.yml" >&2
else
  say "There is no promtool here (scripts/setup.sh promtool), so the rules are not checked"
fi

# The private Postgres is reached by a socket in /tmp, which is the service's own.
if grep -q '^PrivateTmp=yes' deploy/throughline.service; then
  grep -q 'JoinsNamespaceOf=throughline.service' deploy/throughline-as || fail "deploy/throughline-as does not see the service's /tmp."
fi

# Every setting that is named there is one.
unknown=$(grep -rohE '\bTHROUGHLINE_[A-Z][A-Z_]+' deploy docs/OPERATING.md | sort -u |
  while read -r name; do grep -rq "env = \"$name\"" server/src || echo "$name"; done)
[ -z "$unknown" ] || fail "deploy/ and docs/OPERATING.md name what is no setting: $unknown"

if command -v podman-compose >/dev/null || docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
  if command -v podman-compose >/dev/null; then compose=(podman-compose); fi
  POSTGRES_PASSWORD=x THROUGHLINE_SECRET_KEY=x THROUGHLINE_PUBLIC_URL=https://portal.example THROUGHLINE_SMTP_URL=smtps://mail.example \
    THROUGHLINE_MAIL_FROM='A <a@portal.example>' "${compose[@]}" -f deploy/compose.yaml config >/dev/null || fail "deploy/compose.yaml is not understood."
fi
