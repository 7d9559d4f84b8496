# Warnings are errors under gcc and clang; floating point is pinned (STYLE, Numerics).
set(PTL_WARNINGS -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Wcast-qual -Wwrite-strings
    -Wdouble-promotion -Werror)
set(PTL_FLOATING_POINT -ffp-contract=off)

option(PTL_FUZZ "let libFuzzer drive the targets of fuzz/ (clang)" OFF)
set(PTL_SANITIZE "" CACHE STRING "sanitizers, as -fsanitize= takes them")
if(PTL_SANITIZE)
  add_compile_options(-fsanitize=${PTL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PTL_SANITIZE})
  # gcc's guesses about lengths and initial values do not survive the code that sanitizers insert
  if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    list(APPEND PTL_WARNINGS -Wno-format-truncation -Wno-maybe-uninitialized)
  endif()
endif()
# A library that nothing is used of is not asked for at run time.
add_link_options(-Wl,--as-needed)
