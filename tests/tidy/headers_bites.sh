#!/usr/bin/env bash
# A header that needs another one before it, is no C++, or lacks its guard is found.
source "$(dirname "$0")/plant.bash"
plant include/portolan/one.h '#ifndef ONE_H' '#define ONE_H' '#include <stdint.h>' \
  'typedef struct one { int32_t x; } one;' '#endif'
holds headers

plant include/portolan/two.h '#ifndef TWO_H' '#define TWO_H' 'int32_t two(void);' '#endif'
finds headers 'portolan/two.h does not compile alone with gcc as c17'
plant include/portolan/two.h '#ifndef TWO_H' '#define TWO_H' 'int two(int class);' '#endif'
finds headers 'portolan/two.h does not compile alone with g++ as c++17'
plant include/portolan/two.h 'typedef struct two { int x; } two;'
finds headers 'portolan/two.h does not compile alone with gcc as c17'
rm "$tree/include/portolan/two.h"
holds headers
