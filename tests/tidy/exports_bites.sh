#!/usr/bin/env bash
# A name without ptl_, one that no header declares, and a declared one that is missing are found.
source "$(dirname "$0")/plant.bash"
export PTL_BUILD="$tree/build"
mkdir -p "$PTL_BUILD"
library() { printf '%s\n' "$@" >"$tree/x.c"; gcc -shared -fPIC -nostdlib -o "$PTL_BUILD/libportolan.so" "$tree/x.c"; }

finds exports 'build it first'
plant include/portolan/sum.h 'PTL_NODISCARD PTL_API double ptl_sum(const double *x);'
library 'double ptl_sum(const double *x) { return *x; }'
holds exports
library 'double ptl_sum(const double *x) { return *x; }' 'int leak(void) { return 1; }'
finds exports 'exports leak: only ptl_ names are'
library 'double ptl_sum(const double *x) { return *x; }' 'int ptl_inner(void) { return 1; }'
finds exports 'exports ptl_inner, which no public header declares'
library 'int ptl_other(void) { return 1; }'
finds exports 'declares ptl_sum, which libportolan.so does not export'
