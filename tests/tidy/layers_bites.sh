#!/usr/bin/env bash
# An upward include is found; an exception excuses it, needs a reason, and is found once it is stale.
source "$(dirname "$0")/plant.bash"
plant tools/tidy/layers.allow 'base:' 'store: base' 'public base: status'
plant include/portolan/status.h '/* public */'
plant src/base/text.h '#include "portolan/status.h"'
plant src/store/store.h '#include "base/text.h"'
holds layers

plant src/base/bad.c '#include "base/text.h"' '#include "store/store.h"'
finds layers 'src/base/bad.c:2: base may not include store ("store/store.h")'
plant tools/tidy/layers.except 'src/base/bad.c store/store.h : until the store moves'
holds layers
plant tools/tidy/layers.except 'src/base/bad.c store/store.h'
finds layers 'gives no reason'
plant tools/tidy/layers.except 'src/base/bad.c store/store.h : until the store moves'
plant src/base/bad.c '#include "base/text.h"'
finds layers 'tools/tidy/layers.except:1: the exception is no longer needed'
plant tools/tidy/layers.except '# none'
holds layers

plant src/base/bad.c '#include "../store/store.h"'
finds layers 'is not a path below src/'
plant src/base/text_internal.h '/* siblings */'
plant src/base/bad.c '#include "base/text_internal.h"'
holds layers
plant src/store/other.c '#include "base/text_internal.h"'
finds layers 'an _internal header of base is included from outside it'
rm "$tree/src/store/other.c"
plant src/odd/x.h ''
finds layers 'no line for the room "odd"'
rm -r "$tree/src/odd"
plant include/portolan/new.h ''
finds layers 'which room does it belong to?'
