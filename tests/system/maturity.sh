#!/usr/bin/env bash
# maturity: orders that reach the export late. Every Monday one file is exported anew: seven in ten
# of the week's orders are in it, nine in ten a week later, all of them after two. The review must say
# so of the newest week, and say nothing where all of the past came in one import.
source "$(dirname "$0")/../support/lib.bash"
mkdir -p ws/data ws/sources
printf 'company: Late\ncurrency: EUR\nzone: Europe/Berlin\n' > ws/portolan.yaml
cat > ws/sources/orders.yaml <<'YAML'
table: txn
files: [data/orders.csv]
identifier_kind: customer
mapping: |
  SELECT id AS txn_id, ptl_time(moment, '%Y-%m-%d %H:%M') AS occurred_at, id AS identifier, ptl_money(gross) AS gross_micros
  FROM source
YAML
node -e '
  const fs = require("fs");
  let state = 77; const draw = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const day = (i) => new Date(Date.UTC(2026, 0, 5) + i * 86400000).toISOString().slice(0, 10);
  const orders = [];
  for (let w = 0; w < 24; w++) { const n = 150 + Math.floor(100 * draw());
    for (let k = 0; k < n; k++) { const u = (k + 0.5) / n; orders.push({ w, day: day(7 * w + k % 7), late: u < 0.7 ? 0 : u < 0.9 ? 1 : 2 }); } }
  for (let monday = 1; monday <= 24; monday++) {
    const known = orders.filter((o) => o.w + 1 + o.late <= monday);
    const lines = known.map((o) => `${orders.indexOf(o)},${o.day} 12:00,20.00`);
    // an order of the morning says that Sunday is over
    lines.push(`m${monday},${day(7 * monday)} 07:00,0.00`);
    fs.writeFileSync(`export-${monday}.csv`, "id,moment,gross\n" + lines.join("\n") + "\n");
    fs.writeFileSync(`day-${monday}.txt`, day(7 * monday));
  }'
maturity() { "$portolan" -w ws review --quiet > /dev/null; "$portolan" -w ws kpi list revenue.maturity --json > kpis.json; }
for monday in $(seq 1 24); do
  cp "export-$monday.csv" ws/data/orders.csv
  PORTOLAN_NOW="$(cat "day-$monday.txt")T08:00:00Z" "$portolan" -w ws import --quiet > /dev/null
done
export PORTOLAN_NOW="$(cat day-24.txt)T09:00:00Z"
maturity
node -e '
  const k = JSON.parse(require("fs").readFileSync("kpis.json", "utf8")).kpis.reverse(), want = [0.7, 0.9, 1, 1];
  want.forEach((share, age) => {
    if (!(Math.abs(k[age].value - share) < 0.01)) throw `${k[age].from}: ${k[age].value}, planted ${share}`;
    if (!(k[age].low <= share + 0.01 && share - 0.01 <= k[age].high)) throw `${k[age].from}: ${k[age].low} to ${k[age].high}, planted ${share}`;
    if (k[age].verdict !== "converged") throw k[age].verdict;
  });' || fail "the newest weeks"
rm -rf ws/.portolan
"$portolan" -w ws import --quiet > /dev/null
maturity
node -e '
  const k = JSON.parse(require("fs").readFileSync("kpis.json", "utf8")).kpis;
  if (k.length === 0 || k.some((x) => x.value !== null || x.verdict !== "not identified")) throw JSON.stringify(k);' || fail "one import says nothing of delays"
