/* money_parts.c: the period by vertical, segment, place and campaign, beside channels.
 *
 * Each table shows the members that brought most, the others in one line, and what names none in
 * its own, so that its lines add up to the company. A split in which nothing is recorded has no
 * table. Verticals come first: they have owners, targets, and a chance to reach them. */
#include "pages/money_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct split_words {
    const char *title, *head, *note, *csv;
} split_words;

static const split_words words[PTL_MONEY_N_SPLITS] = {
    {"By vertical", "Vertical", "whose facts are whose: people/verticals.yaml", "money-verticals"},
    {"By segment", "Segment", "new and returning customers; media know no customers",
     "money-segments"},
    {"By place", "Place", "as recorded with orders and media", "money-places"},
    {"By campaign", "Campaign", "as recorded with the order, grade E", "money-campaigns"}};

static const char *const sums[] = {"revenue", "cm1", "media", "cm2", "new_customers"};
enum { N_SUMS = sizeof sums / sizeof *sums };

/* A line of the table: a member, or several together. */
typedef struct part {
    const char *member; /* NULL: others */
    int64_t n, exact[N_SUMS];
} part;

/* --- lines ------------------------------------------------------------------------------------ */

static part part_of(const ptl_money_view *v, ptl_money_split split, const char *member)
{
    part p = {.member = member, .n = 1};
    for (int i = 0; i < N_SUMS; i++) {
        const ptl_money_figure *f = ptl_money_part(v, split, sums[i], member);
        p.exact[i] = f ? f->exact : 0;
    }
    return p;
}

static bool is_empty(const part *p)
{
    for (int i = 0; i < N_SUMS; i++)
        if (p->exact[i] != 0) return false;
    return true;
}

/* Most revenue first, then most media; what names none last. */
static int most_first(const void *a, const void *b)
{
    const part *x = a, *y = b;
    if (!*x->member != !*y->member) return *x->member ? -1 : 1;
    if (x->exact[0] != y->exact[0]) return x->exact[0] > y->exact[0] ? -1 : 1;
    if (x->exact[2] != y->exact[2]) return x->exact[2] > y->exact[2] ? -1 : 1;
    return strcmp(x->member, y->member);
}

static bool is_met(const part *list, int64_t n, const char *member)
{
    for (int64_t i = 0; i < n; i++)
        if (strcmp(list[i].member, member) == 0) return true;
    return false;
}

/* The members of a split, each once. */
static int64_t gather(part list[PTL_PAGE_KEYS_MAX], const ptl_money_view *v, ptl_money_split split)
{
    int64_t n = 0;
    for (int64_t i = 0; i < v->parts[split].n && n < PTL_PAGE_KEYS_MAX; i++) {
        const ptl_money_figure *f = &v->parts[split].items[i];
        const bool counts = strcmp(f->name, "revenue") == 0 || strcmp(f->name, "media") == 0;
        if (!counts || is_met(list, n, f->member)) continue;
        list[n] = part_of(v, split, f->member);
        if (!is_empty(&list[n])) n++;
    }
    qsort(list, (size_t)n, sizeof *list, most_first);
    return n;
}

static void add(part *into, const part *p)
{
    into->n += p->n;
    for (int i = 0; i < N_SUMS; i++) into->exact[i] += p->exact[i];
}

/* Members beyond the table's length become one line, before what names none. */
static int64_t fold(part *list, int64_t n)
{
    const int64_t named = n - (n > 0 && !*list[n - 1].member);
    if (named <= PTL_MONEY_PARTS + 1) return n;
    part others = {0};
    for (int64_t i = PTL_MONEY_PARTS; i < named; i++) add(&others, &list[i]);
    list[PTL_MONEY_PARTS] = others;
    if (named < n) list[PTL_MONEY_PARTS + 1] = list[n - 1];
    return PTL_MONEY_PARTS + 1 + (named < n);
}

/* --- cells ------------------------------------------------------------------------------------ */

static void put_units(const ptl_money_view *v, double units)
{
    char exact[32] = "";
    if (ptl_money_known(units)) ptl_double_format(exact, units);
    ptl_page_cell_open(v->page, exact);
    if (*exact)
        ptl_show_money_short(&v->page->body, (int64_t)(units * 1e6), v->workspace->currency, 4);
    else
        ptl_page_text(v->page, NULL);
    ptl_page_cell_close(v->page);
}

static const char *name_of(const ptl_money_view *v, ptl_money_split split, const part *p)
{
    if (!p->member) return ptl_page_words(v->page, "%lld others", (long long)p->n);
    if (!*p->member) return "Not recorded";
    const ptl_vertical_config *c =
        split == PTL_MONEY_VERTICAL ? ptl_workspace_vertical(v->workspace, ptl_text_of(p->member))
                                    : NULL;
    return c ? c->label : p->member;
}

static void put_count(const ptl_money_view *v, int64_t n)
{
    char exact[32];
    (void)snprintf(exact, sizeof exact, "%lld", (long long)n);
    ptl_page_cell(v->page, ptl_page_words(v->page, "%lld", (long long)n), exact);
}

/* What one customer cost: a member's media over its customers. */
static void put_cac(const ptl_money_view *v, const part *p)
{
    const bool can_say = p->exact[2] != 0 && p->exact[4] > 0;
    put_units(v, can_say ? (double)p->exact[2] / 1e6 / (double)p->exact[4] : PTL_NAN);
}

static const ptl_course_part *course_of(const ptl_money_view *v, const char *member)
{
    for (int64_t i = 0; member && i < v->course.n_parts; i++)
        if (strcmp(v->course.parts[i].dimension, "vertical") == 0 &&
            strcmp(v->course.parts[i].member, member) == 0)
            return &v->course.parts[i];
    return NULL;
}

/* Owner, target of the period, and the chance of the target at its date. */
static void put_vertical(const ptl_money_view *v, const part *p)
{
    const char *member = p->member ? p->member : "";
    const ptl_vertical_config *c = ptl_workspace_vertical(v->workspace, ptl_text_of(member));
    const ptl_money_figure *f = ptl_money_part(v, PTL_MONEY_VERTICAL, v->primary, member);
    const ptl_course_part *course = course_of(v, p->member);
    char exact[32] = "";
    ptl_page_cell(v->page, c ? c->owner : "", NULL);
    put_units(v, f ? f->target : PTL_NAN);
    if (course && ptl_money_known(course->chance)) ptl_double_format(exact, course->chance);
    ptl_page_cell_open(v->page, exact);
    if (*exact)
        ptl_show_chance(&v->page->body, course->chance);
    else
        ptl_page_text(v->page, NULL);
    ptl_page_cell_close(v->page);
}

static void put_part(const ptl_money_view *v, ptl_money_split split, const part *p)
{
    const ptl_money_figure *revenue =
        p->member ? ptl_money_part(v, split, "revenue", p->member) : NULL;
    if (split == PTL_MONEY_VERTICAL && p->member && !ptl_page_sees(v->page, p->member)) return;
    ptl_page_row(v->page, name_of(v, split, p));
    ptl_page_cell_money(v->page, p->exact[0]);
    put_units(v, revenue ? revenue->previous : PTL_NAN);
    put_units(v, revenue ? revenue->year_ago : PTL_NAN);
    ptl_page_cell_money(v->page, p->exact[3]);
    ptl_page_cell_money(v->page, p->exact[2]);
    put_count(v, p->exact[4]);
    put_cac(v, p);
    if (split == PTL_MONEY_VERTICAL) put_vertical(v, p);
    ptl_page_row_end(v->page);
}

/* --- tables ----------------------------------------------------------------------------------- */

static const char *note_of(const ptl_money_view *v, ptl_money_split split)
{
    ptl_buffer *b = ptl_page_say(v->page);
    ptl_money_period_name(b, v->from, v->to);
    ptl_buffer_printf(b, "; %s", words[split].note);
    return ptl_page_said(v->page);
}

static void put_split(const ptl_money_view *v, ptl_money_split split)
{
    static const char *const heads[] = {
        "Revenue", "a month before", "a year before", "CM2", "Media", "Won", "Blended CAC"};
    enum { N_HEADS = sizeof heads / sizeof *heads };
    part list[PTL_PAGE_KEYS_MAX];
    ptl_page_column columns[N_HEADS + 4] = {{words[split].head, false, true}};
    int32_t n_columns = 1;
    const int64_t n = gather(list, v, split), shown = fold(list, n);
    if (n == 0 || (n == 1 && !*list[0].member)) return;
    for (int i = 0; i < N_HEADS; i++)
        columns[n_columns++] = (ptl_page_column){heads[i], true, true};
    if (split == PTL_MONEY_VERTICAL) {
        columns[n_columns++] = (ptl_page_column){"Owner", false, true};
        columns[n_columns++] = (ptl_page_column){
            ptl_page_words(v->page, "%s target", ptl_money_label(v, v->primary)), true, true};
        columns[n_columns++] = (ptl_page_column){"chance at its date", true, true};
    }
    ptl_page_section(v->page, words[split].title, note_of(v, split));
    ptl_page_table(v->page, words[split].csv,
                   "Lines add up to the company; what names none stands in its own. Blended CAC is "
                   "media over customers won.",
                   columns, n_columns);
    for (int64_t i = 0; i < shown; i++) put_part(v, split, &list[i]);
    ptl_page_table_end(v->page);
    ptl_page_section_end(v->page);
}

void ptl_money_put_parts(const ptl_money_view *v)
{
    for (int i = 0; i < PTL_MONEY_N_SPLITS; i++) put_split(v, (ptl_money_split)i);
}
