/* blank.c: a workspace that nobody has set up yet (blank.h). */
#include "workspace/blank.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "workspace/workspace.h"

bool ptl_workspace_is_blank(const char *path)
{
    char head[sizeof PTL_BLANK_MARK] = "";
    FILE *file = fopen(path, "re");
    if (!file) return false;
    const size_t n = fread(head, 1, sizeof PTL_BLANK_MARK - 1, file);
    fclose(file);
    return n == sizeof PTL_BLANK_MARK - 1 && strcmp(head, PTL_BLANK_MARK) == 0;
}

/* In double quotes YAML reads what JSON writes: quotes and strokes behind a stroke. */
static void put_name(ptl_buffer *out, const char *name)
{
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c >= 0x20)
            ptl_buffer_printf(out, "%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
}

static ptl_status write_blank(const char *path, const char *root, ptl_arena *arena, ptl_error *err)
{
    char scratch[4096];
    ptl_buffer out;
    char *real = realpath(root, NULL);
    const char *slash = real ? strrchr(real, '/') : NULL;
    ptl_buffer_init(&out, 1 << 16, NULL);
    ptl_buffer_text(&out, PTL_BLANK_MARK "\ncompany: \"");
    put_name(&out, slash && slash[1] ? slash + 1 : "Company");
    ptl_buffer_printf(&out, "\"\ncurrency: EUR\nzone: %s\nweek_start: monday\n",
                      ptl_workspace_system_zone(scratch));
    free(real);
    ptl_status st = ptl_buffer_check(&out, "portolan.yaml", err);
    if (st == PTL_OK) st = ptl_file_write(path, ptl_buffer_borrow(&out), 0644, err);
    ptl_buffer_dispose(&out);
    (void)arena;
    return st;
}

ptl_status ptl_workspace_make_blank(const char *root, ptl_arena *arena, ptl_error *err)
{
    PTL_TRY(ptl_folder_make(root, 0755, err));
    const char *path = ptl_path_join(arena, root, "portolan.yaml", err);
    if (!path) return PTL_E_NO_MEMORY;
    return ptl_file_exists(path) ? PTL_OK : write_blank(path, root, arena, err);
}
