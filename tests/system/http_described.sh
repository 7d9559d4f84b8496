#!/usr/bin/env bash
# http_described: `portolan openapi` is OpenAPI 3.1 by its own meta-schema, and the server is what it says: every
# operation with every parameter, valid, at its bounds and wrong, answers with a status, a type and a body that the
# description has for it, to the last key of each row. PTL_LONG=1 asks each more often.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }
[ -d "$source_dir/tests/web/node_modules/@seriousme/openapi-schema-validator" ] || skip "no validator is here (tools/setup web-tests)"

described() { # WORKSPACE: served, and asked everything
  "$portolan" -w "$1" access key_add described --role owner --json >key.json
  : >served
  "$portolan" -w "$1" serve --listen 127.0.0.1:0 >served 2>log &
  server=$!
  for _ in $(seq 300); do grep -q 'http://' served && break; sleep 0.1; done
  base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
  [ -n "$base" ] || { cat served log >&2; fail "the server did not say where it is"; }
  node "$source_dir/tests/system/http_described.mjs" "$base" "$(json key.json key)" document.json "$source_dir/tests/web/node_modules" ||
    fail "the server of $1 is not as described"
  grep -q '"level":"error"' log && { grep '"level":"error"' log | head -3 >&2; fail "the server ran into an error"; }
  kill -TERM "$server"; wait "$server" || fail "the server did not end well"; server=
}
"$portolan" openapi >document.json

shop ws
"$portolan" -w ws import --quiet >/dev/null
"$portolan" -w ws review --quiet >/dev/null
described ws

# A company whose answers have rows: models, journeys, books, plans, alarms.
"$portolan" simulate year --persons 400 --weeks 70 --seed 3 --quiet >/dev/null
for words in import 'mix fit --draws 200' 'attribution run --replicates 20' 'reconcile run' review 'budget optimize --weeks 4'; do
  # shellcheck disable=SC2086 # words of a command
  "$portolan" -w year $words --quiet >/dev/null
done
described year
echo "http_described: fine"
