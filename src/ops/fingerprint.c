/* fingerprint.c: what a run's numbers depend on beside its inputs. */
#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>

#include "ops/dispatch.h"
#include "portolan/linalg.h"

/* "model name : Intel(R) …" of the first core; the architecture where the kernel names no model. */
static void cpu_model(char out[128])
{
    snprintf(out, 128, "%s", sizeof(void *) == 8 ? "64 bit" : "32 bit");
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file) return;
    char line[512];
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "model name", 10) != 0) continue;
        ptl_text rest = ptl_text_of(line);
        (void)ptl_text_cut(&rest, ':');
        rest = ptl_text_trim(rest);
        snprintf(out, 128, "%.*s", (int)(rest.len < 127 ? rest.len : 127), rest.ptr);
        break;
    }
    (void)fclose(file);
}

ptl_status ptl_fingerprint(const char **out, ptl_arena *arena, ptl_error *err)
{
    char cpu[128];
    cpu_model(cpu);
    *out = ptl_text_format(arena, err, "cpu %s; blas %s; glibc %s; engine %s; portolan %s", cpu,
                           ptl_linalg_fingerprint(), gnu_get_libc_version(), ptl_warehouse_engine(),
                           PTL_VERSION);
    return *out ? PTL_OK : PTL_E_NO_MEMORY;
}
