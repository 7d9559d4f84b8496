/* xlsx: an archive as it comes, or (first byte 's') a sheet inside a sound workbook, since chance
 * rarely makes a checksum. Rows are numbered without gaps and have fields or a fault; what cannot
 * be read is said in words. */
#include "store/rows.h"
#include "store/xlsx.h"
#include "../tests/support/zip_write.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(ptl_xlsx *book)
{
    int64_t n = 0;
    for (;;) {
        ptl_row row;
        bool more;
        if (ptl_xlsx_next(&more, &row, book, NULL) != PTL_OK) abort();
        if (!more) return;
        if (row.row != ++n || (row.fields == NULL) == (row.fault == NULL)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    const bool is_sheet = size > 0 && data[0] == 's';
    ptl_buffer made;
    ptl_buffer_init(&made, (size_t)1 << 26, NULL);
    if (is_sheet)
        zip_workbook(&made, (ptl_text){(const char *)data + 1, size - 1});
    else
        ptl_buffer_append(&made, data, size);
    if (fd < 0 || (made.len > 0 && write(fd, made.ptr, made.len) != (ssize_t)made.len)) abort();
    ptl_buffer_dispose(&made);
    ptl_rows_options options = ptl_rows_options_of("file.xlsx");
    options.name = "file.xlsx";
    ptl_xlsx *book = NULL;
    ptl_error err = {0};
    const ptl_status st = ptl_xlsx_open(&book, fd, &options, &err);
    if (st == PTL_OK)
        read_all(book);
    else if (err.message[0] == '\0' || st == PTL_E_INTERNAL)
        abort();
    ptl_xlsx_close(book);
    (void)close(fd);
    return 0;
}
