/* calibration.ts: whether promised chances came true. A dot below the diagonal promised too much. */

import {
  addKind, box, digitsFor, dot, emptyView, escape, exactly, figure, grid, gutter, head, linear, linePath,
  mannerOf, nearest, paint, percent, range, rule, spoken, spokenRange, text,
} from '../charts/kit';
import type { Canvas, Digits, Ground, Setting, Table, View } from '../charts/kit';
import type { CalibrationChart } from '../charts/types';

type Bin = CalibrationChart['series']['bins'][number];
const TOP = 10;
const FOOT = 44;
const D: Digits = { power: -2, decimals: 0, strip: false };

function groundOf(chart: CalibrationChart, canvas: Canvas, height: number): Ground {
  const texts = ['0', '50', '100'];
  const left = gutter(texts, canvas);
  const right = canvas.width - Math.ceil(canvas.measure(chart.things, 12, 400)) - 12;
  const sx = linear([0, 1], [left, right]);
  return { left, right, bottom: height - FOOT, x: (i) => sx((chart.series.bins[i] as Bin).predicted), y: linear([0, 1], [height - FOOT, TOP]), ys: [0, 0.5, 1], yTexts: texts };
}

function view(chart: CalibrationChart, canvas: Canvas): View {
  if (!chart.series.bins.length) return emptyView(canvas);
  const bins = chart.series.bins;
  const height = canvas.width >= 420 ? 270 : 240;
  const g = groundOf(chart, canvas, height);
  const most = Math.max(1, ...bins.map((b) => b.n));
  const width = Math.max(2, (g.right - g.left) / Math.max(1, bins.length) - 3);
  const sx = linear([0, 1], [g.left, g.right]);
  const low = bins.map((b, i) => {
    const h = (b.n / most) * 18;
    return box(Math.max(g.left, g.x(i) - width / 2), g.bottom - h, width, h, paint('mute'), ' fill-opacity="0.6"');
  }).join('');
  const dots = bins.map((b, i) => b.observed === null ? '' :
    (b.lo !== null && b.hi !== null ? rule(g.x(i), g.y(b.lo), g.x(i), g.y(b.hi), 'bandEdge', 2) : '') + dot(g.x(i), g.y(b.observed), 4.2, 'accent')).join('');
  const axis = [0, 0.5, 1].map((v) => text(sx(v), g.bottom + 17, String(v * 100), { anchor: 'middle' })).join('') +
    text((g.left + g.right) / 2, g.bottom + 36, chart.across, { anchor: 'middle' });
  return {
    width: canvas.width, height, series: 1, count: bins.length,
    body: grid(g) + low + `<path d="${linePath([[g.left, g.y(0)], [g.right, g.y(1)]])}" stroke="${paint('edge')}" stroke-dasharray="1 3" fill="none"/>` +
      dots + axis + text(g.right + 8, g.y(1) + 4, 'as promised', { fill: 'ink2' }) + text(g.right + 8, g.bottom - 4, chart.things),
    spot: (i) => {
      const b = bins[i] as Bin;
      return { x: g.x(i), y: b.observed === null ? null : g.y(b.observed), top: TOP - 4, bottom: g.bottom };
    },
    pick: (x) => nearest(bins.length, g.x, x),
    hot: () => false,
    under: () => '',
  };
}

const manner = (chart: CalibrationChart, setting: Setting) => ({ ...mannerOf(chart, setting), unit: 'share' as const, noun: undefined });
const count = (n: number): Digits => digitsFor([n], null, 'count');

function table(chart: CalibrationChart, setting: Setting): Table {
  const m = manner(chart, setting);
  const share = (v: number | null) => ({ text: figure(v, D, m), exact: exactly(v) });
  return {
    caption: chart.title,
    heads: [head('Predicted', 'predicted', true), head('Observed', 'observed', true), head('Low', 'lo', true), head('High', 'hi', true), head('Count', 'n', true)],
    rows: chart.series.bins.map((b) => [share(b.predicted), share(b.observed), share(b.lo), share(b.hi),
      { text: figure(b.n, count(b.n), { ...m, unit: 'count' }), exact: String(b.n) }]),
  };
}

addKind<CalibrationChart>('calibration', {
  view, table,
  reading: (chart, index, _series, setting) => {
    const b = chart.series.bins[index] as Bin;
    const m = manner(chart, setting);
    const interval = b.lo === null ? '' : ` (${range(b.lo, b.hi, D, m)})`;
    return `<b class="at">${escape(figure(b.predicted, D, m))}</b> promised: <b>${escape(figure(b.observed, D, m))}</b>${escape(interval)}, ${b.n} ${escape(chart.noun || '')}`;
  },
  spoken: (chart, index, _series, setting) => {
    const b = chart.series.bins[index] as Bin;
    const m = manner(chart, setting);
    const interval = b.lo === null ? '' : `, ${spokenRange(b.lo, b.hi, D, m)}`;
    return `${spoken(b.predicted, D, m)} promised: ${spoken(b.observed, D, m)} came true${interval}, of ${b.n} ${chart.noun || ''}.`;
  },
  summary: (chart) => {
    const known = chart.series.bins.filter((b) => b.observed !== null && b.lo !== null && b.hi !== null);
    const kept = known.filter((b) => b.predicted >= (b.lo as number) && b.predicted <= (b.hi as number)).length;
    const p = chart.probability === null ? '' : `, bars hold ${percent(chart.probability)}`;
    return `${kept} of ${known.length} groups came true as promised${p}.`;
  },
  point: (chart, index) => {
    const b = chart.series.bins[index] as Bin;
    return { label: `Promised ${Math.round(b.predicted * 100)} in 100`, value: b.observed, lo: b.lo, hi: b.hi, verdict: chart.verdict, run: chart.run };
  },
});
