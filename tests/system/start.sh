#!/usr/bin/env bash
# start: from raw exports to the first review with at most ten questions. Every file of both simulated
# worlds is recognised as what it is, and what is counted through the presets alone is the truth, to
# the cent, in every week and channel. The public data sets are recognised or left out, never guessed.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
unset PORTOLAN_WORKSPACE

# file=preset, one a line, of `source recognise FOLDER --json`
presets() { node -e '
  const answer = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  for (const f of answer.files) console.log(`${f.file}=${f.sure === "yes" ? f.preset : "not recognised"}`);' "$1" | sort; }

# The review of a workspace that start wrote against truth.json of the same world.
compare() { node -e '
  const read = (name) => JSON.parse(require("fs").readFileSync(name, "utf8"));
  const review = read(`${process.argv[1]}/review.json`), truth = read(`${process.argv[2]}/truth.json`), wrong = [];
  const names = { paid_social: "meta", generic_search: "paid_search" }; // as people call them
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
    found.weeks.forEach((week, i) => hold(`${where} ${week.from}`, week, truth.weeks[i]));
  };
  line("company", review.company_total, truth.figures.company);
  for (const channel of truth.figures.channels) {
    const found = review.channels.find((c) => c.channel === (names[channel.channel] || channel.channel));
    if (found) line(channel.channel || "none", found, channel);
    else if (Number(channel.all.revenue) !== 0 || Number(channel.all.media) !== 0) wrong.push(`no ${channel.channel}`);
  }
  for (const c of review.channels) if (c.channel && !c.governed) wrong.push(`${c.channel} is not governed`);
  if (wrong.length) { console.log(wrong.slice(0, 20).join("\n")); process.exit(1); }
  console.log(`${n} figures equal`);' "$1" "$2"; }

cat > shop.expected <<'END'
agency/tv_mediaplan.csv=media_plan_de
awin/performance.csv=awin_performance
cmp/consent_log.csv=consent_log
finance/books.csv=books_by_month
finance/fx_rates.csv=fx_rates
finance/marketing_costs.csv=marketing_costs
finance/targets.csv=targets
ga4/events.jsonl=ga4_bigquery_events
google_ads/campaigns.csv=google_ads_campaigns
klaviyo/campaigns.csv=klaviyo_campaigns
market/competitor_index.csv=driver_columns
meta_ads/account_eur.csv=meta_ads_campaigns
meta_ads/account_gbp.csv=meta_ads_campaigns
meta_ads_snapshot/account_eur.csv=meta_ads_campaigns
recharge/subscriptions.csv=recharge_subscriptions
shopify/orders_export.csv=shopify_orders
shopify/sales_by_line.csv=shopify_sales_by_line
stripe/payments.csv=stripe_payments
survey/nps.csv=survey_nps
zendesk/tickets.csv=zendesk_tickets
END
cat > software.expected <<'END'
billing/invoice_lines.csv=billing_invoice_lines
events/costs.csv=media_sheet
finance/books.csv=books_by_month
finance/fx_rates.csv=fx_rates
finance/marketing_costs.csv=marketing_costs
finance/targets.csv=targets
google_ads/campaigns.csv=google_ads_campaigns
hubspot/contacts.csv=hubspot_contacts
linkedin_ads/campaigns.csv=linkedin_ads_campaigns
market/competitor_index.csv=driver_columns
product/usage_weekly.csv=usage_weekly
review_sites/spend.csv=media_sheet
salesforce/accounts.csv=salesforce_accounts
salesforce/opportunities.csv=salesforce_opportunities
salesforce/opportunity_history.csv=salesforce_opportunity_history
segment/events.jsonl=segment_events
stripe/subscriptions.csv=stripe_subscriptions
survey/nps.csv=survey_nps
zendesk/tickets.csv=zendesk_tickets
END

for world in shop software; do
  "$portolan" simulate "$world" --world "$world" --persons 3000 --weeks 40 --quiet > /dev/null
  (cd "$world/data" && find . -type f | sort | xargs sha256sum) > before.txt
  "$portolan" source recognise "$world/data" --json > "$world.json"
  presets "$world.json" > "$world.found"
  diff "$world.expected" "$world.found" || fail "$world: a file is not recognised as what it is"
  from=$(date +%s%N)
  "$portolan" start "$world/data" --into "$world-started" --json > "$world-started.json" < /dev/null 2> /dev/null
  took=$((($(date +%s%N) - from) / 1000000))
  questions=$(json "$world-started.json" questions)
  [ "$questions" -le 10 ] || fail "$world: $questions questions"
  compare "$world-started" "$world" > compared.txt || { cat compared.txt; fail "$world: the review is not the truth"; }
  (cd "$world/data" && find . -type f | sort | xargs sha256sum) | diff before.txt - || fail "$world: the exports were changed"
  echo "$world: $questions questions, $took ms, $(cat compared.txt)"
done
expect '"file": "stripe/payments.csv", "why": "the same money stands in shopify/sales_by_line.csv' shop-started.json
expect '"file": "meta_ads_snapshot/account_eur.csv", "why": "an earlier export of what meta_ads/account_eur.csv holds"' shop-started.json
expect 'metric: cm2' shop-started/portolan.yaml
expect 'paid_social' shop-started/channels.yaml

# Faults planted in the files stop nobody from starting.
"$portolan" simulate hostile --setting hostile --persons 1500 --weeks 30 --quiet > /dev/null
"$portolan" start hostile/data --into hostile-started --json > hostile.json < /dev/null 2> /dev/null
equal "$(json hostile.json recognised)" 20 "files of the hostile world"

# A person at a terminal: Enter ten times, and the workspace is the one without a terminal; a wrong
# answer is asked again.
ask() { COLUMNS=200 timeout 120 script -qec "\"$portolan\" start shop/data --into $1" /dev/null < "$2" > "$1.txt"; }
printf '\n%.0s' 1 2 3 4 5 6 7 8 9 10 > enter.txt
ask by-enter enter.txt
diff -r --exclude=.portolan --exclude='review.*' shop-started by-enter || fail "Enter is not the default"
equal "$(grep -c '\[.*\]' by-enter.txt)" "$(json shop-started.json questions)" "questions seen in the terminal"
printf 'Lindqvist Tea\nEUX\nGBP\nEurope/London\nsunday\n\nfirst order\nrevenue from 20000 to 30000 by 2027-03-31\nJoris Maas\n' > keys.txt
ask typed keys.txt
expect 'company: "Lindqvist Tea" currency: GBP zone: Europe/London week_start: sunday' typed/portolan.yaml
expect 'metric: revenue owner: "Joris Maas" from: 20000 to: 30000' typed/portolan.yaml
expect 'new_rule: "first"' typed/sources/shopify_sales_by_line.yaml
expect 'not a currency of ISO 4217' typed.txt
expect 'its rates are in EUR, the books in GBP' typed.txt # and are not taken for pounds
expect 'The review is not written: no exchange rate from EUR to GBP' typed.txt

# The answers of one start, as a file, make the same workspace; one question answered, one refused.
"$portolan" start shop/data --into again --answers typed/answers.txt --quiet > /dev/null < /dev/null
diff -r --exclude=.portolan --exclude='review.*' typed again || fail "answers.txt does not repeat a start"
printf 'curency: EUR\n' > wrong.txt
if "$portolan" start shop/data --into wrong --answers wrong.txt 2> said.txt < /dev/null; then fail "a wrong key was taken"; fi
expect 'there is no question "curency"' said.txt
expect 'did you mean "currency"?' said.txt
printf 'currency: EUX\n' > wrong.txt
if "$portolan" start shop/data --into wrong --answers wrong.txt 2> said.txt < /dev/null; then fail "a wrong currency was taken"; fi
expect 'answer to "currency": "EUX": not a currency of ISO 4217' said.txt
[ ! -e wrong ] || fail "something was written in spite of a wrong answer"
if "$portolan" start shop/data --into shop-started 2> said.txt < /dev/null; then fail "a workspace was overwritten"; fi
expect 'is a workspace already' said.txt

# A sheet whose column nobody could name: left out with the question, taken with the answer.
mkdir -p odd
printf 'Tag;Werbeort;Preis\n13.06.2026;plakat;12,50\n14.06.2026;radio;13,25\n' > odd/media.csv
cp shop/data/shopify/sales_by_line.csv shop/data/finance/fx_rates.csv odd/
"$portolan" start odd --into odd-first --json > odd.json < /dev/null 2> /dev/null
expect '"file": "media.csv", "why": "which column of media.csv is \"cost\" (amounts)?"' odd.json
printf 'media.csv/cost: Preis\nmedia.csv/channel: Werbeort\n' > answers.txt
"$portolan" start odd --into odd-second --answers answers.txt --json > odd.json < /dev/null 2> /dev/null
equal "$(json odd.json recognised)" 3 "files understood with an answer"
expect 'radio' odd-second/channels.yaml

# The questions as data, with what is wrong with an answer beside it; nothing is written.
"$portolan" start ask shop/data --given $'currency: EUX\ncompany: Kolb' --json > ask.json
equal "$(json ask.json recognised)" 20 "files that start ask understands"
expect '"key": "currency", "question": "In which currency are your books?", "answer": "EUX", "from": "answers", "proposed": "EUR"' ask.json
expect 'not a currency of ISO 4217' ask.json
expect '"key": "company", "question": "What is the company called?", "answer": "Kolb"' ask.json
"$portolan" start ask odd --json > ask.json
expect '"role": "cost", "question": "which column of media.csv is \"cost\" (amounts)?"' ask.json

# As far as the number, then to the end: the workspace is the one of a single start. In between
# another start may go over it, afterwards none.
"$portolan" start shop/data --into steps --pause --json > pause.json < /dev/null 2> /dev/null
expect 'Not set up yet' steps/portolan.yaml
expect '"key": "number"' pause.json
[ ! -e steps/channels.yaml ] || fail "a start that stopped for the number wrote its channels"
"$portolan" start shop/data --into steps --given 'company: Shop' --quiet > /dev/null < /dev/null
diff -r --exclude=.portolan --exclude='review.*' shop-started steps || fail "two steps are not one start"
if "$portolan" start shop/data --into steps 2> said.txt < /dev/null; then fail "a workspace was overwritten"; fi

# A file that came later becomes a source; those that are read stay as they are.
(cd shop-started && "$portolan" source add ../shop/data --json) > added.json
equal "$(json added.json n_added)" 0 "sources of files that are all read"
mkdir later && printf 'day,channel,cost,currency\n2026-11-13,billboards,310.50,EUR\n2026-11-14,billboards,298.25,EUR\n' > later/billboards.csv
(cd shop-started && "$portolan" source add ../later --owner 'Ines Albrecht' --json) > added.json
equal "$(json added.json n_added)" 1 "sources of a file that came later"
expect 'owner: "Ines Albrecht" preset: media_sheet' shop-started/sources/media_sheet.yaml
(cd shop-started && "$portolan" import --json) > imported.json
expect '"source": "media_sheet"' imported.json

# Public data, where it lies beside the project.
data=${PORTOLAN_DATA:-$source_dir/../shared/data}
rows() { node -e 'const a = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  console.log(a.understood.filter((u) => u.table === process.argv[2]).reduce((n, u) => n + u.rows, 0))' "$1" "$2"; }
public() { # FOLDER FILES-RECOGNISED TABLE ROWS [TABLE ROWS …]: rows of tables that are loaded
  [ -d "$data/$1" ] || { echo "not held against $1: it is not there"; return 0; }
  "$portolan" start "$data/$1" --into "public-$1" --json > "$1.json" < /dev/null 2> /dev/null
  equal "$(json "$1.json" recognised)" "$2" "$1: files recognised"
  [ "$(json "$1.json" questions)" -le 10 ] || fail "$1: too many questions"
  local name=$1; shift 2
  while [ $# -gt 1 ]; do equal "$(rows "$name.json" "$1")" "$2" "$name: rows of $1"; shift 2; done
}
public crm_maven_sales 2 txn 4238 opportunity 8300 account 85 # as published: 4,238 won; 500 of 8,800 never opened
public lead_uci_bank 1 lead 41188
public mmm_meridian 2 txn 6240 control_series 24960           # 40 places, 156 weeks, four drivers
public retail_online_retail 1 txn 541909
