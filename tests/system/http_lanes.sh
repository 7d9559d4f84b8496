#!/usr/bin/env bash
# http_lanes: reads are answered beside a load, from memory where nothing has changed, and never stale; what
# the server keeps survives neither a change nor a restart; it comes back fast, and gives memory back.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }
serve() {
  "$portolan" -w tea serve --listen 127.0.0.1:0 >served 2>>log &
  server=$!
  for _ in $(seq 400); do grep -q 'http://' served && break; sleep 0.02; done
  base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
  [ -n "$base" ] || { cat served log >&2; fail "the server did not say where it is"; }
}

"$portolan" simulate tea --persons "${PERSONS:-3000}" --weeks 52 --seed 5 >out
"$portolan" -w tea access key_add tests --role owner --json >key.json
key=$(json key.json key)
serve
node "$source_dir/tests/system/http_lanes.mjs" "$base" "$key" tea || { tail -5 log >&2; fail "answers"; }

# What is not in the files yet is in the log: killed, it comes back with all that was answered.
n=$(curl -fsS -H "Authorization: Bearer $key" "$base/api/v1/minutes/list?limit=1000" | grep -c '"what"' || true)
kill -9 "$server"; wait "$server" 2>/dev/null || true
begun=$(date +%s%N); serve; ms=$((($(date +%s%N) - begun) / 1000000))
[ "$ms" -lt "${READY_MS:-2000}" ] || fail "ready $ms ms after it was killed"
equal "$(curl -fsS -H "Authorization: Bearer $key" "$base/api/v1/minutes/list?limit=1000" | grep -c '"what"' || true)" "$n" "minutes after a kill"
kill -TERM "$server"; wait "$server" || fail "the server did not end well"
server=
! grep -E '"level":"error"' log || fail "errors in the log"
"$portolan" -w tea ledger verify >out; expect "holds" out
echo "http_lanes: fine (ready $ms ms after a kill)"
