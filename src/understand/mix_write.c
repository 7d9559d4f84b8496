/* mix_write.c: what a fit says, as rows of `effect` and `figure`.
 *
 * effect: revenue, share, iroas, miroas of every channel over the panel's weeks, grade C or D; for
 * every whole month in them cm1 of every channel (revenue where no margin is known), and the
 * revenue of the baseline. A month takes its days' sevenths of their weeks, and its interval's ends
 * are the sums of the weeks' ends: as if weeks erred together, so never too narrow. figure, grain
 * week: mix.contribution by channel, mix.baseline, mix.expected. Where the data did not speak, the
 * row stands there with its verdict and without a number. */
#include "understand/figure_rows.h"
#include "understand/mix_internal.h"

#include <math.h>

enum { OUTPUT_BYTES_MAX = 64 << 20 };

static const ptl_column_spec effect_columns[] = {
    {"run_id", PTL_TYPE_INT},         {"name", PTL_TYPE_TEXT},        {"design", PTL_TYPE_TEXT},
    {"experiment_id", PTL_TYPE_TEXT}, {"period_start", PTL_TYPE_DAY}, {"period_end", PTL_TYPE_DAY},
    {"dimension", PTL_TYPE_TEXT},     {"member", PTL_TYPE_TEXT},      {"grade", PTL_TYPE_TEXT},
    {"value", PTL_TYPE_DOUBLE},       {"low", PTL_TYPE_DOUBLE},       {"high", PTL_TYPE_DOUBLE},
    {"probability", PTL_TYPE_DOUBLE}, {"unit", PTL_TYPE_TEXT},        {"verdict", PTL_TYPE_TEXT}};

static void put_double(ptl_table_builder *b, double value)
{
    if (isnan(value))
        ptl_table_builder_null(b);
    else
        ptl_table_builder_double(b, value);
}

/* Whom a row speaks of: a channel, or the baseline. */
typedef struct subject {
    const char *dimension, *member;
    char grade;
    ptl_verdict verdict;
    ptl_day from, to;
} subject;

static subject channel_of(const ptl_mix_fitted *f, int64_t c)
{
    const ptl_mix_channel_result *r = &f->result.channel[c];
    return (subject){"channel",    f->panel.channel_member[c], r->grade, r->verdict, f->panel.first,
                     f->panel.last};
}

static ptl_status put_effect(ptl_table_builder *b, const ptl_mix_fitted *f, const subject *s,
                             const char *name, const char *unit, ptl_estimate e, ptl_error *err)
{
    const char grade[2] = {s->grade, '\0'};
    ptl_table_builder_int(b, f->run_id);
    ptl_table_builder_text(b, ptl_text_of(name));
    ptl_table_builder_text(b, PTL_TEXT("mix model"));
    ptl_table_builder_text(b, PTL_TEXT(""));
    ptl_table_builder_int(b, s->from);
    ptl_table_builder_int(b, s->to);
    ptl_table_builder_text(b, ptl_text_of(s->dimension));
    ptl_table_builder_text(b, ptl_text_of(s->member));
    ptl_table_builder_text(b, ptl_text_of(grade));
    put_double(b, e.point);
    put_double(b, e.low);
    put_double(b, e.high);
    put_double(b, e.probability);
    ptl_table_builder_text(b, ptl_text_of(unit));
    ptl_table_builder_text(b, ptl_text_of(ptl_verdict_text(s->verdict)));
    return ptl_table_builder_row_end(b, err);
}

static ptl_status put_effects(ptl_table_builder *b, const ptl_mix_fitted *f, const char *currency,
                              ptl_error *err)
{
    for (int64_t c = 0; c < f->panel.data.n_channels; c++) {
        const ptl_mix_channel_result *r = &f->result.channel[c];
        if (f->panel.channel[c].path != PTL_MIX_CAUSE) continue;
        const subject s = channel_of(f, c);
        PTL_TRY(put_effect(b, f, &s, "revenue", currency, r->contribution, err));
        PTL_TRY(put_effect(b, f, &s, "share", "share", r->share, err));
        PTL_TRY(put_effect(b, f, &s, "iroas", "return", r->roi, err));
        PTL_TRY(put_effect(b, f, &s, "miroas", "return", r->mroi, err));
    }
    return PTL_OK;
}

/* --- months ----------------------------------------------------------------------------------- */

static ptl_estimate sum_days(const ptl_mix_fitted *f, const ptl_estimate *week, ptl_day from,
                             ptl_day to)
{
    ptl_estimate sum = {0.0, 0.0, 0.0, PTL_NAN};
    for (ptl_day day = from; day <= to; day++) {
        const ptl_estimate *w = &week[(day - f->panel.first) / 7];
        sum.point += w->point / 7.0;
        sum.low += w->low / 7.0;
        sum.high += w->high / 7.0;
        sum.probability = w->probability;
    }
    return sum;
}

static ptl_status put_month(ptl_table_builder *b, const ptl_mix_fitted *f, const char *currency,
                            ptl_day from, ptl_day to, ptl_error *err)
{
    const double margin = f->panel.margin;
    const subject rest = {"baseline", "", 'D', f->result.verdict, from, to};
    PTL_TRY(put_effect(b, f, &rest, "revenue", currency, sum_days(f, f->result.baseline, from, to),
                       err));
    for (int64_t c = 0; c < f->panel.data.n_channels; c++) {
        const ptl_mix_channel_result *r = &f->result.channel[c];
        if (f->panel.channel[c].path != PTL_MIX_CAUSE || r->verdict == PTL_NOT_IDENTIFIED) continue;
        subject s = channel_of(f, c);
        s.from = from;
        s.to = to;
        const ptl_estimate e = sum_days(f, r->week, from, to);
        PTL_TRY(put_effect(b, f, &s, "revenue", currency, e, err));
        if (margin > 0.0)
            PTL_TRY(put_effect(
                b, f, &s, "cm1", currency,
                (ptl_estimate){e.point * margin, e.low * margin, e.high * margin, e.probability},
                err));
    }
    return PTL_OK;
}

static ptl_status put_months(ptl_table_builder *b, const ptl_mix_fitted *f, const char *currency,
                             ptl_error *err)
{
    ptl_day from = ptl_month_start(f->panel.first);
    if (from < f->panel.first) from = ptl_month_add(from, 1);
    for (ptl_day next; (next = ptl_month_add(from, 1)) - 1 <= f->panel.last; from = next)
        PTL_TRY(put_month(b, f, currency, from, next - 1, err));
    return PTL_OK;
}

/* --- weeks ------------------------------------------------------------------------------------ */

static ptl_status put_week(ptl_figure_rows *rows, const ptl_mix_fitted *f, const char *name,
                           const char *member, int64_t w, const ptl_estimate *e,
                           const char *verdict, const char *grade, ptl_error *err)
{
    ptl_figure_row row = ptl_figure_row_empty();
    row.name = name;
    row.grain = "week";
    row.from = f->panel.first + (ptl_day)(7 * w);
    row.to = row.from + 6;
    row.dimension = member ? "channel" : NULL;
    row.member = member;
    row.value = e->point;
    row.low = e->low;
    row.high = e->high;
    row.probability = e->probability;
    row.kind = "estimated";
    row.grade = grade;
    row.verdict = verdict;
    return ptl_figure_rows_put(rows, &row, err);
}

static ptl_status put_weeks(ptl_figure_rows *rows, const ptl_mix_fitted *f, ptl_error *err)
{
    const char *verdict = ptl_verdict_text(f->result.verdict);
    for (int64_t w = 0; w < f->panel.data.n_weeks; w++) {
        PTL_TRY(
            put_week(rows, f, "mix.baseline", NULL, w, &f->result.baseline[w], verdict, "D", err));
        PTL_TRY(
            put_week(rows, f, "mix.expected", NULL, w, &f->result.expected[w], verdict, "D", err));
        for (int64_t c = 0; c < f->panel.data.n_channels; c++) {
            const ptl_mix_channel_result *r = &f->result.channel[c];
            const char grade[2] = {r->grade, '\0'};
            if (f->panel.channel[c].path == PTL_MIX_CAUSE && r->verdict != PTL_NOT_IDENTIFIED)
                PTL_TRY(put_week(rows, f, "mix.contribution", f->panel.channel_member[c], w,
                                 &r->week[w], ptl_verdict_text(r->verdict), grade, err));
        }
    }
    return PTL_OK;
}

static ptl_status put_out(ptl_store *store, int64_t run_id, const ptl_table *effects,
                          const ptl_table *figures, ptl_error *err)
{
    ptl_scope scope;
    PTL_TRY(ptl_scope_begin(&scope, store->warehouse, err));
    ptl_status st = ptl_scope_output(&scope, run_id, "effect", effects, err);
    if (st == PTL_OK) st = ptl_scope_output(&scope, run_id, "figure", figures, err);
    if (st == PTL_OK) st = ptl_scope_commit(&scope, err);
    ptl_scope_rollback(&scope);
    return st;
}

ptl_status ptl_mix_write(const ptl_mix_fitted *f, ptl_store *store, const ptl_workspace *workspace,
                         ptl_error *err)
{
    ptl_table_builder *effects;
    ptl_figure_rows figures;
    PTL_TRY(ptl_table_builder_new(&effects, effect_columns,
                                  sizeof effect_columns / sizeof *effect_columns, OUTPUT_BYTES_MAX,
                                  err));
    ptl_status st = ptl_figure_rows_new(&figures, f->run_id, workspace->currency, err);
    if (st == PTL_OK) {
        st = put_effects(effects, f, workspace->currency, err);
        if (st == PTL_OK) st = put_months(effects, f, workspace->currency, err);
        if (st == PTL_OK) st = put_weeks(&figures, f, err);
        if (st == PTL_OK) {
            const ptl_table e = ptl_table_builder_borrow(effects),
                            w = ptl_table_builder_borrow(figures.builder);
            st = put_out(store, f->run_id, &e, &w, err);
        }
        ptl_figure_rows_free(&figures);
    }
    ptl_table_builder_free(effects);
    return st;
}
