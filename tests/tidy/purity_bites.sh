#!/usr/bin/env bash
# A call that is not allowed, a writable variable and an allowance without need are found.
source "$(dirname "$0")/plant.bash"
folder="$tree/CMakeFiles/ptl_math.dir/src/math"
mkdir -p "$folder"

compile() { # NAME LINE…  an object of the room
  local name=$1; shift
  printf '%s\n' "$@" | gcc -O1 -fPIC -ffreestanding -x c -c - -o "$folder/$name.o"
}

check() { "$source_root/tools/tidy/purity" "$tree" "$tree/purity.allow" 2>&1; }

expect() { # what it says; "holds" where it passes
  local said rc=0
  said=$(check) || rc=$?
  [ "$1" = holds ] && [ "$rc" -eq 0 ] && return
  [ "$1" != holds ] && [ "$rc" -ne 0 ] && grep -qF -- "$1" <<<"$said" && return
  printf 'purity should say "%s" but (%d):\n%s\n' "$1" "$rc" "$said"
  exit 1
}

expect 'no objects'
plant purity.allow '# names' 'ptl_fail' 'log seed'
compile good.c 'int ptl_fail(int); int ptl_good(int x); int ptl_good(int x) { return ptl_fail(x); }' \
  'static const char *const words[] = {"a", "b"};' \
  'const char *ptl_word(int i); const char *ptl_word(int i) { return words[i]; }'
expect holds

compile other.c 'int ptl_good(int); int ptl_other(int x); int ptl_other(int x) { return ptl_good(x); }'
expect holds # a call inside the room
compile bad.c 'void *malloc(unsigned long); void *ptl_bad(void); void *ptl_bad(void) { return malloc(3); }'
expect 'src/math/bad.c calls malloc'
compile bad.c 'int ptl_count(void); int ptl_count(void) { static int n; return ++n; }'
expect 'writable variable in src/math/bad.c: n'
rm "$folder/bad.c.o"
expect holds
plant purity.allow 'ptl_fail' 'log seed' 'cblas_dgemm'
expect 'allows cblas_dgemm, which nobody calls any more'
