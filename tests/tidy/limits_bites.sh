#!/usr/bin/env bash
# The page follows the headers, and a ceiling without a reason is found.
source "$(dirname "$0")/plant.bash"
plant docs/.keep
plant src/base/limits.h 'enum {' '    PTL_POOL_MAX = 256, /* above any machine */' \
  '    PTL_BYTES_MAX = 64 * 1024 /* of one answer */' '};'
finds limits 'docs/limits.md:1: not in step'
"$source_root/tools/tidy/limits" "$tree" --write >"$tree/said"
holds limits
grep -qF '| `PTL_BYTES_MAX` | `64 * 1024` = 65,536 | of one answer |' "$tree/docs/limits.md"
grep -qF '| `PTL_POOL_MAX` | `256` | above any machine |' "$tree/docs/limits.md"
plant src/base/limits.h 'enum {' '    PTL_POOL_MAX = 512, /* above any machine */' \
  '    PTL_BYTES_MAX = 64 * 1024 /* of one answer */' '};'
finds limits 'not in step'
plant src/base/limits.h 'enum {' '    PTL_POOL_MAX = 256,' '};'
finds limits 'src/base/limits.h:2: PTL_POOL_MAX gives no reason'
