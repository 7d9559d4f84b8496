/* engine.c: open, close, reopen.
 *
 *     new ──open──▶ ready ──rest──▶ resting ──next call──▶ ready
 *     new ──open──▶ ready ──fatal error──▶ broken ──next call──▶ reopened: ready
 *                                             ▲                       │ cannot
 *                                             └───────────────────────┘ (E_UNAVAILABLE)
 *
 * Handles beside the owner's stand in beside.c.
 *
 * The engine is shut in before it runs anything: it may touch its own file, that file's log and the
 * spill folder, nothing else; it loads no extension; and nobody can change these settings again,
 * because lock_configuration is the last one. Mappings of a load therefore cannot reach a file
 * through this engine even if they pass every other check. */
#include "store/duckdb/duckdb_internal.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ptl_warehouse_options ptl_warehouse_options_default(void)
{
    const long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
    return (ptl_warehouse_options){
        .size = (int32_t)sizeof(ptl_warehouse_options),
        .n_threads = n_cores < 1 ? 1 : (int32_t)(n_cores > 256 ? 256 : n_cores),
        .memory_bytes_max = INT64_C(1) << 30,
    };
}

const char *ptl_warehouse_engine(void)
{
    return "DuckDB " PTL_DUCK_VERSION;
}

ptl_status ptl_duck_library_check(ptl_error *err)
{
    const char *found = duckdb_library_version();
    if (strcmp(found, PTL_DUCK_VERSION) == 0) return PTL_OK;
    (void)ptl_fail(err, PTL_E_VERSION, "libduckdb is %s, this program needs %s", found,
                   PTL_DUCK_VERSION);
    ptl_error_hint(err, "install the libduckdb.so that came with the program, or run tools/setup");
    return PTL_E_VERSION;
}

ptl_status ptl_duck_run(ptl_warehouse *warehouse, const char *sql, const char *what, ptl_error *err)
{
    duckdb_prepared_statement prepared = NULL;
    ptl_status st;
    if (duckdb_prepare(warehouse->connection, sql, &prepared) != DuckDBSuccess)
        st = ptl_duck_error(err, DUCKDB_ERROR_INVALID, duckdb_prepare_error(prepared), what);
    else
        st = ptl_duck_run_prepared(NULL, prepared, what, err);
    duckdb_destroy_prepare(&prepared);
    return st;
}

/* --- settings --------------------------------------------------------------------------------- */

/* Extensions that the engine is built with stay; none is fetched or loaded. Checkpoints are made by
 * scope.c, so the engine's own threshold is out of reach. */
static const char *const fixed_settings[][2] = {
    {"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"},
    {"allow_community_extensions", "false"},   {"allow_unsigned_extensions", "false"},
    {"preserve_insertion_order", "true"},      {"checkpoint_threshold", "1TB"},
    {"default_null_order", "nulls_last"},      {"default_order", "asc"},
};

static ptl_status set(duckdb_config config, const char *name, const char *value, ptl_error *err)
{
    if (duckdb_set_config(config, name, value) == DuckDBSuccess) return PTL_OK;
    return ptl_fail(err, PTL_E_INTERNAL, "the engine does not take the setting %s = %s", name,
                    value);
}

static ptl_status settings(duckdb_config config, const ptl_warehouse *warehouse, ptl_error *err)
{
    char number[32];
    for (size_t i = 0; i < sizeof fixed_settings / sizeof *fixed_settings; i++)
        PTL_TRY(set(config, fixed_settings[i][0], fixed_settings[i][1], err));
    (void)snprintf(number, sizeof number, "%d", warehouse->options.n_threads);
    PTL_TRY(set(config, "threads", number, err));
    (void)snprintf(number, sizeof number, "%lldB", (long long)warehouse->options.memory_bytes_max);
    PTL_TRY(set(config, "memory_limit", number, err));
    PTL_TRY(set(config, "temp_directory", warehouse->temp_dir, err));
    return set(config, "enable_external_access", "false", err); /* the folder above stays allowed */
}

/* --- the engine's life ------------------------------------------------------------------------ */

static ptl_status engine_open(ptl_warehouse *warehouse, duckdb_config config, ptl_error *err)
{
    char *message = NULL;
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    if (duckdb_open_ext(warehouse->path, &database, config, &message) != DuckDBSuccess) {
        const ptl_status st = ptl_duck_error(err, DUCKDB_ERROR_INVALID, message, warehouse->path);
        duckdb_free(message);
        return st;
    }
    if (duckdb_connect(database, &connection) != DuckDBSuccess) {
        duckdb_close(&database);
        return ptl_fail(err, PTL_E_UNAVAILABLE, "%s: the engine gives no connection",
                        warehouse->path);
    }
    pthread_mutex_lock(&warehouse->engine->mutex);
    warehouse->engine->database = database;
    pthread_mutex_unlock(&warehouse->engine->mutex);
    pthread_mutex_lock(&warehouse->guard);
    warehouse->connection = connection;
    pthread_mutex_unlock(&warehouse->guard);
    return ptl_duck_run(warehouse, "SET lock_configuration = true", "lock the settings", err);
}

static ptl_status engine_start(ptl_warehouse *warehouse, ptl_error *err)
{
    duckdb_config config = NULL;
    if (duckdb_create_config(&config) != DuckDBSuccess)
        return ptl_fail(err, PTL_E_NO_MEMORY, "%s: no memory to configure the engine",
                        warehouse->path);
    ptl_status st = settings(config, warehouse, err);
    if (st == PTL_OK) st = engine_open(warehouse, config, err);
    duckdb_destroy_config(&config);
    if (st != PTL_OK) ptl_duck_shut(warehouse);
    return st;
}

bool ptl_duck_is_broken(const ptl_warehouse *warehouse)
{
    return atomic_load(&warehouse->engine->broken);
}

/* The engine's allocator holds freed pieces for each thread that asked for some. The library does
 * not declare its control; a build without that allocator has none. */
extern int duckdb_je_mallctl(const char *name, void *old, size_t *old_size, void *fresh,
                             size_t fresh_size) __attribute__((weak));

void ptl_duck_trim(void)
{
    if (!duckdb_je_mallctl) return;
    (void)duckdb_je_mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
    (void)duckdb_je_mallctl("arena.4096.purge", NULL, NULL, NULL, 0); /* 4096: all of them */
}

/* Statements and connection of one handle. */
void ptl_duck_disconnect(ptl_warehouse *warehouse)
{
    for (int32_t i = 0; i < warehouse->n_statements; i++)
        duckdb_destroy_prepare(&warehouse->statements[i].prepared);
    warehouse->n_statements = 0;
    pthread_mutex_lock(&warehouse->guard);
    if (warehouse->connection) duckdb_disconnect(&warehouse->connection);
    warehouse->connection = NULL;
    pthread_mutex_unlock(&warehouse->guard);
}

void ptl_duck_shut(ptl_warehouse *warehouse)
{
    ptl_duck_engine *engine = warehouse->engine;
    ptl_duck_disconnect(warehouse);
    if (!warehouse->is_owner) return;
    pthread_mutex_lock(&engine->mutex);
    engine->closing = true;
    while (engine->n_inside > 0) pthread_cond_wait(&engine->left, &engine->mutex);
    for (ptl_warehouse *one = engine->beside; one; one = one->next) ptl_duck_disconnect(one);
    if (engine->database) duckdb_close(&engine->database);
    engine->database = NULL;
    engine->closing = false;
    pthread_mutex_unlock(&engine->mutex);
}

ptl_status ptl_duck_ready(ptl_warehouse *warehouse, ptl_error *err)
{
    if (!ptl_duck_is_broken(warehouse) && warehouse->connection) return PTL_OK;
    if (warehouse->scope || warehouse->reading || !warehouse->is_owner) {
        (void)ptl_fail(err, PTL_E_UNAVAILABLE, "the warehouse stopped after a fatal error");
        ptl_error_hint(err, "end the scope or stream that is open; the next call reopens it");
        return PTL_E_UNAVAILABLE;
    }
    ptl_duck_shut(warehouse);
    if (ptl_duck_is_broken(warehouse)) ptl_duck_memo_clear(warehouse->engine->memo);
    const ptl_status st = engine_start(warehouse, err);
    atomic_store(&warehouse->engine->broken, st != PTL_OK);
    if (st == PTL_OK) return PTL_OK;
    (void)ptl_error_prefix(err, st, "the warehouse cannot be reopened");
    if (err) err->status = PTL_E_UNAVAILABLE;
    return PTL_E_UNAVAILABLE;
}

/* --- the list --------------------------------------------------------------------------------- */

static ptl_status options_check(const ptl_warehouse_options *options, ptl_error *err)
{
    if (options->n_threads < 1 || options->n_threads > 256)
        return ptl_fail(err, PTL_E_INVALID, "n_threads must be in [1, 256], not %d",
                        options->n_threads);
    if (options->memory_bytes_max < (INT64_C(64) << 20))
        return ptl_fail(err, PTL_E_INVALID, "memory_bytes_max must be 64 MiB at least, not %lld",
                        (long long)options->memory_bytes_max);
    return PTL_OK;
}

/* The engine would find out at its first write; here the message can say what to do. */
static ptl_status folder_check(const char *path, ptl_error *err)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    const int len = slash ? (int)(slash - path) : 1;
    if ((size_t)len >= sizeof folder)
        return ptl_fail(err, PTL_E_INVALID, "a path of %d bytes is too long", len);
    (void)snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : len, slash ? path : ".");
    if (access(folder, W_OK | X_OK) == 0 && (access(path, W_OK) == 0 || errno == ENOENT))
        return PTL_OK;
    const int why = errno;
    (void)ptl_fail(err, PTL_E_IO, "the warehouse %s cannot be written: %s", path, strerror(why));
    ptl_error_hint(err, "make the folder %s writable for the user that runs portolan", folder);
    return PTL_E_IO;
}

/* A warehouse lies in its own arena. */
ptl_status ptl_duck_handle_new(ptl_warehouse **out, const char *path,
                               const ptl_warehouse_options *options, ptl_error *err)
{
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)1 << 20, NULL);
    ptl_warehouse *warehouse = ptl_arena_alloc(&arena, sizeof *warehouse, err);
    if (!warehouse) return PTL_E_NO_MEMORY;
    *warehouse = (ptl_warehouse){.options = *options, .arena = arena};
    warehouse->path = ptl_text_copy(ptl_text_of(path), &warehouse->arena, err);
    warehouse->temp_dir =
        options->temp_dir ? ptl_text_copy(ptl_text_of(options->temp_dir), &warehouse->arena, err)
                          : ptl_text_format(&warehouse->arena, err, "%s.tmp", path);
    if (!warehouse->path || !warehouse->temp_dir) {
        arena = warehouse->arena;
        ptl_arena_dispose(&arena);
        return PTL_E_NO_MEMORY;
    }
    warehouse->options.temp_dir = warehouse->temp_dir;
    pthread_mutex_init(&warehouse->guard, NULL);
    *out = warehouse;
    return PTL_OK;
}

static ptl_status owner_new(ptl_warehouse **out, const char *path,
                            const ptl_warehouse_options *options, ptl_error *err)
{
    PTL_TRY(ptl_duck_handle_new(out, path, options, err));
    ptl_duck_engine *engine = ptl_arena_alloc(&(*out)->arena, sizeof *engine, err);
    if (!engine || ptl_duck_memo_new(&engine->memo, &(*out)->arena, err) != PTL_OK) {
        ptl_duck_handle_free(*out);
        return PTL_E_NO_MEMORY;
    }
    pthread_mutex_init(&engine->mutex, NULL);
    pthread_cond_init(&engine->left, NULL);
    (*out)->engine = engine;
    (*out)->is_owner = true;
    return PTL_OK;
}

void ptl_duck_handle_free(ptl_warehouse *warehouse)
{
    if (warehouse->engine) ptl_duck_shut(warehouse);
    if (warehouse->is_owner) {
        ptl_duck_memo_dispose(warehouse->engine->memo);
        pthread_mutex_destroy(&warehouse->engine->mutex);
        pthread_cond_destroy(&warehouse->engine->left);
    }
    pthread_mutex_destroy(&warehouse->guard);
    ptl_arena arena = warehouse->arena;
    ptl_arena_dispose(&arena);
}

static ptl_status warehouse_start(ptl_warehouse *warehouse, ptl_error *err)
{
    const ptl_duck_migration *migrations;
    int64_t n;
    PTL_TRY(ptl_duck_migrations(&migrations, &n, &warehouse->arena, err));
    PTL_TRY(engine_start(warehouse, err));
    return ptl_duck_migrate(warehouse, migrations, n, err);
}

/* A new warehouse is made whole under another name and renamed, so that a crash while it is made
 * leaves either none or a complete one. `path` may be an empty file. */
static ptl_status warehouse_make(const char *path, const ptl_warehouse_options *options,
                                 ptl_error *err)
{
    char fresh[4096], log[4096];
    (void)snprintf(log, sizeof log, "%s.wal", path);
    if (ptl_file_exists(log)) {
        (void)ptl_fail(err, PTL_E_CORRUPT, "%s is there, the warehouse it belongs to is not", log);
        ptl_error_hint(err, "put %s back, or move the log away to begin anew", path);
        return PTL_E_CORRUPT;
    }
    const int len = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (len < 0 || (size_t)len + 4 >= sizeof fresh)
        return ptl_fail(err, PTL_E_INVALID, "the path %s is too long", path);
    (void)snprintf(log, sizeof log, "%.4000s.wal", fresh);
    (void)unlink(fresh);
    (void)unlink(log);
    ptl_warehouse *warehouse;
    PTL_TRY(owner_new(&warehouse, fresh, options, err));
    ptl_status st = warehouse_start(warehouse, err);
    if (st == PTL_OK) st = ptl_duck_run(warehouse, "CHECKPOINT", "checkpoint", err);
    ptl_duck_handle_free(warehouse);
    if (st == PTL_OK) st = ptl_duck_file_rename(fresh, path, err);
    return st;
}

static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_size > 0;
}

ptl_status ptl_warehouse_open(ptl_warehouse **out, const char *path,
                              const ptl_warehouse_options *options, ptl_error *err)
{
    *out = NULL;
    const ptl_warehouse_options chosen = options ? *options : ptl_warehouse_options_default();
    PTL_TRY(ptl_duck_library_check(err));
    PTL_TRY(options_check(&chosen, err));
    PTL_TRY(folder_check(path, err));
    PTL_TRY(ptl_duck_file_check(path, err));
    if (!is_there(path)) PTL_TRY(warehouse_make(path, &chosen, err));
    ptl_warehouse *warehouse;
    PTL_TRY(owner_new(&warehouse, path, &chosen, err));
    const ptl_status st = warehouse_start(warehouse, err);
    if (st != PTL_OK) {
        ptl_duck_handle_free(warehouse);
        return st;
    }
    *out = warehouse;
    return PTL_OK;
}

void ptl_warehouse_close(ptl_warehouse *warehouse)
{
    if (!warehouse) return;
    if (!warehouse->is_owner) {
        ptl_duck_beside_close(warehouse);
        return;
    }
    if (warehouse->scope) ptl_scope_rollback(warehouse->scope);
    ptl_error ignored; /* what could not be moved stays in the log and is read at the next start */
    if (!ptl_duck_is_broken(warehouse) && warehouse->connection)
        (void)(ptl_duck_run(warehouse, "CHECKPOINT", "checkpoint", &ignored) == PTL_OK);
    ptl_duck_handle_free(warehouse);
}

void ptl_warehouse_rest(ptl_warehouse *first)
{
    ptl_error ignored;
    if (first->scope || first->reading || !first->connection || ptl_duck_is_broken(first)) return;
    if (ptl_duck_run(first, "CHECKPOINT", "checkpoint", &ignored) != PTL_OK) return;
    ptl_duck_shut(first);
    ptl_duck_memo_rest(first->engine->memo, ptl_pulse_state(&first->engine->facts));
    ptl_duck_trim();
}

void ptl_warehouse_interrupt(ptl_warehouse *warehouse)
{
    pthread_mutex_lock(&warehouse->guard);
    if (warehouse->connection) duckdb_interrupt(warehouse->connection);
    if (warehouse->reading) duckdb_interrupt(warehouse->reading);
    pthread_mutex_unlock(&warehouse->guard);
}
