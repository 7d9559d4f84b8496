#!/usr/bin/env bash
# http_edges: what stands at the edges of `portolan serve`: event streams, uploads.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }

shop ws
"$portolan" -w ws serve --listen 127.0.0.1:0 >served 2>log &
server=$!
for _ in $(seq 200); do grep -q 'claim#' served && break; sleep 0.1; done
base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
token=$(sed -n 's/.*claim#//p' served)
[ -n "$base" ] && [ -n "$token" ] || { cat served log >&2; fail "the server did not say where it is"; }
echo '{' >keys
for role in owner analyst board; do
  "$portolan" -w ws access key_add "test-$role" --role "$role" --json >key.json
  echo "\"$role\": \"$(json key.json key)\"$([ "$role" = board ] || echo ,)" >>keys
done
echo '}' >>keys

node "$source_dir/tests/system/http_edges.mjs" "$base" "$token" keys "$server" "$source_dir" || { tail -5 log >&2; fail "edges"; }

# A full disk refuses the upload, keeps nothing of it, and the server goes on.
rm -rf ws/inbox; mkdir ws/inbox
if mount -t tmpfs -o size=1m tmpfs ws/inbox 2>/dev/null; then
  head -c 3000000 /dev/zero >large
  owner=$(json keys owner)
  code=$(curl -s -o problem -w '%{http_code}' -T large -H "Authorization: Bearer $owner" "$base/api/v1/uploads/large")
  left=$(ls -A ws/inbox | wc -l)
  umount ws/inbox
  equal "$code" 507 "status where the disk is full"
  equal "$left" 0 "files left behind"
fi

# With streams open it still ends at once when told to.
node -e '
  const http = require("http"); const [base, keys] = process.argv.slice(1);
  const headers = {Authorization: `Bearer ${JSON.parse(require("fs").readFileSync(keys)).owner}`};
  for (let i = 0; i < 20; i++) http.get(`${base}/api/v1/events`, {headers, agent: false}, (a) => a.resume()).on("error", () => {});
' "$base" keys & streams=$!
for _ in $(seq 100); do
  curl -sf "$base/metrics" | grep -q '^portolan_event_streams 20$' && break; sleep 0.1
done
before=$(date +%s)
kill -TERM "$server"; wait "$server" || fail "the server did not end well"
server=
[ $(($(date +%s) - before)) -lt 5 ] || fail "open streams keep the server from ending"
wait "$streams"
! grep -qF -e "$token" -e ptl_ log || fail "the log holds a secret"
echo "http_edges: fine"
