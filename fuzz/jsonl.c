/* jsonl: a file of JSON lines, twice: learning its columns, and with the columns given. Rows are
 * numbered without gaps and have fields or a fault; both readings give the same texts. */
#include "store/jsonl.h"
#include "store/rows.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t mix(uint64_t h, ptl_text text)
{
    for (size_t i = 0; i < text.len; i++) h = (h ^ (uint8_t)text.ptr[i]) * UINT64_C(1099511628211);
    return (h ^ text.len) * UINT64_C(1099511628211);
}

/* All texts of the file as one number. */
static uint64_t read_all(ptl_jsonl *file)
{
    uint64_t h = UINT64_C(14695981039346656037);
    int64_t n = 0;
    for (;;) {
        ptl_row row;
        bool more;
        if (ptl_jsonl_next(&more, &row, file, NULL) != PTL_OK || !more) return h;
        if (row.row != ++n || (row.fields == NULL) == (row.fault == NULL)) abort();
        for (int64_t i = 0; row.fields && i < ptl_jsonl_n_columns(file); i++)
            h = mix(h, row.fields[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || (size > 0 && write(fd, data, size) != (ssize_t)size)) abort();
    ptl_rows_options options = ptl_rows_options_of("file.jsonl");
    options.name = "file.jsonl";
    options.decimal = size % 2 ? ',' : '.';
    ptl_jsonl *file = NULL, *again = NULL;
    ptl_error err = {0};
    if (ptl_jsonl_open(&file, fd, &options, &err) == PTL_OK) {
        const int64_t n = ptl_jsonl_n_columns(file);
        const char **paths = calloc((size_t)n, sizeof *paths);
        if (!paths) abort();
        for (int64_t i = 0; i < n; i++) paths[i] = ptl_jsonl_path(file, i);
        options.paths = paths;
        options.n_paths = n;
        if (ptl_jsonl_open(&again, fd, &options, &err) != PTL_OK) abort();
        if (read_all(file) != read_all(again)) abort();
        free(paths);
    } else if (err.message[0] == '\0') {
        abort();
    }
    ptl_jsonl_close(again);
    ptl_jsonl_close(file);
    (void)close(fd);
    return 0;
}
