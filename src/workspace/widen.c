/* widen.c: what widens between two configurations (the table is in widen.h). */
#include "workspace/widen.h"

#include "base/show.h"
#include "workspace/limits.h"
#include "workspace/metric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct widen {
    const ptl_workspace *before, *after;
    ptl_widening *list;
    int64_t n, n_max;
    ptl_arena *arena;
    ptl_error *err;
} widen;

/* Room for every key that can be named: it follows from what both configurations hold. */
static int64_t most_of(const ptl_workspace *w)
{
    return w->n_channels * 3 + w->n_verticals * (PTL_N_VERTICAL_KEYS + 3) + w->digest.n_mail_to;
}

static ptl_status add(widen *w, const char *key, const char *before, const char *after,
                      const char *why, const char *right)
{
    if (w->n >= w->n_max)
        return ptl_fail(w->err, PTL_E_INTERNAL, "more than %lld keys widen", (long long)w->n_max);
    ptl_widening *const x = &w->list[w->n];
    *x = (ptl_widening){.why = why, .right = right};
    x->key = ptl_text_copy(ptl_text_of(key), w->arena, w->err);
    x->before = ptl_text_copy(ptl_text_of(before ? before : "none"), w->arena, w->err);
    x->after = ptl_text_copy(ptl_text_of(after ? after : "none"), w->arena, w->err);
    if (!x->key || !x->before || !x->after) return PTL_E_NO_MEMORY;
    w->n++;
    return PTL_OK;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static ptl_status add_text(widen *w, const char *key, const char *before, const char *after,
                           const char *why)
{
    return same(before, after) ? PTL_OK : add(w, key, before, after, why, "owner");
}

/* --- the number ------------------------------------------------------------------------------- */

static ptl_status add_money(widen *w, const char *key, int64_t before, int64_t after,
                            bool has_after, const char *why)
{
    ptl_buffer a, b;
    ptl_buffer_init(&a, 128, NULL);
    ptl_buffer_init(&b, 128, NULL);
    ptl_show_money_whole(&a, before, w->before->currency);
    ptl_show_money_whole(&b, after, w->after->currency);
    const bool shown = a.status == PTL_OK && b.status == PTL_OK;
    const ptl_status st =
        shown ? add(w, key, a.ptr, has_after ? b.ptr : NULL, why, "owner") : PTL_E_NO_MEMORY;
    ptl_buffer_dispose(&a);
    ptl_buffer_dispose(&b);
    return st;
}

static ptl_status add_day(widen *w, const char *key, ptl_day before, ptl_day after, const char *why)
{
    char a[32], b[32];
    ptl_day_format(a, before);
    ptl_day_format(b, after);
    return add(w, key, a, b, why, "owner");
}

static ptl_status add_number(widen *w, const char *key, double before, double after,
                             const char *why, const char *right)
{
    char a[40], b[40];
    (void)snprintf(a, sizeof a, "%.6g", before);
    (void)snprintf(b, sizeof b, "%.6g", after);
    return add(w, key, isnan(before) ? NULL : a, isnan(after) ? NULL : b, why, right);
}

/* A name of the company's own is a matter of taste; that of another metric is not. */
static bool names_another(const widen *w, const char *label)
{
    if (!label || same(w->before->kpi.label, label)) return false;
    for (int64_t i = 0; i < ptl_metrics_n; i++) {
        const ptl_metric *const m = &ptl_metrics[i];
        if (same(m->name, w->after->kpi.metric)) continue;
        if (strcasecmp(m->label, label) == 0 || strcasecmp(m->name, label) == 0) return true;
    }
    return false;
}

static ptl_status widen_target(widen *w)
{
    const ptl_kpi_config *const a = &w->before->kpi, *const b = &w->after->kpi;
    if (!b->has_target)
        return add_money(w, "kpi.to", a->target_micros, 0, false, "the target is taken away");
    if (b->target_micros < a->target_micros)
        PTL_TRY(add_money(w, "kpi.to", a->target_micros, b->target_micros, true,
                          "the target is lowered"));
    if (b->due > a->due) PTL_TRY(add_day(w, "kpi.by", a->due, b->due, "there is more time"));
    if (b->starts != a->starts)
        PTL_TRY(add_day(w, "kpi.starts", a->starts, b->starts, "another period is counted"));
    if (b->baseline_micros == a->baseline_micros) return PTL_OK;
    return add_money(w, "kpi.from", a->baseline_micros, b->baseline_micros, true,
                     "progress is measured from elsewhere");
}

static ptl_status widen_kpi(widen *w)
{
    const ptl_kpi_config *const a = &w->before->kpi, *const b = &w->after->kpi;
    if (!a->has_target) return PTL_OK;
    PTL_TRY(add_text(w, "kpi.metric", a->metric, b->metric, "another figure is the number"));
    if (names_another(w, b->label))
        PTL_TRY(add_text(w, "kpi.label", a->label, b->label, "it is called like another metric"));
    PTL_TRY(widen_target(w));
    if (b->holds_at < a->holds_at)
        PTL_TRY(add_number(w, "kpi.holds_at", a->holds_at, b->holds_at,
                           "a worse chance counts as holding course", "owner"));
    if (b->drifts_at < a->drifts_at)
        PTL_TRY(add_number(w, "kpi.drifts_at", a->drifts_at, b->drifts_at,
                           "a worse chance counts as drifting", "owner"));
    return PTL_OK;
}

/* --- review, metrics, company ----------------------------------------------------------------- */

static ptl_status widen_review(widen *w)
{
    const double a = w->before->review.least_change, b = w->after->review.least_change;
    if (!(b > a)) return PTL_OK;
    return add_number(w, "review.least_change", a, b, "smaller changes are no longer named",
                      "owner");
}

static bool differ(double a, double b)
{
    return isnan(a) != isnan(b) || (!isnan(a) && fabs(a - b) > 0.0);
}

static ptl_status add_definition(widen *w, const char *metric, const char *key, double before,
                                 double after, const char *why)
{
    char name[160];
    (void)snprintf(name, sizeof name, "metrics.%.64s.%s", metric, key);
    return add_number(w, name, before, after, why, "finance");
}

static ptl_status widen_metric(widen *w, const ptl_metric *m)
{
    static const char why[] = "the figure is defined anew";
    ptl_metric_in_force a, b;
    PTL_TRY(ptl_metric_of(&a, w->before, ptl_text_of(m->name), w->err));
    PTL_TRY(ptl_metric_of(&b, w->after, ptl_text_of(m->name), w->err));
    if (a.version != b.version)
        PTL_TRY(add_definition(w, m->name, "version", a.version, b.version, why));
    if (a.horizon_months != b.horizon_months)
        PTL_TRY(
            add_definition(w, m->name, "horizon_months", a.horizon_months, b.horizon_months, why));
    if (differ(a.discount, b.discount))
        PTL_TRY(add_definition(w, m->name, "discount", a.discount, b.discount, why));
    if (!(b.tolerance > a.tolerance)) return PTL_OK;
    return add_definition(w, m->name, "tolerance", a.tolerance, b.tolerance,
                          "the books may differ by more");
}

static ptl_status widen_metrics(widen *w)
{
    for (int64_t i = 0; i < ptl_metrics_n; i++) PTL_TRY(widen_metric(w, &ptl_metrics[i]));
    return PTL_OK;
}

static ptl_status widen_company(widen *w)
{
    static const char why[] = "every figure changes with it";
    static const char *const days[] = {"none",     "monday", "tuesday",  "wednesday",
                                       "thursday", "friday", "saturday", "sunday"};
    const ptl_workspace *const a = w->before, *const b = w->after;
    char before[8], after[8];
    PTL_TRY(add_text(w, "currency", a->currency, b->currency, why));
    PTL_TRY(add_text(w, "zone", ptl_zone_name(a->zone), ptl_zone_name(b->zone), why));
    (void)snprintf(before, sizeof before, "%02d", (int)a->fiscal_year_month % 100);
    (void)snprintf(after, sizeof after, "%02d", (int)b->fiscal_year_month % 100);
    PTL_TRY(add_text(w, "fiscal_year_start", before, after, why));
    return add_text(w, "week_start", days[a->week_start & 7], days[b->week_start & 7], why);
}

/* --- channels --------------------------------------------------------------------------------- */

static const ptl_channel_config *channel_of(const ptl_workspace *w, const char *name)
{
    for (int64_t i = 0; i < w->n_channels; i++)
        if (strcmp(w->channels[i].name, name) == 0) return &w->channels[i];
    return NULL;
}

static ptl_status add_switch(widen *w, const char *channel, const char *key, bool before,
                             bool after)
{
    char name[160];
    if (before == after) return PTL_OK;
    (void)snprintf(name, sizeof name, "channels.%.64s.%s", channel, key);
    return add(w, name, before ? "yes" : "no", after ? "yes" : "no",
               "the cost of acquisition counts something else", "finance");
}

static ptl_status widen_channels(widen *w)
{
    for (int64_t i = 0; i < w->before->n_channels; i++) {
        const ptl_channel_config *const a = &w->before->channels[i];
        const ptl_channel_config *const b = channel_of(w->after, a->name);
        char name[160];
        (void)snprintf(name, sizeof name, "channels.%.64s", a->name);
        if (!b && (a->paid || a->marketing))
            PTL_TRY(add(w, name, a->label, NULL, "the cost of acquisition no longer counts it",
                        "finance"));
        if (!b) continue;
        PTL_TRY(add_switch(w, a->name, "paid", a->paid, b->paid));
        PTL_TRY(add_switch(w, a->name, "marketing", a->marketing, b->marketing));
    }
    return PTL_OK;
}

/* --- verticals -------------------------------------------------------------------------------- */

static const char *const key_name[PTL_N_VERTICAL_KEYS] = {
    [PTL_VERTICAL_CHANNELS] = "channels", [PTL_VERTICAL_CAMPAIGNS] = "campaigns",
    [PTL_VERTICAL_GEOS] = "geos",         [PTL_VERTICAL_PRODUCTS] = "products",
    [PTL_VERTICAL_SEGMENTS] = "segments", [PTL_VERTICAL_MEDIA] = "media"};

static bool same_words(const ptl_words *a, const ptl_words *b)
{
    bool equal = a->n == b->n;
    for (int64_t i = 0; equal && i < a->n; i++) equal = same(a->items[i], b->items[i]);
    return equal;
}

/* "DE, AT"; NULL where the list is empty: it allows everything. */
static const char *joined(const widen *w, const ptl_words *words)
{
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 16, NULL);
    for (int64_t i = 0; i < words->n; i++)
        ptl_buffer_printf(&out, "%s%s", i > 0 ? ", " : "", words->items[i]);
    const char *const text = words->n > 0 && out.status == PTL_OK
                                 ? ptl_text_copy(ptl_buffer_borrow(&out), w->arena, NULL)
                                 : NULL;
    ptl_buffer_dispose(&out);
    return text ? text : words->n > 0 ? "a long list" : "all";
}

static ptl_status widen_vertical(widen *w, const ptl_vertical_config *a,
                                 const ptl_vertical_config *b)
{
    char name[160];
    (void)snprintf(name, sizeof name, "verticals.%.64s", a->name);
    if (!b) return add(w, name, a->label, NULL, "nobody decides for it any more", "owner");
    (void)snprintf(name, sizeof name, "verticals.%.64s.owner", a->name);
    PTL_TRY(add_text(w, name, a->owner, b->owner, "somebody else decides"));
    for (int k = 0; k < PTL_N_VERTICAL_KEYS; k++) {
        if (same_words(&a->allowed[k], &b->allowed[k])) continue;
        (void)snprintf(name, sizeof name, "verticals.%.64s.%s", a->name, key_name[k]);
        PTL_TRY(add(w, name, joined(w, &a->allowed[k]), joined(w, &b->allowed[k]),
                    "other rows are its own", "owner"));
    }
    return PTL_OK;
}

/* The first vertical that fits has a fact: who comes to stand before another takes rows from it. */
static ptl_status widen_order(widen *w)
{
    int64_t reached = 0; /* of `before`, up to where the order is the same */
    for (int64_t i = 0; i < w->after->n_verticals; i++) {
        const ptl_vertical_config *const v = &w->after->verticals[i];
        while (reached < w->before->n_verticals &&
               !ptl_workspace_vertical(w->after, ptl_text_of(w->before->verticals[reached].name)))
            reached++; /* it is gone, which is said elsewhere */
        if (reached >= w->before->n_verticals) return PTL_OK;
        const ptl_vertical_config *const next = &w->before->verticals[reached];
        if (strcmp(next->name, v->name) != 0)
            return add(w, "verticals", next->label, v->label,
                       "the first that fits has a row, and another comes first", "owner");
        reached++;
    }
    return PTL_OK;
}

static ptl_status widen_verticals(widen *w)
{
    for (int64_t i = 0; i < w->before->n_verticals; i++) {
        const ptl_vertical_config *const a = &w->before->verticals[i];
        PTL_TRY(widen_vertical(w, a, ptl_workspace_vertical(w->after, ptl_text_of(a->name))));
    }
    return widen_order(w);
}

/* --- readers ---------------------------------------------------------------------------------- */

/* An address may carry a secret: it is shown where it names a variable alone. */
static const char *shown_address(const char *address)
{
    if (!address) return NULL;
    return strncmp(address, "${", 2) == 0 ? address : "an address kept in the file";
}

static ptl_status widen_address(widen *w, const char *key, const char *before, const char *after,
                                bool is_secret)
{
    if (!after || same(before, after)) return PTL_OK;
    return add(w, key, is_secret ? shown_address(before) : before,
               is_secret ? shown_address(after) : after, "what the digest says goes elsewhere",
               "owner");
}

static ptl_status widen_digest(widen *w)
{
    const ptl_digest_config *const a = &w->before->digest, *const b = &w->after->digest;
    PTL_TRY(widen_address(w, "digest.webhook", a->webhook, b->webhook, true));
    PTL_TRY(widen_address(w, "digest.mail_server", a->mail_server, b->mail_server, false));
    for (int64_t i = 0; i < b->n_mail_to; i++) {
        bool known = false;
        for (int64_t k = 0; k < a->n_mail_to; k++) known |= same(a->mail_to[k], b->mail_to[i]);
        if (!known)
            PTL_TRY(add(w, "digest.mail_to", NULL, b->mail_to[i], "somebody more reads the digest",
                        "owner"));
    }
    return PTL_OK;
}

ptl_status ptl_workspace_widens(ptl_widening **out, int64_t *n, const ptl_workspace *before,
                                const ptl_workspace *after, ptl_arena *arena, ptl_error *err)
{
    widen w = {.before = before,
               .after = after,
               .n_max = 32 + 4 * ptl_metrics_n + most_of(before) + most_of(after),
               .arena = arena,
               .err = err};
    *n = 0;
    w.list = ptl_arena_array(arena, w.n_max, sizeof *w.list, err);
    if (!w.list) return ptl_refused(err);
    PTL_TRY(widen_kpi(&w));
    PTL_TRY(widen_review(&w));
    PTL_TRY(widen_metrics(&w));
    PTL_TRY(widen_company(&w));
    PTL_TRY(widen_channels(&w));
    PTL_TRY(widen_verticals(&w));
    PTL_TRY(widen_digest(&w));
    *out = w.list;
    *n = w.n;
    return PTL_OK;
}

const char *ptl_widening_right(const ptl_widening *list, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (strcmp(list[i].right, list[0].right) != 0) return "owner";
    return n > 0 ? list[0].right : "owner";
}
