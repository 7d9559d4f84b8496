/* axis.ts: ticks, grid and the time axis, the same under every chart that has them. */

import { dayNumber, month } from './dates';
import { apart, thin, ticks } from './layout';
import { digitsFor, tick } from './numbers';
import type { Manner } from './numbers';
import { rule, text } from './svg';
import type { Canvas } from './view';

const FINE = 12;

/** The part of a plot that axes need to know. */
export interface Ground {
  left: number;
  right: number;
  bottom: number;
  x: (i: number) => number;
  y: (v: number) => number;
  ys: number[];
  yTexts: string[];
}

/** Three to five round values with their texts; all with the same digits. */
export function scaleTexts(lo: number, hi: number, manner: Manner): { values: number[]; texts: string[] } {
  const values = ticks(lo, hi);
  const step = Math.abs((values[1] ?? hi) - (values[0] ?? lo));
  const digits = digitsFor(values, step * 10, manner.unit);
  return { values, texts: values.map((v) => tick(v, digits, manner)) };
}

/** Width to leave for the texts at the left. */
export function gutter(texts: string[], canvas: Canvas): number {
  return Math.ceil(Math.max(0, ...texts.map((t) => canvas.measure(t, FINE, 400)))) + 10;
}

export function grid(ground: Ground): string {
  return ground.ys.map((v, i) =>
    rule(ground.left, ground.y(v), ground.right, ground.y(v), 'line') +
    text(ground.left - 10, ground.y(v) + 4, ground.yTexts[i] as string, { anchor: 'end' })).join('');
}

/** Months where they begin, if the chart is longer than ten weeks; the first day of points if not.
 * The first label of a year that is not this one carries it. */
export function timeAxis(points: { start: string }[], ground: Ground, canvas: Canvas): string {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return '';
  const locale = canvas.setting.locale;
  const byMonth = dayNumber(last.start) - dayNumber(first.start) > 70;
  const starts: { x: number; start: string }[] = [];
  points.forEach((p, i) => {
    const before = points[i - 1];
    const opens = !before || before.start.slice(0, 7) !== p.start.slice(0, 7);
    if (byMonth && !opens) return;
    starts.push({ x: ground.x(i), start: p.start });
  });
  const room = Math.floor((ground.right - ground.left) / 56) + 1;
  const kept = thin(starts, Math.max(2, room));
  const labels = kept.map(({ x, start }, i) => {
    const year = start.slice(0, 4);
    const newYear = year !== canvas.setting.today.slice(0, 4) && year !== kept[i - 1]?.start.slice(0, 4);
    const name = month(start, locale, 'short');
    const words = (byMonth ? name : `${Number(start.slice(8))} ${name}`) + (newYear ? ' ' + year : '');
    return { x, width: canvas.measure(words, FINE, 400), words };
  });
  return apart(labels, 10).filter((l) => l.x + l.width <= canvas.width)
    .map((l) => text(l.x, ground.bottom + 22, l.words)).join('');
}

/** The index whose place is nearest to x. */
export function nearest(n: number, at: (i: number) => number, x: number): number {
  let best = 0;
  for (let i = 1; i < n; i++) if (Math.abs(at(i) - x) < Math.abs(at(best) - x)) best = i;
  return best;
}
