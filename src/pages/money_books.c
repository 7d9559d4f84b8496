/* money_books.c: what we count against what the company's books say, and who signed it. */
#include "pages/money_internal.h"

#include <string.h>

static bool agrees(const ptl_money_book *book)
{
    return strcmp(book->verdict, "reconciled") == 0;
}

/* How many periods are closed; lines come in the order of their periods. */
static int64_t count_periods(const ptl_money_view *v, bool signed_only)
{
    int64_t n = 0;
    for (int64_t i = 0; i < v->n_books; i++) {
        const bool starts = i == 0 || v->books[i].from != v->books[i - 1].from ||
                            v->books[i].to != v->books[i - 1].to;
        n += starts && (!signed_only || v->books[i].by);
    }
    return n;
}

static void put_words(const ptl_money_view *v)
{
    int64_t differing = 0;
    for (int64_t i = 0; i < v->n_books; i++) differing += !agrees(&v->books[i]);
    const long long periods = (long long)count_periods(v, false);
    const long long is_signed = (long long)count_periods(v, true);
    ptl_page_html(v->page, "<p>");
    if (differing == 0)
        ptl_page_printf(v->page, "All %lld lines of %lld closed periods agree within tolerance. ",
                        (long long)v->n_books, periods);
    else
        ptl_page_printf(v->page,
                        "%lld of %lld lines of %lld closed periods differ by more than "
                        "is tolerated. ",
                        (long long)differing, (long long)v->n_books, periods);
    if (is_signed == 0)
        ptl_page_html(v->page, "None is signed.");
    else
        ptl_page_printf(v->page, "Finance signed %lld of %lld.", is_signed, periods);
    ptl_page_html(v->page, "</p>\n");
}

/* --- one line --------------------------------------------------------------------------------- */

static const char *line_words(const char *line)
{
    static const char *const words[][2] = {{"revenue", "Revenue"},
                                           {"variable_cost", "Variable cost"},
                                           {"media", "Media"},
                                           {"cost", "Marketing's own costs"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(line, words[i][0]) == 0) return words[i][1];
    return line;
}

static void put_exact(const ptl_money_view *v, int64_t micros)
{
    const int64_t cents = micros >= 0 ? (micros + 5000) / 10000 : -((5000 - micros) / 10000);
    char exact[32];
    ptl_micros_format(exact, micros);
    ptl_page_cell_open(v->page, exact);
    ptl_show_money_exact(&v->page->body, cents * 10000, v->workspace->currency);
    ptl_page_cell_close(v->page);
}

enum { LEFT_LEAST = 500000 }; /* micros: what rounds to nothing is not shown as left */

static void put_verdict(const ptl_money_view *v, const ptl_money_book *book)
{
    ptl_page_cell_open(v->page, book->verdict);
    ptl_money_verdict(v, book->verdict);
    if (*book->why) ptl_page_printf(v->page, " by %s", book->why);
    if (!agrees(book) && (book->unexplained >= LEFT_LEAST || book->unexplained <= -LEFT_LEAST)) {
        ptl_page_html(v->page, "<br><span class=\"fine\">unexplained ");
        ptl_show_money_change(&v->page->body, book->unexplained, v->workspace->currency, 4);
        ptl_page_html(v->page, "</span>");
    }
    ptl_page_cell_close(v->page);
}

/* A signature of an older reconciliation says what was then. */
static void put_signature(const ptl_money_view *v, const ptl_money_book *book)
{
    ptl_page_cell_open(v->page, book->by ? book->by->actor : "");
    if (!book->by)
        ptl_page_mark(v->page, "waits", "not signed");
    else if (book->by->reconciliation != book->run_id)
        ptl_page_mark(v->page, "stale",
                      ptl_page_words(v->page, "%s, entry %lld, of an older count", book->by->actor,
                                     (long long)book->by->seq));
    else
        ptl_page_mark(
            v->page, "holds",
            ptl_page_words(v->page, "%s, entry %lld", book->by->actor, (long long)book->by->seq));
    ptl_page_cell_close(v->page);
}

static void put_book(const ptl_money_view *v, const ptl_money_book *book)
{
    char from[16];
    ptl_day_format(from, book->from);
    ptl_page_html(v->page, "<tr><th scope=\"row\" data-value=\"");
    ptl_page_text(v->page, from);
    ptl_page_html(v->page, "\">");
    ptl_money_period_name(&v->page->body, book->from, book->to);
    ptl_page_html(v->page, "</th>");
    v->page->column = 1;
    ptl_page_cell(v->page, line_words(book->line), book->line);
    put_exact(v, book->ours);
    put_exact(v, book->books);
    put_exact(v, book->difference);
    put_verdict(v, book);
    put_signature(v, book);
    ptl_page_row_end(v->page);
}

/* --- the section ------------------------------------------------------------------------------ */

/* The newest periods whole; of older ones the lines that differ. */
static int64_t put_rows(const ptl_money_view *v)
{
    int64_t shown = 0, periods = 0;
    for (int64_t i = v->n_books - 1; i >= 0 && shown < PTL_MONEY_LINES; i--) {
        const ptl_money_book *book = &v->books[i];
        if (i == v->n_books - 1 || book->from != v->books[i + 1].from) periods++;
        if (periods > PTL_MONEY_PERIODS && agrees(book)) continue;
        put_book(v, book);
        shown++;
    }
    return shown;
}

static void put_table(const ptl_money_view *v)
{
    static const ptl_page_column columns[] = {
        {"Period", false, true},   {"Line", false, true},           {"Ours", true, true},
        {"Books", true, true},     {"Ours less books", true, true}, {"Verdict", false, true},
        {"Signed by", false, true}};
    ptl_page_table(v->page, "books",
                   "A cause is a computed amount that comes near the difference; what no cause "
                   "explains is never shared out.",
                   columns, 7);
    const int64_t shown = put_rows(v);
    ptl_page_table_end(v->page);
    if (shown == v->n_books) return;
    ptl_page_html(v->page, "<p class=\"fine\">");
    ptl_page_printf(v->page,
                    "Showing %lld of %lld lines: the newest periods, and older lines that "
                    "differ. portolan reconcile show has all.",
                    (long long)shown, (long long)v->n_books);
    ptl_page_html(v->page, "</p>\n");
}

void ptl_money_put_books(const ptl_money_view *v)
{
    ptl_page_section(v->page, "Against the books", "closed periods, newest first");
    if (v->n_books == 0) {
        ptl_money_put_empty(
            v, "The company's books are not here",
            "With revenue and media by month as finance closed them, every period says whether "
            "these figures agree, why not, and who signed. Bring a file of period, line and "
            "amount.",
            "docs/reconcile.md: a source of table finance_close; then portolan reconcile run");
    } else {
        put_words(v);
        put_table(v);
    }
    ptl_page_section_end(v->page);
}
