/* verdict.c: the words of a verdict. */
#include "portolan/verdict.h"

const char *ptl_verdict_text(ptl_verdict verdict)
{
    switch (verdict) {
#define TEXT_CASE(name, text)                                                                      \
    case PTL_##name:                                                                               \
        return text;
        PTL_VERDICT_LIST(TEXT_CASE)
#undef TEXT_CASE
    }
    return "a verdict outside the list";
}
