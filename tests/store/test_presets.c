/* Every preset against the engine: a file with the preset's own columns, one row of values of their
 * kinds, becomes one fact of its table; and the mapping of the required columns alone is whole. */
#include "support/loading.h"
#include "workspace/preset.h"

#include <stdio.h>

typedef struct made {
    char head[8192], row[8192];
    ptl_pair columns[128];
    char names[128][300];
    int64_t n;
} made;

/* A value that every reader of the kind takes; words are the preset's own, for two facts with one
 * key are one fact. */
static const char *value_of(const ptl_preset *preset, const ptl_preset_column *c)
{
    if (c->kind == PTL_PRESET_ID) return preset->name;
    static const char *const values[] = {[PTL_PRESET_TEXT] = "word",
                                         [PTL_PRESET_ID] = "A17",
                                         [PTL_PRESET_EMAIL] = "a@b.example",
                                         [PTL_PRESET_DAY] = "2026-03-04",
                                         [PTL_PRESET_TIME] = "2026-03-04T05:06:07Z",
                                         [PTL_PRESET_MONEY] = "12.50",
                                         [PTL_PRESET_INTEGER] = "7",
                                         [PTL_PRESET_NUMBER] = "3.5",
                                         [PTL_PRESET_CURRENCY] = "CHF",
                                         [PTL_PRESET_COUNTRY] = "Norway",
                                         [PTL_PRESET_BOOL] = "true"};
    static const struct {
        const char *format, *value;
    } clocks[] = {{"%m/%d/%Y", "03/04/2026"},
                  {"%d.%m.%Y", "04.03.2026"},
                  {"%Y%m%d", "20260304"},
                  {"%Y-%m-%d", "2026-03-04"},
                  {"%Y-%m-%d %H:%M", "2026-03-04 05:06"},
                  {"%Y-%m-%d %H:%M:%S", "2026-03-04 05:06:07"},
                  {"%Y-%m-%d %H:%M:%S %z", "2026-03-04 05:06:07 +0100"}};
    if (strcmp(c->role, "month") == 0 && c->kind == PTL_PRESET_TEXT) return "2026-03";
    if (strcmp(c->role, "params") == 0) return "[]";
    if (c->kind == PTL_PRESET_TEXT) return preset->name;
    if (c->kind == PTL_PRESET_WORD) return c->values[0];
    for (size_t i = 0; c->format && i < sizeof clocks / sizeof *clocks; i++)
        if (strcmp(c->format, clocks[i].format) == 0) return clocks[i].value;
    return values[c->kind];
}

/* One quoted cell more at the end of a line. */
static void put_cell(char *line, size_t size, const char *text)
{
    const size_t len = strlen(line);
    char cell[1024];
    (void)snprintf(cell, sizeof cell, "%s\"%s\"", len > 0 ? "," : "", text);
    if (len + strlen(cell) < size) memcpy(line + len, cell, strlen(cell) + 1);
}

static void make(made *m, const ptl_preset *preset, bool all)
{
    memset(m, 0, sizeof *m);
    for (int64_t i = 0; i < preset->n_columns; i++) {
        const ptl_preset_column *c = &preset->columns[i];
        const char *star = strchr(c->names[0], '*');
        bool wanted = all || c->required;
        for (int64_t k = 0; k < preset->n_needs; k++)
            wanted = wanted || strcmp(preset->needs[k], c->role) == 0;
        if (preset->n_any > 0) wanted = wanted || strcmp(preset->any[0], c->role) == 0;
        if (!wanted) continue;
        (void)snprintf(m->names[m->n], sizeof m->names[0], "%.*s%s%s",
                       (int)(star ? star - c->names[0] : (int)strlen(c->names[0])), c->names[0],
                       star ? "EUR" : "", star ? star + 1 : "");
        for (char *p = m->names[m->n]; *p; p++)
            if (*p == '*') *p = 'x';
        m->columns[m->n] = (ptl_pair){c->role, m->names[m->n]};
        put_cell(m->head, sizeof m->head, m->names[m->n]);
        put_cell(m->row, sizeof m->row, value_of(preset, c));
        m->n++;
    }
}

static ptl_load_spec spec_of(loading *f, const ptl_preset *preset, const made *m,
                             ptl_buffer *mapping, const char *name)
{
    char text[20000];
    ptl_error err = {0};
    const ptl_preset_use use = {.columns = m->columns, .n_columns = m->n};
    ptl_buffer_clear(mapping);
    if (ptl_preset_mapping(mapping, preset, &use, &err) != PTL_OK)
        fail_msg("%s: %s", preset->name, err.message);
    (void)snprintf(text, sizeof text, "%s\n%s\n", m->head, m->row);
    (void)loading_text(f, name, text);
    ptl_load_spec spec = loading_spec(f, name, mapping->ptr);
    spec.source = preset->name;
    spec.table = preset->table;
    spec.identifier_kind = preset->identifier_kind ? preset->identifier_kind : "customer";
    spec.locale = "en";
    return spec;
}

static void check_one(loading *f, const ptl_preset *preset, ptl_buffer *mapping)
{
    char name[128];
    made m;
    ptl_error err = {0};
    ptl_load_report report = {0};
    (void)snprintf(name, sizeof name, "%s_least.csv", preset->name);
    make(&m, preset, false);
    const ptl_load_spec least = spec_of(f, preset, &m, mapping, name);
    if (ptl_load_check(&least, &err) != PTL_OK)
        fail_msg("%s, required columns alone: %s\n%s\n%s", preset->name, err.message, err.detail,
                 mapping->ptr);
    (void)snprintf(name, sizeof name, "%s.csv", preset->name);
    make(&m, preset, true);
    const ptl_load_spec all = spec_of(f, preset, &m, mapping, name);
    if (ptl_load_run(&report, f->warehouse, f->seal, &all, NULL, &err) != PTL_OK)
        fail_msg("%s: %s\n%s\n%s", preset->name, err.message, err.detail, mapping->ptr);
    EXPECT_INT(report.rows_read, 1);
    if (!preset->where && report.rows != 1)
        fail_msg("%s: the row is set aside\n%s\n%s\n%s", preset->name, m.head, m.row, mapping->ptr);
}

static void every_preset_fills_its_table(void **state)
{
    (void)state;
    const ptl_preset *presets;
    int64_t n = 0;
    loading f;
    ptl_arena arena;
    ptl_buffer mapping;
    ptl_error err = {0};
    loading_open(&f, "Europe/Berlin");
    ptl_arena_init(&arena, 64u << 20, NULL);
    ptl_buffer_init(&mapping, 1u << 20, NULL);
    EXPECT_OK(ptl_preset_all(&presets, &n, &arena, &err));
    for (int64_t i = 0; i < n; i++) check_one(&f, &presets[i], &mapping);
    ptl_buffer_dispose(&mapping);
    ptl_arena_dispose(&arena);
    loading_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_preset_fills_its_table)};
    return cmocka_run_group_tests_name("presets", tests, NULL, NULL);
}
