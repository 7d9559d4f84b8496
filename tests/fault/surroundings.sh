#!/usr/bin/env bash
# surroundings: a full disk, a folder that may not be written, a second process, a file replaced while
# it is read. Each is defined, loses nothing, and says what to do.
source "$(dirname "$0")/../support/lib.bash"
shop ws

# --- a second process -------------------------------------------------------------------------------
"$portolan" -w ws import --quiet > /dev/null &
first=$!
for ((i = 0; i < 200; i++)); do [ -s ws/.portolan/lock ] && break; sleep 0.005; done
status=0; "$portolan" -w ws status > second.txt 2>&1 || status=$?
if kill -0 "$first" 2> /dev/null || [ "$status" -ne 0 ]; then
  equal "$status" 6 "exit code of the second process"
  expect "$first" second.txt
  expect "--wait" second.txt
fi
"$portolan" -w ws --wait 60 status > waited.txt 2>&1 || { cat waited.txt; fail "waiting for the first process"; }
wait "$first"

# --- no write permission (root may write everywhere, so the test needs another user's eyes) ----------
if [ "$(id -u)" -eq 0 ] && command -v setpriv > /dev/null; then
  cp -r ws locked; chmod -R a+rX,a-w locked; chmod a+rx "$scratch" 
  status=0
  setpriv --reuid=65534 --regid=65534 --clear-groups "$portolan" -w locked status > denied.txt 2>&1 || status=$?
  [ "$status" -ne 0 ] || fail "a folder that may not be written was accepted"
  expect "locked/.portolan" denied.txt
  expect "hint:" denied.txt
else
  echo "skipped: no write permission: needs root"
fi

# --- a full disk ----------------------------------------------------------------------------------
if [ "$(id -u)" -eq 0 ] && mkdir small && mount -t tmpfs -o size=5m tmpfs small 2> /dev/null; then
  cleanup() { umount -l "$scratch/small"; }
  shop small/ws
  status=0; "$portolan" -w small/ws import > full.txt 2>&1 || status=$?
  [ "$status" -ne 0 ] || fail "5 MB were enough: the test needs a smaller disk"
  grep -qiE "space|full" full.txt || { cat full.txt; fail "the message does not speak of space"; }
  expect "hint:" full.txt
  mount -o remount,size=400m small
  "$portolan" -w small/ws import --quiet > after.txt 2>&1 || { cat after.txt; fail "import after space was freed"; }
  "$portolan" -w small/ws ledger verify > /dev/null
  "$portolan" -w small/ws run list --state started --json > started.json
  equal "$(json started.json runs.length)" 0 "runs left open by the full disk"
  equal "$("$portolan" -w small/ws source list --json | md5sum)" "$("$portolan" -w ws source list --json | md5sum)" "rows after the full disk"
else
  echo "skipped: a full disk: needs root and tmpfs"
fi

# --- a file replaced while it is read -----------------------------------------------------------------
shop moving
zcat "$source_dir/examples/shop/data/orders.csv.gz" > whole.csv
for k in 1 2 3 4 5 6 7 8 9 10 11 12; do tail -n +2 whole.csv | sed "s/^/$k-/"; done > body.csv
{ head -1 whole.csv; cat body.csv; } > moving/data/orders.csv
rm moving/data/orders.csv.gz
sed -i 's|files: .*|files: [data/orders.csv]|' moving/sources/orders.yaml
"$portolan" -w moving import orders > replaced.txt 2>&1 &
reader=$!
( for ((i = 0; i < 400; i++)); do sleep 0.02; kill -0 "$reader" 2> /dev/null || exit 0
    cp whole.csv moving/data/next && mv moving/data/next moving/data/orders.csv; done ) &
status=0; wait "$reader" || status=$?
wait
equal "$status" 4 "exit code when the file was replaced ($(cat replaced.txt))"
expect "changed while it was read" replaced.txt
"$portolan" -w moving source list --json > moving.json
equal "$(json moving.json sources.0.rows)" 0 "rows of a file that was replaced while it was read"
"$portolan" -w moving import orders --quiet > /dev/null || fail "import after the file came to rest"
