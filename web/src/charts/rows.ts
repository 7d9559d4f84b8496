/* rows.ts: a point on a band in every row, one scale and one line through all of them.
 *
 * Wide:   label, second line | band on the common scale | value, interval | mark, verdict
 * Narrow: label and second line above, verdict below them (beside a label without second line),
 *         then band left and value right.
 * Ticks stand once, in the head. A row that is not identified is hatched over its prior and has
 * "none" for a value; an arrow shows where the prior leaves the scale, which only rows with a figure
 * may stretch. */

import { apart, linear, ticks, wrap } from './layout';
import type { Scale } from './layout';
import { drawMark, markOf } from './marks';
import { digitsFor, figure, NONE, range, tick } from './numbers';
import { band, box, dot, hatchPattern, paint, rule, text } from './svg';
import type { IntervalRow, RowsChart } from './types';
import { emptyView } from './view';
import type { Canvas, View } from './view';
import { mannerOf, rowDigits, silent } from './words';

const BODY = 14;
const SMALL = 13;
const FINE = 12;
const HEAD = 28; /* ticks */
const GAP = 24;
const BAND_H = 9;
const POINT = 4.2;

interface Columns {
  narrow: boolean;
  labelWidth: number;
  bandLeft: number;
  bandRight: number;
  valueRight: number;
  verdictLeft: number;
  beside: boolean; /* narrow, and the verdict shares the label's line */
}

interface Row {
  data: IntervalRow;
  top: number;
  bottom: number;
  bandY: number;
  title: string[];
  second: string[];
  value: string;
  interval: string;
}

function domainOf(chart: RowsChart): [number, number] {
  const rows = chart.series.rows;
  const spoke = rows.filter((r) => !silent(r));
  const values = [chart.reference?.value ?? 0];
  (spoke.length ? spoke : rows).forEach((r) => {
    [r.value, r.lo, r.hi, r.next].forEach((v) => {
      if (typeof v === 'number' && isFinite(v)) values.push(v);
    });
  });
  const lo = Math.min(...values);
  const hi = Math.max(...values);
  const pad = hi > lo ? (hi - lo) * 0.06 : Math.abs(hi) || 1;
  return [lo - pad, hi + pad];
}

function columnsOf(rows: Row[], canvas: Canvas): Columns {
  const w = canvas.width;
  const wide = (words: string, size: number, weight: number): number => Math.ceil(canvas.measure(words, size, weight));
  const value = Math.max(...rows.map((r) => Math.max(wide(r.value, BODY, 600), wide(r.interval, SMALL, 400))));
  const verdict = Math.max(...rows.map((r) => wide(r.data.verdict, SMALL, 400))) + 18;
  const longest = Math.max(...rows.map((r) =>
    Math.max(wide(r.data.label, BODY, r.data.second ? 600 : 400), wide(r.data.second || '', SMALL, 400))));
  const seconds = rows.some((r) => r.data.second);
  const rest = w - value - verdict - 3 * GAP; /* for label and band */
  let label = Math.min(longest, w * (seconds ? 0.48 : 0.4));
  if (seconds) label = Math.max(Math.min(label, rest - 160), w * 0.3, 220);
  const room = rest - label;
  if (room < 130) {
    const beside = !seconds && w - verdict > 160;
    return {
      narrow: true, beside, labelWidth: beside ? w - verdict - GAP : w, bandLeft: 0,
      bandRight: w - value - GAP, valueRight: w, verdictLeft: beside ? w - verdict : 0,
    };
  }
  return {
    narrow: false,
    beside: false,
    labelWidth: label,
    bandLeft: label + GAP,
    bandRight: label + GAP + room,
    valueRight: label + room + value + 2 * GAP,
    verdictLeft: label + room + value + 3 * GAP,
  };
}

function wordsOf(chart: RowsChart, canvas: Canvas): Row[] {
  const m = mannerOf(chart, canvas.setting);
  return chart.series.rows.map((data) => {
    const d = rowDigits(chart, data);
    const none = silent(data);
    return {
      data, top: 0, bottom: 0, bandY: 0, title: [], second: [],
      value: none ? NONE : figure(data.value, d, m),
      interval: none || data.lo === null || data.hi === null ? '' : range(data.lo, data.hi, d, m),
    };
  });
}

/* Breaks the texts to the columns and stacks the rows. */
function place(rows: Row[], cols: Columns, canvas: Canvas): number {
  let y = HEAD;
  rows.forEach((r) => {
    r.title = wrap(r.data.label, cols.labelWidth, BODY, r.data.second ? 600 : 400, canvas.measure);
    r.second = r.data.second ? wrap(r.data.second, cols.labelWidth, SMALL, 400, canvas.measure) : [];
    const words = 20 * r.title.length + 20 * r.second.length;
    r.top = y;
    if (cols.narrow) {
      r.bandY = y + 12 + words + (cols.beside ? 0 : 20) + 20;
      y = r.bandY + 26;
    } else {
      const height = Math.max(words, r.interval ? 40 : 20) + (r.data.second ? 28 : r.interval ? 18 : 19);
      r.bandY = y + height / 2;
      y += height;
    }
    r.bottom = y;
  });
  return y;
}

function labelOf(r: Row, cols: Columns): string {
  const words = 20 * (r.title.length + r.second.length);
  let y = (cols.narrow ? r.top + 12 : r.bandY - words / 2) + 14.5;
  let out = '';
  r.title.forEach((l) => {
    out += text(0, y, l, { size: BODY, weight: r.data.second ? 600 : 400, fill: 'ink' });
    y += 20;
  });
  r.second.forEach((l) => {
    out += text(0, y, l, { size: SMALL, fill: 'ink2' });
    y += 20;
  });
  return out;
}

function verdictOf(r: Row, cols: Columns): string {
  const mark = markOf(r.data.verdict, silent(r.data) ? r.data.mark || 'unidentified' : r.data.mark);
  const line = cols.beside ? 0 : r.title.length + r.second.length;
  const y = cols.narrow ? r.top + 22 + 20 * line : r.bandY;
  return (
    drawMark(mark, cols.verdictLeft, y - 6) +
    text(cols.verdictLeft + 18, y + 4.5, r.data.verdict, { size: SMALL, fill: 'ink2' })
  );
}

/* The figure keeps its dotted line: it is a way to its evidence here as in the text. */
function valueOf(r: Row, cols: Columns, canvas: Canvas): string {
  const y = r.interval ? r.bandY - 5 : r.bandY + 5;
  const none = silent(r.data);
  const style = { size: none ? SMALL : BODY, weight: none ? 400 : 600, fill: none ? 'ink3' : 'ink', anchor: 'end' as const };
  const width = canvas.measure(r.value, BODY, 600);
  return (
    text(cols.valueRight, y, r.value, style) +
    (none ? '' : rule(cols.valueRight - width, y + 4.5, cols.valueRight, y + 4.5, 'edge', 1, '1 1.5')) +
    (r.interval ? text(cols.valueRight, y + 19, r.interval, { size: SMALL, anchor: 'end' }) : '')
  );
}

const within = (v: number, lo: number, hi: number): number => Math.min(hi, Math.max(lo, v));

function hatched(r: Row, scale: Scale, cols: Columns, pattern: string): string {
  const { lo, hi } = r.data;
  const x1 = within(lo === null ? cols.bandLeft : scale(lo), cols.bandLeft, cols.bandRight);
  const x2 = within(hi === null ? cols.bandRight : scale(hi), cols.bandLeft, cols.bandRight);
  const top = r.bandY - BAND_H / 2;
  const arrow = (x: number, way: number): string =>
    `<path d="M${x} ${top - 1}l${5 * way} ${BAND_H / 2 + 1}l${-5 * way} ${BAND_H / 2 + 1}" fill="none" stroke="${paint('edge')}"/>`;
  return (
    box(x1, top, x2 - x1, BAND_H, `url(#${pattern})`, ` stroke="${paint('edge')}" stroke-dasharray="3 2.5"`) +
    (lo !== null && scale(lo) < cols.bandLeft ? arrow(x1, -1) : '') +
    (hi !== null && scale(hi) > cols.bandRight ? arrow(x2, 1) : '')
  );
}

function pointOf(r: Row, chart: RowsChart, scale: Scale, cols: Columns, pattern: string): string {
  if (silent(r.data)) return hatched(r, scale, cols, pattern);
  const { value, lo, hi, next, hollow } = r.data;
  const x = scale(value as number);
  const origin = scale(chart.reference?.value ?? 0);
  return (
    (lo !== null && hi !== null ? band(scale(lo), scale(hi), r.bandY, BAND_H) : '') +
    (chart.stem ? rule(origin, r.bandY, x, r.bandY, 'accent', 2) : '') +
    (typeof next === 'number' ? rule(scale(next), r.bandY - 8, scale(next), r.bandY + 8, 'ink', 2) : '') +
    dot(x, r.bandY, POINT, 'accent', hollow)
  );
}

function headOf(chart: RowsChart, scale: Scale, cols: Columns, canvas: Canvas): string {
  const [lo, hi] = scale.domain;
  const m = mannerOf(chart, canvas.setting);
  const values = ticks(lo, hi);
  const step = Math.abs((values[1] ?? hi) - (values[0] ?? lo));
  const digits = digitsFor(values, step * 10, chart.unit);
  const ref = chart.reference;
  const labels = values.map((v) => ({ v, words: ref && v === ref.value ? ref.label : tick(v, digits, m) }));
  if (ref && values.indexOf(ref.value) < 0) labels.unshift({ v: ref.value, words: ref.label });
  const placed = labels.map((l) => {
    const width = canvas.measure(l.words, FINE, 400);
    return { x: within(scale(l.v) - width / 2, cols.bandLeft - 12, cols.bandRight + 12 - width), width, words: l.words };
  });
  const main = ref ? placed.filter((l) => l.words === ref.label) : [];
  const clear = placed.filter((l) => main.every((k) => k === l || l.x + l.width + 8 < k.x || l.x > k.x + k.width + 8));
  clear.sort((a, b) => a.x - b.x);
  return apart(clear, 8).map((l) => text(l.x, 14, l.words)).join('');
}

export function rowsView(chart: RowsChart, canvas: Canvas): View {
  const rows = wordsOf(chart, canvas);
  if (!rows.length) return emptyView(canvas);
  const cols = columnsOf(rows, canvas);
  const height = place(rows, cols, canvas);
  const inset = cols.narrow ? 8 : 0;
  const scale = linear(domainOf(chart), [cols.bandLeft + inset, cols.bandRight]);
  const pattern = `hatch-${chart.id}`;
  const origin = scale(chart.reference?.value ?? 0);
  const lines = rows.map((r) => rule(0, r.bottom - 0.5, canvas.width, r.bottom - 0.5, 'line')).join('');
  const through = cols.narrow
    ? rows.map((r) => rule(origin, r.bandY - 16, origin, r.bandY + 16, 'ink', 1.2)).join('')
    : rule(origin, HEAD - 6, origin, height, chart.reference ? 'edge' : 'ink', 1.2);
  const body = rows.map((r) =>
    labelOf(r, cols) + pointOf(r, chart, scale, cols, pattern) + valueOf(r, cols, canvas) + verdictOf(r, cols));
  return {
    width: canvas.width,
    height,
    series: 1,
    count: rows.length,
    body: `<defs>${hatchPattern(pattern)}</defs>` + headOf(chart, scale, cols, canvas) + lines + through + body.join(''),
    spot: (index) => {
      const r = rows[index] as Row;
      const v = silent(r.data) ? null : (r.data.value as number);
      return { x: v === null ? origin : scale(v), y: v === null ? null : r.bandY, top: r.top, bottom: r.bottom };
    },
    pick: (_x, y) => Math.max(0, rows.findIndex((r, i) => y < r.bottom || i === rows.length - 1)),
    hot: (x, y) => {
      const r = rows.filter((one) => y >= one.top && y < one.bottom)[0];
      const width = r && !silent(r.data) ? Math.max(44, canvas.measure(r.value, BODY, 600)) : 0;
      return x <= cols.valueRight + 4 && x > cols.valueRight - width - 4 && width > 0;
    },
    under: (index) => {
      const r = rows[index] as Row;
      return box(0, r.top, canvas.width, r.bottom - r.top, paint('sel'));
    },
  };
}
