#!/usr/bin/env bash
# http_tls: `portolan serve` with a certificate of its own or behind a proxy: what may listen where, cookies,
# another certificate while serving; and what it does when the workspace's files change.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }
command -v openssl >/dev/null || skip "openssl is not installed"

make_certificate() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$2" -addext subjectAltName=IP:127.0.0.1 -keyout "$1.key" -out "$1.pem" 2>/dev/null; chmod 600 "$1.key"; }
start() {
  "$portolan" -w ws serve "$@" >served 2>log &
  server=$!
  for _ in $(seq 200); do grep -q 'claim#' served && return 0; kill -0 "$server" 2>/dev/null || break; sleep 0.1; done
  cat served log >&2; fail "the server did not start"
}
stop() { kill -TERM "$server"; wait "$server" || fail "the server did not end well"; server=; }
shop ws
make_certificate first first.example
make_certificate second second.example

# What is refused before anything listens.
refused() { code=0; "$portolan" -w ws serve "$@" >out 2>problem || code=$?; [ "$code" != 0 ] || fail "serve $* was taken"; }
refused --listen 127.0.0.1:0 --certificate first.pem; expect "needs its key" problem
refused --listen 127.0.0.1:0 --certificate first.pem --key second.key; expect "does not belong to certificate" problem
refused --listen 127.0.0.1:0 --certificate first.key --key first.key; expect "certificate" problem
refused --listen 127.0.0.1:0 --certificate none.pem --key first.key; expect "none.pem" problem
chmod 644 first.key
refused --listen 127.0.0.1:0 --certificate first.pem --key first.key; expect "can be read by every user" problem
chmod 600 first.key
refused --listen 0.0.0.0:0; expect "passwords do not travel in the clear" problem

# TLS, on every address.
start --listen 0.0.0.0:0 --certificate first.pem --key first.key
port=$(sed -n 's/.* at https:.*:\([0-9]*\)$/\1/p' served)
token=$(sed -n 's/.*claim#//p' served)
base=https://127.0.0.1:$port
code=$(curl -s -o out -D heads -w '%{http_code}' --cacert first.pem "$base/healthz") || fail "no TLS: $?"
equal "$code" 200 "status over TLS"
grep -qi '^strict-transport-security: max-age=31536000' heads || fail "no HSTS"
curl -s --tls-max 1.1 --cacert first.pem "$base/healthz" >out && fail "TLS 1.1 is taken"
curl -s -m 5 "http://127.0.0.1:$port/healthz" >out && fail "plain HTTP is answered at the TLS address"
body="{\"invitation\": \"$token\", \"password\": \"eine lange Rose am Rhein\"}"
curl -s -D heads -o out --cacert first.pem -H 'Content-Type: application/json' -d "$body" "$base/api/v1/claim"
grep -qi '^set-cookie: portolan_session=.*; HttpOnly; SameSite=Strict; Secure' heads || { cat heads out >&2; fail "the cookie may travel in the clear"; }
"$portolan" -w ws status >out; expect "Halden Roasters" out # the socket stays plain

# Another certificate without a restart; one that is broken changes nothing.
subject() { openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -subject; }
cp second.pem first.pem; cp second.key first.key
kill -HUP "$server"
for _ in $(seq 50); do subject | grep -q second && break; sleep 0.1; done
subject | grep -q second.example || fail "the new certificate is not shown"
echo nonsense >first.pem; kill -HUP "$server"; sleep 0.5
subject | grep -q second.example || fail "a broken certificate took the place of a good one"
expect "certificate kept" log
stop

# Behind a proxy: plain, on every address, and Secure where the proxy says so.
rm -rf ws; shop ws
start --listen 0.0.0.0:0 --behind-proxy
port=$(sed -n 's/.* at http:.*:\([0-9]*\)$/\1/p' served); base=http://127.0.0.1:$port
token=$(sed -n 's/.*claim#//p' served)
body="{\"invitation\": \"$token\", \"password\": \"eine lange Rose am Rhein\"}"
curl -s -D heads -o out -H 'Content-Type: application/json' -H 'X-Forwarded-Proto: https' -d "$body" "$base/api/v1/claim"
grep -qi '^set-cookie: .*; Secure' heads || fail "the proxy's word is not heard"
stop

# Files that change while it serves: faults are told, what is in force stays; applied only where asked.
rm -rf ws; shop ws
start --listen 127.0.0.1:0 --apply-changes
"$portolan" -w ws status >out; expect "version 1" out
base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
"$portolan" -w ws access key_add watcher --role board --json >key.json
: >events
curl -sN -H "Authorization: Bearer $(json key.json key)" "$base/api/v1/events" >events & watcher=$!
cp ws/portolan.yaml good.yaml
echo 'nonsense: [' >>ws/portolan.yaml
for _ in $(seq 100); do grep -q '"faults":[1-9]' events && break; sleep 0.1; done
grep -q '"faults":[1-9]' events || { cat events log >&2; fail "faults are not told"; }
"$portolan" -w ws status >out; expect "have faults, so version 1 stays in force" out
sed 's/^company:.*/company: Halden Coffee/' good.yaml >ws/portolan.yaml
for _ in $(seq 150); do grep -q '"config_version":2' events && break; sleep 0.1; done
grep '"config_version":2' events | tail -1 | grep -q '"faults":0' || { tail -3 events >&2; fail "the files are not applied"; }
"$portolan" -w ws status >out; expect "Halden Coffee runs under version 2" out
"$portolan" -w ws ledger list --limit 5 >out; expect "portolan serve" out
kill "$watcher" 2>/dev/null || true
stop
start --listen 127.0.0.1:0
sed 's/^company:.*/company: Halden Tea/' good.yaml >ws/portolan.yaml; kill -HUP "$server"; sleep 2
"$portolan" -w ws status >out; expect "runs under version 2" out; expect "differ from version 2" out
stop
echo "http_tls: fine"
