/* findings.c: what stands in the way of trusting the figures.
 *
 * Each finding is a sentence, its size, its effect, one action and one person (UI, Finding). It is
 * closed by the next review that no longer sees it, never by hand. */
#include "review/model.h"

#include "base/show.h"

#include <string.h>

static ptl_status add(ptl_review *r, ptl_arena *arena, const ptl_review_finding *finding,
                      const ptl_buffer *text, ptl_error *err)
{
    if (r->n_findings == PTL_REVIEW_FINDINGS_MAX) return PTL_OK;
    PTL_TRY(ptl_buffer_check(text, "a finding", err));
    ptl_review_finding *kept = &r->findings[r->n_findings];
    *kept = *finding;
    kept->text = ptl_text_copy(ptl_buffer_borrow(text), arena, err);
    if (!kept->text) return PTL_E_NO_MEMORY;
    r->n_findings++;
    return PTL_OK;
}

static const char *owner_of_table(const ptl_review *r, const char *table)
{
    for (int64_t i = 0; i < r->n_sources; i++)
        if (strcmp(r->sources[i].table, table) == 0) return r->sources[i].owner;
    return NULL;
}

static bool nothing_of(const ptl_review *r, ptl_measure measure)
{
    return r->company.all.exact[measure] == 0;
}

static ptl_status find_missing_money(ptl_review *r, ptl_arena *arena, ptl_buffer *b, ptl_error *err)
{
    if (!nothing_of(r, PTL_REVENUE) && nothing_of(r, PTL_MEDIA)) {
        ptl_buffer_clear(b);
        ptl_buffer_text(b,
                        "Effect: CM2 equals CM1, and nothing can be said about what media return.");
        PTL_TRY(add(r, arena,
                    &(ptl_review_finding){.mark = "look",
                                          .title = "No media spend is loaded",
                                          .who = owner_of_table(r, "spend"),
                                          .action = "Add a source of table spend"},
                    b, err));
    }
    if (!nothing_of(r, PTL_REVENUE) && nothing_of(r, PTL_VARIABLE)) {
        ptl_buffer_clear(b);
        ptl_buffer_text(b,
                        "Effect: CM1 equals revenue, so contribution is overstated by the cost of "
                        "goods, shipping and fees.");
        PTL_TRY(add(r, arena,
                    &(ptl_review_finding){.mark = "look",
                                          .title = "No variable cost is mapped",
                                          .who = owner_of_table(r, "txn"),
                                          .action = "Map variable_cost_micros of orders"},
                    b, err));
    }
    return PTL_OK;
}

/* Parts in a thousand of the whole, for sizes in sentences. */
static double share_of(int64_t part, int64_t whole)
{
    return whole != 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

/* How much money stands under a channel nobody governs. */
static void put_channel_size(const ptl_review *r, const ptl_review_line *line, ptl_buffer *b)
{
    const int64_t revenue = line->all.exact[PTL_REVENUE], media = line->all.exact[PTL_MEDIA];
    ptl_show_money_short(b, revenue, r->workspace->currency, 4);
    ptl_buffer_printf(b, " of revenue, %.1f%% of all",
                      share_of(revenue, r->company.all.exact[PTL_REVENUE]));
    if (media != 0) {
        ptl_buffer_text(b, ", and ");
        ptl_show_money_short(b, media, r->workspace->currency, 4);
        ptl_buffer_text(b, " of media");
    }
    ptl_buffer_text(b, line->member[0] ? ", under a name that is not governed."
                                       : ", without a channel: it counts for none.");
}

static ptl_status find_channels(ptl_review *r, ptl_arena *arena, ptl_buffer *b, ptl_error *err)
{
    for (int64_t i = 0; i < r->n_channels; i++) {
        const ptl_review_line *line = &r->channels[i];
        if (line->governed) continue;
        ptl_buffer_clear(b);
        put_channel_size(r, line, b);
        const char *title =
            line->member[0]
                ? ptl_text_format(arena, err, "Channel “%s” is not governed", line->member)
                : "Orders without a channel";
        if (!title) return PTL_E_NO_MEMORY;
        PTL_TRY(add(r, arena,
                    &(ptl_review_finding){
                        .mark = "look",
                        .title = title,
                        .who = owner_of_table(r, "txn"),
                        .action = line->member[0] ? "Name it, or add an alias, in channels.yaml"
                                                  : "Map the column channel"},
                    b, err));
        if (i >= 5) break;
    }
    return PTL_OK;
}

/* What the newest audit says, from high to medium; without one, that there is none. */
static ptl_status find_audited(ptl_review *r, ptl_arena *arena, ptl_buffer *b, ptl_error *err)
{
    if (!r->has_audit) {
        ptl_buffer_clear(b);
        ptl_buffer_text(b, "Gaps, units, duplicates, clocks and currencies were not looked at.");
        return add(r, arena,
                   &(ptl_review_finding){.mark = "look",
                                         .title = "The data have not been audited",
                                         .who = r->workspace->kpi.owner,
                                         .action = "portolan audit"},
                   b, err);
    }
    for (int64_t i = 0; i < r->audit.n_findings; i++) {
        const ptl_audit_finding *f = &r->audit.findings[i];
        if (f->severity == PTL_SEVERITY_LOW) break;
        ptl_buffer_clear(b);
        ptl_buffer_printf(b, "%s Effect: %s.", f->detail, f->effect);
        PTL_TRY(
            add(r, arena,
                &(ptl_review_finding){.mark = f->severity == PTL_SEVERITY_HIGH ? "broken" : "look",
                                      .title = f->title,
                                      .who = f->owner,
                                      .action = f->advice},
                b, err));
    }
    return PTL_OK;
}

static ptl_status find_people(ptl_review *r, ptl_arena *arena, ptl_buffer *b, ptl_error *err)
{
    const ptl_kpi_config *kpi = &r->workspace->kpi;
    if (!kpi->has_target) {
        ptl_buffer_clear(b);
        ptl_buffer_text(b,
                        "Without from, to and by when, nobody can say whether the course holds.");
        PTL_TRY(add(r, arena,
                    &(ptl_review_finding){.mark = "look",
                                          .title = "The one number has no target",
                                          .who = kpi->owner,
                                          .action = "Set kpi.to and kpi.by in portolan.yaml"},
                    b, err));
    }
    for (int64_t i = 0; i < r->n_sources; i++) {
        if (r->sources[i].owner) continue;
        ptl_buffer_clear(b);
        ptl_buffer_text(b, "When it stops or changes, nobody is asked.");
        const char *title =
            ptl_text_format(arena, err, "Source %s has no owner", r->sources[i].name);
        const char *action =
            ptl_text_format(arena, err, "Set owner in sources/%s.yaml", r->sources[i].name);
        if (!title || !action) return PTL_E_NO_MEMORY;
        PTL_TRY(add(
            r, arena,
            &(ptl_review_finding){.mark = "look", .title = title, .who = NULL, .action = action}, b,
            err));
    }
    return PTL_OK;
}

ptl_status ptl_review_find(ptl_review *review, ptl_arena *arena, ptl_error *err)
{
    ptl_buffer b;
    ptl_buffer_init(&b, 8192, NULL);
    ptl_status st;
    PTL_TRY_GOTO(st, done, find_missing_money(review, arena, &b, err));
    PTL_TRY_GOTO(st, done, find_channels(review, arena, &b, err));
    PTL_TRY_GOTO(st, done, find_audited(review, arena, &b, err));
    PTL_TRY_GOTO(st, done, find_people(review, arena, &b, err));
done:
    ptl_buffer_dispose(&b);
    return st;
}
