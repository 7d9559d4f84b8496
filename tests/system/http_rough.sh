#!/usr/bin/env bash
# http_rough: `portolan serve` against who means it ill: injection into every parameter, traversal, markup in what
# people type, guessing, and random requests made from its own description. PTL_LONG=1 makes it 100,000 of them.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }

shop ws
echo "outside the workspace" >secret.txt
"$portolan" -w ws import --quiet >/dev/null
"$portolan" -w ws review --quiet >/dev/null
"$portolan" -w ws serve --listen 127.0.0.1:0 >served 2>log &
server=$!
for _ in $(seq 300); do grep -q 'welcome#' served && break; sleep 0.1; done
base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
[ -n "$base" ] || { cat served log >&2; fail "the server did not say where it is"; }
"$portolan" -w ws access key_add rough --role owner --json >key.json
before=$("$portolan" -w ws ledger verify --json | node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).holds)')
node "$source_dir/tests/system/http_rough.mjs" "$base" "$(json key.json key)" "$server" || { grep -v '"request"' log | tail -5 >&2; fail "rough clients"; }
kill -0 "$server" || fail "the server is gone"
grep -q '"level":"error"' log && { grep '"level":"error"' log | head -3 >&2; fail "the server ran into an error"; }
kill -TERM "$server"; wait "$server" || { grep -v '"event"' log | head -40 >&2; fail "the server did not end well"; }; server=
"$portolan" -w ws ledger verify >out; expect "holds" out
[ ! -e escaped ] && [ -z "$(find . -newer key.json -path ./ws -prune -o -type f -name '*escaped*' -print)" ] || fail "something was written outside the workspace"
echo "http_rough: fine (ledger before: $before)"
