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
  grep -qE "^Set aside +0$" import.txt || { cat import.txt; fail "$world: rows were set aside"; }
  "$portolan" -w "$1-$2" review --quiet > /dev/null
  compare "$1-$2" || fail "$world: the review is not the truth"
done

# Compressed, the same facts; a hostile shop is imported and reviewed, and its figures are wrong.
"$portolan" simulate zipped --gzip --persons 1500 --weeks 8 --quiet > /dev/null
"$portolan" -w zipped import --quiet > /dev/null
"$portolan" -w zipped review --quiet > /dev/null
compare zipped || fail "compressed exports give other figures"
"$portolan" simulate hostile --setting hostile --persons 1500 --weeks 30 --quiet > /dev/null
"$portolan" -w hostile import --quiet > /dev/null
"$portolan" -w hostile review --quiet > /dev/null
if compare hostile > /dev/null; then fail "planted faults left no trace"; fi
