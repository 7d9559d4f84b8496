#!/usr/bin/env bash
# online_retail: the public UCI file: 541,909 lines, 25,900 invoices, 4,372 customers, 9,747,747.93.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_DATA=${PORTOLAN_DATA:-$source_dir/../shared/data}
[ -f "$PORTOLAN_DATA/retail_online_retail/online_retail.csv.gz" ] || skip "no $PORTOLAN_DATA/retail_online_retail"
cp -r "$source_dir/examples/online-retail" ws
"$portolan" -w ws import --quiet > /dev/null
"$portolan" -w ws review --quiet > /dev/null
equal "$(json ws/review.json loaded.0.order_lines)" 541909 "order lines"
equal "$(json ws/review.json loaded.0.orders)" 25900 "invoices"
equal "$(json ws/review.json loaded.0.customers)" 4372 "customers"
# Unit prices have up to three decimals: the exact sum is 9,747,747.934, to the penny .93.
equal "$(json ws/review.json loaded.0.gross)" 9747747.934 "total"
"$portolan" -w ws import > again.txt
expect "Nothing new" again.txt
