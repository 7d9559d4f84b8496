/* recognise: a file of any bytes against every preset. Whoever is sure has a whole match with
 * sources and no open question, every source becomes a mapping, and a second look says the same. */
#include "observe/recognise.h"
#include "workspace/preset.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[96];
static ptl_arena kept;
static const ptl_preset *presets;
static int64_t n_presets;

static void open_once(void)
{
    if (presets) return;
    char folder[] = "/tmp/ptl_fuzz_XXXXXX";
    if (!mkdtemp(folder)) abort();
    (void)snprintf(path, sizeof path, "%s/file.csv", folder);
    ptl_arena_init(&kept, (size_t)64 << 20, NULL);
    if (ptl_preset_all(&presets, &n_presets, &kept, NULL) != PTL_OK) abort();
}

static void write_file(const uint8_t *data, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) abort();
    if (size > 0 && write(fd, data, size) != (ssize_t)size) abort();
    (void)close(fd);
}

static void look(ptl_recognised *out, ptl_arena *arena)
{
    ptl_error err = {0};
    const ptl_status st =
        ptl_recognise_file(out, path, "file.csv", presets, n_presets, NULL, 0, arena, &err);
    if (st != PTL_OK && (err.message[0] == '\0' || st == PTL_E_INTERNAL)) abort();
    if (st != PTL_OK) memset(out, 0, sizeof *out);
}

/* What a sure match is made into is a SELECT. */
static void check_parts(const ptl_recognised *found)
{
    for (int64_t i = 0; i < found->n_parts; i++) {
        const ptl_part *part = &found->parts[i];
        const ptl_preset_use use = {.columns = part->columns,
                                    .n_columns = part->n_columns,
                                    .slots = part->slots,
                                    .n_slots = part->n_slots};
        ptl_buffer mapping;
        ptl_buffer_init(&mapping, (size_t)1 << 20, NULL);
        if (ptl_preset_mapping(&mapping, part->preset, &use, NULL) != PTL_OK) abort();
        if (!strstr(mapping.ptr, "SELECT")) abort();
        ptl_buffer_dispose(&mapping);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_once();
    write_file(data, size);
    ptl_arena arena;
    ptl_arena_init(&arena, (size_t)256 << 20, NULL);
    ptl_recognised found, again;
    look(&found, &arena);
    look(&again, &arena);
    if (found.sure != again.sure || found.match.preset != again.match.preset) abort();
    if (found.n_doubts != again.n_doubts || found.n_parts != again.n_parts) abort();
    if (found.sure && (!found.match.complete || found.n_parts < 1 || found.n_doubts > 0)) abort();
    if (found.sure) check_parts(&found);
    ptl_arena_dispose(&arena);
    return 0;
}
