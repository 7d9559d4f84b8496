/* files.c: the draft: which files of a folder are the workspace's configuration (workspace.h).
 *
 * portolan.yaml makes a folder a workspace. Under sources/ every *.yaml counts, and so does every
 * *.yml: not to be read, but to be refused where it is seen instead of silently left out. */
#include "workspace/workspace.h"

#include "base/file.h"
#include "workspace/limits.h"

#include <string.h>
#include <sys/stat.h>

typedef struct gathering {
    ptl_config_file *files;
    int64_t n;
    size_t bytes;
    const char *root;
    ptl_arena *arena;
    ptl_error *err;
} gathering;

static ptl_status add_file(gathering *g, const char *path)
{
    const char *full = ptl_path_join(g->arena, g->root, path, g->err);
    ptl_config_file *file = &g->files[g->n];
    if (!full) return ptl_refused(g->err);
    file->path = path;
    PTL_TRY(ptl_file_read(&file->content, full, PTL_CONFIG_FILE_BYTES_MAX, g->arena, g->err));
    g->bytes += file->content.len;
    g->n++;
    if (g->bytes > PTL_CONFIG_BYTES_MAX)
        return ptl_fail(g->err, PTL_E_LIMIT, "the files of a workspace have at most %d MiB",
                        PTL_CONFIG_BYTES_MAX >> 20);
    return PTL_OK;
}

static ptl_status no_workspace(const char *root, ptl_error *err)
{
    ptl_fail(err, PTL_E_NOT_FOUND, "folder \"%.300s\" is no workspace: it has no portolan.yaml",
             root);
    ptl_error_hint(err, "portolan init %.300s writes one", root);
    return PTL_E_NOT_FOUND;
}

/* A folder may be called "[acme]" and mean it. */
static char *quote_pattern(ptl_arena *arena, const char *path, ptl_error *err)
{
    char *quoted = ptl_arena_alloc(arena, 2 * strlen(path) + 1, err);
    for (size_t n = 0; quoted && *path; path++) {
        if (strchr("*?[]\\", *path)) quoted[n++] = '\\';
        quoted[n++] = *path;
    }
    return quoted;
}

/* Names in sources/ that end in `suffix`, as paths relative to the root. */
static ptl_status glob_sources(char ***out, int64_t *n, const char *suffix, gathering *g)
{
    const char *folder = ptl_path_join(g->arena, g->root, "sources", g->err);
    const char *quoted = folder ? quote_pattern(g->arena, folder, g->err) : NULL;
    const char *pattern =
        quoted ? ptl_text_format(g->arena, g->err, "%s/?*.%s", quoted, suffix) : NULL;
    if (!pattern) return ptl_refused(g->err);
    if (!ptl_folder_exists(folder)) return PTL_OK;
    PTL_TRY(ptl_path_glob(out, n, pattern, g->arena, g->err));
    const size_t skip = strlen(folder) - strlen("sources");
    for (int64_t i = 0; i < *n; i++) (*out)[i] += skip;
    return PTL_OK;
}

/* Two sorted lists without a common name become one. */
static ptl_status add_sources(gathering *g, char **a, int64_t n_a, char **b, int64_t n_b)
{
    for (int64_t i = 0, j = 0; i < n_a || j < n_b;) {
        const bool first = j == n_b || (i < n_a && strcmp(a[i], b[j]) < 0);
        PTL_TRY(add_file(g, first ? a[i++] : b[j++]));
    }
    return PTL_OK;
}

ptl_status ptl_workspace_files(ptl_config_file **out, int64_t *n, const char *root,
                               ptl_arena *arena, ptl_error *err)
{
    gathering g = {.root = root, .arena = arena, .err = err};
    char **yaml = NULL, **yml = NULL;
    int64_t n_yaml = 0, n_yml = 0;
    *out = NULL;
    *n = 0;
    const char *portolan = ptl_path_join(arena, root, "portolan.yaml", err);
    const char *channels = ptl_path_join(arena, root, "channels.yaml", err);
    const char *metrics = ptl_path_join(arena, root, "metrics.yaml", err);
    const char *journeys = ptl_path_join(arena, root, "journeys.yaml", err);
    const char *verticals = ptl_path_join(arena, root, "people/verticals.yaml", err);
    if (!portolan || !channels || !metrics || !journeys || !verticals) return ptl_refused(err);
    if (!ptl_file_exists(portolan)) return no_workspace(root, err);
    PTL_TRY(glob_sources(&yaml, &n_yaml, "yaml", &g));
    PTL_TRY(glob_sources(&yml, &n_yml, "yml", &g));
    if (n_yaml + n_yml + 5 > PTL_CONFIG_FILES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "a workspace has at most %d files, not %lld",
                        PTL_CONFIG_FILES_MAX, (long long)(n_yaml + n_yml + 5));
    g.files = ptl_arena_array(arena, n_yaml + n_yml + 5, sizeof *g.files, err);
    if (!g.files) return ptl_refused(err);
    if (ptl_file_exists(channels)) PTL_TRY(add_file(&g, "channels.yaml"));
    if (ptl_file_exists(journeys)) PTL_TRY(add_file(&g, "journeys.yaml"));
    if (ptl_file_exists(metrics)) PTL_TRY(add_file(&g, "metrics.yaml"));
    if (ptl_file_exists(verticals)) PTL_TRY(add_file(&g, "people/verticals.yaml"));
    PTL_TRY(add_file(&g, "portolan.yaml"));
    PTL_TRY(add_sources(&g, yaml, n_yaml, yml, n_yml));
    *out = g.files;
    *n = g.n;
    return PTL_OK;
}

/* --- whether they are still the same ---------------------------------------------------------- */

static void stamp_file(ptl_hasher *hasher, const char *path)
{
    struct stat st;
    int64_t seen[6] = {0};
    if (stat(path, &st) == 0) {
        seen[0] = (int64_t)st.st_ino;
        seen[1] = (int64_t)st.st_size;
        seen[2] = st.st_mtim.tv_sec;
        seen[3] = st.st_mtim.tv_nsec;
        seen[4] = st.st_ctim.tv_sec;
        seen[5] = st.st_ctim.tv_nsec;
    }
    ptl_hasher_add_text(hasher, ptl_text_of(path));
    ptl_hasher_add(hasher, seen, sizeof seen);
}

ptl_status ptl_workspace_stamp(ptl_hash *out, const char *root, ptl_arena *arena, ptl_error *err)
{
    static const char *const names[] = {"portolan.yaml", "channels.yaml", "metrics.yaml",
                                        "journeys.yaml", "people/verticals.yaml"};
    static const char *const suffixes[] = {"yaml", "yml"};
    gathering g = {.root = root, .arena = arena, .err = err};
    ptl_hasher hasher;
    ptl_hasher_init(&hasher);
    for (int i = 0; i < 5; i++) {
        const char *path = ptl_path_join(arena, root, names[i], err);
        if (!path) return ptl_refused(err);
        stamp_file(&hasher, path);
    }
    for (int i = 0; i < 2; i++) {
        char **found = NULL;
        int64_t n = 0;
        PTL_TRY(glob_sources(&found, &n, suffixes[i], &g));
        for (int64_t j = 0; j < n; j++) {
            const char *path = ptl_path_join(arena, root, found[j], err);
            if (!path) return ptl_refused(err);
            stamp_file(&hasher, path);
        }
    }
    *out = ptl_hasher_finish(&hasher);
    return PTL_OK;
}
