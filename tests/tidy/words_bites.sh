#!/usr/bin/env bash
# Words without their qualifier, words never shown, and messages in the wrong form are found.
source "$(dirname "$0")/plant.bash"
plant docs/words.md "$(cat "$source_root/docs/words.md")"
plant src/ops/ok.c '/* lift and credit in a comment */' 'const char *a = "incremental lift of 3%";' \
  'const char *b = "SELECT credit FROM credit";' 'const char *c = "credit";' 'const char *d = "is credited with";' \
  'int e = ptl_fail(err, PTL_E_IO, "SQLite cannot open %s", p);'
plant web/src/ok.ts 'export const title = `${n} platform ROIs`; // ROI'
plant docs/page.md 'The incremental lift, and `lift` as code.'
holds words

bites() { # path, line, words
  plant "$1" "$2"
  finds words "$3"
  rm "$tree/$1"
}
bites src/ops/bad.c 'const char *a = "the lift was 3%";' 'src/ops/bad.c:1: "lift" without a qualifier'
bites src/ops/bad.c 'const char *a = "ROI by channel";' '"ROI" without a qualifier'
bites web/src/bad.ts 'const a = "share of credit";' '"credit" without a qualifier'
bites docs/bad.md 'Then comes calibration.' 'docs/bad.md:1: "calibration" without a qualifier'
bites src/ops/bad.c 'const char *a = "imported successfully";' '"successfully" is not said'
bites web/src/bad.ts 'const a = "12 users came";' '"users" is not said'
bites web/src/bad.ts 'const a = "All is done!";' 'no exclamation marks'
bites web/src/bad.ts 'const a = "up we go 🚀";' 'no emoji'
bites src/ops/bad.c 'int e = ptl_fail(err, PTL_E_IO, "Cannot open %s", p);' 'starts in lower case'
bites src/ops/bad.c 'int e = ptl_fail(err, PTL_E_IO, "cannot open %s.", p);' 'no full stop'
bites src/ops/bad.c 'int e = ptl_fail(err, PTL_E_INVALID, "unknown key %s", p);' 'does not say what would be right'
