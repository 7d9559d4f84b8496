#!/usr/bin/env bash
# http: what `portolan serve` answers, how fast, beside what, and what it holds. No baseline: no other server has
# these answers. PERSONS=20000 (of a shop watched for two years; about 17 rows of events each), SECONDS_EACH=5.
#
#   cached         requests/s of one figure that nothing changed, 64 connections kept open, and the same for each
#                  second of processor time, server and client apart: what is left where others use the cores too
#   50 users       fourteen reads in turn, half a second of thought between them; and without any
#   beside a load  the same 50 users while the rest of the events is imported
#   start, idle    ready after a clean end and after kill -9; memory at the start, after work, and at rest
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
memory() { awk '/^VmRSS/ {printf "%.1f MB", $2 / 1024}' "/proc/$server/status"; }
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

# Events in parts, as exports come; half of them come later.
"$portolan" simulate ws --persons "${PERSONS:-20000}" --weeks 104 --seed 7 >/dev/null
(cd ws/data/ga4 && split -n l/8 -d -a 1 --additional-suffix=.jsonl events.jsonl events- && rm events.jsonl)
sed -i 's|data/ga4/events.jsonl\*|data/ga4/events*.jsonl|' ws/sources/ga4.yaml
mkdir later && mv ws/data/ga4/events-[4-7].jsonl later/
"$portolan" -w ws import >/dev/null 2>&1 && "$portolan" -w ws review >/dev/null 2>&1
"$portolan" -w ws access key_add bench --role owner --json >key.json
key=$(sed -n 's/.*"key": "\([^"]*\)".*/\1/p' key.json)

serve "ready, after a clean end"
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

users "50 users, without a thought" 0
users "50 users" 500
result=$p95
mv later/* ws/data/ga4/
job=$(curl -fsS -X POST -d '{}' -H 'Content-Type: application/json' -H "Authorization: Bearer $key" "$base/api/v1/source/import" | sed 's/.*"job":\([0-9]*\).*/\1/')
sleep 1
users "50 users beside a load" 500
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
