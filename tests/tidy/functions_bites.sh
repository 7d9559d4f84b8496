#!/usr/bin/env bash
# A function above 100 lines needs a reason; the middle of all functions and a file's length are held.
source "$(dirname "$0")/plant.bash"
function_of() { # name, statements
  printf 'int %s(void)\n{\n' "$1"
  yes '    step();' | head -n "$2" || true
  printf '}\n\n'
}
short() { local i; for i in $(seq 1 "$1"); do function_of "short_$i" 4; done; }

plant src/base/x.c "$(short 20)" "$(function_of long_one 97)"
holds functions
plant src/base/x.c "$(short 20)" "$(function_of long_one 98)"
finds functions 'long_one has 101 lines, above 100'
plant tools/tidy/functions.except 'src/base/x.c long_one : one table, read from top to bottom'
holds functions
plant src/base/x.c "$(short 20)"
finds functions 'the exception is no longer needed'
rm "$tree/tools/tidy/functions.except"

plant src/base/y.c "$(for i in $(seq 1 21); do function_of "f_$i" 14; done)"
finds functions 'the median function has 17 lines'
plant src/base/y.c "$(for i in $(seq 1 3); do function_of "f_$i" 60; done)"
finds functions 'one function in ten has over 63 lines'
rm "$tree/src/base/y.c"
plant web/src/long.ts "$(yes '// line' | head -n 1001 || true)"
finds functions 'web/src/long.ts:1: 1001 lines, above 1000'
