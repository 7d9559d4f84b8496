/* currency.h: the currencies of ISO 4217 that money is paid in. */
#ifndef PTL_WORKSPACE_CURRENCY_H
#define PTL_WORKSPACE_CURRENCY_H

#include "base/text.h"

/** The code itself, kept for ever; NULL where the list has none such. */
const char *ptl_currency_find(ptl_text code);

/** The code that somebody who wrote `found` will have meant, or NULL. */
const char *ptl_currency_nearest(ptl_text found);

#endif
