# Every file under sql/, src/workspace/templates/, src/workspace/presets/ and web/dist/ becomes bytes in the program, found by its path
# (src/base/asset.h). tools/embed.c writes the table.
add_executable(ptl_embed_tool tools/embed.c)
target_compile_definitions(ptl_embed_tool PRIVATE _GNU_SOURCE)
file(GLOB_RECURSE PTL_ASSETS CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
     sql/*.sql src/workspace/templates/* src/workspace/presets/* web/dist/*)
list(SORT PTL_ASSETS)
set(PTL_ASSET_PATHS ${PTL_ASSETS})
list(TRANSFORM PTL_ASSET_PATHS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_custom_command(
  OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded.c
  COMMAND ptl_embed_tool ${CMAKE_CURRENT_BINARY_DIR}/embedded.c ${CMAKE_CURRENT_SOURCE_DIR} ${PTL_ASSETS}
  DEPENDS ptl_embed_tool ${PTL_ASSET_PATHS}
  VERBATIM)
add_library(ptl_embedded OBJECT ${CMAKE_CURRENT_BINARY_DIR}/embedded.c)
target_include_directories(ptl_embedded PRIVATE src include)
