#!/usr/bin/env bash
# journeys_by_hand: seventeen events of five people, cut and shared out by hand.
#   ada  search (twice within 20 minutes: one touch), email (direct inside its session is none), buys 100 → search > email
#        comes directly, buys 50 two weeks later                                                          → direct
#   bob  social on 1 January, too old for the 16 February on which he buys for 30                            → search; social without
#   cyd  buys for 20 without a touch                                                                         → untouched
#   dan  social, email, never buys (an impression is no touch)                                               → social > email without
#   eve  search, is refunded 5, and buys for 7 ten minutes later, the same session                           → search, twice
source "$(dirname "$0")/../support/lib.bash"
mkdir -p ws/sources ws/data && cd ws
printf 'company: By hand\ncurrency: EUR\nzone: UTC\n' > portolan.yaml
printf -- '- name: search\n  aliases: [google]\n- name: email\n- name: social\n- name: direct\n' > channels.yaml
printf 'goals: [{name: sale, table: event, kinds: [purchase]}]\n' > journeys.yaml
cat > sources/web.yaml <<'YAML'
table: event
files: [data/events.csv]
identifier_kind: cookie
mapping: |
  SELECT id AS event_id, ptl_time("at", '%Y-%m-%d %H:%M') AS occurred_at, who AS identifier, kind, kind AS name,
    channel, campaign, ptl_money(value) AS value_micros FROM source
YAML
cat > data/events.csv <<'CSV'
id,at,who,kind,channel,campaign,value
1,2026-01-01 10:00,ada,visit,google,c1,
2,2026-01-01 10:20,ada,view,Search,c1,
3,2026-01-03 10:00,ada,visit,email,c2,
4,2026-01-03 10:10,ada,visit,direct,,
5,2026-01-05 10:00,ada,purchase,,,100.00
6,2026-01-06 10:00,ada,visit,direct,,
7,2026-01-20 10:00,ada,purchase,,,50.00
8,2026-01-01 10:00,bob,visit,social,c3,
9,2026-02-15 10:00,bob,visit,search,c1,
10,2026-02-16 10:00,bob,purchase,,,30.00
11,2026-01-01 10:00,cyd,purchase,,,20.00
12,2026-01-01 10:00,dan,visit,social,c3,
13,2026-01-02 10:00,dan,visit,email,c2,
14,2026-01-02 10:00,dan,impression,social,c3,
15,2026-02-20 10:00,eve,visit,search,c1,
16,2026-02-20 11:00,eve,purchase,,,-5.00
17,2026-02-20 11:10,eve,purchase,,,7.00
CSV
"$portolan" import --quiet > /dev/null 2>&1
"$portolan" attribution run --json --quiet > run.json
"$portolan" attribution > text.txt
expect "6 conversions worth €202, 5 after a touch, 1 without one" text.txt
expect "describes journeys (grade E)" text.txt
"$portolan" journeys --json > paths.json
cat > check.js <<'JS'
const fs = require('fs'), r = JSON.parse(fs.readFileSync('run.json')), p = JSON.parse(fs.readFileSync('paths.json'));
const same = (what, a, b) => { if (JSON.stringify(a) !== JSON.stringify(b)) { console.error(`${what}: ${JSON.stringify(a)}, expected ${JSON.stringify(b)}`); process.exitCode = 1; } };
const near = (what, a, b) => { if (!(Math.abs(a - b) < 1e-9)) { console.error(`${what}: ${a}, expected ${b}`); process.exitCode = 1; } };
const money = (v) => Number(typeof v === 'string' ? v : v.amount);
same('lines', r.lines.map((l) => [l.line, l.conversions, money(l.value)]), [['touched', 5, 187], ['untouched', 1, 20], ['negative', 1, -5], ['all', 6, 202]]);
const of = (method, what) => Object.fromEntries(r.journey_credit.filter((c) => c.method === method).map((c) => [c.channel, c[what].point]));
const all = (what, method, want, outcome) => { const got = of(method, outcome); for (const c of ['search', 'email', 'social', 'direct']) near(`${what} ${method} ${c}`, got[c], want[c] ?? 0); };
// half of ada's first sale, bob's, and both of eve's: 0.5 + 1 + 2
all('conversions', 'linear', {search: 3.5, email: 0.5, direct: 1}, 'conversions');
all('conversions', 'first_touch', {search: 4, direct: 1}, 'conversions');
all('conversions', 'last_touch', {search: 3, email: 1, direct: 1}, 'conversions');
all('conversions', 'shapley', {search: 3.5, email: 0.5, direct: 1}, 'conversions');
// money: 50 + 30 + 0 (minus five counts as nothing) + 7
all('worth', 'linear', {search: 87, email: 50, direct: 50}, 'value');
all('worth', 'last_touch', {search: 37, email: 100, direct: 50}, 'value');
// two days apart, half-life seven days: weights 2^(-2/7) and 1
const w = 2 ** (-2 / 7);
all('conversions', 'time_decay', {search: 3 + w / (1 + w), email: 1 / (1 + w), direct: 1}, 'conversions');
const path = Object.fromEntries(p.paths.map((x) => [x.path, [x.journeys, x.conversions, money(x.value)]]));
same('paths', Object.entries(path).sort(), [['direct', [1, 1, 50]], ['search', [3, 3, 37]], ['search > email', [1, 1, 100]], ['social', [1, 0, 0]], ['social > email', [1, 0, 0]]].sort());
same('lags', p.lags.map((l) => [l.days, l.conversions]), [[0, 2], [1, 1], [4, 1], [14, 1]]);
same('lengths', p.lengths.map((l) => [l.touches, l.converting, l.not_converting]), [[1, 4, 1], [2, 1, 1]]);
same('roles', r.roles.find((x) => x.channel === 'search'), {channel: 'search', first: 4, last: 3, alone: 3, assist: 1, touched: 4, journeys: 4});
same('stake', [r.stake.find((x) => x.channel === 'email').least_by, money(r.stake.find((x) => x.channel === 'email').spread)], ['first touch', 100]);
JS
node check.js || fail "not what the hand computed"

# Order 1 by hand: 5/7 of journeys convert; without search 1/7 + 2/7 * 1/4 of them, without email or direct 4/7, without
# social 9/14. Quarters of the period: search and email share the first, direct has the second, the third has nothing.
"$portolan" attribution run --order 1 --json --quiet > run.json
node -e '
  const r = JSON.parse(require("fs").readFileSync("run.json")), near = (what, a, b) => { if (!(Math.abs(a - b) < 1e-9)) throw new Error(`${what}: ${a}, expected ${b}`); };
  const want = {search: 0.7, email: 0.2, direct: 0.2, social: 0.1};
  if (r.removals.length !== 4) throw new Error("removals of every channel");
  for (const x of r.removals) { near(`without ${x.channel}`, x.effect, want[x.channel]); if (!(x.low < x.effect && x.effect < x.high)) throw new Error(`interval of ${x.channel}`); }
  const s = r.stability.find((x) => x.method === "linear");
  near("moved", s.moved, 1); near("rank", s.rank, -1 / Math.sqrt(3));' || fail "removal effects or stability"

# by campaign, and on days of January alone
"$portolan" attribution run --by campaign --json --quiet > run.json
node -e '
  const r = JSON.parse(require("fs").readFileSync("run.json"));
  const c = r.journey_credit.find((x) => x.method === "linear" && x.channel === "c1").conversions.point;
  if (!(Math.abs(c - 3.5) < 1e-9)) throw new Error(`campaign c1 has ${c}, expected 3.5`);
  if (r.removals.find((x) => x.channel === "c1")?.effect > 0 !== true) throw new Error("no removal effect of campaign c1");' || fail "by campaign"
"$portolan" attribution run --from 2026-01-01 --to 2026-01-31 > january.txt
expect "3 conversions worth €170, 2 after a touch, 1 without one" january.txt
status=0; "$portolan" attribution run --goal nothing > wrong.txt 2>&1 || status=$?
[ "$status" != 0 ] || fail "a goal that is not there was shared out"
expect 'no goal "nothing"' wrong.txt
