#!/usr/bin/env bash
# simulate: what the program counts from a simulated shop's exports is what truth.json says, to the
# cent: the company and every channel, in total and in every week.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
compare() { node -e '
  const read = (name) => JSON.parse(require("fs").readFileSync(`${process.argv[1]}/${name}.json`, "utf8"));
  const review = read("review"), truth = read("truth"), wrong = [];
  const cents = (text) => Math.round(Number(text) * 100);
  let n = 0;
  const hold = (where, found, truth) => {
    for (const key of ["revenue", "cm1", "media", "cm2"]) {
      n++;
      if (cents(found[key]) !== cents(truth[key])) wrong.push(`${where} ${key}: ${found[key]}, truth ${truth[key]}`);
    }
  };
  const line = (where, found, truth) => {
    hold(where, found.all, truth.all);
    if (found.weeks.length !== truth.weeks.length) wrong.push(`${where}: ${found.weeks.length} weeks, truth ${truth.weeks.length}`);
    found.weeks.forEach((week, i) => hold(`${where} ${week.from}`, week, truth.weeks[i]));
  };
  line("company", review.company_total, truth.figures.company);
  for (const channel of truth.figures.channels) {
    const found = review.channels.find((c) => c.channel === channel.channel);
    if (found) line(channel.channel || "none", found, channel);
    else if (Number(channel.all.revenue) !== 0 || Number(channel.all.media) !== 0) wrong.push(`no ${channel.channel}`);
  }
  if (review.channels.length > truth.figures.channels.length) wrong.push("channels that nobody planted");
  if (wrong.length) { console.log(wrong.slice(0, 20).join("\n")); process.exit(1); }
  console.log(`${n} figures equal`);' "$1"; }

for world in "shop kind" "shop real" "software kind" "software real"; do
  set -- $world
  "$portolan" simulate "$1-$2" --world "$1" --setting "$2" --persons 1500 --weeks 30 > said.txt
  "$portolan" -w "$1-$2" import > import.txt
  # Only rows that a mapping says it leaves out are set aside.
  for source in "$1-$2"/sources/*.yaml; do
    "$portolan" -w "$1-$2" source quarantine "$(basename "$source" .yaml)" --limit 100000
  done | grep -E "^data/" | grep -v "left out by the mapping$" && fail "$world: rows were set aside"
  "$portolan" -w "$1-$2" review --quiet > /dev/null
  compare "$1-$2" || fail "$world: the review is not the truth"
done

# Who is who: every customer number and address of the exports has its person, every cookie that is
# no machine's too, and some devices are shared.
node -e '
  const fs = require("fs"), dir = "shop-real";
  const rows = (name) => fs.readFileSync(`${dir}/${name}`, "utf8").trim().split("\n").slice(1).map((line) => line.split(","));
  const people = new Map();
  for (const [person, kind, value] of rows("truth_identity.csv")) {
    const key = `${kind} ${value}`;
    people.set(key, (people.get(key) || new Set()).add(person));
  }
  const wrong = [], hold = (key) => { if (!people.has(key)) wrong.push(key); };
  for (const row of rows("data/shopify/sales_by_line.csv")) hold(`customer ${row[3]}`);
  for (const row of rows("data/shopify/orders_export.csv")) hold(`email ${row[1]}`);
  for (const line of fs.readFileSync(`${dir}/data/ga4/events.jsonl`, "utf8").trim().split("\n")) {
    const event = JSON.parse(line);
    if (event.user_pseudo_id !== null && event.geo.country !== "") hold(`cookie ${event.user_pseudo_id}`);
  }
  const shared = [...people].filter(([key, who]) => who.size > 1);
  if (shared.some(([key]) => !key.startsWith("cookie "))) wrong.push("two people share a customer number or an address");
  if (shared.length === 0) wrong.push("no device is shared");
  if (wrong.length) { console.log(wrong.slice(0, 20).join("\n")); process.exit(1); }
  console.log(`${people.size} identifiers, ${shared.length} of two people`);' || fail "who is who"

# Compressed, the same facts; a hostile shop is imported and reviewed, and its figures are wrong.
"$portolan" simulate zipped --gzip --persons 1500 --weeks 8 --quiet > /dev/null
"$portolan" -w zipped import --quiet > /dev/null
"$portolan" -w zipped review --quiet > /dev/null
compare zipped || fail "compressed exports give other figures"
"$portolan" simulate hostile --setting hostile --persons 1500 --weeks 30 --quiet > /dev/null
"$portolan" -w hostile import --quiet > /dev/null
"$portolan" -w hostile review --quiet > /dev/null
if compare hostile > /dev/null; then fail "planted faults left no trace"; fi

# Same seed, same bytes, on any number of threads.
for n in 1 4; do "$portolan" --threads "$n" simulate "threads-$n" --persons 800 --weeks 12 --quiet > /dev/null; done
diff -r threads-1 threads-4 || fail "bytes depend on the number of threads"
