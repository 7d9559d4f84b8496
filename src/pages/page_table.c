/* page_table.c: tables that sort, copy and print.
 *
 * A cell is text for the eye and an exact value for sorting and CSV. The columns say once which of
 * them are figures; a cell takes its class from its column. */
#include "pages/page_internal.h"

#include <stdio.h>
#include <string.h>

void ptl_page_table(ptl_page *page, const char *csv, const char *caption,
                    const ptl_page_column *columns, int32_t n_columns)
{
    page->n_columns = n_columns < PTL_PAGE_COLUMNS_MAX ? n_columns : PTL_PAGE_COLUMNS_MAX;
    ptl_page_html(page, "<table class=\"data\"");
    if (csv) ptl_buffer_printf(&page->body, " data-csv=\"%s\"", csv);
    ptl_page_html(page, ">");
    if (caption) {
        ptl_page_html(page, "<caption>");
        ptl_page_text(page, caption);
        ptl_page_html(page, "</caption>");
    }
    ptl_page_html(page, "<thead><tr>");
    for (int32_t i = 0; i < page->n_columns; i++) {
        page->is_figure[i] = columns[i].is_figure;
        ptl_buffer_printf(&page->body, "<th%s scope=\"col\"%s>",
                          columns[i].is_figure ? " class=\"n\"" : "",
                          columns[i].is_sortable ? " data-sort" : "");
        ptl_page_text(page, columns[i].head);
        ptl_page_html(page, "</th>");
    }
    ptl_page_html(page, "</tr></thead><tbody>\n");
}

void ptl_page_table_end(ptl_page *page)
{
    ptl_page_html(page, "</tbody></table>\n");
}

void ptl_page_row(ptl_page *page, const char *name)
{
    page->column = 1;
    ptl_page_html(page, "<tr><th scope=\"row\">");
    ptl_page_text(page, name);
    ptl_page_html(page, "</th>");
}

void ptl_page_row_end(ptl_page *page)
{
    ptl_page_html(page, "</tr>\n");
}

void ptl_page_cell_open(ptl_page *page, const char *exact)
{
    const bool figure = page->column < page->n_columns && page->is_figure[page->column];
    page->column++;
    ptl_page_html(page, figure ? "<td class=\"n\"" : "<td");
    if (exact) {
        ptl_page_html(page, " data-value=\"");
        ptl_page_text(page, exact);
        ptl_page_html(page, "\"");
    }
    ptl_page_html(page, ">");
}

void ptl_page_cell_close(ptl_page *page)
{
    ptl_page_html(page, "</td>");
}

void ptl_page_cell(ptl_page *page, const char *text, const char *exact)
{
    ptl_page_cell_open(page, exact);
    ptl_page_text(page, text);
    ptl_page_cell_close(page);
}

void ptl_page_cell_money(ptl_page *page, int64_t micros)
{
    char exact[32];
    ptl_micros_format(exact, micros);
    ptl_page_cell_open(page, exact);
    ptl_page_money(page, micros);
    ptl_page_cell_close(page);
}

void ptl_page_cell_count(ptl_page *page, int64_t n)
{
    char exact[32];
    snprintf(exact, sizeof exact, "%lld", (long long)n);
    ptl_page_cell_open(page, exact);
    ptl_page_count(page, n);
    ptl_page_cell_close(page);
}

/* The first letters of the first and the last word: one character each, of UTF-8 all its bytes. */
static void put_initials(ptl_page *page, const char *name)
{
    const char *at[2] = {name, strrchr(name, ' ')};
    for (int i = 0; i < 2 && at[i]; i++) {
        char letter[8] = "";
        const char *from = at[i] + i;
        size_t n = *from ? 1 : 0;
        while (n > 0 && n < 4 && ((unsigned char)from[n] & 0xC0) == 0x80) n++;
        (void)snprintf(letter, sizeof letter, "%.*s", (int)n, from);
        if (letter[0] >= 'a' && letter[0] <= 'z') letter[0] = (char)(letter[0] - 32);
        ptl_page_text(page, letter);
    }
}

void ptl_page_cell_owner(ptl_page *page, const char *name)
{
    ptl_page_cell_open(page, name ? name : "");
    ptl_buffer_printf(&page->body,
                      "<span class=\"owner%s\"><i class=\"disc\" aria-hidden=\"true\">",
                      name ? "" : " none");
    if (name) put_initials(page, name);
    ptl_page_html(page, "</i>");
    ptl_page_text(page, name);
    ptl_page_html(page, "</span>");
    ptl_page_cell_close(page);
}

void ptl_page_cell_mark(ptl_page *page, const char *mark, const char *word)
{
    ptl_page_cell_open(page, NULL);
    ptl_page_mark(page, mark, word);
    ptl_page_cell_close(page);
}

void ptl_page_cell_estimate(ptl_page *page, const ptl_estimate *estimate, ptl_unit unit)
{
    char exact[32];
    ptl_double_format(exact, estimate->point);
    const bool known = estimate->point >= -9e12 && estimate->point <= 9e12;
    ptl_page_cell_open(page, known ? exact : "");
    ptl_show_estimate(&page->body, estimate, unit, page->setting.currency, false);
    ptl_page_cell_close(page);
}
