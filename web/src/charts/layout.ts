/* layout.ts: scales, paths, and where ticks and words go. Pure geometry: text is measured by a
 * function that is passed in, a canvas in the page and an average width elsewhere.
 *
 * Scales are linear and paths are straight from point to point; that is all these charts want, and
 * it fits in this file. */

import { px } from './svg';

/** Width in px of a text at a size, weight 400 or 600. */
export type Measure = (text: string, size: number, weight: number) => number;

/** Measure without a canvas: widths of a grotesque in thousandths of the size, by class of letter. */
export const roughly: Measure = (text, size, weight) => {
  let sum = 0;
  for (const c of text) {
    sum += /[ijl.,:;|'!ftrI ]/.test(c) ? 0.33 : /[mwMW@%]/.test(c) ? 0.88 : /[A-Z€0-9]/.test(c) ? 0.65 : 0.56;
  }
  return sum * size * (weight > 500 ? 1.05 : 1);
};

/** A value's place in px. */
export interface Scale {
  (value: number): number;
  domain: [number, number];
}

export function linear(domain: [number, number], range: [number, number]): Scale {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  const slope = d1 === d0 ? 0 : (r1 - r0) / (d1 - d0);
  const middle = (r0 + r1) / 2;
  const at = (value: number): number => (slope ? r0 + (value - d0) * slope : middle);
  return Object.assign(at, { domain });
}

type Point = readonly [number, number];
const pair = (p: Point): string => `${px(p[0])},${px(p[1])}`;

/** Runs of neighbours that are all known; a null is a gap, never bridged. */
export function runs<T>(list: (T | null)[]): T[][] {
  const out: T[][] = [];
  let open: T[] | null = null;
  list.forEach((item) => {
    if (item === null) open = null;
    else if (open) open.push(item);
    else out.push((open = [item]));
  });
  return out;
}

export function linePath(points: (Point | null)[]): string {
  return runs(points).map((run) => 'M' + run.map(pair).join('L')).join('');
}

/** The area between two lines, closed run by run. */
export function areaPath(points: { x: number; y0: number; y1: number }[][]): string {
  return points.map((run) => {
    const there = run.map((p) => pair([p.x, p.y1]));
    const back = run.map((p) => pair([p.x, p.y0])).reverse();
    return `M${there.concat(back).join('L')}Z`;
  }).join('');
}

/* Written as i and an exponent, so that 3 times 0.1 is 0.3 to the last bit. */
function multiples(lo: number, hi: number, factor: number, power: number): number[] {
  const step = Number(`${factor}e${power}`);
  const out: number[] = [];
  const to = Math.floor(hi / step + 1e-9);
  for (let i = Math.ceil(lo / step - 1e-9); i <= to && out.length < 9; i++) out.push(Number(`${i * factor}e${power}`));
  return out;
}

/** Three to five round values inside [lo, hi]: steps of 1, 2 or 5 times a power of ten; of 4 or 3
 * where none of those gives three to five. */
export function ticks(lo: number, hi: number): number[] {
  if (!(hi > lo)) return [lo];
  const power = Number((hi - lo).toExponential().split('e')[1]);
  for (const set of [[1, 2, 5], [4, 3]]) {
    for (const p of [power - 1, power]) {
      for (const f of set) {
        const found = multiples(lo, hi, f, p);
        if (found.length >= 3 && found.length <= 5) return found;
      }
    }
  }
  return [lo, hi];
}

/** Every k-th of a list, so that at most `most` remain. */
export function thin<T>(list: T[], most: number): T[] {
  const step = Math.max(1, Math.ceil(list.length / Math.max(1, most)));
  return list.filter((_, i) => i % step === 0);
}

/** Positions along one axis moved apart to at least `gap`, in [lo, hi] as far as that is possible;
 * order and, where nothing collides, place are kept. */
export function spread(wanted: number[], gap: number, lo: number, hi: number): number[] {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y || a.i - b.i);
  let floor = lo;
  order.forEach((o) => {
    o.y = Math.max(o.y, floor);
    floor = o.y + gap;
  });
  let ceiling = hi;
  for (let k = order.length - 1; k >= 0; k--) {
    const o = order[k] as { y: number; i: number };
    o.y = Math.min(o.y, ceiling);
    ceiling = o.y - gap;
  }
  const out: number[] = wanted.slice();
  order.forEach((o) => (out[o.i] = o.y));
  return out;
}

/** Words broken into lines no wider than `width`; a word wider than that stands alone. */
export function wrap(text: string, width: number, size: number, weight: number, measure: Measure): string[] {
  const lines: string[] = [];
  let line = '';
  text.split(/\s+/).forEach((word) => {
    const longer = line ? line + ' ' + word : word;
    if (line && measure(longer, size, weight) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  });
  if (line) lines.push(line);
  return lines;
}

/** Keeps the labels of an axis that do not touch; earlier ones win. */
export function apart<T extends { x: number; width: number }>(labels: T[], gap: number): T[] {
  const kept: T[] = [];
  labels.forEach((l) => {
    const last = kept[kept.length - 1];
    if (!last || l.x >= last.x + last.width + gap) kept.push(l);
  });
  return kept;
}
