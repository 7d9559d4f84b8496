/* curve.ts: how an outcome answers spend.
 *
 * Solid inside the spend that was ever tried, dashed beyond it. Filled is now, hollow is proposed;
 * both drop a line to the spend they stand for. Where the data did not speak, only the prior is
 * hatched, and it says so. */

import {
  addKind, areaPath, bare, digitsFor, dot, emptyView, escape, exactly, figure, grid, gutter, hatchPattern,
  head, linear, linePath, mannerOf, nearest, paint, percent, range, rule, runs, scaleTexts, spoken,
  spokenRange, text, word,
} from '../charts/kit';
import type { Canvas, Digits, Ground, Setting, Table, View } from '../charts/kit';
import type { CurveChart } from '../charts/types';

type Point = CurveChart['series']['points'][number];
const TOP = 18;
const FOOT = 26;
const FINE = 12;

function digits(chart: CurveChart): Digits {
  const last = chart.series.points[chart.series.points.length - 1];
  const half = last && last.lo !== null && last.hi !== null ? (last.hi - last.lo) / 2 : null;
  return digitsFor(chart.series.points.map((p) => p.value), half, chart.unit);
}

const spendDigits = (chart: CurveChart): Digits => digitsFor(chart.series.points.map((p) => p.spend), null, 'money');

interface Plane extends Ground {
  sx: (v: number) => number;
}

function planeOf(chart: CurveChart, canvas: Canvas, height: number): Plane {
  const points = chart.series.points;
  const values = [0];
  points.forEach((p) => [p.value, p.hi].forEach((v) => v !== null && values.push(v)));
  points.forEach((p) => p.lo !== null && values.push(p.lo));
  const lo = Math.min(...values);
  const hi = Math.max(...values) || 1;
  const scale = scaleTexts(lo, hi, mannerOf(chart, canvas.setting));
  const left = gutter(scale.texts, canvas);
  const right = canvas.width - (chart.small ? 2 : 8);
  const sx = linear([0, points[points.length - 1]?.spend || 1], [left, right]);
  return {
    left, right, bottom: height - FOOT, sx, x: (i) => sx((points[i] as Point).spend),
    y: linear([lo, hi], [height - FOOT, TOP]), ys: scale.values, yTexts: scale.texts,
  };
}

function bandOf(chart: CurveChart, g: Plane, pattern: string): string {
  const edges = runs(chart.series.points.map((p) =>
    p.lo === null || p.hi === null ? null : { x: g.sx(p.spend), y0: g.y(p.lo), y1: g.y(p.hi) }));
  const low = edges.map((run) => linePath(run.map((p) => [p.x, p.y0]))).join('');
  const high = edges.map((run) => linePath(run.map((p) => [p.x, p.y1]))).join('');
  const none = chart.not_identified !== undefined;
  return (
    `<path d="${areaPath(edges)}" fill="${none ? `url(#${pattern})` : paint('band')}"/>` +
    `<path d="${low}${high}" fill="none" stroke="${paint(none ? 'edge' : 'bandEdge')}"${none ? ' stroke-dasharray="3 2.5"' : ''}/>`
  );
}

function lineOf(chart: CurveChart, g: Plane): string {
  if (chart.not_identified !== undefined) return '';
  const points = chart.series.points;
  let last = points.length - 1;
  while (last > 0 && !points[last]?.seen) last--;
  const at = (from: number, to: number): string =>
    linePath(points.slice(from, to + 1).map((p) => (p.value === null ? null : [g.sx(p.spend), g.y(p.value)])));
  const bold = `fill="none" stroke="${paint('accent')}" stroke-width="2" stroke-linejoin="round"`;
  return `<path d="${at(0, last)}" ${bold}/><path d="${at(last, points.length - 1)}" ${bold} stroke-dasharray="2 3"/>`;
}

function dropped(chart: CurveChart, g: Plane, canvas: Canvas): string {
  const m = { ...mannerOf(chart, canvas.setting), unit: 'money' as const, signed: false };
  const d = spendDigits(chart);
  const words = (v: number): string => figure(v, d, m);
  const one = (p: { spend: number; value: number | null }, hollow: boolean): string => {
    const x = g.sx(p.spend);
    const y = p.value === null ? g.bottom - 24 : g.y(p.value);
    return rule(x, y, x, g.bottom, hollow ? 'accent' : 'ink', 1.4, hollow ? '2 2' : '') +
      (p.value === null ? '' : dot(x, y, 4.2, hollow ? 'accent' : 'ink', hollow));
  };
  const now = words(chart.now.spend) + (chart.small ? '' : ' now');
  const nowX = g.sx(chart.now.spend);
  const nowW = canvas.measure(now, FINE, 600);
  let out = one(chart.now, false);
  const within = (x: number, w: number): number => Math.min(Math.max(x - w / 2, g.left - 8), g.right - w);
  let nowAt = within(nowX, nowW);
  if (chart.proposed) {
    const p = words(chart.proposed.spend) + (chart.small ? '' : ' proposed');
    const w = canvas.measure(p, FINE, 400);
    let at = within(g.sx(chart.proposed.spend), w);
    const left = at < nowAt;
    if (left && at + w + 8 > nowAt) at = Math.max(g.left - 8, nowAt - w - 8);
    if (!left && nowAt + nowW + 8 > at) at = Math.min(g.right - w, nowAt + nowW + 8);
    if (!left && nowAt + nowW + 8 > at) nowAt = at - nowW - 8;
    out += one(chart.proposed, true) + text(at, g.bottom + 18, p, { fill: 'accent' });
  }
  return out + text(nowAt, g.bottom + 18, now, { weight: 600, fill: 'ink' });
}

function breakEven(chart: CurveChart, g: Plane): string {
  const [, hi] = [0, chart.series.points[chart.series.points.length - 1]?.spend || 0];
  if (!chart.break_even) return '';
  const top = Math.min(hi, g.ys.length ? (chart.series.points.reduce((t, p) => Math.max(t, p.hi ?? 0), 0)) / chart.break_even : hi);
  const line = `<path d="${linePath([[g.sx(0), g.y(0)], [g.sx(top), g.y(top * chart.break_even)]])}" fill="none" stroke="${paint('edge')}" stroke-dasharray="1 3"/>`;
  return line + (chart.small ? '' : text(g.sx(top * 0.4) + 6, g.y(top * 0.4 * chart.break_even) + 18, 'break even', { halo: true }));
}

function nextOf(chart: CurveChart, g: Plane): string {
  if (chart.small || !chart.next || chart.now.value === null) return '';
  const x = g.sx(chart.now.spend);
  return rule(x, g.y(chart.now.value) - 6, x - 16, TOP + 6, 'edge') + text(x - 16, TOP, chart.next, { anchor: 'middle', fill: 'ink', halo: true });
}

function view(chart: CurveChart, canvas: Canvas): View {
  if (!chart.series.points.length) return emptyView(canvas);
  const points = chart.series.points;
  const height = chart.small ? 176 : 240;
  const g = planeOf(chart, canvas, height);
  const pattern = `hatch-${chart.id}`;
  const none = chart.not_identified === undefined ? '' :
    text((g.left + g.right) / 2, (TOP + g.bottom) / 2, 'The data did not speak', { weight: 600, fill: 'ink', anchor: 'middle', halo: true }) +
    text((g.left + g.right) / 2, (TOP + g.bottom) / 2 + 17, 'Only the prior is drawn', { anchor: 'middle', fill: 'ink2', halo: true });
  return {
    width: canvas.width, height, series: 1, count: points.length,
    body: `<defs>${hatchPattern(pattern)}</defs>` + grid(g) + bandOf(chart, g, pattern) + breakEven(chart, g) + lineOf(chart, g) +
      rule(g.left, g.bottom, g.right, g.bottom, 'mute') + dropped(chart, g, canvas) + nextOf(chart, g) + none,
    spot: (i) => {
      const p = points[i] as Point;
      return { x: g.x(i), y: p.value === null || chart.not_identified !== undefined ? null : g.y(p.value), top: TOP - 8, bottom: g.bottom };
    },
    pick: (x) => nearest(points.length, g.x, x),
    hot: () => false,
    under: () => '',
  };
}

function say(chart: CurveChart, index: number, setting: Setting, aloud: boolean): string {
  const p = chart.series.points[index] as Point;
  const m = mannerOf(chart, setting);
  const d = digits(chart);
  const money = { ...m, unit: 'money' as const, signed: false };
  const tried = p.seen ? '' : ', beyond what was tried';
  if (aloud) {
    const interval = p.lo === null ? '' : `, ${spokenRange(p.lo, p.hi, d, m)}`;
    const value = chart.not_identified === undefined ? spoken(p.value, d, m) : 'not identified';
    return `Spend of ${spoken(p.spend, spendDigits(chart), money)}: ${value}${interval}${tried}.`;
  }
  const interval = p.lo === null ? '' : ` (${range(p.lo, p.hi, d, m)})`;
  const value = chart.not_identified === undefined ? figure(p.value, d, m) : 'not identified';
  return `<b class="at">${escape(figure(p.spend, spendDigits(chart), money))}</b>: <b>${escape(value)}</b>${escape(interval + tried)}`;
}

function table(chart: CurveChart, setting: Setting): Table {
  const m = mannerOf(chart, setting);
  const d = digits(chart);
  const money = { ...m, unit: 'money' as const, signed: false };
  return {
    caption: chart.title,
    heads: [head('Spend', 'spend', true), head('Outcome', 'value', true), head('Low', 'lo', true), head('High', 'hi', true),
      head('Tried', 'seen'), head('Verdict', 'verdict'), head('Run', 'run')],
    rows: chart.series.points.map((p) => [
      { text: figure(p.spend, spendDigits(chart), money), exact: exactly(p.spend) },
      { text: figure(p.value, d, m), exact: exactly(p.value) }, { text: bare(p.lo, d, m), exact: exactly(p.lo) },
      { text: bare(p.hi, d, m), exact: exactly(p.hi) }, word(p.seen ? 'yes' : 'no'), word(chart.verdict), word(chart.run)]),
  };
}

addKind<CurveChart>('curve', {
  view, table,
  reading: (chart, index, _series, setting) => say(chart, index, setting, false),
  spoken: (chart, index, _series, setting) => say(chart, index, setting, true),
  summary: (chart, setting) => {
    const money = { ...mannerOf(chart, setting), unit: 'money' as const, signed: false };
    const spend = spoken(chart.now.spend, spendDigits(chart), money);
    if (chart.not_identified !== undefined) return `Spend now ${spend}. The data did not speak: ${chart.not_identified}. Only the prior is drawn.`;
    const p = chart.probability === null ? '' : ` The band holds ${percent(chart.probability)}.`;
    return `Spend now ${spend}, outcome ${spoken(chart.now.value, digits(chart), mannerOf(chart, setting))}. ${chart.next ? chart.next + '.' : ''}${p}`;
  },
  point: (chart, index) => {
    const p = chart.series.points[index] as Point;
    return { label: `Spend ${p.spend}`, value: chart.not_identified === undefined ? p.value : null, lo: p.lo, hi: p.hi, verdict: chart.verdict, run: chart.run };
  },
});
