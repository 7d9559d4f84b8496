/* args.h: parameters of one call, checked against the operation's table. */
#ifndef PTL_OPS_ARGS_H
#define PTL_OPS_ARGS_H

#include "ops/op.h"

/** From a JSON object: unknown names, wrong types, missing or out-of-range values are E_INVALID
 * with the parameter, what was found and what is allowed. Defaults are filled in. */
PTL_NODISCARD ptl_status ptl_args_from_json(ptl_args **out, const ptl_op *op, ptl_text json,
                                            ptl_arena *arena, ptl_error *err);
/** From texts as typed in a terminal; repeated names gather into a list. */
typedef struct ptl_arg_text {
    const char *name;
    const char *value; /* "true" for a bare switch */
} ptl_arg_text;
PTL_NODISCARD ptl_status ptl_args_from_texts(ptl_args **out, const ptl_op *op,
                                             const ptl_arg_text *texts, int64_t n_texts,
                                             ptl_arena *arena, ptl_error *err);

/** The same question, of the page behind `cursor` ("": the first) with `limit` rows, in another
 * arena. The operation takes both; `limit` is cut to what it allows. */
PTL_NODISCARD ptl_status ptl_args_page(ptl_args **out, const ptl_args *args, int64_t limit,
                                       const char *cursor, ptl_arena *arena, ptl_error *err);
/** Whether the operation takes `limit` and `cursor`: its list has pages. */
bool ptl_op_has_pages(const ptl_op *op);

/** Canonical JSON (keys in the table's order, defaults included): part of a run's inputs. */
PTL_NODISCARD ptl_status ptl_args_canonical(ptl_buffer *out, const ptl_args *args, ptl_error *err);

/** The operation that these were checked against. */
const ptl_op *ptl_args_op(const ptl_args *args);

/* Names are those of the operation's own table; asking for another is a programming error that
 * answers with the type's zero. */
bool ptl_args_given(const ptl_args *args, const char *name);       /* given or defaulted */
const char *ptl_args_text(const ptl_args *args, const char *name); /* NULL where absent */
int64_t ptl_args_int(const ptl_args *args, const char *name);
double ptl_args_number(const ptl_args *args, const char *name); /* NaN where absent */
bool ptl_args_bool(const ptl_args *args, const char *name);
ptl_day ptl_args_day(const ptl_args *args, const char *name);
int64_t ptl_args_count(const ptl_args *args, const char *name);
const char *ptl_args_item(const ptl_args *args, const char *name, int64_t idx);

#endif
