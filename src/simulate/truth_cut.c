/* truth_cut.c: what each campaign, place and vertical brought and cost, as the exports record it.
 *
 * Counted while the company lives, in cents of each day and currency; converted once. What an order
 * does not record stands with the last member, "". Media belong to a campaign, and through it to a
 * place and a vertical; an order's line to its own vertical, the order to that of its first line.
 */
#include "simulate/truth_kpi.h"

#include <string.h>

static void add_name(ptl_truth_cut *c, const char *name)
{
    c->members[c->n++] = name;
}

static void name_members(ptl_truth *t, const ptl_truth_cut_spec *spec)
{
    ptl_truth_cut *c = t->kpi->cuts;
    const ptl_climate *climate = t->climate;
    c[PTL_TRUTH_CAMPAIGN].name = "campaign";
    c[PTL_TRUTH_GEO].name = "geo";
    c[PTL_TRUTH_VERTICAL].name = "vertical";
    for (int32_t i = 0; i < climate->n_campaigns; i++)
        add_name(&c[PTL_TRUTH_CAMPAIGN], climate->campaigns[i].name);
    for (int32_t i = 0; i < spec->n_more; i++) add_name(&c[PTL_TRUTH_CAMPAIGN], spec->more[i]);
    for (int32_t i = 0; i < PTL_SIM_CURRENCIES; i++) add_name(&c[PTL_TRUTH_GEO], ptl_sim_places[i]);
    for (int32_t i = 0; i < spec->n_verticals; i++)
        add_name(&c[PTL_TRUTH_VERTICAL], spec->verticals[i]);
    for (int i = 0; i < PTL_TRUTH_CUTS; i++) add_name(&c[i], "");
}

static int32_t member_of(const ptl_truth_cut *c, int32_t member)
{
    return member >= 0 ? member : c->n - 1;
}

ptl_status ptl_truth_cut_init(ptl_truth *t, const ptl_truth_cut_spec *spec, ptl_arena *arena,
                              ptl_error *err)
{
    ptl_truth_cut *c = t->kpi->cuts;
    name_members(t, spec);
    for (int32_t i = 0; i < t->climate->n_campaigns; i++) {
        const ptl_campaign *p = &t->climate->campaigns[i];
        c[PTL_TRUTH_CAMPAIGN].media[i] = i;
        c[PTL_TRUTH_GEO].media[i] = member_of(&c[PTL_TRUTH_GEO], p->place);
        c[PTL_TRUTH_VERTICAL].media[i] = member_of(&c[PTL_TRUTH_VERTICAL], spec->vertical_of(p));
    }
    for (int i = 0; i < PTL_TRUTH_CUTS; i++) {
        c[i].cells = ptl_arena_array(arena, t->climate->n_days * c[i].n * PTL_SIM_CURRENCIES,
                                     sizeof *c[i].cells, err);
        if (!c[i].cells) return PTL_E_NO_MEMORY;
    }
    return PTL_OK;
}

static ptl_truth_cut_cell *cell_at(const ptl_truth *t, int cut, int64_t day, int32_t member,
                                   int32_t currency)
{
    const ptl_truth_cut *c = &t->kpi->cuts[cut];
    return &c->cells[(day * c->n + member_of(c, member)) * PTL_SIM_CURRENCIES + currency];
}

/* --- counting -------------------------------------------------------------------------------- */

static void add_money(ptl_truth_cut_cell *c, const ptl_truth_line *l, bool is_won, bool is_paid)
{
    c->net += l->net;
    c->variable += l->variable;
    c->won_net += is_won ? l->net : 0;
    c->paid_net += is_paid ? l->net : 0;
}

void ptl_truth_cut_sale(ptl_truth *t, const ptl_truth_sale *s, bool wins, bool is_won_order)
{
    const bool is_paid = ptl_truth_is_paid(t, s->recorded);
    for (int cut = 0; cut < PTL_TRUTH_CUTS; cut++)
        for (int32_t i = 0; i < s->n_lines; i++) {
            const int32_t member =
                cut == PTL_TRUTH_VERTICAL ? s->lines[i].vertical : s->member[cut];
            ptl_truth_cut_cell *c = cell_at(t, cut, s->day, member, s->currency);
            add_money(c, &s->lines[i], is_won_order, is_paid);
            if (i > 0) continue;
            c->orders += !s->is_refund;
            c->won += wins;
            c->paid_won += wins && is_paid;
        }
}

static void add_deal(ptl_truth *t, const ptl_truth_deal *d, int cut, int32_t member)
{
    cell_at(t, cut, d->sql_day, member, d->currency)->opened++;
    if (d->closed_day < 0) return;
    ptl_truth_cut_cell *closed = cell_at(t, cut, d->closed_day, member, d->currency);
    closed->deals_won += d->won;
    closed->deals_lost += !d->won;
    closed->bookings += d->won ? d->cents : 0;
}

void ptl_truth_cut_deal(ptl_truth *t, const ptl_truth_deal *d)
{
    cell_at(t, PTL_TRUTH_CAMPAIGN, d->lead_day, d->campaign, d->currency)->leads++;
    cell_at(t, PTL_TRUTH_GEO, d->lead_day, -1, d->currency)->leads++;
    cell_at(t, PTL_TRUTH_VERTICAL, d->lead_day, -1, d->currency)->leads++;
    if (d->sql_day < 0) return;
    add_deal(t, d, PTL_TRUTH_CAMPAIGN, d->campaign);
    add_deal(t, d, PTL_TRUTH_GEO, d->currency);
    add_deal(t, d, PTL_TRUTH_VERTICAL, d->vertical);
}

/* --- writing --------------------------------------------------------------------------------- */

typedef struct sums {
    ptl_truth_cut_cell n; /* counts in numbers, money in euro micros */
    int64_t media, paid_media;
} sums;

static void add_cell(sums *s, const ptl_truth *t, const ptl_truth_cut_cell *c, int32_t currency,
                     int64_t day)
{
    const ptl_climate *k = t->climate;
    s->n.orders += c->orders;
    s->n.won += c->won;
    s->n.paid_won += c->paid_won;
    s->n.leads += c->leads;
    s->n.opened += c->opened;
    s->n.deals_won += c->deals_won;
    s->n.deals_lost += c->deals_lost;
    s->n.net += ptl_climate_convert(k, c->net, currency, day);
    s->n.variable += ptl_climate_convert(k, c->variable, currency, day);
    s->n.won_net += ptl_climate_convert(k, c->won_net, currency, day);
    s->n.paid_net += ptl_climate_convert(k, c->paid_net, currency, day);
    s->n.bookings += ptl_climate_convert(k, c->bookings, currency, day);
}

static void add_media(sums *s, const ptl_truth *t, int cut, int32_t member, int64_t day)
{
    const ptl_climate *c = t->climate;
    for (int32_t i = 0; i < c->n_campaigns; i++) {
        const ptl_campaign *p = &c->campaigns[i];
        if (t->kpi->cuts[cut].media[i] != member) continue;
        const int64_t micros =
            ptl_climate_convert(c, ptl_climate_campaign_cents(c, i, day), p->currency, day);
        s->media += micros;
        s->paid_media += c->media[p->channel].weekly_cents > 0.0 ? micros : 0;
    }
}

static sums sum_of(const ptl_truth *t, int cut, int32_t member, int64_t from, int64_t to)
{
    sums s = {0};
    for (int64_t day = from; day <= to; day++) {
        for (int32_t k = 0; k < PTL_SIM_CURRENCIES; k++)
            add_cell(&s, t, cell_at(t, cut, day, member, k), k, day);
        add_media(&s, t, cut, member, day);
    }
    return s;
}

int64_t ptl_truth_cut_cm2(const ptl_truth *t, int cut, int32_t member)
{
    const sums s = sum_of(t, cut, member, 0, t->climate->n_days - 1);
    return s.n.net - s.n.variable - s.media;
}

static void put_ratio(ptl_json *j, const char *key, int64_t above, double scale, int64_t below)
{
    if (above != 0 && below != 0)
        ptl_json_put_double(j, key, (double)above / scale / (double)below);
}

static void put_sums(ptl_json *j, const sums *s)
{
    ptl_json_put_int(j, "orders", s->n.orders);
    ptl_json_put_int(j, "new_customers", s->n.won);
    ptl_json_put_micros(j, "revenue", s->n.net);
    ptl_json_put_micros(j, "revenue_new", s->n.won_net);
    ptl_json_put_micros(j, "cm1", s->n.net - s->n.variable);
    ptl_json_put_micros(j, "media", s->media);
    ptl_json_put_micros(j, "cm2", s->n.net - s->n.variable - s->media);
    put_ratio(j, "cac_blended", s->media, 1e6, s->n.won);
    put_ratio(j, "cac_paid", s->paid_media, 1e6, s->n.paid_won);
    if (s->paid_media != 0)
        ptl_json_put_double(j, "roas_attributed", (double)s->n.paid_net / (double)s->paid_media);
    ptl_json_put_int(j, "leads", s->n.leads);
    ptl_json_put_int(j, "opportunities", s->n.opened);
    ptl_json_put_int(j, "deals_won", s->n.deals_won);
    ptl_json_put_int(j, "deals_lost", s->n.deals_lost);
    ptl_json_put_micros(j, "bookings", s->n.bookings);
}

static void put_period(ptl_json *j, const ptl_truth *t, int cut, int32_t member, int g, int32_t p)
{
    static const char *const grains[PTL_TRUTH_GRAINS] = {"month", "quarter", "year", "all"};
    const int64_t from = t->kpi->from[g][p], to = t->kpi->to[g][p];
    const sums s = sum_of(t, cut, member, from, to);
    char day[16];
    ptl_json_object(j);
    ptl_json_put_string(j, "dimension", t->kpi->cuts[cut].name);
    ptl_json_put_string(j, "member", t->kpi->cuts[cut].members[member]);
    ptl_json_put_string(j, "grain", grains[g]);
    ptl_day_format(day, t->climate->first + (ptl_day)from);
    ptl_json_put_string(j, "from", day);
    put_sums(j, &s);
    ptl_json_object_end(j);
}

void ptl_truth_cut_write(ptl_json *j, const ptl_truth *t)
{
    ptl_json_key(j, "cuts");
    ptl_json_array(j);
    for (int cut = 0; cut < PTL_TRUTH_CUTS; cut++)
        for (int32_t m = 0; m < t->kpi->cuts[cut].n; m++)
            for (int g = 0; g < PTL_TRUTH_GRAINS; g++)
                for (int32_t p = 0; p < ptl_truth_periods(t, (ptl_truth_grain)g); p++)
                    put_period(j, t, cut, m, g, p);
    ptl_json_array_end(j);
}
