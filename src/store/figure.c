/* figure.c: figures read back (figure.h). */
#include "store/figure.h"

#include <stddef.h>

static const struct {
    const char *name;
    ptl_type type;
    size_t offset;
} columns[] = {
#define COLUMN(field, type)                                                                        \
    {                                                                                              \
#field, PTL_TYPE_##type, offsetof(ptl_figures, field)                                      \
    }
    COLUMN(run_id, INT),       COLUMN(name, TEXT),      COLUMN(grain, TEXT),
    COLUMN(period_start, DAY), COLUMN(period_end, DAY), COLUMN(dimension, TEXT),
    COLUMN(member, TEXT),      COLUMN(value, DOUBLE),   COLUMN(exact, INT),
    COLUMN(low, DOUBLE),       COLUMN(high, DOUBLE),    COLUMN(probability, DOUBLE),
    COLUMN(unit, TEXT),        COLUMN(kind, TEXT),      COLUMN(grade, TEXT),
    COLUMN(verdict, TEXT)
#undef COLUMN
};

ptl_status ptl_figures_bind(ptl_figures *out, const ptl_table *table, ptl_error *err)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        const ptl_column **field = (const ptl_column **)(void *)((char *)out + columns[i].offset);
        PTL_TRY(ptl_table_column(field, table, columns[i].name, columns[i].type, err));
    }
    return PTL_OK;
}
