/* mix.c: the page of the mix model (see mix.h).
 *
 * Outcomes are CM1 where the margin is known, revenue where it is not; the page says which. A
 * channel on which the data did not speak has no figure: its panel shows the prior's shape hatched,
 * its row says none, and the plan holds it. Titles claim what intervals allow. */
#include "pages/mix_internal.h"

#include "base/show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool ptl_mix_page_spoke(const ptl_mix_page *m, int64_t c)
{
    return m->fit.panel.channel[c].path == PTL_MIX_CAUSE && m->fit.result.channel[c].spend > 0.0 &&
           m->fit.result.channel[c].verdict != PTL_NOT_IDENTIFIED;
}

bool ptl_mix_page_is_paid(const ptl_mix_page *m, int64_t c)
{
    return m->fit.panel.channel[c].path == PTL_MIX_CAUSE && m->fit.result.channel[c].spend > 0.0;
}

ptl_estimate ptl_mix_page_scaled(const ptl_mix_page *m, ptl_estimate e, double factor)
{
    const double k = m->margin * factor;
    return (ptl_estimate){e.point * k, e.low * k, e.high * k, e.probability};
}

/* --- the answer ------------------------------------------------------------------------------- */

/* The channels whose next euro returns most and least, among those on which the data spoke. */
static void find_ends(const ptl_mix_page *m, int64_t *best, int64_t *worst)
{
    *best = *worst = -1;
    for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++) {
        if (!ptl_mix_page_spoke(m, c)) continue;
        const double x = m->fit.result.channel[c].mroi.point;
        if (*best < 0 || x > m->fit.result.channel[*best].mroi.point) *best = c;
        if (*worst < 0 || x < m->fit.result.channel[*worst].mroi.point) *worst = c;
    }
}

static const char *headline(ptl_mix_page *m)
{
    int64_t best, worst;
    find_ends(m, &best, &worst);
    if (best < 0) return "The data did not speak on any channel. Test before you move money.";
    const char *const *label = m->fit.panel.channel_label;
    if (best == worst)
        return ptl_page_words(m->page, "Of one channel alone the data speak: %s.", label[best]);
    const ptl_estimate b = m->fit.result.channel[best].mroi, w = m->fit.result.channel[worst].mroi;
    if (b.low > w.high)
        return ptl_page_words(m->page, "The next euro earns more in %s than in %s.", label[best],
                              label[worst]);
    return ptl_page_words(m->page,
                          "No channel's next euro is surely better than another's; %s looks best.",
                          label[best]);
}

static const char *lede(ptl_mix_page *m)
{
    ptl_buffer *b = ptl_page_say(m->page);
    int64_t silent = 0;
    for (int64_t c = 0; c < m->fit.panel.data.n_channels; c++)
        silent += ptl_mix_page_is_paid(m, c) && !ptl_mix_page_spoke(m, c);
    ptl_buffer_printf(b, "%lld weeks to ", (long long)m->fit.panel.data.n_weeks);
    ptl_show_day_long(b, m->fit.panel.last);
    if (silent > 0)
        ptl_buffer_printf(b,
                          ". On %lld %s the data did not speak: no figure is stated for them, and "
                          "no plan may use one",
                          (long long)silent, silent == 1 ? "channel" : "channels");
    ptl_buffer_text(b, m->has_margin ? ". Outcomes are contribution before media."
                                     : ". Outcomes are revenue: no margin is known.");
    return ptl_page_said(m->page);
}

static void put_marks(ptl_mix_page *m)
{
    const ptl_mix_result *r = &m->fit.result;
    ptl_page *p = m->page;
    ptl_page_html(p, "<ul class=\"marks\"><li>");
    ptl_page_mark(p, ptl_page_mark_of(r->verdict),
                  ptl_page_words(p, "Mix model %lld, %s (R-hat %.3f, %lld divergent)",
                                 (long long)m->fit.run_id, ptl_verdict_text(r->verdict),
                                 r->r_hat_max, (long long)r->n_divergent));
    ptl_page_html(p, "</li><li>");
    if (m->fit.panel.n_experiments > 0)
        ptl_page_mark(p, "holds",
                      ptl_page_words(p, "Calibrated by %lld experiments",
                                     (long long)m->fit.panel.n_experiments));
    else
        ptl_page_mark(p, "look", "No experiment holds it: every figure is the model's alone");
    ptl_page_html(p, "</li></ul>\n");
}

static void put_answer(ptl_mix_page *m)
{
    ptl_page *p = m->page;
    ptl_page_html(p, "<section id=\"answer\">\n<h1>");
    ptl_page_text(p, headline(m));
    ptl_page_html(p, "</h1>\n<p class=\"lede\">");
    ptl_page_text(p, lede(m));
    ptl_page_html(p, "</p>\n");
    put_marks(m);
    ptl_page_section_end(p);
}

/* --- experiments and checks ------------------------------------------------------------------- */

static void put_experiments(ptl_mix_page *m)
{
    static const ptl_page_column columns[] = {
        {"Channel", false, false},      {"Measured", true, false},   {"Model alone", true, false},
        {"Sd without it", true, false}, {"Sd with it", true, false}, {"Agreement", false, false}};
    const ptl_mix_panel *panel = &m->fit.panel;
    ptl_page *p = m->page;
    ptl_page_section(p, "What each experiment moved", "revenue caused in its weeks");
    if (panel->n_experiments == 0) {
        ptl_page_html(p, "<p>No experiment calibrates the model. <code>portolan experiment "
                         "next</code> says which one would pay.</p>\n");
        ptl_page_section_end(p);
        return;
    }
    ptl_page_table(p, "experiments", NULL, columns, 6);
    for (int64_t i = 0; i < panel->n_experiments; i++) {
        const ptl_mix_experiment *e = &panel->experiment[i];
        const ptl_mix_experiment_result *r = &m->fit.result.experiment[i];
        const ptl_mix_move *move = r->move ? &r->move[e->channel_idx] : NULL;
        const ptl_estimate measured = {e->estimate, e->estimate - 1.645 * e->sd,
                                       e->estimate + 1.645 * e->sd, 0.9};
        const ptl_estimate without = {move ? move->sd_without : PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN},
                           with = {move ? move->sd_with : PTL_NAN, PTL_NAN, PTL_NAN, PTL_NAN};
        ptl_page_row(p, panel->channel_label[e->channel_idx]);
        ptl_page_cell_estimate(p, &measured, PTL_UNIT_MONEY);
        ptl_page_cell_estimate(p, &r->predicted_alone, PTL_UNIT_MONEY);
        ptl_page_cell_estimate(p, &without, PTL_UNIT_MONEY);
        ptl_page_cell_estimate(p, &with, PTL_UNIT_MONEY);
        ptl_page_cell_mark(p, r->conflict ? "look" : "holds",
                           r->conflict ? "conflict: the experiment rules" : "agree");
        ptl_page_row_end(p);
    }
    ptl_page_table_end(p);
    ptl_page_section_end(p);
}

static void put_checks(ptl_mix_page *m)
{
    static const ptl_page_column columns[] = {{"Check", false, false},
                                              {"Outcome", false, false},
                                              {"Measured", true, false},
                                              {"Limit", true, false},
                                              {"Advice", false, false}};
    static const char *const words[] = {"pass", "review", "fail"};
    static const char *const marks[] = {"holds", "look", "broken"};
    ptl_page *p = m->page;
    ptl_page_section(p, "Whether the sampling may be believed", NULL);
    ptl_page_table(p, "checks", NULL, columns, 5);
    for (int64_t i = 0; i < PTL_MCMC_CHECKS; i++) {
        const ptl_check *c = &m->fit.result.checks[i];
        ptl_page_row(p, c->id);
        ptl_page_cell_mark(p, marks[c->outcome], words[c->outcome]);
        ptl_page_cell(p, ptl_page_words(p, "%.4g", c->measured), NULL);
        ptl_page_cell(p, ptl_page_words(p, "%.4g", c->threshold), NULL);
        ptl_page_cell(p, c->outcome == PTL_PASS ? "" : c->advice, NULL);
        ptl_page_row_end(p);
    }
    ptl_page_table_end(p);
    for (int64_t i = 0; i < m->fit.panel.n_notes; i++) {
        ptl_page_html(p, "<p class=\"note\">");
        ptl_page_text(p, m->fit.panel.notes[i]);
        ptl_page_html(p, ".</p>\n");
    }
    ptl_page_section_end(p);
}

/* "104 weeks to 15 Nov" */
static void tell_period(ptl_mix_page *m)
{
    ptl_page *p = m->page;
    ptl_buffer *b = ptl_page_say(p);
    ptl_buffer_printf(b, "%lld weeks to ", (long long)m->fit.panel.data.n_weeks);
    ptl_show_day(b, m->fit.panel.last, ptl_date_of(p->setting.today).year);
    p->period.label = ptl_page_said(p);
    p->period.run = m->fit.run_id;
}

ptl_status ptl_mix_page_write(ptl_page *page, ptl_store *store, const ptl_workspace *workspace,
                              ptl_arena *arena, ptl_error *err)
{
    ptl_mix_page *m = ptl_arena_alloc(arena, sizeof *m, err);
    if (!m) return PTL_E_NO_MEMORY;
    *m = (ptl_mix_page){.page = page, .workspace = workspace, .arena = arena};
    const ptl_status st =
        ptl_mix_fitted_read(&m->fit, store, workspace, page->period.run, arena, err);
    if (st == PTL_E_NOT_FOUND && page->period.run == 0) {
        ptl_error_clear(err);
        ptl_page_answer(page, "No mix model has been fitted yet",
                        "A year of spend and orders by week says what each channel returned, where "
                        "the data speak, and where only a test would tell: portolan mix fit.");
        return PTL_OK;
    }
    PTL_TRY(st);
    tell_period(m);
    m->has_margin = m->fit.panel.margin > 0.0 && m->fit.panel.margin <= 1.0;
    m->margin = m->has_margin ? m->fit.panel.margin : 1.0;
    put_answer(m);
    ptl_mix_page_curves(m);
    ptl_mix_page_returns(m);
    PTL_TRY(ptl_mix_page_plan(m, err));
    ptl_mix_page_waterfall(m);
    put_experiments(m);
    put_checks(m);
    return PTL_OK;
}
