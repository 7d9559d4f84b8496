/* numbers.ts: how a figure is written and how it is said.
 *
 * The rules (they hold for the whole console):
 *   1. The last digit shown is about a tenth of the interval's half-width, at most four are
 *      significant; digits before the decimal point are all shown. The interval has the same
 *      decimals and no unit: "+€210k, 90 to 330".
 *   2. Currency stands where the locale puts it; k, m, bn are lower case. Minus is U+2212.
 *   3. A change carries + or −; one that rounds to nothing is 0 without a sign.
 *   4. Counts are exact below 10,000, then compact. Shares are in %, their differences in points.
 *   5. What is not known is "none", never 0 and never a dash. */

import type { Unit } from './types';

export interface Manner {
  locale: string;
  currency: string;
  unit: Unit;
  noun?: string | undefined;
  signed?: boolean | undefined;
}

/** How many digits, and which suffix: one per estimate, so that value and interval agree. */
export interface Digits {
  power: number; /* the value is divided by 10^power; −2 for shares */
  decimals: number; /* shown, after that division */
  strip: boolean; /* no interval asked for them: zeros at the end say nothing */
}

type Maybe = number | null | undefined;

export const MINUS = '\u2212';
export const NONE = 'none';
const SUFFIX: Record<number, string> = { 3: 'k', 6: 'm', 9: 'bn' };
const SPOKEN: Record<number, string> = { 3: ' thousand', 6: ' million', 9: ' billion' };
const SIGNIFICANT = 4;
/* An eighth, so that a half-width of 0.9 still shows one decimal and not two. */
const ABOUT_A_TENTH = 8;

/* The exponent of the leading digit. log10 is a last bit short at exact powers; the text is not. */
function exponent(x: number): number {
  return Number(x.toExponential().split('e')[1]);
}

function known(values: Maybe[]): number[] {
  return values.filter((v): v is number => typeof v === 'number' && isFinite(v));
}

function powerFor(top: number, unit: Unit): number {
  if (unit === 'share') return -2;
  if (unit === 'return' || top < (unit === 'money' ? 1e3 : 1e4)) return 0;
  return top >= 1e9 ? 9 : top >= 1e6 ? 6 : top >= 1e3 ? 3 : 0;
}

/** Digits for values that are shown together; `half` is half the interval's width, null if the
 * figure is counted. */
export function digitsFor(values: Maybe[], half: number | null, unit: Unit): Digits {
  const top = Math.max(0, ...known(values).map(Math.abs));
  if (unit === 'count' && top < 1e4) return { power: 0, decimals: 0, strip: false };
  const counted = !(half !== null && half > 0);
  const lead = top > 0 ? exponent(top) : 0;
  const wanted = counted ? lead - (SIGNIFICANT - 1) : exponent(half / ABOUT_A_TENTH);
  const place = Math.max(wanted, lead - (SIGNIFICANT - 1));
  const rounded = Math.round(top / 10 ** place) * 10 ** place; /* 999.96k is 1m */
  const power = powerFor(rounded, unit);
  let decimals = Math.max(0, power - place);
  if (unit === 'money' && power === 0) decimals = Math.min(decimals, 2);
  const cents = unit === 'money' && power === 0 && decimals === 2;
  return { power, decimals, strip: counted && !cents };
}

/** Digits of one estimate. */
export function digitsOf(value: Maybe, lo: Maybe, hi: Maybe, unit: Unit): Digits {
  const ends = known([lo, hi]);
  const half = ends.length === 2 ? Math.abs((ends[1] as number) - (ends[0] as number)) / 2 : null;
  return digitsFor([value, lo, hi], half, unit);
}

interface Rounded {
  size: number; /* absolute, after division */
  sign: string;
}

function rounded(value: number, digits: Digits, signed: boolean | undefined): Rounded {
  const size = Number((Math.abs(value) / 10 ** digits.power).toFixed(digits.decimals));
  const sign = size === 0 ? '' : value < 0 ? MINUS : signed ? '+' : '';
  return { size, sign };
}

const cache: Record<string, Intl.NumberFormat> = {};

function formatter(manner: Manner, digits: Digits, style: 'plain' | 'symbol' | 'name') {
  const key = [manner.locale, manner.currency, digits.decimals, digits.strip, style].join();
  const options: Intl.NumberFormatOptions = {
    minimumFractionDigits: digits.strip ? 0 : digits.decimals,
    maximumFractionDigits: digits.decimals,
  };
  if (style !== 'plain') {
    options.style = 'currency';
    options.currency = manner.currency;
    options.currencyDisplay = style === 'name' ? 'name' : 'narrowSymbol';
  }
  return cache[key] || (cache[key] = new Intl.NumberFormat(manner.locale, options));
}

/* The number's parts with a suffix right after its last digit, wherever the currency stands. */
function withSuffix(format: Intl.NumberFormat, size: number, suffix: string): string {
  const parts = format.formatToParts(size);
  let last = -1;
  parts.forEach((p, i) => {
    if (p.type === 'integer' || p.type === 'fraction') last = i;
  });
  return parts.map((p, i) => (i === last ? p.value + suffix : p.value)).join('');
}

/** The figure with its unit: "+€210k", "71.4%", "+2.6", "658". */
export function figure(value: Maybe, digits: Digits, manner: Manner): string {
  if (typeof value !== 'number' || !isFinite(value)) return NONE;
  const r = rounded(value, digits, manner.signed);
  const money = manner.unit === 'money' || manner.unit === 'return';
  const format = formatter(manner, digits, money ? 'symbol' : 'plain');
  const text = r.sign + withSuffix(format, r.size, SUFFIX[digits.power] || '');
  return manner.unit === 'share' && !manner.signed ? text + '%' : text;
}

/** The same digits without unit and suffix; a plus is for the figure, not for its interval. */
export function bare(value: Maybe, digits: Digits, manner: Manner): string {
  if (typeof value !== 'number' || !isFinite(value)) return NONE;
  const r = rounded(value, digits, false);
  return r.sign + formatter(manner, digits, 'plain').format(r.size);
}

/** "90 to 330"; "none" if either end is missing. */
export function range(lo: Maybe, hi: Maybe, digits: Digits, manner: Manner): string {
  if (known([lo, hi]).length < 2) return NONE;
  return bare(lo, digits, manner) + ' to ' + bare(hi, digits, manner);
}

/** A tick of an axis; the line under the title states the unit, the tick only k, m or bn. */
export function tick(value: number, digits: Digits, manner: Manner): string {
  const r = rounded(value, digits, manner.signed);
  if (r.size === 0) return '0';
  const suffix = manner.unit === 'share' && !manner.signed ? '%' : SUFFIX[digits.power] || '';
  return r.sign + withSuffix(formatter(manner, digits, 'plain'), r.size, suffix);
}

/** The figure in words: "minus 62 thousand euros", "658 renewals", "plus 2.6 points". */
export function spoken(value: Maybe, digits: Digits, manner: Manner): string {
  if (typeof value !== 'number' || !isFinite(value)) return NONE;
  const r = rounded(value, digits, manner.signed);
  const sign = r.sign === MINUS ? 'minus ' : r.sign === '+' ? 'plus ' : '';
  const money = manner.unit === 'money' || manner.unit === 'return';
  const format = formatter(manner, digits, money ? 'name' : 'plain');
  return sign + withSuffix(format, r.size, SPOKEN[digits.power] || '') + spokenUnit(manner);
}

function spokenUnit(manner: Manner): string {
  if (manner.unit === 'share') return manner.signed ? ' points' : ' per cent';
  if (manner.unit === 'return') return ' back for one';
  return manner.noun ? ' ' + manner.noun : '';
}

/** "minus 96 to minus 30": ends of an interval, said after the figure has named the unit. */
export function spokenRange(lo: Maybe, hi: Maybe, digits: Digits, manner: Manner): string {
  return range(lo, hi, digits, manner).split(MINUS).join('minus ');
}

/** Chances are whole hundredths, and certainty is not claimed. */
export function chance(p: number): string {
  if (p < 0.01) return 'less than 1 in 100';
  if (p > 0.99) return 'more than 99 in 100';
  return Math.round(p * 100) + ' in 100';
}

/** "80%" of an interval's probability. */
export function percent(p: number): string {
  return Number((p * 100).toFixed(1)) + '%';
}
