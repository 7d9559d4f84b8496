#!/usr/bin/env bash
# course: forecasts are frozen, scored and turned into a chance; a change planted in the last week is
# named and split; a broken day raises one alarm; minutes are carried; the digest arrives.
# The figures of the made-up shop are simple enough to be added up here.
source "$(dirname "$0")/../support/lib.bash"
portolan init ws > /dev/null 2>&1 || "$portolan" init ws > /dev/null
rm -rf ws/sources ws/data ws/channels.yaml; mkdir -p ws/sources ws/data

# 112 weeks to Sunday 8 November 2026, two channels, 40 and 20 orders a day of 30.00 and 50.00, a
# tenth more on Saturdays, and a little unrest that repeats every eleven days.
make_orders() { # LAST-DAY PRICE-OF-B-IN-THE-LAST-WEEK ORDERS-OF-A-ON-THE-LAST-DAY
  node - "$@" <<'JS' > ws/data/orders.csv
const [last, price, lastOrders] = process.argv.slice(2);
const end = Date.parse(last) / 86400000, out = ['id,day,channel,net,cost'];
for (let d = Date.parse('2024-09-16') / 86400000; d <= end; d++) {
  const day = new Date(d * 86400000).toISOString().slice(0, 10), saturday = (d + 4) % 7 === 6 ? 1.1 : 1;
  const unrest = 1 + 0.02 * ((d * 7919) % 11 - 5) / 5;
  let a = Math.round(40 * saturday * unrest), b = Math.round(20 * saturday * unrest);
  if (d === end && lastOrders) a = +lastOrders;
  for (let i = 0; i < a; i++) out.push(`a${d}-${i},${day},shop,30.00,12.00`);
  for (let i = 0; i < b; i++) out.push(`b${d}-${i},${day},search,${end - d < 7 ? price : '50.00'},20.00`);
}
out.push(`z,${new Date((end + 1) * 86400000).toISOString().slice(0, 10)},shop,30.00,12.00`); // the next morning
console.log(out.join('\n'));
JS
}
cat > ws/portolan.yaml <<'YAML'
company: Test & Co
currency: EUR
zone: Europe/Berlin
kpi:
  metric: cm1
  label: Contribution
  from: 400,000
  to: 480,000
  starts: 2026-01-01
  by: 2026-12-31
YAML
cat > ws/sources/orders.yaml <<'YAML'
table: txn
files: [data/orders.csv]
mapping: |
  SELECT id AS txn_id, ptl_time(day || ' 12:00', '%Y-%m-%d %H:%M') AS occurred_at, 'new' AS kind, channel,
    ptl_money(net) AS gross_micros, ptl_money(cost) AS variable_cost_micros, 'EUR' AS currency
  FROM source
YAML
p() { "$portolan" -w ws "$@"; }
review() { p review --quiet > /dev/null; cp ws/review.json "$1"; }

# --- frozen in September, scored in November -------------------------------------------------------
make_orders 2026-09-06 50.00
export PORTOLAN_NOW=2026-09-07T06:00:00Z
p import --quiet > /dev/null
review september.json
equal "$(json september.json course.record.frozen.forecasts)" 0 "forecasts scored before any came out"
make_orders 2026-11-08 50.00
export PORTOLAN_NOW=2026-11-09T06:00:00Z
p import --quiet > /dev/null
review november.json
p review --quiet > /dev/null # a second review on the same day adds no forecasts to the record
equal "$(json november.json course.record.frozen.forecasts)" 9 "weeks that came out since September"
p review --quiet --as-of 2026-09-06 > /dev/null # made today from what was known then: not frozen
review again.json
equal "$(json again.json course.record.frozen.forecasts)" 9 "a replay does not add to the record"

# Score by hand: the forecasts of September's file against sums of the orders.
node - september.json november.json ws/data/orders.csv <<'JS' || fail "the record is not what the files say"
const [then, now] = process.argv.slice(2, 4).map((f) => JSON.parse(require('fs').readFileSync(f)));
const days = new Map();
for (const line of require('fs').readFileSync(process.argv[4], 'utf8').trim().split('\n').slice(1)) {
  const [, day, , net, cost] = line.split(',');
  days.set(day, (days.get(day) ?? 0) + (+net) - (+cost));
}
const sum = (from, to) => [...days].reduce((s, [d, v]) => d >= from && d <= to ? s + v : s, 0);
const near = (a, b, what) => { if (!(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)))) throw new Error(`${what}: ${a}, expected ${b}`); };
const over = then.course.weeks.filter((w) => w.end <= '2026-11-08').map((w) => ({ ...w, actual: sum(w.start, w.end) }));
const total = over.reduce((s, w) => s + w.actual, 0), r = now.course.record.frozen;
near(r.wape, over.reduce((s, w) => s + Math.abs(w.actual - w.expected), 0) / total, 'wape');
near(r.wape_naive, over.reduce((s, w) => s + Math.abs(w.actual - w.naive), 0) / total, 'naive');
near(r.bias, over.reduce((s, w) => s + w.expected - w.actual, 0) / total, 'bias');
near(r.coverage, over.filter((w) => w.low <= w.actual && w.actual <= w.high).length / over.length, 'coverage');
near(r.brier, over.reduce((s, w) => s + (w.chance - (w.actual >= w.reference)) ** 2, 0) / over.length, 'brier');
near(r.brier_naive, 0.25, 'a coin');
near(now.course.to_date, sum('2026-01-01', '2026-11-08'), 'so far');
const share = now.course.to_date / 312, rest = now.course.at_date.expected - now.course.to_date; // 53 days left
if (!(Math.abs(rest / 53 / share - 1) < 0.03)) throw new Error(`the rest of the year: ${rest}`);
const cone = now.course.cone.at(-1);
near(cone.expected, now.course.at_date.expected, 'the cone ends at the date');
if (!(cone.low < cone.half_low && cone.half_low < cone.half_high && cone.half_high < cone.high)) throw new Error('cone');
near(now.course.cone.at(-1).plan, 480000, 'the plan ends at the target');
JS
p course show > course.txt
expect "holding course, more than 99 in 100 to reach €480.0k by 31 December 2026" course.txt
sed -i 's/to: 480,000/to: 4,000,000/' ws/portolan.yaml; p apply > /dev/null
review far.json
equal "$(json far.json course.course)" "off course" "a target that is out of reach"

# --- what changed ------------------------------------------------------------------------------------
equal "$(json november.json changes.found)" "[]" "changes where nothing changed"
make_orders 2026-11-08 100.00
p import --quiet > /dev/null
review changed.json
node - changed.json ws/data/orders.csv <<'JS' || fail "the planted change is not named and split right"
const r = JSON.parse(require('fs').readFileSync(process.argv[2])), f = r.changes.found;
if (f.length !== 1 || f[0].member !== 'search') throw new Error(`named: ${JSON.stringify(f.map((c) => c.member))}`);
const m = (t) => { const [, s, a, b = ''] = t.match(/^(-?)(\d+)(?:\.(\d+))?$/); const v = BigInt(a + b.padEnd(6, '0')); return s ? -v : v; };
const p = Object.fromEntries(Object.entries(f[0].parts).map(([k, v]) => [k, m(v)]));
if (p.volume + p.mix + p.rate + p.price + p.apart !== p.revenue) throw new Error('parts do not add up to revenue');
if (p.revenue + p.cost + p.media !== p.cm2) throw new Error('parts do not add up to CM2');
const orders = require('fs').readFileSync(process.argv[3], 'utf8').split('\n').filter((l) => l.includes(',search,100.00,')).length;
const dearer = Number(p.price) / 1e6; // 50.00 more on each order, or on the mean of now and before
if (!(Math.abs(dearer / (50 * orders) - 1) < 0.05)) throw new Error(`price ${dearer} of ${orders} orders`);
if (f[0].because.length !== 0 || m(f[0].unexplained) !== p.cm2) throw new Error('explained without evidence');
JS
p changes > changes.txt
expect "search: revenue rose by €7.10k against €7.10k expected" changes.txt

# --- alarms --------------------------------------------------------------------------------------------
p alarm run --json > alarms.json
make_orders 2026-11-08 50.00 3
p import --quiet > /dev/null
p alarm run --json > broken.json
equal "$(node -e 'const a = JSON.parse(require("fs").readFileSync("broken.json")); console.log(a.alarms.some((x) => x.member === "shop" && x.metric === "orders" && x.value === 3))')" true "the day on which the shop stopped"
p alarm run --json > twice.json
equal "$(json twice.json new)" 0 "alarms raised twice"
p alarm list | grep -q shop || fail "the alarm is not in the list"
make_orders 2026-11-08 50.00
p import --quiet > /dev/null
equal "$(p alarm run --json > fine.json; json fine.json alarms)" "[]" "alarms on a day like any other"

# --- minutes -------------------------------------------------------------------------------------------
p minutes add "Repair the feed" --owner "Ines Albrecht" --due 2026-11-11 > /dev/null
p minutes add "Keep the plan" --kind decision > /dev/null
status=0; p minutes add "Nobody does this" > bad.txt 2>&1 || status=$?
equal "$status" 2 "exit code of an action without an owner"
review minutes.json
equal "$(json minutes.json minutes | grep -o '"what"' | wc -l)" 2 "minutes on the review"
export PORTOLAN_NOW=2026-11-16T06:00:00Z # a week later: the action is late and still there
p minutes --json > later.json
equal "$(json later.json minutes.0.state) $(json later.json minutes.0.what)" "late Repair the feed" "carried over"
equal "$(json later.json minutes.1)" undefined "an earlier week's decision"
p minutes close 1 --outcome "Repaired on Thursday" > /dev/null
equal "$(p minutes --json > none.json; json none.json minutes)" "[]" "minutes when all is done"
p ledger list --limit 1000 --json > ledger.json
for kind in minutes.add minutes.close alarm.run review.written; do grep -q "\"$kind\"" ledger.json || fail "no ledger entry of $kind"; done

# --- the digest ----------------------------------------------------------------------------------------
node - > sink.txt <<'JS' &
const http = require('http'), net = require('net'), fs = require('fs');
const web = http.createServer((q, a) => { let b = ''; q.on('data', (c) => b += c).on('end', () => {
  if (q.url === '/down') { a.writeHead(503); return a.end(); }
  fs.writeFileSync('hook.json', b); a.end('ok'); }); }).listen(0, '127.0.0.1', () => {
  const mail = net.createServer((s) => { let body = false, text = ''; s.write('220 sink\r\n');
    s.on('data', (d) => { text += d;
      for (let i; (i = text.indexOf('\r\n')) >= 0;) { const line = text.slice(0, i); text = text.slice(i + 2);
        if (body) { fs.appendFileSync('mail.txt', line + '\n'); if (line === '.') { body = false; s.write('250 kept\r\n'); } continue; }
        fs.appendFileSync('dialogue.txt', line + '\n');
        if (/^EHLO/.test(line)) s.write('250 sink\r\n'); else if (/^DATA/.test(line)) { body = true; s.write('354 go\r\n'); }
        else if (/^QUIT/.test(line)) { s.write('221 bye\r\n'); s.end(); } else s.write('250 ok\r\n'); } }); s.on('error', () => {}); })
    .listen(0, '127.0.0.1', () => fs.writeFileSync('ports', `${web.address().port} ${mail.address().port}\n`)); });
setTimeout(() => process.exit(0), 60000).unref?.();
JS
sink=$!
cleanup() { kill "$sink" 2> /dev/null || true; }
for _ in $(seq 100); do [ -s ports ] && break; sleep 0.1; done
read -r web mail < ports
cat >> ws/portolan.yaml <<YAML
digest:
  file: out.txt
  webhook: http://127.0.0.1:$web/\${HOOK}
  mail_server: smtp://127.0.0.1:$mail
  mail_from: portolan@example.com
  mail_to: [ines@example.com, daan@example.com]
YAML
p apply > /dev/null
HOOK=secret-7 p digest send --json > sent.txt
equal "$(grep -o '"outcome": *"sent"' sent.txt | wc -l)" 3 "places that the digest went to"
expect "Contribution: off course" ws/out.txt
node - <<'JS' || fail "hook or mail does not hold the digest"
const fs = require('fs'), text = fs.readFileSync('ws/out.txt', 'utf8'), hook = JSON.parse(fs.readFileSync('hook.json'));
if (hook.text !== text || hook.course.course !== 'off course') throw new Error('hook');
const [head, ...body] = fs.readFileSync('mail.txt', 'utf8').split('\n\n');
if (Buffer.from(body.join('').replace(/\n\.\n$/, ''), 'base64').toString() !== text) throw new Error('mail text');
if (!/^To: <ines@example.com>,\n <daan@example.com>$/m.test(head) || !/^Date: Mon, 16 Nov 2026 06:00:00 \+0000$/m.test(head)) throw new Error(head);
const subject = head.match(/^Subject: =\?UTF-8\?B\?(.*)\?=$/m)[1];
if (Buffer.from(subject, 'base64').toString() !== 'Test & Co: off course') throw new Error(subject);
if ((fs.readFileSync('dialogue.txt', 'utf8').match(/^RCPT TO/gm) ?? []).length !== 2) throw new Error('recipients');
JS
rm ws/out.txt
status=0; HOOK=down p digest send > failed.txt 2>&1 || status=$?
equal "$status" 7 "exit code where a place is down"
[ -s ws/out.txt ] || fail "a webhook that is down kept the file from being written"
expect "the webhook answered 503" failed.txt
p ledger list --limit 1000 --json > ledger.json
grep -q "secret-7\|/down" ledger.json sent.txt failed.txt && fail "an address with its secret was repeated"
status=0; p digest send --to webhook > unset.txt 2>&1 || status=$?
[ "$status" != 0 ] || fail "a variable that is not set was passed over"
