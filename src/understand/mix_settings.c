/* mix_settings.c: settings and experiments as JSON, and what they make of a panel. */
#include "understand/mix_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { FOURIER_WEEKS = 104, FOURIER_PAIRS = 3, TESTS_MAX = PTL_MIX_EXPERIMENTS_MAX };

ptl_mix_settings ptl_mix_settings_default(void)
{
    return (ptl_mix_settings){.preset = "portolan",
                              .kpi = "revenue",
                              .mediators = "",
                              .demand = "",
                              .adstock = "",
                              .saturation = "",
                              .noise = "normal",
                              .knots = -1,
                              .weeks = 156,
                              .n_chains = 4,
                              .n_warmup = 1000,
                              .n_draws = 1000,
                              .seed = 1,
                              .known_by = PTL_INSTANT_EVER};
}

/* --- JSON out --------------------------------------------------------------------------------- */

static void put_test(ptl_json *j, const ptl_mix_test *t)
{
    const char grade[2] = {t->grade, '\0'};
    ptl_json_object(j);
    ptl_json_put_string(j, "channel", t->channel);
    ptl_json_put_day(j, "from", t->from);
    ptl_json_put_day(j, "to", t->to);
    ptl_json_put_day(j, "measured_to", t->measured_to);
    ptl_json_put_double(j, "factor", t->factor);
    ptl_json_put_double(j, "estimate", t->estimate);
    ptl_json_put_double(j, "sd", t->sd);
    ptl_json_put_string(j, "grade", grade);
    ptl_json_put_string(j, "geos", t->geos);
    ptl_json_object_end(j);
}

ptl_status ptl_mix_settings_write(char **out, const ptl_mix_settings *s, ptl_arena *arena,
                                  ptl_error *err)
{
    ptl_buffer b;
    ptl_json j;
    ptl_buffer_init(&b, 1 << 20, NULL);
    ptl_json_init_buffer(&j, &b, 0, err);
    ptl_json_object(&j);
    ptl_json_put_string(&j, "preset", s->preset);
    ptl_json_put_string(&j, "kpi", s->kpi);
    ptl_json_put_string(&j, "mediators", s->mediators);
    ptl_json_put_string(&j, "demand", s->demand);
    ptl_json_put_string(&j, "adstock", s->adstock);
    ptl_json_put_string(&j, "saturation", s->saturation);
    ptl_json_put_string(&j, "noise", s->noise);
    ptl_json_put_int(&j, "knots", s->knots);
    ptl_json_put_int(&j, "weeks", s->weeks);
    ptl_json_put_int(&j, "chains", s->n_chains);
    ptl_json_put_int(&j, "warmup", s->n_warmup);
    ptl_json_put_int(&j, "draws", s->n_draws);
    ptl_json_put_int(&j, "seed", (int64_t)s->seed);
    ptl_json_put_int(&j, "as_of", s->has_as_of ? s->as_of : INT32_MAX);
    ptl_json_put_int(&j, "known_by", s->known_by);
    ptl_json_key(&j, "tests");
    ptl_json_array(&j);
    for (int64_t i = 0; i < s->n_tests; i++) put_test(&j, &s->tests[i]);
    ptl_json_array_end(&j);
    ptl_json_object_end(&j);
    ptl_status st = ptl_json_finish(&j);
    *out = st == PTL_OK ? ptl_text_copy(ptl_buffer_borrow(&b), arena, err) : NULL;
    if (st == PTL_OK && !*out) st = PTL_E_NO_MEMORY;
    ptl_buffer_dispose(&b);
    return st;
}

/* --- JSON in ---------------------------------------------------------------------------------- */

static ptl_status text_of(const char **out, const json_t *map, const char *key, int64_t item,
                          const char *absent, ptl_arena *arena, ptl_error *err)
{
    const char *text = json_string_value(json_object_get(map, key));
    if (!text) text = absent;
    if (!text)
        return ptl_fail(err, PTL_E_INVALID, "experiment %lld: %s is missing, or is no text",
                        (long long)item + 1, key);
    *out = ptl_text_copy(ptl_text_of(text), arena, err);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status day_of(ptl_day *out, const json_t *map, const char *key, int64_t item,
                         const ptl_day *absent, ptl_error *err)
{
    const json_t *value = json_object_get(map, key);
    if (!value && absent) {
        *out = *absent;
        return PTL_OK;
    }
    const char *text = json_string_value(value);
    if (text && ptl_day_parse(out, ptl_text_of(text), NULL) == PTL_OK) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID,
                    "experiment %lld: %s is missing, or is no day like 2026-03-01",
                    (long long)item + 1, key);
}

static ptl_status number_of(double *out, const json_t *map, const char *key, int64_t item,
                            ptl_error *err)
{
    const json_t *value = json_object_get(map, key);
    *out = json_number_value(value);
    if (json_is_number(value)) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "experiment %lld: %s is missing, or is no number",
                    (long long)item + 1, key);
}

static ptl_status parse_test(ptl_mix_test *t, const json_t *map, int64_t i, ptl_arena *arena,
                             ptl_error *err)
{
    const char *grade;
    if (!json_is_object(map))
        return ptl_fail(err, PTL_E_INVALID, "experiment %lld is no object", (long long)i + 1);
    PTL_TRY(text_of(&t->channel, map, "channel", i, NULL, arena, err));
    PTL_TRY(day_of(&t->from, map, "from", i, NULL, err));
    PTL_TRY(day_of(&t->to, map, "to", i, NULL, err));
    PTL_TRY(day_of(&t->measured_to, map, "measured_to", i, &t->to, err));
    PTL_TRY(number_of(&t->factor, map, "factor", i, err));
    PTL_TRY(number_of(&t->estimate, map, "estimate", i, err));
    PTL_TRY(number_of(&t->sd, map, "sd", i, err));
    PTL_TRY(text_of(&grade, map, "grade", i, "A", arena, err));
    PTL_TRY(text_of(&t->geos, map, "geos", i, "", arena, err));
    t->grade = grade[0];
    if ((t->grade == 'A' || t->grade == 'B') && grade[1] == '\0') return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "experiment %lld: grade is A or B, not \"%s\"",
                    (long long)i + 1, grade);
}

static ptl_status parse_tests(const ptl_mix_test **out, int64_t *n, const json_t *list,
                              ptl_arena *arena, ptl_error *err)
{
    *n = (int64_t)json_array_size(list);
    if (*n > TESTS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "%lld experiments, at most %d are read", (long long)*n,
                        TESTS_MAX);
    ptl_mix_test *tests = ptl_arena_array(arena, *n + 1, sizeof *tests, err);
    if (!tests) return PTL_E_NO_MEMORY;
    for (int64_t i = 0; i < *n; i++)
        PTL_TRY(parse_test(&tests[i], json_array_get(list, (size_t)i), i, arena, err));
    *out = tests;
    return PTL_OK;
}

ptl_status ptl_mix_tests_parse(const ptl_mix_test **out, int64_t *n, ptl_text json,
                               ptl_arena *arena, ptl_error *err)
{
    json_error_t why;
    json_t *list = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, &why);
    if (!list || !json_is_array(list)) {
        json_decref(list);
        ptl_fail(err, PTL_E_INVALID, "the experiments are no JSON list (line %d: %s)",
                 list ? 1 : why.line, list ? "another value" : why.text);
        ptl_error_hint(err, "docs/mix.md shows one");
        return PTL_E_INVALID;
    }
    const ptl_status st = parse_tests(out, n, list, arena, err);
    json_decref(list);
    return st;
}

static const char *kept_text(const json_t *map, const char *key, ptl_arena *arena)
{
    const char *text = json_string_value(json_object_get(map, key));
    char *copy = ptl_text_copy(ptl_text_of(text ? text : ""), arena, NULL);
    return copy ? copy : "";
}

static int64_t kept_int(const json_t *map, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(map, key));
}

ptl_status ptl_mix_settings_parse(ptl_mix_settings *s, const char *json, ptl_arena *arena,
                                  ptl_error *err)
{
    json_t *map = json_loads(json, 0, NULL);
    if (!map) return ptl_fail(err, PTL_E_CORRUPT, "the settings of a model are no JSON");
    *s = ptl_mix_settings_default();
    s->preset = kept_text(map, "preset", arena);
    s->kpi = kept_text(map, "kpi", arena);
    s->mediators = kept_text(map, "mediators", arena);
    s->demand = kept_text(map, "demand", arena);
    s->adstock = kept_text(map, "adstock", arena);
    s->saturation = kept_text(map, "saturation", arena);
    s->noise = kept_text(map, "noise", arena);
    if (json_object_get(map, "knots")) s->knots = (int32_t)kept_int(map, "knots");
    s->weeks = (int32_t)kept_int(map, "weeks");
    s->n_chains = (int32_t)kept_int(map, "chains");
    s->n_warmup = (int32_t)kept_int(map, "warmup");
    s->n_draws = (int32_t)kept_int(map, "draws");
    s->seed = (uint64_t)kept_int(map, "seed");
    s->has_as_of = kept_int(map, "as_of") != INT32_MAX;
    s->as_of = (ptl_day)kept_int(map, "as_of");
    s->known_by = kept_int(map, "known_by");
    const ptl_status st =
        parse_tests(&s->tests, &s->n_tests, json_object_get(map, "tests"), arena, err);
    json_decref(map);
    return st;
}

/* --- specification ---------------------------------------------------------------------------- */

static ptl_mix_path path_of(const ptl_mix_settings *s, const char *channel)
{
    if (ptl_mix_listed(s->mediators, channel)) return PTL_MIX_MEDIATOR;
    return ptl_mix_listed(s->demand, channel) ? PTL_MIX_DEMAND : PTL_MIX_CAUSE;
}

/* Weeks touched by the days; a test that starts or ends inside a week is a test of whole weeks. */
static int64_t week_at(const ptl_mix_panel *p, ptl_day day)
{
    return day < p->first ? -1 : ((int64_t)day - p->first) / 7;
}

static ptl_status add_experiment(ptl_mix_experiment *e, ptl_mix_panel *p, const ptl_mix_test *t,
                                 int64_t idx, ptl_arena *arena, ptl_error *err)
{
    *e = (ptl_mix_experiment){.channel_idx = -1,
                              .week_from = week_at(p, t->from),
                              .week_to = week_at(p, t->to) + 1,
                              .measured_to = week_at(p, t->measured_to) + 1,
                              .media_factor = t->factor,
                              .estimate = t->estimate,
                              .sd = t->sd,
                              .grade = t->grade};
    for (int64_t c = 0; c < p->data.n_channels; c++)
        if (strcmp(p->channel_member[c], t->channel) == 0) e->channel_idx = c;
    if (e->channel_idx < 0)
        return ptl_fail(err, PTL_E_INVALID,
                        "experiment %lld: no channel of the model is called \"%s\"",
                        (long long)idx + 1, t->channel);
    if (!t->geos[0]) return PTL_OK;
    bool *in = ptl_arena_array(arena, p->data.n_geos, sizeof *in, err);
    if (!in) return PTL_E_NO_MEMORY;
    int64_t n = 0;
    for (int64_t g = 0; g < p->data.n_geos; g++)
        n += in[g] =
            ptl_mix_listed(t->geos, p->place_name[p->data.n_places ? p->data.place[g] : g]);
    e->geo = in;
    if (n > 0) return PTL_OK;
    return ptl_fail(err, PTL_E_INVALID, "experiment %lld: none of its places is in the panel: %s",
                    (long long)idx + 1, t->geos);
}

/* Letters cost nothing a day: media without spend have a contribution and no return. */
static ptl_mix_kind kind_of(const ptl_mix_panel *p, int64_t c)
{
    const int64_t cells = p->data.n_geos * p->data.n_weeks;
    for (int64_t i = 0; i < cells; i++)
        if (p->data.spend[c * cells + i] > 0.0) return PTL_MIX_PAID;
    return PTL_MIX_ORGANIC;
}

/* What was asked for in place of the preset's own. */
static ptl_status depart(ptl_mix_panel *p, const ptl_mix_settings *s, ptl_error *err)
{
    for (int64_t c = 0; c < p->data.n_channels; c++) {
        int adstock = (int)p->channel[c].shape.adstock.kind;
        int saturation = (int)p->channel[c].shape.saturation.kind;
        for (int k = 0; s->adstock[0] && k <= PTL_ADSTOCK_WEIBULL_CDF; k++)
            if (strcmp(s->adstock, ptl_adstock_text((ptl_adstock_kind)k)) == 0) adstock = k;
        for (int k = 0; s->saturation[0] && k <= PTL_SATURATION_TANH; k++)
            if (strcmp(s->saturation, ptl_saturation_text((ptl_saturation_kind)k)) == 0)
                saturation = k;
        ptl_mix_channel_shape(&p->channel[c], (ptl_adstock_kind)adstock,
                              (ptl_saturation_kind)saturation);
    }
    if (strcmp(s->noise, "student_t") == 0) p->spec.likelihood = PTL_MIX_STUDENT_T;
    if (s->knots > p->data.n_weeks)
        return ptl_fail(err, PTL_E_INVALID, "%d knots do not fit %lld weeks", s->knots,
                        (long long)p->data.n_weeks);
    if (s->knots >= 0) p->spec.n_knots = s->knots;
    return PTL_OK;
}

ptl_status ptl_mix_specify(ptl_mix_panel *p, const ptl_mix_settings *s, ptl_arena *arena,
                           ptl_error *err)
{
    const int64_t n = p->data.n_channels;
    p->channel = ptl_arena_array(arena, n, sizeof *p->channel, err);
    ptl_mix_experiment *e = ptl_arena_array(arena, s->n_tests + 1, sizeof *e, err);
    ptl_mix_kind *kind = ptl_arena_array(arena, n, sizeof *kind, err);
    if (!p->channel || !e || !kind) return PTL_E_NO_MEMORY;
    for (int64_t c = 0; c < n; c++) kind[c] = kind_of(p, c);
    if (strcmp(s->preset, "pymc") == 0)
        p->spec = ptl_mix_preset_pymc(p->channel, kind, n, 2);
    else
        p->spec = ptl_mix_preset_meridian(p->channel, kind, n);
    if (strcmp(s->preset, "portolan") == 0 && p->data.n_weeks >= FOURIER_WEEKS)
        p->spec.n_fourier =
            FOURIER_PAIRS; /* seasons that come back, so that knots need not follow them */
    PTL_TRY(depart(p, s, err));
    for (int64_t c = 0; c < n; c++) p->channel[c].path = path_of(s, p->channel_member[c]);
    for (int64_t i = 0; i < s->n_tests; i++)
        PTL_TRY(add_experiment(&e[i], p, &s->tests[i], i, arena, err));
    p->experiment = e;
    p->n_experiments = s->n_tests;
    return PTL_OK;
}
