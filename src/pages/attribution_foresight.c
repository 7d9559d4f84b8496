/* attribution_foresight.c: what methods know of persons they have not seen, as the run judged it.
 *
 * A method that foresees better describes journeys better; it need not be nearer to what channels
 * cause, and the page says so. */
#include "pages/attribution_internal.h"

#include <math.h>
#include <string.h>

typedef struct foresight {
    double auc, log_loss, base, gap;
} foresight;

static foresight foresight_of(const ptl_told_run *told, int32_t method)
{
    const ptl_text name = ptl_text_of(ptl_told_methods[method].name);
    return (foresight){.auc = ptl_told_value(told, "foresight_auc", name),
                       .log_loss = ptl_told_value(told, "foresight_log_loss", name),
                       .base = ptl_told_value(told, "foresight_log_loss_base", name),
                       .gap = ptl_told_value(told, "foresight_gap", name)};
}

/* The method with the least log loss; -1: none was judged. And the most that any has. */
static int32_t best_of(double *most, const ptl_told_run *told)
{
    int32_t best = -1;
    double least = HUGE_VAL;
    *most = -HUGE_VAL;
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        const double loss = foresight_of(told, m).log_loss;
        if (loss > *most) *most = loss;
        if (!(loss < least)) continue;
        least = loss;
        best = m;
    }
    return best;
}

static void put_number(ptl_page *page, double x)
{
    ptl_page_cell(page, isfinite(x) ? ptl_page_words(page, "%.4f", x) : NULL, NULL);
}

static void put_table(const ptl_journeys_view *v)
{
    static const ptl_page_column columns[] = {{"Method", false, false},
                                              {"AUC", true, true},
                                              {"Log loss", true, true},
                                              {"Without channels", true, false},
                                              {"Off by", true, true}};
    ptl_page_table(v->page, "foresight",
                   "AUC: how often a converting journey had the higher chance. Log loss, in nats, "
                   "against one chance for all. Off by: promised less observed, mean of parts",
                   columns, 5);
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        const foresight f = foresight_of(v->told, m);
        if (isnan(f.auc)) continue;
        ptl_page_row(v->page, ptl_journeys_method(v, m));
        put_number(v->page, f.auc);
        put_number(v->page, f.log_loss);
        put_number(v->page, f.base);
        put_number(v->page, f.gap);
        ptl_page_row_end(v->page);
    }
    ptl_page_table_end(v->page);
}

/* --- do chances come true --------------------------------------------------------------------- */

typedef struct bin {
    double predicted, observed, low, high, n;
} bin;

/* Wilson's score interval of a share, 95 %: it stays within [0, 1] and is no point at zero. */
static void wilson(bin *b)
{
    const double z = 1.959963984540054, z2 = z * z / b->n;
    const double middle = (b->observed + z2 / 2.0) / (1.0 + z2);
    const double half =
        z * sqrt(b->observed * (1.0 - b->observed) / b->n + z2 / (4.0 * b->n)) / (1.0 + z2);
    b->low = fmax(0.0, middle - half);
    b->high = fmin(1.0, middle + half);
}

static int32_t bins_of(bin out[], int32_t max, const ptl_told_run *told, const char *method)
{
    const ptl_told_range n = ptl_told_range_of(told, "calibration_n");
    const ptl_told_range expected = ptl_told_range_of(told, "calibration_expected");
    const ptl_told_range observed = ptl_told_range_of(told, "calibration_observed");
    int32_t count = 0;
    for (int64_t k = 0; k < n.n && count < max; k++) {
        const ptl_text member = ptl_column_text(told->figures.member, n.from + k);
        if (!ptl_text_equal(ptl_told_side(member, false), ptl_text_of(method))) continue;
        bin *b = &out[count];
        b->n = ptl_column_double(told->figures.value, n.from + k);
        if (!(b->n > 0.0)) continue;
        b->predicted = ptl_column_double(told->figures.value, expected.from + k) / b->n;
        b->observed = ptl_column_double(told->figures.value, observed.from + k) / b->n;
        wilson(b);
        count++;
    }
    return count;
}

static void put_bin(ptl_json *j, const bin *b)
{
    ptl_json_object(j);
    ptl_json_put_double(j, "predicted", b->predicted);
    ptl_json_put_double(j, "observed", b->observed);
    ptl_json_put_double(j, "lo", b->low);
    ptl_json_put_double(j, "hi", b->high);
    ptl_json_put_double(j, "n", b->n);
    ptl_json_object_end(j);
}

static void put_bin_row(ptl_page *page, const bin *b)
{
    const ptl_estimate e = {b->observed, b->low, b->high, 0.95};
    ptl_page_row(page, ptl_page_words(page, "%.1f in 100", 100.0 * b->predicted));
    ptl_page_cell_estimate(page, &e, PTL_UNIT_SHARE);
    ptl_page_cell_count(page, llround(b->n));
    ptl_page_row_end(page);
}

static int32_t count_kept(const bin *bins, int32_t n)
{
    int32_t kept = 0;
    for (int32_t i = 0; i < n; i++)
        kept += bins[i].low <= bins[i].predicted && bins[i].predicted <= bins[i].high;
    return kept;
}

static void put_calibration(const ptl_journeys_view *v, int32_t method)
{
    static const ptl_page_column columns[] = {
        {"Promised", false, false}, {"Observed, 95%", true, false}, {"Journeys", true, false}};
    enum { MAX = 100 };
    bin bins[MAX];
    const int32_t n = bins_of(bins, MAX, v->told, ptl_told_methods[method].name);
    if (n < 2) return;
    const int32_t kept = count_kept(bins, n);
    const ptl_page_chart chart = {
        .kind = PTL_CHART_CALIBRATION,
        .id = "calibration",
        .title = ptl_page_words(
            v->page, "%s: %d of %d promised chances came true, of persons not seen before",
            ptl_journeys_method(v, method), kept, n),
        .quantity = ptl_page_words(v->page, "Share that ended in a %s, in 100", v->goal),
        .band = "bars hold 95%",
        .probability = 0.95,
        .unit = PTL_UNIT_SHARE,
        .evidence = ptl_page_words(v->page, "Journeys of persons held out, %s", v->run),
        .verdict = kept * 4 >= n * 3 ? "kept" : "inconclusive",
        .run = v->run};
    ptl_json *j = ptl_page_chart_open(v->page, &chart);
    ptl_json_put_string(j, "across",
                        ptl_page_words(v->page, "predicted chance of a %s, in 100", v->goal));
    ptl_json_put_string(j, "things", "journeys per bin");
    ptl_json_put_string(j, "verdict", chart.verdict);
    ptl_json_put_string(j, "run", v->run);
    ptl_json_key(j, "series");
    ptl_json_object(j);
    ptl_json_key(j, "bins");
    ptl_json_array(j);
    for (int32_t i = 0; i < n; i++) put_bin(j, &bins[i]);
    ptl_json_array_end(j);
    ptl_json_object_end(j);
    ptl_page_table(v->page, NULL, NULL, columns, 3);
    for (int32_t i = 0; i < n; i++) put_bin_row(v->page, &bins[i]);
    ptl_page_table_end(v->page);
    ptl_page_chart_end(v->page);
}

static void put_sentence(const ptl_journeys_view *v, int32_t best, double most)
{
    const foresight f = foresight_of(v->told, best);
    ptl_page_html(v->page, "<p>");
    if (f.log_loss < f.base)
        ptl_page_printf(v->page,
                        "Of persons held out, %s has the least log loss, %.4f against %.4f for one "
                        "chance for all; methods lie within %.4f of each other. ",
                        ptl_told_methods[best].label, f.log_loss, f.base, most - f.log_loss);
    else
        ptl_page_printf(v->page,
                        "No method foresees persons held out better than one chance for all "
                        "(log loss %.4f): which channels were touched says little here. ",
                        f.base);
    ptl_page_html(v->page, "Foreseeing well is describing well, not measuring effect.</p>\n");
}

/* --- from quarter to quarter -------------------------------------------------------------------
 */

/* How much of a method's shares changes channel between neighbouring quarters of the period. */
static int32_t count_steady(double *least, double *most, const ptl_told_run *told)
{
    int32_t n = 0;
    *least = HUGE_VAL;
    *most = -HUGE_VAL;
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        const double moved =
            ptl_told_value(told, "stability_moved", ptl_text_of(ptl_told_methods[m].name));
        if (isnan(moved)) continue;
        *least = fmin(*least, moved);
        *most = fmax(*most, moved);
        n++;
    }
    return n;
}

static void put_stability(const ptl_journeys_view *v)
{
    static const ptl_page_column columns[] = {{"Method", false, false},
                                              {"Changes channel", true, false},
                                              {"At most", true, false},
                                              {"Rank correlation", true, false}};
    double least, most;
    if (count_steady(&least, &most, v->told) == 0) return;
    ptl_page_section(v->page, "Whether methods stay with what they say",
                     "shares by quarter of the period");
    ptl_page_html(v->page, "<p>");
    ptl_page_printf(v->page,
                    "From one quarter of the period to the next, between %.0f%% and %.0f%% of what "
                    "a method gives out changes channel: market, spending and chance together.",
                    100.0 * least, 100.0 * most);
    ptl_page_html(v->page, "</p>\n");
    ptl_page_table(v->page, "stability",
                   "Share that changes channel from quarter to quarter, on average and at most; "
                   "whether the order of channels holds: 1 as it was, 0 anyhow",
                   columns, 4);
    for (int32_t m = 0; m < PTL_TOLD_METHODS; m++) {
        const ptl_text name = ptl_text_of(ptl_told_methods[m].name);
        const double moved = ptl_told_value(v->told, "stability_moved", name);
        if (isnan(moved)) continue;
        ptl_page_row(v->page, ptl_journeys_method(v, m));
        put_number(v->page, moved);
        put_number(v->page, ptl_told_value(v->told, "stability_moved_most", name));
        put_number(v->page, ptl_told_value(v->told, "stability_rank", name));
        ptl_page_row_end(v->page);
    }
    ptl_page_table_end(v->page);
    ptl_page_section_end(v->page);
}

void ptl_journeys_put_foresight(const ptl_journeys_view *v)
{
    double most;
    const int32_t best = best_of(&most, v->told);
    if (best < 0) return;
    ptl_page_section(v->page, "What methods foresee", "journeys of persons held out");
    put_sentence(v, best, most);
    put_table(v);
    put_calibration(v, best);
    ptl_page_section_end(v->page);
    put_stability(v);
}
