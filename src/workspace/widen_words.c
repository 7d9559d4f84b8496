/* widen_words.c: what widens, as a title and a sentence (widen.h). */
#include "workspace/widen.h"

#include <string.h>

typedef struct phrase {
    const char *key;    /* as a whole, or what it ends with where it begins with a dot */
    const char *change; /* what stands before "from A to B" */
    const char *give;   /* what stands before B alone, where there was nothing before */
    const char *take;   /* what stands before A alone, where nothing is left */
} phrase;

static const phrase phrases[] = {
    {"kpi.to", "Lower the target", NULL, "Take away the target of"},
    {"kpi.by", "Move the target's day", NULL, NULL},
    {"kpi.metric", "Change the number", NULL, NULL},
    {"kpi.label", "Rename the number", NULL, NULL},
    {"kpi.from", "Change the number's baseline", NULL, NULL},
    {"kpi.starts", "Move the number's start", NULL, NULL},
    {"kpi.holds_at", "Lower the chance that holds course", NULL, NULL},
    {"kpi.drifts_at", "Lower the chance that drifts", NULL, NULL},
    {"review.least_change", "Raise the least change worth naming", NULL, NULL},
    {"currency", "Change the currency", NULL, NULL},
    {"zone", "Change the time zone", NULL, NULL},
    {"fiscal_year_start", "Move the fiscal year's first month", NULL, NULL},
    {"week_start", "Move the week's first day", NULL, NULL},
    {"digest.mail_to", "Change the digest's readers", "Send the digest to", NULL},
    {"digest.webhook", "Change the digest's webhook", "Post the digest to", NULL},
    {"digest.mail_server", "Change the mail server", "Send mail through", NULL},
    {"verticals", "Change which vertical comes first", NULL, NULL},
};

static const phrase *phrase_of(const char *key)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (strcmp(phrases[i].key, key) == 0) return &phrases[i];
    return NULL;
}

/* "metrics.ltv.horizon_months" → "Change horizon months of ltv". */
static void put_key(ptl_buffer *out, const char *key)
{
    const char *const group = strchr(key, '.');
    const char *const last = strrchr(key, '.');
    for (const char *c = last && last != group ? last + 1 : ""; *c; c++)
        ptl_buffer_append(out, *c == '_' ? " " : c, 1);
    if (last && last != group) {
        ptl_buffer_text(out, " of ");
        ptl_buffer_append(out, group + 1, (size_t)(last - group - 1));
    } else {
        ptl_buffer_text(out, group ? group + 1 : key);
    }
}

static void put_one(ptl_buffer *out, const ptl_widening *x)
{
    const phrase *const p = phrase_of(x->key);
    const bool had = strcmp(x->before, "none") != 0, has = strcmp(x->after, "none") != 0;
    if (p && p->take && !has) {
        ptl_buffer_printf(out, "%s %s", p->take, x->before);
        return;
    }
    if (p && p->give && !had) {
        ptl_buffer_printf(out, "%s %s", p->give, x->after);
        return;
    }
    if (p) {
        ptl_buffer_text(out, p->change);
    } else {
        ptl_buffer_text(out, has ? "Change " : "Take away ");
        put_key(out, x->key);
    }
    if (p || has) ptl_buffer_printf(out, " from %s to %s", x->before, x->after);
}

void ptl_widening_title(ptl_buffer *out, const ptl_widening *list, int64_t n)
{
    if (n < 1) return;
    put_one(out, &list[0]);
    if (n > 1) ptl_buffer_printf(out, ", and %lld more", (long long)n - 1);
}

void ptl_widening_why(ptl_buffer *out, const ptl_widening *list, int64_t n)
{
    const size_t begin = out->len;
    for (int64_t i = 0; i < n; i++) {
        bool said = false;
        for (int64_t k = 0; k < i; k++) said |= strcmp(list[k].why, list[i].why) == 0;
        if (!said) ptl_buffer_printf(out, "%s%s", i > 0 ? "; " : "", list[i].why);
    }
    if (out->status != PTL_OK || out->len == begin) return;
    if (out->ptr[begin] >= 'a' && out->ptr[begin] <= 'z') out->ptr[begin] -= 'a' - 'A';
    ptl_buffer_text(out, ".");
}
