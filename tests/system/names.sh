#!/usr/bin/env bash
# names: aliases with a *, addresses with UTM parameters and click numbers, the list of what matched
# nothing, and the answer table. Expected values are worked out by hand from the rows below.
source "$(dirname "$0")/../support/lib.bash"
mkdir -p ws/sources ws/data
printf 'company: Names\ncurrency: EUR\nzone: UTC\n' > ws/portolan.yaml
cat > ws/channels.yaml <<'YAML'
- {name: brand_search, label: Brand search, aliases: ["*| brand"]}
- {name: paid_search, label: Paid search, aliases: ["google / *", "*cpc*"]}
- {name: paid_social, label: Paid social, aliases: [meta]}
YAML
cat > ws/data/spend.csv <<'CSV'
day,channel,cost
2026-01-01,Google / CPC,10.50
2026-01-01,DE | Brand,7.25
2026-01-02,bing cpc,3.00
2026-01-02,Skywriting,99.00
2026-01-03,billboard,120.75
CSV
cat > ws/sources/spend.yaml <<'YAML'
table: spend
files: [data/spend.csv]
mapping: SELECT ptl_day(day, '%Y-%m-%d') AS day, channel, ptl_money(cost) AS cost_micros FROM source
YAML
cat > ws/data/visits.csv <<'CSV'
id,seen,page
1,2026-01-01 10:00:00,https://shop.example/?utm_source=Google&utm_medium=cpc&utm_campaign=Spring%20Sale+24&gclid=abc#utm_source=no
2,2026-01-01 11:00:00,https://shop.example/tea?a=1&UTM_Source=meta&fbclid=1
3,2026-01-01 12:00:00,https://shop.example/?utm_source=
CSV
cat > ws/sources/visits.yaml <<'YAML'
table: event
files: [data/visits.csv]
mapping: |
  SELECT id AS event_id, ptl_time(seen, '%Y-%m-%d %H:%M:%S') AS occurred_at, 'visit' AS name,
         coalesce(ptl_click(page), ptl_utm(page, 'source')) AS source,
         ptl_utm(page, 'source') AS channel, ptl_utm(page, 'campaign') AS campaign
  FROM source
YAML
"$portolan" -w ws import --quiet > /dev/null
"$portolan" -w ws taxonomy list --all --json > names.json
node -e '
  const reply = JSON.parse(require("fs").readFileSync("names.json", "utf8")), list = (reply.result || reply).list;
  const want = { "Google / CPC": "paid_search", "DE | Brand": "brand_search", "bing cpc": "paid_search", "meta": "paid_social",
    "Google": "", "Skywriting": "", "billboard": "", "Spring Sale 24": "" };
  const wrong = [];
  for (const [name, means] of Object.entries(want)) {
    const found = list.find((n) => n.name === name);
    if (!found) wrong.push(`${name} is not listed`);
    else if (found.means !== means) wrong.push(`${name} means "${found.means}", not "${means}"`);
  }
  if (list.length !== Object.keys(want).length) wrong.push(`${list.length} names: ${list.map((n) => n.name)}`);
  if (list[0].name !== "billboard" || list[1].name !== "Skywriting") wrong.push("most money does not come first");
  if (wrong.length) { console.log(wrong.join("\n")); process.exit(1); }' || fail "names"
"$portolan" -w ws answer list --json > answers.json
node -e '
  const reply = JSON.parse(require("fs").readFileSync("answers.json", "utf8")), a = reply.result || reply;
  if (a.answered + a.limited + a.not_yet !== a.questions.length + a.open.length) throw "the counts do not add up";
  if (!a.open.some((q) => q.missing.includes("txn") && q.file !== "")) throw "orders are missing, and no file is named";' || fail "answers"
