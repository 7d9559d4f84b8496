/* marks.ts: the verdict marks. Shape first, colour second, and always a word beside them.
 *
 * Each shape stands in a box of 12 and uses one colour, with ticks and crosses cut out as holes, so
 * the same path serves as drawing (here) and as mask of a style rule (tools/build.mjs). */

import type { Mark } from './types';

interface Shape {
  colour: string; /* name of a token */
  art: string; /* svg; every paint is the letter C */
}

const ring = (extra: string): string =>
  `<circle cx="6" cy="6" r="5.2" fill="none" stroke="C" stroke-width="1.5"${extra}/>`;
const solid = (d: string): string => `<path fill="C" fill-rule="evenodd" d="${d}"/>`;
const stroke = (d: string): string =>
  `<path fill="none" stroke="C" stroke-width="1.5" d="${d}"/>`;

export const MARKS: Record<Mark, Shape> = {
  holds: {
    colour: 'good',
    art: solid('M6 0a6 6 0 1 1 0 12A6 6 0 0 1 6 0ZM2.9 6.4L5.2 8.9 9.3 4.6 8.2 3.6 5.2 6.7 4 5.4Z'),
  },
  look: {
    colour: 'warn',
    art: solid('M6 .5L11.9 11.3H.1ZM5.3 4.2h1.4v3.5H5.3ZM5.3 8.7h1.4v1.4H5.3Z'),
  },
  broken: {
    colour: 'bad',
    art: solid(
      'M6 0L12 6 6 12 0 6ZM6 5.05L7.45 3.6 8.4 4.55 6.95 6 8.4 7.45 7.45 8.4 6 6.95 4.55 8.4 3.6 7.45 5.05 6 3.6 4.55 4.55 3.6Z',
    ),
  },
  unidentified: { colour: 'ink3', art: ring(' stroke-dasharray="2.3 1.784"') },
  stale: { colour: 'warn', art: ring('') + stroke('M6 2.8V6.2L8.2 7.4') },
  waits: { colour: 'accent', art: ring('') },
  lock: {
    colour: 'ink3',
    art: solid('M2.4 5.3h7.2a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1H2.4a1 1 0 0 1-1-1V6.3a1 1 0 0 1 1-1Z') +
      stroke('M3.7 5.5V3.6a2.3 2.3 0 0 1 4.6 0v1.9'),
  },
  against: { colour: 'ink3', art: ring('') + stroke('M3.5 6h5') },
};

/* Words a verdict may be, by the shape they take. A word that is not listed asks to be looked at. */
const WORDS: Record<Mark, string> = {
  holds: 'converged passed kept fresh counted verified holds',
  look: 'inaccurate drifting running inconclusive late',
  broken: 'not converged|failed|rolled back|missing|broken|off course',
  unidentified: 'not identified',
  stale: 'stale',
  waits: 'waits|waits for you',
  lock: 'no right',
  against: 'against',
};

const BY_WORD: Record<string, Mark> = {};
(Object.keys(WORDS) as Mark[]).forEach((mark) => {
  const words = WORDS[mark];
  words.split(mark === 'holds' || mark === 'look' ? ' ' : '|').forEach((w) => (BY_WORD[w] = mark));
});

export function markOf(verdict: string, given?: Mark): Mark {
  return given || BY_WORD[verdict] || 'look';
}

/** The shape as svg content with its box's corner at (x, y). */
export function drawMark(mark: Mark, x: number, y: number, size = 12): string {
  const shape = MARKS[mark];
  const art = shape.art.replace(/"C"/g, `"var(--${shape.colour})"`);
  return `<g transform="translate(${x} ${y}) scale(${size / 12})">${art}</g>`;
}
