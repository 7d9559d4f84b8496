#!/usr/bin/env bash
# money_long: ten million order lines in three currencies, imported and summed: exact to the millionth.
# The sums stand beside the generator's own, made with integers of any size. Takes minutes, so only
# with PTL_LONG=1 (make test-all); ROWS says how many.
source "$(dirname "$0")/../support/lib.bash"
[ "${PTL_LONG:-}" = 1 ] || skip "ten million rows: PTL_LONG=1"
rows=${ROWS:-10000000}
mkdir -p ws/sources ws/data
printf 'company: Ten million\ncurrency: EUR\nzone: Europe/Berlin\n' > ws/portolan.yaml
cat > ws/sources/orders.yaml <<'YAML'
table: txn
files: [data/orders.csv]
mapping: |
  SELECT id AS txn_id, ptl_time(ordered_at, '%Y-%m-%d %H:%M:%S') AS occurred_at,
         ptl_money(gross) AS gross_micros, currency
  FROM source
YAML
node - "$rows" ws/data/orders.csv > want.txt <<'JS'
const fs = require('fs'), n = Number(process.argv[2]), out = fs.openSync(process.argv[3], 'w');
const sums = { EUR: 0n, GBP: 0n, JPY: 0n }, names = Object.keys(sums);
let state = 88172645n, text = 'id,ordered_at,gross,currency\n';
for (let i = 0; i < n; i++) {
  state ^= (state << 13n) & 0xffffffffffffffffn; state ^= state >> 7n; state ^= (state << 17n) & 0xffffffffffffffffn;
  const micros = (state % 99999999999n) - 31415926535n, currency = names[Number(state >> 40n) % 3];
  sums[currency] += micros;
  const a = micros < 0n ? -micros : micros;
  const day = new Date(Date.UTC(2024, 0, 1) + (i % 700) * 86400000).toISOString().slice(0, 10);
  text += `${i},${day} 12:${String(i % 60).padStart(2, '0')}:07,${micros < 0n ? '-' : ''}${a / 1000000n}.${String(a % 1000000n).padStart(6, '0')},${currency}\n`;
  if (text.length > 1 << 20) { fs.writeSync(out, text); text = ''; }
}
fs.writeSync(out, text);
for (const c of names) console.log(c, sums[c].toString());
JS
"$portolan" -w ws import --quiet > import.txt
"$portolan" -w ws source totals --json > totals.json
node -e '
  const t = JSON.parse(require("fs").readFileSync("totals.json", "utf8")).totals;
  for (const x of t) console.log(x.currency, BigInt(x.gross.amount.replace(/^(-?\d+)\.(\d+)$/, (m, a, b) => a + b.padEnd(6, "0"))).toString());' > got.txt
diff want.txt got.txt || fail "sums of $rows rows differ"
echo "$rows rows, three currencies, exact"
