/* zip_write.h: a zip archive of stored members, and the smallest workbook around a sheet. */
#ifndef PTL_TESTS_ZIP_WRITE_H
#define PTL_TESTS_ZIP_WRITE_H

#include "base/text.h"

#include <string.h>
#include <zlib.h>

typedef struct zip_member {
    const char *name;
    ptl_text bytes;
    uint16_t flags, method;
    uint32_t claims; /* unpacked bytes; 0: as many as there are */
} zip_member;

static inline void zip_u16(ptl_buffer *out, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};
    ptl_buffer_append(out, bytes, sizeof bytes);
}

static inline void zip_u32(ptl_buffer *out, uint32_t value)
{
    zip_u16(out, value & 0xFFFF);
    zip_u16(out, value >> 16);
}

/* What the local head and the directory's entry share. */
static inline void zip_fields(ptl_buffer *out, const zip_member *m)
{
    const uint32_t bytes = (uint32_t)m->bytes.len;
    zip_u16(out, 20);
    zip_u16(out, m->flags);
    zip_u16(out, m->method);
    zip_u32(out, 0);
    zip_u32(out, (uint32_t)crc32(0, (const Bytef *)m->bytes.ptr, bytes));
    zip_u32(out, bytes);
    zip_u32(out, m->claims ? m->claims : bytes);
    zip_u16(out, (uint32_t)strlen(m->name));
    zip_u16(out, 0);
}

static inline void zip_write(ptl_buffer *out, const zip_member *members, int32_t n)
{
    uint32_t places[16];
    for (int32_t i = 0; i < n; i++) {
        places[i] = (uint32_t)out->len;
        ptl_buffer_append(out, "PK\3\4", 4);
        zip_fields(out, &members[i]);
        ptl_buffer_text(out, members[i].name);
        ptl_buffer_append(out, members[i].bytes.ptr, members[i].bytes.len);
    }
    const uint32_t directory = (uint32_t)out->len;
    for (int32_t i = 0; i < n; i++) {
        ptl_buffer_append(out, "PK\1\2\x14\0", 6);
        zip_fields(out, &members[i]);
        for (int k = 0; k < 5; k++) zip_u16(out, 0);
        zip_u32(out, places[i]);
        ptl_buffer_text(out, members[i].name);
    }
    const uint32_t bytes = (uint32_t)out->len - directory;
    ptl_buffer_append(out, "PK\5\6\0\0\0\0", 8);
    zip_u16(out, (uint32_t)n);
    zip_u16(out, (uint32_t)n);
    zip_u32(out, bytes);
    zip_u32(out, directory);
    zip_u16(out, 0);
}

#define ZIP_WORKBOOK                                                                               \
    {.name = "xl/workbook.xml",                                                                    \
     .bytes = PTL_TEXT("<workbook><sheets><sheet name='Data' r:id='r1' xmlns:r='u'/></sheets>"     \
                       "</workbook>")},                                                            \
    {                                                                                              \
        .name = "xl/_rels/workbook.xml.rels",                                                      \
        .bytes = PTL_TEXT("<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml'/>"  \
                          "</Relationships>")                                                      \
    }

/* A workbook whose only sheet is `sheet`. */
static inline void zip_workbook(ptl_buffer *out, ptl_text sheet)
{
    const zip_member members[] = {ZIP_WORKBOOK,
                                  {.name = "xl/worksheets/sheet1.xml", .bytes = sheet}};
    zip_write(out, members, 3);
}

#endif
