/* understand_attribution_json.c: what an attribution run found, for pages: lists that a terminal
 * does not show, because a chart reads them better than a person. Rows of figures written together
 * run in step (understand_attribution_say.c). */
#include "ops/understand_attribution_internal.h"

#include <string.h>

enum { JSON_BYTES_MAX = 48 << 20 };

static ptl_text side(const ptl_saying *s, int64_t row, bool after)
{
    return ptl_told_side(ptl_column_text(s->told.figures.member, row), after);
}

typedef void (*put_fn)(ptl_json *json, const ptl_saying *s);

static ptl_status say_json(const ptl_saying *s, const char *name, put_fn put, ptl_error *err)
{
    ptl_buffer text;
    ptl_json json;
    ptl_buffer_init(&text, JSON_BYTES_MAX, NULL);
    ptl_json_init_buffer(&json, &text, 0, err);
    ptl_json_array(&json);
    put(&json, s);
    ptl_json_array_end(&json);
    const ptl_status st = ptl_json_finish(&json);
    if (st == PTL_OK) ptl_reply_json(s->call->reply, name, ptl_buffer_borrow(&text));
    ptl_buffer_dispose(&text);
    return st;
}

static void put_told(ptl_json *json, const char *key, const ptl_told *t)
{
    ptl_json_key(json, key);
    ptl_json_object(json);
    ptl_json_put_double(json, "point", t->point);
    ptl_json_put_double(json, "low", t->low);
    ptl_json_put_double(json, "high", t->high);
    ptl_json_object_end(json);
}

static void put_credit(ptl_json *json, const ptl_saying *s)
{
    for (int64_t i = 0; i < s->told.n_channels; i++)
        for (int32_t m = 0; m < METHODS; m++) {
            ptl_json_object(json);
            ptl_json_put_string(json, "channel", s->told.channels[i].name);
            ptl_json_put_string(json, "method", ptl_told_methods[m].name);
            put_told(json, "conversions", &s->told.channels[i].of[m][CONVERSIONS]);
            put_told(json, "share", &s->told.channels[i].of[m][SHARE]);
            put_told(json, "value", &s->told.channels[i].of[m][VALUE]);
            ptl_json_object_end(json);
        }
}

static void put_methods(ptl_json *json, const ptl_saying *s)
{
    for (int32_t m = 0; m < METHODS; m++) {
        ptl_json_object(json);
        ptl_json_put_string(json, "method", ptl_told_methods[m].name);
        ptl_json_put_string(json, "label", ptl_told_methods[m].label);
        ptl_json_put_string(json, "verdict", s->told.verdicts[m]);
        put_told(json, "baseline", &s->told.baseline.of[m][CONVERSIONS]);
        ptl_json_object_end(json);
    }
}

static void put_distances(ptl_json *json, const ptl_saying *s)
{
    for (int32_t m = 0; m < METHODS; m++)
        for (int32_t other = m + 1; other < METHODS; other++) {
            ptl_json_object(json);
            ptl_json_put_string(json, "method", ptl_told_methods[m].name);
            ptl_json_put_string(json, "other", ptl_told_methods[other].name);
            ptl_json_put_double(json, "share", ptl_told_distance(&s->told, m, other, SHARE));
            ptl_json_put_double(json, "value", ptl_told_distance(&s->told, m, other, VALUE));
            ptl_json_object_end(json);
        }
}

static void put_flow(ptl_json *json, const ptl_saying *s)
{
    const ptl_told_range all = ptl_told_range_of(&s->told, "flow"),
                         converting = ptl_told_range_of(&s->told, "flow_converting");
    for (int64_t k = 0; k < all.n; k++) {
        ptl_json_object(json);
        ptl_json_put_int(json, "step",
                         ptl_told_number(ptl_column_text(s->told.figures.dimension, all.from + k)));
        ptl_json_put_text(json, "from", side(s, all.from + k, false));
        ptl_json_put_text(json, "to", side(s, all.from + k, true));
        ptl_json_put_int(json, "journeys", ptl_column_int(s->told.figures.exact, all.from + k));
        ptl_json_put_int(json, "converting",
                         ptl_column_int(s->told.figures.exact, converting.from + k));
        ptl_json_object_end(json);
    }
}

static void put_frequency(ptl_json *json, const ptl_saying *s)
{
    const ptl_told_range all = ptl_told_range_of(&s->told, "frequency_journeys");
    const ptl_told_range converting = ptl_told_range_of(&s->told, "frequency_converting");
    for (int64_t k = 0; k < all.n; k++) {
        ptl_json_object(json);
        ptl_json_put_text(json, "channel", side(s, all.from + k, false));
        ptl_json_put_int(json, "touches", ptl_told_number(side(s, all.from + k, true)));
        ptl_json_put_int(json, "journeys", ptl_column_int(s->told.figures.exact, all.from + k));
        ptl_json_put_int(json, "converting",
                         ptl_column_int(s->told.figures.exact, converting.from + k));
        ptl_json_object_end(json);
    }
}

static void put_synergies(ptl_json *json, const ptl_saying *s)
{
    const ptl_told_range r = ptl_told_range_of(&s->told, "synergy");
    for (int64_t k = 0; k < r.n; k++) {
        ptl_json_object(json);
        ptl_json_put_text(json, "channel", side(s, r.from + k, false));
        ptl_json_put_text(json, "other", side(s, r.from + k, true));
        ptl_json_put_double(json, "index", ptl_column_double(s->told.figures.value, r.from + k));
        ptl_json_object_end(json);
    }
}

/* Promised and observed conversions, by parts of the chance. */
static void put_calibration(ptl_json *json, const ptl_saying *s)
{
    const ptl_told_range n = ptl_told_range_of(&s->told, "calibration_n");
    const ptl_told_range expected = ptl_told_range_of(&s->told, "calibration_expected");
    const ptl_told_range observed = ptl_told_range_of(&s->told, "calibration_observed");
    const ptl_column *value = s->told.figures.value;
    for (int64_t k = 0; k < n.n; k++) {
        ptl_json_object(json);
        ptl_json_put_text(json, "method", side(s, n.from + k, false));
        ptl_json_put_double(json, "journeys", ptl_column_double(value, n.from + k));
        ptl_json_put_double(json, "expected", ptl_column_double(value, expected.from + k));
        ptl_json_put_double(json, "observed", ptl_column_double(value, observed.from + k));
        ptl_json_object_end(json);
    }
}

/* Every total of the run: figures without a dimension. */
static void put_totals(ptl_json *json, const ptl_saying *s)
{
    const size_t skip = strlen(s->told.prefix);
    for (int64_t i = 0; i < s->told.figure_table.n_rows; i++) {
        const ptl_text name = ptl_column_text(s->told.figures.name, i);
        if (ptl_column_text(s->told.figures.dimension, i).len > 0) continue;
        if (!ptl_text_starts(name, ptl_text_of(s->told.prefix))) continue;
        ptl_json_object(json);
        ptl_json_put_text(json, "name", (ptl_text){name.ptr + skip, name.len - skip});
        ptl_json_put_text(json, "unit", ptl_column_text(s->told.figures.unit, i));
        ptl_json_put_int(json, "exact", ptl_column_int(s->told.figures.exact, i));
        ptl_json_object_end(json);
    }
}

ptl_status ptl_attribution_say_json(const ptl_saying *s, ptl_error *err)
{
    static const struct {
        const char *name;
        put_fn put;
    } parts[] = {{"totals", put_totals},
                 {"methods", put_methods},
                 {"journey_credit", put_credit},
                 {"distances", put_distances},
                 {"flow", put_flow},
                 {"frequency", put_frequency},
                 {"synergies", put_synergies},
                 {"calibration", put_calibration}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        PTL_TRY(say_json(s, parts[i].name, parts[i].put, err));
    return PTL_OK;
}
