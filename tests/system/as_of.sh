#!/usr/bin/env bash
# as_of: a file that changed later does not change what was known before: figures as of a day equal
# those computed on that day.
source "$(dirname "$0")/../support/lib.bash"
shop ws
zcat ws/data/orders.csv.gz | sed -n 1,20000p > ws/data/orders.csv; rm ws/data/orders.csv.gz
sed -i 's|files: .*|files: [data/orders.csv]|' ws/sources/orders.yaml
figures() { "$portolan" -w ws review --quiet "$@" > /dev/null; "$portolan" -w ws figures --limit 100000 --json | sed 's/"run": *[0-9]*//'; }

export PORTOLAN_NOW=2026-11-16T08:00:00Z
"$portolan" -w ws import --quiet > /dev/null
figures > then.json

# Three weeks later the shop corrects amounts and sends orders that were late.
export PORTOLAN_NOW=2026-12-07T08:00:00Z
sed -i -e '1000,1400s/,1,\([0-9]\)/,1,9\1/' ws/data/orders.csv
zcat "$source_dir/examples/shop/data/orders.csv.gz" | sed -n 20001,22000p >> ws/data/orders.csv
"$portolan" -w ws import > import.txt
expect "replaced" import.txt
figures > now.json
cmp -s then.json now.json && fail "the corrected file changed nothing: the test shows nothing"
figures --as-of 2026-11-30 > again.json
cmp then.json again.json || fail "figures as of 30 November differ from those computed then"
status=0; "$portolan" -w ws review --as-of 2026-11-31 > bad.txt 2>&1 || status=$?
equal "$status" 2 "exit code of a day that does not exist"
