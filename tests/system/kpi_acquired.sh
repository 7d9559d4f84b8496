#!/usr/bin/env bash
# kpi_acquired: customers who bought, contracts that stayed, and the funnel, by what won them, counted
# again from the exports of the simulated software company by a script that knows nothing of ours:
# active customers by the channel of their first line, contracts and their money (gross and net retention) by
# the channel of the deal that won their account, all with the same weekdays a year before; deals by campaign
# and by country.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
ask() { "$portolan" -w ws "${@:2}" --json > "$1.json"; }
"$portolan" simulate ws --world software --setting kind --persons 6000 --weeks 110 --seed 7 --quiet > /dev/null
"$portolan" -w ws import --quiet > /dev/null
"$portolan" -w ws review --quiet > /dev/null
names=(active_customers customers.start customers.kept retention.logo churn.logo retention.gross retention.net)
for name in "${names[@]}"; do
  ask "company_$name" kpi list "$name" --limit 100000
  for by in channel segment; do ask "${by}_$name" kpi list "$name" --by "$by" --limit 100000; done
done
for name in entered passed lost; do for grain in year all; do ask "funnel_${name}_$grain" figures --name "funnel.$name" --grain "$grain" --limit 100000; done; done
node > recount.txt <<'JS' || { cat recount.txt; fail "the figures are not what the exports say"; }
const fs = require("fs"), read = (name) => JSON.parse(fs.readFileSync(name, "utf8")), wrong = [];
const rows = (file) => {
  const [head, ...lines] = fs.readFileSync(`ws/data/${file}.csv`, "utf8").trim().split("\n").map((l) => l.split(","));
  return lines.map((l) => Object.fromEntries(head.map((h, i) => [h, l[i]])));
};
const DAY = 86400000, day = (text) => Math.round(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / DAY);
let n = 0;
const hold = (where, found, want, off = 1e-9) => { n++; if (!(Math.abs((found ?? 0) - (want ?? 0)) <= off)) wrong.push(`${where}: ${found}, by hand ${want}`); };
const member = (m) => m === "not recorded" ? "" : m;
const figures = new Map();
const names = ["active_customers", "customers.start", "customers.kept", "retention.logo", "churn.logo", "retention.gross", "retention.net"];
for (const by of ["channel", "segment", "company"]) for (const name of names) for (const k of read(`${by}_${name}.json`).kpis)
  figures.set([by, by === "company" ? "" : member(k.member), k.name, k.grain, k.from].join("|"), k);
const periods = read("company_active_customers.json").kpis.filter((k) => ["month", "quarter", "year"].includes(k.grain));
const first = Math.min(...read("company_active_customers.json").kpis.filter((k) => k.grain === "month").map((k) => day(k.from)));

// Active: an invoice in the period, by the channel of the account's first line.
const lines = rows("billing/invoice_lines").map((l) => ({ ...l, at: Date.parse(l.issued_at.replace(" ", "T").replace(" +0", "+0").replace(/00$/, ":00")), day: day(l.issued_at) }));
lines.sort((a, b) => a.at - b.at || (a.invoice_number < b.invoice_number ? -1 : a.invoice_number > b.invoice_number ? 1 : a.line_id < b.line_id ? -1 : 1));
const source = new Map();
for (const l of lines) if (!source.has(l.account_id)) source.set(l.account_id, l.lead_source);
const bought = (from, to) => {
  const who = new Set(lines.filter((l) => l.document !== "credit note" && l.day >= from && l.day <= to).map((l) => l.account_id));
  const by = new Map();
  for (const id of who) by.set(source.get(id), (by.get(source.get(id)) ?? 0) + 1);
  return { all: who.size, by };
};
// Contracts: there on the eve, and on the last day too, by the first deal that won the account.
const won = new Map();
for (const o of rows("salesforce/opportunities").filter((o) => o.Won === "true")) {
  const before = won.get(o["Account ID"]);
  if (!before || o["Close Date"] < before["Close Date"]) won.set(o["Account ID"], o);
}
const states = rows("stripe/subscriptions").map((s) => ({ id: s["account_id (metadata)"], from: day(s["Start (UTC)"]), to: s["Ended At (UTC)"] ? day(s["Ended At (UTC)"]) : Infinity, mrr: Number(s["Amount (per month)"]), currency: s.Currency }));
const stayed = (from, to, of) => {
  const on = (d) => new Set(states.filter((s) => s.from <= d && d < s.to).map((s) => s.id));
  const eve = on(from - 1), last = on(to), by = new Map();
  for (const id of eve) for (const key of ["*", of(id)]) {
    const c = by.get(key) ?? { start: 0, kept: 0 };
    c.start++;
    c.kept += last.has(id);
    by.set(key, c);
  }
  return by;
};
const channelOf = (id) => won.get(id)?.["Lead Source"] ?? "", segmentOf = (id) => won.has(id) ? "new" : "";
// Their money: of who was there on the eve, in what each pays a month, at the eve's rate on both days.
const rates = new Map();
for (const r of rows("finance/fx_rates")) rates.set(r.currency, [...(rates.get(r.currency) ?? []), { day: day(r.date), rate: Number(r.eur_per_unit) }]);
const rate = (currency, on) => currency === "EUR" ? 1 : rates.get(currency).filter((r) => r.day <= on).sort((a, b) => a.day - b.day).pop().rate;
const paid = (from, to, of) => {
  const on = (d) => {
    const by = new Map(); // account and currency
    for (const s of states) if (s.from <= d && d < s.to) by.set(`${s.id} ${s.currency}`, (by.get(`${s.id} ${s.currency}`) ?? 0) + s.mrr);
    return by;
  };
  const eve = on(from - 1), last = on(to), sums = new Map();
  for (const [who, before] of eve) {
    const [id, currency] = who.split(" "), euros = rate(currency, from - 1), after = last.get(who) ?? 0;
    for (const key of ["*", of(id)]) {
      const c = sums.get(key) ?? { start: 0, gross: 0, net: 0 };
      c.start += before * euros;
      c.gross += Math.min(before, after) * euros;
      c.net += after * euros;
      sums.set(key, c);
    }
  }
  return sums;
};
let ago = 0, money = 0, moved = 0;
for (const p of periods) {
  const from = day(p.from), to = day(p.to), key = (by, m, name) => figures.get([by, m, name, p.grain, p.from].join("|"));
  const has = from - 364 >= first;
  for (const shift of has ? [0, 364] : [0]) {
    const take = (k) => shift === 0 ? k?.value : k?.year_ago;
    const active = bought(from - shift, to - shift), where = `${p.grain} ${p.from} −${shift}`;
    ago += shift > 0;
    hold(`${where} active`, take(key("company", "", "active_customers")), active.all);
    for (const m of new Set(source.values())) { // a year ago stands beside a figure, and where there is one
      const k = key("channel", m, "active_customers");
      if (shift === 0 || k) hold(`${where} active of ${m}`, take(k), active.by.get(m));
    }
    for (const [by, of] of [["channel", channelOf], ["segment", segmentOf]]) for (const [m, c] of stayed(from - shift, to - shift, of)) {
      const dimension = m === "*" ? "company" : by, k = (name) => key(dimension, m === "*" ? "" : m, name);
      if (shift && !k("customers.start")) continue;
      hold(`${where} ${dimension} ${m} start`, take(k("customers.start")), c.start);
      hold(`${where} ${dimension} ${m} kept`, take(k("customers.kept")), c.kept);
      if (!k("retention.logo") || (shift && take(k("retention.logo")) === null)) continue;
      hold(`${where} ${dimension} ${m} retention`, take(k("retention.logo")), c.kept / c.start);
      hold(`${where} ${dimension} ${m} churn`, take(k("churn.logo")), 1 - c.kept / c.start);
    }
    for (const [by, of] of [["channel", channelOf], ["segment", segmentOf]]) for (const [m, c] of paid(from - shift, to - shift, of)) {
      const dimension = m === "*" ? "company" : by;
      for (const [name, want] of [["retention.gross", c.gross / c.start], ["retention.net", c.net / c.start]]) {
        const k = key(dimension, m === "*" ? "" : m, name), found = take(k);
        if (shift && (found === undefined || found === null)) continue;
        hold(`${where} ${dimension} ${m} ${name}`, found, want, 1e-9 + 2e-6 / c.start); // sums are rounded to a millionth
        money++;
        moved += want !== 1;
      }
    }
  }
}
if (money < 500 || moved < 100) wrong.push(`only ${money} retentions of money, ${moved} of them not all`);
if (ago < 6) wrong.push("too few periods have a year before them");

// The funnel: members add up to the company; deals by campaign and country are the export's.
const step = new Map();
for (const name of ["entered", "passed", "lost"]) for (const grain of ["year", "all"])
  for (const f of read(`funnel_${name}_${grain}.json`).figures) step.set([name, grain, f.from, f.dimension, f.channel].join("\t"), f.value);
for (const [key, value] of step) {
  const [name, grain, from, dimension, which] = key.split("\t");
  if (dimension !== "step") continue;
  for (const by of ["channel", "campaign", "geo", "vertical"]) {
    let sum = 0;
    for (const [k, v] of step) { const [a, b, c, d, m] = k.split("\t"); if (a === name && b === grain && c === from && d === `${by}/step` && m.endsWith(`/${which}`)) sum += v; }
    hold(`funnel by ${by} ${grain} ${from} ${which} ${name}`, sum, value);
  }
}
const countries = new Map(rows("salesforce/accounts").map((a) => [a["Account ID"], a["Billing Country"]]));
const deals = new Map();
for (const o of rows("salesforce/opportunities")) for (const m of [`campaign\t${o["Primary Campaign Source"] ?? ""}`, `geo\t${countries.get(o["Account ID"]) ?? ""}`]) {
  const d = deals.get(m) ?? { entered: 0, passed: 0, lost: 0 };
  d.entered++;
  d.passed += o.Won === "true";
  d.lost += o.Closed === "true" && o.Won !== "true";
  deals.set(m, d);
}
for (const [m, d] of deals) for (const name of Object.keys(d)) {
  const [by, who] = m.split("\t"), all = [...step].find(([k]) => { const x = k.split("\t"); return x[0] === name && x[1] === "all" && x[3] === `${by}/step` && x[4] === `${who}/opportunity`; });
  hold(`deals of ${m} ${name}`, all?.[1], d[name]);
}
console.log(`${n} figures held`);
if (wrong.length) { console.log(`${wrong.length} of ${n}`); console.log(wrong.slice(0, 25).join("\n")); process.exit(1); }
if (n < 1000) { console.log("too few"); process.exit(1); }
JS
cat recount.txt
"$portolan" -w ws funnel show --geo Germany > germany.txt
expect "Germany" germany.txt
status=0; "$portolan" -w ws funnel show --geo Germany --channel outbound > both.txt 2>&1 || status=$?
equal "$status" 2 "exit code of a funnel of two things"

# 700 campaigns, the largest last (and a last day that is not complete): those with the most money are told apart, the rest fold together.
mkdir -p many/data many/sources
printf 'company: Many\ncurrency: EUR\nzone: Europe/Berlin\n' > many/portolan.yaml
printf 'table: txn\nfiles: [data/orders.csv]\nidentifier_kind: customer\nmapping: |\n  SELECT id AS txn_id, ptl_time(ordered_at, %s) AS occurred_at, id AS identifier, campaign, ptl_money(gross) AS gross_micros FROM source\n' "'%Y-%m-%d %H:%M:%S'" > many/sources/orders.yaml
awk 'BEGIN { print "id,ordered_at,campaign,gross"; for (i = 1; i <= 700; i++) printf "%d,2026-10-%02d 10:00:00,c%03d,%d.37\n", i, i % 20 + 1, i, 10 + 3 * i
  print "701,2026-10-25 10:00:00,c700,1.00" }' > many/data/orders.csv
"$portolan" -w many import --quiet > /dev/null
"$portolan" -w many review --quiet > /dev/null
"$portolan" -w many kpi list revenue --by campaign --grain all --limit 10000 --json > many.json
node -e '
  const kpis = JSON.parse(require("fs").readFileSync("many.json", "utf8")).kpis, cents = (v) => Math.round(Number(v.amount ?? v) * 100);
  const named = kpis.filter((k) => /^c\d/.test(k.member)).map((k) => k.member), other = kpis.find((k) => k.member === "(other)");
  if (named.length !== 498 || named.includes("c202") || !named.includes("c203")) throw `${named.length} campaigns, from ${named[0]}`;
  let want = 0;
  for (let i = 1; i <= 202; i++) want += 100 * (10 + 3 * i) + 37;
  if (cents(other.value) !== want) throw `(other) is ${cents(other.value)}, by hand ${want}`;' || fail "campaigns fold by size"
