/* google.c: the report's form (google.h). What a total cannot say is written as two dashes. */
#include "simulate/google.h"

#include <stdio.h>

static void put_date(char out[40], ptl_day day)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    const ptl_date d = ptl_date_of(day);
    snprintf(out, 40, "%s %d, %d", months[(d.month - 1) % 12], (int)d.day, (int)d.year);
}

void ptl_google_head(ptl_google *g, ptl_day first, ptl_day last)
{
    char from[40], to[40], line[100];
    put_date(from, first);
    put_date(to, last);
    snprintf(line, sizeof line, "\"%s - %s\"", from, to);
    ptl_export_line(g->x, "Campaign performance");
    ptl_export_line(g->x, line);
    ptl_export_line(g->x, g->has_value ? "Day,Campaign,Campaign status,Currency code,Cost,Impr.,"
                                         "Clicks,Conversions,Conv. value"
                                       : "Day,Campaign,Campaign status,Currency code,Cost,Impr.,"
                                         "Clicks,Conversions");
}

static void put_figures(const ptl_google *g, const ptl_google_row *row)
{
    ptl_export_grouped(g->x, row->cents);
    ptl_export_int(g->x, row->seen);
    ptl_export_int(g->x, row->clicks);
    ptl_export_cents(g->x, 100 * row->conversions);
    if (g->has_value) ptl_export_grouped(g->x, row->value_cents);
    ptl_export_end(g->x);
}

void ptl_google_put(ptl_google *g, ptl_day day, const char *campaign, const char *currency,
                    const ptl_google_row *row)
{
    ptl_export_day(g->x, day);
    ptl_export_text(g->x, campaign);
    ptl_export_text(g->x, "Enabled");
    ptl_export_text(g->x, currency);
    put_figures(g, row);
    g->total.cents += row->cents;
    g->total.seen += row->seen;
    g->total.clicks += row->clicks;
    g->total.conversions += row->conversions;
    g->total.value_cents += row->value_cents;
}

void ptl_google_totals(ptl_google *g)
{
    static const char *const names[] = {"Total: Campaigns", "Total: Account"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ptl_export_text(g->x, names[i]);
        for (int k = 0; k < 3; k++) ptl_export_text(g->x, " --");
        put_figures(g, &g->total);
    }
}
