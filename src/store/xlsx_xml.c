/* xlsx_xml.c: a member of the archive through the XML parser, as it is unpacked. A document type is
 * refused: no workbook has one, and entities that grow are made with it. */
#include "store/xlsx_internal.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 256 };

static const char *without_prefix(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *ptl_xlsx_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(without_prefix(attributes[0]), name) == 0) return attributes[1];
    return NULL;
}

int64_t ptl_xlsx_attribute_int(const char **attributes, const char *name, int64_t other)
{
    int64_t value;
    const char *text = ptl_xlsx_attribute(attributes, name);
    return text && ptl_text_int(&value, ptl_text_of(text), NULL) == PTL_OK ? value : other;
}

void ptl_xlsx_stop(ptl_xlsx_xml *xml, ptl_status status)
{
    if (xml->status != PTL_OK) return;
    xml->status = status;
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

ptl_status ptl_xlsx_no_memory(const ptl_xlsx *book, ptl_error *err)
{
    return ptl_fail(err, PTL_E_NO_MEMORY, "no memory to read %s", book->name);
}

ptl_status ptl_xlsx_grow(void **array, int64_t *capacity, int64_t n, size_t size,
                         const ptl_xlsx *book, ptl_error *err)
{
    if (n < *capacity) return PTL_OK;
    const int64_t wanted = *capacity == 0 ? 256 : *capacity * 2;
    void *grown = realloc(*array, (size_t)wanted * size);
    if (!grown) return ptl_xlsx_no_memory(book, err);
    *array = grown;
    *capacity = wanted;
    return PTL_OK;
}

/* --- the parser's calls ----------------------------------------------------------------------- */

static void on_start(void *opaque, const char *name, const char **attributes)
{
    ptl_xlsx_xml *xml = opaque;
    if (xml->status != PTL_OK) return;
    if (++xml->depth > DEPTH_MAX) {
        ptl_xlsx_stop(xml, ptl_fail(xml->err, PTL_E_LIMIT, "%s: %s nests deeper than %d",
                                    xml->book->name, xml->member, DEPTH_MAX));
        return;
    }
    xml->start(xml, without_prefix(name), attributes);
}

static void on_end(void *opaque, const char *name)
{
    ptl_xlsx_xml *xml = opaque;
    xml->depth--;
    if (xml->status == PTL_OK && xml->end) xml->end(xml, without_prefix(name));
}

static void on_text(void *opaque, const char *bytes, int len)
{
    ptl_xlsx_xml *xml = opaque;
    if (xml->status == PTL_OK && xml->text) xml->text(xml, bytes, (size_t)len);
}

static void on_doctype(void *opaque, const char *name, const char *system_id, const char *public_id,
                       int has_subset)
{
    ptl_xlsx_xml *xml = opaque;
    (void)name, (void)system_id, (void)public_id, (void)has_subset;
    ptl_xlsx_stop(xml, ptl_fail(xml->err, PTL_E_INVALID, "%s: %s declares a document type",
                                xml->book->name, xml->member));
}

static ptl_status feed(void *ctx, const char *bytes, size_t len, ptl_error *err)
{
    ptl_xlsx_xml *xml = ctx;
    if (XML_Parse(xml->parser, bytes, (int)len, XML_FALSE) == XML_STATUS_OK) return PTL_OK;
    if (xml->status != PTL_OK) return xml->status;
    return ptl_fail(err, PTL_E_CORRUPT, "%s: %s, line %lu: %s", xml->book->name, xml->member,
                    (unsigned long)XML_GetCurrentLineNumber(xml->parser),
                    XML_ErrorString(XML_GetErrorCode(xml->parser)));
}

static ptl_status parse(ptl_xlsx_xml *xml, int64_t member, ptl_error *err)
{
    xml->parser = XML_ParserCreate(NULL);
    if (!xml->parser) return ptl_xlsx_no_memory(xml->book, err);
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, on_start, on_end);
    XML_SetCharacterDataHandler(xml->parser, on_text);
    XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
    ptl_status st = ptl_zip_read(xml->book->zip, member, feed, xml, err);
    if (st == PTL_OK && XML_Parse(xml->parser, "", 0, XML_TRUE) != XML_STATUS_OK)
        st =
            ptl_fail(err, PTL_E_CORRUPT, "%s: %s ends in the middle", xml->book->name, xml->member);
    XML_ParserFree(xml->parser);
    return st;
}

ptl_status ptl_xlsx_parse(ptl_xlsx_xml *xml, ptl_xlsx *book, const char *member, ptl_error *err)
{
    const int64_t at = ptl_zip_find(book->zip, ptl_text_of(member));
    if (at < 0) return ptl_fail(err, PTL_E_NOT_FOUND, "%s has no %s", book->name, member);
    xml->book = book;
    xml->member = member;
    xml->err = err;
    xml->status = PTL_OK;
    xml->depth = 0;
    return parse(xml, at, err);
}
