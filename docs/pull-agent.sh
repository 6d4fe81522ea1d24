#!/usr/bin/env bash
# An agent in thirty lines of bash and curl: it claims a run, keeps its lease, writes, listens, delivers and finishes.
# THROUGHLINE_URL=https://portal.example.com THROUGHLINE_TOKEN=tl_… docs/pull-agent.sh
set -euo pipefail

call() {
  curl -sS --fail-with-body -X "$1" "$THROUGHLINE_URL/v1/runs/$2" ${3:+--data "$3"} \
    -H "Authorization: Bearer $THROUGHLINE_TOKEN" -H 'Content-Type: application/json'
}
field() { [[ $2 =~ \"$1\":\"?([^\",}]*) ]] && echo "${BASH_REMATCH[1]}"; }

run=$(call POST claim '{"wait": 30}')
[ -n "$run" ] || { echo "There is nothing to do."; exit; }
id=$(field run "$run") attempt=$(field attempt "$run") after=$(field after "$run") sequence=0

beat() { while call POST "$id/heartbeat" "{\"attempt\": $attempt}" >/dev/null; do sleep "${BEAT:-15}"; done; }
say() {
  call POST "$id/events" "{\"attempt\": $attempt, \"sequence\": $sequence, \"parts\": [$1]}" >/dev/null
  sequence=$((sequence + 1))
}
end() { call POST "$id/end" "{\"attempt\": $attempt, \"outcome\": \"$1\"}" && echo && exit; }
listen() {
  local heard; heard=$(call GET "$id/signals?attempt=$attempt&after=$after&wait=$1")
  after=$(field after "$heard")
  case $heard in *'"type":"stop"'*) end stopped ;; esac
  if [[ $heard == *'"type":"steer"'* ]]; then
    call POST "$id/steers/$(field control "$heard")" \
      "{\"attempt\": $attempt, \"outcome\": \"done\", \"reason\": \"I will.\"}" >/dev/null
  fi
}

beat >/dev/null 2>&1 & trap 'kill %1 2>/dev/null || true' EXIT
say '{"type": "data-step", "id": "read", "title": "Reading what you asked for", "state": "working"}'
listen 20 # Here your own program would work, and listen now and then.
say '{"type": "data-step", "id": "read", "title": "Reading what you asked for", "state": "done"}'
say '{"type": "text", "text": "I have read it, and written down what I found."}'
call POST "$id/deliverables" "{\"attempt\": $attempt, \"title\": \"What I found\", \"body\": \"# Found\\n\\nAll of it.\"}" >/dev/null
end review
