/* whatif.ts: budgets before and after, on one scale. The bracket runs from floor to ceiling, the
 * filled dot is now, the large hollow one what is proposed. What is not identified is held. */

import {
  addKind, bare, box, digitsFor, dot, emptyView, escape, exactly, figure, head, linear, mannerOf, paint,
  rule, scaleTexts, spoken, text, word,
} from '../charts/kit';
import type { Canvas, Digits, Setting, Table, View } from '../charts/kit';
import type { WhatIfChart } from '../charts/types';

type Row = WhatIfChart['series']['rows'][number];
const HEAD = 26;
const ROW = 37;

const digits = (chart: WhatIfChart): Digits => digitsFor(chart.series.rows.flatMap((r) => [r.now, r.what_if, r.ceiling]), null, chart.unit);

function view(chart: WhatIfChart, canvas: Canvas): View {
  if (!chart.series.rows.length) return emptyView(canvas);
  const rows = chart.series.rows;
  const d = digits(chart);
  const m = mannerOf(chart, canvas.setting);
  const narrow = canvas.width < 480;
  const after = (r: Row): string => r.held || figure(r.what_if, d, m);
  const value = Math.max(44, ...rows.map((r) => Math.max(canvas.measure(figure(r.now, d, m), 14, 400), canvas.measure(after(r), 14, 600))));
  const label = narrow ? 0 : Math.min(canvas.width * 0.3, Math.max(60, ...rows.map((r) => canvas.measure(r.label, 14, 400)))) + 24;
  const rowH = narrow ? ROW + 20 : ROW;
  const right = canvas.width - 2 * value - 36;
  const top = Math.max(1, ...rows.map((r) => Math.max(r.ceiling, r.now, r.what_if)));
  const x = linear([0, top], [label, right]);
  const scale = scaleTexts(0, top, m);
  const mid = (i: number): number => HEAD + rowH * i + (narrow ? rowH - ROW / 2 : rowH / 2);
  const body = rows.map((r, i) => {
    const y = mid(i);
    const line = HEAD + rowH * (i + 1) - 0.5;
    const words = figure(r.now, d, m);
    return (
      text(0, narrow ? HEAD + rowH * i + 20 : y + 5, r.label, { size: 14, fill: 'ink' }) +
      rule(label, y, right, y, 'line', 1) + box(x(r.floor), y - 4, x(r.ceiling) - x(r.floor), 8, paint('sunk')) +
      rule(x(r.floor), y - 6, x(r.floor), y + 6, 'edge', 1.2) + rule(x(r.ceiling), y - 6, x(r.ceiling), y + 6, 'edge', 1.2) +
      (r.held ? '' : rule(x(r.now), y, x(r.what_if), y, 'accent', 2)) + dot(x(r.now), y, 3.6, r.held ? 'ink3' : 'ink') +
      (r.held ? '' : dot(x(r.what_if), y, 7, 'accent', true)) +
      text(right + 24 + value, y + 5, words, { size: 14, fill: 'ink2', anchor: 'end' }) +
      text(canvas.width, y + 5, after(r), { size: r.held ? 13 : 14, weight: r.held || r.now === r.what_if ? 400 : 600, fill: r.held ? 'ink3' : 'ink', anchor: 'end' }) +
      rule(0, line, canvas.width, line, 'line')
    );
  }).join('');
  const heads = scale.values.map((v, i) => text(x(v), 14, scale.texts[i] as string, { anchor: v === 0 ? 'start' : 'middle' })).join('') +
    text(right + 24 + value, 14, 'Now', { anchor: 'end', weight: 600 }) + text(canvas.width, 14, 'What if', { anchor: 'end', weight: 600 });
  return {
    width: canvas.width, height: HEAD + rowH * rows.length, series: 1, count: rows.length,
    body: heads + body,
    spot: (i) => ({ x: x((rows[i] as Row).what_if), y: mid(i), top: HEAD + rowH * i, bottom: HEAD + rowH * (i + 1) }),
    pick: (_x, y) => Math.max(0, Math.min(rows.length - 1, Math.floor((y - HEAD) / rowH))),
    hot: () => false,
    under: (i) => box(0, HEAD + rowH * i, canvas.width, rowH, paint('sel')),
  };
}

function table(chart: WhatIfChart, setting: Setting): Table {
  const d = digits(chart);
  const m = mannerOf(chart, setting);
  const cell = (v: number) => ({ text: bare(v, d, m), exact: exactly(v) });
  return {
    caption: chart.title,
    heads: [head('What', 'what'), head('Now', 'now', true), head('What if', 'what_if', true), head('Floor', 'floor', true),
      head('Ceiling', 'ceiling', true), head('Verdict', 'verdict'), head('Run', 'run')],
    rows: chart.series.rows.map((r) => [word(r.label), cell(r.now), cell(r.what_if), cell(r.floor), cell(r.ceiling), word(r.verdict), word(r.run)]),
  };
}

addKind<WhatIfChart>('whatif', {
  view, table,
  reading: (chart, index, _series, setting) => {
    const r = chart.series.rows[index] as Row;
    const m = mannerOf(chart, setting);
    const then = r.held ? escape(r.held) : `<b>${escape(figure(r.what_if, digits(chart), m))}</b>`;
    return `<b class="at">${escape(r.label)}</b>: ${escape(figure(r.now, digits(chart), m))} now, ${then} if approved`;
  },
  spoken: (chart, index, _series, setting) => {
    const r = chart.series.rows[index] as Row;
    const m = mannerOf(chart, setting);
    return `${r.label}: ${spoken(r.now, digits(chart), m)} now, ${r.held || spoken(r.what_if, digits(chart), m)} if approved.`;
  },
  summary: (chart, setting) => {
    const m = mannerOf(chart, setting);
    const moved = chart.series.rows.filter((r) => !r.held && r.now !== r.what_if);
    return `${moved.length} of ${chart.series.rows.length} change. ` + moved.map((r) =>
      `${r.label} from ${spoken(r.now, digits(chart), m)} to ${spoken(r.what_if, digits(chart), m)}`).join(', ') + '.';
  },
  point: (chart, index) => {
    const r = chart.series.rows[index] as Row;
    return { label: r.label, value: r.held ? null : r.what_if, lo: r.floor, hi: r.ceiling, verdict: r.verdict, run: r.run };
  },
});
