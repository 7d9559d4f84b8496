#!/usr/bin/env bash
# journeys_paths: ChannelAttribution's data, 10,000 aggregated paths, unfolded into half a million
# events of 88,387 people and sent through the whole pipeline: files, store, reader, methods. Must
# give back its totals, the package's own first, last and linear conversions, and those of a Markov
# chain of order 1, solved here again by elimination.
source "$(dirname "$0")/../support/lib.bash"
data=${PORTOLAN_DATA:-$source_dir/../shared/data}/attribution_channelattribution
[ -f "$data/Data.csv" ] || skip "no $data"
mkdir -p ws/sources ws/data && cd ws
printf 'company: Paths\ncurrency: EUR\nzone: UTC\n' > portolan.yaml
cat > journeys.yaml <<'YAML'
look_back_days: 365
goals: [{name: sale, table: event, kinds: [sale]}]
YAML
cat > sources/web.yaml <<'YAML'
table: event
files: [data/events.csv]
identifier_kind: cookie
mapping: |
  SELECT id AS event_id, ptl_time("at", '%Y-%m-%d') AS occurred_at, who AS identifier, kind, kind AS name,
    channel, ptl_money(value) AS value_micros FROM source
YAML
node - "$data/Data.csv" > data/events.csv <<'JS'
// A touch a day, then the sale on the day after; a path's worth goes to its first sale.
const fs = require('fs'), out = ['id,at,who,kind,channel,value'];
let id = 0, who = 0;
const day = (n) => new Date(Date.UTC(2024, 0, 1) + n * 86400000).toISOString().slice(0, 10);
for (const line of fs.readFileSync(process.argv[2], 'utf8').trim().split('\n').slice(1)) {
  const [path, n, value, nulls] = line.split(','), touches = path.split(' > ');
  for (let j = 0; j < +n + +nulls; j++) {
    who++;
    touches.forEach((c, i) => out.push(`${++id},${day(i)},p${who},visit,${c},`));
    if (j < +n) out.push(`${++id},${day(touches.length)},p${who},sale,,${j ? '0' : (+value).toFixed(6)}`);
  }
}
process.stdout.write(out.join('\n') + '\n');
JS
"$portolan" import > import.txt 2> problems.txt || { cat problems.txt; fail "import"; }
"$portolan" attribution run --order 1 --replicates 20 --json --quiet > run.json
node - "$data" <<'JS'
const fs = require('fs'), dir = process.argv[2], r = JSON.parse(fs.readFileSync('run.json', 'utf8'));
const wrong = (what, a, b) => { console.error(`${what}: ${a}, expected ${b}`); process.exitCode = 1; };
const credit = (m, c) => r.journey_credit.find((x) => x.method === m && x.channel === c).conversions.point;
const touched = r.lines.find((l) => l.line === 'touched');
if (touched.conversions !== 19785) wrong('conversions', touched.conversions, 19785);
if (r.totals.find((t) => t.name === 'journeys_null').exact !== 68602) wrong('null paths', '', 68602);
const worth = Number(typeof touched.value === 'string' ? touched.value : touched.value.amount);
if (!(Math.abs(worth - 74802.97) < 0.005)) wrong('worth', worth, 74802.97);
const head = fs.readFileSync(`${dir}/ref_heuristic.csv`, 'utf8').trim().split('\n').map((l) => l.replace(/"/g, '').split(','));
const at = (re) => head[0].findIndex((h) => re.test(h));
const column = {first_touch: at(/first.*conv/i), last_touch: at(/last.*conv/i), linear: at(/linear.*conv/i)};
for (const row of head.slice(1))
  for (const [m, i] of Object.entries(column))
    if (i < 0 || !(Math.abs(credit(m, row[0]) - +row[i]) < 1e-6)) wrong(`${m} ${row[0]}`, credit(m, row[0]), row[i]);
// The chain solved again: counts of transitions (a channel after itself is one state), elimination.
const names = [...new Set(head.slice(1).map((row) => row[0]))], N = names.length + 1, WON = N;
const count = Array.from({length: N}, () => new Array(N + 2).fill(0));
for (const line of fs.readFileSync(`${dir}/Data.csv`, 'utf8').trim().split('\n').slice(1)) {
  const [path, n, , nulls] = line.split(','), states = [0];
  for (const c of path.split(' > ')) if (names.indexOf(c) + 1 !== states.at(-1)) states.push(names.indexOf(c) + 1);
  for (let i = 1; i < states.length; i++) count[states[i - 1]][states[i]] += +n + +nulls;
  count[states.at(-1)][WON] += +n;
  count[states.at(-1)][WON + 1] += +nulls;
}
const converts = (removed) => { // from the start, where whoever steps into `removed` is lost
  const m = count.map((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return [...row.slice(0, N).map((x, j) => (i === j ? 1 : 0) - (j === removed ? 0 : x / sum)), row[WON] / sum];
  });
  for (let k = 0; k < N; k++)
    for (let i = 0; i < N; i++) {
      if (i === k) continue;
      const f = m[i][k] / m[k][k];
      for (let j = k; j <= N; j++) m[i][j] -= f * m[k][j];
    }
  return m[0][N] / m[0][0];
};
const all = converts(-1), effect = names.map((_, i) => 1 - converts(i + 1) / all);
const sum = effect.reduce((a, b) => a + b, 0);
names.forEach((c, i) => {
  const want = (effect[i] / sum) * 19785;
  if (!(Math.abs(credit('markov', c) - want) < 1e-6)) wrong(`markov ${c}`, credit('markov', c), want);
});
JS
