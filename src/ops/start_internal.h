/* start_internal.h: what the pieces of `portolan start` share.
 *
 * The way: look at the files · ask · write the workspace · load · first review, from which channels
 * and the default of the one number are read · ask for the number · apply · audit · review · say.
 * Every step but asking and writing is an operation of its own, run through the dispatcher, with
 * its run and its entries in the ledger.
 *
 * A terminal is asked on the way, a file of answers is read before it, and a form (the console) is
 * filled in beside it: start.ask hands out the same questions with the same proposed answers, and
 * `start` is run with what was typed, once as far as the first review, once to the end. */
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

typedef struct start start;
/** Words for what is wrong with an answer, or NULL; `*text` may be put into its usual form. */
typedef const char *(*start_check_fn)(const char **text, start *s);

typedef struct start_question {
    const char *key, *question;
    const char *proposed; /* its answer, if nobody says otherwise           */
    const char *choices;  /* a line each; NULL: anything that `check` takes */
    bool lists_choices;   /* in a terminal behind the question              */
    start_check_fn check;
} start_question;

typedef struct start_asked {
    start_question question;
    const char *answer, *from; /* from: "you", "answers", "default" */
    const char *wrong;         /* of a form: why the answer is not taken; NULL: it is */
} start_asked;

typedef struct start_channel {
    const char *name, *label;
    bool paid;
    const char *aliases[START_CHANNELS_MAX];
    int64_t n_aliases;
} start_channel;

struct start {
    ptl_call *call;
    bool is_form;       /* nobody is asked and nothing refused: questions are what is wanted */
    bool is_set_up;     /* into the blank workspace that somebody serves already             */
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
};

/* start.c */

/** Run an operation in the workspace at `root`; its answer where `answer` is not NULL. */
PTL_NODISCARD ptl_status start_run_with(json_t **answer, start *s, const char *operation,
                                        const char *json);
/** Look at the files of the folder: what each is, and what of it would be loaded. */
PTL_NODISCARD ptl_status start_look(start *s);
/** The questions before the first load. */
PTL_NODISCARD ptl_status start_ask_first(start *s);

/* start_ask.c */

/** One line of 1 to 200 characters. */
const char *start_plain(const char **text, start *s);
/** Answer from the file of answers, else from the person, else as proposed; counted and kept. */
PTL_NODISCARD ptl_status start_ask(const char **out, start *s, const start_question *question);
/** Count a question that the file of answers had answered already. */
PTL_NODISCARD ptl_status start_note(start *s, const start_question *question, const char *answer,
                                    const char *from, const char *wrong);
/** Answers as lines: of the call's parameter `given`, then of the file `answers`. */
PTL_NODISCARD ptl_status start_read_answers(start *s);
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
/** What is said where start stops for the one number. */
void start_say_pause(start *s);
/** Every question with its answer: the reply's table `name`. */
void start_put_questions(start *s, const char *name, const char *label);
/** Why a file is not understood, in words. */
const char *start_why_not(const ptl_recognised *r);
/** A company's or a channel's total of the review, 0 where it has none. */
double start_total(const json_t *line, const char *figure);

#endif
