/* path.c: folders, and names put together and looked for (file.h). */
#include "base/file.h"

#include "base/limits.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool ptl_file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISDIR(info.st_mode);
}

bool ptl_folder_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static ptl_status make_one(const char *path, uint32_t mode, ptl_error *err)
{
    if (mkdir(path, (mode_t)mode) == 0) return PTL_OK;
    const int code = errno;
    if (code == EEXIST && ptl_folder_exists(path)) return PTL_OK;
    const bool denied = code == EACCES || code == EPERM || code == EROFS;
    return ptl_fail(err, denied ? PTL_E_DENIED : PTL_E_IO, "cannot make folder %.300s: %s", path,
                    code == EEXIST ? "a file has this name" : strerror(code));
}

ptl_status ptl_folder_make(const char *path, uint32_t mode, ptl_error *err)
{
    char part[PTL_PATH_BYTES_MAX];
    const size_t len = strlen(path);
    if (len == 0 || len >= sizeof part)
        return ptl_fail(err, PTL_E_INVALID, "a folder's path has 1 to %d bytes, not %zu",
                        PTL_PATH_BYTES_MAX - 1, len);
    memcpy(part, path, len + 1);
    for (size_t i = 1; i < len; i++) { /* every "/" that ends a name ends a folder */
        if (part[i] != '/' || part[i - 1] == '/') continue;
        part[i] = '\0';
        if (!ptl_folder_exists(part)) PTL_TRY(make_one(part, mode, err));
        part[i] = '/';
    }
    return make_one(part, mode, err);
}

char *ptl_path_join(ptl_arena *arena, const char *dir, const char *name, ptl_error *err)
{
    if (name[0] == '/' || dir[0] == '\0') return ptl_text_copy(ptl_text_of(name), arena, err);
    const bool ends = dir[strlen(dir) - 1] == '/';
    return ptl_text_format(arena, err, "%s%s%s", dir, ends ? "" : "/", name);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static ptl_status copy_names(char ***out, int64_t *n, const glob_t *found, ptl_arena *arena,
                             ptl_error *err)
{
    char **names = ptl_arena_array(arena, (int64_t)found->gl_pathc + 1, sizeof *names, err);
    if (!names) return err ? err->status : PTL_E_NO_MEMORY;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        names[i] = ptl_text_copy(ptl_text_of(found->gl_pathv[i]), arena, err);
        if (!names[i]) return err ? err->status : PTL_E_NO_MEMORY;
    }
    qsort(names, found->gl_pathc, sizeof *names, compare_names);
    *out = names;
    *n = (int64_t)found->gl_pathc;
    return PTL_OK;
}

ptl_status ptl_path_glob(char ***out, int64_t *n, const char *pattern, ptl_arena *arena,
                         ptl_error *err)
{
    glob_t found = {0};
    const int code = glob(pattern, GLOB_NOSORT | GLOB_ERR, NULL, &found);
    ptl_status st;
    if (code == GLOB_NOSPACE)
        st = ptl_fail(err, PTL_E_NO_MEMORY, "no memory for the names that match %.300s", pattern);
    else if (code == GLOB_ABORTED)
        st = ptl_fail(err, PTL_E_DENIED, "cannot read a folder of %.300s", pattern);
    else
        st = copy_names(out, n, &found, arena, err);
    globfree(&found);
    return st;
}
