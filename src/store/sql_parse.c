/* sql_parse.c: a .sql file cut into named blocks.
 *
 * The format is line by line: `-- name: run_start` begins a block, which lasts until the next such
 * line. Before the first block only comments and blank lines may stand, so that no statement is
 * lost by standing above its name. */
#include "store/limits.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

static bool is_name(ptl_text name)
{
    if (name.len == 0 || name.len > PTL_SQL_NAME_MAX) return false;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

static bool is_comment_or_blank(ptl_text line)
{
    line = ptl_text_trim(line);
    return line.len == 0 || ptl_text_starts(line, PTL_TEXT("--"));
}

/* Something a statement is made of: at least one line that is neither comment nor blank. */
static bool has_statement(ptl_text block)
{
    while (block.len > 0)
        if (!is_comment_or_blank(ptl_text_cut(&block, '\n'))) return true;
    return false;
}

static ptl_status block_end(ptl_sql_block *block, const char *start, const char *end,
                            ptl_arena *arena, ptl_error *err)
{
    const ptl_text text = {start, (size_t)(end - start)};
    if (!has_statement(text))
        return ptl_fail(err, PTL_E_INVALID, "statement \"%s\" has no text", block->name);
    block->text = ptl_text_copy(text, arena, err);
    return block->text ? PTL_OK : PTL_E_NO_MEMORY;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ptl_sql_block *)a)->name, ((const ptl_sql_block *)b)->name);
}

static ptl_status check_unique(const ptl_sql_block *blocks, int64_t n, ptl_error *err)
{
    for (int64_t i = 1; i < n; i++)
        if (strcmp(blocks[i - 1].name, blocks[i].name) == 0)
            return ptl_fail(err, PTL_E_INVALID, "statement \"%s\" stands there twice",
                            blocks[i].name);
    return PTL_OK;
}

static ptl_status block_begin(ptl_sql_block *block, ptl_text name, int64_t line_no, int64_t n,
                              ptl_arena *arena, ptl_error *err)
{
    name = ptl_text_trim(name);
    if (!is_name(name))
        return ptl_fail(err, PTL_E_INVALID,
                        "line %lld: \"%.*s\" is no name for a statement (a-z, 0-9, _)",
                        (long long)line_no, (int)(name.len < 80 ? name.len : 80), name.ptr);
    if (n >= PTL_SQL_STATEMENTS_MAX)
        return ptl_fail(err, PTL_E_LIMIT, "line %lld: more than %d statements", (long long)line_no,
                        PTL_SQL_STATEMENTS_MAX);
    block->name = ptl_text_copy(name, arena, err);
    return block->name ? PTL_OK : PTL_E_NO_MEMORY;
}

ptl_status ptl_sql_parse(ptl_sql_block **out, int64_t *n, ptl_text script, ptl_arena *arena,
                         ptl_error *err)
{
    const ptl_text mark = PTL_TEXT("-- name:");
    ptl_sql_block *blocks = ptl_arena_array(arena, PTL_SQL_STATEMENTS_MAX, sizeof *blocks, err);
    if (!blocks) return PTL_E_NO_MEMORY;
    int64_t count = 0, line_no = 0;
    const char *start = NULL;
    ptl_text rest = script;
    while (rest.len > 0) {
        const char *line_start = rest.ptr;
        const ptl_text line = ptl_text_cut(&rest, '\n');
        line_no++;
        if (ptl_text_starts(line, mark)) {
            if (count > 0) PTL_TRY(block_end(&blocks[count - 1], start, line_start, arena, err));
            const ptl_text name = {line.ptr + mark.len, line.len - mark.len};
            PTL_TRY(block_begin(&blocks[count], name, line_no, count, arena, err));
            count++;
            start = line.ptr + line.len;
        } else if (count == 0 && !is_comment_or_blank(line)) {
            return ptl_fail(err, PTL_E_INVALID, "line %lld: text before the first `-- name:`",
                            (long long)line_no);
        }
    }
    if (count > 0)
        PTL_TRY(block_end(&blocks[count - 1], start, script.ptr + script.len, arena, err));
    qsort(blocks, (size_t)count, sizeof *blocks, by_name);
    PTL_TRY(check_unique(blocks, count, err));
    *out = blocks;
    *n = count;
    return PTL_OK;
}
