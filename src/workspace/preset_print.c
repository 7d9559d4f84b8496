/* preset_print.c: docs/presets.md, printed from the presets themselves (preset.h). */
#include "workspace/preset.h"

#include "store/canon.h"
#include "workspace/limits.h"

#include <string.h>

static const char head[] =
    "# Presets: exports that need no mapping\n"
    "\n"
    "Printed from the files in `src/workspace/presets/`; a test holds the two together.\n"
    "\n"
    "`portolan start FOLDER` and `portolan source recognise FILE` find the preset of a file by its "
    "head\n"
    "and its values. A source names it in the place of `table` and `mapping`:\n"
    "\n"
    "```yaml\n"
    "preset: google_ads_campaigns\n"
    "files: [data/google_ads/*.csv]\n"
    "columns:            # role: the file's column; those the preset needs go by their usual "
    "names\n"
    "  cost: Kosten\n"
    "slots:              # what the preset leaves open\n"
    "  channel: paid_search\n"
    "```\n"
    "\n"
    "`portolan source show NAME` prints the SELECT that comes of it. Names are compared without "
    "capitals,\n"
    "blanks and punctuation; `*` stands for any words. **Bold** roles must be there. A day or time "
    "has a\n"
    "slot `<role>_format` (`%d.%m.%Y`); without one it reads 2026-12-31, or RFC 3339. A *sheet* is "
    "kept by\n"
    "hand and is tried where no tool's export fits. To add a preset, write a file beside the "
    "others\n"
    "(`src/workspace/preset.h` says what may stand in it) and print this page anew.\n";

static void put_names(ptl_buffer *out, const ptl_preset_column *column)
{
    for (int64_t i = 0; i < column->n_names; i++)
        ptl_buffer_printf(out, "%s`%s`", i > 0 ? " " : "", column->names[i]);
}

static void put_columns(ptl_buffer *out, const ptl_preset *preset)
{
    ptl_buffer_text(out, "\n| role | holds | names |\n|---|---|---|\n");
    for (int64_t i = 0; i < preset->n_columns; i++) {
        const ptl_preset_column *c = &preset->columns[i];
        const char *mark = c->required ? "**" : "";
        ptl_buffer_printf(out, "| %s%s%s | %s | ", mark, c->role, mark,
                          ptl_preset_kind_word((ptl_preset_kind)c->kind));
        put_names(out, c);
        ptl_buffer_text(out, " |\n");
    }
}

static void put_preset(ptl_buffer *out, const ptl_preset *preset)
{
    ptl_buffer_printf(out, "\n### `%s`\n\n%s%s: %s. ", preset->name,
                      preset->generic ? "*Sheet.* " : "", preset->tool, preset->title);
    for (const char *c = preset->about; *c; c++)
        ptl_buffer_append(out, *c == '\n' ? (c[1] ? " " : "") : c, *c == '\n' && !c[1] ? 0 : 1);
    if (preset->each)
        ptl_buffer_printf(out, " One source for each column that may be `%s`.", preset->each);
    if (preset->reads)
        ptl_buffer_printf(out, " Reads the file of `%s`, with its columns.", preset->reads);
    if (preset->beside)
        ptl_buffer_printf(out, " Found beside `%s`, in the same file.", preset->beside);
    for (int64_t i = 0; i < preset->n_slots; i++)
        ptl_buffer_printf(out, "%s`%s` (%s)%s", i == 0 ? " Slots: " : ", ", preset->slots[i].name,
                          preset->slots[i].text[0] ? preset->slots[i].text : "empty",
                          i + 1 == preset->n_slots ? "." : "");
    ptl_buffer_text(out, "\n");
    if (!preset->reads) put_columns(out, preset);
}

static void put_table(ptl_buffer *out, const ptl_canon_table *table, const ptl_preset *presets,
                      int64_t n)
{
    bool headed = false;
    for (int64_t i = 0; i < n; i++) {
        if (strcmp(presets[i].table, table->name) != 0) continue;
        if (!headed) ptl_buffer_printf(out, "\n## `%s`: %s\n", table->name, table->one_row_is);
        headed = true;
        put_preset(out, &presets[i]);
    }
}

ptl_status ptl_preset_reference(ptl_buffer *out, ptl_error *err)
{
    const ptl_preset *presets;
    int64_t n = 0;
    ptl_arena arena;
    ptl_arena_init(&arena, PTL_WORKSPACE_ARENA_BYTES_MAX, NULL);
    const ptl_status st = ptl_preset_all(&presets, &n, &arena, err);
    ptl_buffer_text(out, head);
    for (int64_t t = 0; st == PTL_OK && t < ptl_canon_n; t++)
        put_table(out, &ptl_canon[t], presets, n);
    ptl_arena_dispose(&arena);
    return st;
}
