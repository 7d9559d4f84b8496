/* preset_mapping.c: a preset, the columns of a file and the slots become one SELECT (preset.h).
 *
 * The text is made for people too: `portolan source show` prints it, and whoever outgrows a preset
 * copies it into their source and goes on from there. Names are quoted as names, slots as texts:
 * nothing that stands in a head or in a slot can become SQL. */
#include "workspace/preset.h"

#include "store/canon.h"

#include <string.h>

typedef struct making {
    const ptl_preset *preset;
    const ptl_preset_use *use;
    ptl_error *err;
} making;

/* --- roles ------------------------------------------------------------------------------------ */

/* The file's column for a role; NULL where it has none. */
static const char *column_of(const making *m, const ptl_preset_column *role)
{
    const char *named = ptl_pair_find(m->use->columns, m->use->n_columns, ptl_text_of(role->role));
    if (named) return named;
    const bool usual = role->required && !strchr(role->names[0], '*');
    return usual ? role->names[0] : NULL;
}

static void put_name(ptl_buffer *out, const char *name)
{
    ptl_buffer_text(out, "\"");
    for (; *name; name++) {
        if (*name == '"') ptl_buffer_text(out, "\"");
        ptl_buffer_append(out, name, 1);
    }
    ptl_buffer_text(out, "\"");
}

static void put_quoted(ptl_buffer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'') ptl_buffer_text(out, "'");
        ptl_buffer_append(out, text, 1);
    }
}

static const char *format_of(const making *m, const ptl_preset_column *role)
{
    char slot[128];
    const size_t len = strlen(role->role);
    if (len + sizeof "_format" > sizeof slot) return role->format;
    memcpy(slot, role->role, len);
    memcpy(slot + len, "_format", sizeof "_format");
    const char *given = ptl_pair_find(m->use->slots, m->use->n_slots, ptl_text_of(slot));
    return given ? given : role->format;
}

static void put_clock(ptl_buffer *out, const making *m, const ptl_preset_column *role,
                      const char *cast, const char *column)
{
    const char *format = format_of(m, role);
    ptl_buffer_printf(out, "%s(", cast);
    put_name(out, column);
    if (format && strcmp(format, "rfc3339") != 0) {
        ptl_buffer_text(out, ", '");
        put_quoted(out, format);
        ptl_buffer_text(out, "'");
    }
    ptl_buffer_text(out, ")");
}

static void put_cast(ptl_buffer *out, const making *m, const ptl_preset_column *role,
                     const char *column)
{
    static const char *const casts[] = {[PTL_PRESET_MONEY] = "ptl_money",
                                        [PTL_PRESET_INTEGER] = "ptl_integer",
                                        [PTL_PRESET_NUMBER] = "ptl_number",
                                        [PTL_PRESET_BOOL] = "ptl_bool",
                                        [PTL_PRESET_WORD] = NULL};
    if (role->kind == PTL_PRESET_DAY) {
        put_clock(out, m, role, "ptl_day", column);
    } else if (role->kind == PTL_PRESET_TIME) {
        put_clock(out, m, role, "ptl_time", column);
    } else if (role->kind == PTL_PRESET_CURRENCY) {
        ptl_buffer_text(out, "upper(");
        put_name(out, column);
        ptl_buffer_text(out, ")");
    } else if (casts[role->kind]) {
        ptl_buffer_printf(out, "%s(", casts[role->kind]);
        put_name(out, column);
        ptl_buffer_text(out, ")");
    } else {
        put_name(out, column);
    }
}

static void put_absent(ptl_buffer *out, const ptl_preset_column *role, bool raw)
{
    static const char *const types[] = {
        [PTL_PRESET_DAY] = "DATE",      [PTL_PRESET_TIME] = "TIMESTAMP",
        [PTL_PRESET_MONEY] = "BIGINT",  [PTL_PRESET_INTEGER] = "BIGINT",
        [PTL_PRESET_NUMBER] = "DOUBLE", [PTL_PRESET_BOOL] = "BOOLEAN",
        [PTL_PRESET_CURRENCY] = NULL,   [PTL_PRESET_COUNTRY] = NULL,
        [PTL_PRESET_WORD] = NULL};
    const char *type = raw ? NULL : types[role->kind];
    ptl_buffer_printf(out, "CAST(NULL AS %s)", type ? type : "VARCHAR");
}

/* --- expressions ------------------------------------------------------------------------------ */

/* "{=role}", "{?role}", "{!role}": the sign before a role; 0 where there is none. */
static char cut_sign(ptl_text *role)
{
    if (role->len == 0 || !strchr("=?!", role->ptr[0])) return '\0';
    role->ptr++, role->len--;
    return role->ptr[-1];
}

static ptl_status put_role(ptl_buffer *out, const making *m, ptl_text role, ptl_text *rest)
{
    const char sign = cut_sign(&role);
    const ptl_preset_column *column = ptl_preset_column_find(m->preset, role);
    if (!column)
        return ptl_fail(m->err, PTL_E_INVALID, "preset %s has no column \"%.*s\"", m->preset->name,
                        (int)role.len, role.ptr);
    const char *name = column_of(m, column);
    if (!name && sign == '?' && ptl_text_starts(*rest, PTL_TEXT(", ")))
        rest->ptr += 2, rest->len -= 2;
    else if (!name)
        put_absent(out, column, sign == '=');
    else if (sign == '=')
        put_name(out, name);
    else
        put_cast(out, m, column, name);
    return PTL_OK;
}

static ptl_status put_slot(ptl_buffer *out, const making *m, ptl_text slot)
{
    const char *given = ptl_pair_find(m->use->slots, m->use->n_slots, slot);
    if (!given) given = ptl_pair_find(m->preset->slots, m->preset->n_slots, slot);
    if (!given)
        return ptl_fail(m->err, PTL_E_INVALID, "preset %s has no slot \"%.*s\"", m->preset->name,
                        (int)slot.len, slot.ptr);
    put_quoted(out, given);
    return PTL_OK;
}

static ptl_status put_expression(ptl_buffer *out, const making *m, const char *expression)
{
    ptl_text rest = ptl_text_of(expression);
    while (rest.len > 0) {
        const char *open = memchr(rest.ptr, '{', rest.len);
        const size_t plain = open ? (size_t)(open - rest.ptr) : rest.len;
        ptl_buffer_append(out, rest.ptr, plain);
        rest.ptr += plain, rest.len -= plain;
        if (rest.len == 0) break;
        const bool slot = ptl_text_starts(rest, PTL_TEXT("{{"));
        rest.ptr += slot ? 2 : 1, rest.len -= slot ? 2 : 1;
        const ptl_text name = ptl_text_cut(&rest, '}');
        if (slot && ptl_text_starts(rest, PTL_TEXT("}"))) rest.ptr++, rest.len--;
        PTL_TRY(slot ? put_slot(out, m, name) : put_role(out, m, name, &rest));
    }
    return PTL_OK;
}

/* Whether an expression speaks of roles, and the file has none of them, or not the one it must. */
static bool is_absent(const making *m, const char *expression)
{
    bool speaks = false, has = false;
    for (const char *at = strchr(expression, '{'); at; at = strchr(at + 1, '{')) {
        if (at[1] == '{') {
            at++;
            continue;
        }
        ptl_text rest = ptl_text_of(at + 1);
        ptl_text role = ptl_text_cut(&rest, '}');
        const char sign = cut_sign(&role);
        const ptl_preset_column *column = ptl_preset_column_find(m->preset, role);
        const bool there = column && column_of(m, column);
        if (sign == '!' && !there) return true;
        has = has || there;
        speaks = speaks || sign != '?';
    }
    return speaks && !has;
}

/* --- the SELECT ------------------------------------------------------------------------------- */

static ptl_status check_use(const making *m)
{
    for (int64_t i = 0; i < m->use->n_columns; i++)
        if (!ptl_preset_column_find(m->preset, ptl_text_of(m->use->columns[i].name)))
            return ptl_fail(m->err, PTL_E_INVALID, "preset %s has no column \"%.100s\"",
                            m->preset->name, m->use->columns[i].name);
    for (int64_t i = 0; i < m->use->n_slots; i++)
        if (!ptl_preset_has_slot(m->preset, ptl_text_of(m->use->slots[i].name)))
            return ptl_fail(m->err, PTL_E_INVALID, "preset %s has no slot \"%.100s\"",
                            m->preset->name, m->use->slots[i].name);
    return PTL_OK;
}

/* A column that its table needs and has no default for: kept, if only to say what it is without. */
static bool is_needed(const making *m, const char *column)
{
    const ptl_canon_table *table = ptl_canon_find(ptl_text_of(m->preset->table));
    const ptl_canon_column *c = table ? ptl_canon_column_find(table, ptl_text_of(column)) : NULL;
    return c && c->required && !c->defaults && strcmp(column, "currency") != 0;
}

static ptl_status put_select(ptl_buffer *out, const making *m)
{
    bool first = true;
    ptl_buffer_text(out, "SELECT\n");
    for (int64_t i = 0; i < m->preset->n_map; i++) {
        const ptl_pair *entry = &m->preset->map[i];
        if (is_absent(m, entry->text) && !is_needed(m, entry->name)) continue;
        ptl_buffer_text(out, first ? "  " : ",\n  ");
        first = false;
        PTL_TRY(put_expression(out, m, entry->text));
        ptl_buffer_printf(out, " AS %s", entry->name);
    }
    ptl_buffer_text(out, "\nFROM ");
    PTL_TRY(put_expression(out, m, m->preset->from ? m->preset->from : "source"));
    if (m->preset->where) {
        ptl_buffer_text(out, "\nWHERE ");
        PTL_TRY(put_expression(out, m, m->preset->where));
    }
    return ptl_buffer_check(out, "a mapping", m->err);
}

ptl_status ptl_preset_mapping(ptl_buffer *out, const ptl_preset *preset, const ptl_preset_use *use,
                              ptl_error *err)
{
    const making m = {.preset = preset, .use = use, .err = err};
    PTL_TRY(check_use(&m));
    return put_select(out, &m);
}
