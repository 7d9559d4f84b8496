#!/usr/bin/env bash
# kill9: the program is killed at $POINTS random points (default 20; 200 in `make test-all`) of imports
# and reviews. After every one the next start finds a consistent store: no run left open, the ledger
# holds, every fact belongs to a load and every load is whole. At the end nothing is lost or doubled.
source "$(dirname "$0")/../support/lib.bash"
points=${POINTS:-20}
RANDOM=${SEED:-417}

shop ws
cd ws
rm data/*
sed -i 's|files: .*|files: ["data/orders-*.csv"]|' sources/orders.yaml
sed -i 's|files: .*|files: ["data/spend-*.csv"]|' sources/spend.yaml
sed -i 's|files: .*|files: ["data/rates.csv"]|' sources/rates.yaml
cp "$source_dir/examples/shop/data/rates.csv" data/
zcat "$source_dir/examples/shop/data/orders.csv.gz" > "$scratch/orders.csv"

slice() { # file k: 150 lines of the example's orders under a name of their own, and a spend row
  { head -1 "$scratch/orders.csv"; sed -n "$((2 + $1 * 150)),$((151 + $1 * 150))p" "$scratch/orders.csv"; } > "data/orders-$1.csv"
  { head -1 "$source_dir/examples/shop/data/spend.csv"; sed -n "$(($1 + 2))p" "$source_dir/examples/shop/data/spend.csv"; } > "data/spend-$1.csv"
}

lines() { json review.json loaded | node -e '
  const x = JSON.parse(require("fs").readFileSync(0, "utf8")); console.log(x.reduce((a, c) => a + c.order_lines, 0))'; }
loaded() { "$portolan" source list --json | node -e '
  const x = JSON.parse(require("fs").readFileSync(0, "utf8"));
  console.log(x.sources.filter((s) => s.table === "txn").reduce((a, s) => a + s.rows, 0))'; }

check() {
  "$portolan" ledger verify > verify.txt 2>&1 || { cat verify.txt; fail "ledger after kill $1"; }
  "$portolan" run list --state started --json > started.json
  equal "$(json started.json runs.length)" 0 "runs left open after kill $1"
  "$portolan" review --quiet > /dev/null
  equal "$(lines)" "$(loaded)" "facts against their loads after kill $1"
}

slice 0
start=$(date +%s%N); "$portolan" import --quiet > /dev/null
took=$((($(date +%s%N) - start) / 1000000))
killed=0
for ((k = 1; k <= points; k++)); do
  slice "$k"
  command=import
  [ $((k % 3)) -ne 0 ] || command=review
  "$portolan" $command --quiet > /dev/null 2>&1 &
  pid=$!
  sleep "$(awk "BEGIN { print $RANDOM / 32768 * $took * 1.15 / 1000 }")"
  kill -9 "$pid" 2> /dev/null && killed=$((killed + 1))
  wait "$pid" 2> /dev/null || true
  [ $((k % 4)) -ne 0 ] || check "$k"
done
"$portolan" import --quiet > /dev/null
check "$points"

# The same files into a workspace that nobody killed.
mkdir ../calm && cp -r portolan.yaml channels.yaml sources data ../calm/
want_rows=$(loaded); "$portolan" figures --grain all --limit 100000 --json > figures.json
cd ../calm
"$portolan" import --quiet > /dev/null && "$portolan" review --quiet > /dev/null
equal "$want_rows" "$(loaded)" "rows against an import that was never killed"
"$portolan" figures --grain all --limit 100000 --json > figures.json
strip() { sed 's/"run": *[0-9]*//' "$1"; }
[ "$(strip figures.json)" = "$(strip ../ws/figures.json)" ] || fail "figures differ from those of an import that was never killed"
[ "$killed" -ge $((points / 3)) ] || fail "only $killed of $points runs were still alive when killed"
echo "killed $killed of $points; $want_rows rows, none lost, none doubled"
