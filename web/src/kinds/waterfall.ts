/* waterfall.ts: from one level to another, step by step.
 *
 * Totals are thick levels and not bars, so the axis need not start at zero. Losses are light, gains
 * dark, whiskers hold the interval, and the part nobody can explain is hatched, last, and there. */

import {
  addKind, bare, box, digitsFor, emptyView, escape, exactly, figure, grid, gutter, hatchPattern, head,
  linear, mannerOf, paint, percent, range, rule, scaleTexts, spoken, spokenRange, text, word, wrap,
} from '../charts/kit';
import type { Canvas, Digits, Ground, Setting, Table, View } from '../charts/kit';
import type { WaterfallChart } from '../charts/types';

type Step = WaterfallChart['series']['steps'][number];

const TOP = 24;
const FINE = 12;

/* Where a step starts and ends: totals stand at their value, steps add to what stood before. */
function levels(steps: Step[]): { from: number; to: number }[] {
  let at = 0;
  return steps.map((s) => {
    const from = s.kind === 'total' ? s.value : at;
    at = s.kind === 'total' ? s.value : at + s.value;
    return { from, to: at };
  });
}

function digits(chart: WaterfallChart): Digits {
  const steps = chart.series.steps;
  const halves = steps.filter((s) => s.lo !== null && s.hi !== null).map((s) => ((s.hi as number) - (s.lo as number)) / 2);
  halves.sort((a, b) => a - b);
  return digitsFor(steps.map((s) => s.value), halves[Math.floor(halves.length / 2)] ?? null, chart.unit);
}

function groundOf(chart: WaterfallChart, canvas: Canvas, foot: number, height: number): Ground {
  const steps = chart.series.steps;
  const at = levels(steps);
  const values: number[] = [];
  steps.forEach((s, i) => {
    const { from, to } = at[i] as { from: number; to: number };
    values.push(from, to);
    if (s.kind !== 'total' && s.lo !== null && s.hi !== null) values.push(from + s.lo, from + s.hi);
  });
  const lo = Math.min(...values);
  const hi = Math.max(...values);
  const pad = (hi - lo || 1) * 0.14; /* room for the figures above and below */
  const scale = scaleTexts(lo - pad, hi + pad, mannerOf({ ...chart, signed: false }, canvas.setting));
  const left = gutter(scale.texts, canvas);
  const width = (canvas.width - left) / Math.max(1, steps.length);
  return {
    left, right: canvas.width, bottom: height - foot, x: (i) => left + width * (i + 0.5),
    y: linear([lo - pad, hi + pad], [height - foot, TOP]), ys: scale.values, yTexts: scale.texts,
  };
}

function barOf(s: Step, i: number, at: { from: number; to: number }[], g: Ground, half: number, pattern: string): string {
  const { from, to } = at[i] as { from: number; to: number };
  const x = g.x(i);
  const top = Math.min(g.y(from), g.y(to));
  const high = Math.abs(g.y(from) - g.y(to));
  if (s.kind === 'total') return rule(x - half, g.y(to), x + half, g.y(to), 'ink', 3);
  const fill = s.kind === 'unexplained' ? `url(#${pattern})` : paint(s.value < 0 ? 'band2' : 'bandEdge');
  const dashed = s.kind === 'unexplained' ? ` stroke="${paint('edge')}" stroke-dasharray="3 2.5"` : '';
  let out = box(x - half, top, 2 * half, Math.max(1, high), fill, dashed);
  if (s.lo !== null && s.hi !== null) {
    const y1 = g.y(from + s.lo);
    const y2 = g.y(from + s.hi);
    out += rule(x, y1, x, y2, 'ink', 1.4) + rule(x - 4, y1, x + 4, y1, 'ink', 1.4) + rule(x - 4, y2, x + 4, y2, 'ink', 1.4);
  }
  return out;
}

function labelOf(chart: WaterfallChart, s: Step, i: number, at: { from: number; to: number }[], g: Ground, canvas: Canvas): string {
  const m = mannerOf({ ...chart, signed: s.kind !== 'total' }, canvas.setting);
  const words = s.kind === 'total' ? figure(s.value, digits(chart), m) : figure(s.value, digits(chart), { ...m, unit: m.unit === 'money' ? 'number' : m.unit });
  const { from, to } = at[i] as { from: number; to: number };
  const ends = [from, to];
  if (s.kind !== 'total' && s.lo !== null && s.hi !== null) ends.push(from + s.lo, from + s.hi);
  const up = s.kind === 'total' || s.value >= 0;
  const y = up ? g.y(Math.max(...ends)) - 8 : g.y(Math.min(...ends)) + 16;
  return text(g.x(i), y, words, { weight: 600, fill: 'ink', anchor: 'middle', halo: true });
}

function view(chart: WaterfallChart, canvas: Canvas): View {
  if (!chart.series.steps.length) return emptyView(canvas);
  const steps = chart.series.steps;
  const at = levels(steps);
  const slot = (canvas.width - 50) / Math.max(1, steps.length);
  const names = steps.map((s) => wrap(s.label, slot - 6, FINE, 400, canvas.measure));
  const lines = Math.max(1, ...names.map((n) => n.length));
  /* Where a word is wider than its slot, every other name stands lower. */
  const tight = steps.some((s) => s.label.split(' ').some((w) => canvas.measure(w, FINE, 400) > slot - 4));
  const foot = 14 + 14 * lines * (tight ? 2 : 1);
  const height = (canvas.width >= 560 ? 250 : 230) + foot - 28;
  const g = groundOf(chart, canvas, foot, height);
  const half = Math.min(26, ((g.right - g.left) / Math.max(1, steps.length)) * 0.32);
  const pattern = `hatch-${chart.id}`;
  const joins = steps.slice(1).map((_s, k) => {
    const y = g.y((at[k] as { to: number }).to);
    return rule(g.x(k) + half, y, g.x(k + 1) - half, y, 'mute');
  }).join('');
  const body = steps.map((s, i) =>
    barOf(s, i, at, g, half, pattern) + labelOf(chart, s, i, at, g, canvas) +
    (names[i] as string[]).map((line, k) => text(g.x(i), g.bottom + 18 + 14 * (k + (tight && i % 2 ? lines : 0)), line, { anchor: 'middle' })).join('')).join('');
  return {
    width: canvas.width, height, series: 1, count: steps.length,
    body: `<defs>${hatchPattern(pattern)}</defs>` + grid(g) + rule(g.left, g.bottom, g.right, g.bottom, 'mute') + joins + body,
    spot: (i) => ({ x: g.x(i), y: g.y((at[i] as { to: number }).to), top: TOP - 8, bottom: g.bottom }),
    pick: (x) => Math.max(0, Math.min(steps.length - 1, Math.floor((x - g.left) / ((g.right - g.left) / steps.length)))),
    hot: () => false,
    under: () => '',
  };
}

const mannerFor = (chart: WaterfallChart, s: Step, setting: Setting) => mannerOf({ ...chart, signed: s.kind !== 'total' }, setting);

function table(chart: WaterfallChart, setting: Setting): Table {
  const d = digits(chart);
  return {
    caption: chart.title,
    heads: [head('Step', 'step'), head('Value', 'value', true), head('Low', 'lo', true), head('High', 'hi', true),
      head('Verdict', 'verdict'), head('Run', 'run')],
    rows: chart.series.steps.map((s) => {
      const m = mannerFor(chart, s, setting);
      return [word(s.label), { text: figure(s.value, d, m), exact: exactly(s.value) }, { text: bare(s.lo, d, m), exact: exactly(s.lo) },
        { text: bare(s.hi, d, m), exact: exactly(s.hi) }, word(s.verdict), word(s.run)];
    }),
  };
}

addKind<WaterfallChart>('waterfall', {
  view, table,
  reading: (chart, index, _series, setting) => {
    const s = chart.series.steps[index] as Step;
    const m = mannerFor(chart, s, setting);
    const interval = s.lo === null ? '' : ` (${range(s.lo, s.hi, digits(chart), m)})`;
    return `<b class="at">${escape(s.label)}</b>: <b>${escape(figure(s.value, digits(chart), m))}</b>${escape(interval)}, ${escape(s.verdict)}`;
  },
  spoken: (chart, index, _series, setting) => {
    const s = chart.series.steps[index] as Step;
    const m = mannerFor(chart, s, setting);
    const interval = s.lo === null ? '' : `, ${spokenRange(s.lo, s.hi, digits(chart), m)}`;
    return `${s.label}: ${spoken(s.value, digits(chart), m)}${interval}, ${s.verdict}.`;
  },
  summary: (chart, setting) => {
    const p = chart.probability === null ? '' : ` Whiskers hold ${percent(chart.probability)}.`;
    const d = digits(chart);
    return chart.series.steps.map((s) => `${s.label} ${spoken(s.value, d, mannerFor(chart, s, setting))}`).join(', ') + '.' + p;
  },
  point: (chart, index) => chart.series.steps[index] as Step,
});
