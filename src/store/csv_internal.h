/* csv_internal.h: bytes on disk become UTF-8 bytes; what csv.c and csv_input.c share. */
#ifndef PTL_STORE_CSV_INTERNAL_H
#define PTL_STORE_CSV_INTERNAL_H

#include "store/csv.h"

#include <zlib.h>

typedef enum ptl_csv_encoding {
    PTL_CSV_UTF8,
    PTL_CSV_UTF16_LE,
    PTL_CSV_UTF16_BE,
    PTL_CSV_LATIN1
} ptl_csv_encoding;

enum { PTL_CSV_DISK_BYTES = 1 << 18 };

typedef struct ptl_csv_input {
    int fd;
    const char *name;
    int64_t offset; /* of the next pread */
    bool is_gzip;
    bool inside_member; /* a gzip member is open */
    bool ended;         /* of the bytes before decoding */
    ptl_csv_encoding encoding;
    z_stream zlib;
    bool zlib_open;
    size_t n_disk, disk_at; /* bytes read from disk, how many were used */
    size_t n_units;         /* bytes of the encoding not yet decoded    */
    uint8_t disk[PTL_CSV_DISK_BYTES];
    uint8_t units[PTL_CSV_DISK_BYTES];
} ptl_csv_input;

/** Look at the file's first bytes, settle the encoding, refuse what is not text. */
PTL_NODISCARD ptl_status ptl_csv_input_open(ptl_csv_input *input, int fd,
                                            const ptl_csv_options *options, ptl_error *err);
void ptl_csv_input_close(ptl_csv_input *input);

/** Up to `capacity` bytes of UTF-8, at least one unless the end is reached (*n = 0). */
PTL_NODISCARD ptl_status ptl_csv_input_read(size_t *n, ptl_csv_input *input, char *out,
                                            size_t capacity, ptl_error *err);

#endif
