#!/usr/bin/env bash
# kpi_public: KPIs of public data against sums made here by hand, and against published totals.
#  CDNOW sample (Fader & Hardie): cohorts by month won and month of life, by a few lines of node.
#  UCI Online Retail: 4,372 customers. Maven CRM: 8,800 deals, 4,238 won, 2,473 lost, 10,005,534.
source "$(dirname "$0")/../support/lib.bash"
data=${PORTOLAN_DATA:-$source_dir/../shared/data}
export PORTOLAN_DATA=$data

cdnow() {
  mkdir -p ws/sources
  printf 'company: CDNOW\ncurrency: USD\nzone: UTC\n' > ws/portolan.yaml
  cat > ws/sources/orders.yaml <<'YAML'
table: txn
files: ["${PORTOLAN_DATA}/clv_cdnow/cdnow_sample.csv"]
identifier_kind: customer
mapping: |
  SELECT 'l' || source_row AS txn_id, sample_id || '/' || "date" AS order_id, ptl_time("date", '%Y-%m-%d') AS occurred_at,
         sample_id AS identifier, ptl_money(dollar_value) AS gross_micros, ptl_integer(number_of_cds) AS quantity
  FROM source
YAML
  "$portolan" -w ws import --quiet > /dev/null
  "$portolan" -w ws review --quiet > /dev/null
  "$portolan" -w ws cohort list --limit 100000 --json > cohorts.json
  "$portolan" -w ws cohort list --by age --limit 100000 --json > ages.json
  "$portolan" -w ws kpi list --limit 100000 --json > kpis.json
  node -e '
    const fs = require("fs"), read = (name) => JSON.parse(fs.readFileSync(name, "utf8"));
    const rows = fs.readFileSync(process.argv[1], "utf8").trim().split("\n").slice(1).map((l) => l.split(","));
    const newest = rows.map((r) => r[2]).sort().pop();           // its day is not complete
    const lines = rows.filter((r) => r[2] < newest).map(([, id, date, , value]) => ({ id, date, month: date.slice(0, 7), cents: Math.round(Number(value) * 100) }));
    const first = new Map();
    for (const l of lines) if (!first.has(l.id) || l.date < first.get(l.id)) first.set(l.id, l.date);
    const months = (a, b) => 12 * (b.slice(0, 4) - a.slice(0, 4)) + (b.slice(5, 7) - a.slice(5, 7));
    const cells = new Map(), size = new Map();
    for (const date of first.values()) size.set(date.slice(0, 7), (size.get(date.slice(0, 7)) || 0) + 1);
    for (const l of lines) {
      const won = first.get(l.id).slice(0, 7), key = `${won} ${months(won, l.month)}`;
      const c = cells.get(key) || cells.set(key, { who: new Set(), orders: new Set(), cents: 0 }).get(key);
      c.who.add(l.id); c.orders.add(`${l.id} ${l.date}`); c.cents += l.cents;
    }
    const wrong = [], number = (v) => typeof v === "object" ? Number(v.amount) : v;
    const same = (what, found, hand) => { if (!(Math.abs(number(found) - hand) < 0.005)) wrong.push(`${what}: ${JSON.stringify(found)}, by hand ${hand}`); };
    const cohorts = read("cohorts.json").cohorts, ages = new Map(read("ages.json").cohorts.map((c) => [`${c.won.slice(0, 7)} ${Number(c.member)}`, c]));
    if (cohorts.length !== size.size) wrong.push(`${cohorts.length} cohorts, by hand ${size.size}`);
    for (const c of cohorts) same(`customers of ${c.won}`, c.customers, size.get(c.won.slice(0, 7)));
    for (const [key, c] of cells) {
      const f = ages.get(key);
      if (!f) { wrong.push(`no ${key}`); continue; }
      same(`${key} active`, f.active, c.who.size);
      same(`${key} orders`, f.orders, c.orders.size);
      same(`${key} revenue`, f.revenue, c.cents / 100);
    }
    // LTV: revenue is all there is, by month of life at 10 % a year
    for (const c of cohorts) {
      const won = c.won.slice(0, 7);
      let ltv = 0;
      for (let age = 0; age < 24; age++) ltv += (cells.get(`${won} ${age}`)?.cents ?? 0) / 100 * Math.pow(1.1, -age / 12);
      same(`LTV of ${won}`, c.ltv, ltv / size.get(won));
    }
    const kpis = read("kpis.json").kpis, all = (name) => kpis.find((k) => k.name === name && k.grain === "all").value;
    same("new customers", all("new_customers"), first.size);
    same("active customers", all("active_customers"), first.size);
    for (const k of kpis.filter((k) => k.name === "active_customers" && k.grain === "month"))
      same(`active in ${k.from}`, k.value, new Set(lines.filter((l) => l.month === k.from.slice(0, 7)).map((l) => l.id)).size);
    if (wrong.length) { console.log(wrong.slice(0, 20).join("\n")); process.exit(1); }
    console.log(`CDNOW: ${cells.size} cells of ${size.size} cohorts, ${first.size} customers`);' "$data/clv_cdnow/cdnow_sample.csv" || fail "CDNOW's cohorts"
  rm -rf ws
}

retail() {
  cp -r "$source_dir/examples/online-retail" ws
  "$portolan" -w ws import --quiet > /dev/null
  "$portolan" -w ws review --quiet > /dev/null
  "$portolan" -w ws kpi list --grain all --json > kpis.json
  # All lines but those of the last day, which is not complete: added up by awk, in tenths of pence.
  zcat "$data/retail_online_retail/online_retail.csv.gz" | node -e '
    const lines = require("fs").readFileSync(0, "latin1").trim().split("\n"), head = lines.shift().split(",");
    const cut = (l) => { const f = []; let cell = "", quoted = false;
      for (const c of l) { if (c === "\"") quoted = !quoted; else if (c === "," && !quoted) { f.push(cell); cell = ""; } else cell += c; }
      f.push(cell.replace("\r", "")); return f; };
    const at = (name) => head.findIndex((h) => h.replace("\r", "").includes(name));
    const [iv, q, d, p, c] = ["InvoiceNo", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"].map(at);
    const rows = lines.map(cut), last = rows.map((r) => r[d].slice(0, 10)).sort().pop();
    let revenue = 0n, all = 0n; const customers = new Set(), everybody = new Set();
    for (const r of rows) {
      const micros = BigInt(r[q]) * BigInt(Math.round(Number(r[p]) * 1e6));
      all += micros; if (r[c]) everybody.add(r[c]);
      if (r[d].slice(0, 10) === last) continue;
      revenue += micros;
      if (r[c] && !r[iv].startsWith("C")) customers.add(r[c]);
    }
    const kpis = JSON.parse(require("fs").readFileSync("kpis.json", "utf8")).kpis, of = (name) => kpis.find((k) => k.name === name).value;
    if (Number(all) / 1e6 !== 9747747.934 || everybody.size !== 4372) throw `the file is another: ${all} ${everybody.size}`;
    const parts = ["revenue.new", "revenue.retention", "revenue.unidentified"].reduce((s, n) => s + Math.round(Number(of(n).amount) * 1e6), 0);
    if (BigInt(parts) !== revenue) throw `parts of revenue ${parts}, by hand ${revenue}`;
    if (of("active_customers") !== customers.size) throw `${of("active_customers")} active customers, by hand ${customers.size}`;
    console.log(`Online Retail: ${customers.size} customers who bought`);' || fail "Online Retail"
  rm -rf ws
}

maven() {
  mkdir -p ws/sources
  printf 'company: Maven\ncurrency: USD\nzone: UTC\n' > ws/portolan.yaml
  cat > ws/sources/deals.yaml <<'YAML'
table: opportunity
files: ["${PORTOLAN_DATA}/crm_maven_sales/sales_pipeline.csv"]
# Deals that nobody has engaged yet have no date: the day of the export stands for it.
mapping: |
  SELECT opportunity_id, ptl_time(coalesce(engage_date, '2017-12-31'), '%Y-%m-%d') AS opened_at,
         ptl_time(close_date, '%Y-%m-%d') AS closed_at,
         CASE deal_stage WHEN 'Won' THEN true WHEN 'Lost' THEN false END AS won,
         product, account AS account_id, ptl_money(close_value) AS amount_micros
  FROM source
YAML
  "$portolan" -w ws import --quiet > /dev/null
  "$portolan" -w ws review --quiet > /dev/null
  "$portolan" -w ws kpi list --grain all --json > kpis.json
  "$portolan" -w ws kpi list --grain day --json > day.json
  node -e '
    const read = (name) => JSON.parse(require("fs").readFileSync(name, "utf8")).kpis;
    const of = (list, name) => { const v = list.find((k) => k.name === name)?.value; return typeof v === "object" ? Number(v.amount) : v; };
    const want = [["opportunities", 8800], ["deals.won", 4238], ["deals.lost", 2473], ["bookings", 10005534], ["win_rate", 4238 / 6711]];
    for (const [name, value] of want) if (!(Math.abs(of(read("kpis.json"), name) - value) < 1e-9)) throw `${name}: ${of(read("kpis.json"), name)}, published ${value}`;
    if (of(read("day.json"), "pipeline.deals") !== 1589 + 500) throw `open deals ${of(read("day.json"), "pipeline.deals")}`;
    if (read("kpis.json").some((k) => k.name === "revenue")) throw "revenue of a company that showed none";
    console.log("Maven: 8,800 deals, win rate 63.15 %");' || fail "Maven"
  rm -rf ws
}

[ -f "$data/clv_cdnow/cdnow_sample.csv" ] || skip "no $data"
cdnow
retail
maven
