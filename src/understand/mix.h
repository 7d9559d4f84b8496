/* mix.h: the marketing-mix model of a company: its data, its fit, what it says.
 *
 * The panel is read from facts: revenue (or a series) by week, spend and pressure by channel, other
 * drivers. What cannot be used is left out and named. A fit writes `effect` rows and weekly figures
 * for its run and leaves its draws as an artefact; reading it back reads the same data as of the
 * same knowledge and computes every result again. It never trains inside a review. */
#ifndef PTL_UNDERSTAND_MIX_H
#define PTL_UNDERSTAND_MIX_H

#include "base/progress.h"
#include "portolan/mix.h"
#include "store/model.h"
#include "store/store.h"
#include "workspace/workspace.h"

/** One experiment as it is told: dates and names. Money in the reporting currency. */
typedef struct ptl_mix_test {
    const char *channel;
    ptl_day from, to;    /* media differed, both inclusive                        */
    ptl_day measured_to; /* inclusive; the cool-down counts the carry-over        */
    double factor;       /* media in these weeks times this is what it is against */
    double estimate, sd; /* outcome caused, money                                 */
    char grade;          /* 'A' or 'B'                                            */
    const char *geos;    /* places separated by commas; "": all                   */
} ptl_mix_test;

/** What makes the same fit again: kept with the model as JSON. */
typedef struct ptl_mix_settings {
    const char *preset;     /* portolan, meridian, pymc                                     */
    const char *kpi;        /* "revenue", or the name of a control series, or of a family of them:
                               "units" of "units/shoes" and "units/bags", by brand           */
    const char *mediators;  /* channels that other channels cause, separated by commas      */
    const char *demand;     /* channels that only follow demand, likewise                   */
    const char *adstock;    /* word of ptl_adstock_text; "": the preset's                   */
    const char *saturation; /* word of ptl_saturation_text; "": the preset's                */
    const char *noise;      /* normal, student_t                                            */
    int32_t knots;          /* of the baseline; 0: chosen from the data, -1: the preset's   */
    int32_t weeks;          /* newest complete weeks, at most                               */
    int32_t n_chains, n_warmup, n_draws;
    uint64_t seed;
    bool has_as_of;
    ptl_day as_of;
    ptl_instant known_by; /* facts learnt later are not in it */
    const ptl_mix_test *tests;
    int64_t n_tests;
} ptl_mix_settings;

ptl_mix_settings ptl_mix_settings_default(void);

/** Tests from a JSON list: [{"channel", "from", "to", "measured_to", "factor", "estimate", "sd",
 * "grade", "geos"}]; faults name the item and the key. */
PTL_NODISCARD ptl_status ptl_mix_tests_parse(const ptl_mix_test **out, int64_t *n, ptl_text json,
                                             ptl_arena *arena, ptl_error *err);

enum { PTL_MIX_NOTES_MAX = 64 };

/** Everything the science needs, in the arena. */
typedef struct ptl_mix_panel {
    ptl_mix_data data;
    ptl_mix_spec spec;
    ptl_mix_channel *channel;
    const ptl_mix_experiment *experiment;
    int64_t n_experiments;
    const char **place_name;     /* [place of data.place; geo where there is none] */
    const char **channel_member; /* governed name, or as recorded */
    const char **channel_label;
    const char **media_unit; /* impressions, clicks, spend */
    ptl_day first, last;     /* days of the weeks          */
    double margin;           /* CM1 per money of revenue over the weeks; NaN where unknown */
    const char *notes[PTL_MIX_NOTES_MAX]; /* what was left out, and why */
    int64_t n_notes;
} ptl_mix_panel;

PTL_NODISCARD ptl_status ptl_mix_panel_read(ptl_mix_panel *out, ptl_store *store,
                                            const ptl_workspace *workspace,
                                            const ptl_mix_settings *settings, ptl_arena *arena,
                                            ptl_error *err);

typedef struct ptl_mix_fitted {
    int64_t run_id;
    ptl_mix_settings settings;
    ptl_mix_panel panel;
    ptl_mix_result result;
} ptl_mix_fitted;

/** Read the panel, fit, write effects and figures of the run, keep draws and settings. */
PTL_NODISCARD ptl_status ptl_mix_fit(ptl_mix_fitted *out, ptl_store *store,
                                     const ptl_workspace *workspace,
                                     const ptl_mix_settings *settings, int64_t run_id,
                                     ptl_instant now, const ptl_executor *executor,
                                     ptl_arena *arena, ptl_progress *progress, ptl_error *err);

/** The fit of a run (0: the newest), read back. E_CONFLICT where the data changed under it. */
PTL_NODISCARD ptl_status ptl_mix_fitted_read(ptl_mix_fitted *out, ptl_store *store,
                                             const ptl_workspace *workspace, int64_t run_id,
                                             ptl_arena *arena, ptl_error *err);

#endif
