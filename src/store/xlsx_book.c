/* xlsx_book.c: what stands in the workbook beside its sheets (ECMA-376, part 1: 18.2 workbook, 18.4
 * shared strings, 18.8 styles). */
#include "store/xlsx_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- sheets ----------------------------------------------------------------------------------- */

static char *keep(ptl_xlsx_xml *xml, const char *text)
{
    char *copy = ptl_text_copy(ptl_text_of(text), &xml->book->arena, xml->err);
    if (!copy) ptl_xlsx_stop(xml, PTL_E_NO_MEMORY);
    return copy;
}

static bool is_true(const char *value)
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static void workbook_start(ptl_xlsx_xml *xml, const char *name, const char **attributes)
{
    ptl_xlsx *book = xml->book;
    if (strcmp(name, "workbookPr") == 0)
        book->is_1904 = is_true(ptl_xlsx_attribute(attributes, "date1904"));
    if (strcmp(name, "sheet") != 0) return;
    const char *sheet = ptl_xlsx_attribute(attributes, "name");
    const char *state = ptl_xlsx_attribute(attributes, "state");
    const char *relation = ptl_xlsx_attribute(attributes, "id");
    if (!sheet || !relation) return;
    if (book->n_sheets == PTL_XLSX_SHEETS_MAX) {
        ptl_xlsx_stop(xml, ptl_fail(xml->err, PTL_E_LIMIT, "%s has more than %d sheets", book->name,
                                    PTL_XLSX_SHEETS_MAX));
        return;
    }
    book->sheets[book->n_sheets++] =
        (ptl_xlsx_sheet){.name = keep(xml, sheet),
                         .relation = keep(xml, relation),
                         .is_hidden = state && strcmp(state, "visible") != 0};
}

/* Where a sheet lies is told by a list of its own, relative to xl/. */
static void relation_start(ptl_xlsx_xml *xml, const char *name, const char **attributes)
{
    const char *id = ptl_xlsx_attribute(attributes, "Id");
    const char *target = ptl_xlsx_attribute(attributes, "Target");
    if (strcmp(name, "Relationship") != 0 || !id || !target) return;
    ptl_xlsx *book = xml->book;
    for (int64_t i = 0; i < book->n_sheets; i++) {
        if (!book->sheets[i].relation || strcmp(book->sheets[i].relation, id) != 0) continue;
        book->sheets[i].member = target[0] == '/'
                                     ? keep(xml, target + 1)
                                     : ptl_text_format(&book->arena, xml->err, "xl/%s", target);
        if (!book->sheets[i].member) ptl_xlsx_stop(xml, PTL_E_NO_MEMORY);
    }
}

static ptl_status read_sheets(ptl_xlsx *book, ptl_error *err)
{
    book->sheets = ptl_arena_array(&book->arena, PTL_XLSX_SHEETS_MAX, sizeof *book->sheets, err);
    if (!book->sheets) return PTL_E_NO_MEMORY;
    ptl_xlsx_xml workbook = {.start = workbook_start}, relations = {.start = relation_start};
    PTL_TRY(ptl_xlsx_parse(&workbook, book, "xl/workbook.xml", err));
    return ptl_xlsx_parse(&relations, book, "xl/_rels/workbook.xml.rels", err);
}

/* --- styles ----------------------------------------------------------------------------------- */

/* Formats that every program knows by number (18.8.30); the gaps are numbers. */
static ptl_xlsx_style builtin_style(int64_t id)
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58))
        return PTL_XLSX_DAY;
    if ((id >= 18 && id <= 22) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47))
        return PTL_XLSX_INSTANT;
    return PTL_XLSX_NUMBER;
}

/* Letters outside of quotes, brackets and escapes: y, d, m are of a day; h and s of a time. In
 * brackets stand colours, languages, and hours that count beyond a day. */
static ptl_xlsx_style style_of_code(const char *code)
{
    bool has_day = false, has_time = false;
    for (const char *c = code; *c && *c != ';'; c++) {
        if (*c == '"') {
            c = strchr(c + 1, '"');
            if (!c) break;
        } else if (*c == '[') {
            has_time = has_time || strchr("hHsS", c[1] ? c[1] : '?');
            c = strchr(c, ']');
            if (!c) break;
        } else if (*c == '\\' || *c == '_' || *c == '*') {
            if (!*++c) break;
        } else {
            has_day = has_day || strchr("yYdDmM", *c);
            has_time = has_time || strchr("hHsS", *c);
        }
    }
    return has_time ? PTL_XLSX_INSTANT : has_day ? PTL_XLSX_DAY : PTL_XLSX_NUMBER;
}

typedef struct formats {
    uint8_t own[PTL_XLSX_STYLES_MAX]; /* style + 1 of a format number; 0: not declared */
    bool in_cells;                    /* inside cellXfs */
} formats;

static void style_start(ptl_xlsx_xml *xml, const char *name, const char **attributes)
{
    formats *f = xml->ctx;
    ptl_xlsx *book = xml->book;
    const int64_t id = ptl_xlsx_attribute_int(attributes, "numFmtId", 0);
    if (strcmp(name, "cellXfs") == 0) f->in_cells = true;
    if (id < 0 || id >= PTL_XLSX_STYLES_MAX) return;
    const char *code = ptl_xlsx_attribute(attributes, "formatCode");
    if (strcmp(name, "numFmt") == 0 && code) f->own[id] = (uint8_t)(style_of_code(code) + 1);
    if (strcmp(name, "xf") != 0 || !f->in_cells || book->n_styles == PTL_XLSX_STYLES_MAX) return;
    book->styles[book->n_styles++] =
        f->own[id] ? (uint8_t)(f->own[id] - 1) : (uint8_t)builtin_style(id);
}

static void style_end(ptl_xlsx_xml *xml, const char *name)
{
    formats *f = xml->ctx;
    if (strcmp(name, "cellXfs") == 0) f->in_cells = false;
}

static ptl_status read_styles(ptl_xlsx *book, ptl_error *err)
{
    if (ptl_zip_find(book->zip, PTL_TEXT("xl/styles.xml")) < 0) return PTL_OK; /* all numbers */
    book->styles = ptl_arena_array(&book->arena, PTL_XLSX_STYLES_MAX, 1, err);
    formats *f = calloc(1, sizeof *f);
    ptl_status st = book->styles && f ? PTL_OK : ptl_xlsx_no_memory(book, err);
    ptl_xlsx_xml xml = {.start = style_start, .end = style_end, .ctx = f};
    if (st == PTL_OK) st = ptl_xlsx_parse(&xml, book, "xl/styles.xml", err);
    free(f);
    return st;
}

/* --- shared texts ----------------------------------------------------------------------------- */

typedef struct sharing {
    ptl_buffer text;
    bool in_item, in_text, in_reading; /* reading: how a Japanese word is said */
} sharing;

static void text_start(ptl_xlsx_xml *xml, const char *name, const char **attributes)
{
    sharing *s = xml->ctx;
    (void)attributes;
    if (strcmp(name, "si") == 0) {
        s->in_item = true;
        ptl_buffer_clear(&s->text);
    }
    if (strcmp(name, "rPh") == 0) s->in_reading = true;
    if (strcmp(name, "t") == 0) s->in_text = s->in_item && !s->in_reading;
}

static void text_bytes(ptl_xlsx_xml *xml, const char *bytes, size_t len)
{
    sharing *s = xml->ctx;
    if (s->in_text) ptl_buffer_append(&s->text, bytes, len);
}

static void keep_text(ptl_xlsx_xml *xml, sharing *s)
{
    ptl_xlsx *book = xml->book;
    ptl_status st = ptl_buffer_check(&s->text, "a text of a workbook", xml->err);
    if (st == PTL_OK)
        st = ptl_xlsx_grow((void **)&book->texts, &book->texts_capacity, book->n_texts,
                           sizeof *book->texts, book, xml->err);
    const char *copy =
        st == PTL_OK ? ptl_text_copy(ptl_buffer_borrow(&s->text), &book->arena, xml->err) : NULL;
    if (!copy) {
        ptl_xlsx_stop(xml, st == PTL_OK ? PTL_E_NO_MEMORY : st);
        return;
    }
    book->texts[book->n_texts++] = (ptl_text){copy, s->text.len};
}

static void text_end(ptl_xlsx_xml *xml, const char *name)
{
    sharing *s = xml->ctx;
    if (strcmp(name, "t") == 0) s->in_text = false;
    if (strcmp(name, "rPh") == 0) s->in_reading = false;
    if (strcmp(name, "si") == 0) keep_text(xml, s);
}

static ptl_status read_texts(ptl_xlsx *book, ptl_error *err)
{
    if (ptl_zip_find(book->zip, PTL_TEXT("xl/sharedStrings.xml")) < 0) return PTL_OK;
    sharing s = {0};
    ptl_buffer_init(&s.text, PTL_XLSX_TEXT_BYTES_MAX, NULL);
    ptl_xlsx_xml xml = {.start = text_start, .end = text_end, .text = text_bytes, .ctx = &s};
    const ptl_status st = ptl_xlsx_parse(&xml, book, "xl/sharedStrings.xml", err);
    ptl_buffer_dispose(&s.text);
    return st;
}

ptl_status ptl_xlsx_read_book(ptl_xlsx *book, ptl_error *err)
{
    PTL_TRY(read_sheets(book, err));
    PTL_TRY(read_styles(book, err));
    return read_texts(book, err);
}
