# plant.bash: a small tree of its own, with violations planted into it. Sourced by the tests here.
#
#   plant PATH TEXT…       writes a file into the tree
#   holds CHECK            the check passes the tree as it stands
#   finds CHECK WORDS      the check fails it, and says WORDS
set -euo pipefail
source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

plant() {
  local file="$tree/$1"; shift
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$@" >"$file"
}

holds() {
  local said
  said=$("$source_root/tools/tidy/$1" "$tree") && return
  printf '%s refuses a tree it should pass:\n%s\n' "$1" "$said"
  exit 1
}

finds() {
  local said
  if said=$("$source_root/tools/tidy/$1" "$tree"); then
    printf '%s lets a violation pass; it should say: %s\n' "$1" "$2"
    exit 1
  fi
  grep -qF -- "$2" <<<"$said" && return
  printf '%s does not say "%s" but:\n%s\n' "$1" "$2" "$said"
  exit 1
}
