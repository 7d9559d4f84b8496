#!/usr/bin/env bash
# kpi_as_of: back-dated edits of orders, contracts, leads, deals, costs and books change no figure as
# of a day before them: KPIs, cohorts by week and by month, the funnel and the reconciliation, byte
# for byte, in both simulated worlds.
source "$(dirname "$0")/../support/lib.bash"
answers() { # folder, options of review and reconcile
  "$portolan" -w "$1" review --quiet "${@:2}" > /dev/null
  "$portolan" -w "$1" figures --limit 1000000 --json
  "$portolan" -w "$1" cohort list --period week --limit 1000000 --json
  "$portolan" -w "$1" funnel show --grain quarter --json
  "$portolan" -w "$1" reconcile run --quiet "${@:2}" > /dev/null
  "$portolan" -w "$1" reconcile show --json
}
without_run() { sed -E 's/"run": *[0-9]+//'; }
edit() { # file, columns joined by | whose cells change: every seventh row
  awk -F, -v OFS=, -v n="$2" 'NR > 1 && NR % 7 == 3 { for (i = split(n, c, "|"); i > 0; i--) $c[i] = 2 * $c[i] } { print }' "$1" > edited.csv
  mv edited.csv "$1"
}
for world in shop software; do
  export PORTOLAN_NOW=2026-11-16T08:00:00Z
  "$portolan" simulate "$world" --world "$world" --persons 2000 --weeks 40 --quiet > /dev/null
  "$portolan" -w "$world" import --quiet > /dev/null
  answers "$world" | without_run > then.json
  export PORTOLAN_NOW=2026-12-07T08:00:00Z
  if [ "$world" = shop ]; then
    edit shop/data/shopify/sales_by_line.csv 10
    sed -i '5,40s/,28,day,/,42,day,/' shop/data/recharge/subscriptions.csv
  else
    edit software/data/billing/invoice_lines.csv 7
    edit software/data/stripe/subscriptions.csv 6
    sed -i '3,60s/,REJECTED,/,UNQUALIFIED,/; 61,90d' software/data/hubspot/contacts.csv
    sed -i '2,30s/,true,false,/,true,true,/' software/data/salesforce/opportunities.csv
  fi
  edit "$world/data/finance/marketing_costs.csv" 5
  edit "$world/data/finance/books.csv" 4
  "$portolan" -w "$world" import > import.txt
  expect "replaced" import.txt
  answers "$world" | without_run > now.json
  cmp -s then.json now.json && fail "$world: the edits changed nothing: the test shows nothing"
  answers "$world" --as-of 2026-11-30 | without_run > again.json
  cmp then.json again.json || fail "$world: figures as of 30 November differ from those computed then"
done
