/* change_read.c: what a run found changed, for whoever shows it (rows: change_write.c). */
#include "understand/change_internal.h"

#include "store/figure.h"

#include <string.h>

/* A row's name without "change." and the group behind it. */
static bool cut(ptl_text *name, const char *head)
{
    const ptl_text h = ptl_text_of(head);
    if (!ptl_text_starts(*name, h)) return false;
    name->ptr += h.len;
    name->len -= h.len;
    return true;
}

static bool same(const ptl_changed *c, const ptl_figures *f, int64_t row)
{
    return ptl_text_equal(ptl_column_text(f->dimension, row), ptl_text_of(c->dimension)) &&
           ptl_text_equal(ptl_column_text(f->member, row), ptl_text_of(c->member));
}

static const char *dimension_of(ptl_text text)
{
    return ptl_text_equal(text, PTL_TEXT("channel"))   ? "channel"
           : ptl_text_equal(text, PTL_TEXT("segment")) ? "segment"
                                                       : "";
}

static void name_label(ptl_changed *c, const ptl_workspace *workspace)
{
    const ptl_channel_config *channel =
        c->member[0] ? ptl_workspace_channel(workspace, ptl_text_of(c->member)) : NULL;
    if (!c->dimension[0])
        c->label = workspace->company;
    else if (strcmp(c->dimension, "channel") == 0)
        c->label = channel ? channel->label : c->member[0] ? c->member : "No channel recorded";
    else
        c->label = c->member;
}

/* Every finding has one row change.of.<metric>: these make the list. */
static ptl_status take_finding(ptl_changes *out, const ptl_figures *f, int64_t row,
                               const ptl_workspace *workspace, ptl_arena *arena, ptl_error *err)
{
    ptl_text name = ptl_column_text(f->name, row);
    if (!cut(&name, "change.of.") || out->n_found == PTL_CHANGE_FOUND_MAX) return PTL_OK;
    const int metric = ptl_change_metric_find(name);
    if (metric < 0) return PTL_OK;
    ptl_changed *c = &out->found[out->n_found++];
    *c = (ptl_changed){.metric = ptl_change_metric_name(metric),
                       .dimension = dimension_of(ptl_column_text(f->dimension, row)),
                       .change = ptl_column_double(f->value, row),
                       .chance = PTL_NAN,
                       .year_before = PTL_NAN};
    c->member = ptl_text_copy(ptl_column_text(f->member, row), arena, err);
    c->unit = ptl_text_copy(ptl_column_text(f->unit, row), arena, err);
    if (!c->member || !c->unit) return PTL_E_NO_MEMORY;
    c->expected =
        (ptl_estimate){c->change, ptl_column_double(f->low, row), ptl_column_double(f->high, row),
                       ptl_column_double(f->probability, row)};
    name_label(c, workspace);
    return PTL_OK;
}

static void take_part(ptl_changed *c, ptl_text part, int64_t micros)
{
    const struct {
        const char *name;
        int64_t *field;
    } all[] = {{"revenue", &c->revenue_micros}, {"volume", &c->parts.volume},
               {"mix", &c->parts.mix},          {"rate", &c->parts.rate},
               {"price", &c->parts.price},      {"apart", &c->apart_micros},
               {"cost", &c->cost_micros},       {"media", &c->media_micros},
               {"cm2", &c->cm2_micros},         {"unexplained", &c->unexplained_micros}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (ptl_text_equal(part, ptl_text_of(all[i].name))) *all[i].field = micros;
}

static ptl_status take_because(ptl_changed *c, ptl_text name, const ptl_figures *f, int64_t row,
                               ptl_arena *arena, ptl_error *err)
{
    if (c->n_because == PTL_CHANGE_BECAUSE_MAX) return PTL_OK;
    ptl_change_because *b = &c->because[c->n_because++];
    const ptl_text grade = ptl_column_text(f->grade, row);
    b->name = ptl_text_copy(name, arena, err);
    b->grade = grade.len > 0 ? grade.ptr[0] : ' ';
    b->micros = ptl_column_int(f->exact, row);
    b->low = ptl_column_double(f->low, row);
    b->high = ptl_column_double(f->high, row);
    return b->name ? PTL_OK : PTL_E_NO_MEMORY;
}

static ptl_status take_row(ptl_changed *c, int32_t *rank, const ptl_figures *f, int64_t row,
                           ptl_arena *arena, ptl_error *err)
{
    ptl_text name = ptl_column_text(f->name, row);
    const double value = ptl_column_double(f->value, row);
    if (cut(&name, "change.part.")) take_part(c, name, ptl_column_int(f->exact, row));
    if (cut(&name, "change.because.")) return take_because(c, name, f, row, arena, err);
    if (ptl_text_equal(name, PTL_TEXT("change.now"))) c->value = value;
    if (ptl_text_equal(name, PTL_TEXT("change.chance"))) c->chance = value;
    if (ptl_text_equal(name, PTL_TEXT("change.year_before"))) c->year_before = value;
    if (ptl_text_equal(name, PTL_TEXT("change.rank"))) *rank = (int32_t)value;
    return PTL_OK;
}

/* low and high were written of the change; the expectation is the week's value less those */
static void restore_expected(ptl_changed *c)
{
    const ptl_estimate of_change = c->expected;
    c->expected = (ptl_estimate){c->value - c->change, c->value - of_change.high,
                                 c->value - of_change.low, of_change.probability};
}

static void take_head(ptl_changes *out, const ptl_figures *f, int64_t row)
{
    const ptl_text name = ptl_column_text(f->name, row);
    const double value = ptl_column_double(f->value, row);
    out->run_id = ptl_column_int(f->run_id, row);
    out->from = (ptl_day)ptl_column_int(f->period_start, row);
    out->to = (ptl_day)ptl_column_int(f->period_end, row);
    if (ptl_text_equal(name, PTL_TEXT("change.asked"))) out->n_asked = (int64_t)value;
    if (ptl_text_equal(name, PTL_TEXT("change.least"))) out->least = value;
    out->verdict = out->n_asked > 0 ? PTL_CONVERGED : PTL_NOT_IDENTIFIED;
}

static ptl_status take_all(ptl_changes *out, const ptl_table *t, const ptl_workspace *workspace,
                           ptl_arena *arena, ptl_error *err)
{
    ptl_figures f;
    PTL_TRY(ptl_figures_bind(&f, t, err));
    for (int64_t row = 0; row < t->n_rows; row++) {
        take_head(out, &f, row);
        PTL_TRY(take_finding(out, &f, row, workspace, arena, err));
    }
    ptl_changed ranked[PTL_CHANGE_FOUND_MAX] = {0};
    for (int32_t i = 0; i < out->n_found; i++) {
        ptl_changed *c = &out->found[i];
        int32_t rank = i;
        for (int64_t row = 0; row < t->n_rows; row++)
            if (same(c, &f, row)) PTL_TRY(take_row(c, &rank, &f, row, arena, err));
        restore_expected(c);
        if (rank >= 0 && rank < out->n_found) ranked[rank] = *c;
    }
    memcpy(out->found, ranked, (size_t)out->n_found * sizeof *ranked);
    return PTL_OK;
}

ptl_status ptl_change_read(ptl_changes *out, ptl_store *store, const ptl_workspace *workspace,
                           int64_t run_id, ptl_arena *arena, ptl_error *err)
{
    const ptl_value run = ptl_value_int(run_id);
    ptl_table t = {0};
    *out = (ptl_changes){.verdict = PTL_NOT_IDENTIFIED};
    PTL_TRY(ptl_warehouse_query(&t, store->warehouse, "change/of_run", &run, 1, 0, err));
    const ptl_status st = take_all(out, &t, workspace, arena, err);
    ptl_table_dispose(&t);
    return st;
}
