/* mix_panel.h: public data sets of the mix model as borrowed arrays, for tests and benchmarks. */
#ifndef PTL_TESTS_MIX_PANEL_H
#define PTL_TESTS_MIX_PANEL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portolan/mix.h"

enum { PANEL_COLUMNS = 32, PANEL_LINE = 4096 };

/* A CSV of numbers by column; text reads as NaN. */
typedef struct panel_table {
    int n_columns;
    int64_t n_rows;
    char name[PANEL_COLUMNS][64];
    double *x[PANEL_COLUMNS];
} panel_table;

static inline double panel_number(const char *text)
{
    char *end;
    const double x = strtod(text, &end);
    return end == text || (*end && *end != '\n' && *end != '\r') ? PTL_NAN : x;
}

/* False where the file is not there. */
static inline bool panel_read(panel_table *t, const char *path)
{
    char line[PANEL_LINE];
    FILE *const f = fopen(path, "r");
    int64_t room = 0;
    memset(t, 0, sizeof *t);
    if (!f) return false;
    while (fgets(line, sizeof line, f)) {
        char *rest = line, *cell;
        int column = 0;
        line[strcspn(line, "\r\n")] = 0;
        if (t->n_columns && t->n_rows == room) {
            room = room ? 2 * room : 1024;
            for (int c = 0; c < t->n_columns; c++)
                t->x[c] = realloc(t->x[c], (size_t)room * sizeof(double));
        }
        const bool head = t->n_columns == 0;
        while ((cell = strsep(&rest, ",")) && column < PANEL_COLUMNS) {
            if (head)
                snprintf(t->name[column], sizeof t->name[column], "%s", cell);
            else if (column < t->n_columns)
                t->x[column][t->n_rows] = panel_number(cell);
            column++;
        }
        if (head)
            t->n_columns = column;
        else
            t->n_rows++;
    }
    fclose(f);
    return t->n_rows > 0;
}

static inline const double *panel_column(const panel_table *t, const char *name)
{
    for (int c = 0; c < t->n_columns; c++)
        if (strcmp(t->name[c], name) == 0) return t->x[c];
    fprintf(stderr, "no column %s\n", name);
    abort();
}

static inline void panel_free(panel_table *t)
{
    for (int c = 0; c < t->n_columns; c++) free(t->x[c]);
    t->n_columns = 0;
}

/* Copies of the named columns one after the other. */
static inline double *panel_cube(const panel_table *t, const char *const *names, int n)
{
    double *const cube = calloc((size_t)t->n_rows * (size_t)n, sizeof *cube);
    for (int i = 0; i < n; i++)
        if (names[i])
            memcpy(cube + i * t->n_rows, panel_column(t, names[i]),
                   (size_t)t->n_rows * sizeof *cube);
    return cube;
}

/* Meridian's demonstration: 40 geos x 156 weeks, five paid channels, one organic, one promotion. */
enum { MERIDIAN_CHANNELS = 7, MERIDIAN_GEOS = 40, MERIDIAN_WEEKS = 156 };

typedef struct panel_meridian {
    panel_table table;
    double *media, *spend, *control, population[MERIDIAN_GEOS];
    ptl_mix_channel channel[MERIDIAN_CHANNELS];
    ptl_mix_data data;
    ptl_mix_spec spec;
} panel_meridian;

static inline bool panel_meridian_open(panel_meridian *p, const char *folder)
{
    static const char *const media[] = {"Channel0_impression",
                                        "Channel1_impression",
                                        "Channel2_impression",
                                        "Channel3_impression",
                                        "Channel4_impression",
                                        "Organic_channel0_impression",
                                        "Promo"};
    static const char *const spend[] = {"Channel0_spend",
                                        "Channel1_spend",
                                        "Channel2_spend",
                                        "Channel3_spend",
                                        "Channel4_spend",
                                        NULL,
                                        NULL};
    static const char *const control[] = {"competitor_sales_control", "sentiment_score_control"};
    static const ptl_mix_kind kind[] = {PTL_MIX_PAID,     PTL_MIX_PAID, PTL_MIX_PAID,
                                        PTL_MIX_PAID,     PTL_MIX_PAID, PTL_MIX_ORGANIC,
                                        PTL_MIX_NON_MEDIA};
    static const char *const names[] = {"Channel0", "Channel1", "Channel2", "Channel3",
                                        "Channel4", "Organic",  "Promo"};
    char path[1024];
    snprintf(path, sizeof path, "%s/mmm_meridian/geo_all_channels.csv", folder);
    if (!panel_read(&p->table, path)) return false;
    p->media = panel_cube(&p->table, media, MERIDIAN_CHANNELS);
    p->spend = panel_cube(&p->table, spend, MERIDIAN_CHANNELS);
    p->control = panel_cube(&p->table, control, 2);
    for (int g = 0; g < MERIDIAN_GEOS; g++)
        p->population[g] = panel_column(&p->table, "population")[g * MERIDIAN_WEEKS];
    p->spec = ptl_mix_preset_meridian(p->channel, kind, MERIDIAN_CHANNELS);
    p->data = (ptl_mix_data){.n_geos = MERIDIAN_GEOS,
                             .n_weeks = MERIDIAN_WEEKS,
                             .n_channels = MERIDIAN_CHANNELS,
                             .n_controls = 2,
                             .kpi = panel_column(&p->table, "conversions"),
                             .revenue_per_kpi = panel_column(&p->table, "revenue_per_conversion"),
                             .population = p->population,
                             .media = p->media,
                             .spend = p->spend,
                             .control = p->control,
                             .channel_name = names};
    return true;
}

static inline void panel_meridian_close(panel_meridian *p)
{
    panel_free(&p->table);
    free(p->media);
    free(p->spend);
    free(p->control);
}

#endif
