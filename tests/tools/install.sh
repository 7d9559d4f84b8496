#!/usr/bin/env bash
# What is installed runs from where it was put, with the engine beside it, whatever the build's folder
# holds; and a program outside compiles against the installed header and library.
set -euo pipefail
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
fail() { echo "$1"; exit 1; }

# --prefix as `make install` gives it; moved afterwards, as DESTDIR does
cmake --install "$PTL_BUILD" --prefix "$prefix/built" >/dev/null
mv "$prefix/built" "$prefix/moved"
cd "$prefix/moved"
env -i bin/portolan --version || fail "the installed program does not run"
engine=$(ldd bin/portolan | awk '$1 == "libduckdb.so" { print $3 }')
[ "$(realpath "$engine")" = "$(realpath lib/portolan/libduckdb.so)" ] || fail "the engine is taken from elsewhere: $engine"
ldd bin/portolan | grep -q 'not found' && fail "a library is missing"

cat >"$prefix/x.c" <<'END'
#include <portolan/sum.h>
int main(void)
{
    const double x[] = {1e16, 3.25, -1e16};
    return ptl_sum_array(x, 3) == 3.25 ? 0 : 1;
}
END
gcc -std=c17 -Wall -Wextra -Werror -Iinclude "$prefix/x.c" -o "$prefix/x" -Llib -lportolan || fail "no program compiles against it"
LD_LIBRARY_PATH=lib "$prefix/x" || fail "the installed library sums wrongly"
