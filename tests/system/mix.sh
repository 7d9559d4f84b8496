#!/usr/bin/env bash
# mix: a mix model from a company's exports to figures, plans and a test, and back from its artefact.
# The company is simulated, so the experiment that calibrates the model is taken from its truth.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
"$portolan" simulate tea --setting kind --persons 4000 --weeks 104 --seed 3 > /dev/null
"$portolan" -w tea import --quiet > /dev/null 2>&1
"$portolan" -w tea review --quiet > /dev/null

# Without a model every operation that needs one says how to make it.
"$portolan" -w tea mix show > none.txt 2>&1 && fail "a model that was never fitted is shown"
expect "no mix model has been fitted yet" none.txt
expect "portolan mix fit" none.txt

# The same bytes on one thread and on four; read back, the figures are the fit's own.
for n in 1 4; do
  cp -r tea "tea-$n"
  "$portolan" -w "tea-$n" --threads "$n" mix fit --draws 200 --json > "fit-$n.json"
  "$portolan" -w "tea-$n" --threads "$n" mix show --json > "show-$n.json"
done
cmp fit-1.json fit-4.json || fail "a fit differs between 1 and 4 threads"
cmp show-1.json show-4.json || fail "a fit read back differs between 1 and 4 threads"
[ "$(ls tea-1/.portolan/artefacts)" = "$(ls tea-4/.portolan/artefacts)" ] || fail "the artefacts differ"
node -e '
  const read = (name) => { const r = JSON.parse(require("fs").readFileSync(name, "utf8")); return r.result || r; };
  const fit = read("fit-1.json"), show = read("show-1.json");
  if (JSON.stringify(fit.channels) !== JSON.stringify(show.channels)) throw "figures differ from those of the fit";
  if (fit.channels.length < 4) throw "too few channels";
  for (const c of fit.channels) if ((c.roi === null) !== (c.behind.includes("did not speak") || !(c.spend_week > 0))) throw `${c.channel}: ${c.behind}, ${c.roi}`;' || fail "figures"

# Among the KPIs stands what the next euro brings, as this fit says it; before one, that there is none.
"$portolan" -w tea kpi list miroas --by channel --json > kpi-none.json
"$portolan" -w tea-1 kpi list miroas --by channel --json > kpi-miroas.json
node -e '
  const read = (name) => { const r = JSON.parse(require("fs").readFileSync(name, "utf8")); return r.result || r; };
  const none = read("kpi-none.json").kpis, kpis = new Map(read("kpi-miroas.json").kpis.map((k) => [k.member, k]));
  if (none.length < 4 || none.some((k) => k.value !== null || k.verdict !== "none")) throw "a model that was never fitted is quoted";
  let n = 0;
  for (const c of read("fit-1.json").channels) if (kpis.has(c.channel)) {
    const said = String(c.miroas ?? c.next ?? "").match(/-?[\d.]+/), k = kpis.get(c.channel);
    if ((k.value === null) !== (said === null)) throw `${c.channel}: ${k.value}, the fit ${JSON.stringify(c)}`;
    if (said === null) continue;
    n++;
    if (Math.abs(k.value - Number(said[0])) > 0.006 || k.grade !== c.grade) throw `${c.channel}: ${k.value} ${k.grade}, the fit ${JSON.stringify(c)}`;
  }
  if (n < 1) throw "no channel has a return";' || fail "miroas among the KPIs"

# New data do not move a model: it reads what was known when it was made.
"$portolan" -w tea mix fit --draws 200 --json > before.json
sed -i '$d' tea/data/awin/performance.csv
PORTOLAN_NOW=2026-11-17T07:00:00Z "$portolan" -w tea import --quiet > /dev/null
"$portolan" -w tea mix show --json > after.json
node -e '
  const read = (name) => { const r = JSON.parse(require("fs").readFileSync(name, "utf8")); return JSON.stringify((r.result || r).channels); };
  if (read("before.json") !== read("after.json")) throw "a later import changed what an earlier model says";' || fail "as of"

# An experiment taken from the truth: the channel is held by it, and its interval becomes narrower.
node -e '
  const fs = require("fs"), truth = JSON.parse(fs.readFileSync("tea/truth.json", "utf8"));
  const c = truth.effects.channels.find((x) => x.channel === "paid_social"), all = Number(c.increment.revenue ?? c.increment);
  const sd = Math.abs(all) * 0.1;
  fs.writeFileSync("tests.json", JSON.stringify([{ channel: "paid_social", from: truth.world.first_day, to: truth.world.last_complete_day,
    factor: 0, estimate: all, sd, grade: "A" }]));' || fail "the truth could not be read"
"$portolan" -w tea mix fit --draws 200 --experiments tests.json --json > held.json
node -e '
  const read = (name) => { const r = JSON.parse(require("fs").readFileSync(name, "utf8")); return r.result || r; };
  const c = read("held.json").channels.find((x) => x.channel === "paid_social");
  if (c.grade !== "C" || c.behind !== "held by an experiment") throw `grade ${c.grade}, ${c.behind}`;
  const e = read("held.json").experiments[0];
  if (!(e.sd_with < e.sd_without)) throw `sd ${e.sd_without} without, ${e.sd_with} with the experiment`;' || fail "the experiment"

# What it moved is told again by the model read back.
"$portolan" -w tea mix show --json > held-again.json
node -e '
  const read = (name) => { const r = JSON.parse(require("fs").readFileSync(name, "utf8")); return JSON.stringify((r.result || r).experiments); };
  if (read("held.json") !== read("held-again.json")) throw "a model read back tells another story of its experiment";' || fail "the experiment, read back"

# What is wrong with a file of experiments is named.
echo '[{"channel": "paid_social", "from": "2026-13-01"}]' > tests.json
"$portolan" -w tea mix fit --experiments tests.json > wrong.txt 2>&1 && fail "a day that does not exist was taken"
expect "experiment 1: from is missing, or is no day like 2026-03-01" wrong.txt
echo '[{"channel": "skywriting", "from": "2026-01-05", "to": "2026-02-01", "factor": 0, "estimate": 1, "sd": 1}]' > tests.json
"$portolan" -w tea mix fit --experiments tests.json > wrong.txt 2>&1 && fail "a channel that does not exist was taken"
expect 'no channel of the model is called "skywriting"' wrong.txt
"$portolan" -w tea mix fit --kpi happiness > wrong.txt 2>&1 && fail "a series that does not exist was taken"
expect 'no control series is called "happiness"' wrong.txt

# An outcome by place and brand: a family of series is one panel, and an experiment in a place is in all its pairs.
cp -r tea pairs
mkdir pairs/data/units
node -e '
  const rows = ["day,series,geo,value"], first = Date.UTC(2025, 0, 6);
  for (let week = 0; week < 90; week++)
    for (const [geo, size] of [["DE", 510.7], ["AT", 203.1]])
      for (const [brand, share] of [["shoes", 1], ["bags", 0.61]])
        rows.push([new Date(first + week * 6048e5).toISOString().slice(0, 10), `units/${brand}`, geo,
          size * share * (1 + 0.09 * Math.sin(week / 7) + 0.04 * Math.cos(week * week + size * share))].join(","));
  require("fs").writeFileSync("pairs/data/units/units.csv", rows.join("\n") + "\n");'
cat > pairs/sources/units.yaml <<'END'
owner: Hanna Sund
about: Units sold by week, place and brand
table: control_series
files: ["data/units/units.csv"]
mapping: |
  SELECT ptl_day(day, '%Y-%m-%d') AS day, series, geo, ptl_number(value) AS value, 'units' AS unit FROM source
END
"$portolan" -w pairs apply > /dev/null
PORTOLAN_NOW=2026-11-17T07:00:00Z "$portolan" -w pairs import --quiet > /dev/null 2>&1
PORTOLAN_NOW=2026-11-17T08:00:00Z "$portolan" -w pairs mix fit --kpi units --draws 100 --chains 2 --adstock delayed --saturation michaelis_menten \
  --knots 4 --json > pairs.json
PORTOLAN_NOW=2026-11-17T08:00:00Z "$portolan" -w pairs mix show --json > pairs-again.json
node -e '
  const read = (name) => { const r = JSON.parse(require("fs").readFileSync(name, "utf8")); return r.result || r; };
  const fit = read("pairs.json"), again = read("pairs-again.json");
  if (fit.geos !== 2 || fit.brands !== 2 || fit.weeks !== 90) throw `${fit.geos} places, ${fit.brands} brands, ${fit.weeks} weeks`;
  if (JSON.stringify(fit.channels) !== JSON.stringify(again.channels)) throw "figures differ when read back";' || fail "a panel of brands"

# The plan keeps its total to the cent and holds what is silent; the next test is named or refused.
"$portolan" -w tea budget optimize --weeks 4 --json > plan.json
node -e '
  const r = JSON.parse(require("fs").readFileSync("plan.json", "utf8")), p = r.result || r;
  if (p.spend.amount !== p.spend_present.amount) throw `${p.spend.amount} of ${p.spend_present.amount}`;
  for (const c of p.channels) if (c.grade === "silent" && Math.abs(Number(c.plan.amount) - Number(c.present.amount)) > 0.05) throw `${c.channel} moved`;' || fail "the plan"
"$portolan" -w tea experiment next > next.txt
expect "Net benefit" next.txt
