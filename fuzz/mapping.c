/* mapping: a file and, after a line "--", a mapping, through the splitter and ptl_load_check. Rows
 * are numbered without gaps and have fields or a fault; a check ends with OK or with words. */
#include "store/csv.h"
#include "store/load.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64], path[96];
static ptl_zone *zone;

static void open_once(void)
{
    if (zone) return;
    (void)snprintf(folder, sizeof folder, "/tmp/ptl_fuzz_XXXXXX");
    if (!mkdtemp(folder)) abort();
    (void)snprintf(path, sizeof path, "%s/file.csv", folder);
    if (ptl_zone_open(&zone, "UTC", NULL) != PTL_OK) abort();
}

static void write_file(const uint8_t *data, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) abort();
    if (size > 0 && write(fd, data, size) != (ssize_t)size) abort();
    (void)close(fd);
}

/* The splitter to the end of the file: rows are numbered without gaps, a row has fields or a fault.
 */
static void split_all(void)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) abort();
    ptl_rows_options options = ptl_rows_options_of("file.csv");
    options.name = "file.csv";
    ptl_csv *csv = NULL;
    bool more = ptl_csv_open(&csv, fd, &options, NULL) == PTL_OK;
    int64_t n = 0;
    while (more) {
        ptl_row row;
        if (ptl_csv_next(&more, &row, csv, NULL) != PTL_OK || !more) break;
        if (row.row != ++n || (row.fields == NULL) == (row.fault == NULL)) abort();
    }
    ptl_csv_close(csv);
    (void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_once();
    const uint8_t *cut = size > 0 ? memmem(data, size, "\n--\n", 4) : NULL;
    const size_t n_file = cut ? (size_t)(cut - data) : size;
    write_file(data, n_file);
    split_all();
    if (!cut) return 0;
    const size_t len = size - n_file - 4;
    char *mapping = malloc(len + 1);
    if (!mapping) abort();
    memcpy(mapping, cut + 4, len);
    mapping[len] = '\0';
    const char *folders[] = {folder};
    const ptl_load_spec spec = {.size = sizeof spec,
                                .source = "fuzz",
                                .table = "txn",
                                .path = path,
                                .file = "file.csv",
                                .mapping = mapping,
                                .identifier_kind = "customer",
                                .currency = "EUR",
                                .zone = zone,
                                .folders = folders,
                                .n_folders = 1};
    ptl_error err = {0};
    const ptl_status st = ptl_load_check(&spec, &err);
    if (st != PTL_OK && (err.message[0] == '\0' || st == PTL_E_INTERNAL)) abort();
    free(mapping);
    return 0;
}
