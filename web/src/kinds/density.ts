/* density.ts: what one decision is worth, as a curve over losses and gains. The shaded part holds
 * what the chart says it holds, the median stands in it, and zero parts losses from gains. */

import {
  addKind, areaPath, chance, digitsFor, emptyView, escape, exactly, figure, head, linear, linePath,
  mannerOf, nearest, paint, percent, rule, spoken, spokenRange, text, word,
} from '../charts/kit';
import type { Canvas, Digits, Setting, Table, View } from '../charts/kit';
import type { DensityChart } from '../charts/types';

type Point = DensityChart['series']['points'][number];
const TOP = 22;
const HEIGHT = 138;
const BASE = HEIGHT - 44;

const digits = (chart: DensityChart): Digits => digitsFor([chart.median], (chart.hi - chart.lo) / 2, chart.unit);

/* The share of the area behind each point: what comes true is worth more than that. */
function behind(points: Point[]): number[] {
  const piece = (i: number): number => i === 0 ? 0 : ((points[i] as Point).at - (points[i - 1] as Point).at) * ((points[i] as Point).height + (points[i - 1] as Point).height) / 2;
  let sum = 0;
  const before = points.map((_p, i) => (sum += piece(i)));
  return before.map((b) => (sum > 0 ? 1 - b / sum : 0));
}

/* Within the shaded part, its ends cut between two points. */
function shaded(chart: DensityChart): Point[] {
  const points = chart.series.points;
  const cut = (at: number): Point => {
    const i = Math.max(1, points.findIndex((p) => p.at >= at));
    const [a, b] = [points[i - 1] as Point, points[i] as Point];
    return { at, height: a.height + (b.height - a.height) * Math.min(1, Math.max(0, (at - a.at) / (b.at - a.at || 1))) };
  };
  return [cut(chart.lo), ...points.filter((p) => p.at > chart.lo && p.at < chart.hi), cut(chart.hi)];
}

/* The ends' figures give way to the median's, and to zero's. */
function figures(chart: DensityChart, canvas: Canvas, x: (v: number) => number): string {
  const m = mannerOf(chart, canvas.setting);
  const d = digits(chart);
  const taken: [number, number][] = [];
  const put = (at: number, words: string, bold: boolean): string => {
    const half = canvas.measure(words, 12, bold ? 600 : 400) / 2;
    const mid = Math.min(Math.max(x(at), half), canvas.width - half);
    if (taken.some(([l, r]) => mid + half + 8 > l && mid - half - 8 < r)) return '';
    taken.push([mid - half, mid + half]);
    return text(mid, BASE + 18, words, { anchor: 'middle', ...(bold ? { weight: 600, fill: 'accent' } : {}) });
  };
  return put(chart.median, figure(chart.median, d, m), true) + put(0, '0', false) +
    [chart.lo, chart.hi].map((v) => put(v, figure(v, d, { ...m, signed: false }), false)).join('');
}

function zero(canvas: Canvas, at: number): string {
  const room = (words: string): boolean => at - canvas.measure(words, 12, 400) - 8 >= 0;
  return rule(at, 8, at, BASE + 5, 'ink', 1.4) + (room('loses') ? text(at - 6, 18, 'loses', { anchor: 'end', halo: true }) : '') +
    (at + canvas.measure('gains', 12, 400) + 8 <= canvas.width ? text(at + 6, 18, 'gains', { halo: true }) : '');
}

function view(chart: DensityChart, canvas: Canvas): View {
  const points = chart.series.points;
  const first = points[0], last = points[points.length - 1];
  if (!first || !last || !(last.at > first.at)) return emptyView(canvas);
  const x = linear([Math.min(0, first.at), Math.max(0, last.at)], [4, canvas.width - 4]);
  const y = linear([0, Math.max(...points.map((p) => p.height))], [BASE, TOP]);
  const area = (list: Point[]): string => areaPath([list.map((p) => ({ x: x(p.at), y0: BASE, y1: y(p.height) }))]);
  const middle = points.reduce((a, p) => (Math.abs(p.at - chart.median) < Math.abs(a.at - chart.median) ? p : a), first);
  const note = `median; shaded part holds ${percent(chart.probability ?? 0)}`;
  return {
    width: canvas.width, height: HEIGHT, series: 1, count: points.length,
    body: `<path d="${area(points)}" fill="${paint('sunk')}"/><path d="${area(shaded(chart))}" fill="${paint('band2')}"/>` +
      `<path d="${linePath(points.map((p) => [x(p.at), y(p.height)]))}" fill="none" stroke="${paint('accent')}" stroke-width="1.4" stroke-linejoin="round"/>` +
      rule(0, BASE, canvas.width, BASE, 'edge') + rule(x(chart.median), y(middle.height), x(chart.median), BASE, 'accent', 3) + zero(canvas, x(0)) + figures(chart, canvas, x) +
      text(Math.min(Math.max(x(chart.median), canvas.measure(note, 12, 400) / 2), canvas.width - canvas.measure(note, 12, 400) / 2), BASE + 36, note, { anchor: 'middle' }),
    spot: (i) => ({ x: x((points[i] as Point).at), y: y((points[i] as Point).height), top: TOP - 6, bottom: BASE }),
    pick: (at) => nearest(points.length, (i) => x((points[i] as Point).at), at),
    hot: () => false,
    under: () => '',
  };
}

function table(chart: DensityChart, setting: Setting): Table {
  const m = mannerOf(chart, setting);
  const more = behind(chart.series.points);
  return {
    caption: chart.title,
    heads: [head('Worth', 'worth', true), head('Chance of more', 'chance_of_more', true)],
    rows: chart.series.points.map((p, i) => [{ text: figure(p.at, digits(chart), m), exact: exactly(p.at) }, word(chance(more[i] as number))]),
  };
}

addKind<DensityChart>('density', {
  view, table,
  reading: (chart, index, _series, setting) => {
    const p = chart.series.points[index] as Point;
    return `<b class="at">${escape(figure(p.at, digits(chart), mannerOf(chart, setting)))}</b> or more: <b>${escape(chance(behind(chart.series.points)[index] as number))}</b>`;
  },
  spoken: (chart, index, _series, setting) =>
    `${spoken((chart.series.points[index] as Point).at, digits(chart), mannerOf(chart, setting))} or more: ${chance(behind(chart.series.points)[index] as number)}.`,
  summary: (chart, setting) => {
    const m = mannerOf(chart, setting);
    return `Median ${spoken(chart.median, digits(chart), m)}; ${percent(chart.probability ?? 0)} lie between ${spokenRange(chart.lo, chart.hi, digits(chart), m)}.`;
  },
  point: (chart) => ({ label: chart.quantity, value: chart.median, lo: chart.lo, hi: chart.hi, verdict: chart.verdict, run: chart.run }),
});
