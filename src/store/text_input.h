/* text_input.h: bytes on disk become UTF-8 bytes. */
#ifndef PTL_STORE_TEXT_INPUT_H
#define PTL_STORE_TEXT_INPUT_H

#include "store/rows.h"

#include <zlib.h>

typedef enum ptl_text_input_encoding {
    PTL_TEXT_INPUT_UTF8,
    PTL_TEXT_INPUT_UTF16_LE,
    PTL_TEXT_INPUT_UTF16_BE,
    PTL_TEXT_INPUT_LATIN1
} ptl_text_input_encoding;

enum { PTL_TEXT_INPUT_BYTES = 1 << 18 };

typedef struct ptl_text_input {
    int fd;
    const char *name;
    int64_t offset; /* of the next pread */
    bool is_gzip;
    bool inside_member; /* a gzip member is open */
    bool ended;         /* of the bytes before decoding */
    ptl_text_input_encoding encoding;
    z_stream zlib;
    bool zlib_open;
    size_t n_disk, disk_at; /* bytes read from disk, how many were used */
    size_t n_units;         /* bytes of the encoding not yet decoded    */
    uint8_t disk[PTL_TEXT_INPUT_BYTES];
    uint8_t units[PTL_TEXT_INPUT_BYTES];
} ptl_text_input;

/** Look at the file's first bytes, settle the encoding, refuse what is not text. */
PTL_NODISCARD ptl_status ptl_text_input_open(ptl_text_input *input, int fd,
                                             const ptl_rows_options *options, ptl_error *err);
void ptl_text_input_close(ptl_text_input *input);

/** Up to `capacity` bytes of UTF-8, at least one unless the end is reached (*n = 0). */
PTL_NODISCARD ptl_status ptl_text_input_read(size_t *n, ptl_text_input *input, char *out,
                                             size_t capacity, ptl_error *err);

#endif
