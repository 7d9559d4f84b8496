#!/usr/bin/env bash
# http: `portolan serve` answers as docs/http.md and docs/access.md say, refuses what it should, lets the
# command line work through its socket, and leaves a workspace that the next command opens as before.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }

shop ws
ln -s /etc ws/link
"$portolan" -w ws serve --listen 127.0.0.1:0 >served 2>log &
server=$!
for _ in $(seq 100); do grep -q 'claim#' served && break; sleep 0.1; done
base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
token=$(sed -n 's/.*claim#//p' served)
[ -n "$base" ] && [ -n "$token" ] || { cat served log >&2; fail "the server did not say where it is"; }
equal "$(stat -c %a ws/.portolan/portolan.sock)" 600 "mode of the socket"

# The command line works through the socket: the same words, the same exit codes.
"$portolan" -w ws status >out; expect "Halden Roasters runs under version 1" out
"$portolan" -w ws source list --json >out.json; equal "$(json out.json said | head -c 1)" "["
code=0; "$portolan" -w ws run show 99999 2>problem || code=$?
equal "$code" 3 "exit code through the socket"; expect "run 99999" problem
"$portolan" -w ws import >out 2>problem; expect "run" out
(cd ws && "$portolan" backup ../copied >out 2>problem); [ -f copied/manifest.json ] || ls copied >&2
[ -d copied ] || fail "a path is that of the caller's folder"
echo '{' >keys
for role in owner vertical_owner analyst revenue_operations sales success product creative finance privacy people_partner board; do
  "$portolan" -w ws access key_add "test-$role" --role "$role" --json >key.json
  echo "\"$role\": \"$(json key.json key)\"$([ "$role" = board ] || echo ,)" >>keys
done
echo '}' >>keys

node "$source_dir/tests/system/http.mjs" "$base" "$token" keys "$source_dir/tests/cases/http" || { tail -5 log >&2; fail "answers"; }

# Nobody's secret is in the log.
! grep -qF -e "$token" -e ptl_ log || fail "the log holds a secret"
node -e 'for (const l of require("fs").readFileSync("log", "utf8").trim().split("\n")) JSON.parse(l)' || fail "the log is not JSON a line"
# Another server, and a local command without one, find the lock held.
code=0; "$portolan" -w ws serve --listen 127.0.0.1:0 >out 2>problem || code=$?
equal "$code" 6 "exit code of a second server"; expect "in use by process $server" problem
code=0; "$portolan" -w ws serve --listen 0.0.0.0:0 >out 2>problem || code=$?
[ "$code" != 0 ] || fail "it listens to everybody"

# Told to stop it stops, and leaves the workspace to the next.
kill -TERM "$server"; wait "$server" || fail "the server did not end well"
server=
[ ! -e ws/.portolan/portolan.sock ] || fail "the socket is left behind"
"$portolan" -w ws ledger verify >out; expect "holds" out
# Killed, it leaves a socket that nobody answers: the command line works by itself.
"$portolan" -w ws serve --socket >served 2>log & server=$!
for _ in $(seq 100); do grep -q serving served && break; sleep 0.1; done
kill -9 "$server"; wait "$server" 2>/dev/null || true; server=
"$portolan" -w ws status >out; expect "Halden Roasters" out
echo "http: fine"
