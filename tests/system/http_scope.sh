#!/usr/bin/env bash
# http_scope: who is bound to a vertical sees rows of no other, whatever is asked and in whatever form: every read
# with every parameter that splits or filters, as JSON, CSV and Arrow, pages, jobs and events, before and after
# somebody else was answered the same from memory. The names of the verticals occur nowhere else in this company,
# so one letter of them is one too many.
. "$(dirname "$0")/../support/lib.bash"
cleanup() { [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; }

"$portolan" simulate ws --persons 400 --weeks 60 --seed 11 >/dev/null 2>&1
sed -i -e 's/^- name: gifts/- name: zgifts/; s/label: Gifts/label: ZetaGifts/' \
  -e 's/^- name: abroad/- name: xabroad/; s/label: Abroad/label: XiAbroad/' \
  -e 's/^- name: home/- name: qhome/; s/label: Germany/label: QuxHome/' ws/people/verticals.yaml
sed -i 's|vertical/gifts|vertical/zgifts|; s|vertical/abroad|vertical/xabroad|; s|vertical/home|vertical/qhome|' ws/data/finance/targets.csv
"$portolan" -w ws import --quiet >/dev/null
"$portolan" -w ws review --quiet >/dev/null 2>&1
"$portolan" -w ws kpi list --by vertical --grain all --json >split.json
grep -q zgifts split.json && grep -q xabroad split.json || { head -c 600 split.json >&2; fail "figures are split by vertical"; }
for key in all one:zgifts two:xabroad; do
  name=${key%%:*}
  "$portolan" -w ws access key_add "$name" --role "$([ "$name" = all ] && echo owner || echo vertical_owner)" \
    $([ "$key" = all ] || echo --vertical "${key#*:}") --json >"$name.json"
done
"$portolan" -w ws alarm run >/dev/null # the newest run is one whose parameters name no vertical
"$portolan" -w ws serve --listen 127.0.0.1:0 >served 2>log &
server=$!
for _ in $(seq 300); do grep -q 'http://' served && break; sleep 0.1; done
base=$(sed -n 's/.* at \(http:[^ ]*\)$/\1/p' served)
[ -n "$base" ] || { cat served log >&2; fail "the server did not say where it is"; }
node "$source_dir/tests/system/http_scope.mjs" "$base" "$(json all.json key)" "$(json one.json key)" "$(json two.json key)" || fail "rows of other verticals"
kill -TERM "$server"; wait "$server" || fail "the server did not end well"; server=
echo "http_scope: fine"
