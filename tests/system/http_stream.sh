#!/usr/bin/env bash
# http_stream: whole lists as CSV and Arrow, sent while they are read: they are the pages put
# together, one state whatever happens beside them, and never a short list that looks whole.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill -9 "$server" 2>/dev/null || true; }

shop ws
# rows that stand aside: the longest list
rows=${STREAM_ROWS:-150000}
node -e '
  const n = +process.argv[1], lines = [];
  for (let i = 0; i < n; i++) lines.push(`2025-0${1 + (i % 9)}-1${i % 10},paid social,campaign ${i % 977},n/a ${i},EUR,${i},${i % 113}\n`);
  require("fs").appendFileSync("ws/data/spend.csv", lines.join(""));' "$rows"
"$portolan" -w ws import >out 2>problem
"$portolan" -w ws review >out 2>problem
"$portolan" -w ws audit >out 2>problem
"$portolan" -w ws attribution run >out 2>problem

serve() {
  "$portolan" -w ws serve --listen 127.0.0.1:0 >served 2>>log & server=$!
  for _ in $(seq 300); do grep -q 'serving' served && break; sleep 0.1; done
  base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
  [ -n "$base" ] || { cat served log >&2; fail "the server did not say where it is"; }
}
serve
"$portolan" -w ws access key_add test --role owner --json >key.json
key=$(json key.json key)
node "$source_dir/tests/system/http_stream.mjs" "$base" "$key" "$server" "$source_dir" "$rows" all || { tail -5 log >&2; fail "streams"; }

# Told to stop, or killed, in the middle of a list: whoever reads it sees that it is not whole.
for signal in TERM KILL; do
  node "$source_dir/tests/system/http_stream.mjs" "$base" "$key" "$server" "$source_dir" "$rows" "$signal" || fail "SIG$signal in the middle"
  if [ $signal = TERM ]; then
    wait "$server" || fail "the server did not end well"
    serve
  else
    wait "$server" 2>/dev/null || true
    server=
  fi
done
"$portolan" -w ws ledger verify >out; expect "holds" out
! grep -qF -e ptl_ log || fail "the log holds a secret"
grep -q '"event":"table broken off"' log || fail "what broke off is not in the log"
node -e 'for (const l of require("fs").readFileSync("log", "utf8").trim().split("\n")) JSON.parse(l)' || fail "the log is not JSON a line"
echo "http_stream: fine"
