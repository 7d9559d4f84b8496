/* schema_print.c: a table in words, for faults and for the reference page (schema.h). */
#include "workspace/schema_internal.h"

#include "workspace/limits.h"

#include <math.h>
#include <string.h>

static void print_values(ptl_buffer *out, const char *const *values)
{
    for (int64_t i = 0; values[i]; i++)
        ptl_buffer_printf(out, "%s%s", i == 0 ? "" : values[i + 1] ? ", " : " or ", values[i]);
}

static void print_size(ptl_buffer *out, double bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; unit < 4 && bytes >= 1024 && fmod(bytes, 1024) == 0; unit++) bytes /= 1024;
    ptl_buffer_printf(out, "%.0f %s", bytes, units[unit]);
}

static void print_range(ptl_buffer *out, const ptl_schema_key *key)
{
    if (!(key->low != 0 || key->high != 0)) return;
    if (key->kind == PTL_SCHEMA_BYTES) {
        ptl_buffer_text(out, ", from ");
        print_size(out, key->low);
        ptl_buffer_text(out, " to ");
        print_size(out, key->high);
        return;
    }
    ptl_buffer_printf(out, " from %.15g to %.15g", key->low, key->high);
}

static void print_length(ptl_buffer *out, const ptl_schema_key *key)
{
    const bool own = key->high > 0;
    ptl_buffer_printf(out, "text of %.0f to %.0f characters", own ? key->low : 1,
                      own ? key->high : PTL_TEXT_CHARACTERS_MAX);
}

void ptl_schema_allowed(ptl_buffer *out, const ptl_schema_key *key)
{
    static const char *const words[] = {
        [PTL_SCHEMA_INT] = "a whole number",
        [PTL_SCHEMA_ROW] = "a row counted from 1, or auto",
        [PTL_SCHEMA_NUMBER] = "a number",
        [PTL_SCHEMA_BOOL] = "true or false",
        [PTL_SCHEMA_DAY] = "a day as 2026-12-31",
        [PTL_SCHEMA_MONEY] = "an amount as 42,000,000.00",
        [PTL_SCHEMA_BYTES] = "a size as 512 MiB or 4 GiB",
        [PTL_SCHEMA_CURRENCY] = "a currency of ISO 4217 as EUR",
        [PTL_SCHEMA_LOCALE] = "a language as en, or with its country as en-GB",
        [PTL_SCHEMA_ZONE] = "a time zone as Europe/Berlin",
        [PTL_SCHEMA_CHARACTER] = "one character, or the word tab",
        [PTL_SCHEMA_MAP] = "a map of keys and values",
        [PTL_SCHEMA_MAPS] = "a list, each item after \"- \"",
    };
    switch (key->kind) {
    case PTL_SCHEMA_TEXT:
    case PTL_SCHEMA_LINES:
        print_length(out, key);
        break;
    case PTL_SCHEMA_NAME:
        ptl_buffer_printf(out, "a name of a-z, 0-9 and _, at most %d characters",
                          PTL_NAME_BYTES_MAX);
        break;
    case PTL_SCHEMA_ENUM:
    case PTL_SCHEMA_WORD:
        print_values(out, key->values);
        break;
    case PTL_SCHEMA_TEXTS:
        ptl_buffer_printf(out, "a list as [a, b] of %.0f to %.0f texts", key->low, key->high);
        break;
    case PTL_SCHEMA_PAIRS:
        ptl_buffer_text(out, "a map of names (a-z, 0-9 and _) to ");
        print_length(out, key);
        break;
    default:
        ptl_buffer_text(out, words[key->kind]);
        print_range(out, key);
        break;
    }
}

/* --- the page --------------------------------------------------------------------------------- */

static void print_absent(ptl_buffer *out, const ptl_schema_key *key)
{
    if (key->required)
        ptl_buffer_text(out, "**required**");
    else if (key->defaults)
        ptl_buffer_printf(out, "`%s`", key->defaults);
    else
        ptl_buffer_text(out, key->where_absent ? key->where_absent : "none");
}

static void print_keys(ptl_buffer *out, const ptl_schema *schema, const char *above, int32_t depth)
{
    for (int64_t i = 0; i < schema->n_keys && depth < PTL_YAML_DEPTH_MAX; i++) {
        const ptl_schema_key *key = &schema->keys[i];
        ptl_buffer path;
        ptl_buffer_init(&path, 1024, NULL);
        ptl_buffer_printf(&path, "%s%s", above, key->key);
        if (key->nested) {
            ptl_buffer_printf(out, "| `%s` | %s, see below | | %s |\n", path.ptr,
                              ptl_schema_kind_name(key->kind), key->about);
            ptl_buffer_text(&path, key->kind == PTL_SCHEMA_MAPS ? "[]." : ".");
            print_keys(out, key->nested, path.ptr, depth + 1);
        } else {
            ptl_buffer_printf(out, "| `%s` | ", path.ptr);
            ptl_schema_allowed(out, key);
            ptl_buffer_text(out, " | ");
            print_absent(out, key);
            ptl_buffer_printf(out, " | %s |\n", key->about);
        }
        ptl_buffer_dispose(&path);
    }
}

void ptl_schema_print(ptl_buffer *out, const ptl_schema *schema)
{
    ptl_buffer_printf(out, "## %s\n\n%s\n\n", schema->title, schema->about);
    ptl_buffer_text(out, "| key | what may stand there | if left out | what it is for |\n");
    ptl_buffer_text(out, "|---|---|---|---|\n");
    print_keys(out, schema, "", 0);
    ptl_buffer_text(out, "\n");
}
