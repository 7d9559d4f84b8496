#!/usr/bin/env bash
# http: what `portolan serve` answers, how fast, beside what, and what it holds. No baseline: no other server has
# these answers. PERSONS=20000 (of a shop watched for two years; about 12 events each), SECONDS_EACH=5.
# WORKSPACE=DIR: a workspace made before, by PREPARE=DIR; its stores are copied, its exports linked, so it serves
# again. A million persons are 10.4 million events at first and 1.5 million in the load beside: some minutes to make.
#
#   each read      with EACH=1: the first answer of each read and page after the start, and 50 users of it alone
#   cached         requests/s of one figure that nothing changed, 64 connections kept open, and the same for each
#                  second of processor time, server and client apart: what is left where others use the cores too
#   50 users       fourteen reads in turn, half a second of thought between them; and without any
#   beside a load  the same 50 users while the rest of the events is imported
#   start, idle    ready after a clean end and after kill -9; memory at the start, after work, and at rest, and of
#                  it what is no page of a file
#   streams        memory of 1,000 idle event streams
#
# It needs wrk (Debian's). `seconds` is the 95th percentile of the 50 users.
set -euo pipefail
[ "$1" = candidate ] || exit 77
command -v wrk >/dev/null || exit 77
portolan=$PTL_BUILD/portolan
each=${SECONDS_EACH:-5}
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder"

say() { printf '%-46s %s\n' "$1" "$2" >&2; }
ticks() { awk '{print $14 + $15}' "/proc/$server/stat"; }
memory() { awk '/^VmRSS/ {all = $2} /^RssAnon/ {own = $2} END {printf "%.1f MB (%.1f its own)", all / 1024, own / 1024}' "/proc/$server/status"; }
milliseconds() { echo $((($(date +%s%N) - $1) / 1000000)); }
serve() {
  local begun; begun=$(date +%s%N)
  : >served
  "$portolan" -w ws serve --listen 127.0.0.1:0 >served 2>>log & server=$!
  until grep -q 'http://' served; do sleep 0.005; done
  say "$1" "$(milliseconds "$begun") ms"
  base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
}
users() { # what, thought in ms: 50 connections
  local said
  said=$(THINK=$2 wrk -t1 -c50 -d"$each" -s mix.lua -H "Authorization: Bearer $key" "$base" | tail -1)
  say "$1" "$said"
  case $said in *"errors 0") ;; *) exit 1 ;; esac
  p95=$(sed -n 's/.*p95 \([0-9.]*\) ms.*/\1/p' <<<"$said")
}

cat >mix.lua <<'LUA'
local reads = {"status", "kpi/list", "figure/list", "metric/list", "course/show", "cohort/list", "funnel/show", "run/list",
               "review/changes", "source/totals", "minutes/list", "reconcile/show", "job/list", "taxonomy/list"}
local think, n = tonumber(os.getenv("THINK")), 0
function request()
  n = n % #reads + 1
  return wrk.format("GET", "/api/v1/" .. reads[n])
end
if think > 0 then
  function delay() return math.random(think / 2, think * 3 / 2) end
end
function done(summary, latency)
  io.write(string.format("p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, %.0f requests/s, errors %d\n", latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency:percentile(99) / 1000, summary.requests / summary.duration * 1e6,
    summary.errors.status + summary.errors.timeout + summary.errors.connect))
end
LUA

# Events in parts, as exports come; the last LATER of eight come later: half of them, or one of a large workspace's.
prepare() { # folder
  local later=${LATER:-4}
  "$portolan" simulate "$1/ws" --persons "${PERSONS:-20000}" --weeks 104 --seed 7 >/dev/null
  (cd "$1/ws/data/ga4" && split -n l/8 -d -a 1 --additional-suffix=.jsonl events.jsonl events- && rm events.jsonl)
  sed -i 's|data/ga4/events.jsonl\*|data/ga4/events*.jsonl|' "$1/ws/sources/ga4.yaml"
  mkdir "$1/later"
  for ((i = 8 - later; i < 8; i++)); do mv "$1/ws/data/ga4/events-$i.jsonl" "$1/later/"; done
  "$portolan" -w "$1/ws" import >/dev/null 2>&1 && "$portolan" -w "$1/ws" review >/dev/null 2>&1
  for op in "attribution run" "reconcile run" "data audit"; do "$portolan" -w "$1/ws" $op >/dev/null 2>&1; done
}
if [ -n "${PREPARE:-}" ]; then
  mkdir -p "$PREPARE"
  LATER=${LATER:-1} prepare "$PREPARE"
  exit 77
elif [ -n "${WORKSPACE:-}" ]; then
  cp -al "$WORKSPACE/ws/data" data 2>/dev/null || cp -r "$WORKSPACE/ws/data" data
  (cd "$WORKSPACE/ws" && tar -c --exclude=./data --exclude=./.portolan/portolan.sock .) | (mkdir ws && cd ws && tar -x)
  mv data ws/data
  cp -al "$WORKSPACE/later" later 2>/dev/null || cp -r "$WORKSPACE/later" later
else
  prepare .
fi
"$portolan" -w ws access key_add bench --role owner --json >key.json
key=$(sed -n 's/.*"key": "\([^"]*\)".*/\1/p' key.json)

say "events" "$("$portolan" -w ws source list --json | node -e 'const list = Object.values(JSON.parse(require("fs").readFileSync(0))).find((x) => x[0]?.table); console.log(list.filter((x) => x.table === "event").reduce((n, x) => n + x.rows, 0).toLocaleString("en"))')"
serve "ready, after a clean end"
sleep 1
say "memory at the start" "$(memory)"
figure=$base/api/v1/course/show
curl -fsS -o first -H "Authorization: Bearer $key" "$figure"
before=$(ticks); begun=$(date +%s%N)
TIMEFORMAT='%U %S'
{ time wrk -t1 -c64 -d"$each" -H "Authorization: Bearer $key" "$figure" >wrk.out; } 2>client
wall=$(milliseconds "$begun")
awk -v ticks=$(($(ticks) - before)) -v hertz="$(getconf CLK_TCK)" -v wall="$wall" -v cores="$(nproc)" '
  FNR == NR { client = $1 + $2; next }
  /requests in/ { n = $1 }
  /Non-2xx/ { exit 1 }
  END { server = ticks / hertz
        printf "%-46s %.0f requests/s (server %.2f s, client %.2f s of %d cores in %.1f s)\n", "cached figure", n * 1000 / wall, server, client, cores, wall / 1000
        printf "%-46s %.0f requests/s; with the client on them %.0f\n", "  were the cores its own", n / server * cores, n / (server + client) * cores }' client wrk.out >&2
grep -q 'Non-2xx' wrk.out && exit 1

cat >one.lua <<'LUA'
local think = tonumber(os.getenv("THINK"))
function delay() return math.random(think / 2, think * 3 / 2) end
function done(summary, latency)
  io.write(string.format("%.1f %.1f %d\n", latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    summary.errors.status + summary.errors.timeout + summary.errors.connect))
end
LUA
reads="status workspace/get source/list source/show?source=orders source/quarantine?source=reasons source/totals
  data/findings taxonomy/list answer/list figure/list kpi/list kpi/list?limit=10000 cohort/list cohort/list?limit=10000 funnel/show
  metric/list metric/explain?name=revenue course/show alarm/list attribution/show journey/list reconcile/show review/changes
  minutes/list challenge/list ledger/list ledger/prove?seq=5 run/list run/show?run=1 job/list access/list version
  page/show?name=today page/show?name=money page/show?name=attribution page/show?name=data page/show?name=mix"
if [ -n "${EACH:-}" ]; then
  for read in $reads; do
    first=$(curl -sS -o answer -w '%{http_code} %{time_total}' -H "Authorization: Bearer $key" "$base/api/v1/$read")
    said=$(THINK=500 wrk -t1 -c50 -d"${EACH_SECONDS:-3}" -s one.lua -H "Authorization: Bearer $key" "$base/api/v1/$read" | tail -1)
    read -r status seconds <<<"$first"; read -r p50 middle errors <<<"$said"
    say "  $read" "$(printf 'first %7.1f ms, p50 %6.1f ms, p95 %6.1f ms, %6.1f KiB%s' "$(awk -v s="$seconds" 'BEGIN {print s * 1000}')" \
      "$p50" "$middle" "$(awk -v b="$(stat -c %s answer)" 'BEGIN {print b / 1024}')" \
      "$([ "$status" = 200 ] && [ "$errors" = 0 ] || echo ", $status, $errors errors")")"
  done
fi
users "50 users, without a thought" 0
users "50 users" 500
result=$p95
mv later/* ws/data/ga4/
job=$(curl -fsS -X POST -d '{}' -H 'Content-Type: application/json' -H "Authorization: Bearer $key" "$base/api/v1/source/import" | sed 's/.*"job":\([0-9]*\).*/\1/')
sleep 1
users "50 users beside a load" 500
worst=$p95
while curl -fsS -H "Authorization: Bearer $key" "$base/api/v1/jobs/$job" | grep -qE '"state":"(queued|running)"'; do
  users "  and on" 500
  awk -v a="$p95" -v b="$worst" 'BEGIN {exit !(a > b)}' && worst=$p95
done
say "  the slowest of these p95" "$worst ms"
state=$(curl -fsS -H "Authorization: Bearer $key" "$base/api/v1/jobs/$job" | grep -o '"state":"[a-z]*"' | head -1 || true)
say "  the load afterwards" "$state"
for _ in $(seq 3000); do
  curl -fsS -H "Authorization: Bearer $key" "$base/api/v1/jobs/$job" | grep -qE '"state":"(queued|running)"' || break
  sleep 0.2
done
curl -fsS -H "Authorization: Bearer $key" "$base/api/v1/jobs/$job" | grep -q '"state":"done"' || { echo "the load did not end well" >&2; exit 1; }
say "memory after work" "$(memory)"
sleep "${REST:-65}"
say "memory at rest" "$(memory)"

node - "$base" "$key" "$server" <<'NODE' >&2
const http = require('http'), fs = require('fs');
const [base, key, pid] = process.argv.slice(2);
const rss = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const before = rss();
let open = 0;
for (let i = 0; i < 1000; i++)
    http.get(`${base}/api/v1/events`, {headers: {Authorization: `Bearer ${key}`}, agent: false}, (answer) => { open += answer.statusCode === 200; answer.resume(); });
setTimeout(() => { console.log(`${'1,000 idle event streams'.padEnd(46)} ${(rss() - before).toFixed(1)} MB (${open} open)`); process.exit(open === 1000 ? 0 : 1); }, 8000);
NODE

kill -9 "$server"; wait "$server" 2>/dev/null || true
serve "ready, after kill -9"
kill -TERM "$server"; wait "$server"; server=
awk -v ms="$result" 'BEGIN {printf "seconds %.4f\n", ms / 1000}'
