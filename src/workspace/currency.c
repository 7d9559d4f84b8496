/* currency.c: ISO 4217 (currency.h). In order: the active codes of national currencies, and those
 * replaced since 2021, which exports of earlier years still carry (ANG BGN CUC HRK SLL ZWL). Funds,
 * metals and testing codes are left out: nobody is paid in them. */
#include "workspace/currency.h"

#include <string.h>

static const char *const codes[] = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
    "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP",
    "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF",
    "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK",
    "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK",
    "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU",
    "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR",
    "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR",
    "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SLL", "SOS", "SRD", "SSP", "STN", "SVC",
    "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX",
    "USD", "UYU", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF",
    "YER", "ZAR", "ZMW", "ZWG", "ZWL",
};
enum { N_CODES = sizeof codes / sizeof codes[0] };

const char *ptl_currency_find(ptl_text code)
{
    size_t low = 0, high = N_CODES;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = ptl_text_compare(ptl_text_of(codes[middle]), code);
        if (order == 0) return codes[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Signs and names come first: no edit of "€" is "EUR". "$" is left alone: it has many. */
const char *ptl_currency_nearest(ptl_text found)
{
    static const char *const spoken[][2] = {
        {"€", "EUR"}, {"£", "GBP"}, {"₺", "TRY"}, {"Euro", "EUR"}, {"euro", "EUR"}};
    for (size_t i = 0; i < sizeof spoken / sizeof spoken[0]; i++)
        if (ptl_text_equal(found, ptl_text_of(spoken[i][0]))) return spoken[i][1];
    char upper[3];
    if (found.len != sizeof upper) return NULL;
    for (size_t i = 0; i < sizeof upper; i++) {
        const char c = found.ptr[i];
        upper[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    const ptl_text wanted = {upper, sizeof upper};
    const char *exact = ptl_currency_find(wanted);
    return exact ? exact : ptl_text_nearest(wanted, codes, N_CODES);
}
