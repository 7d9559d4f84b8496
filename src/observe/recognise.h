/* recognise.h: which export a file is, told from its head and its first rows.
 *
 * Invariants.
 *  1. A column gets a role by its name, and keeps it only if its values are of the role's kind:
 *     a head that is right over values that are not is no match, and says so.
 *  2. Nothing is mapped silently: a name that is only nearly right, a date that reads two ways, a
 *     number that another locale reads differently are doubts, each with the question to ask.
 *  3. A file is `sure` only where every required role is there, its values fit, no doubt is open,
 *     and no other preset says as much. Otherwise nothing is made of it until somebody answers.
 *  4. The same file gives the same answer. Nothing is written. */
#ifndef PTL_OBSERVE_RECOGNISE_H
#define PTL_OBSERVE_RECOGNISE_H

#include "observe/content.h"
#include "base/progress.h"

/* A preset held against a file: the columns it found there. */
typedef struct ptl_match {
    const ptl_preset *preset;
    int64_t *columns;     /* by the preset's columns: column of the file, -1: not there */
    const char **formats; /* the same; NULL: none                                      */
    bool *explained;      /* by the file's columns: has a role, or is known to have none  */
    const ptl_locale *locale;
    const char *currency; /* found in a column's name, "EUR"; NULL: none  */
    bool complete;        /* every required role is there, its values fit */
    double confidence;    /* 0 to 1                                       */
    int64_t n_bound;      /* roles with a column                          */
    int64_t n_missing;    /* required roles without                       */
    int64_t n_misfit;     /* columns whose values are not of the kind     */
    bool is_unmarked;     /* it lacks the heads that no other tool writes */
    bool has_rows;        /* somebody looked at values                    */
} ptl_match;

/* One source that a file gives. */
typedef struct ptl_part {
    const ptl_preset *preset;
    ptl_pair *columns; /* role, column of the file */
    int64_t n_columns;
    ptl_pair *slots;
    int64_t n_slots;
    const char *stem; /* of a preset with `each`: what told this column from the others */
} ptl_part;

/* A thing to ask before the file may be used. */
typedef struct ptl_doubt {
    const char *question; /* "which column of x.csv is the day?"     */
    const char *role;     /* whose column or format the answer is    */
    bool is_format;       /* the answer is a format, else a column   */
    const char *const *choices;
    int64_t n_choices;
    const char *proposed; /* one of the choices, or NULL */
} ptl_doubt;

typedef struct ptl_recognised {
    const char *path, *file; /* as given · relative to the folder looked through; of a workbook with
                                several sheets "book.xlsx#Costs" */
    ptl_sample sample;
    const char *unreadable; /* words, where it is no table                       */
    ptl_match match;        /* the best; preset NULL: none came near             */
    bool sure;
    ptl_part *parts; /* the sources it gives, where sure; of them the first is the preset's own */
    int64_t n_parts;
    const char *identifier_kind; /* what the customer's column really holds; NULL: as the preset */
    const char *const *reasons;  /* what speaks for it      */
    int64_t n_reasons;
    const char *const *against; /* what is wrong or missing */
    int64_t n_against;
    ptl_doubt *doubts;
    int64_t n_doubts;
    int64_t n_unused;          /* columns nothing is made of       */
    const char *const *unused; /* their names                      */
} ptl_recognised;

/** An answer given before: "file: role" or "file: role_format" and what it is. */
typedef struct ptl_answer {
    const char *file, *role, *text;
} ptl_answer;

/** Look at one file. `path` is opened, `file` is what it is called. */
PTL_NODISCARD ptl_status ptl_recognise_file(ptl_recognised *out, const char *path, const char *file,
                                            const ptl_preset *presets, int64_t n_presets,
                                            const ptl_answer *answers, int64_t n_answers,
                                            ptl_arena *arena, ptl_error *err);

/** The same of one sheet of a workbook; NULL: the only one. */
PTL_NODISCARD ptl_status ptl_recognise_sheet(ptl_recognised *out, const char *path,
                                             const char *sheet, const char *file,
                                             const ptl_preset *presets, int64_t n_presets,
                                             const ptl_answer *answers, int64_t n_answers,
                                             ptl_arena *arena, ptl_error *err);

/** Every file below a folder that may be a table (by its name), sorted; or the one file that `path`
 * is; of a workbook every sheet. Hidden files, workspaces' own stores and files of other kinds are
 * passed over. */
PTL_NODISCARD ptl_status ptl_recognise_all(ptl_recognised **out, int64_t *n, const char *path,
                                           const ptl_answer *answers, int64_t n_answers,
                                           ptl_arena *arena, ptl_progress *progress,
                                           ptl_error *err);

/* --- what its pieces do, for tests ------------------------------------------------------------ */

/** Hold one preset against a sample. */
PTL_NODISCARD ptl_status ptl_match_preset(ptl_match *out, const ptl_preset *preset,
                                          const ptl_sample *sample, const ptl_answer *answers,
                                          int64_t n_answers, const char *file, ptl_arena *arena,
                                          ptl_error *err);

/** Confidence anew, after `explained` changed. */
void ptl_match_weigh(ptl_match *match, const ptl_sample *sample);

/** Make the sources of a match: out->parts. */
PTL_NODISCARD ptl_status ptl_recognise_parts(ptl_recognised *out, const ptl_preset *presets,
                                             int64_t n_presets, ptl_arena *arena, ptl_error *err);
/** Put what is open into words: out->against, out->doubts. */
PTL_NODISCARD ptl_status ptl_recognise_doubts(ptl_recognised *out, const ptl_answer *answers,
                                              int64_t n_answers, ptl_arena *arena, ptl_error *err);

#endif
