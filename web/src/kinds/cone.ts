/* cone.ts: where a figure will be.
 *
 * What was is a line, now is a filled dot, what comes is a dashed median between bands of 50 and
 * 80 in 100. The plan is the zero line: a cumulative line would hide a gap of one in a hundred. */

import {
  addKind, apart, areaPath, dayNumber, digitsFor, dot, emptyView, escape, exactly, figure, grid, gutter,
  head, linear, linePath, mannerOf, nearest, paint, percent, range, rule, scaleTexts, span, spoken,
  spokenRange, spread, text, timeAxis, word,
} from '../charts/kit';
import type { Canvas, Digits, Ground, Setting, Table, View } from '../charts/kit';
import type { ConeChart } from '../charts/types';

const TOP = 26; /* notes stand there */
const FOOT = 28;
const FINE = 12;

type Past = ConeChart['series']['points'][number];
type Ahead = ConeChart['series']['ahead'][number];

const heightFor = (width: number): number => (width >= 560 ? 280 : 234);

function all(chart: ConeChart): (Past | Ahead)[] {
  return [...chart.series.points, ...chart.series.ahead];
}

const endOf = (p: { start: string; end?: string }): string => p.end || p.start;

function digits(chart: ConeChart): Digits {
  const last = chart.series.ahead[chart.series.ahead.length - 1];
  const values = chart.series.points.map((p) => p.value);
  if (last) values.push(last.lo, last.hi);
  return digitsFor(values, last ? (last.hi - last.lo) / 2 : null, chart.unit);
}

function extent(chart: ConeChart): [number, number] {
  const values = [0];
  chart.series.points.forEach((p) => values.push(p.value));
  chart.series.ahead.forEach((p) => values.push(p.lo, p.hi));
  if (chart.if_approved) values.push(chart.if_approved.value);
  const lo = Math.min(...values);
  const hi = Math.max(...values);
  const pad = (hi - lo || 1) * 0.05;
  return [lo < 0 ? lo - pad : 0, hi > 0 ? hi + pad : 0];
}

function endTexts(chart: ConeChart, setting: Setting): string[] {
  const last = chart.series.ahead[chart.series.ahead.length - 1];
  if (!last) return [];
  const d = digits(chart);
  const m = mannerOf(chart, setting);
  const e = chart.ends;
  const out = [e?.hi || figure(last.hi, d, m), e?.median || figure(last.median, d, m), e?.lo || figure(last.lo, d, m)];
  if (chart.if_approved) out.push(chart.if_approved.label);
  return out;
}

function groundOf(chart: ConeChart, canvas: Canvas, height: number): Ground {
  const points = all(chart);
  const [lo, hi] = extent(chart);
  const { values, texts } = scaleTexts(lo, hi, mannerOf(chart, canvas.setting));
  const left = gutter(texts, canvas);
  const ends = endTexts(chart, canvas.setting).map((t) => canvas.measure(t, FINE, 600));
  const right = canvas.width - Math.ceil(Math.max(0, ...ends)) - 14;
  const days = points.map((p) => dayNumber(endOf(p)));
  const sx = linear([dayNumber(points[0]?.start || '1970-01-01'), days[days.length - 1] ?? 1], [left, right]);
  return { left, right, bottom: height - FOOT, x: (i) => sx(days[i] as number), y: linear([lo, hi], [height - FOOT, TOP]), ys: values, yTexts: texts };
}

/* The spread opens at the last known point. */
function spreadOf(chart: ConeChart, g: Ground): string {
  const n = chart.series.points.length;
  const now = chart.series.points[n - 1];
  const start = now ? [{ x: g.x(n - 1), y0: g.y(now.value), y1: g.y(now.value) }] : [];
  const area = (lo: (p: Ahead) => number | null, hi: (p: Ahead) => number | null) => {
    const edges = [...start];
    chart.series.ahead.forEach((p, i) => {
      const l = lo(p);
      const h = hi(p);
      if (l !== null && h !== null) edges.push({ x: g.x(n + i), y0: g.y(l), y1: g.y(h) });
    });
    return edges;
  };
  const wide = area((p) => p.lo, (p) => p.hi);
  const inner = area((p) => p.lo50, (p) => p.hi50);
  const edge = (key: 'y0' | 'y1'): string => linePath(wide.map((p) => [p.x, p[key]]));
  return (
    `<path d="${areaPath([wide])}" fill="${paint('band')}"/>` +
    (inner.length > 1 ? `<path d="${areaPath([inner])}" fill="${paint('band2')}"/>` : '') +
    `<path d="${edge('y0')}${edge('y1')}" fill="none" stroke="${paint('bandEdge')}"/>`
  );
}

function lines(chart: ConeChart, g: Ground): string {
  const past = chart.series.points;
  const n = past.length;
  const now = past[n - 1];
  const was = linePath(past.map((p, i) => [g.x(i), g.y(p.value)]));
  const median: [number, number][] = now ? [[g.x(n - 1), g.y(now.value)]] : [];
  chart.series.ahead.forEach((p, i) => median.push([g.x(n + i), g.y(p.median)]));
  const bold = `fill="none" stroke="${paint('accent')}" stroke-width="2" stroke-linejoin="round"`;
  return `<path d="${was}" ${bold}/><path d="${linePath(median)}" ${bold} stroke-dasharray="2 3"/>`;
}

function marks(chart: ConeChart, g: Ground, canvas: Canvas): string {
  const past = chart.series.points;
  const n = past.length;
  const now = past[n - 1];
  const last = chart.series.ahead[chart.series.ahead.length - 1];
  let out = '';
  if (last) out += dot(g.right, g.y(last.median), 4.2, 'accent');
  if (chart.if_approved) out += dot(g.right, g.y(chart.if_approved.value), 4.2, 'accent', true);
  if (now) {
    out += dot(g.x(n - 1), g.y(now.value), 4.2, 'accent');
    const below = g.y(now.value) < g.bottom - 24;
    out += text(g.x(n - 1) - 6, g.y(now.value) + (below ? 18 : -10), chart.now || 'now', { weight: 600, fill: 'ink', anchor: 'end', halo: true });
  }
  if (last) {
    const values = [last.hi, last.median, last.lo];
    if (chart.if_approved) values.push(chart.if_approved.value);
    const ys = spread(values.map(g.y), 15, TOP, g.bottom);
    endTexts(chart, canvas.setting).forEach((t, i) => {
      out += text(g.right + 10, (ys[i] as number) + 4, t, { weight: i === 1 ? 600 : 400, fill: i === 1 ? 'accent' : i === 3 ? 'ink2' : 'ink3' });
    });
  }
  return out;
}

/* A note whose words would touch an earlier one's is left out; the table has every point. */
function notes(chart: ConeChart, g: Ground, canvas: Canvas): string {
  const past = chart.series.points;
  const placed = (chart.notes || []).slice(0, 3).flatMap((note) => {
    const i = past.findIndex((p) => note.start <= endOf(p));
    const width = canvas.measure(note.label, FINE, 400);
    return i < 0 ? [] : [{ x: Math.max(g.left, g.x(i) - width / 2), width, i, words: note.label }];
  });
  return apart(placed.sort((a, b) => a.x - b.x), 12).map(({ i, x, width, words }) => {
    const y = g.y((past[i] as Past).value);
    return rule(g.x(i), 18, g.x(i), y - 6, 'edge') + text(x + width / 2, 12, words, { anchor: 'middle', fill: 'ink2', halo: true });
  }).join('');
}

/* The plan's words stand on the side where the first points are not. */
function runsBelow(chart: ConeChart): boolean {
  const early = chart.series.points.slice(0, Math.ceil(chart.series.points.length / 3));
  return early.filter((p) => p.value < 0).length * 2 > early.length;
}

function view(chart: ConeChart, canvas: Canvas): View {
  if (!chart.series.points.length && !chart.series.ahead.length) return emptyView(canvas);
  const points = all(chart);
  const n = chart.series.points.length;
  const height = heightFor(canvas.width);
  const g = groundOf(chart, canvas, height);
  const value = (i: number): number => (i < n ? (points[i] as Past).value : (points[i] as Ahead).median);
  const plan = rule(g.left, g.y(0), g.right, g.y(0), 'ink', 1.2) +
    (chart.plan ? text(g.left + 2, g.y(0) + (runsBelow(chart) ? -6 : 16), chart.plan, { fill: 'ink2', halo: true }) : '');
  return {
    width: canvas.width, height, series: 1, count: points.length,
    body: grid(g) + spreadOf(chart, g) + plan + notes(chart, g, canvas) + lines(chart, g) + marks(chart, g, canvas) + timeAxis(points, g, canvas),
    spot: (i) => ({ x: g.x(i), y: g.y(value(i)), top: TOP - 8, bottom: g.bottom }),
    pick: (x) => nearest(points.length, g.x, x),
    hot: () => false,
    under: () => '',
  };
}

const days = (p: Past | Ahead, setting: Setting, length: 'short' | 'long'): string =>
  span(p.start, p.end, setting.today, setting.locale, length);

function reading(chart: ConeChart, index: number, _series: number, setting: Setting): string {
  const p = all(chart)[index] as Past | Ahead;
  const d = digits(chart);
  const m = mannerOf(chart, setting);
  const when = `<b class="at">${escape(p.label)}</b>, ${escape(days(p, setting, 'short'))}: `;
  if ('value' in p) return when + `<b>${escape(figure(p.value, d, m))}</b>`;
  return when + `expected <b>${escape(figure(p.median, d, m))}</b>${escape(` (${range(p.lo, p.hi, d, m)})`)}`;
}

function said(chart: ConeChart, index: number, _series: number, setting: Setting): string {
  const p = all(chart)[index] as Past | Ahead;
  const d = digits(chart);
  const m = mannerOf(chart, setting);
  const when = `${p.label}, ${days(p, setting, 'long')}: `;
  if ('value' in p) return `${when}${spoken(p.value, d, m)}.`;
  return `${when}expected ${spoken(p.median, d, m)}, ${spokenRange(p.lo, p.hi, d, m)}.`;
}

function summary(chart: ConeChart, setting: Setting): string {
  const d = digits(chart);
  const m = mannerOf(chart, setting);
  const past = chart.series.points;
  const first = past[0];
  const now = past[past.length - 1];
  const last = chart.series.ahead[chart.series.ahead.length - 1];
  let out = '';
  if (first && now) out += `From ${spoken(first.value, d, m)} in ${first.label} to ${spoken(now.value, d, m)} in ${now.label}. `;
  if (last) {
    const p = chart.probability === null ? '' : percent(chart.probability) + ' ';
    out += `Expected ${spoken(last.median, d, m)} on ${days({ ...last, start: endOf(last) }, setting, 'long')}, ` +
      `${p}between ${spokenRange(last.lo, last.hi, d, m).replace(' to ', ' and ')}. `;
  }
  return `${out}${past.length + chart.series.ahead.length} points.`;
}

function table(chart: ConeChart, setting: Setting): Table {
  const d = digits(chart);
  const m = mannerOf(chart, setting);
  return {
    caption: chart.title,
    heads: [head('Period', 'period'), head('Days', 'days'), head('Value', 'value', true), head('Low', 'lo', true),
      head('High', 'hi', true), head('Kind', 'kind'), head('Run', 'run')],
    rows: all(chart).map((p) => {
      const past = 'value' in p;
      const value = past ? p.value : p.median;
      const end = (v: number | null) => ({ text: figure(v, d, m), exact: exactly(v) });
      return [word(p.label), { text: days(p, setting, 'short'), exact: `${p.start}/${endOf(p)}` },
        end(value), end(past ? null : p.lo), end(past ? null : p.hi), word(past ? 'counted' : 'forecast'), word(p.run)];
    }),
  };
}

addKind<ConeChart>('cone', {
  view, reading, spoken: said, summary, table,
  point: (chart, index) => {
    const p = all(chart)[index] as Past | Ahead;
    if ('value' in p) return { label: p.label, value: p.value, lo: null, hi: null, verdict: 'counted', run: p.run };
    return { label: p.label, value: p.median, lo: p.lo, hi: p.hi, verdict: p.verdict, run: p.run, figure: p.figure, forecast: true };
  },
});
