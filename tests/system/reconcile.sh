#!/usr/bin/env bash
# reconcile: books that see one thing differently are told apart by the amount: each difference is
# planted in the books of a month of its own, computed here by node from the rows of the file, which
# knows nothing of ours. Then finance signs, and an auditor takes a bundle along.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
mkdir -p ws/data ws/sources
printf 'company: Books\ncurrency: EUR\nzone: Europe/Berlin\n' > ws/portolan.yaml
printf -- '- {name: search, paid: true}\n- {name: social, paid: true}\n' > ws/channels.yaml
cat > ws/sources/orders.yaml <<'YAML'
table: txn
files: [data/orders.csv]
identifier_kind: customer
mapping: |
  SELECT id AS txn_id, order_id, ptl_time(moment, '%Y-%m-%d %H:%M') AS occurred_at, customer AS identifier,
         kind, 'search' AS channel, ptl_money(gross) AS gross_micros, ptl_money(tax) AS tax_micros, currency
  FROM source
YAML
cat > ws/sources/spend.yaml <<'YAML'
table: spend
files: [data/spend.csv]
mapping: |
  SELECT ptl_day(day) AS day, channel, ptl_money(cost) AS cost_micros FROM source
YAML
cat > ws/sources/rates.yaml <<'YAML'
table: fx_rate
files: [data/rates.csv]
mapping: |
  SELECT ptl_day(day) AS day, 'GBP' AS currency, ptl_money(rate) * 1000 AS rate_e9 FROM source
YAML
cat > ws/sources/books.yaml <<'YAML'
table: finance_close
files: [data/books.csv]
mapping: |
  SELECT ptl_day(month || '-01') AS period_start, last_day(ptl_day(month || '-01')) AS period_end,
         line AS book_line, ptl_money(amount) AS amount_micros
  FROM source
YAML

node - <<'JS'
const fs = require('fs');
let state = 20261116;
const draw = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const day = (i) => new Date(Date.UTC(2026, 0, 1) + i * 86400000).toISOString().slice(0, 10);
const lines = [], rate = (i) => Math.round((1.1 + 0.05 * Math.sin(i / 9)) * 1e5) / 1e5;
let n = 0;
for (let i = 0; i < 304; i++) {                         // January to October
  const orders = 20 + Math.floor(40 * draw());
  for (let k = 0; k < orders; k++) {
    const hour = draw(), cents = 1000 + Math.floor(9000 * draw()), gbp = draw() < 0.3, id = `o${++n}`;
    const at = `${String(Math.floor(24 * hour)).padStart(2, '0')}:${String(Math.floor(60 * draw())).padStart(2, '0')}`;
    const tax = Math.floor(cents * 0.16);
    const order = { id, order: id, i, at, kind: 'new', gross: cents, tax, currency: gbp ? 'GBP' : 'EUR' };
    lines.push(order);
    const back = i + 3 + Math.floor(12 * draw());
    if (draw() < 0.2 && back < 304) lines.push({ ...order, id: `${id}R`, i: back, kind: 'refund', gross: -cents, tax: -tax });
  }
}
const money = (cents) => (cents / 100).toFixed(2);
fs.writeFileSync('ws/data/orders.csv', 'id,order_id,moment,customer,kind,gross,tax,currency\n' + lines.map((l) =>
  `${l.id},${l.order},${day(l.i)} ${l.at},c${l.order},${l.kind},${money(l.gross)},${money(l.tax)},${l.currency}`).join('\n') + '\n');
fs.writeFileSync('ws/data/rates.csv', 'day,rate\n' + Array.from({ length: 304 }, (_, i) => `${day(i)},${rate(i).toFixed(5)}`).join('\n') + '\n');
const spend = [];
for (let i = 0; i < 304; i++) for (const channel of ['search', 'social', 'banner'])
  spend.push({ i, channel, cents: 3000 + Math.floor(2000 * draw()) });
// an export that lacks five days of July
fs.writeFileSync('ws/data/spend.csv', 'day,channel,cost\n' + spend.filter((s) => !(s.channel === 'search' && s.i >= 185 && s.i < 190))
  .map((s) => `${day(s.i)},${s.channel},${money(s.cents)}`).join('\n') + '\n');

const month = (i) => day(i).slice(0, 7), net = (l) => (l.gross - l.tax) * (l.currency === 'GBP' ? rate(l.i) : 1) / 100;
const of = (m) => lines.filter((l) => month(l.i) === m), sum = (list, f) => list.reduce((a, l) => a + f(l), 0);
// Berlin is an hour or two ahead of Greenwich: what happened before is the day before there
const utc = (l) => { const summer = day(l.i) > '2026-03-29' && day(l.i) < '2026-10-25'; return Number(l.at.slice(0, 2)) < (summer ? 2 : 1) ? l.i - 1 : l.i; };
const ordered = new Map(lines.filter((l) => l.kind === 'new').map((l) => [l.order, l.i]));
const plain = (m) => sum(of(m), net), last = (m) => new Date(Date.UTC(2026, Number(m.slice(5)), 0)).getUTCDate();
const end = (m) => (Date.UTC(2026, Number(m.slice(5)), 0) - Date.UTC(2026, 0, 1)) / 86400000;
const begin = (m) => end(m) - last(m) + 1;
const media = (m, keep = () => true) => sum(spend.filter((s) => month(s.i) === m && keep(s)), (s) => s.cents) / 100;
const books = [
  ['2026-01', 'revenue', plain('2026-01')],
  ['2026-02', 'revenue', sum(lines.filter((l) => utc(l) >= begin('2026-02') && utc(l) <= end('2026-02')), net), 'timing'],
  ['2026-03', 'revenue', sum(lines.filter((l) => month(ordered.get(l.order)) === '2026-03'), net), 'refunds'],
  ['2026-04', 'revenue', sum(of('2026-04'), (l) => l.gross * (l.currency === 'GBP' ? rate(l.i) : 1) / 100), 'tax'],
  ['2026-05', 'revenue', sum(of('2026-05'), (l) => (l.gross - l.tax) * (l.currency === 'GBP' ? rate(end('2026-05')) : 1) / 100), 'currency'],
  ['2026-06', 'revenue', sum(lines.filter((l) => l.i + 2 >= begin('2026-06') && l.i + 2 <= end('2026-06')), net), 'timing'],
  ['2026-07', 'media', media('2026-07'), 'missing source'],
  ['2026-08', 'media', media('2026-08', (s) => s.channel !== 'banner'), 'unmapped'],
  ['2026-09', 'revenue', plain('2026-09') * 1.17, 'unexplained'],
];
fs.writeFileSync('ws/data/books.csv', 'month,line,amount\n' + books.map(([m, line, amount]) => `${m},${line},${amount.toFixed(2)}`).join('\n') + '\n');
fs.writeFileSync('planted.json', JSON.stringify(books.map(([m, line, amount, cause]) =>
  ({ month: m, line, amount, cause, plain: line === 'media' ? null : plain(m) }))));
JS
# small differences are what this test is about: nothing is tolerated
printf -- '- {name: reconcile.revenue, tolerance: 0.000002}\n- {name: reconcile.media, tolerance: 0.000002}\n' > ws/metrics.yaml
"$portolan" -w ws import --quiet > /dev/null
"$portolan" -w ws reconcile > said.txt
"$portolan" -w ws reconcile show --json > shown.json
node -e '
  const fs = require("fs"), shown = JSON.parse(fs.readFileSync("shown.json", "utf8")), planted = JSON.parse(fs.readFileSync("planted.json", "utf8"));
  const wrong = [], number = (v) => Number(v.amount);
  for (const p of planted) {
    const from = `${p.month}-01`, line = shown.lines.find((l) => l.from === from && l.line === p.line);
    const causes = shown.causes.filter((c) => c.from === from && c.line === p.line);
    if (!line) { wrong.push(`${from} ${p.line} is not compared`); continue; }
    if (p.plain !== null && Math.abs(number(line.ours) - p.plain) > 0.01) wrong.push(`${from}: ours ${number(line.ours)}, by hand ${p.plain}`);
    const why = causes.filter((c) => c.verdict === "explains").map((c) => c.cause).join("+");
    const left = causes.find((c) => c.cause === "unexplained");
    const want = !p.cause ? "" : p.cause === "unexplained" ? "" : p.cause;
    if (why !== want) wrong.push(`${from}: explained by "${why}", planted ${p.cause}: ${JSON.stringify(causes)}`);
    if (!p.cause && line.verdict !== "reconciled") wrong.push(`${from}: ${line.verdict}`);
    if (p.cause === "unexplained" && Math.abs(number(left.amount) - (p.amount - p.plain)) > 0.02) wrong.push(`${from}: left ${number(left.amount)}`);
    // what is counted is counted to the cent; what a missing day came to is an average
    if (want && want !== "missing source" && Math.abs(number(left.amount)) > 0.02) wrong.push(`${from}: ${want} leaves ${number(left.amount)}`);
  }
  if (wrong.length) { console.log(wrong.join("\n")); process.exit(1); }
  console.log(`${planted.length} months told apart`);' || fail "a planted difference is not named"

# down to rows: the refunds of March add up to their cause, row by row
"$portolan" -w ws reconcile show 2026-03 --rows refunds --limit 100000 --json > rows.json
node -e '
  const fs = require("fs"), shown = JSON.parse(fs.readFileSync("rows.json", "utf8"));
  const file = fs.readFileSync("ws/data/orders.csv", "utf8").trim().split("\n").slice(1).map((l) => l.split(","));
  const rates = new Map(fs.readFileSync("ws/data/rates.csv", "utf8").trim().split("\n").slice(1).map((l) => l.split(",")));
  const cause = shown.causes.find((c) => c.cause === "refunds");
  let sum = 0;
  for (const r of shown.rows) {
    const row = file[r.row - 1];
    if (row[0] !== r.txn || row[4] !== "refund") throw `row ${r.row} is ${row}`;
    const euro = Number(r.amount.amount) * (r.currency === "GBP" ? Number(rates.get(r.day)) : 1);
    sum += r.day.startsWith("2026-03") ? -euro : euro;
  }
  if (!(shown.rows.length > 20 && Math.abs(sum - Number(cause.amount.amount)) < 0.01)) throw `${shown.rows.length} rows: ${sum}, cause ${cause.amount.amount}`;' || fail "rows behind a cause"

# signing: what agrees is signed; what differs needs a reason; what is stale is refused
"$portolan" -w ws reconcile sign 2026-01 > signed.txt
expect "Signed by" signed.txt
status=0; "$portolan" -w ws reconcile sign 2026-09 2> refused.txt || status=$?
[ "$status" != 0 ] || fail "a difference was signed without a word"
expect "lines differ from the books" refused.txt
"$portolan" -w ws reconcile sign 2026-09 --note "licence income, booked by hand" > /dev/null
status=0; "$portolan" -w ws reconcile sign 2026-11 2> refused.txt || status=$?
expect "has not been reconciled" refused.txt
"$portolan" -w ws reconcile bundle 2026-01 --out one > /dev/null
"$portolan" -w ws reconcile bundle 2026-01 --out two > /dev/null
diff -r one two || fail "the same facts and ledger give another bundle"
(cd one && tail -n +2 MANIFEST.csv | while IFS=, read -r file bytes hash; do
  echo "$hash  $file"; [ "$(stat -c %s "$file")" = "$bytes" ] || exit 1; done | sha256sum --quiet -c) || fail "the manifest"
grep -q "finance.signed" one/ledger.json || fail "the bundle lacks the signature"
grep -q "$(sha256sum ws/data/orders.csv | cut -d' ' -f1)" one/inputs.csv || fail "the bundle lacks the file's hash"
status=0; "$portolan" -w ws reconcile bundle 2026-01 --out one 2> refused.txt || status=$?
expect "holds a bundle already" refused.txt
sed -i '2s/,[0-9.]*$/,99.99/' ws/data/spend.csv
"$portolan" -w ws import --quiet > /dev/null
status=0; "$portolan" -w ws reconcile sign 2026-02 --note x 2> refused.txt || status=$?
expect "facts were loaded since" refused.txt
"$portolan" -w ws ledger verify > /dev/null || fail "the ledger does not hold"
