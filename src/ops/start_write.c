/* start_write.c: the workspace's files, as somebody would write them who knew every key.
 *
 * Written twice: before the first load without channels and number, after the first review with
 * both. Until then portolan.yaml says that it is blank (workspace/blank.h), and another start may
 * write over it; a workspace that was set up is never changed. */
#include "ops/start_internal.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "observe/channel_guess.h"
#include "workspace/blank.h"

static ptl_status write_file(start *s, const char *name, const ptl_buffer *text)
{
    const char *path = ptl_path_join(s->call->arena, s->root, name, s->err);
    if (!path) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_buffer_check(text, name, s->err));
    return ptl_file_write(path, ptl_buffer_borrow(text), 0644, s->err);
}

/* --- portolan.yaml ---------------------------------------------------------------------------- */

static void put_number(ptl_buffer *out, const start *s)
{
    ptl_buffer_text(out, "\n# The one number everybody works towards.\nkpi:\n");
    ptl_buffer_printf(out, "  metric: %s\n", s->metric ? s->metric : "cm2");
    if (s->owner) {
        ptl_buffer_text(out, "  owner: ");
        ptl_yaml_quote(out, s->owner);
        ptl_buffer_text(out, "\n");
    }
    if (!s->to) return;
    ptl_buffer_printf(out, "  from: %s\n  to: %s\n", s->from, s->to);
    if (s->starts[0]) ptl_buffer_printf(out, "  starts: %s\n", s->starts);
    ptl_buffer_printf(out, "  by: %s\n", s->by);
}

static ptl_status write_portolan(start *s, bool is_first)
{
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 16, NULL);
    if (is_first) ptl_buffer_text(&out, PTL_BLANK_MARK);
    ptl_buffer_text(&out, "# Written by `portolan start`; yours to change. After a change run "
                          "`portolan apply`.\n# docs/workspace.md lists every key.\n\ncompany: ");
    ptl_yaml_quote(&out, s->company);
    ptl_buffer_printf(&out, "\ncurrency: %s\nzone: %s\nweek_start: %s\n", s->currency, s->zone,
                      s->week_start);
    if (!is_first) put_number(&out, s);
    const ptl_status st = write_file(s, "portolan.yaml", &out);
    ptl_buffer_dispose(&out);
    return st;
}

/* --- channels --------------------------------------------------------------------------------- */

double start_total(const json_t *line, const char *figure)
{
    const json_t *all = json_object_get(line, "all");
    const char *text = json_string_value(json_object_get(all ? all : line, figure));
    double value = 0;
    if (!text || ptl_text_double(&value, ptl_text_of(text), NULL) != PTL_OK) return 0;
    return value;
}

static start_channel *channel_named(start *s, const char *name)
{
    for (int64_t i = 0; i < s->n_channels; i++)
        if (strcmp(s->channels[i].name, name) == 0) return &s->channels[i];
    return NULL;
}

/* Whether a recorded text already means the channel: its name, or its label. */
static bool says_itself(const start_channel *c, const char *recorded)
{
    return strcmp(c->name, recorded) == 0 || strcasecmp(c->label, recorded) == 0;
}

static ptl_status name_channel(const char **name, const char **label, start *s,
                               const char *recorded)
{
    const ptl_channel_guess guess = ptl_channel_guess_of(ptl_text_of(recorded));
    char *slug = NULL;
    *name = guess.name;
    *label = guess.label;
    if (guess.name) return PTL_OK;
    PTL_TRY(ptl_plan_slug(&slug, recorded, s->call->arena, s->err));
    char *words = ptl_text_copy(ptl_text_of(slug), s->call->arena, s->err);
    if (!words) return PTL_E_NO_MEMORY;
    for (char *c = words; *c; c++)
        if (*c == '_') *c = ' ';
    if (words[0] >= 'a' && words[0] <= 'z') words[0] = (char)(words[0] - 32);
    *name = slug;
    *label = words;
    return PTL_OK;
}

static ptl_status add_channel(start *s, const char *recorded, bool paid)
{
    const char *name, *label;
    PTL_TRY(name_channel(&name, &label, s, recorded));
    start_channel *c = channel_named(s, name);
    if (!c) {
        if (s->n_channels == START_CHANNELS_MAX) return PTL_OK; /* the rest stays not governed */
        c = &s->channels[s->n_channels++];
        *c = (start_channel){.name = name, .label = label};
    }
    c->paid = c->paid || paid;
    if (says_itself(c, recorded) || c->n_aliases == START_CHANNELS_MAX) return PTL_OK;
    const char *alias = ptl_text_copy(ptl_text_of(recorded), s->call->arena, s->err);
    if (!alias) return PTL_E_NO_MEMORY;
    c->aliases[c->n_aliases++] = alias;
    return PTL_OK;
}

/* Every channel that the first review met, as the exports write it. */
ptl_status start_find_channels(start *s)
{
    const json_t *found = json_object_get(s->review, "channels"), *line;
    size_t i;
    s->channels = ptl_arena_array(s->call->arena, START_CHANNELS_MAX, sizeof *s->channels, s->err);
    if (!s->channels) return PTL_E_NO_MEMORY;
    json_array_foreach(found, i, line)
    {
        const char *recorded = json_string_value(json_object_get(line, "channel"));
        if (!recorded || !recorded[0]) continue;
        PTL_TRY(add_channel(s, recorded, start_total(line, "media") > 0));
    }
    return PTL_OK;
}

static ptl_status write_channels(start *s)
{
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_buffer_text(&out, "# The channels that the files speak of, and how they write them.\n");
    for (int64_t i = 0; i < s->n_channels; i++) {
        const start_channel *c = &s->channels[i];
        ptl_buffer_printf(&out, "- name: %s\n  label: ", c->name);
        ptl_yaml_quote(&out, c->label);
        ptl_buffer_printf(&out, "\n  paid: %s\n", c->paid ? "true" : "false");
        for (int64_t k = 0; k < c->n_aliases; k++) {
            ptl_buffer_text(&out, k == 0 ? "  aliases:\n    - " : "    - ");
            ptl_yaml_quote(&out, c->aliases[k]);
            ptl_buffer_text(&out, "\n");
        }
    }
    const ptl_status st = write_file(s, "channels.yaml", &out);
    ptl_buffer_dispose(&out);
    return st;
}

/* --- sources, answers ------------------------------------------------------------------------- */

static ptl_status write_source(start *s, const ptl_planned *p)
{
    ptl_buffer out;
    const char *name = ptl_text_format(s->call->arena, s->err, "sources/%s.yaml", p->name);
    if (!name) return PTL_E_NO_MEMORY;
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_status st = ptl_plan_source(&out, &s->plan, p, &s->choice, s->call->arena, s->err);
    if (st == PTL_OK) st = write_file(s, name, &out);
    ptl_buffer_dispose(&out);
    return st;
}

static ptl_status write_sources(start *s)
{
    for (int64_t i = 0; i < s->plan.n_sources; i++)
        if (!s->plan.sources[i].left_out) PTL_TRY(write_source(s, &s->plan.sources[i]));
    return PTL_OK;
}

ptl_status start_take_away(start *s, const char *source)
{
    const char *name = ptl_text_format(s->call->arena, s->err, "sources/%s.yaml", source);
    const char *path = name ? ptl_path_join(s->call->arena, s->root, name, s->err) : NULL;
    if (!path) return PTL_E_NO_MEMORY;
    return unlink(path) == 0 ? PTL_OK : ptl_fail(s->err, PTL_E_IO, "%.300s stays", path);
}

/* What was asked and answered, as a file that answers the same questions again. */
static ptl_status write_answers(start *s)
{
    ptl_buffer out;
    ptl_buffer_init(&out, 1 << 20, NULL);
    ptl_buffer_text(&out, "# portolan start FOLDER --answers answers.txt asks nothing of this.\n");
    for (int64_t i = 0; i < s->n_asked; i++)
        if (strcmp(s->asked[i].question.key, "number") != 0 &&
            strcmp(s->asked[i].question.key, "to") != 0)
            ptl_buffer_printf(&out, "%s: %s\n", s->asked[i].question.key, s->asked[i].answer);
    if (s->to) {
        ptl_buffer_printf(&out, "metric: %s\nfrom: %s\nto: %s\nby: %s\n", s->metric, s->from, s->to,
                          s->by);
        if (s->starts[0]) ptl_buffer_printf(&out, "starts: %s\n", s->starts);
    }
    const ptl_status st = write_file(s, "answers.txt", &out);
    ptl_buffer_dispose(&out);
    return st;
}

static ptl_status write_ignore(start *s)
{
    ptl_buffer out;
    ptl_buffer_init(&out, 256, NULL);
    ptl_buffer_text(&out, "# what the program keeps: customers' data, never in git\n.portolan/\n");
    const char *path = ptl_path_join(s->call->arena, s->root, ".gitignore", s->err);
    ptl_status st = path ? PTL_OK : PTL_E_NO_MEMORY;
    if (st == PTL_OK && !ptl_file_exists(path)) st = write_file(s, ".gitignore", &out);
    ptl_buffer_dispose(&out);
    return st;
}

/* What an earlier start that did not come to its end had written. */
static ptl_status forget_sources(start *s, const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir) return ptl_fail(s->err, PTL_E_IO, "%.300s cannot be read", folder);
    ptl_status st = PTL_OK;
    for (const struct dirent *one; st == PTL_OK && (one = readdir(dir)) != NULL;) {
        const char *dot = strrchr(one->d_name, '.');
        if (dot && strcmp(dot, ".yaml") == 0 && unlinkat(dirfd(dir), one->d_name, 0) != 0)
            st = ptl_fail(s->err, PTL_E_IO, "%.200s/%.200s stays", folder, one->d_name);
    }
    closedir(dir);
    return st;
}

ptl_status start_write(start *s, bool is_first)
{
    PTL_TRY(write_portolan(s, is_first));
    if (!is_first) {
        s->choice.owner = s->owner; /* of the files too, until they name somebody else */
        PTL_TRY(write_sources(s));
        PTL_TRY(write_channels(s));
        return write_answers(s);
    }
    const char *folder = ptl_path_join(s->call->arena, s->root, "sources", s->err);
    if (!folder) return PTL_E_NO_MEMORY;
    PTL_TRY(ptl_folder_make(folder, 0755, s->err));
    PTL_TRY(forget_sources(s, folder));
    PTL_TRY(write_sources(s));
    return write_ignore(s);
}
