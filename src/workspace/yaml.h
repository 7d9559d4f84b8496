/* yaml.h: one YAML file as a tree in which every node knows where it stands.
 *
 * A configuration is read by people in a review and by the program, and both must see the same.
 * So the language is YAML without its surprises:
 *  1. one document; maps, lists, scalars; keys are scalars;
 *  2. no anchors, aliases or tags, no key twice in a map, no tab before the text of a line, no
 *     control character, nothing that is not UTF-8: each is a fault with its position;
 *  3. a scalar is text. What it means (a day, an amount) is the schema's business: `no` is a
 *     country if the schema says so;
 *  4. bytes, depth and nodes have ceilings (limits.h), and passing one is a fault.
 *
 * Lines and columns count from 1, columns in characters, as an editor shows them. */
#ifndef PTL_WORKSPACE_YAML_H
#define PTL_WORKSPACE_YAML_H

#include "workspace/fault.h"

typedef enum ptl_yaml_kind { PTL_YAML_SCALAR, PTL_YAML_LIST, PTL_YAML_MAP } ptl_yaml_kind;

typedef struct ptl_yaml_node ptl_yaml_node;
struct ptl_yaml_node {
    ptl_yaml_kind kind;
    int64_t line, column;
    ptl_text text; /* SCALAR; terminated                                       */
    bool faulted;  /* a fault was reported here: say no more about this value  */
    ptl_text key;  /* inside a MAP; terminated                                 */
    int64_t key_line, key_column;
    int64_t from, to;         /* characters from the content's first, its byte order mark aside;
                                 `to` of a MAP or LIST without brackets lies beyond its last child */
    int64_t key_from, key_to; /* inside a MAP */
    int64_t idx;              /* inside a LIST, from 1                                    */
    int64_t n;                /* children of a MAP or LIST                                */
    const ptl_yaml_node *parent;
    ptl_yaml_node *first, *last, *next;
};

/** Read `content`. Faults are added and OK returned; `*root` is NULL where the text is so broken
 * that its meaning is not known. An empty file is an empty map. Fails for lack of memory only. */
PTL_NODISCARD ptl_status ptl_yaml_parse(const ptl_yaml_node **root, const char *file,
                                        ptl_text content, ptl_arena *arena, ptl_faults *faults,
                                        ptl_error *err);

/** The value of `key` in a map; NULL where there is none, or `map` is none. */
const ptl_yaml_node *ptl_yaml_find(const ptl_yaml_node *map, const char *key);

/** "kpi.to", "[2].aliases[1]": the way from the root to `node`; "" for the root. */
void ptl_yaml_path(ptl_buffer *out, const ptl_yaml_node *node);

#endif
