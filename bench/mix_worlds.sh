#!/usr/bin/env bash
# mix_worlds: what the mix model says of companies whose truth is known, beside the peers' presets.
# For each setting and seed: return of a euro by channel against truth.json (which shares no code with
# the model). Prints coverage of the 90 % intervals, median relative error, and how many channels the
# data did not speak on. SEEDS says how many companies, DRAWS how many draws a chain.
set -euo pipefail
cd "$(dirname "$0")/.."
portolan=$PWD/build/dev/portolan
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for setting in ${SETTINGS:-real hostile}; do
  for seed in $(seq "${SEEDS:-5}"); do
    "$portolan" simulate "$work/c" --setting "$setting" --seed "$seed" --weeks 156 > "$work/out"
    "$portolan" -w "$work/c" import --quiet > "$work/out" 2>&1
    for preset in portolan meridian pymc; do
      "$portolan" -w "$work/c" mix fit --preset "$preset" --draws "${DRAWS:-300}" --chains "${CHAINS:-2}" --json --force \
        > "$work/$setting-$seed-$preset.json" 2> "$work/err" || cat "$work/err"
    done
    cp "$work/c/truth.json" "$work/$setting-$seed-truth.json"
    rm -rf "$work/c"
  done
done
node - "$work" <<'JS'
const fs = require('fs'), dir = process.argv[2];
const read = (name) => JSON.parse(fs.readFileSync(`${dir}/${name}`, 'utf8'));
const rows = {};
for (const name of fs.readdirSync(dir).filter((n) => /-(portolan|meridian|pymc)\.json$/.test(n))) {
  const [, setting, seed, preset] = /^(\w+)-(\d+)-(\w+)\.json$/.exec(name);
  const truth = read(`${setting}-${seed}-truth.json`).effects.channels;
  const fit = read(name), row = (rows[`${setting} ${preset}`] ||= { n: 0, inside: 0, silent: 0, errors: [] });
  for (const c of (fit.result || fit).channels || []) {
    const t = truth.find((x) => x.channel === c.channel);
    if (!t || !(c.spend_week > 0)) continue;
    if (c.roi === null) { row.silent++; continue; }
    const value = Number(t.revenue_a_euro);
    row.n++;
    row.inside += value >= c.roi_low && value <= c.roi_high;
    row.errors.push(Math.abs(c.roi - value) / Math.max(Math.abs(value), 0.05));
  }
}
console.log('setting  preset     stated  silent  coverage of 90 %  median relative error');
for (const [key, r] of Object.entries(rows).sort()) {
  r.errors.sort((a, b) => a - b);
  const [setting, preset] = key.split(' ');
  console.log(`${setting.padEnd(8)} ${preset.padEnd(10)} ${String(r.n).padStart(6)}  ${String(r.silent).padStart(6)}  ${r.n ? (100 * r.inside / r.n).toFixed(0).padStart(14) + ' %' : '               -'}  ${r.n ? r.errors[Math.floor(r.errors.length / 2)].toFixed(2).padStart(21) : '                    -'}`);
}
JS
