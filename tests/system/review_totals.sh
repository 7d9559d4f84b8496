#!/usr/bin/env bash
# review_totals: the example's figures against the same sums made by awk, which knows nothing of ours.
# In euro only, because awk has no exact conversion; the three currencies are held apart in `loaded`.
source "$(dirname "$0")/../support/lib.bash"
shop ws
"$portolan" -w ws import > import.txt
"$portolan" -w ws review --quiet > /dev/null
# Lines the import must set aside: one exported twice, one amount and one time that cannot be read.
expect "3" import.txt
zcat "$source_dir/examples/shop/data/orders.csv.gz" | awk -F, '
  NR == 1 || $3 == "yesterday" || $12 == "n/a" || seen[$1]++ { next }
  { cents[$13] += int($8 * 100 + ($8 < 0 ? -0.5 : 0.5)) - int($9 * 100 + ($9 < 0 ? -0.5 : 0.5)); n[$13]++ }
  END { for (c in n) printf "%s %d %.2f\n", c, n[c], cents[c] / 100 }' | sort > by-awk.txt
json ws/review.json loaded | node -e '
  for (const t of JSON.parse(require("fs").readFileSync(0, "utf8"))) console.log(t.currency, t.order_lines, t.revenue)' | sort > by-portolan.txt
diff by-awk.txt by-portolan.txt || fail "totals differ"
media=$(awk -F, 'NR > 1 { c += int($4 * 100 + 0.5) } END { printf "%.2f", c / 100 }' "$source_dir/examples/shop/data/spend.csv")
equal "$(json ws/review.json company_total.all.media)" "$media" "media"
