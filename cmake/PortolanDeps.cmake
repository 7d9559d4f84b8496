# Debian's packages through pkg-config; DuckDB pinned by version and checksum in .deps (tools/setup).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET gnutls)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
pkg_check_modules(LAPACKE REQUIRED IMPORTED_TARGET lapacke)
find_library(PTL_OPENBLAS NAMES openblas PATH_SUFFIXES openblas-pthread REQUIRED)

set(PTL_DUCKDB_DIR ${CMAKE_CURRENT_SOURCE_DIR}/.deps/duckdb CACHE PATH "folder with libduckdb.so and duckdb.h")
if(NOT EXISTS ${PTL_DUCKDB_DIR}/libduckdb.so)
  message(FATAL_ERROR "no ${PTL_DUCKDB_DIR}/libduckdb.so: run tools/setup first (make does)")
endif()
add_library(ptl_duckdb SHARED IMPORTED)
set_target_properties(ptl_duckdb PROPERTIES IMPORTED_LOCATION ${PTL_DUCKDB_DIR}/libduckdb.so
                      INTERFACE_INCLUDE_DIRECTORIES ${PTL_DUCKDB_DIR})

# what libportolan needs
add_library(ptl_library_deps INTERFACE)
target_link_libraries(ptl_library_deps INTERFACE PkgConfig::LAPACKE ${PTL_OPENBLAS} Threads::Threads m)
# what the program needs
add_library(ptl_deps INTERFACE)
target_link_libraries(ptl_deps INTERFACE ptl_library_deps PkgConfig::SODIUM PkgConfig::SQLITE
                      PkgConfig::YAML PkgConfig::JANSSON PkgConfig::ZLIB PkgConfig::EXPAT
                      PkgConfig::UTF8PROC PkgConfig::CURL PkgConfig::MICROHTTPD PkgConfig::GNUTLS
                      ptl_duckdb)
