#!/usr/bin/env bash
# kpi_truth: what the program counts from both simulated worlds' exports is what truth.json says, to
# the cent: acquisition, customers, contracts, pipeline, funnel, cohorts and the books, by month,
# quarter and year, for the company and for every recorded channel. The truth is counted by the
# simulator while its people live and shares no code with what counts it here.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
ask() { "$portolan" -w ws "${@:2}" --json > "$1.json"; }
compare() { node -e '
  const read = (name) => JSON.parse(require("fs").readFileSync(name, "utf8"));
  const truth = read("ws/truth.json").kpis, wrong = [];
  const number = (v) => v === null || v === undefined ? null : typeof v === "object" ? Number(v.amount) : Number(v);
  let n = 0;
  const hold = (where, found, said, tolerance) => {
    n++;
    const a = number(found), b = number(said);
    if (a === null && b === null) return;
    if (!(a !== null && b !== null && Math.abs(a - b) <= tolerance)) wrong.push(`${where}: ${a}, truth ${b}`);
  };
  const CENT = 0.005, SAME = 1e-9;
  const recorded = (member) => member === "not recorded" ? "" : member;
  const at = new Map();
  for (const file of ["company", "channel", "day"]) for (const k of read(`${file}.json`).kpis)
    at.set([file === "channel" ? recorded(k.member) : "*", k.name, k.grain, k.from].join(" "), k);
  const figure = (of, name, p) => at.get([of, name, p.grain, p.from].join(" "));
  // name in the truth, name of the figure, tolerance; a figure that is not there is nothing
  const counts = ["new_customers", "active_customers", ["customers_start", "customers.start"], ["customers_kept", "customers.kept"],
    "leads", ["leads_mql", "leads.mql"], ["leads_sql", "leads.sql"], ["leads_rejected", "leads.rejected"], "opportunities",
    ["deals_won", "deals.won"], ["deals_lost", "deals.lost"]];
  const money = [["revenue_new", "revenue.new"], ["revenue_retention", "revenue.retention"], ["revenue_influenced", "revenue.influenced"], "own_costs", ["mrr_start", "mrr.start"],
    ["mrr_end", "mrr.end"], ["mrr_new", "mrr.new"], ["mrr_expansion", "mrr.expansion"], ["mrr_contraction", "mrr.contraction"],
    ["mrr_churned", "mrr.churned"], "bookings"];
  const ratios = [["cac_blended", "cac.blended"], ["cac_paid", "cac.paid"], ["cac_fully_loaded", "cac.fully_loaded"],
    ["roas_attributed", "roas_attributed"], ["retention_logo", "retention.logo"], ["retention_gross", "retention.gross"],
    ["retention_net", "retention.net"], "win_rate", "cycle_days"];
  const pair = (x) => Array.isArray(x) ? x : [x, x];
  const period = (of, p) => {
    const where = (name) => `${of} ${p.grain} ${p.from} ${name}`;
    for (const [list, tolerance, none] of [[counts, 0, 0], [money, CENT, 0], [ratios, SAME, null]])
      for (const [key, name] of list.map(pair)) if (key in p) {
        const f = figure(of, name, p);
        // contracts: where there are none yet, there is no figure
        hold(where(name), f ? f.value : none, p[key] ?? none, typeof p[key] === "number" && tolerance === SAME ? SAME * Math.max(1, Math.abs(p[key])) : tolerance);
        if (f && p.to && f.to !== p.to) wrong.push(`${where(name)} ends ${f.to}, truth ${p.to}`);
      }
  };
  for (const p of truth.periods) period("*", p);
  for (const p of truth.channels) period(p.channel, p);

  // by campaign, place and vertical: what the simulator counted beside, member by member
  const cut = new Map(), dimensions = ["campaign", "geo", "vertical", "segment"];
  for (const by of dimensions) for (const k of read(`by_${by}.json`).kpis)
    cut.set([by, recorded(k.member), k.name, k.grain, k.from].join(" "), k);
  const cutCounts = ["orders", "new_customers", "leads", "opportunities", ["deals_won", "deals.won"], ["deals_lost", "deals.lost"]];
  const cutMoney = ["revenue", "cm1", "media", "cm2", ["revenue_new", "revenue.new"], "bookings"];
  const cutRatios = [["cac_blended", "cac.blended"], ["cac_paid", "cac.paid"], "roas_attributed"];
  for (const p of truth.cuts) for (const [list, tolerance] of [[cutCounts, 0], [cutMoney, CENT], [cutRatios, SAME]])
    for (const [key, name] of list.map(pair)) {
      const f = cut.get([p.dimension, p.member, name, p.grain, p.from].join(" "));
      const none = tolerance === SAME ? null : 0, said = p[key] ?? none;
      if (tolerance === SAME && said === null) continue; // nothing above the line: a figure of 0 or none
      hold(`${p.dimension} ${p.member || "none"} ${p.grain} ${p.from} ${name}`, f ? f.value : none, said,
        tolerance === SAME ? 1000 * SAME * Math.max(1, Math.abs(said)) : tolerance); // millionths of a day fall to its largest member
    }
  // contracts and orders of the shop name customers apart, and nobody has said yet who is who
  if (truth.pipeline) for (const p of truth.contracts_by_geo) for (const [key, name] of [["customers_start", "customers.start"],
    ["customers_kept", "customers.kept"], ["mrr_start", "mrr.start"], ["mrr_end", "mrr.end"], ["mrr_new", "mrr.new"], ["mrr_churned", "mrr.churned"],
    ["retention_logo", "retention.logo"], ["retention_net", "retention.net"]]) {
    const f = cut.get(["geo", p.member, name, p.grain, p.from].join(" ")), ratio = name.startsWith("retention"), none = ratio ? null : 0;
    hold(`contracts ${p.member} ${p.grain} ${p.from} ${name}`, f ? f.value : none, p[key] ?? none, ratio ? SAME : key.startsWith("mrr") ? CENT : 0);
  }
  // members add up to the company, to the millionth, every sum in every period
  const additive = new Set(["orders", "revenue", "variable_cost", "cm1", "media", "cm2", "new_customers", "revenue.new", "revenue.retention",
    "revenue.unidentified", "revenue.expansion", "revenue.influenced", "own_costs", "leads", "leads.mql", "leads.accepted", "leads.sql", "leads.rejected",
    "opportunities", "deals.won", "deals.lost", "bookings"]);
  const micros = (v) => { const [whole, part = ""] = String(number(v) === null ? 0 : typeof v === "object" ? v.amount : v).split(".");
    return BigInt(whole.replace("-", "") + part.padEnd(6, "0").slice(0, 6)) * (whole.startsWith("-") ? -1n : 1n); };
  for (const by of dimensions) {
    const sums = new Map();
    let weeks = "9999";
    for (const [key, k] of cut) if (key.startsWith(`${by} `) && additive.has(k.name)) {
      const at = [k.name, k.grain, k.from].join(" ");
      sums.set(at, (sums.get(at) ?? 0n) + micros(k.value));
      if (k.grain === "week" && k.from < weeks) weeks = k.from;
    }
    for (const k of read("company.json").kpis) if (additive.has(k.name) && (k.grain !== "week" || k.from >= weeks)) {
      n++;
      const sum = sums.get([k.name, k.grain, k.from].join(" ")) ?? 0n;
      if (sum !== micros(k.value)) wrong.push(`${k.name} ${k.grain} ${k.from}: ${by} adds up to ${sum}, the company is ${micros(k.value)}`);
    }
  }

  const funnel = new Map();
  for (const grain of ["month", "quarter", "all"]) for (const s of read(`funnel_${grain}.json`).steps)
    funnel.set([grain, s.from, s.step].join(" "), s);
  for (const p of truth.periods) for (const step of p.funnel ?? []) {
    if (p.grain === "year") continue;
    const s = funnel.get([p.grain, p.from, step.step].join(" ")), where = `funnel ${p.grain} ${p.from} ${step.step}`;
    for (const key of ["entered", "passed", "lost"]) hold(`${where} ${key}`, s?.[key], step[key], 0);
    hold(`${where} leak`, s?.leak, step.leak, CENT);
  }

  const cohorts = read("cohorts.json").cohorts, ages = read("ages.json").cohorts;
  const byMonth = new Map(cohorts.map((c) => [c.won, c])), byAge = new Map(ages.map((c) => [`${c.won} ${Number(c.member)}`, c]));
  let customers = 0;
  for (const c of truth.cohorts) {
    const f = byMonth.get(c.from);
    customers += c.customers;
    hold(`cohort ${c.from} customers`, f?.customers ?? 0, c.customers, 0);
    if (!f) continue;
    hold(`cohort ${c.from} ltv`, f.ltv, c.ltv_observed, CENT);
    hold(`cohort ${c.from} ltv:cac`, f.ltv_to_cac, c.ltv_to_cac, SAME * Math.max(1, c.ltv_to_cac));
    hold(`cohort ${c.from} payback`, f.payback_months, c.payback_months ?? null, 0);
    if ((f.verdict === "immature") === c.mature) wrong.push(`cohort ${c.from} is ${f.verdict}`);
    c.active.forEach((active, age) => {
      const a = byAge.get(`${c.from} ${age}`), where = `cohort ${c.from} age ${age}`;
      hold(`${where} active`, a?.active, active, 0);
      hold(`${where} orders`, a?.orders, c.orders[age], 0);
      hold(`${where} revenue`, a?.revenue, c.revenue[age], CENT);
      hold(`${where} cm1`, a?.cm1, c.cm1[age], CENT);
    });
  }
  for (const [key, split] of [["channel", truth.cohorts_by_channel], ["product", truth.cohorts_by_product]]) {
    const found = new Map(read(`cohorts_${key}.json`).cohorts.map((c) => [`${c.won} ${c.member}`, c]));
    if (found.size !== split.length) wrong.push(`${found.size} cohorts by ${key}, truth ${split.length}`);
    for (const c of split) {
      const f = found.get(`${c.from} ${c[key]}`), where = `cohort ${c.from} of ${key} ${c[key]}`;
      for (const name of ["customers", "orders"]) hold(`${where} ${name}`, f?.[name], c[name], 0);
      for (const name of ["revenue", "cm1"]) hold(`${where} ${name}`, f?.[name], c[name], CENT);
    }
  }
  // months of life of channels and of products add up to those of all; the last LTV so far is the cohort
  for (const key of ["channel", "product"]) {
    const sums = new Map();
    for (const c of read(`ages_${key}.json`).cohorts) {
      const age = Number(c.member.slice(c.member.lastIndexOf("/") + 1)), at = `${c.won} ${age}`;
      const s = sums.get(at) ?? { active: 0, orders: 0, cm1: 0 };
      for (const name of Object.keys(s)) s[name] += number(c[name]);
      sums.set(at, s);
    }
    for (const [at, s] of sums) for (const name of Object.keys(s)) hold(`${key} ${at} ${name}`, s[name], byAge.get(at)?.[name], name === "cm1" ? CENT : 0);
  }
  for (const c of truth.cohorts) if (c.customers > 0) {
    const last = byAge.get(`${c.from} ${Math.min(c.active.length, 24) - 1}`);
    hold(`cohort ${c.from} so far`, last?.ltv, c.ltv_observed, CENT);
    c.active.forEach((active, age) => hold(`cohort ${c.from} retention ${age}`, byAge.get(`${c.from} ${age}`)?.retention, active / c.customers, SAME));
  }
  // the same customers by the week in which they were won
  const weeks = read("weeks.json").cohorts.filter((w) => w.age === 0).reduce((sum, w) => sum + w.customers, 0);
  hold("customers by week", weeks, customers, 0);

  if (truth.pipeline) {
    const day = (name) => read("day.json").kpis.find((k) => k.name === name)?.value;
    hold("open deals", day("pipeline.deals"), truth.pipeline.open_deals, 0);
    for (const name of ["open", "weighted", "target_left"]) hold(name, day(`pipeline.${name}`), truth.pipeline[name], CENT);
    hold("coverage", day("pipeline.coverage"), truth.pipeline.coverage, SAME * 100);
    const reasons = new Map(read("reasons.json").kpis.filter((k) => k.name === "leads.rejected").map((k) => [k.member, k.value]));
    for (const [reason, count] of Object.entries(truth.pipeline.rejected_because)) hold(`rejected: ${reason}`, reasons.get(reason), count, 0);
  }
  // targets of verticals and the plan, shared out by days
  const file = require("fs").readFileSync("ws/data/finance/targets.csv", "utf8").trim().split("\n").slice(1).map((l) => l.split(","));
  const days = (from, to) => (Date.parse(to) - Date.parse(from)) / 86400000 + 1;
  let held = 0;
  for (const [scope, kpi, from, to, value, , , kind] of file) for (const k of scope === "company" ? read("company.json").kpis : read("by_vertical.json").kpis) {
    if (k.name !== kpi || k.grain !== "month" || k.from < from || k.to > to) continue;
    if (scope !== "company" && scope !== `vertical/${k.member}`) continue;
    held++;
    hold(`${scope} ${kind} ${k.from}`, kind === "plan" ? k.plan : k.target, Number(value) * days(k.from, k.to) / days(from, to), 1e-6 * Math.max(1, Math.abs(Number(value))));
  }
  if (held < 40) wrong.push(`${held} targets of months`);
  const parts = read("course.json").parts, scopes = file.filter(([scope]) => scope.startsWith("vertical/"));
  if (parts.length !== scopes.length) wrong.push(`${parts.length} courses of verticals, ${scopes.length} targets`);
  for (const [scope, , from, to, value] of scopes) {
    const part = parts.find((x) => `vertical/${x.part}` === scope || `vertical/${x.member}` === scope), where = `course of ${scope}`;
    if (!part || !(part.chance >= 0 && part.chance <= 1) || !(part.low <= part.expected && part.expected <= part.high)) { wrong.push(`${where}: ${JSON.stringify(part)}`); continue; }
    hold(`${where} target`, part.target, Number(value), 1e-6);
    const year = cut.get(["vertical", scope.slice(9), "cm2", "year", from].join(" "));
    if (year) hold(`${where} so far`, part.to_date, year.value, CENT);
  }
  // every figure is defined
  const defined = new Set(read("metrics.json").metrics.map((m) => m.name));
  for (const name of new Set([...at.values()].map((k) => k.name)))
    if (!defined.has(name) && !/^(funnel|brand|change)\./.test(name)) wrong.push(`no metric explains ${name}`);
  if (wrong.length) { console.log(`${wrong.length} of ${n}`); console.log(wrong.slice(0, 25).join("\n")); process.exit(1); }
  console.log(`${n} figures equal`);'; }

worlds=("shop kind" "shop real" "software kind" "software real")
for world in "${worlds[@]}"; do
  set -- $world
  rm -rf ws
  "$portolan" simulate ws --world "$1" --setting "$2" --persons 6000 --weeks 70 --seed 7 --quiet > /dev/null
  "$portolan" -w ws import --quiet > /dev/null
  "$portolan" -w ws review --quiet > /dev/null
  ask company kpi list --limit 1000000
  ask channel kpi list --by channel --limit 1000000
  for by in campaign geo vertical segment; do ask "by_$by" kpi list --by "$by" --limit 1000000; done
  ask course course show
  ask reasons kpi list --by reason --grain all --limit 1000
  ask day kpi list --grain day
  for grain in month quarter all; do ask "funnel_$grain" funnel show --grain "$grain"; done
  ask metrics metric list
  ask cohorts cohort list --limit 100000
  ask ages cohort list --by age --limit 1000000
  ask cohorts_channel cohort list --by channel --limit 100000
  ask cohorts_product cohort list --by product --limit 100000
  for by in channel product; do ask "ages_$by" cohort list --by "${by}_age" --limit 1000000; done
  ask weeks cohort list --period week --limit 1000000
  compare || fail "$world: the KPIs are not the truth"
done

# Another definition of LTV is counted beside the first, which stays what it was.
printf -- '- name: ltv.observed\n  owner: Ines Albrecht\n  version: 2\n  horizon_months: 6\n  discount: 0\n' > ws/metrics.yaml
"$portolan" -w ws apply --quiet > /dev/null
"$portolan" -w ws review --quiet > /dev/null
ask figures figures --grain cohort --limit 1000000
node -e '
  const read = (name) => JSON.parse(require("fs").readFileSync(name, "utf8"));
  const figures = read("figures.json").figures, truth = read("ws/truth.json").kpis.cohorts;
  const of = (name, from) => figures.find((f) => f.name === name && f.from === from && f.dimension === "")?.value;
  let n = 0;
  for (const c of truth.filter((c) => c.customers > 0)) {
    const first = of("ltv.observed@1", c.from), second = of("ltv.observed", c.from);
    const plain = c.cm1.slice(0, 6).reduce((a, b) => a + b, 0) / c.customers;
    if (!(Math.abs(first - c.ltv_observed) <= 0.005)) throw `${c.from}: ltv.observed@1 ${first}, truth ${c.ltv_observed}`;
    if (!(Math.abs(second - plain) <= 0.005)) throw `${c.from}: ltv.observed ${second}, by hand ${plain}`;
    n++;
  }
  if (n < 10) throw "too few cohorts";' || fail "a second definition"

# Where faults are planted the figures are wrong, and the parts still add up to them.
rm -rf ws
"$portolan" simulate ws --setting hostile --persons 4000 --weeks 40 --seed 7 --quiet > /dev/null
"$portolan" -w ws import --quiet > /dev/null
"$portolan" -w ws review --quiet > /dev/null
ask company kpi list --limit 1000000
for by in campaign geo vertical segment; do ask "by_$by" kpi list --by "$by" --limit 1000000; done
node -e '
  const read = (name) => JSON.parse(require("fs").readFileSync(name, "utf8")).kpis;
  const micros = (v) => { const [whole, part = ""] = String(v === null ? 0 : typeof v === "object" ? v.amount : v).split(".");
    return BigInt(whole.replace("-", "") + part.padEnd(6, "0").slice(0, 6)) * (whole.startsWith("-") ? -1n : 1n); };
  const additive = ["orders", "revenue", "cm1", "media", "cm2", "new_customers", "own_costs"];
  let n = 0;
  for (const by of ["campaign", "geo", "vertical", "segment"]) {
    const sums = new Map();
    for (const k of read(`by_${by}.json`)) {
      const at = `${k.name} ${k.grain} ${k.from}`;
      sums.set(at, (sums.get(at) ?? 0n) + micros(k.value));
    }
    for (const k of read("company.json")) if (additive.includes(k.name) && k.grain !== "week") {
      n++;
      const at = `${k.name} ${k.grain} ${k.from}`;
      if ((sums.get(at) ?? 0n) !== micros(k.value)) throw `${by}: ${at} adds up to ${sums.get(at)}, the company is ${micros(k.value)}`;
    }
  }
  if (n < 100) throw "too few figures";' || fail "hostile: parts do not add up"
