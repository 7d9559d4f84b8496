/* replay.c: feeds a fuzz target every file of the folders named as arguments, in the order the
 * folder lists them. The target's checks decide; a folder without a file is a failure, because then
 * nothing was tried. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPLAY_BYTES_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static int replay_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "rb");
    /* its own block of the exact length, so that a sanitizer sees a read past the end */
    uint8_t *all = malloc(REPLAY_BYTES_MAX);
    if (!in || !all) return perror(path), free(all), 1;
    const size_t len = fread(all, 1, REPLAY_BYTES_MAX, in);
    fclose(in);
    uint8_t *exact = realloc(all, len > 0 ? len : 1);
    if (!exact) return free(all), 1;
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    int n_files = 0, n_failed = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (!folder) return perror(argv[i]), 1;
        for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
            if (entry->d_name[0] == '.') continue;
            n_failed += replay_file(argv[i], entry->d_name);
            n_files++;
        }
        closedir(folder);
    }
    printf("%d inputs\n", n_files);
    return n_files > 0 && n_failed == 0 ? 0 : 1;
}
