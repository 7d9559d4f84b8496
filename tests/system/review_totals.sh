#!/usr/bin/env bash
# review_totals: the example's figures against the same sums made by awk, which knows nothing of ours.
# Conversion is done again in JavaScript's big integers: a day's sum by channel and currency, times the
# newest rate of the week before it, rounded half to even once.
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

zcat "$source_dir/examples/shop/data/orders.csv.gz" > orders.csv
node - orders.csv "$source_dir/examples/shop/data/rates.csv" "$source_dir/examples/shop/data/spend.csv" > by-node.txt <<'JS'
const [orders, rates, spend] = process.argv.slice(2).map((f) => require('fs').readFileSync(f, 'utf8').trim().split('\n').slice(1).map((l) => l.split(',')));
const micros = (t) => { const [, sign, a, b = ''] = t.match(/^(-?)(\d+)(?:\.(\d+))?$/); const m = BigInt(a + b.padEnd(6, '0')); return sign ? -m : m; };
const rate = new Map(rates.map(([day, currency, r]) => [currency + day, micros(r) * 1000n]));
const at = (currency, day) => {
  if (currency === 'EUR') return 1000000000n;
  for (let k = 0; k <= 7; k++) {
    const r = rate.get(currency + new Date(Date.parse(day) - k * 86400000).toISOString().slice(0, 10));
    if (r) return r;
  }
  throw new Error(`no rate for ${currency} on ${day}`);
};
const even = (x, d) => { // x / d, half to even
  const neg = x < 0n, a = neg ? -x : x; let q = a / d; const r = a % d;
  if (2n * r > d || (2n * r === d && q % 2n === 1n)) q++;
  return neg ? -q : q;
};
const seen = new Set(), cells = new Map();
for (const [id, , time, , channel, , , gross, discount, cost, shipping, fees, currency] of orders) {
  if (time === 'yesterday' || fees === 'n/a' || seen.has(id) || time.slice(0, 10) > '2026-11-15') continue;
  seen.add(id);
  const key = [time.slice(0, 10), channel, currency].join('|'), cell = cells.get(key) ?? [0n, 0n];
  cell[0] += micros(gross) - micros(discount);
  cell[1] += micros(cost) + micros(shipping) + micros(fees);
  cells.set(key, cell);
}
let revenue = 0n, variable = 0n, media = 0n;
for (const [key, [r, v]] of cells) {
  const [day, , currency] = key.split('|'), e9 = at(currency, day);
  revenue += even(r * e9, 1000000000n); variable += even(v * e9, 1000000000n);
}
for (const [, , , cost] of spend) media += micros(cost);
for (const x of [revenue, revenue - variable, revenue - variable - media]) console.log(x.toString());
JS
for key in revenue cm1 cm2; do
  json ws/review.json "company_total.all.$key" | node -e '
    const [, s, a, b] = require("fs").readFileSync(0, "utf8").trim().match(/^(-?)(\d+)\.(\d+)$/); console.log(s + BigInt(a + b.padEnd(6, "0")))'
done > by-review.txt
diff by-node.txt by-review.txt || fail "revenue, CM1 or CM2 differs from the same sums in big integers"

# Parts add up to their total, to the millionth.
node -e '
  const r = JSON.parse(require("fs").readFileSync("ws/review.json", "utf8"));
  const m = (t) => BigInt(t.replace(/\.(\d+)$/, (x, b) => b.padEnd(6, "0")));
  for (const k of ["revenue", "cm1", "media", "cm2"]) {
    const sum = r.channels.reduce((a, c) => a + m(c.all[k]), 0n);
    if (sum !== m(r.company_total.all[k])) throw new Error(`${k}: channels add up to ${sum}`);
  }' || fail "channels do not add up to the company"
