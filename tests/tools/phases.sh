#!/usr/bin/env bash
# tools/phases sums what its commands say and counts a silent failure; a failed phase stops none after it.
set -euo pipefail
phases="$(cd "$(dirname "$0")/../.." && pwd)/tools/phases"
gives() { # expected last line, expected exit, arguments
  local last=$1 status=$2 said found=0
  shift 2
  said=$("$phases" "$@" 2>&1) || found=1
  [ "$(tail -n 1 <<<"$said")" = "$last" ] && [ "$found" = "$status" ] && return
  printf 'expected "%s" and exit %d, found exit %d and:\n%s\n' "$last" "$status" "$found" "$said"
  exit 1
}
gives '1 passed, 0 failed' 0 set-up true
gives '13 passed, 0 failed' 0 set-up true test 'echo "12 passed, 0 failed"'
gives '3 passed, 2 failed' 1 test 'echo "2 passed, 1 failed"; exit 1' broken 'exit 1' after true
gives '7 passed, 1 failed' 1 liar 'echo "7 passed, 0 failed"; exit 1'
gives '5 passed, 0 failed, 4 skipped' 0 a 'echo "1 passed, 0 failed, 4 skipped"' b 'echo "9 passed, 9 failed"; echo "4 passed, 0 failed"'
