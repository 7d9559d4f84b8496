#!/usr/bin/env bash
# tools/test counts what cmocka says, and lets no broken program pass: one that fails, crashes, hangs,
# runs nothing, was not built, or says it passed and exits otherwise.
set -euo pipefail
source_root=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{tools,tests/unit,tests/system,build/dev/tests,fuzz}
cp "$source_root/tools/test" "$tree/tools/"
cd "$tree"

program() { # name, what it does
  : >"tests/unit/test_$1.c"
  printf '#!/bin/sh\n%s\n' "$2" >"build/dev/tests/test_$1"
  chmod +x "build/dev/tests/test_$1"
}
gone() { rm -f "tests/unit/test_$1.c" "build/dev/tests/test_$1"; }
gives() { # expected last line, expected exit (0 or 1), arguments
  local last=$1 status=$2 said found=0
  shift 2
  said=$(TEST_SECONDS=${TEST_SECONDS:-20} tools/test --kind unit,system "$@" 2>&1) || found=1
  [ "$(tail -n 1 <<<"$said")" = "$last" ] && [ "$found" = "$status" ] && return
  printf 'expected "%s" and exit %d, found exit %d and:\n%s\n' "$last" "$status" "$found" "$said"
  exit 1
}

gives '0 passed, 1 failed' 1 # no test at all is a failure
program good 'echo "[  PASSED  ] 23 test(s)."; echo "[  PASSED  ] 4 test(s)."'
gives '27 passed, 0 failed' 0
program some 'echo "[  PASSED  ] 5 test(s)."; echo "skipped: no tmpfs"; echo "[  SKIPPED ] 2 test(s), listed below:"'
gives '32 passed, 0 failed, 2 skipped' 0
said=$(tools/test some)
grep -qx 'skipped in test_some: no tmpfs' <<<"$said"

program red 'echo "[  PASSED  ] 1 test(s)."; echo "[  FAILED  ] 3 test(s), listed below:"; exit 3'
gives '33 passed, 3 failed, 2 skipped' 1
said=$(tools/test --kind unit || true)
grep -qx 'repeat with: make test T=test_red' <<<"$said"
grep -q '^---- test_red: the end of build/dev/logs/test_red.log' <<<"$said"
gives '1 passed, 3 failed' 1 red
gives '1 passed, 3 failed' 1 test_red
gives '0 passed, 1 failed' 1 nothing_of_the_kind
gone red

program crash 'echo "[  PASSED  ] 2 test(s)."; kill -SEGV $$'
gives '2 passed, 1 failed' 1 crash
grep -q 'killed by SIGSEGV' build/dev/logs/test_crash.log
program empty 'exit 0'
gives '0 passed, 1 failed' 1 empty
program liar 'echo "[  PASSED  ] 9 test(s)."; exit 1'
gives '9 passed, 1 failed' 1 liar
program slow 'sleep 30'
TEST_SECONDS=1 gives '0 passed, 1 failed' 1 slow
grep -q 'ran longer than 1 s' build/dev/logs/test_slow.log
rm build/dev/tests/test_slow
gives '0 passed, 1 failed' 1 slow
for name in crash empty liar slow; do gone "$name"; done

# repetitions are few under a sanitizer and nowhere else
program few '[ -z "${PTL_FEW:-}" ] || echo "[  PASSED  ] 1 test(s)."; echo "[  PASSED  ] 1 test(s)."'
gives '1 passed, 0 failed' 0 few
echo 'PTL_SANITIZE:STRING=' >build/dev/CMakeCache.txt
gives '1 passed, 0 failed' 0 few
echo 'PTL_SANITIZE:STRING=thread' >build/dev/CMakeCache.txt
gives '2 passed, 0 failed' 0 few
rm build/dev/CMakeCache.txt
gone few

script() { printf '#!/bin/sh\n%s\n' "$2" >"tests/system/$1.sh"; chmod +x "tests/system/$1.sh"; }
script yes 'exit 0'
script not_here 'echo "skipped: no folder"; exit 77'
gives '33 passed, 0 failed, 3 skipped' 0
script no 'echo it broke; exit 1'
gives '33 passed, 1 failed, 3 skipped' 1
gives '0 passed, 1 failed' 1 system/no
gives '32 passed, 0 failed, 2 skipped' 0 --programs
