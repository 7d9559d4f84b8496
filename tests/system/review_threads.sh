#!/usr/bin/env bash
# review_threads: one store, reviewed with 1, 2 and 4 threads: the same bytes.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
shop ws
"$portolan" -w ws import --quiet > /dev/null
for n in 1 2 4; do
  cp -r ws "ws-$n"
  "$portolan" -w "ws-$n" --threads "$n" review --quiet > /dev/null
done
for n in 2 4; do
  cmp ws-1/review.json "ws-$n/review.json" || fail "review.json differs between 1 and $n threads"
  cmp ws-1/review.html "ws-$n/review.html" || fail "review.html differs between 1 and $n threads"
done
