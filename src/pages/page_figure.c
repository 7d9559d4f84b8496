/* page_figure.c: figures with their evidence, and charts with their data.
 *
 * A figure in the text, the same figure on paper and in the panel beside it are written from one
 * struct, so they cannot differ. */
#include "pages/page_internal.h"

#include <stdio.h>
#include <string.h>

/* --- figures ---------------------------------------------------------------------------------- */

/* FNV-1a: keys are few and ours, the hash only says whether one was written before. */
static uint64_t hash_of(const char *key)
{
    uint64_t h = 14695981039346656037u;
    for (; *key; key++) h = (h ^ (unsigned char)*key) * 1099511628211u;
    return h;
}

static bool is_new(ptl_page *page, const char *key)
{
    const uint64_t h = hash_of(key);
    for (int64_t i = 0; i < page->n_keys; i++)
        if (page->keys[i] == h) return false;
    if (page->n_keys == PTL_PAGE_KEYS_MAX) return false;
    page->keys[page->n_keys++] = h;
    return true;
}

static void put_optional(ptl_json *j, const char *key, const char *text)
{
    if (text) ptl_json_put_string(j, key, text);
}

static void put_values(ptl_json *j, const ptl_page_figure *f)
{
    ptl_json_put_double(j, "value", f->value);
    ptl_json_put_double(j, "lo", f->low);
    ptl_json_put_double(j, "hi", f->high);
    ptl_json_put_double(j, "probability", f->probability);
    ptl_json_put_string(j, "unit", ptl_unit_name(f->unit));
    if (f->is_signed) ptl_json_put_bool(j, "signed", true);
    if (!f->reference) return;
    ptl_json_key(j, "reference");
    ptl_json_object(j);
    ptl_json_put_double(j, "value", f->reference_value);
    ptl_json_put_string(j, "label", f->reference);
    ptl_json_object_end(j);
}

static void put_evidence_data(ptl_json *j, const ptl_page_figure *f)
{
    ptl_json_key(j, f->key);
    ptl_json_object(j);
    ptl_json_put_string(j, "text", f->text);
    ptl_json_put_string(j, "what", f->what);
    put_values(j, f);
    put_optional(j, "interval", f->interval);
    ptl_json_put_string(j, "verdict", f->verdict);
    put_optional(j, "mark", f->mark);
    ptl_json_put_string(j, "kind", f->kind);
    put_optional(j, "grade", f->grade);
    ptl_json_put_string(j, "run", f->run ? f->run : "");
    ptl_json_put_string(j, "window", f->window ? f->window : "");
    put_optional(j, "calibrated", f->calibrated);
    put_optional(j, "checks", f->checks);
    ptl_json_put_string(j, "repeat", f->repeat ? f->repeat : "");
    if (f->ledger_seq > 0) {
        char seq[24];
        snprintf(seq, sizeof seq, "%lld", (long long)f->ledger_seq);
        ptl_json_put_string(j, "ledger", seq);
    }
    ptl_json_object_end(j);
}

static void put_part(ptl_buffer *out, const char *before, const char *text)
{
    if (!text || !*text) return;
    ptl_buffer_text(out, before);
    ptl_show_html(out, ptl_text_of(text));
}

/* The note on paper, and for readers without script. */
static void put_evidence_note(ptl_buffer *out, const ptl_page_figure *f)
{
    ptl_buffer_printf(out, "<li id=\"ev-%s\"><b>", f->key);
    ptl_show_html(out, ptl_text_of(f->text));
    ptl_buffer_text(out, "</b> ");
    ptl_show_html(out, ptl_text_of(f->what));
    put_part(out, "; ", f->kind);
    put_part(out, "; ", f->interval);
    if (!f->interval && f->low <= f->high) {
        ptl_buffer_text(out, "; ");
        ptl_show_range(out, f->low, f->high, ptl_show_digits(f->value, f->low, f->high, f->unit));
        ptl_buffer_printf(out, " at %.0f%%", 100 * f->probability);
    }
    put_part(out, "; ", f->verdict);
    put_part(out, "; grade ", f->grade);
    put_part(out, "; ", f->window);
    put_part(out, "; ", f->calibrated);
    put_part(out, "; ", f->checks);
    put_part(out, "; ", f->run);
    if (f->repeat) {
        ptl_buffer_text(out, "; <code>");
        ptl_show_html(out, ptl_text_of(f->repeat));
        ptl_buffer_text(out, "</code>");
    }
    ptl_buffer_text(out, "</li>\n");
}

void ptl_page_cite(ptl_page *page, const ptl_page_figure *figure, const char *classes)
{
    ptl_page_figure f = *figure;
    ptl_buffer text;
    ptl_buffer_init(&text, 256, NULL);
    if (!f.text) {
        ptl_show_value(&text, f.value, ptl_show_digits(f.value, f.low, f.high, f.unit), f.unit,
                       page->setting.currency, f.is_signed);
        ptl_buffer_append(&text, "", 1);
        f.text = ptl_buffer_borrow(&text).ptr;
    }
    ptl_buffer_printf(&page->body, "<a class=\"figure%s%s\" data-figure=\"%s\" href=\"#ev-%s\">",
                      *classes ? " " : "", classes, f.key, f.key);
    ptl_page_text(page, f.text);
    ptl_page_html(page, "</a>");
    if (is_new(page, f.key)) {
        put_evidence_data(&page->figures_json, &f);
        put_evidence_note(&page->evidence, &f);
    }
    ptl_buffer_dispose(&text);
}

ptl_page_figure ptl_page_counted(const char *key, const char *what, int64_t micros, const char *run,
                                 const char *window, const char *repeat)
{
    return (ptl_page_figure){.key = key,
                             .what = what,
                             .value = (double)micros / 1e6,
                             .low = PTL_NAN,
                             .high = PTL_NAN,
                             .probability = PTL_NAN,
                             .unit = PTL_UNIT_MONEY,
                             .verdict = "counted",
                             .kind = "counted",
                             .run = run,
                             .window = window,
                             .repeat = repeat};
}

/* --- charts ----------------------------------------------------------------------------------- */

static void put_chart_evidence(ptl_json *j, const ptl_page_chart *c)
{
    ptl_json_key(j, "evidence");
    ptl_json_object(j);
    ptl_json_put_string(j, "text", c->evidence);
    ptl_json_put_string(j, "verdict", c->verdict);
    ptl_json_put_string(j, "run", c->run);
    put_optional(j, "figure", c->figure);
    ptl_json_object_end(j);
}

ptl_json *ptl_page_chart_open(ptl_page *page, const ptl_page_chart *c)
{
    const char *kind = ptl_chart_kind_name(c->kind);
    ptl_json *j = &page->charts_json;
    page->uses[c->kind] = true;
    page->open_chart = true;
    ptl_buffer_printf(&page->body,
                      "<figure class=\"chart\" data-chart=\"%s\" data-id=\"%s\">\n<figcaption>",
                      kind, c->id);
    ptl_page_text(page, c->title);
    ptl_page_html(page, "</figcaption>\n");
    ptl_json_object(j);
    ptl_json_put_string(j, "id", c->id);
    ptl_json_put_string(j, "kind", kind);
    ptl_json_put_string(j, "title", c->title);
    ptl_json_put_string(j, "quantity", c->quantity);
    ptl_json_put_string(j, "band", c->band ? c->band : "");
    ptl_json_put_double(j, "probability", c->probability);
    ptl_json_put_string(j, "unit", ptl_unit_name(c->unit));
    put_optional(j, "noun", c->noun);
    if (c->is_signed) ptl_json_put_bool(j, "signed", true);
    put_chart_evidence(j, c);
    return j;
}

void ptl_page_chart_end(ptl_page *page)
{
    ptl_json_object_end(&page->charts_json);
    ptl_page_html(page, "</figure>\n");
    page->open_chart = false;
}
