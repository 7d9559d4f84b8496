/* line.ts: actual against expected, with the band between lo and hi.
 *
 * Drawn from back to front: grid, band, its edges, zero, expected (dashed where nothing is seen
 * yet), actual, a dot on every point outside the band, the two names at the right end.
 * Lines are straight between points: nothing is smoothed away. */

import { grid, nearest, scaleTexts, timeAxis } from './axis';
import { dayNumber } from './dates';
import { areaPath, linear, linePath, runs, spread } from './layout';
import { dot, paint, rule, text } from './svg';
import type { LineChart, LinePoint } from './types';
import type { Canvas, View } from './view';
import { mannerOf, sideOf } from './words';

const TOP = 14;
const FOOT = 28; /* labels of the time axis */
const FINE = 12;
const NAME_GAP = 15; /* between the baselines of two names */

interface Plane {
  left: number;
  right: number;
  bottom: number;
  x: (i: number) => number;
  y: (v: number) => number;
  ys: number[]; /* ticks */
  yTexts: string[];
}

function heightFor(width: number): number {
  return width >= 700 ? 280 : width >= 420 ? 234 : 214;
}

function extent(chart: LineChart): [number, number] {
  const values: number[] = chart.zero ? [0] : [];
  chart.series.points.forEach((p) => {
    [p.actual, p.expected, p.lo, p.hi].forEach((v) => {
      if (v !== null) values.push(v);
    });
  });
  if (!values.length) return [0, 1];
  const lo = Math.min(...values);
  const hi = Math.max(...values);
  const pad = hi > lo ? (hi - lo) * 0.05 : Math.abs(hi) * 0.1 || 1;
  return [lo - (chart.zero && lo === 0 ? 0 : pad), hi + (chart.zero && hi === 0 ? 0 : pad)];
}

function planeOf(chart: LineChart, canvas: Canvas, height: number): Plane {
  const points = chart.series.points;
  const [lo, hi] = extent(chart);
  const { values: ys, texts: yTexts } = scaleTexts(lo, hi, mannerOf(chart, canvas.setting));
  const wide = (t: string, weight: number): number => canvas.measure(t, FINE, weight);
  const left = Math.ceil(Math.max(...yTexts.map((t) => wide(t, 400)))) + 10;
  const [actual, expected] = namesOf(chart);
  const right = canvas.width - Math.ceil(Math.max(wide(actual, 600), wide(expected, 400))) - 12;
  const days = points.map((p) => dayNumber(p.start));
  const sx = linear([days[0] ?? 0, days[days.length - 1] ?? 0], [left, right]);
  const sy = linear([lo, hi], [height - FOOT, TOP]);
  return {
    left, right, bottom: height - FOOT, ys, yTexts,
    x: (i) => sx(days[i] as number),
    y: sy,
  };
}

function namesOf(chart: LineChart): [string, string] {
  return [chart.names?.actual || 'actual', chart.names?.expected || 'expected'];
}

function bandOf(points: LinePoint[], plane: Plane): string {
  const edges = runs(points.map((p, i) =>
    p.lo === null || p.hi === null ? null : { x: plane.x(i), y0: plane.y(p.lo), y1: plane.y(p.hi) }));
  const low = edges.map((run) => linePath(run.map((p) => [p.x, p.y0]))).join('');
  const high = edges.map((run) => linePath(run.map((p) => [p.x, p.y1]))).join('');
  return (
    `<path d="${areaPath(edges)}" fill="${paint('band')}"/>` +
    `<path d="${low}${high}" fill="none" stroke="${paint('bandEdge')}"/>`
  );
}

function stroke(points: LinePoint[], plane: Plane, key: 'actual' | 'expected', from: number, to: number, style: string): string {
  const path = linePath(points.slice(from, to + 1).map((p, k) => {
    const v = p[key];
    return v === null ? null : [plane.x(from + k), plane.y(v)];
  }));
  return path ? `<path d="${path}" fill="none" ${style}/>` : '';
}

function lastSeen(points: LinePoint[]): number {
  for (let i = points.length - 1; i >= 0; i--) if (points[i]?.actual !== null) return i;
  return -1;
}

function lines(points: LinePoint[], plane: Plane): string {
  const seen = lastSeen(points);
  const end = points.length - 1;
  const thinLine = `stroke="${paint('bandEdge')}" stroke-width="1.4"`;
  const bold = `stroke="${paint('ink')}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"`;
  return (
    stroke(points, plane, 'expected', 0, Math.max(seen, 0), thinLine) +
    stroke(points, plane, 'expected', Math.max(seen, 0), end, `${thinLine} stroke-dasharray="3 3"`) +
    stroke(points, plane, 'actual', 0, end, bold)
  );
}

/* Outside the band, or alone between gaps where a line has nothing to join. */
function dots(points: LinePoint[], plane: Plane): string {
  const known = (i: number): boolean => typeof points[i]?.actual === 'number';
  return points.map((p, i) => {
    if (p.actual === null) return '';
    const side = sideOf(p);
    const alone = !known(i - 1) && !known(i + 1);
    return side === 'below' || side === 'above' || alone
      ? dot(plane.x(i), plane.y(p.actual), 2.8, 'ink') : '';
  }).join('');
}

function names(chart: LineChart, plane: Plane, measure: Canvas['measure']): string {
  const points = chart.series.points;
  const seen = lastSeen(points);
  let last = points.length - 1;
  while (last > 0 && points[last]?.expected === null) last--;
  const [actual, expected] = namesOf(chart);
  const e = points[last]?.expected;
  const a = points[seen]?.actual;
  const expectedY = typeof e === 'number' ? plane.y(e) : NaN;
  const actualY = typeof a === 'number' ? plane.y(a) : NaN;
  /* An actual that ended well before the right end is named where it ended. */
  const early = seen >= 0 && plane.right - plane.x(seen) > measure(actual, FINE, 600);
  const wanted = [actualY, expectedY].filter((y) => !isNaN(y));
  const ys = early || wanted.length < 2 ? wanted : spread(wanted, NAME_GAP, TOP, plane.bottom);
  const right = plane.right + 8;
  let out = '';
  if (!isNaN(actualY)) {
    const at = early ? plane.x(seen) + 8 : right;
    out += text(at, (ys[0] as number) + 4, actual, { weight: 600, fill: 'ink', halo: true });
  }
  if (!isNaN(expectedY)) {
    out += text(right, (ys[ys.length - 1] as number) + 4, expected, { fill: 'ink2', halo: true });
  }
  return out;
}

export function lineView(chart: LineChart, canvas: Canvas): View {
  const points = chart.series.points;
  const height = heightFor(canvas.width);
  const plane = planeOf(chart, canvas, height);
  const [lo, hi] = extent(chart);
  const zero = lo <= 0 && hi >= 0 && (chart.zero || chart.signed)
    ? rule(plane.left, plane.y(0), plane.right, plane.y(0), 'ink', 1.2) : '';
  return {
    width: canvas.width,
    height,
    series: 2,
    count: points.length,
    body: grid(plane) + bandOf(points, plane) + zero + lines(points, plane) + dots(points, plane) +
      names(chart, plane, canvas.measure) + timeAxis(points, plane, canvas),
    spot: (index, series) => {
      const p = points[index] as LinePoint;
      const v = series === 0 ? p.actual : p.expected;
      return { x: plane.x(index), y: v === null ? null : plane.y(v), top: TOP - 8, bottom: plane.bottom };
    },
    pick: (x) => nearest(points.length, plane.x, x),
    hot: () => false,
    under: () => '',
  };
}
