/* page.c: text and sections of a page, and how it ends (see page.h). */
#include "pages/page_internal.h"

#include "base/asset.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[PTL_N_CHART_KINDS] = {
#define PTL_CHART_NAME(name, text) text,
    PTL_CHART_KIND_LIST(PTL_CHART_NAME)
#undef PTL_CHART_NAME
};

const char *ptl_chart_kind_name(ptl_chart_kind kind)
{
    return kind_names[kind];
}

ptl_page_setting ptl_page_setting_of(const ptl_workspace *workspace, ptl_day last)
{
    return (ptl_page_setting){.company = workspace->company,
                              .locale = workspace->locale,
                              .currency = workspace->currency,
                              .zone = ptl_zone_name(workspace->zone),
                              .today = last + 1};
}

void ptl_page_init(ptl_page *page, const ptl_page_setting *setting)
{
    *page = (ptl_page){.setting = *setting};
    ptl_arena_init(&page->texts, PTL_PAGE_BYTES_MAX, NULL);
    ptl_buffer_init(&page->words, PTL_PAGE_BYTES_MAX, NULL);
    ptl_buffer_init(&page->body, PTL_PAGE_BYTES_MAX, NULL);
    ptl_buffer_init(&page->evidence, PTL_PAGE_BYTES_MAX, NULL);
    ptl_buffer_init(&page->charts, PTL_PAGE_BYTES_MAX, NULL);
    ptl_buffer_init(&page->figures, PTL_PAGE_BYTES_MAX, NULL);
    ptl_json_init_buffer(&page->charts_json, &page->charts, 0, NULL);
    ptl_json_init_buffer(&page->figures_json, &page->figures, 0, NULL);
    ptl_json_array(&page->charts_json);
    ptl_json_object(&page->figures_json);
}

void ptl_page_dispose(ptl_page *page)
{
    ptl_arena_dispose(&page->texts);
    ptl_buffer_dispose(&page->words);
    ptl_buffer_dispose(&page->body);
    ptl_buffer_dispose(&page->evidence);
    ptl_buffer_dispose(&page->charts);
    ptl_buffer_dispose(&page->figures);
}

bool ptl_page_sees(const ptl_page *page, const char *vertical)
{
    return !page->sees || !*vertical || page->sees(page->verticals, ptl_text_of(vertical));
}

/* --- text ------------------------------------------------------------------------------------- */

void ptl_page_html(ptl_page *page, const char *markup)
{
    ptl_buffer_text(&page->body, markup);
}

void ptl_page_text(ptl_page *page, const char *text)
{
    ptl_show_html(&page->body, ptl_text_of(text ? text : "none"));
}

ptl_buffer *ptl_page_say(ptl_page *page)
{
    ptl_buffer_clear(&page->words);
    return &page->words;
}

const char *ptl_page_said(ptl_page *page)
{
    char *text = page->words.status == PTL_OK
                     ? ptl_text_copy(ptl_buffer_borrow(&page->words), &page->texts, NULL)
                     : NULL;
    if (!text && page->body.status == PTL_OK) page->body.status = PTL_E_NO_MEMORY;
    return text ? text : "";
}

/* What fits; a sentence longer than that is no sentence. */
static void format_words(char out[2048], const char *format, va_list args)
{
    if (vsnprintf(out, 2048, format, args) < 0) out[0] = '\0';
}

const char *ptl_page_words(ptl_page *page, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    format_words(text, format, args);
    va_end(args);
    ptl_buffer_text(ptl_page_say(page), text);
    return ptl_page_said(page);
}

void ptl_page_printf(ptl_page *page, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    format_words(text, format, args);
    va_end(args);
    ptl_page_text(page, text);
}

void ptl_page_money(ptl_page *page, int64_t micros)
{
    ptl_show_money_whole(&page->body, micros, page->setting.currency);
}

void ptl_page_money_short(ptl_page *page, int64_t micros)
{
    ptl_show_money_short(&page->body, micros, page->setting.currency, 4);
}

void ptl_page_count(ptl_page *page, int64_t n)
{
    ptl_show_count(&page->body, n);
}

void ptl_page_day(ptl_page *page, ptl_day day)
{
    ptl_show_day(&page->body, day, ptl_date_of(page->setting.today).year);
}

void ptl_page_answer(ptl_page *page, const char *sentence, const char *lede)
{
    ptl_page_html(page, "<section id=\"answer\">\n<h1>");
    ptl_page_text(page, sentence);
    ptl_page_html(page, "</h1>\n");
    if (lede) {
        ptl_page_html(page, "<p class=\"lede\">");
        ptl_page_text(page, lede);
        ptl_page_html(page, "</p>\n");
    }
    ptl_page_section_end(page);
}

void ptl_page_section(ptl_page *page, const char *heading, const char *note)
{
    ptl_page_html(page, "<section>\n<header><h2>");
    ptl_page_text(page, heading);
    ptl_page_html(page, "</h2>");
    if (note) {
        ptl_page_html(page, "<p>");
        ptl_page_text(page, note);
        ptl_page_html(page, "</p>");
    }
    ptl_page_html(page, "</header>\n");
}

void ptl_page_section_end(ptl_page *page)
{
    ptl_page_html(page, "</section>\n");
}

void ptl_page_slot(ptl_page *page, const char *name)
{
    ptl_buffer_printf(&page->body, "<div data-slot=\"%s\"></div>\n", name);
}

void ptl_page_slot_of(ptl_page *page, const char *name, const char *of)
{
    ptl_buffer_printf(&page->body, "<div data-slot=\"%s\" data-of=\"", name);
    ptl_page_text(page, of);
    ptl_page_html(page, "\"></div>");
}

void ptl_page_mark(ptl_page *page, const char *mark, const char *word)
{
    ptl_buffer_printf(&page->body, "<span class=\"v %s\">", mark);
    ptl_page_text(page, word);
    ptl_page_html(page, "</span>");
}

/* What is wrong, what it touches, what to do about it: three columns, where there is room. */
static void put_wide_finding(ptl_page *page, const ptl_page_finding *finding)
{
    ptl_buffer_printf(&page->body, "<li class=\"%s wide\"><div><h3>", finding->mark);
    ptl_page_text(page, finding->title);
    ptl_page_html(page, "</h3><p>");
    ptl_page_text(page, finding->text);
    ptl_page_html(page, "</p></div><p class=\"effect\"><span>Effect</span> ");
    ptl_page_text(page, finding->effect);
    ptl_page_html(page, "</p><p class=\"do\"><b>");
    ptl_page_text(page, finding->action);
    ptl_page_html(page, "</b> <span>");
    ptl_page_text(page, finding->who ? finding->who : "No owner");
    ptl_page_html(page, "</span></p></li>\n");
}

void ptl_page_put_finding(ptl_page *page, const ptl_page_finding *finding)
{
    if (finding->effect) {
        put_wide_finding(page, finding);
        return;
    }
    ptl_buffer_printf(&page->body, "<li class=\"%s\"><h3>", finding->mark);
    ptl_page_text(page, finding->title);
    ptl_page_html(page, "</h3><p>");
    ptl_page_text(page, finding->text);
    ptl_page_html(page, "</p><p class=\"who\"><span>");
    ptl_page_text(page, finding->who ? finding->who : "No owner");
    ptl_page_html(page, "</span> <span>");
    ptl_page_text(page, finding->action);
    ptl_page_html(page, "</span></p></li>\n");
}

const char *ptl_page_mark_of(ptl_verdict verdict)
{
    switch (verdict) {
    case PTL_CONVERGED:
        return "holds";
    case PTL_INACCURATE:
        return "look";
    case PTL_NOT_CONVERGED:
        return "broken";
    case PTL_NOT_IDENTIFIED:
        return "unidentified";
    }
    return "look";
}

/* --- ends ------------------------------------------------------------------------------------- */

static ptl_status settle(ptl_page *page, ptl_error *err)
{
    if (page->open_chart) return ptl_fail(err, PTL_E_INTERNAL, "a chart of the page is still open");
    ptl_json_array_end(&page->charts_json);
    ptl_json_object_end(&page->figures_json);
    PTL_TRY(ptl_json_finish(&page->charts_json));
    PTL_TRY(ptl_json_finish(&page->figures_json));
    PTL_TRY(ptl_buffer_check(&page->body, "the page", err));
    PTL_TRY(ptl_buffer_check(&page->evidence, "the page's evidence", err));
    PTL_TRY(ptl_buffer_check(&page->charts, "the page's charts", err));
    return ptl_buffer_check(&page->figures, "the page's figures", err);
}

static void put_data(ptl_json *j, const ptl_page *page)
{
    char today[16];
    ptl_day_format(today, page->setting.today);
    ptl_json_object(j);
    ptl_json_put_int(j, "format", 1);
    ptl_json_put_string(j, "locale", page->setting.locale);
    ptl_json_put_string(j, "currency", page->setting.currency);
    ptl_json_put_string(j, "zone", page->setting.zone);
    ptl_json_put_string(j, "today", today);
    if (page->setting.address) ptl_json_put_string(j, "address", page->setting.address);
    ptl_json_key(j, "charts");
    ptl_json_raw(j, ptl_buffer_borrow(&page->charts));
    ptl_json_key(j, "figures");
    ptl_json_raw(j, ptl_buffer_borrow(&page->figures));
    ptl_json_object_end(j);
}

static void put_asset(ptl_buffer *out, const char *path)
{
    const ptl_asset *asset = ptl_asset_find(path);
    if (asset) ptl_buffer_append(out, asset->bytes, asset->len);
}

static void put_scripts(ptl_buffer *out, const ptl_page *page)
{
    ptl_buffer_text(out, "<script>");
    put_asset(out, "web/dist/review.js");
    ptl_buffer_text(out, "</script>\n");
    for (int k = 0; k < PTL_CHART_LINE; k++) {
        if (!page->uses[k]) continue;
        char path[64];
        snprintf(path, sizeof path, "web/dist/chart-%s.js", kind_names[k]);
        ptl_buffer_text(out, "<script>");
        put_asset(out, path);
        ptl_buffer_text(out, "</script>\n");
    }
}

/* No text may end the script element: every < is written as its escape. */
static void put_json_safely(ptl_buffer *out, ptl_text json)
{
    size_t from = 0;
    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] != '<') continue;
        ptl_buffer_append(out, json.ptr + from, i - from);
        ptl_buffer_text(out, "\\u003c");
        from = i + 1;
    }
    ptl_buffer_append(out, json.ptr + from, json.len - from);
}

static void put_head(ptl_buffer *out, const ptl_page *page, const char *title)
{
    ptl_buffer_printf(out,
                      "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">"
                      "<meta name=\"viewport\" content=\"width=device-width, "
                      "initial-scale=1\">\n<meta name=\"generator\" content=\"Portolan " PTL_VERSION
                      "\">\n<title>",
                      page->setting.locale);
    ptl_show_html(out, ptl_text_of(title));
    ptl_buffer_text(out, ", ");
    ptl_show_html(out, ptl_text_of(page->setting.company));
    ptl_buffer_text(out, "</title>\n<style>");
    put_asset(out, "web/dist/review.css");
    if (page->style) put_asset(out, page->style);
    ptl_buffer_text(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#answer\">To the "
                         "answer</a>\n<main id=\"review\" class=\"page\">\n");
}

static void put_bar(ptl_buffer *out, const char *left, const char *right)
{
    ptl_buffer_text(out, "<header class=\"bar\"><p>");
    ptl_show_html(out, ptl_text_of(left));
    ptl_buffer_text(out, "</p><p>");
    ptl_show_html(out, ptl_text_of(right));
    ptl_buffer_text(out, "</p></header>\n");
}

static void put_evidence(ptl_buffer *out, const ptl_page *page)
{
    if (page->evidence.len == 0) return;
    ptl_buffer_text(out, "<section class=\"evidence\"><h2>Evidence</h2><ol>\n");
    ptl_buffer_append(out, page->evidence.ptr, page->evidence.len);
    ptl_buffer_text(out, "</ol></section>\n");
}

ptl_status ptl_page_write(ptl_buffer *out, ptl_page *page, const char *title, const char *bar_left,
                          const char *bar_right, ptl_error *err)
{
    PTL_TRY(settle(page, err));
    put_head(out, page, title);
    put_bar(out, bar_left, bar_right);
    ptl_buffer_append(out, page->body.ptr, page->body.len);
    put_evidence(out, page);
    ptl_buffer_text(out, "</main>\n<script type=\"application/json\" id=\"data\">");
    ptl_buffer data;
    ptl_json json;
    ptl_buffer_init(&data, PTL_PAGE_BYTES_MAX, NULL);
    ptl_json_init_buffer(&json, &data, 0, err);
    put_data(&json, page);
    const ptl_status st = ptl_json_finish(&json);
    put_json_safely(out, ptl_buffer_borrow(&data));
    ptl_buffer_dispose(&data);
    ptl_buffer_text(out, "</script>\n");
    put_scripts(out, page);
    ptl_buffer_text(out, "</body>\n</html>\n");
    return st == PTL_OK ? ptl_buffer_check(out, "the page", err) : st;
}

ptl_status ptl_page_part(ptl_json *out, ptl_page *page, const char *title, ptl_error *err)
{
    PTL_TRY(settle(page, err));
    put_evidence(&page->body, page);
    PTL_TRY(ptl_buffer_check(&page->body, "the page", err));
    ptl_json_object(out);
    ptl_json_put_string(out, "title", title);
    ptl_json_put_text(out, "html", ptl_buffer_borrow(&page->body));
    ptl_json_key(out, "data");
    put_data(out, page);
    ptl_json_key(out, "kinds");
    ptl_json_array(out);
    for (int k = 0; k < PTL_CHART_LINE; k++)
        if (page->uses[k]) ptl_json_string(out, kind_names[k]);
    ptl_json_array_end(out);
    ptl_json_object_end(out);
    return PTL_OK;
}
