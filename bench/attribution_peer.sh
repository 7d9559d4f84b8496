#!/usr/bin/env bash
# attribution_peer: Markov credit of order 1 of one million journeys over 100 channels, points only
# and on one thread, against ChannelAttribution for Python (markov_model with its defaults, which
# simulates and stops at 5 % total error; ours is exact to the last digits, and at order 2 the peer takes
# over a minute). Both read the same paths before the clock starts. PTL_PEER_PYTHON names an
# interpreter that has the packages (pip install ChannelAttribution matplotlib); without one there is no
# baseline.
set -euo pipefail
bench=$PTL_BUILD/bench/bench_attribution
case ${1:-} in
candidate) exec "$bench" points ;;
baseline) ;;
*) echo "usage: attribution_peer.sh candidate|baseline" >&2; exit 2 ;;
esac
python=${PTL_PEER_PYTHON:-python3}
"$python" -c 'import ChannelAttribution, pandas' >/dev/null 2>&1 || exit 77
paths=$(mktemp)
trap 'rm -f "$paths"' EXIT
"$bench" export >"$paths"
"$python" - "$paths" <<'PYTHON'
import sys, time
import pandas
from ChannelAttribution import markov_model
data = pandas.read_csv(sys.argv[1])
start = time.perf_counter()
result = markov_model(data, "path", "total_conversions", var_null="total_null", order=1,
                      verbose=False, flg_pro=False)
seconds = time.perf_counter() - start
credit = result["result"] if isinstance(result, dict) else result
total = data["total_conversions"].sum()
if abs(credit["total_conversions"].sum() - total) > 0.01 * total:
    sys.exit("the peer's credit does not sum to the conversions")
print("seconds %.6f" % seconds)
PYTHON
