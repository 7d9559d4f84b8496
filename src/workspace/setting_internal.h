/* setting_internal.h: what the form's reader and its writer share (setting.h). */
#ifndef PTL_WORKSPACE_SETTING_INTERNAL_H
#define PTL_WORKSPACE_SETTING_INTERNAL_H

#include "workspace/setting.h"

/* --- places (setting_place.c) ----------------------------------------------------------------- */

typedef struct ptl_setting_form {
    const ptl_schema *schema;
    bool rows; /* the file is a list of them */
} ptl_setting_form;

/** What `file` holds; its schema is NULL where people have no form for it. */
ptl_setting_form ptl_setting_form_of(const char *file);

/* One step of a path: a key, or an item from 1. */
typedef struct ptl_setting_step {
    ptl_text name;
    int64_t idx; /* 0: a key */
} ptl_setting_step;

/** Cut the first step off; false where there is none, or what is there is none. */
bool ptl_setting_cut(ptl_setting_step *out, ptl_text *path);

typedef enum ptl_setting_kind {
    PTL_SETTING_NONE,
    PTL_SETTING_VALUE,
    PTL_SETTING_ITEM /* of a list of maps */
} ptl_setting_kind;

/** What `path` names in `file`; `key` is the value's. */
ptl_setting_kind ptl_setting_place(const ptl_schema_key **key, const char *file, ptl_text path);

/** The child of `node` that a step leads to; NULL where there is none. */
const ptl_yaml_node *ptl_setting_child(const ptl_yaml_node *node, ptl_setting_step step);

/** The node at `path`; NULL where nothing stands there. */
const ptl_yaml_node *ptl_setting_node(const ptl_yaml_node *root, ptl_text path);

/* --- values ----------------------------------------------------------------------------------- */

/** The file's tree; E_INVALID where it cannot be read. Its faults of meaning are not looked at. */
PTL_NODISCARD ptl_status ptl_setting_tree(const ptl_yaml_node **root, const char *file,
                                          ptl_text content, ptl_arena *arena, ptl_error *err);

/** What a node says, as ptl_setting has it; NULL for no node. */
PTL_NODISCARD ptl_status ptl_setting_value(const char **out, const ptl_yaml_node *node,
                                           ptl_arena *arena, ptl_error *err);

/** A key as the schema of presets' columns and slots has it: a text. */
extern const ptl_schema_key ptl_setting_pair_key;

/* --- what is written (setting_text.c) --------------------------------------------------------- */

/* A change: [from, to) of the content gives way to `text`. */
typedef struct ptl_edit {
    ptl_text content;
    const ptl_yaml_node *root;
    const ptl_schema_key *key; /* NULL: an item is left out */
    ptl_text value;
    ptl_buffer *text;
    size_t from, to;
} ptl_edit;

void ptl_edit_indent(ptl_edit *e, int64_t n);
/** One text as a scalar, in quotes where it needs them; `flow`: inside braces or brackets. */
void ptl_edit_scalar(ptl_edit *e, ptl_text text, bool flow);
/** The items of a list, one text a line. */
void ptl_edit_items(ptl_edit *e, const char *before_first, const char *between);
/** The value of a key that stands at `indent`; `flow`: inside braces. */
void ptl_edit_value(ptl_edit *e, int64_t indent, bool flow);
/** Over a value that is there. */
void ptl_edit_over(ptl_edit *e, const ptl_yaml_node *node);

/* --- where it stands (setting_span.c) --------------------------------------------------------- */

/** The byte at which character `idx` begins. */
size_t ptl_edit_byte(const ptl_edit *e, int64_t idx);
size_t ptl_edit_line_start(const ptl_edit *e, size_t at);
/** Of the line's break, or of the content. */
size_t ptl_edit_line_end(const ptl_edit *e, size_t at);
/** In braces or brackets. */
bool ptl_edit_in_flow(const ptl_edit *e, const ptl_yaml_node *node);
/** A text after | or >. */
bool ptl_edit_is_block(const ptl_edit *e, const ptl_yaml_node *node);
/** Behind the node's last character. */
size_t ptl_edit_end(const ptl_edit *e, const ptl_yaml_node *node);
/** The lines of an item of a block's list, with the comments that belong to it: [from, to). */
void ptl_edit_item_lines(size_t *from, size_t *to, const ptl_edit *e, const ptl_yaml_node *item);
/** Whether blank lines stand before `at`, which begins a line. */
bool ptl_edit_blank_before(const ptl_edit *e, size_t at);

/* --- what goes and what comes (setting_item.c) ------------------------------------------------ */

/** A key or an item goes, with its lines. */
void ptl_edit_take_out(ptl_edit *e, const ptl_yaml_node *node);
/** What is not there comes, with the maps and lists on the way to it. */
PTL_NODISCARD ptl_status ptl_edit_add(ptl_edit *e, const char *path, ptl_error *err);

#endif
