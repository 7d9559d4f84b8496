/* embed: turn files into one C table of bytes (src/base/asset.h).
 * usage: embed OUT.c ROOT FILE…   (FILEs relative to ROOT, already sorted) */
#include <stdio.h>
#include <stdlib.h>

static int embed_file(FILE *out, const char *root, const char *name, int idx)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *in = fopen(path, "rb");
    if (!in) {
        perror(path);
        return 1;
    }
    fprintf(out, "static const unsigned char bytes_%d[] = {", idx);
    size_t n = 0;
    for (int c = fgetc(in); c != EOF; c = fgetc(in), n++)
        fprintf(out, "%s%d,", n % 24 == 0 ? "\n" : "", c);
    fprintf(out, "0};\nenum { len_%d = %zu };\n", idx, n);
    return fclose(in);
}

int main(int argc, char **argv)
{
    if (argc < 3) return fprintf(stderr, "usage: embed OUT.c ROOT FILE...\n"), 2;
    FILE *out = fopen(argv[1], "wb");
    if (!out) return perror(argv[1]), 1;
    fprintf(out, "#include \"base/asset.h\"\n");
    for (int i = 3; i < argc; i++)
        if (embed_file(out, argv[2], argv[i], i - 3)) return 1;
    fprintf(out, "const ptl_asset ptl_assets[] = {\n");
    for (int i = 3; i < argc; i++)
        fprintf(out, "    {\"%s\", bytes_%d, len_%d},\n", argv[i], i - 3, i - 3);
    fprintf(out, "    {0, 0, 0}};\nconst int64_t ptl_assets_n = %d;\n", argc - 3);
    return fclose(out) ? 1 : 0;
}
