#!/usr/bin/env bash
# completion: each shell that is installed takes its script, and bash completes from the registry.
# The manual is taken by roff without a warning, where roff is installed.
source "$(dirname "$0")/../support/lib.bash"
for shell in bash zsh fish; do "$portolan" completion $shell > complete.$shell; done
bash -n complete.bash || fail "bash refuses its script"
if command -v zsh > /dev/null; then zsh -n complete.zsh || fail "zsh refuses its script"; fi
if command -v fish > /dev/null; then fish --no-execute complete.fish || fail "fish refuses its script"; fi

# completes WORDS... : what bash offers for the last word
completes() {
  bash --norc -c 'complete() { :; }; source ./complete.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _portolan; printf "%s\n" "${COMPREPLY[@]}" | sort | tr "\n" " "' bash "$@"
}
equal "$(completes portolan le)" "ledger " "first word"
equal "$(completes portolan ledger '')" "list prove verify " "second word"
equal "$(completes portolan ledger p)" "prove " "second word begun"
equal "$(completes portolan -w . ledger p)" "prove " "behind an option"
equal "$(completes portolan run list --st)" "--state " "a parameter"
equal "$(completes portolan run list --state do)" "done " "a choice"
equal "$(completes portolan completion '')" "bash fish zsh " "a shell"
equal "$(completes portolan status --js)" "--json " "an option"
touch a-file; mkdir a-folder
equal "$(completes portolan backup a-fo)" "a-folder " "a file"
equal "$(completes portolan --workspace a-)" "a-folder " "a folder"

"$portolan" man > portolan.1
if command -v groff > /dev/null; then
  groff -k -man -Tutf8 -ww portolan.1 > manual.txt 2> warnings.txt
  equal "$(cat warnings.txt)" "" "roff warns"
  expect "ledger verify" manual.txt
fi
