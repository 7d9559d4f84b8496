/* reply.h: what an operation answers, once for every face.
 *
 * A handler says a sentence, names values and fills tables. The same reply is text in a terminal,
 * JSON for machines, and later HTTP and MCP: no face knows what an operation means. */
#ifndef PTL_OPS_REPLY_H
#define PTL_OPS_REPLY_H

#include "base/civil.h"
#include "base/json_write.h"
#include "portolan/verdict.h"

typedef struct ptl_reply ptl_reply;

PTL_NODISCARD ptl_status ptl_reply_new(ptl_reply **out, ptl_error *err);
void ptl_reply_free(ptl_reply *reply);

/* Failures (memory, ceiling) are sticky and come out of ptl_reply_check. */
PTL_NODISCARD ptl_status ptl_reply_check(const ptl_reply *reply, ptl_error *err);

/** The answer as a sentence, first in every face ("said" in JSON). Several are paragraphs. */
void ptl_reply_say(ptl_reply *reply, const char *format, ...) PTL_PRINTF(2, 3);
/** What to do next; shown last in a terminal ("next" in JSON). */
void ptl_reply_next(ptl_reply *reply, const char *format, ...) PTL_PRINTF(2, 3);

/** What the reader should know beside the answer ("notes" in JSON): an interrupted run that was
 * settled, a draft that is not in force. Shown after the answer. */
void ptl_reply_note(ptl_reply *reply, const char *format, ...) PTL_PRINTF(2, 3);

/* Named values: `name` is the JSON key, `label` what a person reads. */
void ptl_reply_text(ptl_reply *reply, const char *name, const char *label, const char *value);
void ptl_reply_int(ptl_reply *reply, const char *name, const char *label, int64_t value);
/** A number that names a thing (a run, a load): printed without thousands separators. */
void ptl_reply_id(ptl_reply *reply, const char *name, const char *label, int64_t value);
void ptl_reply_double(ptl_reply *reply, const char *name, const char *label, double value);
void ptl_reply_bool(ptl_reply *reply, const char *name, const char *label, bool value);
void ptl_reply_micros(ptl_reply *reply, const char *name, const char *label, int64_t micros,
                      const char *currency);
void ptl_reply_instant(ptl_reply *reply, const char *name, const char *label, ptl_instant value);
void ptl_reply_day(ptl_reply *reply, const char *name, const char *label, ptl_day value);
/** A JSON value made elsewhere; not shown in a terminal. */
void ptl_reply_json(ptl_reply *reply, const char *name, ptl_text json);
/** A text that is told once and kept nowhere: a key, an invitation. What is kept with the run has
 * null in its place. */
void ptl_reply_secret(ptl_reply *reply, const char *name, const char *label, const char *value);
/** A text for people, shown under its label, or without one where it is "": then every line is
 * wrapped by itself. Not in JSON. */
void ptl_reply_block(ptl_reply *reply, const char *label, ptl_text text);

/* What the cells of a column hold, where something is there. A column that does not say (false, or
 * true where it stands to the right) is of the type its values have; one that says is of that type
 * whatever they are, and a cell of another kind is a fault of the handler. Lists that are paged say
 * it of every column: they are written while later pages are not read yet. */
typedef enum ptl_holds {
    PTL_HOLDS_TEXT = 2,
    PTL_HOLDS_DAY,
    PTL_HOLDS_INSTANT,
    PTL_HOLDS_JSON,
    PTL_HOLDS_INT, /* from here on to the right in a terminal */
    PTL_HOLDS_ID,
    PTL_HOLDS_NUMBER,
    PTL_HOLDS_MONEY,
    PTL_HOLDS_FIGURE /* money, a whole number or a number, from row to row */
} ptl_holds;

/** A table: `name` is the JSON key of an array of objects. Columns: {name, label, what it holds};
 * a column whose label is NULL or "" is for machines and not shown in a terminal. */
typedef struct ptl_reply_column {
    const char *name;
    const char *label;
    int32_t holds; /* ptl_holds, or false or true */
} ptl_reply_column;
void ptl_reply_table(ptl_reply *reply, const char *name, const char *label,
                     const ptl_reply_column *columns, int64_t n_columns);
/* Cells in column order; a row ends by itself after the last column. */
void ptl_reply_cell_text(ptl_reply *reply, const char *value); /* NULL: none */
void ptl_reply_cell_int(ptl_reply *reply, int64_t value);
void ptl_reply_cell_id(ptl_reply *reply, int64_t value);
void ptl_reply_cell_double(ptl_reply *reply, double value); /* NaN: none */
void ptl_reply_cell_micros(ptl_reply *reply, int64_t micros, const char *currency);
void ptl_reply_cell_instant(ptl_reply *reply, ptl_instant value); /* 0: none */
void ptl_reply_cell_day(ptl_reply *reply, ptl_day value);
void ptl_reply_cell_json(ptl_reply *reply, ptl_text json); /* one JSON value made elsewhere */
void ptl_reply_table_end(ptl_reply *reply);

/** Large text meant for a file or a pipe (a man page, a document): printed as it is in a terminal,
 * "document" in JSON. */
void ptl_reply_document(ptl_reply *reply, ptl_text document);

/* the faces */

/** One JSON object: "said", the values and tables in the order they were named, "document",
 * "notes", "next". Lists of sentences are there even where they are empty. */
void ptl_reply_write_json(const ptl_reply *reply, ptl_json *json);
/** The same members inside an object that the caller has open (a problem carries its faults). */
void ptl_reply_write_members(const ptl_reply *reply, ptl_json *json);
/** Lines of at most `columns` columns, [40, 1000]. A reply with a document is the document alone.
 */
void ptl_reply_write_text(const ptl_reply *reply, ptl_buffer *out, int32_t columns);

/* What of a list is written: all of it, or, page after page, the head once, each page's rows, the
 * end once. */
enum {
    PTL_PART_HEAD = 1,
    PTL_PART_ROWS = 2,
    PTL_PART_END = 4,
    PTL_PART_ALL = PTL_PART_HEAD | PTL_PART_ROWS | PTL_PART_END
};

/** One list of the answer as CSV (reply_csv.c) or as an Arrow IPC stream (reply_arrow.c), appended
 * to `out`. `table` NULL: the only one. E_INVALID where there is none such, or several; E_INTERNAL
 * where a part is asked for of a list whose columns do not say what they hold. */
PTL_NODISCARD ptl_status ptl_reply_write_csv(const ptl_reply *reply, const char *table, int parts,
                                             ptl_buffer *out, ptl_error *err);
PTL_NODISCARD ptl_status ptl_reply_write_arrow(const ptl_reply *reply, const char *table, int parts,
                                               ptl_buffer *out, ptl_error *err);
/** Where that list goes on: its cursor, appended to `out`; nothing where it ends with this answer.
 * The list a cursor is of is the one it was answered behind. */
void ptl_reply_cursor(const ptl_reply *reply, const char *table, ptl_buffer *out);

/* Kept with the run, so that the same inputs give the same answer in every face. */

/** Everything the reply holds, as one JSON object that ptl_reply_load reads back. */
void ptl_reply_save(const ptl_reply *reply, ptl_json *json);
/** The same with its secrets, for the one who asked and waits at the other end of a socket. */
void ptl_reply_send(const ptl_reply *reply, ptl_json *json);
/** Whether `outcome` is a saved reply: a run that was settled after its process died has none. */
bool ptl_reply_is_saved(ptl_text outcome);
/** Add what was saved to `reply`. E_CORRUPT where `saved` is not a saved reply. */
PTL_NODISCARD ptl_status ptl_reply_load(ptl_reply *reply, ptl_text saved, ptl_error *err);

#endif
