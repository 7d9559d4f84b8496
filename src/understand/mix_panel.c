/* mix_panel.c: facts become a panel of weeks (see mix.h).
 *
 * Weeks are the workspace's, whole ones only. Money is converted day by day as everywhere. A
 * channel's pressure is its impressions where every week with spend has some, else its clicks, else
 * its spend: what people saw comes nearest to what may have moved them. Spend without a place is
 * shared out by population where the outcome is known by place.
 *
 * An outcome that is known by brand or product stands in series of one family, "units/shoes" and
 * "units/bags" for the KPI "units". The panel's units are then pairs of a place and a brand, which
 * the model pools by both; media of a place reach each of its brands with an equal share. */
#include "base/show.h"
#include "store/rates.h"
#include "understand/limits.h"
#include "understand/mix_internal.h"
#include "understand/span.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEEKS_LEAST = 20, WEEKS_OF_PRESSURE = 8, NAMES_MAX = 4096 };

typedef struct names {
    const char **name;
    int64_t n;
} names;

typedef struct reading {
    ptl_mix_panel *out;
    ptl_store *store;
    const ptl_workspace *workspace;
    const ptl_mix_settings *settings;
    ptl_arena *arena;
    ptl_rates rates;
    names geos, channels, controls;
    names places, brands;            /* of pairs, where the outcome is known by brand */
    int64_t *place, *brand;          /* [geo] */
    double *population;              /* [geo] */
    double *spend, *shown, *clicked; /* [channel][geo][week] */
    double *kpi;                     /* [geo][week]          */
    double *control;                 /* [control][geo][week] */
    double revenue, variable;
} reading;

void ptl_mix_note(ptl_mix_panel *panel, ptl_arena *arena, const char *format, ...)
{
    char text[512];
    va_list args;
    if (panel->n_notes == PTL_MIX_NOTES_MAX) return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *copy = ptl_text_copy(ptl_text_of(text), arena, NULL);
    if (copy) panel->notes[panel->n_notes++] = copy;
}

bool ptl_mix_listed(const char *list, const char *name)
{
    const size_t len = strlen(name);
    for (const char *at = list; at && *at;) {
        while (*at == ' ' || *at == ',') at++;
        const size_t n = strcspn(at, ",");
        if (n == len && strncmp(at, name, n) == 0) return true;
        at += n;
    }
    return false;
}

/* --- names ------------------------------------------------------------------------------------ */

static int64_t find_name(const names *list, ptl_text name)
{
    for (int64_t i = 0; i < list->n; i++)
        if (ptl_text_equal(ptl_text_of(list->name[i]), name)) return i;
    return -1;
}

static ptl_status add_name(int64_t *idx, reading *r, names *list, ptl_text name, ptl_error *err)
{
    *idx = find_name(list, name);
    if (*idx >= 0) return PTL_OK;
    if (!list->name) list->name = ptl_arena_array(r->arena, NAMES_MAX, sizeof *list->name, err);
    if (!list->name) return PTL_E_NO_MEMORY;
    if (list->n == NAMES_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "more than %d names of one kind in the panel", NAMES_MAX);
    const char *copy = ptl_text_copy(name, r->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    *idx = list->n;
    list->name[list->n++] = copy;
    return PTL_OK;
}

static ptl_text governed(const reading *r, ptl_text channel)
{
    const ptl_channel_config *c = ptl_workspace_channel(r->workspace, channel);
    return c ? ptl_text_of(c->name) : channel;
}

/* --- weeks ------------------------------------------------------------------------------------ */

static bool is_money(const ptl_mix_settings *s)
{
    return strcmp(s->kpi, "revenue") == 0;
}

/* Is this series the outcome? Its brand is what stands after "kpi/", empty where nothing does. */
static bool is_outcome(ptl_text *brand, const reading *r, ptl_text series)
{
    const size_t n = strlen(r->settings->kpi);
    *brand = (ptl_text){series.ptr + series.len, 0};
    if (series.len < n || memcmp(series.ptr, r->settings->kpi, n) != 0) return false;
    if (series.len == n) return true;
    if (series.ptr[n] != '/' || series.len == n + 1) return false;
    *brand = (ptl_text){series.ptr + n + 1, series.len - n - 1};
    return true;
}

static ptl_status days_of_series(ptl_day *first, ptl_day *last, reading *r, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(r->settings->known_by);
    ptl_table t = {0};
    PTL_TRY(ptl_warehouse_query(&t, r->store->warehouse, "mix/series_span", &known, 1, 0, err));
    bool found = false;
    for (int64_t i = 0; i < t.n_rows; i++) {
        ptl_text brand;
        if (!is_outcome(&brand, r, ptl_column_text(&t.columns[0], i))) continue;
        const ptl_day from = (ptl_day)ptl_column_int(&t.columns[1], i);
        const ptl_day to = (ptl_day)ptl_column_int(&t.columns[2], i);
        *first = found && *first < from ? *first : from;
        *last = found && *last > to ? *last : to;
        found = true;
    }
    ptl_table_dispose(&t);
    if (found) return PTL_OK;
    return ptl_fail(err, PTL_E_NOT_FOUND, "no control series is called \"%s\"", r->settings->kpi);
}

static ptl_status find_weeks(reading *r, ptl_error *err)
{
    ptl_span span;
    ptl_day first, last;
    PTL_TRY(ptl_span_read(&span, r->store, r->workspace, r->settings->has_as_of, r->settings->as_of,
                          err));
    first = span.first;
    last = span.last;
    if (!is_money(r->settings)) PTL_TRY(days_of_series(&first, &last, r, err));
    if (is_money(r->settings) && !span.has_facts)
        return ptl_fail(err, PTL_E_NOT_FOUND, "there are no orders to explain");
    while (ptl_weekday(first) != r->workspace->week_start) first++;
    int64_t n = ((int64_t)last + 1 - first) / 7;
    if (!is_money(r->settings)) /* a weekly series stands on one day of its week */
        n = ((int64_t)last - first) / 7 + 1;
    if (n > r->settings->weeks) {
        first += (ptl_day)(7 * (n - r->settings->weeks));
        n = r->settings->weeks;
    }
    if (n < WEEKS_LEAST) {
        ptl_fail(err, PTL_E_INVALID, "%lld complete weeks are too few for a mix model: %d at least",
                 (long long)(n > 0 ? n : 0), WEEKS_LEAST);
        ptl_error_hint(err, "import older orders and spend");
        return PTL_E_INVALID;
    }
    r->out->data.n_weeks = n;
    r->out->first = first;
    r->out->last = first + (ptl_day)(7 * n) - 1;
    return PTL_OK;
}

static ptl_status query(ptl_table *out, reading *r, const char *name, ptl_error *err)
{
    const ptl_value params[] = {ptl_value_instant(r->settings->known_by),
                                ptl_value_day(r->out->first), ptl_value_day(r->out->last)};
    return ptl_warehouse_query(out, r->store->warehouse, name, params, 3, 0, err);
}

static int64_t week_of(const reading *r, int64_t day)
{
    return (day - r->out->first) / 7;
}

static double *zeros(reading *r, int64_t n, ptl_error *err)
{
    double *x = ptl_arena_array(r->arena, n > 0 ? n : 1, sizeof *x, err);
    for (int64_t i = 0; x && i < n; i++) x[i] = 0.0;
    return x;
}

/* --- the outcome ------------------------------------------------------------------------------ */

static ptl_status converted(double *out, const reading *r, int64_t micros, ptl_text currency,
                            ptl_day day, ptl_error *err)
{
    int64_t rate;
    PTL_TRY(ptl_rates_at(&rate, &r->rates, currency, day, err));
    *out = (double)micros / 1e6 * ((double)rate / 1e9);
    return PTL_OK;
}

/* Number of the pair in the panel, -1 where it is not there. */
static int64_t find_pair(const reading *r, ptl_text place, ptl_text brand)
{
    const int64_t p = find_name(&r->places, place), b = find_name(&r->brands, brand);
    for (int64_t g = 0; g < r->geos.n; g++)
        if (r->place[g] == p && r->brand[g] == b) return g;
    return -1;
}

static ptl_status add_pair(reading *r, ptl_text place, ptl_text brand, ptl_error *err)
{
    char name[512];
    int64_t p, b, g;
    if (find_pair(r, place, brand) >= 0) return PTL_OK;
    PTL_TRY(add_name(&p, r, &r->places, place, err));
    PTL_TRY(add_name(&b, r, &r->brands, brand, err));
    snprintf(name, sizeof name, "%.*s%s%.*s", (int)place.len, place.ptr,
             place.len && brand.len ? " / " : "", (int)brand.len, brand.ptr);
    PTL_TRY(add_name(&g, r, &r->geos, ptl_text_of(name), err));
    r->place[g] = p;
    r->brand[g] = b;
    return PTL_OK;
}

static ptl_status read_revenue(reading *r, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(add_pair(r, PTL_TEXT(""), PTL_TEXT(""), err));
    r->kpi = zeros(r, r->out->data.n_weeks, err);
    if (!r->kpi) return PTL_E_NO_MEMORY;
    PTL_TRY(query(&t, r, "money/txn_day", err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        const ptl_day day = (ptl_day)ptl_column_int(&t.columns[0], i);
        const ptl_text currency = ptl_column_text(&t.columns[2], i);
        double revenue = 0.0, variable = 0.0;
        st = converted(&revenue, r, ptl_column_int(&t.columns[4], i), currency, day, err);
        if (st == PTL_OK)
            st = converted(&variable, r, ptl_column_int(&t.columns[5], i), currency, day, err);
        r->kpi[week_of(r, day)] += revenue;
        r->revenue += revenue;
        r->variable += variable;
    }
    ptl_table_dispose(&t);
    return st;
}

/* Pairs of the outcome's series, then its values; several in a week add up. */
static ptl_status read_series(reading *r, const ptl_table *t, ptl_error *err)
{
    ptl_text brand;
    for (int64_t i = 0; i < t->n_rows; i++)
        if (is_outcome(&brand, r, ptl_column_text(&t->columns[0], i)))
            PTL_TRY(add_pair(r, ptl_column_text(&t->columns[1], i), brand, err));
    r->kpi = zeros(r, r->geos.n * r->out->data.n_weeks, err);
    if (!r->kpi) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t->n_rows; i++) {
        if (!is_outcome(&brand, r, ptl_column_text(&t->columns[0], i))) continue;
        const int64_t g = find_pair(r, ptl_column_text(&t->columns[1], i), brand);
        const int64_t w = week_of(r, ptl_column_int(&t->columns[2], i));
        r->kpi[g * r->out->data.n_weeks + w] += ptl_column_double(&t->columns[3], i);
    }
    if (r->brands.n < 2) return PTL_OK;
    r->out->data.n_places = r->places.n;
    r->out->data.place = r->place;
    r->out->data.n_brands = r->brands.n;
    r->out->data.brand = r->brand;
    r->out->data.brand_name = r->brands.name;
    return PTL_OK;
}

/* --- places ----------------------------------------------------------------------------------- */

static ptl_status read_population(reading *r, ptl_error *err)
{
    const ptl_value known = ptl_value_instant(r->settings->known_by);
    ptl_table t = {0};
    r->population = zeros(r, r->geos.n, err);
    if (!r->population) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_warehouse_query(&t, r->store->warehouse, "mix/population", &known, 1, 0, err));
    int64_t n_known = 0;
    for (int64_t i = 0; i < t.n_rows; i++) {
        const int64_t place = find_name(&r->places, ptl_column_text(&t.columns[0], i));
        for (int64_t g = 0; place >= 0 && g < r->geos.n; g++) {
            if (r->place[g] != place) continue;
            r->population[g] = (double)ptl_column_int(&t.columns[1], i);
            n_known++;
        }
    }
    ptl_table_dispose(&t);
    if (n_known == r->geos.n) {
        r->out->data.population = r->population;
    } else {
        for (int64_t g = 0; g < r->geos.n; g++) r->population[g] = 1.0;
        if (r->geos.n > 1)
            ptl_mix_note(r->out, r->arena,
                         "population is known for %lld of %lld places, so every place counts as "
                         "one person",
                         (long long)n_known, (long long)r->geos.n);
    }
    return PTL_OK;
}

/* --- media ------------------------------------------------------------------------------------ */

static void spread(reading *r, double *cube, int64_t c, int64_t w, ptl_text geo, double value)
{
    const int64_t n_weeks = r->out->data.n_weeks, n_geos = r->geos.n;
    const int64_t place = n_geos == 1 ? 0 : find_name(&r->places, geo);
    double all = 0.0;
    for (int64_t k = 0; k < n_geos; k++)
        if (place < 0 || r->place[k] == place) all += r->population[k];
    for (int64_t k = 0; k < n_geos; k++)
        if (place < 0 || r->place[k] == place)
            cube[(c * n_geos + k) * n_weeks + w] += value * (r->population[k] / all);
}

static ptl_status read_media(reading *r, ptl_error *err)
{
    ptl_table t = {0};
    ptl_status st = PTL_OK;
    int64_t c;
    PTL_TRY(query(&t, r, "mix/spend_day", err));
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++)
        st = add_name(&c, r, &r->channels, governed(r, ptl_column_text(&t.columns[1], i)), err);
    const int64_t cells = r->channels.n * r->geos.n * r->out->data.n_weeks;
    r->spend = zeros(r, cells, err);
    r->shown = zeros(r, cells, err);
    r->clicked = zeros(r, cells, err);
    if (!r->spend || !r->shown || !r->clicked) st = PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < t.n_rows && st == PTL_OK; i++) {
        const ptl_day day = (ptl_day)ptl_column_int(&t.columns[0], i);
        const ptl_text geo = ptl_column_text(&t.columns[2], i);
        double cost = 0.0;
        st = converted(&cost, r, ptl_column_int(&t.columns[4], i),
                       ptl_column_text(&t.columns[3], i), day, err);
        c = find_name(&r->channels, governed(r, ptl_column_text(&t.columns[1], i)));
        const int64_t w = week_of(r, day);
        spread(r, r->spend, c, w, geo, cost);
        spread(r, r->shown, c, w, geo, (double)ptl_column_int(&t.columns[5], i));
        spread(r, r->clicked, c, w, geo, (double)ptl_column_int(&t.columns[6], i));
    }
    ptl_table_dispose(&t);
    return st;
}

/* Weeks of a channel in which anything stands, summed over places; `covered` of those with spend.
 */
static int64_t weeks_with(const reading *r, const double *cube, int64_t c, bool *covers)
{
    const int64_t n_weeks = r->out->data.n_weeks, n_geos = r->geos.n;
    int64_t k = 0;
    *covers = true;
    for (int64_t w = 0; w < n_weeks; w++) {
        double all = 0.0, paid = 0.0;
        for (int64_t g = 0; g < n_geos; g++) {
            all += cube[(c * n_geos + g) * n_weeks + w];
            paid += r->spend[(c * n_geos + g) * n_weeks + w];
        }
        k += all > 0.0;
        if (paid > 0.0 && !(all > 0.0)) *covers = false;
    }
    return k;
}

static bool varies(const reading *r, const double *cube, int64_t c)
{
    const int64_t cells = r->geos.n * r->out->data.n_weeks;
    for (int64_t i = 1; i < cells; i++)
        if (cube[c * cells + i] != cube[c * cells]) return true;
    return false;
}

static const double *pressure_of(const reading *r, int64_t c, const char **unit)
{
    const double *const cubes[] = {r->shown, r->clicked, r->spend};
    static const char *const units[] = {"impressions", "clicks", "spend"};
    bool covers;
    for (int k = 0; k < 2; k++) {
        if (weeks_with(r, cubes[k], c, &covers) == 0 || !covers) continue;
        *unit = units[k];
        return cubes[k];
    }
    *unit = units[2];
    return r->spend;
}

/* Only channels that moved can be learnt from; the rest are named and left out. */
static ptl_status keep_channels(reading *r, ptl_error *err)
{
    ptl_mix_panel *p = r->out;
    const int64_t cells = r->geos.n * p->data.n_weeks, n = r->channels.n;
    double *spend = zeros(r, n * cells, err), *media = zeros(r, n * cells, err);
    p->channel_member = ptl_arena_array(r->arena, n + 1, sizeof *p->channel_member, err);
    p->channel_label = ptl_arena_array(r->arena, n + 1, sizeof *p->channel_label, err);
    p->media_unit = ptl_arena_array(r->arena, n + 1, sizeof *p->media_unit, err);
    if (!spend || !media || !p->channel_member || !p->channel_label || !p->media_unit)
        return PTL_E_NO_MEMORY;
    int64_t kept = 0;
    for (int64_t c = 0; c < n; c++) {
        const char *unit;
        bool covers;
        const double *pressure = pressure_of(r, c, &unit);
        const int64_t weeks = weeks_with(r, pressure, c, &covers);
        if (weeks < WEEKS_OF_PRESSURE || !varies(r, pressure, c)) {
            ptl_mix_note(p, r->arena, "%s is left out: %s", r->channels.name[c],
                         weeks < WEEKS_OF_PRESSURE ? "it ran in fewer than eight weeks"
                                                   : "it never changed, so nothing can be learnt");
            continue;
        }
        memcpy(spend + kept * cells, r->spend + c * cells, (size_t)cells * sizeof *spend);
        memcpy(media + kept * cells, pressure + c * cells, (size_t)cells * sizeof *media);
        const ptl_channel_config *config =
            ptl_workspace_channel(r->workspace, ptl_text_of(r->channels.name[c]));
        p->channel_member[kept] = r->channels.name[c];
        p->channel_label[kept] = config ? config->label : r->channels.name[c];
        p->media_unit[kept++] = unit;
    }
    p->data.n_channels = kept;
    p->data.spend = spend;
    p->data.media = media;
    p->data.channel_name = p->channel_member;
    if (kept > 0) return PTL_OK;
    ptl_fail(err, PTL_E_INVALID, "no channel's media moved in these weeks");
    ptl_error_hint(err, "import spend by day, a year of it at least");
    return PTL_E_INVALID;
}

/* --- other drivers ---------------------------------------------------------------------------- */

/* Weekly means; a week without a value takes the one before, the first the one after. */
static void average(const reading *r, const ptl_table *t, int64_t from, int64_t to, double *out,
                    double *count)
{
    const int64_t n_weeks = r->out->data.n_weeks, n_geos = r->geos.n;
    for (int64_t i = 0; i < n_geos * n_weeks; i++) out[i] = count[i] = 0.0;
    for (int64_t i = from; i < to; i++) {
        const int64_t w = week_of(r, ptl_column_int(&t->columns[2], i));
        const int64_t place = find_name(&r->places, ptl_column_text(&t->columns[1], i));
        for (int64_t k = 0; k < n_geos; k++) {
            if (place >= 0 && r->place[k] != place) continue;
            out[k * n_weeks + w] += ptl_column_double(&t->columns[3], i);
            count[k * n_weeks + w] += 1.0;
        }
    }
    for (int64_t g = 0; g < n_geos; g++) {
        double last = PTL_NAN;
        for (int64_t w = 0; w < n_weeks; w++) {
            double *x = &out[g * n_weeks + w];
            *x = count[g * n_weeks + w] > 0.0 ? *x / count[g * n_weeks + w] : last;
            last = *x;
        }
        for (int64_t w = n_weeks - 1; w >= 0; w--) {
            double *x = &out[g * n_weeks + w];
            if (*x != *x) *x = last;
            last = *x;
        }
    }
}

static bool is_usable(const reading *r, const double *x)
{
    bool moves = false;
    for (int64_t i = 0; i < r->geos.n * r->out->data.n_weeks; i++) {
        if (!(x[i] == x[i])) return false;
        moves = moves || x[i] != x[0];
    }
    return moves;
}

static ptl_status read_controls(reading *r, const ptl_table *t, ptl_error *err)
{
    const int64_t cells = r->geos.n * r->out->data.n_weeks;
    int64_t n_series = 0;
    for (int64_t i = 0; i < t->n_rows; i++)
        n_series += i == 0 || !ptl_text_equal(ptl_column_text(&t->columns[0], i),
                                              ptl_column_text(&t->columns[0], i - 1));
    r->control = zeros(r, n_series * cells, err);
    double *count = zeros(r, cells, err);
    if (!r->control || !count) return PTL_E_NO_MEMORY;
    for (int64_t from = 0, to; from < t->n_rows; from = to) {
        const ptl_text name = ptl_column_text(&t->columns[0], from);
        for (to = from + 1;
             to < t->n_rows && ptl_text_equal(name, ptl_column_text(&t->columns[0], to));)
            to++;
        ptl_text brand;
        if (is_outcome(&brand, r, name)) continue;
        double *x = r->control + r->controls.n * cells;
        average(r, t, from, to, x, count);
        int64_t idx;
        if (is_usable(r, x))
            PTL_TRY(add_name(&idx, r, &r->controls, name, err));
        else
            ptl_mix_note(r->out, r->arena, "the driver %.*s is left out: it never changes",
                         (int)name.len, name.ptr);
    }
    r->out->data.n_controls = r->controls.n;
    r->out->data.control = r->control;
    r->out->data.control_name = r->controls.name;
    return PTL_OK;
}

/* --- all together ----------------------------------------------------------------------------- */

static ptl_status read_panel(reading *r, ptl_error *err)
{
    ptl_table series = {0};
    ptl_status st = PTL_OK;
    PTL_TRY(find_weeks(r, err));
    r->place = ptl_arena_array(r->arena, NAMES_MAX, sizeof *r->place, err);
    r->brand = ptl_arena_array(r->arena, NAMES_MAX, sizeof *r->brand, err);
    if (!r->place || !r->brand) return PTL_E_NO_MEMORY;
    PTL_TRY(query(&series, r, "mix/series_day", err));
    st = is_money(r->settings) ? read_revenue(r, err) : read_series(r, &series, err);
    r->out->data.n_geos = r->geos.n;
    if (st == PTL_OK) st = read_population(r, err);
    if (st == PTL_OK) st = read_media(r, err);
    if (st == PTL_OK) st = keep_channels(r, err);
    if (st == PTL_OK) st = read_controls(r, &series, err);
    ptl_table_dispose(&series);
    if (st != PTL_OK) return st;
    r->out->data.geo_name = r->geos.name;
    r->out->place_name = r->places.name;
    r->out->data.kpi = r->kpi;
    r->out->margin = r->revenue > 0.0 ? 1.0 - r->variable / r->revenue : PTL_NAN;
    return ptl_mix_specify(r->out, r->settings, r->arena, err);
}

ptl_status ptl_mix_panel_read(ptl_mix_panel *out, ptl_store *store, const ptl_workspace *workspace,
                              const ptl_mix_settings *settings, ptl_arena *arena, ptl_error *err)
{
    *out = (ptl_mix_panel){0};
    reading r = {
        .out = out, .store = store, .workspace = workspace, .settings = settings, .arena = arena};
    PTL_TRY(ptl_rates_read(&r.rates, store, workspace->currency, settings->known_by, err));
    const ptl_status st = read_panel(&r, err);
    ptl_rates_dispose(&r.rates);
    return st;
}
