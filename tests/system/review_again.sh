#!/usr/bin/env bash
# review_again: a review with nothing new shows the figures of the one before, under its run; counted
# again by --force it is the same, byte for byte, but for the numbers of run and ledger entry; what is
# no fact (minutes) shows at once; a new fact, another day, another configuration are counted anew.
source "$(dirname "$0")/../support/lib.bash"
export PORTOLAN_NOW=2026-11-16T07:00:00Z
shop ws
"$portolan" -w ws import --quiet > /dev/null

review() { # OUT [ARGUMENT …]
  local out=$1; shift
  "$portolan" -w ws review --out "$out" "$@" --json > "$out.reply"
}
figures_run() { json "$1/review.json" figures_run; }
# Numbers of runs and entries go, and what says that a run stood in.
plain() { sed -E -e 's/ · figures of run [0-9]+: nothing was new//' -e 's/([Rr]uns?"?:? |--run |entry"?:? |_run": )[0-9]+/\1N/g' \
              -e 's/("(run|ledger|ledgerSeq|ledger_seq|ledger_entry|figures_run)": ?"?(run )?)[0-9]+/\1N/g' "$1"; }
same() { # A B: the two reviews are the same
  for file in review.json review.html; do
    cmp <(plain "$1/$file") <(plain "$2/$file") || fail "$file of $1 and $2 differ"
  done
}

review first
first=$(figures_run first)
equal "$(json first/review.json run)" "$first" "the first review counts itself"

review again
equal "$(figures_run again)" "$first" "a review with nothing new shows the first one's figures"
[ "$(json again/review.json run)" -gt "$first" ] || fail "the second review is no run of its own"
equal "$(json again.reply figures_run)" "$first" "the answer names the run"
equal "$(json again.reply figures)" "$(json first.reply figures)" "figures counted"
grep -q "run $first" again/review.html || fail "the evidence does not name run $first"
same first again

review forced --force
[ "$(figures_run forced)" -gt "$(json again/review.json run)" ] || fail "--force did not count anew"
same again forced
forced=$(figures_run forced)

# An action agreed since shows, and counts nothing.
"$portolan" -w ws minutes add "Ask the carrier about the delays" --owner 'Ada Byron' --due 2026-11-30 > minutes.txt
review minuted
equal "$(figures_run minuted)" "$forced" "minutes are no facts"
grep -q "Ask the carrier about the delays" minuted/review.json || fail "the new action is not in the review"

# Another day is another count.
review day --as-of 2026-11-16
equal "$(figures_run day)" "$(json day/review.json run)" "another day is counted"
review back
equal "$(figures_run back)" "$(json back/review.json run)" "a review was counted since: counted anew"

# A new configuration is counted anew, and so is a new fact.
sed -i 's/^company: .*/company: Halden/' ws/portolan.yaml
"$portolan" -w ws apply > apply.txt
review configured
equal "$(figures_run configured)" "$(json configured/review.json run)" "another configuration is counted"
review settled
equal "$(figures_run settled)" "$(figures_run configured)" "nothing new since the configuration"
{ head -1 ws/data/rates.csv; tail -1 ws/data/rates.csv | sed 's/^[0-9-]*/2026-11-30/'; } > ws/data/rates-later.csv
sed -i 's/rates.csv/rates*.csv/' ws/sources/rates.yaml
"$portolan" -w ws apply > apply.txt
"$portolan" -w ws import --quiet > import.txt
review grown
if [ "$(json grown/review.json data_version)" = "$(json settled/review.json data_version)" ]; then
  fail "the test brought no new fact"
fi
equal "$(figures_run grown)" "$(json grown/review.json run)" "a new fact is counted"
