/* audit.c: runs the checks, puts their findings in order (see audit.h). */
#include "observe/audit_internal.h"
#include "observe/limits.h"
#include "observe/size.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ptl_severity_text(ptl_severity severity)
{
    static const char *const texts[] = {
#define PTL_SEVERITY_TEXT(name, text) text,
        PTL_SEVERITY_LIST(PTL_SEVERITY_TEXT)
#undef PTL_SEVERITY_TEXT
    };
    return texts[severity];
}

/* --- words ------------------------------------------------------------------------------------ */

const char *ptl_audit_keep(ptl_audit *audit, ptl_text text)
{
    char *copy = ptl_text_copy(text, audit->arena, NULL);
    return copy ? copy : "";
}

const char *ptl_audit_say(ptl_audit *audit, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return n < 0 ? "" : ptl_audit_keep(audit, ptl_text_of(text));
}

static const char *said(ptl_audit *audit)
{
    const char *text = ptl_audit_keep(audit, ptl_buffer_borrow(&audit->words));
    ptl_buffer_clear(&audit->words);
    return text;
}

const char *ptl_audit_span(ptl_audit *audit, ptl_day from, ptl_day to)
{
    const int32_t year = ptl_date_of(audit->last).year;
    if (from == to || ptl_date_of(from).year != year) {
        ptl_show_day(&audit->words, from, year);
        if (from != to) {
            ptl_buffer_text(&audit->words, " to ");
            ptl_show_day(&audit->words, to, year);
        }
    } else {
        ptl_show_span(&audit->words, from, to);
    }
    return said(audit);
}

const char *ptl_audit_money(ptl_audit *audit, int64_t micros)
{
    ptl_show_money_short(&audit->words, micros, audit->workspace->currency, 4);
    return said(audit);
}

const char *ptl_audit_count(ptl_audit *audit, int64_t n)
{
    ptl_show_count(&audit->words, n);
    return said(audit);
}

const char *ptl_audit_owner(const ptl_audit *audit, const char *source)
{
    const ptl_source_config *s = ptl_workspace_source(audit->workspace, ptl_text_of(source));
    return s ? s->owner : NULL;
}

const char *ptl_audit_effect(const char *table)
{
    static const struct {
        const char *table, *effect;
    } effects[] = {
        {"spend", "media, CM2, paid CAC and everything measured per euro of media"},
        {"txn", "revenue, CM1, cohorts and everything that follows from orders"},
        {"event", "journeys, attribution credit and the funnel"},
        {"lead", "leads, their acceptance and speed to lead"},
        {"opportunity", "pipeline, win rate and coverage"},
        {"opportunity_stage", "cycle time and pipeline quality"},
        {"subscription", "retention, churn and recurring revenue"},
        {"usage_day", "product use and churn risk"},
        {"ticket", "support load and churn risk"},
        {"feedback", "satisfaction and reasons for leaving"},
        {"consent", "who may be written to"},
    };
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (strcmp(effects[i].table, table) == 0) return effects[i].effect;
    return "figures that use this table";
}

/* --- reading ---------------------------------------------------------------------------------- */

ptl_status ptl_audit_query(ptl_table *out, ptl_audit *audit, const char *name, ptl_error *err)
{
    const ptl_value known = (ptl_value){.type = PTL_TYPE_INSTANT, .integer = audit->known_by};
    return ptl_warehouse_query(out, audit->store->warehouse, name, &known, 1, 0, err);
}

int64_t ptl_audit_home(const ptl_audit *audit, int64_t micros, ptl_text currency)
{
    return ptl_size_home(&audit->rates, micros, currency, audit->workspace->currency);
}

ptl_status ptl_audit_add(ptl_audit *audit, const ptl_audit_finding *finding, ptl_error *err)
{
    ptl_audit_report *out = audit->out;
    if (!out->findings) {
        out->findings =
            ptl_arena_array(audit->arena, PTL_AUDIT_FINDINGS_MAX, sizeof *out->findings, err);
        if (!out->findings) return PTL_E_NO_MEMORY;
    }
    out->by_severity[finding->severity]++;
    if (out->n_findings == PTL_AUDIT_FINDINGS_MAX) {
        out->n_more++;
        return PTL_OK;
    }
    ptl_audit_finding *f = &out->findings[out->n_findings++];
    *f = *finding;
    if (!f->source) f->source = "";
    if (!f->table) f->table = "";
    if (!f->field) f->field = "";
    if (!f->owner && f->source[0]) f->owner = ptl_audit_owner(audit, f->source);
    return PTL_OK;
}

static int by_weight(const void *a, const void *b)
{
    const ptl_audit_finding *x = a, *y = b;
    if (x->severity != y->severity) return x->severity < y->severity ? -1 : 1;
    const int64_t vx = x->has_value ? x->value_micros : 0, vy = y->has_value ? y->value_micros : 0;
    if (vx != vy) return vx > vy ? -1 : 1;
    int order = strcmp(x->check, y->check);
    if (order == 0) order = strcmp(x->source, y->source);
    if (order == 0) order = strcmp(x->field, y->field);
    if (order == 0) order = x->from < y->from ? -1 : x->from > y->from;
    return order ? order : strcmp(x->title, y->title);
}

/* The whole of revenue and media: what the size of a finding is measured by. */
static ptl_status read_scale(ptl_audit *audit, ptl_error *err)
{
    ptl_table t = {0};
    PTL_TRY(ptl_audit_query(&audit->rates, audit, "audit/rates", err));
    PTL_TRY(ptl_audit_query(&t, audit, "audit/channels", err));
    for (int64_t i = 0; i < t.n_rows; i++) {
        const ptl_text table = ptl_column_text(&t.columns[0], i);
        const int64_t micros = ptl_audit_home(audit, ptl_column_int(&t.columns[4], i),
                                              ptl_column_text(&t.columns[2], i));
        if (ptl_text_equal(table, PTL_TEXT("txn"))) audit->revenue_micros += micros;
        if (ptl_text_equal(table, PTL_TEXT("spend"))) audit->media_micros += micros;
    }
    ptl_table_dispose(&t);
    return PTL_OK;
}

ptl_status ptl_audit_run(ptl_audit_report *out, ptl_store *store, const ptl_workspace *workspace,
                         const ptl_audit_options *options, ptl_arena *arena, ptl_progress *progress,
                         ptl_error *err)
{
    static const struct {
        const char *step;
        ptl_status (*check)(ptl_audit *, ptl_error *);
    } checks[] = {{"days", ptl_audit_daily},
                  {"media", ptl_audit_media},
                  {"doubled counts", ptl_audit_double},
                  {"duplicates", ptl_audit_twice},
                  {"currencies", ptl_audit_currency},
                  {"clocks", ptl_audit_clock},
                  {"machines", ptl_audit_machines},
                  {"names", ptl_audit_names},
                  {"fields", ptl_audit_fields},
                  {"lags", ptl_audit_lags},
                  {"rules", ptl_audit_rules},
                  {"funnel", ptl_audit_funnel},
                  {"claims", ptl_audit_claims}};
    enum { N = sizeof checks / sizeof *checks };
    *out = (ptl_audit_report){0};
    ptl_audit audit = {.store = store, .workspace = workspace, .arena = arena, .out = out};
    audit.known_by = options->has_as_of
                         ? ptl_zone_day_start(workspace->zone, options->as_of + 1) - 1
                         : PTL_INSTANT_EVER;
    ptl_buffer_init(&audit.words, 4096, NULL);
    ptl_status st = read_scale(&audit, err);
    for (int i = 0; i < N && st == PTL_OK; i++) {
        ptl_progress_step(progress, checks[i].step, i, N);
        st = ptl_progress_check(progress, err);
        if (st == PTL_OK) st = checks[i].check(&audit, err);
    }
    if (st == PTL_OK && out->n_findings > 1)
        qsort(out->findings, (size_t)out->n_findings, sizeof *out->findings, by_weight);
    out->last = audit.last;
    if (st == PTL_OK) st = ptl_audit_write(&audit, options->run_id, err);
    ptl_table_dispose(&audit.rates);
    ptl_buffer_dispose(&audit.words);
    return st;
}
