#!/usr/bin/env bash
# audit: every fault planted in a simulated company is found, on its days and at its source, and a
# clean company has no high finding. Both worlds; one seed, with PTL_LONG=1 twenty.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
seeds=1
[ "${PTL_LONG:-}" = 1 ] && seeds=${SEEDS:-20}

# The fault's word in truth.json and the check that has to find it; the file of a fault belongs to the
# source whose patterns name its folder.
hold() { node -e '
  const fs = require("fs"), path = require("path"), dir = process.argv[1];
  const CHECK = { "duplicates": ["duplicates"], "gap": ["gap"], "delay": ["delay"], "unit change": ["unit_change"],
    "double-counted conversions": ["double_counting", "duplicates"], "time-zone shift": ["time_zone_shift"],
    "currency mix": ["currency_mix"], "bot traffic": ["bot_traffic"] };
  const found = JSON.parse(fs.readFileSync(`${dir}/audit.json`, "utf8"));
  const findings = (found.result || found).findings;
  const sources = fs.readdirSync(`${dir}/sources`).map((name) => [name.replace(".yaml", ""), fs.readFileSync(`${dir}/sources/${name}`, "utf8")]);
  const wrong = [];
  const day = (text) => Date.parse(text) / 86400000;
  /* days that both name over days that either names: neighbours of a faulty day may look faulty too */
  const overlap = (a, b) => {
    const both = Math.min(day(a.to), day(b.to)) - Math.max(day(a.from), day(b.from)) + 1;
    return both / (Math.max(day(a.to), day(b.to)) - Math.min(day(a.from), day(b.from)) + 1);
  };
  let n = 0;
  for (const fault of JSON.parse(fs.readFileSync(`${dir}/truth.json`, "utf8")).faults) {
    const names = sources.filter(([, text]) => text.includes(fault.file)).map(([name]) => name);
    const hit = findings.find((f) => CHECK[fault.fault].includes(f.check) && f.severity !== "low" &&
      names.some((name) => f.title.includes(name)) && overlap(f, fault) >= 0.6);
    n++;
    if (!hit) wrong.push(`${fault.fault} of ${fault.file}, ${fault.from} to ${fault.to}, ${fault.rows} rows: not found`);
  }
  if (process.argv[2] === "clean")
    for (const f of findings.filter((f) => f.severity === "high")) wrong.push(`a clean company: ${f.check}: ${f.title}. ${f.detail}`);
  else if (n < 7) wrong.push(`only ${n} faults were planted`);
  if (wrong.length) { console.log(wrong.join("\n")); process.exit(1); }' "$1" "$2"; }

failed=0
for world in shop software; do
  for setting in hostile real kind; do
    [ "$seeds" = 1 ] && [ "$setting" = kind ] && continue
    for seed in $(seq "$seeds"); do
      "$portolan" simulate acme --world "$world" --setting "$setting" --seed "$seed" > said.txt
      "$portolan" -w acme import --quiet > /dev/null
      "$portolan" -w acme audit --json > acme/audit.json
      kind=clean
      [ "$setting" = hostile ] && kind=hostile
      hold acme "$kind" > wrong.txt || { failed=$((failed + 1)); sed "s/^/$world $setting seed $seed: /" wrong.txt; }
      rm -rf acme
    done
  done
done
[ "$failed" = 0 ] || fail "$failed companies were audited wrongly"
