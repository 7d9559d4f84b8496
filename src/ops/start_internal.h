/* start_internal.h: what the pieces of `portolan start` share.
 *
 * The way: look at the files · ask · write the workspace · load · first review, from which channels
 * and the default of the one number are read · ask for the number · apply · audit · review · say.
 * Every step but asking and writing is an operation of its own, run through the dispatcher, with
 * its run and its entries in the ledger. */
#ifndef PTL_OPS_START_INTERNAL_H
#define PTL_OPS_START_INTERNAL_H

#include <jansson.h>

#include "observe/plan.h"
#include "ops/args.h"
#include "ops/dispatch.h"

enum {
    START_QUESTIONS_MAX = 10, /* a person has half an hour */
    START_ANSWERS_MAX = 1000,
    START_ANSWER_BYTES_MAX = 512,
    START_CHANNELS_MAX = 200
};

typedef struct start_asked {
    const char *key, *question, *answer, *from; /* from: "you", "answers", "default" */
} start_asked;

typedef struct start_channel {
    const char *name, *label;
    bool paid;
    const char *aliases[START_CHANNELS_MAX];
    int64_t n_aliases;
} start_channel;

typedef struct start {
    ptl_call *call;
    const char *folder; /* with the exports          */
    const char *root;   /* of the workspace, absolute */
    ptl_pair answers[START_ANSWERS_MAX];
    int64_t n_answers;
    ptl_answer file_answers[START_ANSWERS_MAX];
    int64_t n_file_answers;
    start_asked asked[START_QUESTIONS_MAX];
    int64_t n_asked;
    ptl_recognised *files;
    int64_t n_files;
    ptl_plan plan;
    ptl_plan_choice choice;
    /* what was answered */
    const char *company, *currency, *zone, *week_start, *owner;
    const char *metric, *from, *to, *starts, *by; /* from NULL: no target */
    int32_t margin;                               /* in percent, -1: not asked */
    /* what the first review found */
    json_t *review;
    const char *no_review, *no_review_hint; /* why there is none; NULL: there is one */
    start_channel *channels;
    int64_t n_channels;
    int64_t rows, set_aside;
    json_t *loaded;               /* the answer of source.list */
    json_t *audit, *answer_table; /* the answers of data.audit and answer.list */
    ptl_error *err;
} start;

/* start_ask.c */

/** Words for what is wrong with an answer, or NULL; `*text` may be put into its usual form. */
typedef const char *(*start_check_fn)(const char **text, start *s);
/** One line of 1 to 200 characters. */
const char *start_plain(const char **text, start *s);
/** Answer from the file of answers, else from the person, else as proposed; counted and kept. */
PTL_NODISCARD ptl_status start_ask(const char **out, start *s, const char *key,
                                   const char *question, const char *proposed,
                                   start_check_fn check);
/** Count a question that the file of answers had answered already. */
PTL_NODISCARD ptl_status start_note(start *s, const char *key, const char *question,
                                    const char *answer, const char *from);
PTL_NODISCARD ptl_status start_read_answers(start *s, const char *path);
PTL_NODISCARD ptl_status start_ask_company(start *s);
PTL_NODISCARD ptl_status start_ask_doubts(start *s);

/* start_number.c */
PTL_NODISCARD ptl_status start_ask_number(start *s);

/* start_write.c */
PTL_NODISCARD ptl_status start_write(start *s, bool is_first);
PTL_NODISCARD ptl_status start_take_away(start *s, const char *source);
PTL_NODISCARD ptl_status start_find_channels(start *s);

/* start_report.c */
void start_say(start *s);
/** A company's or a channel's total of the review, 0 where it has none. */
double start_total(const json_t *line, const char *figure);

#endif
