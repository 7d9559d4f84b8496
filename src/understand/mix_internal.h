/* mix_internal.h: what the files of the mix model's stage share. */
#ifndef PTL_UNDERSTAND_MIX_INTERNAL_H
#define PTL_UNDERSTAND_MIX_INTERNAL_H

#include "understand/mix.h"

/** Settings as canonical JSON in the arena, and back. */
PTL_NODISCARD ptl_status ptl_mix_settings_write(char **out, const ptl_mix_settings *settings,
                                                ptl_arena *arena, ptl_error *err);
PTL_NODISCARD ptl_status ptl_mix_settings_parse(ptl_mix_settings *out, const char *json,
                                                ptl_arena *arena, ptl_error *err);

/** Say what was left out of the panel. */
void ptl_mix_note(ptl_mix_panel *panel, ptl_arena *arena, const char *format, ...) PTL_PRINTF(3, 4);

/** Is `name` in a list separated by commas? */
bool ptl_mix_listed(const char *list, const char *name);

/** Specification and experiments, once the data are there. */
PTL_NODISCARD ptl_status ptl_mix_specify(ptl_mix_panel *panel, const ptl_mix_settings *settings,
                                         ptl_arena *arena, ptl_error *err);

/** `effect` and `figure` rows of the run, in one scope. */
PTL_NODISCARD ptl_status ptl_mix_write(const ptl_mix_fitted *fitted, ptl_store *store,
                                       const ptl_workspace *workspace, ptl_error *err);

#endif
