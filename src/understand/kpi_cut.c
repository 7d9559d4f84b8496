/* kpi_cut.c: days by campaign, place, segment and vertical, beside days by channel.
 *
 * Invariants. 1. Every fact stands in one member of each dimension; what records nothing there
 * stands in member 0, "not recorded". 2. A day's members add up to the company's day, to the
 * millionth: sums are kept with what rounding leaves (a rest of billionths), each is rounded once,
 * and what the company's own rounding by channel and currency differs by, some millionths, falls
 * to the largest member of that day. 3. Memory is bounded: members beyond the ceiling count
 * together as "(other)" (kpi_members.c), and a member takes memory with its first fact. */
#include "understand/kpi_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 * PTL_KPI_CUT_MEMBERS_MAX + 1, OTHER = 1, BILLION = 1000000000 };

static const char *const dimensions[PTL_N_CUTS] = {"campaign", "geo", "segment", "vertical"};

/* --- members ---------------------------------------------------------------------------------- */

static ptl_status take_arrays(ptl_cut *c, ptl_arena *arena, ptl_error *err)
{
    const int64_t n = PTL_KPI_CUT_MEMBERS_MAX;
    c->members = ptl_arena_array(arena, n, sizeof *c->members, err);
    c->verticals = ptl_arena_array(arena, n, sizeof *c->verticals, err);
    c->media = ptl_arena_array(arena, n, sizeof *c->media, err);
    c->cells = ptl_arena_array(arena, n, sizeof *c->cells, err);
    c->active = ptl_arena_array(arena, n, sizeof *c->active, err);
    c->contracts = ptl_arena_array(arena, n, sizeof *c->contracts, err);
    c->steps = ptl_arena_array(arena, n, sizeof *c->steps, err);
    c->seen = ptl_arena_array(arena, 2 * n * PTL_N_GRAINS, sizeof *c->seen, err);
    c->slots = ptl_arena_array(arena, SLOTS, sizeof *c->slots, err);
    const bool whole = c->members && c->verticals && c->media && c->cells && c->active &&
                       c->contracts && c->steps && c->seen && c->slots;
    return whole ? PTL_OK : PTL_E_NO_MEMORY;
}

static int32_t *slot_of(const ptl_cut *c, ptl_text text)
{
    uint64_t h = UINT64_C(1469598103934665603);
    for (size_t i = 0; i < text.len; i++) h = (h ^ (uint8_t)text.ptr[i]) * UINT64_C(1099511628211);
    for (uint64_t at = h % SLOTS;; at = (at + 1) % SLOTS) {
        const int32_t found = c->slots[at];
        if (found == 0 || ptl_text_equal(ptl_text_of(c->members[found - 1]), text))
            return &c->slots[at];
    }
}

static ptl_status add_member(int32_t *out, ptl_kpi *k, int dimension, ptl_text text, ptl_error *err)
{
    static const ptl_vertical_key keys[] = {[PTL_CUT_CAMPAIGN] = PTL_VERTICAL_CAMPAIGNS,
                                            [PTL_CUT_GEO] = PTL_VERTICAL_GEOS,
                                            [PTL_CUT_SEGMENT] = PTL_VERTICAL_SEGMENTS};
    ptl_cut *c = &k->cuts[dimension];
    int32_t *slot = slot_of(c, text);
    *out = *slot - 1;
    if (*slot) return PTL_OK;
    const char *copy = ptl_text_copy(text, k->arena, err);
    if (!copy) return PTL_E_NO_MEMORY;
    *out = (int32_t)c->n++;
    *slot = *out + 1;
    c->members[*out] = copy;
    if (dimension == PTL_CUT_VERTICAL) return PTL_OK;
    c->verticals[*out] = ptl_workspace_verticals(k->workspace, keys[dimension], text);
    if (dimension == PTL_CUT_CAMPAIGN)
        c->media[*out] = ptl_workspace_verticals(k->workspace, PTL_VERTICAL_MEDIA, text);
    return PTL_OK;
}

/* Days of one more member. */
static ptl_status take_days(ptl_kpi *k, ptl_cut *c, int32_t member, ptl_error *err)
{
    c->cells[member] = ptl_arena_array(k->arena, k->n_days, sizeof **c->cells, err);
    c->active[member] = ptl_arena_array(k->arena, 2 * k->periods.n, sizeof **c->active, err);
    return c->cells[member] && c->active[member] ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_cut_name(ptl_kpi *k, ptl_cut_dimension dimension, ptl_text text, ptl_error *err)
{
    int32_t member;
    return add_member(&member, k, (int)dimension, text, err);
}

ptl_status ptl_cut_member(int32_t *out, ptl_kpi *k, ptl_cut_dimension dimension, ptl_text text,
                          ptl_error *err)
{
    ptl_cut *c = &k->cuts[dimension];
    *out = c->recent;
    if (ptl_text_equal(ptl_text_of(c->members[c->recent]), text)) return PTL_OK;
    const int32_t found = *slot_of(c, text);
    *out = found ? found - 1 : OTHER;
    if (!c->cells[*out]) PTL_TRY(take_days(k, c, *out, err));
    if (found) c->recent = *out;
    return PTL_OK;
}

static ptl_status make_cut(ptl_kpi *k, int dimension, ptl_error *err)
{
    static const char *const segments[] = {"new", "returning", "unidentified"};
    ptl_cut *c = &k->cuts[dimension];
    int32_t member;
    c->dimension = dimensions[dimension];
    PTL_TRY(take_arrays(c, k->arena, err));
    PTL_TRY(add_member(&member, k, dimension, PTL_TEXT(""), err));
    PTL_TRY(take_days(k, c, member, err));
    if (dimension == PTL_CUT_CAMPAIGN || dimension == PTL_CUT_GEO)
        PTL_TRY(add_member(&member, k, dimension, PTL_TEXT("(other)"), err));
    for (int i = 0; dimension == PTL_CUT_SEGMENT && i < 3; i++) {
        PTL_TRY(add_member(&member, k, dimension, ptl_text_of(segments[i]), err));
        PTL_TRY(take_days(k, c, member, err));
    }
    for (int64_t i = 0; dimension == PTL_CUT_VERTICAL && i < k->workspace->n_verticals; i++) {
        PTL_TRY(
            add_member(&member, k, dimension, ptl_text_of(k->workspace->verticals[i].name), err));
        PTL_TRY(take_days(k, c, member, err));
    }
    return PTL_OK;
}

ptl_status ptl_cuts_make(ptl_kpi *k, ptl_error *err)
{
    const ptl_workspace *w = k->workspace;
    for (int i = 0; i < PTL_N_CUTS; i++) PTL_TRY(make_cut(k, i, err));
    PTL_TRY(ptl_cuts_fill(k, err));
    k->channel_verticals =
        ptl_arena_array(k->arena, k->n_channels, sizeof *k->channel_verticals, err);
    k->channel_paid = ptl_arena_array(k->arena, k->n_channels, sizeof *k->channel_paid, err);
    k->channel_marketing =
        ptl_arena_array(k->arena, k->n_channels, sizeof *k->channel_marketing, err);
    if (!k->channel_verticals || !k->channel_paid || !k->channel_marketing) return PTL_E_NO_MEMORY;
    for (int64_t c = 0; c < k->n_channels; c++) {
        const ptl_text name = ptl_text_of(k->channels[c].member);
        const ptl_channel_config *governed = name.len > 0 ? ptl_workspace_channel(w, name) : NULL;
        k->channel_verticals[c] = ptl_workspace_verticals(w, PTL_VERTICAL_CHANNELS, name);
        k->channel_paid[c] = governed && governed->paid;
        k->channel_marketing[c] = governed && governed->marketing;
    }
    return PTL_OK;
}

uint64_t ptl_cut_product(const ptl_kpi *k, ptl_text product)
{
    return ptl_workspace_verticals(k->workspace, PTL_VERTICAL_PRODUCTS, product);
}

int32_t ptl_cut_vertical(const ptl_kpi *k, ptl_text name)
{
    const int32_t found = *slot_of(&k->cuts[PTL_CUT_VERTICAL], name);
    return found ? found - 1 : 0;
}

void ptl_cut_settle(ptl_kpi *k, ptl_cut_place *place, int64_t channel, uint64_t product,
                    bool is_media)
{
    uint64_t bits = k->channel_verticals[channel] & product;
    for (int i = 0; i < PTL_CUT_VERTICAL; i++) bits &= k->cuts[i].verticals[place->member[i]];
    if (is_media) bits |= k->cuts[PTL_CUT_CAMPAIGN].media[place->member[PTL_CUT_CAMPAIGN]];
    place->member[PTL_CUT_VERTICAL] = bits ? 1 + __builtin_ctzll(bits) : 0;
}

/* --- adding up -------------------------------------------------------------------------------- */

ptl_cut_money ptl_cut_money_of(int64_t micros, int64_t rate_e9)
{
    int64_t product;
    if (rate_e9 == BILLION) return (ptl_cut_money){micros, 0};
    if (__builtin_mul_overflow(micros, rate_e9, &product)) {
        const ptl_wide wide = (ptl_wide)micros * rate_e9;
        const int64_t rest = (int64_t)(wide % BILLION);
        const int64_t whole = (int64_t)(wide / BILLION);
        return rest < 0 ? (ptl_cut_money){whole - 1, (int32_t)(rest + BILLION)}
                        : (ptl_cut_money){whole, (int32_t)rest};
    }
    const int64_t whole = product / BILLION, rest = product % BILLION;
    return rest < 0 ? (ptl_cut_money){whole - 1, (int32_t)(rest + BILLION)}
                    : (ptl_cut_money){whole, (int32_t)rest};
}

static ptl_cut_cell *cell_at(const ptl_kpi *k, int dimension, const ptl_cut_place *place,
                             ptl_day day)
{
    return &k->cuts[dimension].cells[place->member[dimension]][day - k->span.first];
}

void ptl_cut_add_all(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, const ptl_daily *measures,
                     const ptl_cut_money *money, int n)
{
    for (int i = 0; i < PTL_N_CUTS; i++) {
        ptl_cut_cell *cell = cell_at(k, i, place, day);
        for (int m = 0; m < n; m++) {
            const int64_t rest = (int64_t)cell->rest[measures[m]] + money[m].rest;
            const bool carry = rest >= BILLION;
            cell->d[measures[m]] += money[m].micros + carry;
            cell->rest[measures[m]] = (int32_t)(carry ? rest - BILLION : rest);
        }
    }
}

void ptl_cut_add(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, ptl_daily measure,
                 ptl_cut_money money)
{
    ptl_cut_add_all(k, place, day, &measure, &money, 1);
}

void ptl_cut_count(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, ptl_daily measure,
                   int64_t n)
{
    for (int i = 0; i < PTL_N_CUTS; i++) cell_at(k, i, place, day)->d[measure] += n;
}

/* Periods that hold the day, and those whose same weekdays a year before do. */
static void count_active(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, int64_t serial,
                         bool is_ago)
{
    int32_t at[PTL_N_GRAINS];
    for (int g = 0; g < PTL_N_GRAINS; g++) at[g] = k->periods.at[g][day - k->span.first];
    for (int i = 0; i < PTL_N_CUTS; i++) {
        ptl_cut *c = &k->cuts[i];
        const int32_t member = place->member[i];
        int64_t *seen = &c->seen[((int64_t)member * 2 + is_ago) * PTL_N_GRAINS];
        int64_t *active = c->active[member] + (is_ago ? k->periods.n : 0);
        for (int g = 0; g < PTL_N_GRAINS; g++) {
            const int64_t mark = serial << 20 | (at[g] + 1);
            if (at[g] < 0 || seen[g] == mark) continue;
            seen[g] = mark;
            active[at[g]]++;
        }
    }
}

void ptl_cut_active(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, int64_t serial)
{
    count_active(k, place, day, serial, false);
    if (day + PTL_YEAR_DAYS <= k->span.last)
        count_active(k, place, day + PTL_YEAR_DAYS, serial, true);
}

ptl_status ptl_cut_step(ptl_kpi *k, const ptl_cut_place *place, ptl_day day, int step,
                        const ptl_step *what, ptl_error *err)
{
    for (int i = 0; i < PTL_N_CUTS; i++) {
        ptl_step **steps = &k->cuts[i].steps[place->member[i]];
        if (i == PTL_CUT_SEGMENT) continue; /* leads and deals are not customers yet */
        if (!*steps)
            *steps = ptl_arena_array(k->arena, PTL_N_STEPS * k->periods.n, sizeof **steps, err);
        if (!*steps) return PTL_E_NO_MEMORY;
        for (int g = 0; g < PTL_N_GRAINS; g++) {
            const int32_t period = k->periods.at[g][day - k->span.first];
            if (period < 0) continue;
            ptl_step *at = &(*steps)[step * k->periods.n + period];
            at->entered += what->entered;
            at->passed += what->passed;
            at->lost += what->lost;
            at->worth += what->worth;
        }
    }
    return PTL_OK;
}

/* --- closing: every day adds up --------------------------------------------------------------- */

enum { N_CLOSED = PTL_N_DAILY_MONEY + 1 }; /* and orders, whose lines may stand in two members */

static ptl_daily closed_measure(int i)
{
    return i < PTL_N_DAILY_MONEY ? (ptl_daily)i : PTL_DAILY_ORDERS;
}

typedef struct day_close {
    int64_t lacking[N_CLOSED], most[N_CLOSED], largest[N_CLOSED];
} day_close;

static void round_cell(ptl_cut_cell *cell)
{
    const int32_t half = BILLION / 2;
    for (int i = 0; i < PTL_N_DAILY_MONEY; i++) {
        cell->d[i] += cell->rest[i] > half || (cell->rest[i] == half && cell->d[i] % 2 != 0);
        cell->rest[i] = 0;
    }
}

static void take_cell(day_close *c, const ptl_cut_cell *cell, int64_t member)
{
    for (int i = 0; i < N_CLOSED; i++) {
        const int64_t value = cell->d[closed_measure(i)];
        c->lacking[i] -= value;
        if (llabs(value) <= c->most[i]) continue;
        c->most[i] = llabs(value);
        c->largest[i] = member;
    }
}

static int64_t company_day(const ptl_kpi *k, ptl_daily measure, int64_t day)
{
    const bool is_influenced = measure == PTL_DAILY_INFLUENCED;
    const bool is_paid = measure == PTL_DAILY_PAID_MEDIA || measure == PTL_DAILY_PAID_REVENUE;
    const ptl_daily of = measure == PTL_DAILY_PAID_MEDIA ? PTL_DAILY_MEDIA
                         : is_paid || is_influenced      ? PTL_DAILY_REVENUE
                                                         : measure;
    int64_t sum = 0;
    for (int64_t c = 0; c < k->n_channels; c++)
        if (is_influenced ? k->channel_marketing[c] : !is_paid || k->channel_paid[c])
            sum += k->daily[of][day * k->n_channels + c];
    return sum;
}

static void derive(ptl_cut_cell *cell)
{
    int64_t *d = cell->d;
    d[PTL_DAILY_REVENUE_RETENTION] =
        d[PTL_DAILY_REVENUE] - d[PTL_DAILY_REVENUE_NEW] - d[PTL_DAILY_REVENUE_NOBODY];
}

/* What the members of a day lack falls to the largest of them, of equal ones to the first. */
static void close_day(ptl_cut *cut, const int64_t *company, int64_t day)
{
    day_close c = {0};
    for (int i = 0; i < N_CLOSED; i++) c.lacking[i] = company[i];
    for (int64_t m = 0; m < cut->n; m++)
        if (cut->cells[m]) {
            round_cell(&cut->cells[m][day]);
            take_cell(&c, &cut->cells[m][day], m);
        }
    for (int i = 0; i < N_CLOSED; i++)
        cut->cells[c.largest[i]][day].d[closed_measure(i)] += c.lacking[i];
    for (int64_t m = 0; m < cut->n; m++)
        if (cut->cells[m]) derive(&cut->cells[m][day]);
}

void ptl_cuts_close(ptl_kpi *k)
{
    int64_t company[N_CLOSED];
    for (int64_t day = 0; day < k->n_days; day++) {
        for (int i = 0; i < N_CLOSED; i++) company[i] = company_day(k, closed_measure(i), day);
        for (int i = 0; i < PTL_N_CUTS; i++) close_day(&k->cuts[i], company, day);
    }
}
