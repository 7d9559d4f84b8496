/* words.ts: what the reading line shows and what is said.
 *
 * Shown: "Week 45, 2 to 8 Nov: 658 renewals, expected 709 (672 to 745)".
 * Said:  "Week 45, 2 to 8 November: 658 renewals, expected 709, 672 to 745, below the band."
 * The two differ because an eye groups brackets and an ear needs the verdict in words. */

import { month, span } from './dates';
import { bare, digitsFor, digitsOf, figure, NONE, percent, range, spoken, spokenRange } from './numbers';
import type { Digits, Manner } from './numbers';
import { escape } from './svg';
import type { Chart, IntervalRow, LineChart, LinePoint, ReviewData, RowsChart } from './types';

/** What every text needs to know beside the chart. */
export type Setting = Pick<ReviewData, 'locale' | 'currency' | 'today'> & { address?: string };

export function mannerOf(chart: Chart, setting: Setting): Manner {
  const { unit, noun, signed } = chart;
  return { locale: setting.locale, currency: setting.currency, unit, noun, signed };
}

/** One set of digits for a line chart: by the middle of its half-widths, so that one wild point does
 * not coarsen the others. */
export function lineDigits(chart: LineChart): Digits {
  const halves: number[] = [];
  const values: (number | null)[] = [];
  chart.series.points.forEach((p) => {
    values.push(p.actual, p.expected, p.lo, p.hi);
    if (p.lo !== null && p.hi !== null) halves.push(Math.abs(p.hi - p.lo) / 2);
  });
  halves.sort((a, b) => a - b);
  const middle = halves[Math.floor(halves.length / 2)];
  return digitsFor(values, middle === undefined ? null : middle, chart.unit);
}

export type Side = 'below' | 'above' | 'inside' | 'unknown';

/** Where the actual lies; exactly on an edge is inside. */
export function sideOf(p: LinePoint): Side {
  if (p.actual === null || p.lo === null || p.hi === null) return 'unknown';
  return p.actual < p.lo ? 'below' : p.actual > p.hi ? 'above' : 'inside';
}

const SIDE: Record<Side, string> = {
  below: ', below the band',
  above: ', above the band',
  inside: ', inside the band',
  unknown: '',
};

export const silent = (row: IntervalRow): boolean => row.not_identified === true || row.value === null;

/* --- line ------------------------------------------------------------------------------------ */

const when = (p: LinePoint, setting: Setting, length: 'short' | 'long'): string =>
  span(p.start, p.end, setting.today, setting.locale, length);

/** `series` 0 is the actual, 1 the expected; the one under the cursor is in bold. */
export function lineReading(chart: LineChart, index: number, series: number, setting: Setting): string {
  const p = chart.series.points[index] as LinePoint;
  const m = mannerOf(chart, setting);
  const d = lineDigits(chart);
  const noun = m.noun && p.actual !== null ? ' ' + m.noun : '';
  const actual = p.actual === null ? 'not yet known' : figure(p.actual, d, m) + noun;
  const expected = 'expected ' + (noun ? bare(p.expected, d, m) : figure(p.expected, d, m));
  const strong = (on: boolean, words: string): string => (on ? `<b>${escape(words)}</b>` : escape(words));
  const interval = p.lo === null ? '' : ` (${range(p.lo, p.hi, d, m)})`;
  return (
    `<b class="at">${escape(p.label)}</b>, ${escape(when(p, setting, 'short'))}: ` +
    `${strong(series === 0, actual)}, ${strong(series === 1, expected)}${escape(interval)}`
  );
}

export function lineSpoken(chart: LineChart, index: number, series: number, setting: Setting): string {
  const p = chart.series.points[index] as LinePoint;
  const m = mannerOf(chart, setting);
  const d = lineDigits(chart);
  const words = { ...m, noun: undefined };
  const actual = p.actual === null ? 'not yet known' : spoken(p.actual, d, m);
  const alone = p.actual === null || series === 1;
  const expected = alone ? spoken(p.expected, d, m) : spokenPlain(p.expected, d, words);
  const interval = p.lo === null ? '' : ', ' + spokenRange(p.lo, p.hi, d, m);
  const first = series === 1 ? `expected ${expected}${interval}` : actual;
  const second = series === 1 ? `, actual ${p.actual === null ? actual : spokenPlain(p.actual, d, words)}`
    : `, expected ${expected}${interval}`;
  return `${p.label}, ${when(p, setting, 'long')}: ${first}${second}${SIDE[sideOf(p)]}.`;
}

/* The second figure of a sentence repeats neither unit nor noun: "expected 709". */
function spokenPlain(value: number | null, d: Digits, m: Manner): string {
  return bare(value, d, m).replace('\u2212', 'minus ');
}

export function lineSummary(chart: LineChart, setting: Setting): string {
  const points = chart.series.points;
  const m = mannerOf(chart, setting);
  const d = lineDigits(chart);
  const seen = points.filter((p) => p.actual !== null);
  const first = seen[0];
  const last = seen[seen.length - 1];
  const end = points[points.length - 1];
  if (!end) return 'No points.';
  const at = (p: LinePoint): string => `${month(p.start, setting.locale, 'long')}, ${p.label}`;
  let out = '';
  if (first && last) {
    out += `From ${spoken(first.actual, d, m)} in ${at(first)}, to ${spoken(last.actual, d, m)} in ${at(last)}; `;
  }
  out += `expected ${spoken(end.expected, d, m)} in ${at(end)}`;
  if (end.lo !== null && end.hi !== null) {
    const p = chart.probability === null ? '' : percent(chart.probability) + ' ';
    out += `, ${p}between ${spokenRange(end.lo, end.hi, d, m).replace(' to ', ' and ')}`;
  }
  const outside = points.filter((p) => sideOf(p) === 'below' || sideOf(p) === 'above').length;
  return `${out}. ${outside || 'None'} outside the band. ${points.length} points.`;
}

/* --- rows ------------------------------------------------------------------------------------ */

export const rowDigits = (chart: RowsChart, row: IntervalRow): Digits =>
  digitsOf(row.value, row.lo, row.hi, chart.unit);

export function rowReading(chart: RowsChart, index: number, setting: Setting): string {
  const row = chart.series.rows[index] as IntervalRow;
  const m = mannerOf(chart, setting);
  const d = rowDigits(chart, row);
  const noun = m.noun ? ' ' + m.noun : '';
  const value = silent(row) ? NONE : figure(row.value, d, m) + noun;
  const interval = silent(row) || row.lo === null ? '' : ` (${range(row.lo, row.hi, d, m)})`;
  return `<b class="at">${escape(row.label)}</b>: <b>${escape(value)}</b>${escape(interval)}, ${escape(row.verdict)}`;
}

export function rowSpoken(chart: RowsChart, index: number, setting: Setting): string {
  const row = chart.series.rows[index] as IntervalRow;
  const m = mannerOf(chart, setting);
  const d = rowDigits(chart, row);
  if (silent(row)) return `${row.label}: none, ${row.verdict}.`;
  const p = chart.probability === null ? '' : percent(chart.probability) + ' interval ';
  const interval = row.lo === null ? '' : `, ${p}${spokenRange(row.lo, row.hi, d, m)}`;
  const hollow = row.hollow ? ' if approved' : '';
  return `${row.label}: ${spoken(row.value, d, m)}${hollow}${interval}, ${row.verdict}.`;
}

export function rowsSummary(chart: RowsChart, setting: Setting): string {
  const rows = chart.series.rows;
  const m = mannerOf(chart, setting);
  const spoke = rows.filter((r) => !silent(r)).sort((a, b) => (b.value as number) - (a.value as number));
  const say = (r: IntervalRow): string => `${r.label}, ${spoken(r.value, rowDigits(chart, r), m)}`;
  const top = spoke[0];
  const low = spoke[spoke.length - 1];
  let out = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}.`;
  if (top) out += ` Highest: ${say(top)}.`;
  if (low && low !== top) out += ` Lowest: ${say(low)}.`;
  const none = rows.length - spoke.length;
  return none ? `${out} ${none} not identified.` : out;
}

/** The line under the title: quantity and unit, and what the band holds. */
export function subtitle(chart: Chart): string {
  return chart.band ? `${chart.quantity}; ${chart.band}` : chart.quantity;
}
