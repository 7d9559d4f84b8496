/* config: whatever the bytes are, a workspace's files are read or every fault has its place; and a
 * difference can be told of any two texts. The first byte chooses which file the others are:
 * p portolan.yaml, c channels.yaml, else a source. */
#include <stdlib.h>

#include "workspace/workspace.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds) abort();
}

static void try_parse(const char *path, ptl_text content)
{
    static const char portolan[] = "company: A\ncurrency: EUR\nzone: UTC\n";
    const ptl_config_file files[] = {{path, content},
                                     {"portolan.yaml", {portolan, sizeof portolan - 1}}};
    const int64_t n = path[0] == 'p' ? 1 : 2;
    ptl_error err;
    ptl_workspace workspace;
    ptl_faults faults;
    ptl_faults_init(&faults);
    const ptl_status st = ptl_workspace_parse(&workspace, ".", files, n, &faults, &err);
    check(st == PTL_OK || st == PTL_E_INVALID);
    check((st == PTL_OK) == (faults.n_total == 0));
    for (int64_t i = 0; i < faults.n; i++) {
        check(faults.items[i].line >= 1 && faults.items[i].column >= 1);
        check(faults.items[i].line <= (int64_t)content.len + 1);
        check(ptl_text_utf8_valid(ptl_text_of(faults.items[i].found), NULL));
    }
    if (st == PTL_OK) {
        (void)ptl_workspace_channel(&workspace, content);
        ptl_workspace_dispose(&workspace);
    }
    ptl_faults_dispose(&faults);
}

static void try_difference(ptl_text content)
{
    ptl_error err;
    ptl_buffer out;
    const ptl_config_file before = {"f", {content.ptr, content.len / 2}};
    const ptl_config_file after = {"f",
                                   {content.ptr + content.len / 2, content.len - content.len / 2}};
    ptl_buffer_init(&out, 16 << 20, NULL);
    check(ptl_workspace_difference(&out, &before, 1, &after, 1, &err) == PTL_OK);
    check((out.len == 0) == ptl_text_equal(before.content, after.content));
    ptl_buffer_dispose(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0) return 0;
    const ptl_text content = {(const char *)bytes + 1, len - 1};
    const char *path = bytes[0] == 'p'   ? "portolan.yaml"
                       : bytes[0] == 'c' ? "channels.yaml"
                                         : "sources/a.yaml";
    try_parse(path, content);
    try_difference(content);
    return 0;
}
