#!/usr/bin/env bash
# journeys: attribution of a simulated shop against journeys built again here, slowly, in JavaScript,
# from the shop's own export of web analytics: sessions, look-backs, conversions, money in three
# currencies, linear and first-touch shares, flows and lags. Then what was known on an earlier day.
source "$(dirname "$0")/../support/lib.bash"
"$portolan" simulate acme --persons 6000 --weeks 30 --seed 7 --quiet > /dev/null
cd acme
export PORTOLAN_NOW=2026-11-16T08:00:00Z
cat > journeys.yaml <<'YAML'
look_back_days: 21
goals:
  - {name: web_order, table: event, kinds: [purchase]}
  - {name: order}
YAML
"$portolan" import > import.txt 2>&1 || { cat import.txt; fail "import"; }
"$portolan" attribution run --replicates 20 --json --quiet > run.json
"$portolan" attribution --json > show.json
"$portolan" journeys --limit 2000 --json > paths.json

cat > again.js <<'JS'
// The rules of docs/journeys.md, written again; names of channels are those the workspace governs.
const fs = require('fs');
const show = JSON.parse(fs.readFileSync('show.json', 'utf8')), listed = JSON.parse(fs.readFileSync('paths.json', 'utf8'));
const yaml = fs.readFileSync('channels.yaml', 'utf8');
const governed = new Map();
let name = null;
for (const line of yaml.split('\n')) {
  const item = line.match(/^- name: (\w+)/), label = line.match(/^ +label: (.*)/), aliases = line.match(/^ +aliases: \[(.*)\]/);
  if (item) { name = item[1]; governed.set(name, name); }
  if (label) governed.set(label[1].trim().toLowerCase(), name);
  if (aliases) for (const a of aliases[1].split(',')) governed.set(a.trim().replace(/^"|"$/g, '').toLowerCase(), name);
}
const micros = (t) => { const [, sign, a, b = ''] = t.match(/^(-?)(\d+)(?:\.(\d+))?$/); return BigInt(sign + a + b.padEnd(6, '0')); };
const rates = new Map(fs.readFileSync('data/finance/fx_rates.csv', 'utf8').trim().split('\n').slice(1).map((l) => l.split(',')).map(([d, c, r]) => [c + d, micros(r) * 1000n]));
const at = (c, day) => {
  if (c === 'EUR' || c === '') return 1000000000n;
  for (let k = 0; k <= 7; k++) { const r = rates.get(c + new Date(Date.parse(day) - k * 86400000).toISOString().slice(0, 10)); if (r) return r; }
  throw new Error(`no rate ${c} ${day}`);
};
const even = (x, d) => { const neg = x < 0n, a = neg ? -x : x; let q = a / d; const r = a % d; if (2n * r > d || (2n * r === d && q % 2n === 1n)) q++; return neg ? -q : q; };
const berlin = new Intl.DateTimeFormat('sv-SE', {timeZone: show_zone(), year: 'numeric', month: '2-digit', day: '2-digit'});
function show_zone() { return fs.readFileSync('portolan.yaml', 'utf8').match(/^zone: (\S+)/m)[1]; }
const DAY = 86400000, LOOK = 21 * DAY, SESSION = 30 * 60000;
const people = new Map(), nobody = [], seen = new Set();
fs.readFileSync('data/ga4/events.jsonl', 'utf8').trim().split('\n').forEach((line, i) => {
  const raw = JSON.parse(line), from = raw.traffic_source, order = raw.ecommerce ?? {};
  const same = JSON.stringify([raw.user_pseudo_id, raw.event_timestamp, raw.event_name, raw.event_params, order.transaction_id, raw.geo.country]);
  if (seen.has(same)) return; // the export says it twice
  seen.add(same);
  const label = from.name && from.name.endsWith('| Brand') ? 'brand_search' : from.source && from.medium ? `${from.source} / ${from.medium}` : null;
  const e = {id: i, t: raw.event_timestamp / 1000, kind: raw.event_name, channel: label && (governed.get(label.toLowerCase()) ?? label)};
  const money = /"purchase_revenue":([0-9.]+),"currency":"(\w+)"/.exec(line);
  if (e.kind === 'purchase') e.micros = money ? even(micros(money[1]) * at(money[2], berlin.format(new Date(e.t))), 1000000000n) : 0n;
  if (!raw.user_pseudo_id) { if (e.kind === 'purchase') nobody.push(e); return; }
  if (!people.has(raw.user_pseudo_id)) people.set(raw.user_pseudo_id, []);
  people.get(raw.user_pseudo_id).push(e);
});
const touchedBy = {}, first = {}, paths = new Map(), lags = {};
let conversions = nobody.length, touched = 0, nulls = 0, total = nobody.reduce((s, e) => s + e.micros, 0n), totalTouched = 0n, flowStart = 0;
const take = (path, converts) => {
  const key = path.map((t) => t.channel).join(' > '), p = paths.get(key) ?? [0, 0];
  p[0]++; p[1] += converts; paths.set(key, p); flowStart++;
};
for (const events of people.values()) {
  events.sort((a, b) => a.t - b.t || a.id - b.id);
  const touches = [];
  let open = null;
  for (const e of events) {
    if (!e.channel) continue;
    const goes = open && e.t - open.t <= SESSION && (e.channel === open.channel || e.channel === 'direct');
    if (goes) { open.t = e.t; continue; }
    open = {t: e.t, channel: e.channel};
    touches.push({t: e.t, channel: e.channel});
  }
  const tile = (list) => { while (list.length) { const until = list[0].t + LOOK, j = list.filter((x) => x.t <= until); take(j, 0); nulls++; list = list.slice(j.length); } };
  let left = touches, last = null;
  for (const c of events.filter((e) => e.kind === 'purchase')) {
    conversions++; total += c.micros;
    const before = left.filter((x) => x.t <= c.t);
    let path = before.filter((x) => x.t >= c.t - LOOK);
    if (last && before.length === 0 && c.t - last.t <= SESSION) path = last.path;
    else { tile(before.slice(0, before.length - path.length)); left = left.slice(before.length); }
    last = {t: c.t, path};
    if (!path.length) continue;
    touched++; totalTouched += c.micros; take(path, 1);
    first[path[0].channel] = (first[path[0].channel] ?? 0) + 1;
    for (const x of path) touchedBy[x.channel] = (touchedBy[x.channel] ?? 0) + 1 / path.length;
    const lag = Math.min(63, Math.floor((c.t - path[0].t) / DAY));
    lags[lag] = (lags[lag] ?? 0) + 1;
  }
  tile(left);
}
const fail = (what, a, b) => { console.error(`${what}: ${a}, expected ${b}`); process.exitCode = 1; };
const line = (l) => show.lines.find((x) => x.line === l);
const asMicros = (t) => micros(typeof t === 'string' ? t : t.amount ?? t.value);
if (line('all').conversions !== conversions) fail('conversions', line('all').conversions, conversions);
if (line('touched').conversions !== touched) fail('touched', line('touched').conversions, touched);
if (asMicros(line('all').value) !== total) fail('value', line('all').value, total);
if (asMicros(line('touched').value) !== totalTouched) fail('touched value', line('touched').value, totalTouched);
const totals = Object.fromEntries(show.totals.map((t) => [t.name, t.exact]));
if (totals.journeys_null !== nulls) fail('journeys without conversion', totals.journeys_null, nulls);
if (totals.conversions_of_nobody !== nobody.length) fail('nobody', totals.conversions_of_nobody, nobody.length);
for (const c of show.journey_credit) {
  const want = c.method === 'linear' ? touchedBy[c.channel] ?? 0 : c.method === 'first_touch' ? first[c.channel] ?? 0 : null;
  if (want !== null && !(Math.abs(c.conversions.point - want) < 1e-6)) fail(`${c.method} ${c.channel}`, c.conversions.point, want);
}
for (const m of show.methods) {
  const sum = show.journey_credit.filter((c) => c.method === m.method).reduce((s, c) => s + c.conversions.point, m.baseline.point ?? 0);
  if (!(Math.abs(sum - touched) < 1e-6 * touched)) fail(`${m.method} adds up to`, sum, touched);
}
for (const p of listed.paths) {
  const want = paths.get(p.path) ?? [0, 0];
  if (p.journeys !== want[0] || p.conversions !== want[1]) fail(`path ${p.path}`, [p.journeys, p.conversions], want);
}
if (listed.paths.length < 50) fail('paths listed', listed.paths.length, 'more');
for (const l of show.lags) if (l.conversions !== (lags[l.days] ?? 0)) fail(`lag ${l.days}`, l.conversions, lags[l.days]);
const started = show.flow.filter((f) => f.step === 0).reduce((s, f) => s + f.journeys, 0);
if (started !== flowStart) fail('flow starts', started, flowStart);
const ended = show.flow.filter((f) => /^\((conversion|none)\)$/.test(f.to)).reduce((s, f) => s + f.journeys, 0);
if (ended !== flowStart) fail('flow ends', ended, flowStart);
// What is judged are these journeys: every one in one part, every conversion observed once.
for (const m of show.methods) {
  const parts = show.promises.filter((c) => c.method === m.method), judged = show.foresight.find((f) => f.method === m.label);
  const n = parts.reduce((s, c) => s + c.journeys, 0), observed = parts.reduce((s, c) => s + c.observed, 0);
  if (Math.abs(n - touched - nulls) > 1e-6 || Math.abs(observed - touched) > 1e-6) fail(`${m.method} judged`, [n, observed], [touched + nulls, touched]);
  if (!judged || !(judged.auc > 0.4 && judged.auc < 1)) fail(`${m.method} auc`, judged?.auc, 'a chance');
  const q = touched / (touched + nulls), entropy = -q * Math.log(q) - (1 - q) * Math.log(1 - q);
  if (!(Math.abs(judged.log_loss_base - entropy) < 2e-3)) fail(`${m.method} base`, judged.log_loss_base, entropy);
}
if (show.methods.length !== 10) fail('methods', show.methods.length, 10);
if (touched < 100 || nulls < 500) fail('journeys', [touched, nulls], 'enough to show anything');
console.log(JSON.stringify({conversions, touched, nulls, paths: paths.size, total: total.toString()}));
JS
node again.js || fail "journeys differ from those built again"

# The page says the same: every figure is the one shown above, flows add up, grade E stands everywhere.
"$portolan" page write attribution --out journeys.html > /dev/null
"$portolan" page write attribution --out twice.html > /dev/null
cmp journeys.html twice.html || fail "the same run gave another page"
cat > page.js <<'JS'
const fs = require('fs');
const show = JSON.parse(fs.readFileSync('show.json', 'utf8')), html = fs.readFileSync('journeys.html', 'utf8');
const data = JSON.parse(html.match(/id="data">(.*?)<\/script>/s)[1]);
const fail = (what, a, b) => { console.error(`page: ${what}: ${a}, expected ${b}`); process.exitCode = 1; };
const chart = (id) => data.charts.find((c) => c.id === id);
const n = (l) => show.lines.find((x) => x.line === l).conversions;
for (const [key, want] of [['conversions', n('all')], ['touched', n('touched')], ['untouched', n('untouched')]])
  if (data.figures[key].value !== want) fail(key, data.figures[key].value, want);
const channel = show.stake[0].channel, rows = chart('stake').series.rows;
show.methods.forEach((m, i) => {
  const want = show.journey_credit.find((c) => c.channel === channel && c.method === m.method).value;
  if (rows[i].value !== want.point || rows[i].lo !== want.low || rows[i].hi !== want.high) fail(m.method, JSON.stringify(rows[i]), JSON.stringify(want));
});
const most = Math.max(...show.distances.map((d) => d.value));
if (Math.abs(data.figures.distance.value - most) > 1e-9) fail('distance', data.figures.distance.value, most);
const flow = chart('flow').series, sum = (list) => list.reduce((s, x) => s + x.value, 0);
const journeys = show.flow.filter((f) => f.step === 0).reduce((s, f) => s + f.journeys, 0);
for (const layer of flow.layers) {
  if (layer.nodes.length > 5) fail('nodes a layer', layer.nodes.length, 'five at most');
  if (sum(layer.nodes) !== journeys) fail(`layer ${layer.name}`, sum(layer.nodes), journeys);
}
for (const layer of flow.layers) for (const node of layer.nodes)
  for (const end of ['from', 'to']) {
    const links = flow.links.filter((l) => l[end] === node.id);
    if (links.length && sum(links) !== node.value) fail(`${end} ${node.id}`, sum(links), node.value);
  }
if (flow.layers[2].nodes[0].value !== n('touched')) fail('ended in', flow.layers[2].nodes[0].value, n('touched'));
const bins = chart('calibration').series.bins;
if (sum(bins.map((b) => ({value: b.n}))) !== journeys) fail('calibration', sum(bins.map((b) => ({value: b.n}))), journeys);
for (const b of bins) if (!(b.lo <= b.observed && b.observed <= b.hi)) fail('bar', JSON.stringify(b), 'around its dot');
if (!/<h1>[^<]*\(grade E\)<\/h1>/.test(html)) fail('answer', html.match(/<h1>[^<]*/)[0], 'its grade');
if (/caused by|brought in|ROAS/.test(html)) fail('words', 'a claim', 'is credited with');
JS
node page.js || fail "the page differs from what was shown"
"$portolan" measure triangulate --from 2026-08-01 --to 2026-08-31 > /dev/null
"$portolan" page write attribution --out journeys.html > /dev/null
grep -q "Left out because" journeys.html || fail "the page does not say what was left out"
grep -q "it speaks of another period" journeys.html || fail "the page does not say why"

# Corrections that come later do not change what was known: same figures, byte for byte.
rows() { "$portolan" attribution run --replicates 20 --quiet "$@" > /dev/null; "$portolan" attribution --json | sed 's/"run": *[0-9]*,//'; }
rows > then.json
export PORTOLAN_NOW=2026-12-01T08:00:00Z
sed -i -e 's/"purchase_revenue":/"purchase_revenue":2/' data/ga4/events.jsonl
"$portolan" import > import.txt 2>&1
rows > now.json
cmp -s then.json now.json && fail "the corrected file changed nothing: the test shows nothing"
rows --as-of 2026-11-20 > again.json
cmp then.json again.json || fail "attribution as of 20 November differs from that computed then"

# And the same on any number of threads.
rows --threads 1 > one.json
for n in 2 4; do rows --threads $n > other.json; cmp one.json other.json || fail "$n threads gave other bytes"; done

# Orders carry a customer number that no cookie is resolved to: all untouched, and said.
"$portolan" attribution run --goal order --replicates 20 > order.txt 2>&1
expect "until identities are resolved" order.txt

# Before any run the page teaches its shape.
"$portolan" simulate other --persons 200 --weeks 4 --quiet > /dev/null
(cd other && "$portolan" page write > /dev/null && grep -q "No journeys have been shared out yet" attribution.html &&
  grep -q "portolan attribution run" attribution.html) || fail "an empty page says what would fill it"
