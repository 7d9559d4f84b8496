# lib.bash: what test scripts share. Source it first; it leaves you in a scratch folder of your own.
#   $portolan   the program under test        $source   the project's folder
#   expect WORDS FILE      FILE holds WORDS, however its lines are broken, or the test fails and shows it
#   json FILE KEY          the value of a top-level key of a JSON reply, or of a nested one (a.b)
set -euo pipefail
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
portolan=${PORTOLAN:-$source_dir/build/dev/portolan}
scratch=$(mktemp -d)
trap 'status=$?; cleanup 2>/dev/null || true; rm -rf "$scratch"; exit $status' EXIT
cleanup() { :; }
cd "$scratch"
export PORTOLAN_NOW=

fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { echo "skipped: $*"; exit 77; }
expect() { tr -s ' \n' ' ' < "$2" | grep -qF -- "$1" || { echo "--- $2 does not say \"$1\":" >&2; cat "$2" >&2; fail "$1"; }; }
equal() { [ "$1" = "$2" ] || fail "${3:-values differ}: $1, expected $2"; }
json() { node -e '
  const v = process.argv[2].split(".").reduce((x, k) => x?.[k], JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")));
  console.log(typeof v === "object" ? JSON.stringify(v) : String(v));' "$1" "$2"; }

# A workspace of the example shop's shape in folder $1, without files yet.
shop() {
  mkdir -p "$1"
  cp -r "$source_dir/examples/shop/." "$1/"
  rm -rf "$1/.portolan" "$1/review.html" "$1/review.json"
}
