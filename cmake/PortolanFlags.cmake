# Warnings are errors under gcc and clang; floating point is pinned (STYLE, Numerics).
set(PTL_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Wcast-qual -Wwrite-strings
    -Wdouble-promotion -Werror)
set(PTL_FLOATING_POINT -ffp-contract=off)

set(PTL_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
if(PTL_SANITIZE)
  add_compile_options(-fsanitize=${PTL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PTL_SANITIZE})
endif()
